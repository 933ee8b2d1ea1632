/* ledger_stories.c - the ledger's stories, facts, conflicts, and the stream. */
#include "ledger_sql.h"

enum err ledger_story(struct ledger *l, struct slice id, struct arena *mem, struct ledger_story *out, bool *found)
{
    sqlite3_stmt *s = NULL;
    *found = false;
    *out = (struct ledger_story){.id = id, .state = STORY_OPEN};
    enum err e = ledger_bind(l, SQL_STORY, &s, "t", id);
    if (e == OK) e = ledger_step(s, found);
    if (e == OK && *found) {
        out->storyline = ledger_kept(mem, s, 1, &e);
        out->state = (enum story_state)sqlite3_column_int(s, 2);
        out->into = ledger_kept(mem, s, 3, &e);
        uint64_t *numbers[] = {&out->rev, &out->opened, &out->updated, &out->line_at, &out->due};
        for (int i = 0; i < 5; i++) *numbers[i] = (uint64_t)sqlite3_column_int64(s, 4 + i);
        out->title = ledger_kept(mem, s, 9, &e);
        out->n_articles = (uint64_t)sqlite3_column_int64(s, 10);
        out->n_outlets = (uint64_t)sqlite3_column_int64(s, 11);
        out->n_independent = (uint64_t)sqlite3_column_int64(s, 12);
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_put_story(struct ledger *l, const struct ledger_story *p)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_PUT_STORY, &s, p->due != 0 ? "ttitiiiiitiiii" : "ttitiiiintiiii", p->id, p->storyline, (int64_t)p->state,
                             p->into, (int64_t)p->rev, (int64_t)p->opened, (int64_t)p->updated, (int64_t)p->line_at, (int64_t)p->due, p->title,
                             (int64_t)p->n_articles, (int64_t)p->n_outlets, (int64_t)p->n_independent,
                             (int64_t)(l->next_seq - 1));
    return e == OK ? ledger_run(s) : e;
}

enum err ledger_digest(struct ledger *l, struct slice story, struct arena *mem, struct ledger_digest *d)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    *d = (struct ledger_digest){0};
    enum err e = ledger_bind(l, SQL_DIGEST, &s, "t", story);
    if (e == OK) e = ledger_step(s, &row);
    if (e == OK && row) {
        d->digest = ledger_kept(mem, s, 0, &e);
        d->upto = sqlite3_column_int64(s, 1);
        d->moved = ledger_kept(mem, s, 2, &e);
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_put_digest(struct ledger *l, struct slice story, const struct ledger_digest *d)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_PUT_DIGEST, &s, "ttit", story, d->digest, d->upto, d->moved);
    return e == OK ? ledger_run(s) : e;
}

/* All ids that a bound statement gives, in mem. */
static enum err gather(sqlite3_stmt *s, unsigned most, struct arena *mem, struct slices *ids)
{
    enum err e = OK;
    *ids = (struct slices){arena_array(mem, most, sizeof(struct slice)), 0};
    if (ids->ptr == NULL) e = ERR_NOMEM;
    while (e == OK && ids->len < most) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        ids->ptr[ids->len++] = ledger_kept(mem, s, 0, &e);
    }
    sqlite3_reset(s);
    return e;
}

enum err ledger_due(struct ledger *l, uint64_t now, uint64_t horizon, unsigned most, struct arena *mem, struct slices *ids)
{
    sqlite3_stmt *s = NULL;
    int64_t until = now > INT64_MAX ? INT64_MAX : (int64_t)now;
    int64_t beyond = now > (uint64_t)INT64_MAX - horizon ? INT64_MAX : (int64_t)(now + horizon);
    *ids = (struct slices){NULL, 0};
    enum err e = ledger_bind(l, SQL_DUE, &s, "iii", until, beyond, (int64_t)most);
    return e == OK ? gather(s, most, mem, ids) : e;
}

enum err ledger_any_due(struct ledger *l, uint64_t now, uint64_t *n)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    enum err e = ledger_bind(l, SQL_ANY_DUE, &s, "i", (int64_t)(now > INT64_MAX ? INT64_MAX : now));
    if (e == OK) e = ledger_step(s, &row);
    *n = row;
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_pending(struct ledger *l, uint64_t *n)
{
    int64_t v = 0;
    enum err e = ledger_number(l, SQL_PENDING, &v);
    *n = (uint64_t)v;
    return e;
}

enum err ledger_storyline(struct ledger *l, struct slice storyline, struct slice but, unsigned most, struct arena *mem, struct slices *ids)
{
    sqlite3_stmt *s = NULL;
    *ids = (struct slices){NULL, 0};
    enum err e = ledger_bind(l, SQL_STORYLINE, &s, "tti", storyline, but, (int64_t)most);
    return e == OK ? gather(s, most, mem, ids) : e;
}

/* --- facts and conflicts --- */

enum err ledger_put_facts(struct ledger *l, struct slice story, const struct ledger_fact *facts, size_t n)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_DROP_FACTS, &s, "t", story);
    if (e == OK) e = ledger_run(s);
    for (size_t i = 0; i < n && e == OK; i++) {
        const struct ledger_fact *f = &facts[i];
        e = ledger_bind(l, SQL_ADD_FACT, &s, "tittttit", story, (int64_t)i, f->kind, f->slot, f->subject, f->value, (int64_t)f->n, f->spans);
        if (e == OK) e = ledger_run(s);
    }
    return e;
}

enum err ledger_put_conflict(struct ledger *l, const struct ledger_conflict *c)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_PUT_CONFLICT, &s, "ttttit", c->id, c->story, c->level, c->slot, (int64_t)c->open, c->body);
    return e == OK ? ledger_run(s) : e;
}

enum err ledger_conflicts(struct ledger *l, struct slice story, ledger_conflict_fn fn, void *self)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_CONFLICTS, &s, "t", story);
    while (e == OK) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        struct ledger_conflict c = {ledger_column(s, 0), ledger_column(s, 1), ledger_column(s, 2), ledger_column(s, 3),
                                    sqlite3_column_int(s, 4) != 0, ledger_column(s, 5)};
        e = fn(self, &c);
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_conflict_elsewhere(struct ledger *l, struct slice id, struct slice story, bool *elsewhere)
{
    sqlite3_stmt *s = NULL;
    *elsewhere = false;
    enum err e = ledger_bind(l, SQL_CONFLICT_ELSEWHERE, &s, "tt", id, story);
    if (e == OK) e = ledger_step(s, elsewhere);
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_quote_same(struct ledger *l, struct slice article, uint32_t b, uint32_t e_, struct slice same, bool *news)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_QUOTE_SAME, &s, "tiit", article, (int64_t)b, (int64_t)e_, same);
    if (e == OK) e = ledger_run(s);
    *news = e == OK && sqlite3_changes(l->db) > 0;
    return e;
}

/* --- the stream --- */

uint64_t ledger_next_seq(const struct ledger *l)
{
    return l->next_seq;
}

enum err ledger_add_line(struct ledger *l, const struct ledger_line *line)
{
    sqlite3_stmt *s = NULL;
    if (line->seq != l->next_seq) return ERR_SCHEMA;
    enum err e = ledger_bind(l, SQL_ADD_LINE, &s, "ittttt", (int64_t)line->seq, line->day, line->type, line->op, line->id, line->line);
    if (e == OK) e = ledger_run(s);
    if (e == OK) l->next_seq++;
    return e;
}

enum err ledger_lines(struct ledger *l, uint64_t from, unsigned n, struct slice type, ledger_line_fn fn, void *self)
{
    sqlite3_stmt *s = NULL;
    int64_t first = from > INT64_MAX ? INT64_MAX : (int64_t)from;
    enum err e = type.ptr == NULL ? ledger_bind(l, SQL_LINES, &s, "ii", first, (int64_t)n)
                                  : ledger_bind(l, SQL_LINES_OF, &s, "iti", first, type, (int64_t)n);
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

enum err ledger_last_day(struct ledger *l, char out[LEDGER_DAY + 1])
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    out[0] = '\0';
    enum err e = ledger_bind(l, SQL_LAST_DAY, &s, "");
    if (e == OK) e = ledger_step(s, &row);
    struct slice day = row ? ledger_column(s, 0) : (struct slice){NULL, 0};
    if (day.len == LEDGER_DAY) {
        memcpy(out, day.ptr, LEDGER_DAY);
        out[LEDGER_DAY] = '\0';
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_last_seq(struct ledger *l, uint64_t *seq)
{
    int64_t v = 0;
    enum err e = ledger_number(l, SQL_LAST_SEQ, &v);
    *seq = (uint64_t)v;
    return e;
}
