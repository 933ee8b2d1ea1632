/* chaos.c - the named kill points of a test build; empty otherwise. */
#include "chaos.h"

#ifdef WD_CHAOS
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

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
#else
typedef int chaos_is_off; /* a translation unit holds something */
#endif
