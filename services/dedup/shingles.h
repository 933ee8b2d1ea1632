/* shingles.h - a text as sampled character shingles: what copies are recognised by.
 *
 * The text is folded to a stream of letters and digits (case, accents, spaces and punctuation gone), and every run of SHINGLE
 * characters is hashed. Of these hashes the lowest are kept, at most DENSE_MAX: two texts that share a passage keep the same
 * shingles of it, whatever stands around it. */
#ifndef WD_DEDUP_SHINGLES_H
#define WD_DEDUP_SHINGLES_H

#include "../../libcommon/arena.h"

enum {
    SHINGLE = 10,    /* characters */
    DENSE_MAX = 200, /* shingles kept of one text */
    STREAM_MAX = 1 << 18, /* folded characters looked at: the rest of a longer text only counts for the exact hash */
};

struct shingle {
    uint32_t hash; /* its top bits say whether it is sampled: lower is rarer kept */
    uint32_t at;   /* byte of the text where it begins */
};

struct sketch {
    struct shingle *ptr; /* in text order, hashes not repeated */
    size_t len;
    uint32_t below;  /* every shingle of the text with a hash under this is kept */
    uint64_t exact;  /* hash of the whole folded stream */
    uint32_t folded; /* characters of the stream */
};

/* Ceiling: O(text) time; memory from mem: 5 bytes a character of the first STREAM_MAX bytes, and 8 for each of at most 4 * DENSE_MAX shingles. An empty text has no shingles and exact 0. */
enum err sketch_make(struct slice text, struct arena *mem, struct sketch *sketch) MUST_CHECK;

#endif
