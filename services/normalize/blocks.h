/* blocks.h - the block model: two passes of boosted trees, the second sees what the first thought of the neighbours. */
#ifndef WD_NORMALIZE_BLOCKS_H
#define WD_NORMALIZE_BLOCKS_H

#include "boost.h"
#include "features.h"

struct blocks_model {
    struct tokens_model tokens;
    struct boost first, second;
    float threshold; /* a block is kept from this score on */
};

/* The model that wiredesk-train-blocks learned (MODEL.md says from what). */
extern const struct blocks_model blocks_model;

/* Sets the score of every block. ERR_NOMEM. */
enum err blocks_score(const struct blocks_model *m, struct page *p, const struct facts *f) MUST_CHECK;

#endif
