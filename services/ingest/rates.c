/* rates.c - a table of buckets by the hash of the feeder's name, four places to a hash. */
#include "rates.h"

#include <stdlib.h>
#include <xxhash.h>

enum { SETS = 1024, WAYS = 4, BURST_S = 2 };

struct rate {
    uint64_t name;   /* its hash; 0: nobody's */
    uint64_t at;     /* ms: filled up to then */
    double left[2];  /* documents, bytes; below 0: owed */
};

struct rates {
    double each[2]; /* a second */
    struct rate row[SETS * WAYS];
};

struct rates *rates_create(uint64_t documents, uint64_t bytes)
{
    struct rates *r = calloc(1, sizeof *r);
    if (r != NULL) r->each[0] = (double)documents, r->each[1] = (double)bytes;
    return r;
}

void rates_destroy(struct rates **r)
{
    free(*r);
    *r = NULL;
}

static void fill(const struct rates *r, struct rate *one, uint64_t now)
{
    double seconds = now > one->at ? (double)(now - one->at) / 1000 : 0; /* a clock that was set back fills nothing */
    for (int i = 0; i < 2; i++) {
        one->left[i] += seconds * r->each[i];
        if (one->left[i] > BURST_S * r->each[i]) one->left[i] = BURST_S * r->each[i];
    }
    one->at = now;
}

struct rate *rates_of(struct rates *r, struct slice name, uint64_t now)
{
    uint64_t hash = XXH64(name.ptr ? name.ptr : "", name.len, 0) | 1;
    struct rate *set = &r->row[(hash >> 32) % SETS * WAYS], *oldest = set;
    for (struct rate *one = set; one < set + WAYS; one++) {
        if (one->name == hash) {
            fill(r, one, now);
            return one;
        }
        if (one->at < oldest->at) oldest = one;
    }
    *oldest = (struct rate){hash, now, {BURST_S * r->each[0], BURST_S * r->each[1]}};
    return oldest;
}

uint64_t rate_wait(const struct rates *r, const struct rate *one)
{
    double most = 0;
    for (int i = 0; i < 2; i++) {
        if (r->each[i] <= 0 || one->left[i] > 0) continue;
        double ms = 1 - one->left[i] / r->each[i] * 1000;
        if (ms > most) most = ms;
    }
    return (uint64_t)most;
}

void rate_take(struct rate *one, uint64_t documents, uint64_t bytes)
{
    one->left[0] -= (double)documents;
    one->left[1] -= (double)bytes;
}
