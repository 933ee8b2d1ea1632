/* ledger_age.c - what is deleted because it is old: texts, lines, and what was said of stories that nobody tells of any more. */
#include "ledger_sql.h"

enum err ledger_holding(struct ledger *l, int64_t after, unsigned most, struct arena *mem, struct ledger_doc **out, size_t *n)
{
    sqlite3_stmt *s = NULL;
    *out = arena_array(mem, most, sizeof **out);
    *n = 0;
    enum err e = *out == NULL ? ERR_NOMEM : ledger_bind(l, SQL_HOLDING, &s, "ii", after, (int64_t)most);
    while (e == OK && *n < most) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        struct ledger_doc *d = &(*out)[(*n)++];
        *d = (struct ledger_doc){.row = sqlite3_column_int64(s, 0), .accepted = (uint64_t)sqlite3_column_int64(s, 2)};
        d->key = ledger_kept(mem, s, 1, &e);
        d->story = ledger_kept(mem, s, 3, &e);
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_drop_lines(struct ledger *l, struct slice day, unsigned most, uint64_t *n)
{
    sqlite3_stmt *s = NULL;
    *n = 0;
    enum err e = ledger_bind(l, SQL_DROP_LINES, &s, "ti", day, (int64_t)most);
    if (e == OK) e = ledger_run(s);
    if (e == OK) *n = (uint64_t)sqlite3_changes(l->db);
    if (e != OK || *n == 0) return e;
    e = ledger_bind(l, SQL_IDENTIFY, &s, "");
    return e == OK ? ledger_run(s) : e;
}

enum err ledger_first_seq(struct ledger *l, uint64_t *seq)
{
    int64_t v = 0;
    enum err e = ledger_number(l, SQL_FIRST_SEQ, &v);
    *seq = (uint64_t)v;
    return e;
}

enum err ledger_drop_silent(struct ledger *l, uint64_t after, uint64_t upto)
{
    static const enum ledger_statement steps[] = {SQL_DROP_SILENT_FACTS, SQL_DROP_SILENT_CONFLICTS, SQL_DROP_SILENT_DIGESTS, SQL_DROP_SILENT_TITLES};
    enum err e = OK;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && e == OK; i++) {
        sqlite3_stmt *s = NULL;
        e = ledger_bind(l, steps[i], &s, "ii", (int64_t)after, (int64_t)upto);
        if (e == OK) e = ledger_run(s);
    }
    return e;
}
