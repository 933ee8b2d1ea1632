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

#endif
