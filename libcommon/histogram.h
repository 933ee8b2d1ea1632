/* histogram.h - how many samples lay below each bound of a series 1, 2, 5, 10, ...: what Prometheus adds up and takes quantiles of. */
#ifndef WD_HISTOGRAM_H
#define WD_HISTOGRAM_H

#include "base.h"

enum {
    HISTOGRAM_TIMES = 22, /* bounds of durations: 10 us to 100 s */
    HISTOGRAM_SIZES = 13, /* bounds of plain numbers: 1 to 10,000 */
    HISTOGRAM_BUCKETS = HISTOGRAM_TIMES + 1,
};
#define HISTOGRAM_TIME_LEAST ((uint64_t)10000) /* ns */

struct histogram {
    uint64_t count, sum;
    uint64_t bucket[HISTOGRAM_BUCKETS]; /* samples in each, not added up; the last one: above all bounds */
};

/* The bound that follows in the series: 1, 2, 5, 10, 20, ... times the least; `i` counts from 0 and names the one before. */
static inline uint64_t histogram_next(uint64_t bound, unsigned i)
{
    return i % 3 == 1 ? bound / 2 * 5 : bound * 2;
}

static inline void histogram_add(struct histogram *h, uint64_t value, uint64_t least, unsigned bounds)
{
    unsigned i = 0;
    for (uint64_t bound = least; i < bounds && value > bound; i++) bound = histogram_next(bound, i);
    h->bucket[i]++;
    h->count++;
    h->sum += value;
}

static inline void histogram_time(struct histogram *h, uint64_t ns)
{
    histogram_add(h, ns, HISTOGRAM_TIME_LEAST, HISTOGRAM_TIMES);
}

static inline void histogram_size(struct histogram *h, uint64_t n)
{
    histogram_add(h, n, 1, HISTOGRAM_SIZES);
}

#endif
