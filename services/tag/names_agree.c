/* names_agree.c - makes a document's names agree: facts that the model passed over, persons named again by surname, one word one type. */
#include "names.h"

enum { SLOTS_LEAST = 64 };

struct vote { uint64_t word; uint16_t n[5], full, sure; /* by enum entity_type; of persons named in full, and of those that are sure */ };

struct agreement {
    const struct world *world;
    const struct tokens *t;
    struct names *names;
    struct vote *slot;
    size_t mask;
};

static const float CERTAIN = 0.8f, FROM_FACT = 0.75f, FROM_DOCUMENT = 0.7f;

static struct vote *vote_at(const struct agreement *g, uint64_t word)
{
    uint64_t key = word ? word : 1;
    size_t i = (key ^ key >> 32) & g->mask;
    while (g->slot[i].word != 0 && g->slot[i].word != key) i = (i + 1) & g->mask;
    return &g->slot[i];
}

static void vote(struct agreement *g)
{
    memset(g->slot, 0, (g->mask + 1) * sizeof *g->slot);
    for (size_t i = 0; i < g->names->len; i++) {
        const struct name *n = &g->names->ptr[i];
        bool full = n->type == ENTITY_PERSON && n->end - n->first > 1, single = n->end - n->first == 1;
        if (!full && !single) continue;
        const struct token *k = &g->t->ptr[n->end - 1];
        struct vote *v = vote_at(g, k->exact);
        v->word = k->exact ? k->exact : 1;
        if (single && v->n[n->type] < UINT16_MAX) v->n[n->type]++;
        if (full && v->full < UINT16_MAX) v->full++;
        if (full && n->score >= CERTAIN && v->sure < UINT16_MAX) v->sure++;
    }
}

/* The type that the document gives to a lone word, and whether that is sure. */
static enum entity_type voted(const struct vote *v, bool *sure)
{
    enum entity_type best = ENTITY_PERSON;
    for (enum entity_type k = ENTITY_PERSON; k <= ENTITY_MISC; k++)
        if (v->n[k] > v->n[best]) best = k;
    if (v->sure > 0) best = ENTITY_PERSON;
    *sure = v->sure > 0 || v->n[best] >= 2;
    return best;
}

static const struct alias *place_or_body(const struct agreement *g, size_t first, size_t end)
{
    const struct alias *a = world_find(g->world, g->t, first, end);
    return a != NULL && a->kind != ALIAS_SURNAME && world_fact(g->world, a->fact)->type != ENTITY_PERSON ? a : NULL;
}

/* "…, the county's chief engineer, …": what stands behind a comma at token i is what a person is. */
static bool has_role(const struct tokens *t, size_t i)
{
    if (!token_is(t, i, ',')) return false;
    for (size_t k = i + 1; k < t->len && k < i + 8 && !(t->ptr[k].kind & TOKEN_FIRST); k++) {
        if (token_in(t, k, WORD_ROLE) && !(t->ptr[k].kind & TOKEN_UPPER)) return true;
        if (!(t->ptr[k].kind & (TOKEN_WORD | TOKEN_DASH)) || token_in(t, k, WORD_SAY | WORD_AUXILIARY | WORD_SUBORDINATE)) return false;
    }
    return false;
}

/* "…,” said Anna Berg" and "Anna Berg said": people speak more often than things, unless a word in the name says what it is. */
static bool speaks(const struct tokens *t, const struct name *n)
{
    for (size_t i = n->first; i < n->end; i++)
        if (token_in(t, i, WORD_ORG | WORD_PLACE) || !(t->ptr[i].kind & TOKEN_UPPER) || (t->ptr[i].kind & TOKEN_CAPITALS)) return false;
    if (n->first > 0 && slice_eq_nocase(token_text(t, n->first - 1), SLICE("the"))) return false;
    bool before = n->first > 1 && token_in(t, n->first - 1, WORD_SAY) && !(t->ptr[n->first].kind & TOKEN_FIRST)
        && ((t->ptr[n->first - 2].kind & TOKEN_CLOSE) || token_is(t, n->first - 2, ','));
    bool behind = token_in(t, n->end, WORD_SAY) && !(t->ptr[n->end].kind & TOKEN_FIRST) && !(n->first > 0 && token_in(t, n->first - 1, WORD_PREPOSITION));
    return before || behind;
}

/* A body that was taken for a place or person is a body; a lone word that is a person's surname elsewhere is that person. */
static void retype(const struct agreement *g, struct name *n)
{
    const struct alias *a = place_or_body(g, n->first, n->end);
    if (a != NULL && a->kind == ALIAS_NAME && world_fact(g->world, a->fact)->type == ENTITY_ORGANIZATION) n->type = ENTITY_ORGANIZATION;
    if (n->score >= CERTAIN) return;
    if (a != NULL && a->kind == ALIAS_NAME && n->type == ENTITY_ORGANIZATION) n->type = world_fact(g->world, a->fact)->type; /* a country is rarely a team */
    if (a != NULL || n->type == ENTITY_PERSON) return;
    const struct vote *v = vote_at(g, g->t->ptr[n->end - 1].exact);
    if (n->end - n->first == 1) {
        if (v->word != 0 && v->full > 0) n->type = ENTITY_PERSON;
    } else if (n->end - n->first <= 3 && (has_role(g->t, n->end) || speaks(g->t, n) || (v->word != 0 && v->n[ENTITY_PERSON] > 0))) n->type = ENTITY_PERSON;
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
    if (!token_capital(k) || (k->kind & TOKEN_LINK)) return 0;
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
    size_t slots = SLOTS_LEAST, most = names->len, at = 0;
    while (slots < names->len * 2) slots *= 2;
    g.slot = arena_array(mem, slots, sizeof *g.slot);
    g.mask = slots - 1;
    for (size_t i = 0; i < t->len; i++) most += token_capital(&t->ptr[i]);
    struct names out = {arena_array(mem, most + 1, sizeof *out.ptr), 0};
    if (g.slot == NULL || out.ptr == NULL) return ERR_NOMEM;
    for (int round = 0; round < 2; round++) { /* in the second, lone surnames learn from names that the first made persons */
        vote(&g);
        for (size_t i = 0; i < names->len; i++) {
            strip_titles(&g, &names->ptr[i]);
            retype(&g, &names->ptr[i]);
        }
    }
    vote(&g);
    for (size_t i = 0; i < names->len; i++) {
        struct name *n = &names->ptr[i];
        take_administration(&g, n, i + 1 < names->len ? names->ptr[i + 1].first : t->len);
        fill_gap(&g, at, n->first, &out);
        out.ptr[out.len++] = *n;
        at = n->end;
    }
    fill_gap(&g, at, t->len, &out);
    *names = out;
    return OK;
}
