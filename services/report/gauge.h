/* gauge.h - how long documents took, in buckets that double by halves: enough for a p50 and a p99. */
#ifndef WD_REPORT_GAUGE_H
#define WD_REPORT_GAUGE_H

#include "../../libcommon/base.h"

enum { GAUGE_BUCKETS = 64 };

struct gauge { uint64_t count, bucket[GAUGE_BUCKETS]; };

static inline unsigned gauge_bucket(uint64_t ms)
{
    if (ms < 2) return (unsigned)ms;
    unsigned log = 63 - (unsigned)__builtin_clzll(ms);
    unsigned b = 2 * log + (unsigned)((ms >> (log - 1)) & 1);
    return b < GAUGE_BUCKETS ? b : GAUGE_BUCKETS - 1;
}

/* The upper end of a bucket, ms. */
static inline uint64_t gauge_end(unsigned b)
{
    if (b < 2) return b;
    return ((uint64_t)(b & 1 ? 4 : 3) << (b / 2 - 1)) - 1;
}

static inline void gauge_add(struct gauge *g, uint64_t ms)
{
    g->count++;
    g->bucket[gauge_bucket(ms)]++;
}

/* The value below which `share` of the samples lie, to a bucket's width; 0 without samples. */
static inline uint64_t gauge_at(const struct gauge *g, double share)
{
    uint64_t want = (uint64_t)((double)g->count * share), seen = 0;
    for (unsigned b = 0; b < GAUGE_BUCKETS; b++) {
        seen += g->bucket[b];
        if (seen > want || (seen == g->count && seen > 0)) return gauge_end(b);
    }
    return 0;
}

#endif
