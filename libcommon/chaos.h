/* chaos.h - named points at which a test build kills its own process.
 *
 * Compiled in with -DCHAOS=ON only. WIREDESK_CHAOS="report.after_commit:3" sends SIGKILL to the process when it reaches that
 * point for the third time: what `kill -9` does, at a place that a test can name. */
#ifndef WD_CHAOS_H
#define WD_CHAOS_H

#ifdef WD_CHAOS
void chaos_point(const char *name);
#else
static inline void chaos_point(const char *name)
{
    (void)name;
}
#endif

#endif
