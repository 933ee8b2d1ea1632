/* doc.h - the document: one thing that travels through all stages and gains fields.
 *
 * Every field has one row in doc_fields[] (doc_fields.c): its key, kind, ceiling, the one stage that writes it, the last that
 * reads it, and a sentence. The codec, the JSON view, SCHEMA.md and the tests all run on that table; nothing else knows a
 * field's name or limit. Each field also has one member in struct doc.
 *
 * Ownership: slices and arrays in a struct doc point into the frame that was decoded or into the arena that was given;
 * struct doc frees nothing. All offsets are bytes of `text` (UTF-8) unless it says "of the source". */
#ifndef WD_DOC_H
#define WD_DOC_H

#include <time.h> /* has a struct timex of its own, which must come before ours takes the name */
#define timex wd_timex

#include "../libcommon/arena.h"
#include "../libcommon/buf.h"
#include "span.h"

enum {
    DOC_VERSION = 1,            /* the major version of the message format */
    DOC_KEY_MAX = 200,          /* bytes of a key; ingest writes 32 hex digits */
    DOC_RAW_MAX = 16 << 20,     /* bytes of a document as fed */
    DOC_TEXT_MAX = 16 << 20,    /* bytes of its clean text */
    DOC_FRAME_MAX = 48 << 20,   /* bytes of an encoded document: the sender's own check */
    DOC_ARENA_MAX = 512 << 20,  /* bytes that the work on one document may take */
    DOC_DEPTH_MAX = 12,         /* nested arrays and maps in a frame */
    INSTANCE_SIZE = 16,         /* bytes that name a journal */
};

enum stage { STAGE_NONE = 0, STAGE_INGEST, STAGE_NORMALIZE, STAGE_TAG, STAGE_DEDUP, STAGE_REPORT, STAGE_COUNT };

/* "ingest" ... "report"; "none" otherwise. */
const char *stage_name(enum stage s);

/* --- nested values. An absent optional text has ptr NULL, an absent span is empty, an absent choice is 0, an absent number NAN. --- */

struct meta { /* what the feeder or the container said of the document, as said */
    struct slice url, outlet, published, modified, lang, title, section;
    struct slices byline;
    struct slice charset; /* of the transport, e.g. HTTP's */
    bool summary;         /* the body is a feed's summary, not the article */
    struct slice slug, dateline, urgency, version, embargo, agency; /* what the wire's formats say of an item */
};

struct sourced { /* a value and what it rests on */
    struct slice value;
    struct slice basis; /* meta, json-ld, og, html, url, feed, text, footer ... or unknown */
};

enum precision { PRECISION_NONE = 0, PRECISION_YEAR, PRECISION_MONTH, PRECISION_DAY, PRECISION_MINUTE, PRECISION_SECOND };

struct moment { /* a date that a document states of itself; never invented */
    struct slice value; /* ISO 8601, as exact as `precision` says, with the offset when one was given */
    struct slice basis; /* meta, url, text, feed, html ... or unknown */
    enum precision precision;
};

enum title_basis { TITLE_NONE = 0, TITLE_META, TITLE_LINE, TITLE_LEAD };
enum stub { STUB_NONE = 0, STUB_PAYWALL, STUB_SUMMARY };

struct dropped {
    uint32_t b, e; /* of the source */
    struct slice why;
};
struct droppeds { struct dropped *ptr; size_t len; };

enum entity_type { ENTITY_NONE = 0, ENTITY_PERSON, ENTITY_ORGANIZATION, ENTITY_LOCATION, ENTITY_MISC };

struct mention {
    uint32_t b, e;
    enum entity_type type; /* only where it differs from the entity's; else ENTITY_NONE */
    double score;          /* 0 to 1: how likely the mention is right */
};
struct mentions { struct mention *ptr; size_t len; };

struct entity {
    struct slice name; /* canonical, or the longest mention */
    enum entity_type type;
    struct mentions mentions; /* at least one, in text order */
    struct spans roles;       /* role phrases: "special envoy" */
};
struct entities { struct entity *ptr; size_t len; };

enum quote_kind { QUOTE_NONE = 0, QUOTE_DIRECT, QUOTE_MIXED, QUOTE_BLOCK, QUOTE_INDIRECT };

struct quote {
    uint32_t b, e;            /* the words without the marks */
    enum quote_kind kind;
    struct span cue;          /* said, according to ... or none */
    struct slice speaker;     /* the entity's name when resolved, else the words of speaker_span, or absent */
    struct span speaker_span; /* where the text names the speaker, pronouns included */
    struct slice holder;      /* whose view it is when the speaker relays it */
    double score;             /* 0 to 1 */
    struct slice rule;        /* the rule that found it */
};
struct quotes { struct quote *ptr; size_t len; };

enum time_type { TIME_NONE = 0, TIME_DATE, TIME_TIME, TIME_DURATION, TIME_SET, TIME_ORDINAL };

struct timex {
    uint32_t b, e;
    enum time_type type;
    struct slice value; /* TIMEX3 (ISO 8601): 2025-04-11, PT5H, XXXX-WXX-5; ordinal years of something: war_year=4 */
    struct slice basis; /* text, published, dateline or open */
};
struct timexes { struct timex *ptr; size_t len; };

enum quantity_op { OP_NONE = 0, OP_EXACT, OP_ABOUT, OP_MORE, OP_LESS, OP_RANGE, OP_ORDINAL };

struct quantity {
    uint32_t b, e;
    double value;
    double upper;      /* the range's other end; NAN otherwise */
    enum quantity_op op;
    struct slice unit; /* percent, USD, years ... or absent */
    struct span what;  /* the words for what is counted */
};
struct quantities { struct quantity *ptr; size_t len; };

enum verdict_kind {
    VERDICT_NONE = 0, VERDICT_ORIGINAL, VERDICT_EXACT, VERDICT_NEAR, VERDICT_SYNDICATED, VERDICT_REVISION, VERDICT_CONTAINS, VERDICT_CONTAINED
};

struct verdict {
    enum verdict_kind kind;
    struct slice of;     /* the other document's key; absent for an original */
    double similarity;   /* containment, 0 to 1; NAN for an original */
    struct slice agency; /* the agency named in a syndicated text */
};

struct shared { /* a passage in both texts */
    uint32_t b, e;   /* of this text */
    uint32_t ob, oe; /* of the other's */
};
struct shareds { struct shared *ptr; size_t len; };

struct story {
    struct slice id;        /* stable */
    struct slice storyline; /* the id that related stories share */
    struct slices reasons;  /* "terms: ...", "people: ...", "place: ...", "veto: ..." */
    double similarity;      /* with the story when it joined; NAN for the first */
    bool fresh;             /* this document opened the story */
};

enum change_op { CHANGE_NONE = 0, CHANGE_MERGE, CHANGE_SPLIT, CHANGE_CLOSE, CHANGE_RELATE };

struct change { /* what else this document set off */
    enum change_op op;
    struct slice story;     /* the story that it is about */
    struct slice into;      /* the story that its documents go to (merge, split) or relates to; absent for close */
    struct slice storyline; /* of `into` from now on; absent when unchanged */
    struct slices docs;     /* keys of the documents that move */
    struct slices reasons;
};
struct changes { struct change *ptr; size_t len; };

struct fail {
    enum stage stage;
    struct slice error;  /* err_name() */
    struct slice detail; /* one line for people */
};

/* --- the document --- */

enum doc_field {
    DOC_V, DOC_TO, DOC_INSTANCE, DOC_SEQ, DOC_EPOCH, DOC_TRY, DOC_KEY, DOC_ACCEPTED,
    DOC_SOURCE, DOC_ID, DOC_NAME, DOC_TYPE, DOC_META, DOC_HASH, DOC_BYTES, DOC_RAW,
    DOC_TEXT, DOC_TITLE, DOC_TITLE_BASIS, DOC_STANDFIRST, DOC_BODY, DOC_STUB, DOC_MAP, DOC_SENTENCES,
    DOC_OUTLET, DOC_BYLINE, DOC_URL, DOC_PUBLISHED, DOC_MODIFIED, DOC_SECTION, DOC_LANG, DOC_DROPPED,
    DOC_ENTITIES, DOC_QUOTES, DOC_TIMES, DOC_QUANTITIES,
    DOC_VERDICT, DOC_SHARED, DOC_STORY, DOC_CHANGES,
    DOC_FAIL,
    DOC_FIELD_COUNT
};

typedef uint64_t doc_mask;
_Static_assert(DOC_FIELD_COUNT <= 64, "a doc_mask has a bit for each field");
#define DOC_BIT(field) ((doc_mask)1 << (field))
#define DOC_ALL (DOC_BIT(DOC_FIELD_COUNT) - 1)

struct doc {
    doc_mask has;   /* present */
    doc_mask typed; /* present and in the members below; the others are only in wire[] */
    enum doc_field culprit; /* after a failed decode, open or from_json: the field that broke it, or DOC_FIELD_COUNT */

    uint64_t v;
    enum stage to;         /* the stage that the message is for */
    struct slice instance; /* 16 bytes: the journal it came from */
    uint64_t seq, epoch, try;
    struct slice key;
    uint64_t accepted; /* ms since 1970, UTC: the only clock that judgements use */
    struct slice source, id, name, type;
    struct meta meta;
    struct slice hash; /* BLAKE2b-256 of raw, hex */
    uint64_t bytes;    /* of raw */
    struct slice raw;

    struct slice text;
    struct span title;
    enum title_basis title_basis;
    struct span standfirst;
    uint64_t body; /* the byte where the body begins */
    enum stub stub;
    struct runs map;
    struct spans sentences;
    struct sourced outlet;
    struct slices byline;
    struct slice url;
    struct moment published, modified;
    struct slice section;
    struct sourced lang; /* BCP 47 */
    struct droppeds dropped;

    struct entities entities;
    struct quotes quotes;
    struct timexes times;
    struct quantities quantities;

    struct verdict verdict;
    struct shareds shared;
    struct story story;
    struct changes changes;

    struct fail fail;

    struct slice wire[DOC_FIELD_COUNT]; /* each field's value as it arrived (msgpack); ptr NULL when it was set here */
    struct slices unknown;              /* key and value, byte for byte, of fields that this release does not know */
};

static inline bool doc_has(const struct doc *d, enum doc_field f)
{
    return (d->has & DOC_BIT(f)) != 0;
}

/* Call after writing a member: the field is present and will be encoded from the member. */
static inline void doc_set(struct doc *d, enum doc_field f)
{
    d->has |= DOC_BIT(f);
    d->typed |= DOC_BIT(f);
    d->wire[f] = (struct slice){NULL, 0};
}

static inline void doc_clear(struct doc *d, enum doc_field f)
{
    d->has &= ~DOC_BIT(f);
    d->typed &= ~DOC_BIT(f);
    d->wire[f] = (struct slice){NULL, 0};
}

/* An empty document: every member absent. */
void doc_init(struct doc *doc);

/* Reads a frame. The whole frame is measured first (mp_measure: depth, counts held against the bytes that are there, UTF-8);
 * the fields in `want` are decoded into members, the others stay encoded in wire[]. The doc points into `frame` and `mem`.
 * ERR_MALFORMED, ERR_DEPTH, ERR_UTF8: not a sound msgpack map. ERR_DUPLICATE, ERR_SCHEMA (wrong type, a field's own
 * limits), ERR_TOO_BIG, ERR_VERSION (v is not DOC_VERSION), ERR_MISSING (no v or key), ERR_NOMEM. */
enum err doc_decode(struct slice frame, doc_mask want, struct arena *mem, struct doc *doc) MUST_CHECK;

/* What can still be told of a frame that doc_decode refuses, or of its first bytes: the wanted fields of the envelope (scalars only)
 * that stand before the trouble, and key. ERR_MISSING when the key is not among them. Never looks at v. */
enum err doc_peek(struct slice frame, doc_mask want, struct arena *mem, struct doc *doc) MUST_CHECK;

/* Decodes further fields of a decoded doc into its members; absent ones are skipped. */
enum err doc_open(struct doc *doc, doc_mask want, struct arena *mem) MUST_CHECK;

/* Fields whose last reader lies before stage `to`: they are left out of messages to it. */
doc_mask doc_behind(enum stage to);

/* Writes the frame for stage doc->to: table order, then the unknown; fields whose last reader lies before that stage are left
 * out. Appends to out. ERR_SCHEMA or ERR_TOO_BIG when a field breaks its own limits (doc_culprit() names it). */
enum err doc_encode(const struct doc *doc, struct buf *out) MUST_CHECK;

/* Checks one field's member against its limits, spans against the text: what doc_encode does for each, and tests do for all. */
enum err doc_check(const struct doc *doc, enum doc_field f) MUST_CHECK;

/* The first typed field that fails doc_check, or DOC_FIELD_COUNT. */
enum doc_field doc_culprit(const struct doc *doc);

/* Sets `fail`; detail is printf'ed into mem (empty when there is no room) and cut to the field's ceiling. The first failure stays. */
void doc_fail(struct doc *doc, struct arena *mem, enum stage stage, enum err e, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* The JSON view (one line without its newline): fields by their keys, raw in base64, accepted as a number of ms.
 * doc_from_json decodes all known fields and ignores others; a line without `key` gets ERR_MISSING. All in mem. */
enum err doc_from_json(struct slice line, struct arena *mem, struct doc *doc) MUST_CHECK;
/* The same, much faster for lines up to JSON_READ_MAX; `quick` may be NULL. */
struct json_reader;
enum err doc_read_json(struct json_reader *quick, struct slice line, struct arena *mem, struct doc *doc) MUST_CHECK;
enum { DOC_JSON_DEPTH = 32 }; /* what `quick` is made for: deeper ones are read by the slow way */
/* Opens what is still encoded. Fields in `leave_out` are not printed. Appends to out. */
enum err doc_to_json(struct doc *doc, doc_mask leave_out, struct arena *mem, struct buf *out) MUST_CHECK;

#endif
