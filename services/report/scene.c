/* scene.c - small things that all parts of the judgement need: cites, growing lists, counting sources. */
#include "scene.h"

#include <stdlib.h>
#include <xxhash.h>

enum err grow(struct arena *mem, void **ptr, size_t len, size_t *cap, size_t size)
{
    if (len < *cap) return OK;
    size_t n = *cap ? *cap * 2 : 16;
    void *p = arena_array(mem, n, size);
    if (p == NULL) return ERR_NOMEM;
    if (len > 0) memcpy(p, *ptr, len * size);
    *ptr = p;
    *cap = n;
    return OK;
}

struct cite cite_of(const struct reading *r, uint32_t b, uint32_t e)
{
    return (struct cite){(uint16_t)r->story, r->account, b, e};
}

bool cite_eq(struct cite a, struct cite b)
{
    return a.story == b.story && a.account == b.account && a.b == b.b && a.e == b.e;
}

int cite_cmp(const void *x, const void *y)
{
    const struct cite *a = x, *b = y;
    if (a->story != b->story) return a->story < b->story ? -1 : 1;
    if (a->account != b->account) return a->account < b->account ? -1 : 1;
    if (a->b != b->b) return a->b < b->b ? -1 : 1;
    return a->e < b->e ? -1 : a->e > b->e;
}

enum err cites_add(struct arena *mem, struct cites *c, struct cite cite)
{
    for (size_t i = 0; i < c->len; i++)
        if (cite_eq(c->ptr[i], cite)) return OK;
    if ((c->len & (c->len - 1)) == 0) { /* full at 0, 1, 2, 4, 8 ... */
        struct cite *p = arena_array(mem, c->len ? c->len * 2 : 1, sizeof *p);
        if (p == NULL) return ERR_NOMEM;
        if (c->len > 0) memcpy(p, c->ptr, c->len * sizeof *p);
        c->ptr = p;
    }
    c->ptr[c->len++] = cite;
    return OK;
}

uint32_t reading_of(const struct scene *s, struct cite c)
{
    for (uint32_t i = 0; i < s->n_readings; i++)
        if (s->readings[i].story == c.story && s->readings[i].account == c.account) return i;
    return UINT32_MAX;
}

/* It is a copy by dedup's word, or sentence for sentence. */
static bool copied(const struct scene *s, uint32_t r)
{
    const struct part *p = &s->out->parts.ptr[s->readings[r].account];
    return p->of != UINT32_MAX && !slice_eq(p->why, SLICE("run"));
}

bool may_clash(const struct scene *s, uint32_t a, uint32_t b)
{
    if (apart(s, a, b)) return true;
    if (a >= s->n_own || b >= s->n_own || copied(s, a) || copied(s, b)) return false;
    struct slice x = s->readings[a].doc->outlet.value, y = s->readings[b].doc->outlet.value;
    return x.len == 0 || !slice_eq(x, y);
}

void count_sources(const struct scene *s, struct cites c, uint32_t *accounts, uint32_t *independent)
{
    *accounts = *independent = 0;
    uint32_t seen[VIEW_READ_MAX + VIEW_NEIGHBOURS_MAX * VIEW_NEIGHBOUR_READ_MAX], n = 0;
    for (size_t i = 0; i < c.len; i++) {
        uint32_t r = reading_of(s, c.ptr[i]);
        bool account = true, source = true;
        for (uint32_t k = 0; k < n; k++) {
            if (seen[k] == r) account = false;
            if (!apart(s, seen[k], r)) source = false;
        }
        *accounts += account;
        *independent += source;
        if (account && n < sizeof seen / sizeof seen[0]) seen[n++] = r;
    }
}

uint32_t account_keyed(const struct scene *s, struct slice key)
{
    size_t at = XXH3_64bits(key.ptr, key.len) & s->keys_mask;
    while (s->keys[at] != 0 && !slice_eq(s->story.ptr[s->keys[at] - 1].key, key)) at = (at + 1) & s->keys_mask;
    return s->keys[at] == 0 ? UINT32_MAX : s->keys[at] - 1;
}

struct cite cite_sentence(const struct reading *r, uint32_t b, uint32_t e)
{
    uint32_t si = reading_sentence(r, b);
    if (si == UINT32_MAX) return cite_of(r, b, e);
    return cite_of(r, r->sentences[si].b, r->sentences[si].e);
}

struct slice cite_text(const struct scene *s, struct cite c)
{
    uint32_t r = reading_of(s, c);
    return r == UINT32_MAX ? (struct slice){NULL, 0} : slice_cut(s->readings[r].doc->text, c.b, c.e);
}

bool in_lead(const struct reading *r, uint32_t sentence)
{
    uint32_t first = 0;
    while (first < r->n_sentences && (r->sentences[first].title || r->sentences[first].byline)) first++;
    return sentence < first + 3;
}

enum err conflict_add(struct scene *s, struct conflict_view c)
{
    struct conflicts *all = &s->out->conflicts;
    if (all->len == VIEW_CONFLICTS_MAX) return OK;
    if (all->ptr == NULL) all->ptr = arena_array(s->mem, VIEW_CONFLICTS_MAX, sizeof *all->ptr);
    if (all->ptr == NULL) return ERR_NOMEM;
    uint32_t most = 0;
    bool tied = false;
    c.majority = -1;
    for (size_t i = 0; i < c.values.len; i++) {
        struct value_view *v = &c.values.ptr[i];
        qsort(v->cites.ptr, v->cites.len, sizeof *v->cites.ptr, cite_cmp);
        count_sources(s, v->cites, &v->accounts, &v->independent);
        if (v->independent == most) tied = true;
        if (v->independent <= most) continue;
        most = v->independent;
        tied = false;
        c.majority = (int32_t)i;
    }
    if (tied) c.majority = -1;
    if (c.id.ptr == NULL) c.id = arena_printf(s->mem, "%s|%.*s", slot_name(c.slot), (int)(c.subject.len > 90 ? 90 : c.subject.len), c.subject.ptr ? c.subject.ptr : "");
    if (c.id.ptr == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < all->len; i++)
        if (slice_eq(all->ptr[i].id, c.id)) {
            c.id = arena_printf(s->mem, "%.*s|%zu", (int)c.id.len, c.id.ptr, all->len);
            if (c.id.ptr == NULL) return ERR_NOMEM;
        }
    all->ptr[all->len++] = c;
    return OK;
}

const char *slot_name(enum slot s)
{
    static const char *const names[] = {"none", "place", "when", "duration", "participant", "money", "count", "percent", "age", "ordinal",
                                        "vote", "toll", "war_year", "role", "quote", "said", "person", "number"};
    return s <= SLOT_NUMBER ? names[s] : "none";
}

const char *level_name(enum level l)
{
    static const char *const names[] = {"none", "conflict", "difference", "open", "update"};
    return l <= LEVEL_UPDATE ? names[l] : "none";
}
