/* line_shapes.c - the table of stream lines: members, kinds, one sentence each. */
#include <stddef.h>

#include "shape.h"

#define TEXT(k, h) {.key = k, .kind = SHAPE_TEXT, .help = h}
#define MUST_TEXT(k, h) {.key = k, .kind = SHAPE_TEXT, .required = true, .help = h}
#define TEXTS(k, h) {.key = k, .kind = SHAPE_TEXT, .list = true, .help = h}
#define COUNT(k, h) {.key = k, .kind = SHAPE_COUNT, .help = h}
#define MUST_COUNT(k, h) {.key = k, .kind = SHAPE_COUNT, .required = true, .help = h}
#define REAL(k, h) {.key = k, .kind = SHAPE_REAL, .help = h}
#define BOOL(k, h) {.key = k, .kind = SHAPE_BOOL, .help = h}
#define WORD(k, w, h) {.key = k, .kind = SHAPE_WORD, .words = w, .help = h}
#define MUST_WORD(k, w, h) {.key = k, .kind = SHAPE_WORD, .words = w, .required = true, .help = h}
#define ONE(k, o, h) {.key = k, .kind = SHAPE_RECORD, .of = o, .help = h}
#define MUST_ONE(k, o, h) {.key = k, .kind = SHAPE_RECORD, .of = o, .required = true, .help = h}
#define MANY(k, o, h) {.key = k, .kind = SHAPE_RECORD, .list = true, .of = o, .help = h}
#define END {.key = NULL}

#define HEAD(name, ops)                                                                                      \
    MUST_COUNT("v", "version of the format: 1"),                                                             \
    MUST_COUNT("seq", "number of the line: one more than the line before, over all days"),                   \
    MUST_TEXT("ts", "when the line was written, RFC 3339, UTC"),                                             \
    MUST_WORD("type", name, NULL),                                                                           \
    MUST_WORD("op", ops, NULL),                                                                              \
    MUST_TEXT("id", "what the line is about; the last line of an id holds its whole state")

static const struct shape_row span_rows[] = {
    MUST_TEXT("d", "key of the article"), MUST_COUNT("b", "first byte in its text"), MUST_COUNT("e", "byte behind the last"),
    MUST_TEXT("t", "these bytes"), COUNT("cut", "where the whole passage ends, when t is only its beginning"), END,
};
static const struct shape span = {"span", span_rows, NULL};

static const struct shape_row place_rows[] = {MUST_TEXT("d", "key of the article"), MUST_COUNT("b", NULL), MUST_COUNT("e", NULL), END};
static const struct shape place = {"place", place_rows, NULL};

static const struct shape_row sourced_rows[] = {MUST_TEXT("value", NULL), TEXT("basis", "where it was found"), END};
static const struct shape sourced = {"sourced", sourced_rows, NULL};

static const char *const precisions[] = {"year", "month", "day", "minute", "second", NULL};
static const struct shape_row moment_rows[] = {
    MUST_TEXT("value", "ISO 8601, as exact as the source"), TEXT("basis", "meta, url, text, feed or unknown"),
    WORD("precision", precisions, NULL), END,
};
static const struct shape moment = {"moment", moment_rows, NULL};

static const struct shape_row dropped_rows[] = {
    MUST_COUNT("b", NULL), MUST_COUNT("e", NULL), MUST_TEXT("why", NULL), END,
};
static const struct shape dropped = {"dropped", dropped_rows, NULL};

static const char *const verdicts[] = {"original", "exact", "near", "syndicated", "revision", "contains", "contained", NULL};
static const struct shape_row verdict_rows[] = {
    MUST_WORD("kind", verdicts, NULL), TEXT("of", "key of the other article"), REAL("similarity", "containment, 0 to 1"),
    TEXT("agency", "named in a syndicated text"), END,
};
static const struct shape verdict = {"verdict", verdict_rows, NULL};

static const struct shape_row shared_rows[] = {
    MUST_ONE("here", &span, NULL), MUST_ONE("there", &place, "the same passage in the other article"), END,
};
static const struct shape shared = {"shared", shared_rows, NULL};

static const char *const entity_types[] = {"person", "organization", "location", "misc", NULL};
static const char *const resolvers[] = {"article", "story", "days", NULL};
static const struct shape_row entity_rows[] = {
    MUST_TEXT("name", NULL), TEXT("id", "who it is, the same in all lines of all days; absent while that is open"),
    TEXT("as", "the full name, where the article gives less"), WORD("by", resolvers, "what says so"),
    MUST_WORD("type", entity_types, NULL), MUST_COUNT("n", "mentions"),
    ONE("first", &span, "the first mention"), MANY("roles", &span, "role phrases"), END,
};
static const struct shape entity = {"entity", entity_rows, NULL};

static const char *const time_types[] = {"date", "time", "duration", "set", "ordinal", NULL};
static const struct shape_row time_rows[] = {
    MUST_ONE("span", &span, NULL), MUST_WORD("type", time_types, NULL), MUST_TEXT("value", "TIMEX3"),
    TEXT("basis", "text, published, dateline or open"), END,
};
static const struct shape time_shape = {"time", time_rows, NULL};

static const char *const quantity_ops[] = {"exact", "about", "more", "less", "range", "ordinal", NULL};
static const struct shape_row quantity_rows[] = {
    MUST_ONE("span", &span, NULL), {.key = "value", .kind = SHAPE_REAL, .required = true}, REAL("upper", "the other end of a range"),
    WORD("op", quantity_ops, NULL), TEXT("unit", NULL), ONE("what", &span, "what it counts"), END,
};
static const struct shape quantity = {"quantity", quantity_rows, NULL};

/* --- article --- */

static const char *const article_name[] = {"article", NULL}, *const article_ops[] = {"new", "update", NULL};
static const char *const title_bases[] = {"meta", "line", "lead", NULL}, *const stubs[] = {"paywall", "summary", NULL};
static const char *const outcomes[] = {"reported", "duplicate", NULL};
static const struct shape_row article_rows[] = {
    HEAD(article_name, article_ops),
    TEXT("name", "the file that it came from"),
    MUST_WORD("outcome", outcomes, "a duplicate is a copy: exact, near, syndicated or contained"),
    TEXT("accepted", "when it was taken in, RFC 3339"),
    TEXT("source", "who fed it"),
    ONE("title", &span, "the headline, where there is one"),
    WORD("title_basis", title_bases, NULL),
    ONE("outlet", &sourced, NULL),
    TEXT("url", NULL),
    TEXTS("byline", NULL),
    ONE("published", &moment, NULL),
    ONE("modified", &moment, NULL),
    TEXT("section", NULL),
    TEXT("lang", "BCP 47"),
    WORD("stub", stubs, "why this is not the whole article"),
    MUST_COUNT("bytes", "size of the document as fed"),
    TEXT("hash", "BLAKE2b-256 of the document as fed"),
    COUNT("text_bytes", "size of its clean text"),
    MANY("dropped", &dropped, "what is not article text, in bytes of the document as fed"),
    ONE("verdict", &verdict, NULL),
    MANY("shared", &shared, "passages that stand in the other article too"),
    MANY("entities", &entity, "by number of mentions"),
    MANY("times", &time_shape, NULL),
    MANY("quantities", &quantity, NULL),
    COUNT("quotes", "number of its quotes"),
    TEXT("story", "id of its story"),
    TEXT("storyline", NULL),
    TEXTS("story_why", "why it stands in that story"),
    COUNT("more_entities", "left out here"), COUNT("more_times", "left out here"), COUNT("more_quantities", "left out here"),
    COUNT("more_dropped", "left out here"), COUNT("more_shared", "left out here"),
    END,
};
static const struct shape article = {"article", article_rows, "one article, copies included"};

/* --- story --- */

static const struct shape_row cited_rows[] = {
    TEXT("value", "ours: the normal form or the name"), MANY("spans", &span, "where the texts have it"), END,
};
static const struct shape cited = {"cited", cited_rows, NULL};

static const struct shape_row event_rows[] = {
    ONE("type", &cited, NULL), ONE("place", &cited, NULL), ONE("when", &cited, NULL), ONE("duration", &cited, NULL),
    MANY("participants", &cited, NULL), END,
};
static const struct shape event = {"event", event_rows, NULL};

static const char *const roles[] = {"lead", "adds", "repeats", "copy", NULL};
static const struct shape_row part_rows[] = {
    MUST_TEXT("id", "key of the article"), TEXT("name", NULL), TEXT("outlet", NULL), WORD("role", roles, "its part in the story"),
    BOOL("independent", "it counts when agreement is counted"), BOOL("read", "it was compared; the others are only counted"),
    TEXT("of", "key of the article that it copies"), TEXT("why", "verdict, run or coverage"),
    MANY("adds", &span, "what it has before all others"), END,
};
static const struct shape part = {"part", part_rows, NULL};

static const struct shape_row role_rows[] = {MUST_TEXT("role", NULL), MANY("spans", &span, NULL), END};
static const struct shape role_shape = {"role", role_rows, NULL};

static const struct shape_row actor_rows[] = {
    MUST_TEXT("name", "under its fullest form"), TEXT("id", "who it is, the same in all lines of all days; absent while that is open"),
    MUST_WORD("type", entity_types, NULL), REAL("salience", "0 to 1"),
    MUST_COUNT("mentions", NULL), MUST_COUNT("articles", NULL), MUST_COUNT("independent", NULL),
    BOOL("open", "several bear the name, or nothing resolves it"), TEXTS("aliases", NULL), MANY("roles", &role_shape, NULL),
    ONE("first", &span, "the first mention under the fullest form"), END,
};
static const struct shape actor = {"actor", actor_rows, NULL};

static const struct shape_row value_rows[] = {
    MUST_TEXT("value", "ours: the normal form"), TEXT("shown", "the words of the first span"), MUST_COUNT("articles", NULL),
    MUST_COUNT("independent", NULL), MANY("spans", &span, NULL), END,
};
static const struct shape value_shape = {"value", value_rows, NULL};

static const char *const slots[] = {
    "place", "when", "duration", "participant", "money", "count", "percent", "age", "ordinal", "vote", "toll", "war_year", "role", "quote",
    "said", "person", "number", NULL,
};
static const struct shape_row fact_rows[] = {
    MUST_TEXT("id", NULL), MUST_WORD("slot", slots, NULL), TEXT("subject", "what it is about"), MUST_COUNT("independent", "texts that agree"),
    MANY("values", &value_shape, "the agreed one, then those that equal it within rounding or hedges"), END,
};
static const struct shape fact = {"fact", fact_rows, NULL};

static const struct shape_row statement_rows[] = {
    MUST_TEXT("id", NULL), MANY("spans", &span, "sentences of independent articles"), TEXTS("shared", "the words that tie them"), END,
};
static const struct shape statement = {"statement", statement_rows, NULL};

static const struct shape_row only_rows[] = {
    MUST_TEXT("id", NULL), MUST_WORD("slot", slots, NULL), TEXT("subject", NULL), ONE("span", &span, NULL), ONE("sentence", &span, NULL), END,
};
static const struct shape only = {"only", only_rows, NULL};

static const struct shape_row timeline_rows[] = {
    MUST_TEXT("id", NULL), MUST_TEXT("value", "TIMEX3; a weekday without a date stays one"), TEXT("basis", "text, published or open"),
    BOOL("planned", "the sentence looks ahead"), ONE("when", &span, NULL), ONE("sentence", &span, NULL),
    MANY("more", &span, "others' words for the same"), END,
};
static const struct shape timeline = {"timeline", timeline_rows, NULL};

static const struct shape_row summary_rows[] = {
    MUST_TEXT("id", NULL), MUST_ONE("sentence", &span, NULL), MANY("also", &span, "others that say nearly the same"), END,
};
static const struct shape summary = {"summary", summary_rows, NULL};

static const struct shape_row wording_rows[] = {
    ONE("ours", &span, NULL), ONE("theirs", &span, "in the first version"), BOOL("loud", "a negation, number or name is on one side only"), END,
};
static const struct shape wording = {"wording", wording_rows, NULL};

static const struct shape_row version_rows[] = {
    MUST_ONE("words", &span, NULL), TEXT("quote", "id of its line"), MANY("differences", &wording, "against the first version"), END,
};
static const struct shape version = {"version", version_rows, NULL};

static const struct shape_row utterance_rows[] = {
    MUST_TEXT("id", NULL), TEXT("speaker", NULL), TEXT("speaker_id", "who that is; absent while it is open"), MUST_COUNT("articles", NULL), MUST_COUNT("independent", NULL),
    BOOL("same_speaker", "false: two versions name different speakers"), MANY("versions", &version, "the fullest first"), END,
};
static const struct shape utterance = {"utterance", utterance_rows, NULL};

static const char *const levels[] = {"conflict", "difference", "open", "update", NULL};
#define CONFLICT                                                                                            \
    MUST_WORD("level", levels, NULL), MUST_WORD("slot", slots, NULL), TEXT("subject", NULL),                \
    TEXTS("stories", "ids of the stories it spans"), MANY("values", &value_shape, "at least two"),         \
    TEXT("majority", "the value that most independent articles have"),                                    \
    TEXT("resolved", "the value that the texts themselves prove right"),                                  \
    TEXT("resolution", "ours: how"), MANY("evidence", &span, "what the resolution rests on"),              \
    TEXT("rule", "the rule that found it")
static const struct shape_row clash_rows[] = {MUST_TEXT("id", NULL), CONFLICT, END};
static const struct shape clash = {"clash", clash_rows, NULL};

static const struct shape_row relation_rows[] = {
    MUST_TEXT("story", NULL), TEXT("type", "before, after, same actors, planned here"), TEXTS("reasons", NULL), MANY("spans", &span, NULL), END,
};
static const struct shape relation = {"relation", relation_rows, NULL};

static const struct shape_row changed_rows[] = {TEXTS("added", NULL), TEXTS("changed", NULL), TEXTS("removed", NULL), END};
static const struct shape changed = {"changed", changed_rows, NULL};
static const struct shape_row delta_rows[] = {
    ONE("articles", &changed, NULL), BOOL("headline", "it is another one now"), BOOL("event", "it changed"), ONE("entities", &changed, "names"),
    ONE("facts", &changed, "ids"), ONE("both_report", &changed, "ids"), ONE("only", &changed, "ids"), ONE("timeline", &changed, "ids"),
    ONE("summary", &changed, "ids"), ONE("quotes", &changed, "ids"), ONE("conflicts", &changed, "ids"),
    ONE("relations", &changed, "ids of stories"), END,
};
static const struct shape delta = {"delta", delta_rows, NULL};

static const char *const story_name[] = {"story", NULL}, *const story_ops[] = {"new", "update", NULL};
static const struct shape_row story_rows[] = {
    HEAD(story_name, story_ops),
    MUST_COUNT("rev", "lines of this story so far"),
    TEXT("storyline", "what related stories share"),
    ONE("headline", &span, "a source's own: a title, or a first sentence"), TEXT("headline_outlet", NULL),
    ONE("event", &event, NULL),
    MUST_COUNT("n_articles", NULL), MUST_COUNT("n_outlets", NULL), MUST_COUNT("n_independent", "copies and reprints do not count"),
    MUST_COUNT("n_read", "articles that were compared"),
    MANY("articles", &part, "in order of arrival"), COUNT("more_articles", "left out here"),
    MANY("entities", &actor, "by salience"),
    MANY("facts", &fact, "what independent articles agree on"),
    MANY("both_report", &statement, "sentences that tell the same"),
    MANY("conflicts", &clash, "conflicts first, then what is open, differences, updates"),
    MANY("only", &only, "what one article alone has"),
    MANY("timeline", &timeline, NULL),
    MANY("summary", &summary, "the sources' own sentences"),
    MANY("quotes", &utterance, "one row an utterance"),
    MANY("relations", &relation, "to other stories"),
    ONE("delta", &delta, "what changed since the last line of this story"),
    END,
};
static const struct shape story = {"story", story_rows, "the whole state of a story: what its articles say together"};

static const char *const turn_ops[] = {"merge", "split", "close", NULL};
static const struct shape_row turn_rows[] = {
    HEAD(story_name, turn_ops), MUST_COUNT("rev", NULL), TEXT("storyline", NULL), TEXT("into", "the story that its articles go to"),
    TEXTS("docs", "keys of the articles that go"), TEXTS("reasons", NULL), COUNT("more_docs", "left out here"), END,
};
static const struct shape turn = {"story_turn", turn_rows, "a story was merged into another, lost articles to another, or closed"};

/* --- quote --- */

static const struct shape_row same_rows[] = {
    MUST_TEXT("article", NULL), TEXT("quote", "id of its line"), MUST_ONE("words", &span, NULL),
    MANY("differences", &wording, "ours: this quote; theirs: the other"), BOOL("same_speaker", NULL), END,
};
static const struct shape same = {"same", same_rows, NULL};

static const char *const quote_name[] = {"quote", NULL}, *const quote_ops[] = {"new", "update", NULL};
static const char *const quote_kinds[] = {"direct", "mixed", "block", "indirect", NULL};
static const struct shape_row quote_rows[] = {
    HEAD(quote_name, quote_ops),
    MUST_TEXT("article", "key"),
    MUST_WORD("kind", quote_kinds, NULL),
    MUST_ONE("quote", &span, "the words without their marks"),
    TEXT("speaker", "the resolved name, else as the text says it"),
    TEXT("speaker_id", "who that is; absent while it is open"),
    ONE("speaker_span", &span, "where the text names the speaker"),
    ONE("cue", &span, "said, according to"),
    TEXT("holder", "whose view it is when the speaker relays it"),
    REAL("score", NULL),
    TEXT("story", NULL),
    MANY("same_as", &same, "the same utterance in other articles"),
    END,
};
static const struct shape quote = {"quote", quote_rows, "who said what"};

/* --- conflict, alert --- */

static const char *const conflict_name[] = {"conflict", NULL}, *const conflict_ops[] = {"new", "update", "close", NULL};
static const struct shape_row conflict_rows[] = {HEAD(conflict_name, conflict_ops), CONFLICT, END};
static const struct shape conflict = {"conflict", conflict_rows, "a clash of accounts, as long as it stands"};

static const char *const new_op[] = {"new", NULL};
static const char *const alert_name[] = {"alert", NULL};
static const struct shape_row alert_rows[] = {
    HEAD(alert_name, new_op), MUST_TEXT("rule", "as the watch list has it"), COUNT("line", "of the watch list"), MUST_TEXT("article", "key"),
    TEXT("story", NULL), MANY("matches", &span, NULL), TEXTS("names", "entities that matched"), END,
};
static const struct shape alert = {"alert", alert_rows, "a rule of the watch list matched an article"};

/* --- reject, stats --- */

static const char *const reject_name[] = {"reject", NULL};
static const char *const stages[] = {"ingest", "normalize", "tag", "dedup", "report", NULL};
static const struct shape_row reject_rows[] = {
    HEAD(reject_name, new_op), TEXT("name", "the file that it came from"), TEXT("source", NULL), TEXT("accepted", NULL),
    WORD("stage", stages, "which stage could not process it"), MUST_TEXT("error", NULL), TEXT("detail", NULL), COUNT("bytes", NULL),
    TEXT("hash", NULL), END,
};
static const struct shape reject = {"reject", reject_rows, "a document that could not be processed, and why; the id is its key"};

static const struct shape_row total_rows[] = {
    MUST_COUNT("reported", NULL), MUST_COUNT("duplicate", NULL), MUST_COUNT("rejected", NULL), MUST_COUNT("again", NULL), END,
};
static const struct shape total = {"total", total_rows, NULL};
static const char *const stats_name[] = {"stats", NULL};
static const struct shape_row stats_rows[] = {
    HEAD(stats_name, new_op),
    MUST_TEXT("since", "what the counts cover began then"),
    MUST_COUNT("in", "documents"), MUST_COUNT("reported", NULL), MUST_COUNT("duplicate", NULL), MUST_COUNT("rejected", NULL),
    MUST_COUNT("again", "known keys under a new number"), MUST_COUNT("repeated", "the same document met once more"),
    MUST_ONE("total", &total, "over the whole ledger"),
    COUNT("p50_ms", "accepted to committed, median"), COUNT("p99_ms", NULL),
    MUST_COUNT("pending_stories", "whose next line is due later"), COUNT("unindexed", "documents that the full-text index has yet to take"),
    END,
};
static const struct shape stats = {"stats", stats_rows, "what went in and out since the last such line"};

/* --- what is taken back --- */

static const char *const retract_names[] = {"article", "reject", NULL}, *const retract_op[] = {"retract", NULL};
static const struct shape_row retract_rows[] = {
    HEAD(retract_names, retract_op), MUST_TEXT("why", "as it was said to wiredesk retract"), TEXT("story", "that it stood in; its next line is without it"),
    BOOL("forget", "drop whatever you keep of it: its quotes, alerts, and all that cites it"), END,
};
static const struct shape retract = {"retract", retract_rows, NULL};

/* What is left of a line that quoted a document which was forgotten, in as many bytes as it had. */
static const char *const forgotten_names[] = {"article", "quote", "story", "conflict", "alert", "reject", NULL}, *const forgotten_op[] = {"forgotten", NULL};
static const struct shape_row forgotten_rows[] = {HEAD(forgotten_names, forgotten_op), END};
static const struct shape forgotten = {"forgotten", forgotten_rows, NULL};

const struct shape *const line_shapes[] = {&article, &quote, &story, &turn, &conflict, &alert, &reject, &stats, &retract, &forgotten, NULL};
