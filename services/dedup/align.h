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

/* Compares a text's sketch with a stored one. Time linear in their shingles. */
void align_sketch(const struct sketch *a, const struct body *b, struct alignment *out);

#endif
