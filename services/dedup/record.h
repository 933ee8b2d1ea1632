/* record.h - the records of the index as bytes: small, and read with the distrust that files deserve. */
#ifndef WD_DEDUP_RECORD_H
#define WD_DEDUP_RECORD_H

#include "../../proto/doc.h"
#include "links.h"
#include "shingles.h"
#include "slots.h"
#include "vector.h"

enum {
    POSTED_MAX = 16,  /* shingles of one document in the anchors */
    REPRESENTATIVES = 8, /* members by which a story is judged: the first ones and the latest */
    STORY_TERMS = 40, /* terms under which a story is found */
};

/* What a restart loads of each document. Times in minutes since 1970. */
struct hot {
    uint32_t minutes; /* when it was published; 0: it does not say */
    uint32_t clock;   /* the index's clock when it came */
    uint32_t root;    /* the original that its chain of copies ends at; its own number for an original */
    uint32_t story;   /* as it was judged; follow stories_find() */
    uint32_t outlet, source; /* hashes, 0: unknown */
    uint32_t posted[POSTED_MAX]; /* ascending */
    uint8_t n_posted;
    bool copy; /* adds no weight to its story */
};

/* A stored sketch: of each shingle its place and 16 bits of its hash, relative to `below`. */
struct stored_sketch {
    uint32_t below, n;
    uint32_t at[DENSE_MAX];
    uint16_t hash[DENSE_MAX];
};

/* What a text is about, as it is kept to judge stories by. */
struct member {
    struct link_time time;
    struct slots slots;
    struct vector vector;
};

struct story_record {
    uint32_t into;      /* the story that it was merged into; 0: it lives */
    uint32_t storyline;
    uint32_t weight;    /* members that are no copies */
    uint32_t members;
    uint32_t first, last; /* minutes; 0: unknown */
    uint32_t clock;     /* the index's clock when its last member came */
    uint32_t representative[REPRESENTATIVES];
    uint32_t term[STORY_TERMS];
    uint8_t n_representatives, n_terms;
};

struct counters {
    uint32_t documents, stories, storylines; /* numbers given so far */
    uint32_t oldest;  /* the first document still within the horizon */
    uint32_t closing; /* where the periodic pass goes on */
    uint32_t clock;   /* the latest time seen, minutes */
    uint32_t began;   /* the first one, 0 while there is none; not in the record. What came before any time was known counts from it */
    uint32_t lexicon; /* the document up to which the saved lexicon counts */
};

/* The 16 bits under which a sketch with that bound stores a hash below it. */
static inline uint16_t shingle_short(uint32_t hash, uint32_t below)
{
    return (uint16_t)(((uint64_t)hash << 16) / ((uint64_t)below + 1));
}
/* The least hash that is stored so. */
static inline uint32_t shingle_least(uint32_t hash_short, uint32_t below)
{
    return (uint32_t)((hash_short * ((uint64_t)below + 1) + 0xFFFF) >> 16);
}

/* Each put_ appends to a buffer; the buffer's own error says whether there was room. Each get_ answers ERR_MALFORMED for bytes
 * that no put_ wrote: cut short, counts over their ceilings, something left over. */
enum err put_hot(const struct hot *h, struct buf *out) MUST_CHECK;
enum err get_hot(struct slice in, struct hot *h) MUST_CHECK;
enum err put_sketch(const struct sketch *sketch, struct buf *out) MUST_CHECK;
enum err put_stored_sketch(const struct stored_sketch *s, struct buf *out) MUST_CHECK;
enum err get_sketch(struct slice in, struct stored_sketch *s) MUST_CHECK;
/* Its two halves: all but the places, which are most of the work, and the places of what the first has read. */
enum err get_sketch_hashes(struct slice in, struct stored_sketch *s) MUST_CHECK;
enum err get_sketch_places(struct slice in, struct stored_sketch *s) MUST_CHECK;
enum err put_member(struct link_time time, const struct slots *slots, const struct vector *v, struct buf *out) MUST_CHECK;
enum err get_member(struct slice in, struct member *m) MUST_CHECK;
enum err put_story(const struct story_record *s, struct buf *out) MUST_CHECK;
enum err get_story(struct slice in, struct story_record *s) MUST_CHECK;
enum err put_counters(const struct counters *c, struct buf *out) MUST_CHECK;
enum err get_counters(struct slice in, struct counters *c) MUST_CHECK;

/* A record of the first format's table of bodies as one of sketches and one of members. */
enum err move_body(struct slice in, struct buf *sketch, struct buf *member) MUST_CHECK;

/* key, verdict, shared, story and changes of a judged document. get_judged fills them and marks the fields present; the texts point
 * into `in` or mem. */
enum err put_judged(const struct doc *doc, struct buf *out) MUST_CHECK;
enum err get_judged(struct slice in, struct arena *mem, struct doc *doc) MUST_CHECK;
/* Its key alone. */
enum err get_judged_key(struct slice in, struct slice *key) MUST_CHECK;

/* Under which a document's number is found. */
void key_hash(struct slice key, char out[16]);

/* Numbers of seven bits a byte, and texts with their length before them. */
enum err put_number(struct buf *out, uint64_t n);
enum err put_text(struct buf *out, struct slice s);
bool get_number(struct slice *in, uint64_t most, uint64_t *n) MUST_CHECK;
/* Little-endian, `bytes` (at most 4) wide. */
bool get_fixed(struct slice *in, size_t bytes, uint32_t *n) MUST_CHECK;

#endif
