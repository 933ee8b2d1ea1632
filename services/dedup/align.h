/* align.h - where two texts run in parallel: the shingles they share, joined into passages. */
#ifndef WD_DEDUP_ALIGN_H
#define WD_DEDUP_ALIGN_H

#include "record.h"

struct alignment {
    struct shared passage[DENSE_MAX]; /* by their place in the new text; from the first shared shingle's first byte to the last's */
    size_t n;
    uint32_t shared;      /* shingles in both */
    double of_new, of_old; /* how much of either text's shingles lies within passages, 0 to 1 */
    uint32_t least;       /* shingles of the text that has fewer: what the two figures rest on */
};

enum { ALIGN_LISTS = 512, ALIGN_CELLS = 2048 };

/* A new text's shingles in lists by the size of their hash: made once, compared with many. */
struct aligner {
    const struct sketch *sketch;
    uint64_t scale;
    uint8_t head[ALIGN_LISTS], next[DENSE_MAX]; /* 1 + an index, 0: none */
    uint64_t filled[ALIGN_CELLS / 64]; /* bits: some hash falls into this part of a list's; most that are asked for fall beside all */
    uint64_t near[ALIGN_CELLS / 64];   /* into this part or the next */
};

void align_begin(const struct sketch *sketch, struct aligner *a);
/* Compares the text with a sketch's record. Time linear in their shingles; where they share too few for a passage, the record's places are not read.
 * ERR_MALFORMED as get_sketch(). */
enum err align_with(const struct aligner *a, struct slice record, struct alignment *out) MUST_CHECK;

#endif
