/* anchors.c - pairs in the order of their spread hashes, with gaps, in many tables that grow one by one: a look-up goes straight to where they must be.
 *
 * A pair stands at or behind its home, the pairs from there to it leave no gap, and hashes ascend. So a search ends at the first greater hash. */
#include "anchors.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct pair {
    uint32_t spread, doc; /* doc 0: free */
};

struct shard {
    struct pair *pair;    /* `cells` homes and BEHIND more cells, of which the last stays free */
    uint32_t cells, used; /* used stays under seven eighths of cells */
};

/* Straight from the system and back to it: what grows by a little leaves holes in a heap that nothing fits into. What is large stands on large pages
 * where it can: look-ups go anywhere, and fewer pages are fewer misses. */
static struct pair *cells_take(size_t cells)
{
    enum { LARGE = 2 << 20 };
    size_t bytes = cells * sizeof(struct pair), more = bytes >= LARGE ? LARGE : 0;
    char *p = mmap(NULL, bytes + more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return NULL;
    if (more == 0) return (struct pair *)(void *)p;
    size_t before = (LARGE - (uintptr_t)p % LARGE) % LARGE, page = (size_t)sysconf(_SC_PAGESIZE), end = (before + bytes + page - 1) / page * page;
    if (before) munmap(p, before);
    if (end < bytes + more) munmap(p + end, bytes + more - end);
    (void)madvise(p + before, bytes, MADV_HUGEPAGE); /* a wish */
    return (struct pair *)(void *)(p + before);
}

static void cells_free(struct pair *pair, size_t cells)
{
    if (pair) munmap(pair, cells * sizeof *pair);
}

enum {
    SHARD_BITS = 4,
    SHARDS = 1 << SHARD_BITS, /* so that to grow costs a little memory and time, often, and not half of all at once */
    FIRST_CELLS = 16,
    BEHIND = 128,
    WAITING = 4096, /* pairs of a shard that wait while all are loaded */
};

struct waiting {
    struct pair pair[SHARDS][WAITING];
    uint32_t n[SHARDS];
};

enum { PART_BITS = 10 /* a part of the range of hashes is so many bits wide */, PARTS_BYTES = 1 << (32 - PART_BITS - 3) };

struct anchors {
    struct shard shard[SHARDS];
    struct waiting *waiting; /* while loading */
    uint64_t *held;  /* a bit for each part of the range of hashes: some pair is, or was, in it */
    size_t dropped;  /* pairs, since the bits were set anew */
};

#define SPREAD 0x9E3779B1u
#define GATHER 0x0E8B2F51u
_Static_assert(SPREAD * GATHER == 1, "what spreads hashes can be undone");

/* Shingle hashes are small numbers by choice (the lowest are kept), so they are spread anew, one to one: the top bits name the shard. */
static uint32_t spread_of(uint32_t hash)
{
    return hash * SPREAD;
}

static void hold(struct anchors *a, uint32_t hash)
{
    uint32_t part = hash >> PART_BITS;
    a->held[part / 64] |= (uint64_t)1 << part % 64;
}

/* False: no pair has this hash. A text is posted under a few of its lowest hashes and looked up under many more, which most often ends here, without a
 * way to a cold part of memory. */
static bool may_hold(const struct anchors *a, uint32_t hash)
{
    uint32_t part = hash >> PART_BITS;
    return a->held[part / 64] >> part % 64 & 1;
}

static uint32_t home(const struct shard *s, uint32_t spread)
{
    return (uint32_t)((uint64_t)(spread << SHARD_BITS) * s->cells >> 32);
}

struct anchors *anchors_create(void)
{
    struct anchors *a = calloc(1, sizeof *a);
    if (a == NULL) return NULL;
    a->held = calloc(1, PARTS_BYTES);
    if (a->held == NULL) anchors_destroy(&a);
    for (int i = 0; a && i < SHARDS; i++) {
        a->shard[i] = (struct shard){cells_take(FIRST_CELLS + BEHIND), FIRST_CELLS, 0};
        if (a->shard[i].pair == NULL) anchors_destroy(&a);
    }
    return a;
}

void anchors_destroy(struct anchors **a)
{
    if (*a == NULL) return;
    for (int i = 0; i < SHARDS; i++) cells_free((*a)->shard[i].pair, (size_t)(*a)->shard[i].cells + BEHIND);
    free((*a)->waiting);
    free((*a)->held);
    free(*a);
    *a = NULL;
}

/* Where the first pair of that hash, or of a greater one, stands or would. */
static uint32_t seek(const struct shard *s, uint32_t spread)
{
    uint32_t i = home(s, spread);
    while (s->pair[i].doc != 0 && s->pair[i].spread < spread) i++;
    return i;
}

static bool brim(const struct shard *s)
{
    return s->pair[s->cells + BEHIND - 2].doc != 0;
}

static void place(struct shard *s, struct pair p)
{
    uint32_t i = seek(s, p.spread), end = i;
    while (s->pair[end].doc != 0) end++;
    memmove(&s->pair[i + 1], &s->pair[i], (end - i) * sizeof p);
    s->pair[i] = p;
}

/* Pairs go over in order, so each goes behind the one before. ERR_TOO_BIG: these cells will not do. */
static enum err resize(struct shard *s, size_t cells)
{
    if (cells > UINT32_MAX - BEHIND) return ERR_NOMEM;
    struct shard wide = {cells_take(cells + BEHIND), (uint32_t)cells, s->used};
    uint32_t at = 0;
    if (wide.pair == NULL) return ERR_NOMEM;
    for (uint32_t i = 0; i < s->cells + BEHIND; i++) {
        if (s->pair[i].doc == 0) continue;
        uint32_t want = home(&wide, s->pair[i].spread);
        if (want > at) at = want;
        if (at + 1 >= cells + BEHIND) break;
        wide.pair[at++] = s->pair[i];
    }
    bool whole = at + 1 < cells + BEHIND;
    if (whole) cells_free(s->pair, (size_t)s->cells + BEHIND);
    else cells_free(wide.pair, cells + BEHIND);
    if (whole) *s = wide;
    return whole ? OK : ERR_TOO_BIG;
}

static enum err add(struct shard *s, struct pair p)
{
    size_t cells = s->cells;
    enum err e = OK;
    if (((uint64_t)s->used + 1) * 8 > (uint64_t)cells * 7 || brim(s)) { /* by a sixteenth: what is kept free stays small */
        do e = resize(s, cells += cells / 16 + 8);
        while (e == ERR_TOO_BIG || (e == OK && brim(s)));
    }
    if (e != OK) return e;
    place(s, p);
    s->used++;
    return OK;
}

enum err anchors_add(struct anchors *a, uint32_t hash, uint32_t doc)
{
    uint32_t spread = spread_of(hash);
    hold(a, hash);
    return add(&a->shard[spread >> (32 - SHARD_BITS)], (struct pair){spread, doc});
}

enum err anchors_reserve(struct anchors *a, size_t pairs)
{
    enum err e = OK;
    size_t cells = pairs / SHARDS / 4 * 5;
    for (int i = 0; e == OK && i < SHARDS; i++)
        if (cells > a->shard[i].cells) e = resize(&a->shard[i], cells);
    return e;
}

static enum err settle(struct anchors *a, size_t shard)
{
    struct waiting *w = a->waiting;
    enum err e = OK;
    enum { AHEAD = 16 };
    struct shard *s = &a->shard[shard];
    for (uint32_t i = 0; e == OK && i < w->n[shard]; i++) {
        if (i + AHEAD < w->n[shard]) __builtin_prefetch(&s->pair[home(s, w->pair[shard][i + AHEAD].spread)], 1);
        e = add(s, w->pair[shard][i]);
    }
    w->n[shard] = 0;
    return e;
}

enum err anchors_load(struct anchors *a, uint32_t hash, uint32_t doc)
{
    if (a->waiting == NULL) a->waiting = calloc(1, sizeof *a->waiting);
    if (a->waiting == NULL) return ERR_NOMEM;
    uint32_t spread = spread_of(hash);
    hold(a, hash);
    size_t shard = spread >> (32 - SHARD_BITS);
    struct waiting *w = a->waiting;
    w->pair[shard][w->n[shard]++] = (struct pair){spread, doc};
    return w->n[shard] == WAITING ? settle(a, shard) : OK;
}

enum err anchors_loaded(struct anchors *a)
{
    enum err e = OK;
    for (size_t i = 0; a->waiting && e == OK && i < SHARDS; i++) e = settle(a, i);
    free(a->waiting);
    a->waiting = NULL;
    return e;
}

/* Sets the bits by the pairs that there are: those of the dropped ones are no use. */
static void hold_anew(struct anchors *a)
{
    memset(a->held, 0, PARTS_BYTES);
    for (size_t k = 0; k < SHARDS; k++)
        for (size_t i = 0; i < (size_t)a->shard[k].cells + BEHIND; i++)
            if (a->shard[k].pair[i].doc != 0) hold(a, a->shard[k].pair[i].spread * GATHER);
    a->dropped = 0;
}

static size_t pairs_of(const struct anchors *a)
{
    size_t n = 0;
    for (int i = 0; i < SHARDS; i++) n += a->shard[i].used;
    return n;
}

void anchors_drop(struct anchors *a, uint32_t hash, uint32_t doc)
{
    enum { LOOK_EVERY = 1 << 12 };
    uint32_t spread = spread_of(hash), i;
    if (++a->dropped % LOOK_EVERY == 0 && a->dropped > pairs_of(a)) hold_anew(a);
    struct shard *s = &a->shard[spread >> (32 - SHARD_BITS)];
    for (i = seek(s, spread); s->pair[i].doc != doc; i++)
        if (s->pair[i].doc == 0 || s->pair[i].spread != spread) return;
    if (s->pair[i].spread != spread) return;
    for (; s->pair[i + 1].doc != 0 && home(s, s->pair[i + 1].spread) <= i; i++) s->pair[i] = s->pair[i + 1];
    s->pair[i] = (struct pair){0, 0};
    s->used--;
}

size_t anchors_find(const struct anchors *a, uint32_t hash, uint32_t docs[ANCHOR_CAP])
{
    uint32_t spread = spread_of(hash);
    const struct shard *s = &a->shard[spread >> (32 - SHARD_BITS)];
    size_t n = 0;
    if (!may_hold(a, hash)) return 0;
    for (uint32_t i = seek(s, spread); s->pair[i].doc != 0 && s->pair[i].spread == spread && n < ANCHOR_CAP; i++) docs[n++] = s->pair[i].doc;
    return n;
}

void anchors_prefetch_add(const struct anchors *a, uint32_t hash)
{
    uint32_t spread = spread_of(hash);
    const struct shard *s = &a->shard[spread >> (32 - SHARD_BITS)];
    __builtin_prefetch(&s->pair[home(s, spread)]);
}

void anchors_prefetch(const struct anchors *a, uint32_t hash)
{
    if (may_hold(a, hash)) anchors_prefetch_add(a, hash);
}

size_t anchors_bytes(const struct anchors *a)
{
    size_t bytes = sizeof *a + PARTS_BYTES;
    for (int i = 0; i < SHARDS; i++) bytes += (a->shard[i].cells + BEHIND) * sizeof(struct pair);
    return bytes;
}
