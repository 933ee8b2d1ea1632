/* names_agree.c - makes a document's names agree: facts that the model passed over, persons named again by surname, one word one type. */
#include "names.h"

enum { SLOTS_LEAST = 64 };

struct vote { uint64_t word; uint16_t n[5]; uint16_t full; /* by enum entity_type; of persons named in full */ };

struct agreement {
    const struct world *world;
    const struct tokens *t;
    struct names *names;
    struct vote *slot;
    size_t mask;
};

static const float CERTAIN = 0.8f, FROM_FACT = 0.75f, FROM_DOCUMENT = 0.7f;

static bool capital(const struct token *k)
{
    return (k->kind & (TOKEN_UPPER | TOKEN_MIXED | TOKEN_CAPITALS)) != 0;
}

static struct vote *vote_at(const struct agreement *g, uint64_t word)
{
    uint64_t key = word ? word : 1;
    size_t i = (key ^ key >> 32) & g->mask;
    while (g->slot[i].word != 0 && g->slot[i].word != key) i = (i + 1) & g->mask;
    return &g->slot[i];
}

static enum err vote(struct agreement *g, struct arena *mem)
{
    size_t slots = SLOTS_LEAST;
    while (slots < g->names->len * 2) slots *= 2;
    g->slot = arena_array(mem, slots, sizeof *g->slot);
    g->mask = slots - 1;
    if (g->slot == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < g->names->len; i++) {
        const struct name *n = &g->names->ptr[i];
        bool full = n->type == ENTITY_PERSON && n->end - n->first > 1, single = n->end - n->first == 1;
        if (!full && !single) continue;
        const struct token *k = &g->t->ptr[n->end - 1];
        struct vote *v = vote_at(g, k->exact);
        v->word = k->exact ? k->exact : 1;
        if (single && v->n[n->type] < UINT16_MAX) v->n[n->type]++;
        if (full && n->score >= CERTAIN && v->full < UINT16_MAX) v->full++;
    }
    return OK;
}

/* The type that the document gives to a lone word, and whether that is sure. */
static enum entity_type voted(const struct vote *v, bool *sure)
{
    enum entity_type best = ENTITY_PERSON;
    for (enum entity_type k = ENTITY_PERSON; k <= ENTITY_MISC; k++)
        if (v->n[k] > v->n[best]) best = k;
    if (v->full > 0) best = ENTITY_PERSON;
    *sure = v->full > 0 || v->n[best] >= 2;
    return best;
}

static const struct alias *place_or_body(const struct agreement *g, size_t first, size_t end)
{
    const struct alias *a = world_find(g->world, g->t, first, end);
    return a != NULL && a->kind != ALIAS_SURNAME && world_fact(g->world, a->fact)->type != ENTITY_PERSON ? a : NULL;
}

/* A body that was taken for a place or person is a body; a lone word that is a person's surname elsewhere is that person. */
static void retype(const struct agreement *g, struct name *n)
{
    const struct alias *a = place_or_body(g, n->first, n->end);
    if (a != NULL && a->kind == ALIAS_NAME && world_fact(g->world, a->fact)->type == ENTITY_ORGANIZATION) n->type = ENTITY_ORGANIZATION;
    if (a != NULL || n->end - n->first != 1 || n->type == ENTITY_PERSON) return;
    const struct vote *v = vote_at(g, g->t->ptr[n->first].exact);
    if (v->word != 0 && v->full > 0 && n->score < CERTAIN) n->type = ENTITY_PERSON;
}

/* "Special Envoy Berg" as a thing: the person without what stands before. */
static void strip_titles(const struct agreement *g, struct name *n)
{
    const struct vote *v = vote_at(g, g->t->ptr[n->end - 1].exact);
    if (n->type == ENTITY_PERSON || n->end - n->first < 2 || v->word == 0 || v->full == 0) return;
    for (size_t i = n->first; i + 1 < n->end; i++)
        if (!token_in(g->t, i, WORD_TITLE | WORD_ROLE) && !slice_eq_nocase(token_text(g->t, i), SLICE("special"))) return;
    n->first = n->end - 1;
    n->type = ENTITY_PERSON;
}

/* "the Berg administration", for a head of state that the world knows: a body, not a person. */
static void take_administration(const struct agreement *g, struct name *n, size_t next)
{
    size_t i = n->end;
    if (n->type != ENTITY_PERSON || i >= next || i >= g->t->len || (g->t->ptr[i].kind & TOKEN_FIRST)) return;
    if (!slice_eq(token_text(g->t, i), SLICE("administration"))) return;
    if (world_find(g->world, g->t, n->first, n->end) == NULL) return;
    n->type = ENTITY_ORGANIZATION;
    n->end++;
}

/* A name at token i, which no name covers, up to `limit`: a fact of the world, or what the document calls a name elsewhere. */
static size_t missed(const struct agreement *g, size_t i, size_t limit, struct name *out)
{
    size_t len = 0;
    bool sure = false;
    const struct token *k = &g->t->ptr[i];
    if (!capital(k) || (k->kind & TOKEN_LINK)) return 0;
    const struct alias *a = world_longest(g->world, g->t, i, limit, &len);
    if (a != NULL && a->kind != ALIAS_SURNAME && !slice_eq(token_text(g->t, i), SLICE("West"))) {
        enum entity_type type = a->kind == ALIAS_DEMONYM ? ENTITY_MISC : world_fact(g->world, a->fact)->type;
        *out = (struct name){.first = (uint32_t)i, .end = (uint32_t)(i + len), .type = type, .score = FROM_FACT};
        return len;
    }
    const struct vote *v = vote_at(g, k->exact);
    if (v->word == 0 || k->e - k->b < 3 || (k->word & (WORD_FUNCTION | WORD_TITLE | WORD_MONTH | WORD_WEEKDAY))) return 0;
    enum entity_type type = voted(v, &sure);
    if (!sure) return 0;
    *out = (struct name){.first = (uint32_t)i, .end = (uint32_t)i + 1, .type = type, .score = FROM_DOCUMENT};
    return 1;
}

static void fill_gap(const struct agreement *g, size_t from, size_t to, struct names *out)
{
    for (size_t i = from; i < to;) {
        size_t end = i; /* within one sentence */
        while (end < to && (end == i || !(g->t->ptr[end].kind & TOKEN_FIRST)) && end < i + 8) end++;
        struct name n;
        size_t len = missed(g, i, end, &n);
        if (len > 0) out->ptr[out->len++] = n;
        i += len > 0 ? len : 1;
    }
}

enum err names_agree(const struct world *w, struct arena *mem, const struct tokens *t, struct names *names)
{
    struct agreement g = {.world = w, .t = t, .names = names};
    enum err e = vote(&g, mem);
    if (e != OK) return e;
    size_t most = names->len;
    for (size_t i = 0; i < t->len; i++) most += capital(&t->ptr[i]);
    struct names out = {arena_array(mem, most + 1, sizeof *out.ptr), 0};
    if (out.ptr == NULL) return ERR_NOMEM;
    size_t at = 0;
    for (size_t i = 0; i < names->len; i++) {
        struct name *n = &names->ptr[i];
        retype(&g, n);
        strip_titles(&g, n);
        take_administration(&g, n, i + 1 < names->len ? names->ptr[i + 1].first : t->len);
        fill_gap(&g, at, n->first, &out);
        out.ptr[out.len++] = *n;
        at = n->end;
    }
    fill_gap(&g, at, t->len, &out);
    *names = out;
    return OK;
}
