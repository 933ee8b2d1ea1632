/* ledger_pages.c - what the pages are made of: which stories were told, their lines, their articles. */
#include "ledger_sql.h"

enum { LINES_A_STORY = 16 }; /* of how many lines the newest stories are taken: this many times their number */

/* All that a bound statement gives, in mem. */
static enum err gather(sqlite3_stmt *s, unsigned most, struct arena *mem, struct ledger_told **out, size_t *n)
{
    enum err e = OK;
    *out = arena_array(mem, most, sizeof **out);
    *n = 0;
    if (*out == NULL) e = ERR_NOMEM;
    while (e == OK && *n < most) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        (*out)[*n].seq = (uint64_t)sqlite3_column_int64(s, 0);
        (*out)[*n].story = ledger_kept(mem, s, 1, &e);
        (*n)++;
    }
    sqlite3_reset(s);
    return e;
}

enum err ledger_told(struct ledger *l, uint64_t from, unsigned most, struct arena *mem, struct ledger_told **out, size_t *n)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_TOLD, &s, "ii", (int64_t)from, (int64_t)most);
    return e == OK ? gather(s, most, mem, out, n) : e;
}

enum err ledger_silent(struct ledger *l, uint64_t after, unsigned most, struct arena *mem, struct ledger_told **out, size_t *n)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_SILENT, &s, "ii", (int64_t)after, (int64_t)most);
    return e == OK ? gather(s, most, mem, out, n) : e;
}

enum err ledger_story_seq(struct ledger *l, struct slice story, uint64_t *seq)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    enum err e = ledger_bind(l, SQL_STORY_SEQ, &s, "t", story);
    if (e == OK) e = ledger_step(s, &row);
    *seq = e == OK && row ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
    if (s != NULL) sqlite3_reset(s);
    return e;
}

static enum err one_line(sqlite3_stmt *s, enum err e, struct arena *mem, struct slice *line)
{
    bool row = false;
    *line = (struct slice){NULL, 0};
    if (e == OK) e = ledger_step(s, &row);
    if (e == OK && row) *line = ledger_kept(mem, s, 0, &e);
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_story_line(struct ledger *l, struct slice story, struct arena *mem, struct slice *line)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_STORY_LINE, &s, "t", story);
    return one_line(s, e, mem, line);
}

enum err ledger_first_line(struct ledger *l, struct arena *mem, struct slice *line)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_FIRST_LINE, &s, "");
    return one_line(s, e, mem, line);
}

enum err ledger_article(struct ledger *l, struct slice key, bool text, struct arena *mem, struct ledger_doc *doc, bool *found)
{
    sqlite3_stmt *s = NULL;
    struct slice *const parts[] = {&doc->title, &doc->outlet, &doc->name, &doc->url, &doc->byline, &doc->published, &doc->lang, &doc->verdict, &doc->of};
    *found = false;
    *doc = (struct ledger_doc){.key = key};
    enum err e = ledger_bind(l, SQL_ARTICLE, &s, "t", key);
    if (e == OK) e = ledger_step(s, found);
    for (int i = 0; i < 9 && e == OK && *found; i++) *parts[i] = ledger_kept(mem, s, i, &e);
    if (e == OK && *found && text) doc->text = ledger_kept(mem, s, 9, &e);
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_newest(struct ledger *l, unsigned most, struct arena *mem, struct ledger_newest *out)
{
    sqlite3_stmt *s = NULL;
    int64_t all = 0;
    *out = (struct ledger_newest){arena_array(mem, most, sizeof *out->ptr), arena_array(mem, most, sizeof *out->n_conflicts), 0, 0};
    enum err e = out->ptr == NULL || out->n_conflicts == NULL ? ERR_NOMEM : ledger_number(l, SQL_COUNT_STORIES, &all);
    if (e == OK) e = ledger_bind(l, SQL_NEWEST, &s, "ii", (int64_t)most * LINES_A_STORY, (int64_t)most);
    while (e == OK && out->len < most) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        struct ledger_story *p = &out->ptr[out->len];
        uint64_t *numbers[] = {&p->n_articles, &p->n_outlets, &p->n_independent, &p->rev, &p->opened, &p->line_at, &out->n_conflicts[out->len]};
        p->id = ledger_kept(mem, s, 0, &e);
        p->title = ledger_kept(mem, s, 1, &e);
        for (int i = 0; i < 7; i++) *numbers[i] = (uint64_t)sqlite3_column_int64(s, 2 + i);
        out->len++;
    }
    out->all = (uint64_t)all < out->len ? out->len : (uint64_t)all;
    if (s != NULL) sqlite3_reset(s);
    return e;
}
