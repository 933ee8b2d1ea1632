/* align.c - pairs the shared shingles of two texts and joins those that run in parallel. */
#include "align.h"

#include <stdlib.h>

enum { CELLS = 512, NONE = UINT16_MAX };

struct lookup {
    uint16_t cell[CELLS]; /* index of a shingle of the new text, or NONE */
    uint16_t hash[DENSE_MAX];
};

static void fill(struct lookup *l, const struct sketch *a, uint32_t below)
{
    memset(l->cell, 0xFF, sizeof l->cell);
    for (size_t i = 0; i < a->len; i++) {
        if (a->ptr[i].hash >= below) continue;
        l->hash[i] = shingle_short(a->ptr[i].hash, below);
        size_t c = l->hash[i] % CELLS;
        while (l->cell[c] != NONE) c = (c + 1) % CELLS;
        l->cell[c] = (uint16_t)i;
    }
}

static uint16_t find(const struct lookup *l, uint16_t hash)
{
    size_t c = hash % CELLS;
    while (l->cell[c] != NONE && l->hash[l->cell[c]] != hash) c = (c + 1) % CELLS;
    return l->cell[c];
}

/* Two pairs of shingles belong to one passage when both texts move on by about the same and not too far. */
static bool parallel(const struct shared *p, const struct shared *q, uint32_t far)
{
    if (q->b <= p->b || q->ob <= p->ob) return false;
    uint32_t here = q->b - p->b, there = q->ob - p->ob;
    uint32_t more = here > there ? here : there, less = here > there ? there : here;
    return more <= far && more - less <= 6 + more / 5;
}

/* Joins pairs (by place in the new text) into passages; those of one shingle, or hardly longer, are chance. */
static size_t join(const struct shared *pair, size_t n, uint32_t far, struct shared *out)
{
    enum { SHORTEST = 25 };
    size_t passages = 0;
    for (size_t i = 0; i < n;) {
        size_t last = i;
        for (size_t k = i + 1; k < n && pair[k].b - pair[last].b <= far; k++)
            if (parallel(&pair[last], &pair[k], far)) last = k; /* what does not fit in between is chance */
        if (pair[last].e - pair[i].b >= SHORTEST) out[passages++] = (struct shared){pair[i].b, pair[last].e, pair[i].ob, pair[last].oe};
        i = last + 1;
    }
    return passages;
}

static double covered(size_t inside, size_t all)
{
    return all ? (double)inside / (double)all : 0;
}

/* Passages may overlap in either text: a shingle counts once, in however many it lies. */
static bool inside(const struct alignment *al, uint32_t at, bool old)
{
    for (size_t p = 0; p < al->n; p++) {
        const struct shared *s = &al->passage[p];
        if (old ? at >= s->ob && at < s->oe : at >= s->b && at < s->e) return true;
    }
    return false;
}

void align_sketch(const struct sketch *a, const struct body *b, struct alignment *out)
{
    struct lookup l;
    struct shared pair[DENSE_MAX];
    uint32_t other[DENSE_MAX]; /* by shingle of the new text: 1 + the place in the other */
    uint32_t below = a->below < b->below ? a->below : b->below;
    size_t mine = 0, theirs = 0, n = 0;
    *out = (struct alignment){0};
    fill(&l, a, b->below);
    memset(other, 0, sizeof other);
    uint64_t bound = ((uint64_t)below << 16) / ((uint64_t)b->below + 1);
    for (size_t i = 0; i < b->n; i++) {
        if (below < b->below && b->shingle[i].hash >= bound) continue;
        theirs++;
        uint16_t k = find(&l, b->shingle[i].hash);
        if (k != NONE && a->ptr[k].hash < below) other[k] = b->shingle[i].at + 1;
    }
    for (size_t i = 0; i < a->len; i++) {
        if (a->ptr[i].hash >= below) continue;
        mine++;
        if (other[i]) pair[n++] = (struct shared){a->ptr[i].at, a->ptr[i].at + SHINGLE, other[i] - 1, other[i] - 1 + SHINGLE};
    }
    out->shared = (uint32_t)n;
    out->least = (uint32_t)(mine < theirs ? mine : theirs);
    if (n == 0) return;
    uint32_t span = a->len ? a->ptr[a->len - 1].at : 0;
    uint32_t far = 60 + 8 * (uint32_t)(span / (mine + 1));
    if (far > 1500) far = 1500;
    out->n = join(pair, n, far, out->passage);
    size_t in_mine = 0, in_theirs = 0;
    for (size_t i = 0; i < a->len; i++) in_mine += a->ptr[i].hash < below && inside(out, a->ptr[i].at, false);
    for (size_t i = 0; i < b->n; i++) in_theirs += (below == b->below || b->shingle[i].hash < bound) && inside(out, b->shingle[i].at, true);
    out->of_new = covered(in_mine, mine);
    out->of_old = covered(in_theirs, theirs);
}
