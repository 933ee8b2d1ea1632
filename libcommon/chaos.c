/* chaos.c - the named kill points of a test build; empty otherwise. */
#include "chaos.h"

#ifdef WD_CHAOS
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

void chaos_point(const char *name)
{
    static atomic_ulong reached;
    const char *want = getenv("WIREDESK_CHAOS");
    if (want == NULL) return;
    const char *colon = strrchr(want, ':');
    size_t len = colon ? (size_t)(colon - want) : strlen(want);
    if (strlen(name) != len || memcmp(name, want, len) != 0) return;
    unsigned long at = colon ? strtoul(colon + 1, NULL, 10) : 1;
    if (atomic_fetch_add(&reached, 1) + 1 == at) raise(SIGKILL);
}

static bool holds(struct slice message, const char *word)
{
    return memmem(message.ptr, message.len, word, strlen(word)) != NULL;
}

/* Takes memory and uses it, a mebibyte at a time; gives it all back once it is refused more. */
static enum err eat(void)
{
    enum { BITE = 1 << 20 };
    struct bite {
        struct bite *before;
        char rest[BITE - sizeof(struct bite *)];
    } *last = NULL, *more;
    while ((more = malloc(sizeof *more)) != NULL) {
        memset(more, 1, sizeof *more);
        more->before = last;
        last = more;
    }
    while (last != NULL) {
        more = last->before;
        free(last);
        last = more;
    }
    return ERR_NOMEM;
}

enum err chaos_poison(const char *stage, struct slice message)
{
    static volatile unsigned turns;
    const char *who = getenv("WIREDESK_POISON");
    if (who == NULL || strcmp(who, stage) != 0) return OK;
    if (holds(message, "POISON-CRASH")) raise(SIGSEGV);
    while (holds(message, "POISON-HANG")) turns++;
    if (holds(message, "POISON-SLOW")) usleep(4000000);
    return holds(message, "POISON-MEMORY") ? eat() : OK;
}

void chaos_drag(const char *stage, struct slice message)
{
    enum { DEAR = 100 };
    const char *drag = getenv("WIREDESK_DRAG");
    size_t len = strlen(stage);
    if (drag == NULL || strncmp(drag, stage, len) != 0 || drag[len] != ':') return;
    unsigned long us = strtoul(drag + len + 1, NULL, 10) * (holds(message, "DRAG-DEAR") ? DEAR : 1);
    struct timespec t = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000 * 1000)};
    while (nanosleep(&t, &t) != 0) {}
}

bool chaos_idle(void)
{
    static int idle = -1;
    if (idle < 0) idle = getenv("WIREDESK_IDLE") != NULL;
    return idle > 0;
}
#else
typedef int chaos_is_off; /* a translation unit holds something */
#endif
