/* doc_fields.c - the rows of the document, and the records inside them. */
#include "doc_fields.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define RECORD(var, label, type, cols, where) \
    static const struct record var = {.name = label, .size = sizeof(type), .columns = cols, .n = COUNT(cols), .place = where}

enum { WORD = 256, LINE = 1024, URL = 4096, PHRASE = 4096 };

const char *const doc_stage_choices[] = {"none", "ingest", "normalize", "tag", "dedup", "report", NULL};
static const char *const precisions[] = {"none", "year", "month", "day", "minute", "second", NULL};
static const char *const title_bases[] = {"none", "meta", "line", "lead", NULL};
static const char *const stubs[] = {"none", "paywall", "summary", NULL};
static const char *const entity_types[] = {"none", "person", "organization", "location", "misc", NULL};
static const char *const quote_kinds[] = {"none", "direct", "mixed", "block", "indirect", NULL};
static const char *const time_types[] = {"none", "date", "time", "duration", "set", "ordinal", NULL};
static const char *const quantity_ops[] = {"none", "exact", "about", "more", "less", "range", "ordinal", NULL};
static const char *const verdict_kinds[] = {"none", "original", "exact", "near", "syndicated", "revision", "contains", "contained", NULL};
static const char *const change_ops[] = {"none", "merge", "split", "close", "relate", NULL};

static const struct column meta_columns[] = {
    {"url", COLUMN_TEXT, offsetof(struct meta, url), .max = URL, .help = "where it was published"},
    {"outlet", COLUMN_TEXT, offsetof(struct meta, outlet), .max = LINE, .help = "who published it"},
    {"published", COLUMN_TEXT, offsetof(struct meta, published), .max = WORD, .help = "when, in any usual form"},
    {"modified", COLUMN_TEXT, offsetof(struct meta, modified), .max = WORD, .help = "when it was last changed"},
    {"lang", COLUMN_TEXT, offsetof(struct meta, lang), .max = WORD, .help = "language, BCP 47"},
    {"title", COLUMN_TEXT, offsetof(struct meta, title), .max = PHRASE, .help = "headline"},
    {"section", COLUMN_TEXT, offsetof(struct meta, section), .max = LINE, .help = "section of the outlet"},
    {"byline", COLUMN_TEXTS, offsetof(struct meta, byline), .max = 64, .each = LINE, .help = "authors"},
    {"charset", COLUMN_TEXT, offsetof(struct meta, charset), .max = WORD, .help = "charset that the transport stated"},
    {"summary", COLUMN_BOOL, offsetof(struct meta, summary), .help = "the body is a summary, not the article"},
    {"slug", COLUMN_TEXT, offsetof(struct meta, slug), .max = LINE, .help = "the wire's working name for it"},
    {"dateline", COLUMN_TEXT, offsetof(struct meta, dateline), .max = LINE, .help = "place, and often date, above the text"},
    {"urgency", COLUMN_TEXT, offsetof(struct meta, urgency), .max = WORD, .help = "1 (most) to 9, as the wire has it"},
    {"version", COLUMN_TEXT, offsetof(struct meta, version), .max = WORD, .help = "which version of the item this is"},
    {"embargo", COLUMN_TEXT, offsetof(struct meta, embargo), .max = WORD, .help = "not to be published before"},
    {"agency", COLUMN_TEXT, offsetof(struct meta, agency), .max = LINE, .help = "who sent it: the outlet where no other is named"},
};
const struct record doc_meta_record = {.name = "meta", .size = sizeof(struct meta), .columns = meta_columns, .n = COUNT(meta_columns)};

static const struct column sourced_columns[] = {
    {"value", COLUMN_TEXT, offsetof(struct sourced, value), .required = true, .max = LINE},
    {"basis", COLUMN_TEXT, offsetof(struct sourced, basis), .max = WORD},
};
RECORD(sourced_record, "sourced", struct sourced, sourced_columns, PLACE_NONE);

static const struct column moment_columns[] = {
    {"value", COLUMN_TEXT, offsetof(struct moment, value), .required = true, .max = WORD},
    {"basis", COLUMN_TEXT, offsetof(struct moment, basis), .max = WORD},
    {"precision", COLUMN_CHOICE, offsetof(struct moment, precision), .choices = precisions},
};
RECORD(moment_record, "moment", struct moment, moment_columns, PLACE_NONE);

static const struct column dropped_columns[] = {
    {"b", COLUMN_U32, offsetof(struct dropped, b), .required = true},
    {"e", COLUMN_U32, offsetof(struct dropped, e), .required = true},
    {"why", COLUMN_TEXT, offsetof(struct dropped, why), .required = true, .max = WORD},
};
RECORD(dropped_record, "dropped", struct dropped, dropped_columns, PLACE_SOURCE);

static const struct column mention_columns[] = {
    {"b", COLUMN_U32, offsetof(struct mention, b), .required = true},
    {"e", COLUMN_U32, offsetof(struct mention, e), .required = true},
    {"type", COLUMN_CHOICE, offsetof(struct mention, type), .choices = entity_types},
    {"score", COLUMN_REAL, offsetof(struct mention, score)},
};
RECORD(mention_record, "mention", struct mention, mention_columns, PLACE_TEXT);

static const struct column entity_columns[] = {
    {"name", COLUMN_TEXT, offsetof(struct entity, name), .required = true, .max = LINE},
    {"type", COLUMN_CHOICE, offsetof(struct entity, type), .required = true, .choices = entity_types},
    {"mentions", COLUMN_RECORDS, offsetof(struct entity, mentions), .required = true, .max = 1 << 20, .record = &mention_record},
    {"roles", COLUMN_SPANS, offsetof(struct entity, roles), .max = 1 << 16},
};
RECORD(entity_record, "entity", struct entity, entity_columns, PLACE_NONE);

static const struct column quote_columns[] = {
    {"b", COLUMN_U32, offsetof(struct quote, b), .required = true},
    {"e", COLUMN_U32, offsetof(struct quote, e), .required = true},
    {"kind", COLUMN_CHOICE, offsetof(struct quote, kind), .required = true, .choices = quote_kinds},
    {"cue", COLUMN_SPAN, offsetof(struct quote, cue)},
    {"speaker", COLUMN_TEXT, offsetof(struct quote, speaker), .max = LINE},
    {"speaker_span", COLUMN_SPAN, offsetof(struct quote, speaker_span)},
    {"holder", COLUMN_TEXT, offsetof(struct quote, holder), .max = LINE},
    {"score", COLUMN_REAL, offsetof(struct quote, score)},
    {"rule", COLUMN_TEXT, offsetof(struct quote, rule), .max = WORD},
};
RECORD(quote_record, "quote", struct quote, quote_columns, PLACE_TEXT);

static const struct column time_columns[] = {
    {"b", COLUMN_U32, offsetof(struct timex, b), .required = true},
    {"e", COLUMN_U32, offsetof(struct timex, e), .required = true},
    {"type", COLUMN_CHOICE, offsetof(struct timex, type), .required = true, .choices = time_types},
    {"value", COLUMN_TEXT, offsetof(struct timex, value), .required = true, .max = WORD},
    {"basis", COLUMN_TEXT, offsetof(struct timex, basis), .max = WORD},
};
RECORD(time_record, "time", struct timex, time_columns, PLACE_TEXT);

static const struct column quantity_columns[] = {
    {"b", COLUMN_U32, offsetof(struct quantity, b), .required = true},
    {"e", COLUMN_U32, offsetof(struct quantity, e), .required = true},
    {"value", COLUMN_REAL, offsetof(struct quantity, value), .required = true},
    {"upper", COLUMN_REAL, offsetof(struct quantity, upper)},
    {"op", COLUMN_CHOICE, offsetof(struct quantity, op), .choices = quantity_ops},
    {"unit", COLUMN_TEXT, offsetof(struct quantity, unit), .max = WORD},
    {"what", COLUMN_SPAN, offsetof(struct quantity, what)},
};
RECORD(quantity_record, "quantity", struct quantity, quantity_columns, PLACE_TEXT);

static const struct column verdict_columns[] = {
    {"kind", COLUMN_CHOICE, offsetof(struct verdict, kind), .required = true, .choices = verdict_kinds},
    {"of", COLUMN_TEXT, offsetof(struct verdict, of), .max = DOC_KEY_MAX},
    {"similarity", COLUMN_REAL, offsetof(struct verdict, similarity)},
    {"agency", COLUMN_TEXT, offsetof(struct verdict, agency), .max = LINE},
};
RECORD(verdict_record, "verdict", struct verdict, verdict_columns, PLACE_NONE);

static const struct column shared_columns[] = {
    {"b", COLUMN_U32, offsetof(struct shared, b), .required = true},
    {"e", COLUMN_U32, offsetof(struct shared, e), .required = true},
    {"ob", COLUMN_U32, offsetof(struct shared, ob), .required = true},
    {"oe", COLUMN_U32, offsetof(struct shared, oe), .required = true},
};
RECORD(shared_record, "shared", struct shared, shared_columns, PLACE_TEXT);

static const struct column story_columns[] = {
    {"id", COLUMN_TEXT, offsetof(struct story, id), .required = true, .max = WORD},
    {"storyline", COLUMN_TEXT, offsetof(struct story, storyline), .max = WORD},
    {"reasons", COLUMN_TEXTS, offsetof(struct story, reasons), .max = 64, .each = LINE},
    {"similarity", COLUMN_REAL, offsetof(struct story, similarity)},
    {"fresh", COLUMN_BOOL, offsetof(struct story, fresh)},
};
RECORD(story_record, "story", struct story, story_columns, PLACE_NONE);

static const struct column change_columns[] = {
    {"op", COLUMN_CHOICE, offsetof(struct change, op), .required = true, .choices = change_ops},
    {"story", COLUMN_TEXT, offsetof(struct change, story), .required = true, .max = WORD},
    {"into", COLUMN_TEXT, offsetof(struct change, into), .max = WORD},
    {"storyline", COLUMN_TEXT, offsetof(struct change, storyline), .max = WORD},
    {"docs", COLUMN_TEXTS, offsetof(struct change, docs), .max = 1 << 20, .each = DOC_KEY_MAX},
    {"reasons", COLUMN_TEXTS, offsetof(struct change, reasons), .max = 64, .each = LINE},
};
RECORD(change_record, "change", struct change, change_columns, PLACE_NONE);

static const struct column fail_columns[] = {
    {"stage", COLUMN_CHOICE, offsetof(struct fail, stage), .required = true, .choices = doc_stage_choices},
    {"error", COLUMN_TEXT, offsetof(struct fail, error), .required = true, .max = WORD},
    {"detail", COLUMN_TEXT, offsetof(struct fail, detail), .max = LINE},
};
RECORD(fail_record, "fail", struct fail, fail_columns, PLACE_NONE);

const struct record *const doc_records[] = {
    &doc_meta_record, &sourced_record, &moment_record, &dropped_record, &mention_record, &entity_record, &quote_record, &time_record,
    &quantity_record, &verdict_record, &shared_record, &story_record, &change_record, &fail_record, NULL,
};

#define FIELD(id, member, type, write, read, words, ...) \
    [id] = {.column = {#member, type, offsetof(struct doc, member), __VA_ARGS__}, .writer = write, .reader = read, .sentence = words}

const struct doc_row doc_fields[DOC_FIELD_COUNT] = {
    FIELD(DOC_V, v, COLUMN_U64, STAGE_INGEST, STAGE_REPORT, "Major version of the format: 1.", .required = true),
    FIELD(DOC_TO, to, COLUMN_CHOICE, STAGE_INGEST, STAGE_REPORT, "The stage that this message is for; each sender sets the next one.",
          .choices = doc_stage_choices),
    FIELD(DOC_INSTANCE, instance, COLUMN_BYTES, STAGE_INGEST, STAGE_REPORT, "The 16 random bytes that name the journal it came from.",
          .max = INSTANCE_SIZE, .hex = true),
    FIELD(DOC_SEQ, seq, COLUMN_U64, STAGE_INGEST, STAGE_REPORT, "Its number in that journal, from 1, never reused."),
    FIELD(DOC_EPOCH, epoch, COLUMN_U64, STAGE_INGEST, STAGE_REPORT, "How often ingest had started when this copy was sent."),
    FIELD(DOC_TRY, try, COLUMN_U64, STAGE_INGEST, STAGE_REPORT, "How often it had been sent before, in this epoch.", .max = 1 << 20),
    FIELD(DOC_KEY, key, COLUMN_TEXT, STAGE_INGEST, STAGE_REPORT,
          "BLAKE2b-128 of length-prefixed source, id and content, in hex: same bytes from the same source, same document.",
          .required = true, .max = DOC_KEY_MAX),
    FIELD(DOC_ACCEPTED, accepted, COLUMN_U64, STAGE_INGEST, STAGE_REPORT,
          "When ingest took it, in ms since 1970 UTC: the only clock that judgements use."),
    FIELD(DOC_SOURCE, source, COLUMN_TEXT, STAGE_INGEST, STAGE_REPORT, "Who fed it, as the feeder said.", .max = LINE),
    FIELD(DOC_ID, id, COLUMN_TEXT, STAGE_INGEST, STAGE_REPORT, "The feeder's name for it, with the record's own inside a container.",
          .max = PHRASE),
    FIELD(DOC_NAME, name, COLUMN_TEXT, STAGE_INGEST, STAGE_REPORT, "The file that it came from, for people.", .max = PHRASE),
    FIELD(DOC_TYPE, type, COLUMN_TEXT, STAGE_INGEST, STAGE_NORMALIZE, "Media type of `raw`.", .max = WORD),
    FIELD(DOC_META, meta, COLUMN_RECORD, STAGE_INGEST, STAGE_NORMALIZE, "What the feeder or the container said of it, as said.",
          .record = &doc_meta_record),
    FIELD(DOC_HASH, hash, COLUMN_TEXT, STAGE_INGEST, STAGE_REPORT, "BLAKE2b-256 of `raw`, in hex.", .max = 128),
    FIELD(DOC_BYTES, bytes, COLUMN_U64, STAGE_INGEST, STAGE_REPORT, "Size of `raw`."),
    FIELD(DOC_RAW, raw, COLUMN_BYTES, STAGE_INGEST, STAGE_NORMALIZE, "The document as fed, after decompression.", .max = DOC_RAW_MAX),
    FIELD(DOC_TEXT, text, COLUMN_TEXT, STAGE_NORMALIZE, STAGE_REPORT,
          "The title's line, the standfirst's if any, an empty line, the body. All spans are of this text.", .max = DOC_TEXT_MAX),
    FIELD(DOC_TITLE, title, COLUMN_SPAN, STAGE_NORMALIZE, STAGE_REPORT, "The headline, or nothing: none is invented."),
    FIELD(DOC_TITLE_BASIS, title_basis, COLUMN_CHOICE, STAGE_NORMALIZE, STAGE_REPORT, "Where the title was found.",
          .choices = title_bases),
    FIELD(DOC_STANDFIRST, standfirst, COLUMN_SPAN, STAGE_NORMALIZE, STAGE_REPORT, "The line under the headline."),
    FIELD(DOC_BODY, body, COLUMN_U64, STAGE_NORMALIZE, STAGE_REPORT, "The byte of `text` where the body begins.", .max = DOC_TEXT_MAX),
    FIELD(DOC_STUB, stub, COLUMN_CHOICE, STAGE_NORMALIZE, STAGE_REPORT, "Why this is not the whole article, if so.", .choices = stubs),
    FIELD(DOC_MAP, map, COLUMN_RUNS, STAGE_NORMALIZE, STAGE_REPORT,
          "Origin map: runs of bytes copied verbatim from `raw` (its UTF-8 form), in text order.", .max = 1 << 21),
    FIELD(DOC_SENTENCES, sentences, COLUMN_SPANS, STAGE_NORMALIZE, STAGE_REPORT, "Sentences, in order.", .max = 1 << 20),
    FIELD(DOC_OUTLET, outlet, COLUMN_RECORD, STAGE_NORMALIZE, STAGE_REPORT, "Who published it, and what that rests on.",
          .record = &sourced_record),
    FIELD(DOC_BYLINE, byline, COLUMN_TEXTS, STAGE_NORMALIZE, STAGE_REPORT, "Its authors, people only.", .max = 64, .each = LINE),
    FIELD(DOC_URL, url, COLUMN_TEXT, STAGE_NORMALIZE, STAGE_REPORT, "Its canonical address.", .max = URL),
    FIELD(DOC_PUBLISHED, published, COLUMN_RECORD, STAGE_NORMALIZE, STAGE_REPORT, "When it was published; never later than `accepted`.",
          .record = &moment_record),
    FIELD(DOC_MODIFIED, modified, COLUMN_RECORD, STAGE_NORMALIZE, STAGE_REPORT, "When it was last changed.", .record = &moment_record),
    FIELD(DOC_SECTION, section, COLUMN_TEXT, STAGE_NORMALIZE, STAGE_REPORT, "Section of the outlet.", .max = LINE),
    FIELD(DOC_LANG, lang, COLUMN_RECORD, STAGE_NORMALIZE, STAGE_REPORT, "Its language, BCP 47.", .record = &sourced_record),
    FIELD(DOC_DROPPED, dropped, COLUMN_RECORDS, STAGE_NORMALIZE, STAGE_REPORT,
          "What is not article text, in offsets of the source, each with the reason.", .max = 1 << 20, .record = &dropped_record),
    FIELD(DOC_ENTITIES, entities, COLUMN_RECORDS, STAGE_TAG, STAGE_REPORT,
          "Who and what is named; the type of a mention is given where it differs.", .max = 1 << 18, .record = &entity_record),
    FIELD(DOC_QUOTES, quotes, COLUMN_RECORDS, STAGE_TAG, STAGE_REPORT, "Who said what: the words without their marks.", .max = 1 << 18,
          .record = &quote_record),
    FIELD(DOC_TIMES, times, COLUMN_RECORDS, STAGE_TAG, STAGE_REPORT, "Dates, times, durations as TIMEX3 values.", .max = 1 << 18,
          .record = &time_record),
    FIELD(DOC_QUANTITIES, quantities, COLUMN_RECORDS, STAGE_TAG, STAGE_REPORT, "Numbers with what they count.", .max = 1 << 18,
          .record = &quantity_record),
    FIELD(DOC_VERDICT, verdict, COLUMN_RECORD, STAGE_DEDUP, STAGE_REPORT, "Original, or a copy of which document.",
          .record = &verdict_record),
    FIELD(DOC_SHARED, shared, COLUMN_RECORDS, STAGE_DEDUP, STAGE_REPORT, "Passages in both texts: [b, e) here, [ob, oe) there.",
          .max = 1 << 16, .record = &shared_record),
    FIELD(DOC_STORY, story, COLUMN_RECORD, STAGE_DEDUP, STAGE_REPORT, "The story that it belongs to, and why.", .record = &story_record),
    FIELD(DOC_CHANGES, changes, COLUMN_RECORDS, STAGE_DEDUP, STAGE_REPORT, "What else this document set off among the stories.",
          .max = 1 << 16, .record = &change_record),
    FIELD(DOC_FAIL, fail, COLUMN_RECORD, STAGE_NONE, STAGE_REPORT, "Which stage could not process it, and why: it ends in the reject file.",
          .record = &fail_record),
};
