/* ledger_sql.h - what the files of the SQLite ledger share; nobody else includes it. */
#ifndef WD_REPORT_LEDGER_SQL_H
#define WD_REPORT_LEDGER_SQL_H

#include <sqlite3.h>

#include "ledger.h"

/* Each statement once: its name, its SQL (ledger_schema.c). They are prepared at first use. */
enum ledger_statement {
    SQL_FIND, SQL_ADD_DOC, SQL_ADD_BODY, SQL_LOAD, SQL_ADD_AGAIN, SQL_IS_AGAIN, SQL_MOVE, SQL_ADD_ENTITY, SQL_ADD_QUOTE, SQL_MEMBERS, SQL_MOVE_ALL,
    SQL_SETTLE_ENTITY, SQL_ADD_BEARER, SQL_BEARERS, SQL_STORY_BEARERS, SQL_DIGEST, SQL_PUT_DIGEST, SQL_LAST_DAY,
    SQL_STORY, SQL_PUT_STORY, SQL_DUE, SQL_ANY_DUE, SQL_PENDING, SQL_STORYLINE, SQL_DROP_FACTS, SQL_ADD_FACT, SQL_PUT_CONFLICT, SQL_CONFLICTS, SQL_CONFLICT_ELSEWHERE, SQL_QUOTE_SAME,
    SQL_ADD_LINE, SQL_LINES, SQL_LINES_OF, SQL_LAST_SEQ, SQL_MARK, SQL_MARK_GONE, SQL_COUNT, SQL_COUNT_UPTO, SQL_COUNT_AGAIN_UPTO,
    SQL_ADD_INSTANCE, SQL_INSTANCE, SQL_SAVE_COUNT, SQL_INDEXED, SQL_INDEX, SQL_SAVE_INDEXED, SQL_LAST_DOC,
    SQL_TOLD, SQL_STORY_SEQ, SQL_STORY_LINE, SQL_ARTICLE, SQL_NEWEST, SQL_COUNT_STORIES, SQL_FIRST_LINE,
    SQL_RETRACTION, SQL_PUT_RETRACTION, SQL_UNINDEX, SQL_DROP_BEARERS, SQL_DROP_NAMES, SQL_DROP_QUOTES, SQL_DROP_BODY, SQL_LEAVE, SQL_BARE,
    SQL_PART_QUOTES, SQL_CITING, SQL_BLANK, SQL_BLANK_LINES, SQL_FORGET_FACTS, SQL_FORGET_CONFLICTS, SQL_FORGETTING,
    SQL_FORGOTTEN, SQL_HOLDING, SQL_FIRST_SEQ, SQL_IDENTIFY, SQL_DROP_LINES, SQL_SILENT, SQL_DROP_SILENT_FACTS, SQL_DROP_SILENT_CONFLICTS,
    SQL_DROP_SILENT_DIGESTS, SQL_DROP_SILENT_TITLES,
    SQL_STATEMENT_COUNT
};
extern const char *const ledger_sql[SQL_STATEMENT_COUNT];
/* The schema's steps: ledger_steps[n] brings version n to n + 1. */
extern const char *const ledger_steps[LEDGER_VERSION];
/* What the steps call: wd_entity(name, type), wd_surname(name, type), wd_day(published, accepted). */
enum err ledger_functions(sqlite3 *db) MUST_CHECK;

struct ledger {
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_STATEMENT_COUNT];
    bool reader, begun;
    uint64_t next_seq, committed_seq;
    bool marked; /* since it began, there is a savepoint */
    uint64_t marked_seq, marked_counts[OUTCOME_COUNT]; /* at the last savepoint */
    uint64_t counts[OUTCOME_COUNT], committed_counts[OUTCOME_COUNT];
    char trouble[200]; /* why the last transaction was rolled back, or "" */
    struct { char id[INSTANCE_SIZE]; int64_t row; } instance; /* the last one looked up: there are few */
};

/* SQLite's result as ours. */
enum err ledger_err(int rc);

/* Resets the statement and binds its parameters in order. Kinds in `types`: t text (struct slice; absent: NULL), b blob
 * (struct slice), i int64_t, n int64_t that is absent (NULL), r double (NAN: NULL). *out is ready to be stepped. */
enum err ledger_bind(struct ledger *l, enum ledger_statement which, sqlite3_stmt **out, const char *types, ...) MUST_CHECK;
/* Steps a statement that gives no rows and resets it. */
enum err ledger_run(sqlite3_stmt *s) MUST_CHECK;
/* Steps; *row says whether there is one. At the end and at an error the statement is reset. */
enum err ledger_step(sqlite3_stmt *s, bool *row) MUST_CHECK;
/* Binds, steps once, reads one integer column (0 when there is no row or it is NULL), resets. */
enum err ledger_number(struct ledger *l, enum ledger_statement which, int64_t *out) MUST_CHECK;

/* A text or blob column; absent when NULL. Valid until the next step. */
struct slice ledger_column(sqlite3_stmt *s, int at);
/* The same, copied into `mem`; absent when *e is no longer OK, which it then stays, and ERR_NOMEM when there is no room. */
struct slice ledger_kept(struct arena *mem, sqlite3_stmt *s, int at, enum err *e);

/* Runs statements that give no rows. */
enum err ledger_exec(struct ledger *l, const char *sql) MUST_CHECK;
/* PRAGMA integrity_check: ERR_MALFORMED when pages, tables and indices do not fit together, with the first thing found, one line, in `why`; else its own errors. */
enum err ledger_integral(sqlite3 *db, char *why, size_t size) MUST_CHECK;

#endif
