/* weighed.h - the heaviest of many, in a short list that is kept in order. */
#ifndef WD_DEDUP_WEIGHED_H
#define WD_DEDUP_WEIGHED_H

#include "../../libcommon/base.h"

struct weighed { /* a document, a story or a term, and its weight */
    uint32_t id;
    float weight;
};

static inline bool weighed_before(const struct weighed *a, const struct weighed *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->id < b->id;
}

/* Puts `w` into the `n` of best, heaviest first, of equals the smaller id; at most `most` stay. Returns how many there are now. */
static inline size_t weighed_keep(struct weighed *best, size_t n, size_t most, struct weighed w)
{
    size_t at = n < most ? n++ : most;
    for (; at > 0 && weighed_before(&w, &best[at - 1]); at--)
        if (at < most) best[at] = best[at - 1];
    if (at < most) best[at] = w;
    return n;
}

#endif
