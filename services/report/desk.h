/* desk.h - what a document causes: its rows, its lines, its outcome; and the next line of a story that is due.
 *
 * Everything here writes into the ledger's open transaction and gathers the lines that it wrote. The caller commits, then
 * publishes the gathered lines and forgets them (desk_published), or rolls back and drops them (desk_undo). No clock in here:
 * `now` is ms since 1970, given by the caller. */
#ifndef WD_REPORT_DESK_H
#define WD_REPORT_DESK_H

#include "alerts.h"
#include "ledger.h"

struct desk;

struct desk_settings {
    uint64_t coalesce; /* ms between two lines of one story */
};

/* NULL when out of memory or when the ledger cannot be read. The ledger outlives the desk. */
struct desk *desk_create(struct ledger *ledger, const struct desk_settings *settings);
void desk_destroy(struct desk **d);

/* From now on original articles are held against this watch list, which outlives its use; NULL: none. */
void desk_watch(struct desk *d, const struct alert_rules *watch);

struct desk_taken {
    enum outcome outcome;
    bool repeated; /* this very document was here already: only its outcome is to be published again */
};

/* Takes one decoded document: DESK_READS must be opened where present. ERR_FULL and ERR_IO: the world failed. Nothing else is an
 * error: a document that does not fit its lines is rejected by the stage `report`. */
extern const doc_mask DESK_READS;
enum err desk_take(struct desk *d, struct arena *mem, struct doc *doc, uint64_t now, struct desk_taken *out) MUST_CHECK;

/* Leaves of a document what is needed to reject it: its text and what points into it go. */
void desk_strip(struct doc *doc);

/* Writes the line that a story owes, and what goes with it (conflicts, joined quotes). Nothing when it owes none. */
enum err desk_tell(struct desk *d, struct arena *mem, struct slice story, uint64_t now) MUST_CHECK;

/* Takes a document back: it leaves its story, names, quotes and the full-text index, and lines say so; its outcome stays. With `forget` its text
 * goes, too, and every line that quoted it is blanked; day files and pages are the caller's. Not twice: out->before says what it was. */
struct desk_retraction { struct slice key, why; bool forget; };
struct desk_retracted {
    bool found;
    int before;             /* 0, or enum retraction: nothing was done then */
    struct slice story;     /* that it stood in; in mem */
    size_t blanked;         /* lines */
    struct slices stories;  /* of which lines were blanked; in mem */
};
enum err desk_retract(struct desk *d, struct arena *mem, const struct desk_retraction *r, uint64_t now, struct desk_retracted *out) MUST_CHECK;
/* A document that has grown old: what the ledger keeps of its text goes, and its story goes on without it. No line tells of it; the story's next one
 * says that the article has left. */
enum err desk_expire(struct desk *d, struct arena *mem, const struct ledger_doc *doc) MUST_CHECK;

/* A stats line over what was taken since the last one. */
struct desk_gauges { uint64_t p50_ms, p99_ms, pending_stories, unindexed; };
enum err desk_stats(struct desk *d, const struct desk_gauges *g, uint64_t now) MUST_CHECK;
/* Documents taken since the last stats line. */
uint64_t desk_taken_since(const struct desk *d);

struct desk_line {
    uint64_t seq;
    char day[LEDGER_DAY + 1];
    bool reject;
    size_t at, len; /* in the text of desk_lines */
};
/* The lines since the last desk_published or desk_undo; each is followed by a newline in *text. */
const struct desk_line *desk_lines(const struct desk *d, size_t *n, struct slice *text);
void desk_published(struct desk *d);
void desk_undo(struct desk *d);

/* For the ledger's repair: the rows of a document that were lost, without lines. What outcome it had; its row with its text; its quotes and the days'
 * names, and with `names` (there are none) its names. */
enum outcome desk_outcome(const struct doc *doc);
enum err desk_add_row(struct desk *d, struct arena *mem, const struct doc *doc, enum outcome outcome, uint64_t now, int64_t *row) MUST_CHECK;
enum err desk_add_parts(struct desk *d, struct arena *mem, const struct doc *doc, int64_t row, bool names) MUST_CHECK;

#endif
