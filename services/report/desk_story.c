/* desk_story.c - stories on the desk: what changes among them, and the next line of one. */
#include <stdlib.h>

#include "../../proto/doc_fields.h"
#include "desk_parts.h"
#include "line_story.h"

/* --- changes --- */

static enum err add_moved(struct desk *d, struct arena *mem, struct slice story, char sign, struct slices keys)
{
    struct ledger_digest g;
    enum err e = ledger_digest(d->ledger, story, mem, &g);
    if (e != OK || keys.len == 0) return e;
    buf_clear(&d->scratch);
    buf_put(&d->scratch, g.moved);
    for (size_t i = 0; i < keys.len; i++) {
        buf_char(&d->scratch, sign);
        buf_put(&d->scratch, keys.ptr[i]);
        buf_char(&d->scratch, '\n');
    }
    if (d->scratch.failed != OK) return ERR_NOMEM;
    g.moved = buf_slice(&d->scratch);
    return ledger_put_digest(d->ledger, story, &g);
}

enum err desk_note_left(struct desk *d, struct arena *mem, struct slice story, struct slices keys)
{
    return add_moved(d, mem, story, '-', keys);
}

static enum err tell_turn(struct desk *d, const char *op, struct ledger_story *s, const struct change *c, struct slices docs, uint64_t now)
{
    size_t at = d->text.len;
    struct line_head head = desk_head(d, now, "story", op, s->id);
    struct line_turn t = {.storyline = s->storyline, .docs = docs, .rev = ++s->rev};
    if (c != NULL) {
        t.into = c->into;
        t.reasons = c->reasons;
    }
    enum err e = line_turn(&head, &t, &d->text);
    return e == OK ? desk_add(d, &head, at) : e;
}

static enum err keys_of(struct desk *d, struct arena *mem, struct slice story, struct slices *keys)
{
    struct ledger_members m;
    *keys = (struct slices){NULL, 0};
    enum err e = ledger_members(d->ledger, story, mem, &m);
    if (e == OK) keys->ptr = arena_array(mem, m.len, sizeof *keys->ptr);
    if (e == OK && keys->ptr == NULL) e = ERR_NOMEM;
    for (size_t i = 0; i < m.len && e == OK; i++) keys->ptr[keys->len++] = m.ptr[i].key;
    return e;
}

/* The receiving story: there from now on, owing a line. */
static enum err receive(struct desk *d, struct arena *mem, const struct doc *doc, const struct change *c, struct slices docs, uint64_t now)
{
    struct ledger_story into;
    bool found;
    enum err e = ledger_story(d->ledger, c->into, mem, &into, &found);
    if (e != OK) return e;
    if (!found) into.opened = doc->accepted;
    into.state = STORY_OPEN;
    if (c->storyline.ptr != NULL) into.storyline = c->storyline;
    if (doc->accepted > into.updated) into.updated = doc->accepted;
    desk_owe(d, &into, now);
    e = ledger_put_story(d->ledger, &into);
    return e == OK ? add_moved(d, mem, c->into, '+', docs) : e;
}

static enum err close_conflict(struct desk *d, const struct ledger_conflict *old, uint64_t now)
{
    size_t at = d->text.len;
    struct line_head head = desk_head(d, now, "conflict", "close", old->id);
    struct ledger_conflict closed = *old;
    closed.open = false;
    enum err e = line_conflict(&head, old->body, &d->text);
    if (e == OK) e = desk_add(d, &head, at);
    return e == OK ? ledger_put_conflict(d->ledger, &closed) : e;
}

struct open_conflicts { struct ledger_conflict at[VIEW_CONFLICTS_MAX * 2]; bool kept[VIEW_CONFLICTS_MAX * 2]; size_t len; struct arena *mem; };

static enum err note_open(void *self, const struct ledger_conflict *c)
{
    struct open_conflicts *all = self;
    if (all->len == VIEW_CONFLICTS_MAX * 2) return OK;
    struct ledger_conflict *to = &all->at[all->len];
    *to = *c;
    struct slice *texts[] = {&to->id, &to->story, &to->level, &to->slot, &to->body};
    for (size_t i = 0; i < 5; i++) {
        *texts[i] = arena_copy(all->mem, *texts[i]);
        if (texts[i]->ptr == NULL) return ERR_NOMEM;
    }
    all->len++;
    return OK;
}

/* Those that are open and were not kept are over. */
static enum err close_conflicts(struct desk *d, const struct open_conflicts *all, uint64_t now)
{
    enum err e = OK;
    for (size_t i = 0; i < all->len && e == OK; i++) {
        if (!all->kept[i]) e = close_conflict(d, &all->at[i], now);
    }
    return e;
}

/* A story that is over takes its conflicts, facts and due line with it. */
static enum err end_story(struct desk *d, struct arena *mem, struct ledger_story *s, enum story_state state, uint64_t now)
{
    struct open_conflicts open = {.mem = mem};
    enum err e = ledger_conflicts(d->ledger, s->id, note_open, &open);
    if (e == OK) e = close_conflicts(d, &open, now);
    if (e == OK) e = ledger_put_facts(d->ledger, s->id, NULL, 0);
    s->state = state;
    s->due = 0;
    s->line_at = now;
    return e == OK ? ledger_put_story(d->ledger, s) : e;
}

static enum err merge(struct desk *d, struct arena *mem, const struct doc *doc, struct ledger_story *s, const struct change *c, uint64_t now)
{
    struct slices docs;
    enum err e = keys_of(d, mem, s->id, &docs);
    if (e == OK) e = ledger_move_all(d->ledger, s->id, c->into);
    if (e == OK) e = tell_turn(d, "merge", s, c, docs, now);
    s->into = c->into;
    if (e == OK) e = end_story(d, mem, s, STORY_MERGED, now);
    if (e == OK) e = ledger_put_digest(d->ledger, s->id, &(struct ledger_digest){0});
    return e == OK ? receive(d, mem, doc, c, docs, now) : e;
}

static enum err split(struct desk *d, struct arena *mem, const struct doc *doc, struct ledger_story *s, const struct change *c, uint64_t now)
{
    enum err e = OK;
    for (size_t i = 0; i < c->docs.len && e == OK; i++) e = ledger_move(d->ledger, c->docs.ptr[i], c->into);
    if (e == OK) e = desk_note_left(d, mem, s->id, c->docs);
    if (e == OK) e = tell_turn(d, "split", s, c, c->docs, now);
    desk_owe(d, s, now);
    if (e == OK) e = ledger_put_story(d->ledger, s);
    return e == OK ? receive(d, mem, doc, c, c->docs, now) : e;
}

/* Its last state is told first. */
static enum err close_story(struct desk *d, struct arena *mem, struct ledger_story *s, const struct change *c, uint64_t now)
{
    enum err e = OK;
    if (s->due != 0) {
        bool found;
        e = desk_tell(d, mem, s->id, now);
        if (e == OK) e = ledger_story(d->ledger, c->story, mem, s, &found);
    }
    if (e == OK) e = tell_turn(d, "close", s, c, (struct slices){NULL, 0}, now);
    return e == OK ? end_story(d, mem, s, STORY_CLOSED, now) : e;
}

enum err desk_change(struct desk *d, struct arena *mem, const struct doc *doc, const struct change *c, uint64_t now)
{
    struct ledger_story s;
    bool found;
    enum err e = ledger_story(d->ledger, c->story, mem, &s, &found);
    if (e != OK) return e;
    bool has_into = c->into.ptr != NULL && !slice_eq(c->into, c->story);
    if (!found && c->op != CHANGE_RELATE) {
        s.opened = s.updated = doc->accepted;
    }
    switch (c->op) {
    case CHANGE_MERGE: return has_into && s.state != STORY_MERGED ? merge(d, mem, doc, &s, c, now) : OK;
    case CHANGE_SPLIT: return has_into ? split(d, mem, doc, &s, c, now) : OK;
    case CHANGE_CLOSE: return s.state == STORY_OPEN ? close_story(d, mem, &s, c, now) : OK;
    case CHANGE_RELATE: break;
    case CHANGE_NONE: return OK;
    }
    if (!found || !has_into) return OK;
    desk_owe(d, &s, now);
    e = ledger_put_story(d->ledger, &s);
    return e == OK ? receive(d, mem, doc, c, (struct slices){NULL, 0}, now) : e;
}

/* --- a story's accounts, loaded --- */

static enum verdict_kind verdict_of(struct slice word)
{
    const char *const *choices = doc_fields[DOC_VERDICT].column.record->columns[0].choices;
    for (unsigned k = 1; word.ptr != NULL && choices[k] != NULL; k++) {
        if (slice_eq(slice_of(choices[k]), word)) return (enum verdict_kind)k;
    }
    return VERDICT_NONE;
}

enum err desk_read(struct desk *d, struct arena *mem, struct slice key, doc_mask fields, const struct doc **out)
{
    struct ledger_doc row;
    bool found;
    struct doc *doc = arena_array(mem, 1, sizeof *doc);
    *out = NULL;
    if (doc == NULL) return ERR_NOMEM;
    enum err e = ledger_load(d->ledger, key, mem, &row, &found);
    if (e != OK || !found || row.frame.ptr == NULL || row.text.ptr == NULL) return e;
    e = doc_decode(row.frame, fields, mem, doc);
    if (e != OK) return e == ERR_NOMEM ? e : OK;
    doc->text = row.text;
    doc_set(doc, DOC_TEXT);
    *out = doc;
    return OK;
}

/* `first`: only the first ones are read; 0: account_choose() says which. */
static enum err load_accounts(struct desk *d, struct arena *mem, const struct ledger_members *m, size_t first, struct accounts *out)
{
    struct account *a = arena_array(mem, m->len, sizeof *a);
    bool *pick = arena_array(mem, m->len, sizeof *pick);
    if (a == NULL || pick == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < m->len; i++) {
        a[i] = (struct account){.key = m->ptr[i].key, .outlet = m->ptr[i].outlet, .verdict = verdict_of(m->ptr[i].verdict), .of = m->ptr[i].of};
        pick[i] = i < first;
    }
    *out = (struct accounts){a, m->len};
    if (first == 0) account_choose(*out, pick);
    enum err e = OK;
    for (size_t i = 0; i < m->len && e == OK; i++) {
        if (pick[i]) e = desk_read(d, mem, a[i].key, ACCOUNT_FIELDS, &a[i].doc); /* without it the account stays counted and unread */
    }
    return e;
}

static int by_text(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static enum err load_neighbours(struct desk *d, struct arena *mem, const struct ledger_story *s, struct neighbours *out)
{
    struct slices ids = {NULL, 0};
    *out = (struct neighbours){NULL, 0};
    if (s->storyline.len == 0) return OK;
    enum err e = ledger_storyline(d->ledger, s->storyline, s->id, VIEW_NEIGHBOURS_MAX, mem, &ids);
    if (e != OK || ids.len == 0) return e;
    qsort(ids.ptr, ids.len, sizeof *ids.ptr, by_text);
    struct neighbour *all = arena_array(mem, ids.len, sizeof *all);
    if (all == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < ids.len && e == OK; i++) {
        struct ledger_members m;
        all[i].id = ids.ptr[i];
        e = ledger_members(d->ledger, ids.ptr[i], mem, &m);
        if (e == OK) e = load_accounts(d, mem, &m, VIEW_NEIGHBOUR_READ_MAX, &all[i].accounts);
    }
    *out = (struct neighbours){all, ids.len};
    return e;
}

/* --- what joined and left since the last line --- */

static bool member(const struct ledger_members *m, struct slice key)
{
    for (size_t i = 0; i < m->len; i++) {
        if (slice_eq(m->ptr[i].key, key)) return true;
    }
    return false;
}

static void add_once(struct slices *list, struct slice key)
{
    for (size_t i = 0; i < list->len; i++) {
        if (slice_eq(list->ptr[i], key)) return;
    }
    list->ptr[list->len++] = key;
}

static enum err movements(struct arena *mem, const struct ledger_members *m, const struct ledger_digest *g, struct story_told *t)
{
    size_t lines = 0;
    for (size_t i = 0; i < g->moved.len; i++) lines += g->moved.ptr[i] == '\n';
    t->joined.ptr = arena_array(mem, m->len + lines, sizeof(struct slice));
    t->left.ptr = arena_array(mem, lines, sizeof(struct slice));
    if (t->joined.ptr == NULL || t->left.ptr == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < m->len; i++) {
        if (m->ptr[i].row > g->upto) t->joined.ptr[t->joined.len++] = m->ptr[i].key;
    }
    for (size_t at = 0; at < g->moved.len;) {
        size_t end = slice_find(g->moved, SLICE("\n"), at);
        if (end == SIZE_MAX) break;
        struct slice key = slice_cut(g->moved, at + 1, end);
        bool here = member(m, key);
        if (here && g->moved.ptr[at] == '+') add_once(&t->joined, key);
        if (!here) add_once(&t->left, key);
        at = end + 1;
    }
    return OK;
}

/* --- telling --- */

static enum err tell_conflict(struct desk *d, const struct ledger_conflict *c, const char *op, uint64_t now)
{
    size_t at = d->text.len;
    struct line_head head = desk_head(d, now, "conflict", op, c->id);
    enum err e = line_conflict(&head, c->body, &d->text);
    if (e == OK) e = desk_add(d, &head, at);
    return e == OK ? ledger_put_conflict(d->ledger, c) : e;
}

static enum err tell_conflicts(struct desk *d, struct arena *mem, const struct story_told *t, uint64_t now)
{
    struct open_conflicts *open = arena_array(mem, 1, sizeof *open);
    if (open == NULL) return ERR_NOMEM;
    open->mem = mem;
    enum err e = ledger_conflicts(d->ledger, t->id, note_open, open);
    for (size_t i = 0; i < t->view->conflicts.len && e == OK; i++) {
        const struct conflict_view *c = &t->view->conflicts.ptr[i];
        struct ledger_conflict now_row = {.id = line_conflict_id(t, c, mem), .story = t->id, .level = slice_of(level_name(c->level)),
                                          .slot = slice_of(slot_name(c->slot)), .open = true};
        buf_clear(&d->scratch);
        e = line_conflict_body(t, c, &d->scratch);
        now_row.body = buf_slice(&d->scratch);
        const struct ledger_conflict *was = NULL;
        for (size_t k = 0; k < open->len; k++) {
            if (!slice_eq(open->at[k].id, now_row.id)) continue;
            was = &open->at[k];
            open->kept[k] = true;
        }
        bool elsewhere = false;
        if (e == OK && was == NULL && c->across) e = ledger_conflict_elsewhere(d->ledger, now_row.id, t->id, &elsewhere);
        if (e != OK || elsewhere || (was != NULL && slice_eq(was->body, now_row.body))) continue;
        e = tell_conflict(d, &now_row, was == NULL ? "new" : "update", now);
    }
    return e == OK ? close_conflicts(d, open, now) : e;
}

static struct named speaker_of(const struct story_told *t, uint32_t account, const struct quote *q)
{
    const struct entities *all = &t->accounts.ptr[account].doc->entities;
    for (size_t i = 0; i < all->len; i++)
        if (slice_eq(all->ptr[i].name, q->speaker)) return desk_actor(t->view, account, i, q->speaker);
    return (struct named){0};
}

/* Quotes that are one utterance: a line for each version whose company has changed. */
static enum err tell_same(struct desk *d, struct arena *mem, const struct story_told *t, const struct quote_view *q, size_t at_version, uint64_t now)
{
    const struct version *v = &q->versions[at_version];
    struct slice id = line_version_id(t, v, mem);
    if (v->quote.story != 0 || id.ptr == NULL) return OK;
    const struct doc *doc = t->accounts.ptr[v->quote.account].doc;
    buf_clear(&d->scratch);
    enum err e = line_same_as(t, q, at_version, mem, &d->scratch);
    bool news = false;
    if (e == OK) e = ledger_quote_same(d->ledger, doc->key, v->quote.b, v->quote.e, buf_slice(&d->scratch), &news);
    if (e != OK || !news) return e;
    size_t at = d->text.len;
    struct line_head head = desk_head(d, now, "quote", "update", id);
    const struct quote *words = &doc->quotes.ptr[v->quote_index];
    struct named speaker = speaker_of(t, v->quote.account, words);
    struct line_context in = {t->id, &speaker, buf_slice(&d->scratch)};
    e = line_quote(&head, doc, words, &in, &d->text);
    return e == OK ? desk_add(d, &head, at) : e;
}

static enum err tell_joined(struct desk *d, struct arena *mem, const struct story_told *t, uint64_t now)
{
    enum err e = OK;
    for (size_t i = 0; i < t->view->quotes.len && e == OK; i++) {
        const struct quote_view *q = &t->view->quotes.ptr[i];
        size_t count = 0;
        for (size_t k = 0; k < q->versions_len; k++) count += line_version_counts(t, &q->versions[k]);
        for (size_t k = 0; k < q->versions_len && count > 1 && e == OK; k++) e = tell_same(d, mem, t, q, k, now);
    }
    return e;
}

static enum err put_facts(struct desk *d, struct arena *mem, const struct story_told *t)
{
    const struct facts *all = &t->view->facts;
    struct ledger_fact *rows = arena_array(mem, all->len + t->view->only.len, sizeof *rows);
    enum err e = rows == NULL ? ERR_NOMEM : OK;
    size_t n = 0;
    for (size_t i = 0; i < all->len && e == OK; i++) {
        const struct fact_view *f = &all->ptr[i];
        buf_clear(&d->scratch);
        e = line_cites(t, f->values.ptr[0].cites, &d->scratch);
        struct slice spans = arena_copy(mem, buf_slice(&d->scratch));
        if (e == OK && spans.ptr == NULL) e = ERR_NOMEM;
        rows[n++] = (struct ledger_fact){SLICE("agreed"), slice_of(slot_name(f->slot)), f->subject, f->values.ptr[0].value, f->independent, spans};
    }
    for (size_t i = 0; i < t->view->only.len && e == OK; i++) {
        struct only_view *o = &t->view->only.ptr[i];
        buf_clear(&d->scratch);
        e = line_cites(t, (struct cites){&o->cite, 1}, &d->scratch);
        struct slice spans = arena_copy(mem, buf_slice(&d->scratch));
        if (e == OK && spans.ptr == NULL) e = ERR_NOMEM;
        rows[n++] = (struct ledger_fact){SLICE("only"), slice_of(slot_name(o->slot)), o->subject, {NULL, 0}, 1, spans};
    }
    return e == OK ? ledger_put_facts(d->ledger, t->id, rows, n) : e;
}

static enum err tell_story(struct desk *d, struct arena *mem, struct ledger_story *s, struct story_told *t, uint64_t now)
{
    size_t at = d->text.len;
    struct line_head head = desk_head(d, now, "story", s->rev == 0 ? "new" : "update", s->id);
    t->rev = ++s->rev;
    buf_clear(&d->digest);
    enum err e = line_story(&head, t, mem, &d->text, &d->digest);
    if (e == OK) e = desk_add(d, &head, at);
    if (e == OK) e = ledger_put_story(d->ledger, s);
    return e;
}

static struct slice headline_of(const struct story_told *t)
{
    struct cite c = t->view->headline;
    if (c.b >= c.e) return (struct slice){NULL, 0};
    return slice_cut(t->accounts.ptr[c.account].doc->text, c.b, c.e);
}

static enum err tell_all(struct desk *d, struct arena *mem, struct ledger_story *s, struct story_told *t, int64_t upto, uint64_t now)
{
    s->due = 0;
    s->line_at = now;
    s->title = headline_of(t);
    s->n_articles = t->view->n_articles;
    s->n_outlets = t->view->n_outlets;
    s->n_independent = t->view->n_independent;
    enum err e = tell_story(d, mem, s, t, now);
    struct ledger_digest g = {.digest = buf_slice(&d->digest), .upto = upto};
    if (e == OK) e = ledger_put_digest(d->ledger, s->id, &g);
    if (e == OK) e = tell_conflicts(d, mem, t, now);
    if (e == OK) e = tell_joined(d, mem, t, now);
    if (e == OK) e = put_facts(d, mem, t);
    return e;
}

/* Its articles have all gone elsewhere. */
static enum err tell_empty(struct desk *d, struct arena *mem, struct ledger_story *s, uint64_t now)
{
    enum err e = s->rev > 0 ? tell_turn(d, "close", s, NULL, (struct slices){NULL, 0}, now) : OK;
    return e == OK ? end_story(d, mem, s, STORY_CLOSED, now) : e;
}

static enum err tell_due(struct desk *d, struct arena *mem, struct ledger_story *s, uint64_t now)
{
    struct ledger_members m;
    struct ledger_digest g;
    struct story_view *view = arena_array(mem, 1, sizeof *view);
    struct story_told t = {.id = s->id, .storyline = s->storyline, .view = view};
    if (view == NULL) return ERR_NOMEM;
    enum err e = ledger_members(d->ledger, s->id, mem, &m);
    if (e == OK && m.len == 0) return tell_empty(d, mem, s, now);
    if (e == OK) e = ledger_digest(d->ledger, s->id, mem, &g);
    if (e == OK) e = load_accounts(d, mem, &m, 0, &t.accounts);
    if (e == OK) e = load_neighbours(d, mem, s, &t.others);
    if (e == OK) e = movements(mem, &m, &g, &t);
    if (e != OK) return e;
    t.digest = g.digest;
    struct known_names known;
    int64_t *rows = arena_array(mem, m.len, sizeof *rows);
    if (rows == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < m.len; i++) rows[i] = m.ptr[i].row;
    e = desk_known(d, mem, t.accounts, &known);
    if (e == OK) e = story_view_build(t.accounts, t.others, known, mem, view);
    if (e == OK) e = desk_settle(d, view, t.accounts, rows);
    return e == OK ? tell_all(d, mem, s, &t, m.ptr[m.len - 1].row, now) : e;
}

enum err desk_tell(struct desk *d, struct arena *mem, struct slice story, uint64_t now)
{
    struct ledger_story s;
    bool found = false;
    enum err e = ledger_story(d->ledger, story, mem, &s, &found);
    if (e != OK || !found || s.due == 0) return e;
    size_t lines = d->n_lines, text = d->text.len;
    struct ledger_story before = s;
    e = ledger_savepoint(d->ledger);
    if (e == OK) e = tell_due(d, mem, &s, now);
    if (e == OK || e == ERR_FULL || e == ERR_IO || e == ERR_MALFORMED) return e;
    /* Nothing can be said of it: not now, and not with the same articles later. */
    d->n_lines = lines;
    d->text.len = text;
    d->text.failed = OK;
    before.due = 0;
    e = ledger_savepoint_undo(d->ledger);
    return e == OK ? ledger_put_story(d->ledger, &before) : e;
}
