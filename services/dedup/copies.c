/* copies.c - looks a text's shingles up, ranks the documents that have them and aligns the likeliest. */
#include "copies.h"

#include <stdlib.h>

enum { TALLY_CELLS = 4096, TALLY_MOST = 3000 };

struct tally {
    uint32_t doc; /* 0: free */
    float weight;
};

static void count(struct tally *cell, size_t *used, uint32_t doc, float weight)
{
    size_t c = (doc * 0x9E3779B1u) >> 20;
    while (cell[c].doc != 0 && cell[c].doc != doc) c = (c + 1) % TALLY_CELLS;
    if (cell[c].doc == 0) {
        if (*used == TALLY_MOST) return;
        ++*used;
        cell[c].doc = doc;
    }
    cell[c].weight += weight;
}

static bool before(const struct tally *a, const struct tally *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->doc < b->doc;
}

/* The heaviest tallies into best, heaviest first. */
static size_t rank(const struct tally *cell, struct tally best[MATCHES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < TALLY_CELLS; i++) {
        if (cell[i].doc == 0) continue;
        size_t at = n < MATCHES_MAX ? n++ : MATCHES_MAX;
        for (; at > 0 && before(&cell[i], &best[at - 1]); at--)
            if (at < MATCHES_MAX) best[at] = best[at - 1];
        if (at < MATCHES_MAX) best[at] = cell[i];
    }
    return n;
}

static double contained(const struct match *m)
{
    return m->of_new > m->of_old ? m->of_new : m->of_old;
}

static int by_containment(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    double p = contained(x), q = contained(y);
    if (p != q) return p > q ? -1 : 1;
    return x->doc < y->doc ? -1 : x->doc > y->doc;
}

enum err copies_find(const struct anchors *anchors, const struct sketch *sketch, body_reader read, void *self, struct body *scratch,
    struct match out[MATCHES_MAX], size_t *n)
{
    struct tally cell[TALLY_CELLS] = {0}, best[MATCHES_MAX];
    uint32_t docs[ANCHOR_CAP];
    size_t used = 0;
    *n = 0;
    for (size_t i = 0; i < sketch->len; i++) {
        if (i + 8 < sketch->len) anchors_prefetch(anchors, sketch->ptr[i + 8].hash);
        size_t found = anchors_find(anchors, sketch->ptr[i].hash, docs);
        if (found == ANCHOR_CAP) continue;
        for (size_t k = 0; k < found; k++) count(cell, &used, docs[k], 1.0f / (float)(found + 1));
    }
    if (used == 0) return OK;
    size_t ranked = rank(cell, best);
    for (size_t i = 0; i < ranked; i++) {
        enum err e = read(self, best[i].doc, scratch);
        if (e == ERR_MISSING) continue;
        if (e != OK) return e;
        struct alignment al;
        align_sketch(sketch, scratch, &al);
        if (al.n) out[(*n)++] = (struct match){best[i].doc, al.of_new, al.of_old, al.shared, al.least};
    }
    qsort(out, *n, sizeof *out, by_containment);
    return OK;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

size_t copies_post(const struct anchors *anchors, const struct sketch *sketch, struct arena *mem, uint32_t out[POSTED_MAX])
{
    uint32_t docs[ANCHOR_CAP];
    uint32_t *low = arena_take(mem, sketch->len * sizeof *low);
    if (low == NULL) return 0;
    for (size_t i = 0; i < sketch->len; i++) low[i] = sketch->ptr[i].hash;
    qsort(low, sketch->len, sizeof *low, by_value);
    size_t n = 0, most = 6 + sketch->folded / 120;
    if (most > POSTED_MAX) most = POSTED_MAX;
    for (size_t i = 0; i < sketch->len && i < 3 * most && n < most; i++)
        if (anchors_find(anchors, low[i], docs) < ANCHOR_CAP) out[n++] = low[i];
    return n;
}
