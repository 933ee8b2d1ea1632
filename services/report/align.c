/* align.c - mutual best match over the values of each pair of independent accounts.
 *
 * A value's best partner is sought among all of its slot and key, equal ones too: that stops lists from pairing crosswise. The
 * score is the weight of words shared by the sentences and, twice, by the clauses. */
#include "align.h"

enum { GROUP_MAX = 24, SHARED_MAX = 64, MATCHES_MAX = 200000 };

struct group { /* values of one slot and key in one reading */
    uint32_t of[GROUP_MAX];
    uint32_t len;
};

struct aligner {
    struct scene *s;
    uint32_t **order; /* per reading: values sorted by slot, key, place */
    struct matches *out;
    size_t cap;
};

static double shared_weight(const struct lexicon *lex, struct ids a, struct ids b)
{
    uint32_t common[SHARED_MAX];
    size_t n = ids_shared(a, b, common, SHARED_MAX);
    double sum = 0;
    for (size_t i = 0; i < n && i < SHARED_MAX; i++) sum += lexicon_weight(lex, common[i]);
    return sum;
}

static double score(const struct scene *s, uint32_t ra, const struct value *a, uint32_t rb, const struct value *b)
{
    double x = shared_weight(&s->lex, s->readings[ra].sentences[a->sentence].set, s->readings[rb].sentences[b->sentence].set);
    x += 2 * shared_weight(&s->lex, a->clause, b->clause);
    if (!a->quoted && !b->quoted) x += 1;
    if (a->head != 0 && a->head == b->head) x += 3;
    if (a->value == b->value) x += .5;
    return x;
}

static enum err keep(struct aligner *al, struct match m)
{
    if (al->out->len == MATCHES_MAX) return OK;
    enum err e = grow(al->s->mem, (void **)&al->out->ptr, al->out->len, &al->cap, sizeof *al->out->ptr);
    if (e == OK) al->out->ptr[al->out->len++] = m;
    return e;
}

static enum err match_groups(struct aligner *al, uint32_t ra, const struct group *ga, uint32_t rb, const struct group *gb)
{
    double sc[GROUP_MAX][GROUP_MAX];
    uint32_t best_a[GROUP_MAX], best_b[GROUP_MAX];
    const struct value *va = al->s->values[ra].ptr, *vb = al->s->values[rb].ptr;
    for (uint32_t i = 0; i < ga->len; i++) best_a[i] = 0;
    for (uint32_t j = 0; j < gb->len; j++) best_b[j] = 0;
    for (uint32_t i = 0; i < ga->len; i++)
        for (uint32_t j = 0; j < gb->len; j++) {
            sc[i][j] = score(al->s, ra, &va[ga->of[i]], rb, &vb[gb->of[j]]);
            if (sc[i][j] > sc[i][best_a[i]]) best_a[i] = j;
            if (sc[i][j] > sc[best_b[j]][j]) best_b[j] = i;
        }
    for (uint32_t i = 0; i < ga->len; i++) {
        uint32_t j = best_a[i];
        if (best_b[j] != i) continue;
        const struct value *a = &va[ga->of[i]], *b = &vb[gb->of[j]];
        double rival = 0;
        for (uint32_t k = 0; k < gb->len; k++)
            if (vb[gb->of[k]].value != b->value && sc[i][k] > rival) rival = sc[i][k];
        for (uint32_t k = 0; k < ga->len; k++)
            if (va[ga->of[k]].value != a->value && sc[k][j] > rival) rival = sc[k][j];
        enum err e = keep(al, (struct match){ra, rb, ga->of[i], gb->of[j], sc[i][j], sc[i][j] - rival});
        if (e != OK) return e;
    }
    return OK;
}

static int compare_keys(const struct value *a, const struct value *b)
{
    if (a->slot != b->slot) return a->slot < b->slot ? -1 : 1;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* Few values, so an insertion sort; stable, so places stay in order. */
static void sort_by_key(const struct value *v, uint32_t *order, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t x = order[i];
        size_t k = i;
        for (; k > 0 && compare_keys(&v[order[k - 1]], &v[x]) > 0; k--) order[k] = order[k - 1];
        order[k] = x;
    }
}

static enum err sort_values(struct aligner *al)
{
    struct scene *s = al->s;
    al->order = arena_array(s->mem, s->n_own, sizeof *al->order);
    if (al->order == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_own; r++) {
        al->order[r] = arena_array(s->mem, s->values[r].len, sizeof *al->order[r]);
        if (al->order[r] == NULL) return ERR_NOMEM;
        for (uint32_t i = 0; i < s->values[r].len; i++) al->order[r][i] = i;
        sort_by_key(s->values[r].ptr, al->order[r], s->values[r].len);
    }
    return OK;
}

static size_t take_group(const struct aligner *al, uint32_t r, size_t from, struct group *g)
{
    const struct values *v = &al->s->values[r];
    size_t at = from;
    g->len = 0;
    while (at < v->len && compare_keys(&v->ptr[al->order[r][at]], &v->ptr[al->order[r][from]]) == 0) {
        if (g->len < GROUP_MAX) g->of[g->len++] = al->order[r][at];
        at++;
    }
    return at;
}

static enum err align_pair(struct aligner *al, uint32_t ra, uint32_t rb)
{
    const struct values *a = &al->s->values[ra], *b = &al->s->values[rb];
    for (size_t i = 0, j = 0; i < a->len && j < b->len;) {
        struct group ga, gb;
        int c = compare_keys(&a->ptr[al->order[ra][i]], &b->ptr[al->order[rb][j]]);
        if (c < 0) i = take_group(al, ra, i, &ga);
        else if (c > 0) j = take_group(al, rb, j, &gb);
        else {
            i = take_group(al, ra, i, &ga);
            j = take_group(al, rb, j, &gb);
            enum err e = match_groups(al, ra, &ga, rb, &gb);
            if (e != OK) return e;
        }
    }
    return OK;
}

enum err align(struct scene *s, struct matches *out)
{
    *out = (struct matches){NULL, 0};
    struct aligner al = {.s = s, .out = out};
    enum err e = sort_values(&al);
    for (uint32_t a = 0; a < s->n_own && e == OK; a++)
        for (uint32_t b = a + 1; b < s->n_own && e == OK; b++)
            if (may_clash(s, a, b)) e = align_pair(&al, a, b);
    return e;
}
