/* clock.c - the two clocks. */
#include "clock.h"

#include "log.h"

#include <stdio.h>
#include <time.h>

uint64_t clock_mono_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t clock_mono_ms(void)
{
    return clock_mono_ns() / 1000000;
}

uint64_t clock_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

void clock_rfc3339(uint64_t ms, char out[25])
{
    static const uint64_t last = 253402300799999u; /* 9999-12-31T23:59:59.999Z: four digits of year */
    if (ms > last) ms = last;
    time_t s = (time_t)(ms / 1000);
    struct tm t;
    gmtime_r(&s, &t);
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min,
             t.tm_sec, (unsigned)(ms % 1000));
    memcpy(out, text, 24);
    out[24] = '\0';
}

enum { JUMP_MS = 3600000 };

static int64_t ahead(void)
{
    return (int64_t)clock_wall_ms() - (int64_t)clock_mono_ms();
}

struct clock_watch clock_watch_begin(void)
{
    return (struct clock_watch){.ahead = ahead()};
}

bool clock_watch_believed(struct clock_watch *w)
{
    int64_t jump = ahead() - w->ahead;
    bool doubted = jump > JUMP_MS || jump < -JUMP_MS;
    if (doubted && !w->doubted)
        log_event(LOG_WARN, "clock_jumped", "by_s=%lld what=\"nothing is removed for its age until the clock is back or the daemon is started again\"", (long long)jump / 1000);
    w->doubted = doubted;
    return !doubted;
}
