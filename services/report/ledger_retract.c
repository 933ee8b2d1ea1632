/* ledger_retract.c - documents that are taken back, and what is left of those that are forgotten: nothing, also not where SQLite keeps what it deleted. */
#include "ledger_sql.h"

enum { CITING_MAX = 1 << 20 };

enum err ledger_retraction(struct ledger *l, struct slice key, int *state)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    enum err e = ledger_bind(l, SQL_RETRACTION, &s, "t", key);
    if (e == OK) e = ledger_step(s, &row);
    *state = e == OK && row ? sqlite3_column_int(s, 0) : 0;
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_put_retraction(struct ledger *l, struct slice key, uint64_t now, struct slice why, enum retraction state)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_PUT_RETRACTION, &s, "titi", key, (int64_t)now, why, (int64_t)state);
    return e == OK ? ledger_run(s) : e;
}

static enum err run_for(struct ledger *l, enum ledger_statement which, int64_t row)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, which, &s, "i", row);
    return e == OK ? ledger_run(s) : e;
}

static enum err run_about(struct ledger *l, enum ledger_statement which, struct slice key)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, which, &s, "t", key);
    return e == OK ? ledger_run(s) : e;
}

enum err ledger_withdraw(struct ledger *l, const struct ledger_doc *doc, bool forget)
{
    static const enum ledger_statement steps[] = {SQL_UNINDEX, SQL_DROP_BEARERS, SQL_DROP_NAMES, SQL_DROP_QUOTES, SQL_LEAVE, SQL_BARE, SQL_DROP_BODY};
    size_t n = sizeof steps / sizeof *steps;
    enum err e = OK;
    for (size_t i = 0; i < (forget ? n : n - 2) && e == OK; i++) e = run_for(l, steps[i], doc->row);
    return e;
}

enum err ledger_part_quotes(struct ledger *l, struct slice story, struct slice key, ledger_quote_fn fn, void *self)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_PART_QUOTES, &s, "tt", story, key);
    while (e == OK) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        e = fn(self, ledger_column(s, 0), (uint32_t)sqlite3_column_int64(s, 1), (uint32_t)sqlite3_column_int64(s, 2));
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_lines_citing(struct ledger *l, struct slice key, struct arena *mem, uint64_t **seqs, size_t *n)
{
    sqlite3_stmt *s = NULL;
    size_t room = 0;
    *seqs = NULL;
    *n = 0;
    enum err e = ledger_bind(l, SQL_CITING, &s, "t", key);
    while (e == OK) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        if (*n == room) {
            uint64_t *more = room < CITING_MAX ? arena_array(mem, room == 0 ? 64 : room * 2, sizeof *more) : NULL;
            if (more == NULL) e = ERR_NOMEM;
            else if (room > 0) memcpy(more, *seqs, room * sizeof *more);
            room = room == 0 ? 64 : room * 2;
            *seqs = more;
        }
        if (e == OK) (*seqs)[(*n)++] = (uint64_t)sqlite3_column_int64(s, 0);
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_blank_line(struct ledger *l, uint64_t seq, struct slice line)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_BLANK, &s, "it", (int64_t)seq, line);
    if (e == OK) e = ledger_run(s);
    return e == OK && sqlite3_changes(l->db) != 1 ? ERR_SCHEMA : e;
}

enum err ledger_blank_lines(struct ledger *l, ledger_line_fn fn, void *self)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_BLANK_LINES, &s, "");
    while (e == OK) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        struct ledger_line line = {(uint64_t)sqlite3_column_int64(s, 0), ledger_column(s, 1), ledger_column(s, 2), ledger_column(s, 3),
                                   ledger_column(s, 4), ledger_column(s, 5)};
        e = fn(self, &line);
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_forget_rest(struct ledger *l, struct slice key)
{
    enum err e = run_about(l, SQL_FORGET_FACTS, key);
    return e == OK ? run_about(l, SQL_FORGET_CONFLICTS, key) : e;
}

enum err ledger_forgetting(struct ledger *l, bool *any)
{
    int64_t n = 0;
    enum err e = ledger_number(l, SQL_FORGETTING, &n);
    *any = n > 0;
    return e;
}

enum err ledger_scrub(struct ledger *l)
{
    uint64_t residue = 0;
    int busy = 0, rc = SQLITE_OK;
    enum err e = ledger_meta(l, SLICE("residue"), &residue);
    /* Words that were deleted stand in the segments of the full-text index until these are merged into one. */
    if (e == OK) rc = sqlite3_exec(l->db, "INSERT INTO search(search) VALUES('optimize')", NULL, NULL, NULL);
    if (e == OK && rc == SQLITE_OK && residue != 0) {
        for (int i = 0; i < SQL_STATEMENT_COUNT; i++) {
            if (l->statements[i] != NULL) sqlite3_reset(l->statements[i]);
        }
        rc = sqlite3_exec(l->db, "VACUUM", NULL, NULL, NULL);
    }
    if (e == OK) e = ledger_err(rc);
    if (e == OK) e = ledger_begin(l);
    if (e == OK) e = ledger_put_meta(l, SLICE("residue"), 0);
    sqlite3_stmt *s = NULL;
    if (e == OK) e = ledger_bind(l, SQL_FORGOTTEN, &s, "");
    if (e == OK) e = ledger_run(s);
    if (e == OK) e = ledger_commit(l);
    if (e != OK) {
        if (l->begun) ledger_rollback(l);
        return e;
    }
    rc = sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &busy, NULL); /* waits for readers, up to the busy timeout */
    return ledger_err(rc);
}
