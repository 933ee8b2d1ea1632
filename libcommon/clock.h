/* clock.h - the two clocks, for main.c and the runtime; cores take times as arguments. */
#ifndef WD_CLOCK_H
#define WD_CLOCK_H

#include "base.h"

/* Nanoseconds of a clock that never jumps (CLOCK_MONOTONIC). */
uint64_t clock_mono_ns(void);
/* The same in milliseconds. */
uint64_t clock_mono_ms(void);
/* Milliseconds since 1970, UTC (CLOCK_REALTIME). */
uint64_t clock_wall_ms(void);
/* "2026-01-02T03:04:05.678Z" for ms since 1970; 24 characters and a zero byte. */
void clock_rfc3339(uint64_t ms, char out[25]);

/* Whether the wall clock can be believed with what nothing brings back: not once it has jumped by more than an hour since the watch began. */
struct clock_watch {
    int64_t ahead; /* of the clock that never jumps, ms */
    bool doubted;
};
struct clock_watch clock_watch_begin(void);
/* Logs when it no longer can be. */
bool clock_watch_believed(struct clock_watch *w);

#endif
