/* shingles.c - folds a text to letters and digits, rolls a hash over it and keeps the lowest. */
#include "shingles.h"

#include <xxhash.h>

struct stream {
    unsigned char *ptr; /* folded characters */
    uint32_t *at;       /* the byte of the text each came from */
    size_t len;
};

static const char latin[] = "aaaaaaaceeeeiiiidnooooo*ouuuuypsaaaaaaaceeeeiiiidnooooo*ouuuuypy"; /* U+00C0 to U+00FF */

/* Letters and digits: with bit 0x20 set, each is its small letter or itself. */
static const unsigned char plain[256] = {['0' ... '9'] = 0xFF, ['A' ... 'Z'] = 0xFF, ['a' ... 'z'] = 0xFF};

/* Folds up to `most` characters from *from on; moves *from. Punctuation of any kind vanishes, so that typographic and plain
 * quotes, dashes and spaces are the same. */
static void fold(struct slice text, size_t *from, size_t most, struct stream *s)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    unsigned char *ptr = s->ptr;
    uint32_t *at = s->at, unused;
    size_t i = *from, n = 0, one = at != NULL;
    if (at == NULL) at = &unused;
    while (i < text.len && n < most) {
        size_t end = most - n < text.len - i ? i + most - n : text.len;
        for (; i < end && p[i] < 0x80; i++) { /* most text is no more than this */
            unsigned char out = plain[p[i]] & (p[i] | 0x20);
            ptr[n] = out;
            at[n * one] = (uint32_t)i;
            n += out != 0;
        }
        if (i == end) continue;
        unsigned char c = p[i], out = c;
        size_t step = 1;
        if (c == 0xC3 && i + 1 < text.len && p[i + 1] >= 0x80 && p[i + 1] <= 0xBF) {
            out = (unsigned char)latin[p[i + 1] - 0x80];
            step = 2;
        } else if (c == 0xC2) {
            out = 0;
            step = 2;
        } else if (c == 0xE2 || c == 0xEF) { /* signs, dashes, quotes, byte order marks */
            out = 0;
            step = 3;
        }
        ptr[n] = out;
        at[n * one] = (uint32_t)i;
        n += out != 0;
        i += step;
    }
    s->len = n;
    *from = i;
}

/* A shingle's hash is the upper half of this, its lowest three bits changed by the highest three. */
static uint64_t mix(uint64_t h)
{
    return (h ^ h >> 32) * 0x9E3779B97F4A7C15u;
}

static uint32_t hash_of(uint64_t mixed)
{
    return (uint32_t)(mixed >> 32) ^ (uint32_t)(mixed >> 61);
}

/* Hashes under a bound that lets about 1.4 DENSE_MAX through, into out, which has room for `room`; returns how many. */
static size_t roll(const struct stream *s, uint32_t bound, struct shingle *out, size_t room)
{
    const uint64_t factor = 0x100000001B3u;
    const uint64_t most = (uint64_t)(bound | 7) << 32 | UINT32_MAX; /* of what is mixed: above it no hash is under the bound */
    uint64_t h = 0, gone = 1; /* what a character weighs in the hash when it has left */
    size_t n = 0;
    if (s->len < SHINGLE) return 0;
    for (int i = 0; i < SHINGLE; i++) {
        gone *= factor;
        h = h * factor + s->ptr[i] + 1u;
    }
    for (size_t i = 0;; i++) {
        uint64_t mixed = mix(h);
        if (mixed <= most && hash_of(mixed) < bound && n < room) out[n++] = (struct shingle){hash_of(mixed), s->at[i]};
        if (i + SHINGLE == s->len) return n;
        h = h * factor + (s->ptr[i + SHINGLE] + 1u - gone * (s->ptr[i] + 1u)); /* one product waits for the hash before, the other does not */
    }
}

enum { BUCKETS = 1024 };

/* Hashes by their size in lists, each in text order; hashes are even, so a list has one or none, repeats apart. */
struct buckets {
    uint16_t head[BUCKETS], last[BUCKETS], next[4 * DENSE_MAX + 1]; /* 1 + an index, 0: none */
    uint16_t count[BUCKETS];
    uint64_t scale;
};

static size_t bucket_of(const struct buckets *l, uint32_t hash)
{
    size_t i = (size_t)(hash * l->scale >> 32);
    return i < BUCKETS ? i : BUCKETS - 1;
}

/* False when the hash is there already. */
static bool put_away(struct buckets *l, const struct shingle *all, size_t i)
{
    size_t b = bucket_of(l, all[i].hash);
    for (size_t k = l->head[b]; k != 0; k = l->next[k - 1])
        if (all[k - 1].hash == all[i].hash) return false;
    if (l->head[b]) l->next[l->last[b] - 1] = (uint16_t)(i + 1);
    else l->head[b] = (uint16_t)(i + 1);
    l->last[b] = (uint16_t)(i + 1);
    l->next[i] = 0;
    l->count[b]++;
    return true;
}

/* The hash that `rank` others of bucket b are smaller than. */
static uint32_t ranked(const struct buckets *l, const struct shingle *all, size_t b, size_t rank)
{
    for (size_t i = l->head[b]; i != 0; i = l->next[i - 1]) {
        size_t less = 0;
        for (size_t k = l->head[b]; k != 0; k = l->next[k - 1]) less += all[k - 1].hash < all[i - 1].hash;
        if (less == rank) return all[i - 1].hash;
    }
    return UINT32_MAX; /* not reached: hashes of a bucket differ */
}

/* Drops repeats (the first place stays) and all but the lowest DENSE_MAX. */
static size_t keep_lowest(struct shingle *all, size_t n, uint32_t bound, uint32_t *below)
{
    struct buckets l = {.scale = ((uint64_t)BUCKETS << 32) / ((uint64_t)bound + 1)};
    size_t once = 0, b = 0, kept = 0;
    for (size_t i = 0; i < n; i++) {
        all[once] = all[i];
        once += put_away(&l, all, once);
    }
    *below = bound;
    if (once <= DENSE_MAX) return once;
    for (; kept + l.count[b] <= DENSE_MAX; b++) kept += l.count[b];
    *below = ranked(&l, all, b, DENSE_MAX - kept);
    kept = 0;
    for (size_t i = 0; i < once; i++)
        if (all[i].hash < *below) all[kept++] = all[i];
    return kept;
}

enum err sketch_make(struct slice text, struct arena *mem, struct sketch *sketch)
{
    size_t most = text.len < STREAM_MAX ? text.len : STREAM_MAX;
    struct stream s = {arena_take(mem, most + 1), arena_take(mem, (most + 1) * sizeof(uint32_t)), 0};
    if (s.ptr == NULL || s.at == NULL) return ERR_NOMEM;
    size_t from = 0;
    fold(text, &from, most, &s);
    *sketch = (struct sketch){.folded = (uint32_t)s.len, .below = UINT32_MAX};
    if (s.len == 0) return OK;
    size_t grams = s.len >= SHINGLE ? s.len - SHINGLE + 1 : 0;
    uint32_t bound = UINT32_MAX;
    size_t room = grams;
    if (grams > 2 * DENSE_MAX) { /* the mean stands 40 % over what is kept: with repeats gone it is still enough nearly always */
        bound = (uint32_t)(UINT32_MAX * (DENSE_MAX * 1.4 / (double)grams));
        room = 4 * DENSE_MAX;
    }
    struct shingle *all = arena_take(mem, (room + 1) * sizeof *all);
    if (all == NULL) return ERR_NOMEM;
    sketch->ptr = all;
    sketch->len = keep_lowest(all, roll(&s, bound, all, room), bound, &sketch->below);
    sketch->exact = XXH3_64bits(s.ptr, s.len);
    for (struct stream rest = {s.ptr, NULL, 0}; from < text.len;) { /* the exact hash looks at all of it */
        fold(text, &from, most, &rest);
        sketch->exact = XXH3_64bits_withSeed(rest.ptr, rest.len, sketch->exact);
    }
    return OK;
}
