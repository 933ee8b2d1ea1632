/* ledger.h - the durable end of the pipe: every document's outcome, every line of the stream, the state of every story.
 *
 * One writer a ledger. All writing happens between ledger_begin() and ledger_commit(); when commit returns OK, all of it is on
 * disk, else none of it is. Readers (ledger_open_reader) run beside the writer in threads or processes of their own.
 *
 * Errors: ERR_FULL (disk full or at the ceiling: roll back, wait, try again), ERR_IO (the world failed: end the process),
 * ERR_NOMEM. Slices that a callback gets are valid until it returns; it returns OK to go on. */
#ifndef WD_REPORT_LEDGER_H
#define WD_REPORT_LEDGER_H

#include "../../proto/note.h"

struct ledger;

enum {
    LEDGER_VERSION = 4,       /* the schema's: PRAGMA user_version */
    LEDGER_BEARER_DAYS = 7,
    LEDGER_BEARERS_MAX = 64,
    LEDGER_DAY = 10,          /* bytes of "2026-01-02" */
};

/* Opens or makes the ledger at `path` and brings its schema up to date. ERR_VERSION: it is of a later release; ERR_MALFORMED:
 * it is no ledger or is damaged. `why` gets one line for people. */
enum err ledger_open(const char *path, struct ledger **out, char *why, size_t why_size) MUST_CHECK;
/* Read only; for one thread. The ledger must exist. */
enum err ledger_open_reader(const char *path, struct ledger **out, char *why, size_t why_size) MUST_CHECK;
/* Copies the ledger at `path` as of one moment, beside its writer, to the new file `to`, without what was deleted; it is on disk when OK is
 * returned. *seq: its last line. */
enum err ledger_copy(const char *path, const char *to, uint64_t *seq, char *why, size_t why_size) MUST_CHECK;
/* While `kept`, closing the ledger leaves its write-ahead log as it is: until what it holds has been found to go with the day files. */
void ledger_keep_log(struct ledger *l, bool kept);
/* Rolls back what was begun, frees *l and sets it to NULL. NULL is fine. */
void ledger_close(struct ledger **l);
/* What went wrong last, in SQLite's words, or in the system's when that was not in SQLite. Valid until the next call. */
const char *ledger_trouble(struct ledger *l);
/* The most bytes that the ledger's main file may take; 0: no ceiling but the disk's. */
enum err ledger_ceiling(struct ledger *l, uint64_t bytes) MUST_CHECK;

enum err ledger_begin(struct ledger *l) MUST_CHECK;
enum err ledger_commit(struct ledger *l) MUST_CHECK;
void ledger_rollback(struct ledger *l);
/* Marks a point in the open transaction, and takes back what was written since the last mark. */
enum err ledger_savepoint(struct ledger *l) MUST_CHECK;
enum err ledger_savepoint_undo(struct ledger *l) MUST_CHECK;

/* --- documents --- */

struct ledger_doc {
    int64_t row;            /* set by ledger_find and ledger_add_doc */
    struct slice key;
    struct slice instance;  /* 16 bytes, or absent for a document that came by --stdio */
    uint64_t seq;
    enum outcome outcome;
    uint64_t accepted, written; /* ms since 1970 */
    struct slice name, source;
    struct slice title, title_basis, outlet, outlet_basis, url, byline; /* byline: names joined by "; " */
    struct slice published, published_basis, lang, stub;
    uint64_t bytes;
    struct slice verdict, of, agency;
    double similarity;      /* NAN: none */
    struct slice story;     /* the story it stands in, or absent */
    struct slice fail_stage, fail_error, fail_detail;
    struct slice text;
    struct slice frame;     /* the encoded document without its text */
};

/* Looks a key up: fills row, instance, seq, outcome, story (in mem). *found says whether it is there. */
enum err ledger_find(struct ledger *l, struct slice key, struct arena *mem, struct ledger_doc *doc, bool *found) MUST_CHECK;
enum err ledger_add_doc(struct ledger *l, struct ledger_doc *doc) MUST_CHECK;
/* The same key under another (instance, seq), recorded once. *fresh: it was not there yet. */
enum err ledger_add_again(struct ledger *l, struct slice instance, uint64_t seq, struct slice key, uint64_t now, bool *fresh) MUST_CHECK;
enum err ledger_move(struct ledger *l, struct slice key, struct slice story) MUST_CHECK;
/* All documents of one story to another. */
enum err ledger_move_all(struct ledger *l, struct slice from, struct slice to) MUST_CHECK;

struct ledger_entity {
    unsigned ord, n;
    struct slice name, type, spans; /* spans: JSON, [[b,e],...] */
    struct slice id;                /* of identity.h, or absent while it is open who that is */
};
enum err ledger_add_entity(struct ledger *l, int64_t row, const struct ledger_entity *n) MUST_CHECK;
/* What was found out later about who it is; absent: open again. */
enum err ledger_settle_entity(struct ledger *l, int64_t row, unsigned ord, struct slice id) MUST_CHECK;

/* On that day somebody was named in full who is called `form` for short. */
enum err ledger_add_bearer(struct ledger *l, int64_t day, struct slice form, struct slice id, struct slice name) MUST_CHECK;
struct ledger_bearer { struct slice id, name, type; };
struct ledger_bearers { struct ledger_bearer at[LEDGER_BEARERS_MAX]; size_t len; };
/* Who was named in full and is called so, on `day` and the LEDGER_BEARER_DAYS before it: each id once, under its latest name. A full list may lack some. */
enum err ledger_bearers(struct ledger *l, int64_t day, struct slice form, struct arena *mem, struct ledger_bearers *out) MUST_CHECK;
/* The same of a story's last 48 documents: names with an id that end with `word`, or all but persons' when it is absent. */
enum err ledger_story_bearers(struct ledger *l, struct slice story, struct slice word, struct arena *mem, struct ledger_bearers *out) MUST_CHECK;

struct ledger_quote {
    uint32_t b, e;
    struct slice kind, speaker, holder, cue, words;
    double score;
};
enum err ledger_add_quote(struct ledger *l, int64_t row, const struct ledger_quote *q) MUST_CHECK;

/* The documents of a story in the order in which they came: their rows, without text and frame. */
struct ledger_member {
    int64_t row;
    struct slice key, name, outlet, verdict, of;
};
struct ledger_members { struct ledger_member *ptr; size_t len; };
enum err ledger_members(struct ledger *l, struct slice story, struct arena *mem, struct ledger_members *out) MUST_CHECK;
/* One document with text and frame, by key. *found. */
enum err ledger_load(struct ledger *l, struct slice key, struct arena *mem, struct ledger_doc *doc, bool *found) MUST_CHECK;

/* --- stories --- */

enum story_state { STORY_OPEN = 1, STORY_MERGED, STORY_CLOSED };

struct ledger_story {
    struct slice id, storyline;
    enum story_state state;
    struct slice into;       /* STORY_MERGED */
    uint64_t rev;            /* lines written of it; 0: none yet */
    uint64_t opened, updated; /* ms: when its first and its last document were accepted */
    uint64_t line_at;        /* ms: when its last line was written */
    uint64_t due;            /* ms: when its next line is due; 0: nothing to say */
    struct slice title;      /* of its last line */
    uint64_t n_articles, n_outlets, n_independent; /* of its last line */
};

enum err ledger_story(struct ledger *l, struct slice id, struct arena *mem, struct ledger_story *s, bool *found) MUST_CHECK;
enum err ledger_put_story(struct ledger *l, const struct ledger_story *s) MUST_CHECK;
/* What the next line's delta is measured against. */
struct ledger_digest {
    struct slice digest; /* JSON of line_story() */
    int64_t upto;        /* the newest document that the last line knew */
    struct slice moved;  /* "+KEY" or "-KEY" a line: documents that other changes brought or took since */
};
enum err ledger_digest(struct ledger *l, struct slice story, struct arena *mem, struct ledger_digest *d) MUST_CHECK;
enum err ledger_put_digest(struct ledger *l, struct slice story, const struct ledger_digest *d) MUST_CHECK;

/* Ids of stories whose line is due at `now` (UINT64_MAX: all that have one pending), the longest due first, at most `most`. A due time
 * more than `horizon` ms ahead of `now` counts as due: the clock was set back. */
enum err ledger_due(struct ledger *l, uint64_t now, uint64_t horizon, unsigned most, struct arena *mem, struct slices *ids) MUST_CHECK;
/* 1 when ledger_due() would find one, else 0. */
enum err ledger_any_due(struct ledger *l, uint64_t now, uint64_t *n) MUST_CHECK;
enum err ledger_pending(struct ledger *l, uint64_t *n) MUST_CHECK;
/* The ids of a storyline's open stories other than `but`, newest first. */
enum err ledger_storyline(struct ledger *l, struct slice storyline, struct slice but, unsigned most, struct arena *mem,
                          struct slices *ids) MUST_CHECK;

/* What a story's last line said, for SQL tools: replaces all rows of the story. */
struct ledger_fact {
    struct slice kind;   /* agreed, only, difference */
    struct slice slot, subject, value;
    unsigned n;          /* independent texts */
    struct slice spans;  /* JSON: [{d,b,e,t}...] */
};
enum err ledger_put_facts(struct ledger *l, struct slice story, const struct ledger_fact *facts, size_t n) MUST_CHECK;

struct ledger_conflict {
    struct slice id, story, level, slot;
    bool open;
    struct slice body; /* JSON: the line's own members */
};
enum err ledger_put_conflict(struct ledger *l, const struct ledger_conflict *c) MUST_CHECK;
typedef enum err (*ledger_conflict_fn)(void *self, const struct ledger_conflict *c);
/* The open conflicts of a story. */
enum err ledger_conflicts(struct ledger *l, struct slice story, ledger_conflict_fn fn, void *self) MUST_CHECK;

/* True when that conflict is open in the name of another story that is itself open. */
enum err ledger_conflict_elsewhere(struct ledger *l, struct slice id, struct slice story, bool *elsewhere) MUST_CHECK;

/* What a quote's line last said of the same words elsewhere (JSON). *news: it is not what was there; it is now. */
enum err ledger_quote_same(struct ledger *l, struct slice article, uint32_t b, uint32_t e, struct slice same, bool *news) MUST_CHECK;

/* --- the stream --- */

struct ledger_line {
    uint64_t seq;
    struct slice day;  /* "2026-01-02" */
    struct slice type, op, id;
    struct slice line; /* without newline */
};

/* The seq that the next line will have. */
uint64_t ledger_next_seq(const struct ledger *l);
/* line->seq must be ledger_next_seq(); a rollback takes it back. */
enum err ledger_add_line(struct ledger *l, const struct ledger_line *line) MUST_CHECK;
/* A number that is kept under a name of its own beside the counts; 0 when it was never put. Putting needs an open transaction. */
enum err ledger_meta(struct ledger *l, struct slice name, uint64_t *value) MUST_CHECK;
enum err ledger_put_meta(struct ledger *l, struct slice name, uint64_t value) MUST_CHECK;
typedef enum err (*ledger_line_fn)(void *self, const struct ledger_line *line);
/* Lines with seq >= from in order, at most n of them. `type` absent: all types. */
enum err ledger_lines(struct ledger *l, uint64_t from, unsigned n, struct slice type, ledger_line_fn fn, void *self) MUST_CHECK;
enum err ledger_last_seq(struct ledger *l, uint64_t *seq) MUST_CHECK;
/* The day of the last line, in out[11]; "" when there is none. */
enum err ledger_last_day(struct ledger *l, char out[LEDGER_DAY + 1]) MUST_CHECK;

/* --- what is taken back --- */

enum retraction { RETRACTED = 1, FORGETTING, FORGOTTEN }; /* FORGETTING: the ledger has forgotten it, files may still have it */
/* 0 in *state: the document of that key was not taken back. */
enum err ledger_retraction(struct ledger *l, struct slice key, int *state) MUST_CHECK;
enum err ledger_put_retraction(struct ledger *l, struct slice key, uint64_t now, struct slice why, enum retraction state) MUST_CHECK;
/* Takes a document out of its story, its names and quotes out of their tables, it all out of the full-text index. `forget`: its text goes too, and
 * whatever the row says of it but key, number and outcome. Put its retraction after this. */
enum err ledger_withdraw(struct ledger *l, const struct ledger_doc *doc, bool forget) MUST_CHECK;
/* Quotes of a story's documents that were said to be one utterance with one of that key's: they are not any more; each is told to fn. */
typedef enum err (*ledger_quote_fn)(void *self, struct slice article, uint32_t b, uint32_t e);
enum err ledger_part_quotes(struct ledger *l, struct slice story, struct slice key, ledger_quote_fn fn, void *self) MUST_CHECK;
/* Lines that quote or name a document, or are about it; not what was said of its retraction, nor lists of keys. */
enum err ledger_lines_citing(struct ledger *l, struct slice key, struct arena *mem, uint64_t **seqs, size_t *n) MUST_CHECK;
/* Another text for a line, as long as it was: its op becomes `forgotten`. */
enum err ledger_blank_line(struct ledger *l, uint64_t seq, struct slice line) MUST_CHECK;
/* All blanked lines, in order. */
enum err ledger_blank_lines(struct ledger *l, ledger_line_fn fn, void *self) MUST_CHECK;
/* What is kept of facts and conflicts, as far as it quotes the document. */
enum err ledger_forget_rest(struct ledger *l, struct slice key) MUST_CHECK;
/* After the commit: what was deleted is gone from the database's free pages, the full-text index and the write-ahead log, too, and FORGETTING becomes
 * FORGOTTEN. ERR_FULL, ERR_IO: call it again. */
enum err ledger_scrub(struct ledger *l) MUST_CHECK;
/* Whether a document is FORGETTING. */
enum err ledger_forgetting(struct ledger *l, bool *any) MUST_CHECK;

/* --- what has grown old --- */

/* Documents that have their text still, from the row behind `after` on, at most `most`, in mem: row, key, accepted, story. */
enum err ledger_holding(struct ledger *l, int64_t after, unsigned most, struct arena *mem, struct ledger_doc **out, size_t *n) MUST_CHECK;
/* Deletes lines of days before `day`, the first ones, fewer than `most` and never the last of all. *n: how many went. */
enum err ledger_drop_lines(struct ledger *l, struct slice day, unsigned most, uint64_t *n) MUST_CHECK;
/* The number of the first line that is kept; 0: there is none. */
enum err ledger_first_seq(struct ledger *l, uint64_t *seq) MUST_CHECK;
/* Stories whose last line has been deleted, those with a number beyond `after` first, at most `most`, in mem. */
struct ledger_told { uint64_t seq; struct slice story; };
enum err ledger_silent(struct ledger *l, uint64_t after, unsigned most, struct arena *mem, struct ledger_told **out, size_t *n) MUST_CHECK;
/* What is kept of stories whose last line was one of after + 1 to `upto`, but their numbers. */
enum err ledger_drop_silent(struct ledger *l, uint64_t after, uint64_t upto) MUST_CHECK;

/* --- for the pages --- */

/* The next story lines after `from`, at most `most`, in mem: which line, of which story. */
enum err ledger_told(struct ledger *l, uint64_t from, unsigned most, struct arena *mem, struct ledger_told **out, size_t *n) MUST_CHECK;
/* The number of a story's last line; 0: it has none. */
enum err ledger_story_seq(struct ledger *l, struct slice story, uint64_t *seq) MUST_CHECK;
/* The line that holds a story's whole state; absent when its last line is a turn (merge, split, close). */
enum err ledger_story_line(struct ledger *l, struct slice story, struct arena *mem, struct slice *line) MUST_CHECK;
/* What a page needs of a document: title, outlet, name, url, byline, published, lang, verdict, of; its text when it is wanted. */
enum err ledger_article(struct ledger *l, struct slice key, bool text, struct arena *mem, struct ledger_doc *doc, bool *found) MUST_CHECK;
/* The open stories that were told last, at most `most`, and how many there are in all. Of each: id, title, the counts, rev, opened, line_at; `n_conflicts`
 * in the list beside. */
struct ledger_newest { struct ledger_story *ptr; uint64_t *n_conflicts; size_t len; uint64_t all; };
enum err ledger_newest(struct ledger *l, unsigned most, struct arena *mem, struct ledger_newest *out) MUST_CHECK;
/* What is this ledger's and no other's: the stream's first line, or once lines have been deleted a number drawn then. Absent when there is none. */
enum err ledger_first_line(struct ledger *l, struct arena *mem, struct slice *line) MUST_CHECK;

/* --- counting, passes --- */

/* Outcomes over the whole ledger, kept up to date by ledger_add_doc and ledger_add_again (committed ones only). */
void ledger_counts(const struct ledger *l, uint64_t counts[OUTCOME_COUNT]);
/* The same counted from the rows with that instance and seq <= upto. */
enum err ledger_count_upto(struct ledger *l, struct slice instance, uint64_t upto, uint64_t counts[OUTCOME_COUNT]) MUST_CHECK;

/* Documents that the full-text index has yet to take. */
enum err ledger_unindexed(struct ledger *l, uint64_t *n) MUST_CHECK;
/* Brings the full-text index on by at most `most` documents, in a transaction of its own. *left: documents not yet indexed. Large
 * batches cost less: each leaves a segment of the index, and segments are merged. */
enum err ledger_index(struct ledger *l, unsigned most, uint64_t *left) MUST_CHECK;

#endif
