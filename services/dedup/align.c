/* align.c - pairs the shared shingles of two texts and joins those that run in parallel. */
#include "align.h"

#include <stdlib.h>

static size_t cell_of(const struct aligner *a, uint32_t hash)
{
    size_t i = (size_t)(hash * a->scale >> 32);
    return i < ALIGN_CELLS ? i : ALIGN_CELLS - 1;
}

static size_t list_of(size_t cell)
{
    return cell / (ALIGN_CELLS / ALIGN_LISTS);
}

static bool is_set(const uint64_t *bits, size_t cell)
{
    return bits[cell / 64] >> cell % 64 & 1;
}

static void set(uint64_t *bits, size_t cell)
{
    bits[cell / 64] |= (uint64_t)1 << cell % 64;
}

void align_begin(const struct sketch *sketch, struct aligner *a)
{
    *a = (struct aligner){.sketch = sketch, .scale = ((uint64_t)ALIGN_CELLS << 32) / ((uint64_t)sketch->below + 1)};
    for (size_t i = sketch->len; i-- > 0;) { /* lists stand in text order */
        size_t cell = cell_of(a, sketch->ptr[i].hash), list = list_of(cell);
        a->next[i] = a->head[list];
        a->head[list] = (uint8_t)(i + 1);
        set(a->filled, cell);
        set(a->near, cell);
        if (cell > 0) set(a->near, cell - 1);
    }
}

/* The new text's first shingle with a hash in [least, most) and under its own bound; 1 + its index, or 0. */
static size_t find(const struct aligner *a, uint32_t least, uint32_t most)
{
    const struct shingle *s = a->sketch->ptr;
    size_t cell = cell_of(a, least), end = cell_of(a, most - 1);
    if (cell == end && !is_set(a->filled, cell)) return 0;
    for (size_t list = list_of(cell), last = list_of(end); list <= last; list++)
        for (size_t i = a->head[list]; i != 0; i = a->next[i - 1])
            if (s[i - 1].hash >= least && s[i - 1].hash < most) return i;
    return 0;
}

/* Two pairs of shingles belong to one passage when both texts move on by about the same and not too far. */
static bool parallel(const struct shared *p, const struct shared *q, uint32_t far)
{
    if (q->b <= p->b || q->ob <= p->ob) return false;
    uint32_t here = q->b - p->b, there = q->ob - p->ob;
    uint32_t more = here > there ? here : there, less = here > there ? there : here;
    return more <= far && more - less <= 6 + more / 5;
}

enum { SHORTEST = 25 /* bytes of a passage */ };
_Static_assert((int)SHINGLE < (int)SHORTEST, "a single shingle is no passage");

/* Joins pairs (by place in the new text) into passages; those of one shingle, or hardly longer, are chance. */
static size_t join(const struct shared *pair, size_t n, uint32_t far, struct shared *out)
{
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

static int by_begin(const void *x, const void *y)
{
    const struct span *p = x, *q = y;
    return p->b < q->b ? -1 : p->b > q->b;
}

/* Passages may overlap in either text: a shingle counts once, in however many it lies. `at` and the spans ascend. */
struct sweep {
    const struct span *span;
    size_t n, i;
    uint32_t reach; /* the furthest end of a passage that begins at or before the place */
};

static bool inside(struct sweep *s, uint32_t at)
{
    for (; s->i < s->n && s->span[s->i].b <= at; s->i++)
        if (s->span[s->i].e > s->reach) s->reach = s->span[s->i].e;
    return at < s->reach;
}

/* How much of the new text's shingles under the bound lies in passages. */
static double cover_new(const struct alignment *al, const struct sketch *a, uint32_t below, size_t mine)
{
    struct span span[DENSE_MAX];
    for (size_t i = 0; i < al->n; i++) span[i] = (struct span){al->passage[i].b, al->passage[i].e};
    struct sweep s = {span, al->n, 0, 0};
    size_t n = 0;
    for (size_t i = 0; i < a->len; i++) n += inside(&s, a->ptr[i].at) && a->ptr[i].hash < below;
    return covered(n, mine);
}

static double cover_old(const struct alignment *al, const struct stored_sketch *b, uint64_t bound, size_t theirs)
{
    struct span span[DENSE_MAX];
    for (size_t i = 0; i < al->n; i++) span[i] = (struct span){al->passage[i].ob, al->passage[i].oe};
    qsort(span, al->n, sizeof *span, by_begin);
    struct sweep s = {span, al->n, 0, 0};
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) n += inside(&s, b->at[i]) && b->hash[i] < bound;
    return covered(n, theirs);
}

/* Which cell a stored hash falls into: where that can be told without a division, and its hashes fill less than half of a cell. */
struct cells {
    uint64_t step; /* 2^40 for each cell */
    bool known;
};

static struct cells cells_of(const struct aligner *a, const struct stored_sketch *b)
{
    const uint64_t narrow = (uint64_t)1 << 24, half = (uint64_t)1 << 39;
    uint64_t step = a->scale < narrow ? ((uint64_t)b->below + 1) * a->scale >> 8 : half + 1;
    return (struct cells){step, step <= half};
}

/* By shingle of the new text: 1 + the index of the one in the other text that it shares, or 0. Returns how many it shares; *theirs that could be shared. */
static size_t pair_up(const struct aligner *a, const struct stored_sketch *b, uint32_t below, uint64_t bound, uint8_t other[DENSE_MAX], size_t *theirs)
{
    struct cells cells = cells_of(a, b);
    size_t n = 0;
    *theirs = 0;
    for (size_t i = 0; i < b->n; i++) {
        uint32_t hash = b->hash[i];
        if (hash >= bound) continue;
        ++*theirs;
        if (cells.known && !is_set(a->near, hash * cells.step >> 40)) continue;
        uint32_t least = shingle_least(hash, b->below), most = hash == UINT16_MAX ? b->below : shingle_least(hash + 1u, b->below);
        if (most > a->sketch->below) most = a->sketch->below;
        size_t k = most > least ? find(a, least, most) : 0;
        if (k == 0 || a->sketch->ptr[k - 1].hash >= below) continue;
        n += other[k - 1] == 0;
        other[k - 1] = (uint8_t)(i + 1);
    }
    return n;
}

/* The shared shingles' places in both, by their place in the new text. */
static void place_pairs(const struct sketch *a, const struct stored_sketch *b, const uint8_t other[DENSE_MAX], struct shared *pair)
{
    for (size_t i = 0; i < a->len; i++) {
        uint32_t at = a->ptr[i].at, there = other[i] ? b->at[other[i] - 1] : 0;
        if (other[i]) *pair++ = (struct shared){at, at + SHINGLE, there, there + SHINGLE};
    }
}

enum err align_with(const struct aligner *aligner, struct slice record, struct alignment *out)
{
    struct stored_sketch b;
    struct shared pair[DENSE_MAX];
    uint8_t other[DENSE_MAX] = {0};
    out->n = out->shared = out->least = 0;
    out->of_new = out->of_old = 0;
    if (get_sketch_hashes(record, &b) != OK) return ERR_MALFORMED;
    const struct sketch *a = aligner->sketch;
    uint32_t below = a->below < b.below ? a->below : b.below;
    uint64_t bound = below == b.below ? 1 << 16 : ((uint64_t)below << 16) / ((uint64_t)b.below + 1);
    size_t mine = 0, theirs, n = pair_up(aligner, &b, below, bound, other, &theirs);
    if (n < 2) return OK;
    if (get_sketch_places(record, &b) != OK) return ERR_MALFORMED;
    place_pairs(a, &b, other, pair);
    for (size_t i = 0; i < a->len; i++) mine += a->ptr[i].hash < below;
    out->shared = (uint32_t)n;
    out->least = (uint32_t)(mine < theirs ? mine : theirs);
    uint32_t far = 60 + 8 * (uint32_t)(a->ptr[a->len - 1].at / (mine + 1));
    if (far > 1500) far = 1500;
    out->n = join(pair, n, far, out->passage);
    if (out->n == 0) return OK;
    out->of_new = cover_new(out, a, below, mine);
    out->of_old = cover_old(out, &b, bound, theirs);
    return OK;
}
