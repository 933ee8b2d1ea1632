/* ledger_names.c - the ledger's names: the entities that documents mention, and who was called for short on which day. */
#include "identity.h"
#include "ledger_sql.h"

enum err ledger_add_entity(struct ledger *l, int64_t row, const struct ledger_entity *n)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_ADD_ENTITY, &s, "iittitt", row, (int64_t)n->ord, n->name, n->type, (int64_t)n->n, n->spans, n->id);
    return e == OK ? ledger_run(s) : e;
}

enum err ledger_settle_entity(struct ledger *l, int64_t row, unsigned ord, struct slice id)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_SETTLE_ENTITY, &s, "iit", row, (int64_t)ord, id);
    return e == OK ? ledger_run(s) : e;
}

enum err ledger_add_bearer(struct ledger *l, int64_t day, struct slice form, struct slice id, struct slice name)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_ADD_BEARER, &s, "ittt", day, form, id, name);
    return e == OK ? ledger_run(s) : e;
}

static enum err read_bearers(sqlite3_stmt *s, struct arena *mem, struct ledger_bearers *out)
{
    enum err e = OK;
    out->len = 0;
    while (e == OK && out->len < LEDGER_BEARERS_MAX) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        struct ledger_bearer *b = &out->at[out->len++];
        b->id = ledger_kept(mem, s, 0, &e);
        b->name = ledger_kept(mem, s, 1, &e);
        b->type = ledger_kept(mem, s, 2, &e);
    }
    sqlite3_reset(s);
    return e;
}

enum err ledger_bearers(struct ledger *l, int64_t day, struct slice form, struct arena *mem, struct ledger_bearers *out)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_BEARERS, &s, "it", day, form);
    return e == OK ? read_bearers(s, mem, out) : e;
}

enum err ledger_story_bearers(struct ledger *l, struct slice story, struct slice word, struct arena *mem, struct ledger_bearers *out)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_STORY_BEARERS, &s, "tt", story, word);
    return e == OK ? read_bearers(s, mem, out) : e;
}

/* --- functions for the schema's steps: they bring names of earlier versions up to date --- */

static void identity_arguments(sqlite3_value **args, struct identity *who)
{
    struct slice name = {(const char *)sqlite3_value_text(args[0]), (size_t)sqlite3_value_bytes(args[0])};
    struct slice type = {(const char *)sqlite3_value_text(args[1]), (size_t)sqlite3_value_bytes(args[1])};
    identity_of(name.ptr != NULL ? name : SLICE(""), slice_eq(type, SLICE("person")) ? ENTITY_PERSON : ENTITY_MISC, who);
}

static void give(sqlite3_context *to, const char *text)
{
    if (text[0] == '\0') sqlite3_result_null(to);
    else sqlite3_result_text(to, text, -1, SQLITE_TRANSIENT);
}

static void function_id(sqlite3_context *to, int n, sqlite3_value **args)
{
    struct identity who;
    (void)n;
    identity_arguments(args, &who);
    give(to, who.id);
}

/* The surname of a person's full name; NULL for others. */
static void function_surname(sqlite3_context *to, int n, sqlite3_value **args)
{
    struct identity who;
    (void)n;
    identity_arguments(args, &who);
    give(to, who.person && who.id[0] != '\0' ? who.form : "");
}

static void function_day(sqlite3_context *to, int n, sqlite3_value **args)
{
    (void)n;
    struct slice published = {(const char *)sqlite3_value_text(args[0]), (size_t)sqlite3_value_bytes(args[0])};
    sqlite3_result_int64(to, identity_day(published, (uint64_t)sqlite3_value_int64(args[1])));
}

enum err ledger_functions(sqlite3 *db)
{
    static const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    int rc = sqlite3_create_function(db, "wd_entity", 2, flags, NULL, function_id, NULL, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_create_function(db, "wd_surname", 2, flags, NULL, function_surname, NULL, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_create_function(db, "wd_day", 2, flags, NULL, function_day, NULL, NULL);
    return ledger_err(rc);
}
