/* copies.c - looks a text's shingles up, ranks the documents that have them and aligns the likeliest. */
#include "copies.h"

#include <stdlib.h>

#include "anchors.h"
#include "weighed.h"

enum { MISSES_MOST = 8 /* so many candidates in a row without a common passage: those that rank lower have none either */ };
#define WEAK 0.3f /* a single common shingle that others have too is no reason to look */
enum { TALLY_MOST = DENSE_MAX * ANCHOR_CAP, TALLY_CELLS = 1 << 14 };
_Static_assert(TALLY_MOST < TALLY_CELLS * 3 / 4, "every document that a text can meet finds a cell");

struct tally {
    struct weighed doc; /* id 0: free */
    uint32_t shared;    /* shingles */
};

struct copies {
    struct anchors *anchors;
    struct tally cell[TALLY_CELLS]; /* free between two documents */
    uint16_t used[TALLY_MOST];      /* cells */
    size_t n;
};

struct copies *copies_create(void)
{
    struct copies *c = calloc(1, sizeof *c);
    if (c == NULL) return NULL;
    c->anchors = anchors_create();
    if (c->anchors == NULL) copies_destroy(&c);
    return c;
}

void copies_destroy(struct copies **c)
{
    if (*c == NULL) return;
    anchors_destroy(&(*c)->anchors);
    free(*c);
    *c = NULL;
}

static void count(struct copies *t, uint32_t doc, float weight)
{
    size_t c = (doc * 0x9E3779B1u) >> 18;
    while (t->cell[c].doc.id != 0 && t->cell[c].doc.id != doc) c = (c + 1) % TALLY_CELLS;
    if (t->cell[c].doc.id == 0) {
        t->used[t->n++] = (uint16_t)c;
        t->cell[c].doc.id = doc;
    }
    t->cell[c].doc.weight += weight;
    t->cell[c].shared++;
}

/* The heaviest tallies into best, heaviest first; all are cleared. */
static size_t rank(struct copies *t, struct weighed best[MATCHES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct tally *cell = &t->cell[t->used[i]];
        if (cell->shared > 1 || cell->doc.weight >= WEAK) n = weighed_keep(best, n, MATCHES_MAX, cell->doc);
        *cell = (struct tally){0};
    }
    t->n = 0;
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

static void tally(struct copies *t, const struct sketch *sketch)
{
    enum { AHEAD = 12 };
    uint32_t docs[ANCHOR_CAP];
    for (size_t i = 0; i < sketch->len && i < AHEAD; i++) anchors_prefetch(t->anchors, sketch->ptr[i].hash);
    for (size_t i = 0; i < sketch->len; i++) {
        if (i + AHEAD < sketch->len) anchors_prefetch(t->anchors, sketch->ptr[i + AHEAD].hash);
        size_t found = anchors_find(t->anchors, sketch->ptr[i].hash, docs);
        if (found == ANCHOR_CAP) continue;
        for (size_t k = 0; k < found; k++) count(t, docs[k], 1.0f / (float)(found + 1));
    }
}

enum err copies_find(struct copies *c, const struct aligner *aligner, sketch_reader read, void *self, struct match out[MATCHES_MAX], size_t *n)
{
    struct weighed best[MATCHES_MAX];
    *n = 0;
    tally(c, aligner->sketch);
    size_t ranked = rank(c, best);
    for (size_t i = 0, misses = 0; i < ranked && misses < MISSES_MOST; i++) {
        struct slice old;
        struct alignment al;
        enum err e = read(self, best[i].id, &old);
        if (e == ERR_MISSING) continue;
        if (e != OK) return e;
        if (align_with(aligner, old, &al) != OK) return ERR_IO;
        misses = al.n ? 0 : misses + 1;
        if (al.n) out[(*n)++] = (struct match){best[i].id, al.of_new, al.of_old, al.shared, al.least};
    }
    qsort(out, *n, sizeof *out, by_containment);
    return OK;
}

/* The `most` lowest hashes in order: those under a bound that lets about twice as many through, or all. */
static size_t lowest(const struct sketch *sketch, size_t most, uint32_t low[DENSE_MAX])
{
    uint32_t bound = most * 2 < sketch->len ? (uint32_t)((double)sketch->below * 2 * (double)most / (double)sketch->len) : UINT32_MAX;
    for (;; bound = UINT32_MAX) {
        size_t n = 0;
        for (size_t i = 0; i < sketch->len; i++) {
            uint32_t hash = sketch->ptr[i].hash;
            size_t at = n;
            if (hash > bound) continue;
            for (n++; at > 0 && low[at - 1] > hash; at--) low[at] = low[at - 1];
            low[at] = hash;
        }
        if (n >= most || bound == UINT32_MAX) return n < most ? n : most;
    }
}

enum err copies_post(struct copies *c, const struct sketch *sketch, uint32_t doc, uint32_t out[POSTED_MAX], size_t *n)
{
    uint32_t docs[ANCHOR_CAP], low[DENSE_MAX];
    size_t most = 6 + sketch->folded / 120;
    if (most > POSTED_MAX) most = POSTED_MAX;
    const size_t reach[] = {most + most / 4, 3 * most}; /* few are furniture: the first mostly do */
    enum err e = OK;
    *n = 0;
    for (size_t k = 0, i = 0; e == OK && k < 2 && *n < most; k++) {
        size_t lows = lowest(sketch, reach[k], low);
        for (size_t ahead = i; ahead < lows; ahead++) anchors_prefetch_add(c->anchors, low[ahead]);
        for (; e == OK && i < lows && *n < most; i++) {
            if (anchors_find(c->anchors, low[i], docs) == ANCHOR_CAP) continue;
            e = anchors_add(c->anchors, low[i], doc);
            if (e == OK) out[(*n)++] = low[i];
        }
    }
    return e;
}

void copies_drop(struct copies *c, const uint32_t *posted, size_t n, uint32_t doc)
{
    for (size_t i = 0; i < n; i++) anchors_drop(c->anchors, posted[i], doc);
}

enum err copies_load_begin(struct copies *c, size_t documents)
{
    return anchors_reserve(c->anchors, documents * POSTED_MAX);
}

enum err copies_load(struct copies *c, const uint32_t *posted, size_t n, uint32_t doc)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) e = anchors_load(c->anchors, posted[i], doc);
    return e;
}

enum err copies_load_end(struct copies *c)
{
    return anchors_loaded(c->anchors);
}

size_t copies_bytes(const struct copies *c)
{
    return anchors_bytes(c->anchors) + sizeof *c;
}
