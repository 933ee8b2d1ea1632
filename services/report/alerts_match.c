/* alerts_match.c - one document held against the watch list. */
#include <stdlib.h>

#include "alerts_parts.h"

/* Where a wish was fulfilled. */
struct hit { uint32_t wish, next; struct span span; struct slice name; };

struct matching {
    const struct alert_rules *r;
    const struct doc *doc;
    struct arena *mem;
    bool *fulfilled, *touched; /* of each wish, of each rule */
    uint32_t *hits;            /* of each wish: its last hit + 1 */
    uint32_t *n_hits;
    struct hit *hit;
    size_t n, room;
};

struct words { struct word_at *ptr; size_t len, room; };

static enum err split(struct slice s, struct arena *mem, struct words *out)
{
    enum err e = OK;
    size_t at = 0;
    *out = (struct words){NULL, 0, 0};
    for (struct word_at w; e == OK && alert_word(s, &at, mem, &w, &e);) {
        if (out->len == out->room) {
            size_t room = out->room == 0 ? 64 : out->room * 2;
            struct word_at *p = arena_array(mem, room, sizeof *p);
            if (p == NULL) return ERR_NOMEM;
            if (out->len > 0) memcpy(p, out->ptr, out->len * sizeof *p);
            out->ptr = p;
            out->room = room;
        }
        out->ptr[out->len++] = w;
    }
    return e;
}

static enum err note(struct matching *m, uint32_t wish, struct span span, struct slice name)
{
    m->fulfilled[wish] = true;
    m->touched[m->r->wishes[wish].rule] = true;
    if (m->r->wishes[wish].negated || m->n_hits[wish] >= ALERTS_SPANS_MAX) return OK;
    if (m->n == m->room) {
        size_t room = m->room == 0 ? 64 : m->room * 2;
        struct hit *p = arena_array(m->mem, room, sizeof *p);
        if (p == NULL) return ERR_NOMEM;
        if (m->n > 0) memcpy(p, m->hit, m->n * sizeof *p);
        m->hit = p;
        m->room = room;
    }
    m->hit[m->n++] = (struct hit){wish, m->hits[wish], span, name};
    m->hits[wish] = (uint32_t)m->n;
    m->n_hits[wish]++;
    return OK;
}

static bool stands(const struct wish *w, struct slice text, const struct words *words, size_t at)
{
    if (words->len - at < w->n) return false;
    for (unsigned i = 0; i < w->n; i++) {
        struct slice have = words->ptr[at + i].folded, want = w->words[i];
        bool begun = w->prefix && i + 1 == w->n;
        if (begun ? !slice_starts(have, want) : !slice_eq(have, want)) return false;
    }
    return w->capitals.ptr == NULL || slice_eq(slice_cut(text, words->ptr[at].b, words->ptr[at].e), w->capitals);
}

/* What a wish found: in the text the words themselves; for a name all its mentions; for a speaker the quote; for an outlet nothing. */
struct found { enum wish_kind kind; const struct entity *entity; const struct quote *quote; };

static enum err note_found(struct matching *m, uint32_t wish, const struct found *f, struct span words)
{
    enum err e = OK;
    if (f->kind == WISH_TEXT) return note(m, wish, words, (struct slice){NULL, 0});
    if (f->kind == WISH_OUTLET) return note(m, wish, (struct span){0, 0}, (struct slice){NULL, 0});
    if (f->kind == WISH_SPEAKER) return note(m, wish, (struct span){f->quote->b, f->quote->e}, f->quote->speaker);
    for (size_t i = 0; i < f->entity->mentions.len && i < ALERTS_SPANS_MAX && e == OK; i++)
        e = note(m, wish, (struct span){f->entity->mentions.ptr[i].b, f->entity->mentions.ptr[i].e}, f->entity->name);
    return e;
}

static enum err try_chain(struct matching *m, uint32_t chain, struct slice text, const struct words *words, size_t at, const struct found *f)
{
    enum err e = OK;
    for (; chain != 0 && e == OK; chain = m->r->wishes[chain - 1].next) {
        const struct wish *w = &m->r->wishes[chain - 1];
        if (w->kind != f->kind || !stands(w, text, words, at)) continue;
        e = note_found(m, chain - 1, f, (struct span){words->ptr[at].b, words->ptr[at + w->n - 1].e});
    }
    return e;
}

static enum err look(struct matching *m, struct slice text, const struct found *f)
{
    struct words words;
    enum err e = split(text, m->mem, &words);
    for (size_t i = 0; i < words.len && e == OK; i++) {
        e = try_chain(m, m->r->table[alert_slot(m->r, f->kind, words.ptr[i].folded)], text, &words, i, f);
        if (e == OK) e = try_chain(m, m->r->begun, text, &words, i, f);
    }
    return e;
}

static enum err look_everywhere(struct matching *m)
{
    const struct doc *d = m->doc;
    enum err e = look(m, d->text, &(struct found){.kind = WISH_TEXT});
    if (e == OK && d->outlet.value.ptr != NULL) e = look(m, d->outlet.value, &(struct found){.kind = WISH_OUTLET});
    for (size_t i = 0; i < d->entities.len && e == OK; i++)
        e = look(m, d->entities.ptr[i].name, &(struct found){.kind = WISH_NAME, .entity = &d->entities.ptr[i]});
    for (size_t i = 0; i < d->quotes.len && e == OK; i++)
        if (d->quotes.ptr[i].speaker.ptr != NULL) e = look(m, d->quotes.ptr[i].speaker, &(struct found){.kind = WISH_SPEAKER, .quote = &d->quotes.ptr[i]});
    return e;
}

/* --- what is told --- */

static void add_span(struct alert_match *a, struct span s)
{
    size_t at = a->n_spans;
    if (s.b >= s.e) return;
    while (at > 0 && (a->spans[at - 1].b > s.b || (a->spans[at - 1].b == s.b && a->spans[at - 1].e > s.e))) at--;
    if (at > 0 && a->spans[at - 1].b == s.b && a->spans[at - 1].e == s.e) return;
    if (at == ALERTS_SPANS_MAX) return;
    if (a->n_spans == ALERTS_SPANS_MAX) a->n_spans--;
    memmove(&a->spans[at + 1], &a->spans[at], (a->n_spans - at) * sizeof *a->spans);
    a->spans[at] = s;
    a->n_spans++;
}

static void add_name(struct alert_match *a, struct slice name)
{
    for (size_t i = 0; i < a->n_names; i++)
        if (slice_eq(a->names[i], name)) return;
    if (name.len > 0 && a->n_names < ALERTS_NAMES_MAX) a->names[a->n_names++] = name;
}

static enum err tell(struct matching *m, const struct rule *rule, alert_match_fn fn, void *self)
{
    struct alert_match a = {.rule = rule->text, .line = rule->line};
    for (uint32_t i = 0; i < rule->n_ops; i++) {
        int32_t op = m->r->ops[rule->ops + i];
        for (uint32_t h = op >= 0 ? m->hits[op] : 0; h != 0; h = m->hit[h - 1].next) {
            add_span(&a, m->hit[h - 1].span);
            add_name(&a, m->hit[h - 1].name);
        }
    }
    return fn(self, &a);
}

enum err alert_rules_match(const struct alert_rules *r, const struct doc *doc, struct arena *mem, alert_match_fn fn, void *self)
{
    struct matching m = {.r = r, .doc = doc, .mem = mem};
    if (r->n_rules == 0) return OK;
    m.fulfilled = arena_array(mem, r->n_wishes, sizeof *m.fulfilled);
    m.touched = arena_array(mem, r->n_rules, sizeof *m.touched);
    m.hits = arena_array(mem, r->n_wishes, sizeof *m.hits);
    m.n_hits = arena_array(mem, r->n_wishes, sizeof *m.n_hits);
    enum err e = m.fulfilled == NULL || m.touched == NULL || m.hits == NULL || m.n_hits == NULL ? ERR_NOMEM : look_everywhere(&m);
    for (size_t i = 0; i < r->n_rules && e == OK; i++)
        if (m.touched[i] && alert_rule_holds(r, &r->rules[i], m.fulfilled)) e = tell(&m, &r->rules[i], fn, self);
    return e;
}
