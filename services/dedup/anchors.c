/* anchors.c - open addressing with linear probes; a pair taken out is closed over by shifting, so nothing decays. */
#include "anchors.h"

#include <stdlib.h>

struct pair {
    uint32_t hash, doc; /* doc 0: free */
};

struct anchors {
    struct pair *pair;
    size_t cells, used; /* used stays under four fifths of cells */
};

enum { FIRST_CELLS = 1 << 12 };

/* Shingle hashes are small numbers by choice (the lowest are kept), so they are spread anew. */
static size_t home(const struct anchors *a, uint32_t hash)
{
    uint64_t h = hash * 0x9E3779B97F4A7C15u;
    h ^= h >> 29;
    return (size_t)(((h & UINT32_MAX) * (uint64_t)a->cells) >> 32);
}

struct anchors *anchors_create(void)
{
    struct anchors *a = calloc(1, sizeof *a);
    if (a == NULL) return NULL;
    a->cells = FIRST_CELLS;
    a->pair = calloc(a->cells, sizeof *a->pair);
    if (a->pair == NULL) {
        free(a);
        return NULL;
    }
    return a;
}

void anchors_destroy(struct anchors **a)
{
    if (*a == NULL) return;
    free((*a)->pair);
    free(*a);
    *a = NULL;
}

static size_t next(const struct anchors *a, size_t i)
{
    return i + 1 == a->cells ? 0 : i + 1;
}

static void place(struct anchors *a, struct pair p)
{
    size_t i = home(a, p.hash);
    while (a->pair[i].doc != 0) i = next(a, i);
    a->pair[i] = p;
}

/* Grows by a half: what is kept free stays small. */
static enum err grow(struct anchors *a)
{
    struct anchors wide = {NULL, a->cells + a->cells / 2, a->used};
    wide.pair = calloc(wide.cells, sizeof *wide.pair);
    if (wide.pair == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < a->cells; i++)
        if (a->pair[i].doc != 0) place(&wide, a->pair[i]);
    free(a->pair);
    *a = wide;
    return OK;
}

enum err anchors_add(struct anchors *a, uint32_t hash, uint32_t doc)
{
    if ((a->used + 1) * 5 > a->cells * 4) {
        enum err e = grow(a);
        if (e != OK) return e;
    }
    place(a, (struct pair){hash, doc});
    a->used++;
    return OK;
}

/* Closes the gap at `hole`: a later pair of the same run moves into it when its home lies at or before the hole. */
static void close_gap(struct anchors *a, size_t hole)
{
    for (size_t i = next(a, hole); a->pair[i].doc != 0; i = next(a, i)) {
        size_t want = home(a, a->pair[i].hash);
        bool between = hole <= i ? want > hole && want <= i : want > hole || want <= i;
        if (between) continue;
        a->pair[hole] = a->pair[i];
        hole = i;
    }
    a->pair[hole] = (struct pair){0, 0};
}

void anchors_drop(struct anchors *a, uint32_t hash, uint32_t doc)
{
    for (size_t i = home(a, hash); a->pair[i].doc != 0; i = next(a, i)) {
        if (a->pair[i].hash != hash || a->pair[i].doc != doc) continue;
        close_gap(a, i);
        a->used--;
        return;
    }
}

size_t anchors_find(const struct anchors *a, uint32_t hash, uint32_t docs[ANCHOR_CAP])
{
    size_t n = 0;
    for (size_t i = home(a, hash); a->pair[i].doc != 0 && n < ANCHOR_CAP; i = next(a, i))
        if (a->pair[i].hash == hash) docs[n++] = a->pair[i].doc;
    return n;
}

void anchors_prefetch(const struct anchors *a, uint32_t hash)
{
    __builtin_prefetch(&a->pair[home(a, hash)]);
}

size_t anchors_bytes(const struct anchors *a)
{
    return a->cells * sizeof *a->pair;
}
