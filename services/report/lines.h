/* lines.h - stream lines from documents: pure writers of JSON, no clock and no store.
 *
 * Every writer appends one line without its newline. `head` says what all lines begin with. Texts longer than LINE_WORDS_MAX
 * are cut on a character boundary and say so (`cut`: where the whole span ends), long lists end with a count of what is left out
 * (`more_...`), so a line has a ceiling whatever the document holds. */
#ifndef WD_REPORT_LINES_H
#define WD_REPORT_LINES_H

#include "../../proto/doc.h"
#include "alerts.h"
#include "jot.h"

enum {
    LINE_MAX_BYTES = 8 << 20,
    LINE_WORDS_MAX = 4096,   /* bytes of one span's words */
    LINE_ENTITIES_MAX = 256,
    LINE_DOCS_MAX = 4096,    /* keys of articles that move */
    LINE_ITEMS_MAX = 256,    /* times, quantities, dropped, shared: each */
};

struct line_head {
    uint64_t seq;
    uint64_t ts; /* ms since 1970 */
    const char *type, *op;
    struct slice id;
};

/* Opens the line's object; the writer goes on and closes it. */
void line_begin(struct jot *j, const struct line_head *head);

/* {"d","b","e","t"}: the words of text[b, e). */
void line_span(struct jot *j, const char *key, struct slice d, struct slice text, struct span s);

/* Who somebody is whom a text names. */
struct named {
    struct slice id;  /* of identity.h; absent while it is open */
    struct slice as;  /* the full name, where the text's own says less; or absent */
    const char *by;   /* what says so: article, story, days; NULL: the name itself */
};

/* Fields that `doc` has must be decoded: all but raw, meta, map and type are read. `who`: one an entity, or NULL. */
enum err line_article(const struct line_head *head, const struct doc *doc, const struct named *who, struct slice outcome, struct buf *out) MUST_CHECK;

/* The id of a quote's line: KEY#bB-E. */
struct slice line_quote_id(struct slice key, const struct quote *q, struct arena *mem) MUST_CHECK;
struct line_context {
    struct slice story;
    const struct named *speaker; /* or NULL */
    struct slice same;           /* the ready list same_as (JSON), or absent */
};
enum err line_quote(const struct line_head *head, const struct doc *doc, const struct quote *q, const struct line_context *in, struct buf *out) MUST_CHECK;
enum err line_reject(const struct line_head *head, const struct doc *doc, struct buf *out) MUST_CHECK;

/* A rule of the watch list that the document fulfils. */
enum err line_alert(const struct line_head *head, const struct doc *doc, const struct alert_match *m, struct buf *out) MUST_CHECK;

/* An object that was merged into another, split off or closed. */
struct line_turn {
    struct slice storyline, into;
    struct slices docs, reasons;
    uint64_t rev;
};
enum err line_turn(const struct line_head *head, const struct line_turn *t, struct buf *out) MUST_CHECK;

struct line_stats {
    uint64_t since;            /* ms since 1970: what the counts cover began */
    uint64_t in, reported, duplicate, rejected, again, repeated;
    uint64_t total[4];         /* reported, duplicate, rejected, again over the whole ledger */
    uint64_t p50_ms, p99_ms;   /* accepted to committed */
    uint64_t pending_stories, unindexed;
};
enum err line_stats(const struct line_head *head, const struct line_stats *s, struct buf *out) MUST_CHECK;

/* A choice of a document's field or of a record in it as its word: "person". Absent for 0. */
struct slice line_choice(const char *const *words, unsigned value);

/* "2026-01-02" of ms since 1970, UTC. */
void line_day(uint64_t ms, char out[11]);

#endif
