/* shingles.c - folds a text to letters and digits, rolls a hash over it and keeps the lowest. */
#include "shingles.h"

#include <stdlib.h>
#include <xxhash.h>

struct stream {
    unsigned char *ptr; /* folded characters */
    uint32_t *at;       /* the byte of the text each came from */
    size_t len;
};

static const char latin[] = "aaaaaaaceeeeiiiidnooooo*ouuuuypsaaaaaaaceeeeiiiidnooooo*ouuuuypy"; /* U+00C0 to U+00FF */

/* Folds up to `most` characters from *from on; moves *from. Punctuation of any kind vanishes, so that typographic and plain
 * quotes, dashes and spaces are the same. */
static void fold(struct slice text, size_t *from, size_t most, struct stream *s)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t i = *from;
    s->len = 0;
    while (i < text.len && s->len < most) {
        unsigned char c = p[i];
        size_t step = 1;
        int out = -1;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out = c;
        else if (c >= 'A' && c <= 'Z') out = c + 32;
        else if (c == 0xC3 && i + 1 < text.len && p[i + 1] >= 0x80 && p[i + 1] <= 0xBF) {
            out = latin[p[i + 1] - 0x80];
            step = 2;
        } else if (c == 0xC2) step = 2;
        else if (c == 0xE2 || c == 0xEF) step = 3; /* signs, dashes, quotes, byte order marks */
        else if (c >= 0x80) out = c;
        if (out >= 0) {
            s->ptr[s->len] = (unsigned char)out;
            if (s->at) s->at[s->len] = (uint32_t)i;
            s->len++;
        }
        i += step;
    }
    *from = i;
}

static uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

/* Smallest hashes first. */
static int by_hash(const void *a, const void *b)
{
    const struct shingle *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static int by_place(const void *a, const void *b)
{
    const struct shingle *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* Hashes under a bound that lets about 1.3 DENSE_MAX through; *n of them into out (room for `room`). */
static size_t roll(const struct stream *s, uint32_t bound, struct shingle *out, size_t room)
{
    const uint64_t factor = 0x100000001B3u;
    uint64_t h = 0, top = 1;
    size_t n = 0;
    for (int i = 1; i < SHINGLE; i++) top *= factor;
    for (size_t i = 0; i < s->len; i++) {
        if (i >= SHINGLE) h -= top * (s->ptr[i - SHINGLE] + 1u);
        h = h * factor + s->ptr[i] + 1u;
        if (i + 1 < SHINGLE) continue;
        uint32_t hash = (uint32_t)(mix(h) >> 32);
        if (hash < bound && n < room) out[n++] = (struct shingle){hash, s->at[i + 1 - SHINGLE]};
    }
    return n;
}

/* Sorts, drops repeats (the first place stays) and keeps the lowest DENSE_MAX. */
static size_t keep_lowest(struct shingle *all, size_t n, uint32_t bound, uint32_t *below)
{
    qsort(all, n, sizeof *all, by_hash);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || all[kept - 1].hash != all[i].hash) all[kept++] = all[i];
    *below = bound;
    if (kept > DENSE_MAX) {
        *below = all[DENSE_MAX].hash;
        kept = DENSE_MAX;
    }
    qsort(all, kept, sizeof *all, by_place);
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
    if (grams > 2 * DENSE_MAX) { /* the mean stands 30 % over what is kept: with repeats gone it is still enough nearly always */
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
