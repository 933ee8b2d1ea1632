/* rates.h - how much one feeder may bring: two buckets each, of documents and of bytes, which fill as time goes by.
 *
 * A core: no clock, no socket. Whoever has something left may bring a request of any size; what it takes too much is owed, and nothing more is
 * taken until that has filled up again. So the rate holds on average, and no request is too big for it. */
#ifndef WD_INGEST_RATES_H
#define WD_INGEST_RATES_H

#include "../../libcommon/base.h"

struct rates;
struct rate; /* one feeder's */

/* A second's documents and bytes; 0: any. A bucket holds two seconds' worth. NULL: out of memory. */
struct rates *rates_create(uint64_t documents, uint64_t bytes) MUST_CHECK;
void rates_destroy(struct rates **r);

/* The feeder of that name, filled up to `now_ms`. Of more than some thousands the one that has been silent longest is forgotten. Good until
 * the next call. */
struct rate *rates_of(struct rates *r, struct slice name, uint64_t now_ms);

/* 0: it may bring something; else how many ms it must wait. */
uint64_t rate_wait(const struct rates *r, const struct rate *one);

/* It has brought so much. */
void rate_take(struct rate *one, uint64_t documents, uint64_t bytes);

#endif
