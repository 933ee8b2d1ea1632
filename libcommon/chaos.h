/* chaos.h - named points at which a test build kills its own process, and documents that a test build chokes on.
 *
 * Compiled in with -DCHAOS=ON only. WIREDESK_CHAOS="report.after_commit:3" sends SIGKILL to the process when it reaches that
 * point for the third time: what `kill -9` does, at a place that a test can name. With WIREDESK_POISON="tag" the stage tag crashes
 * at a message with the word POISON-CRASH in it, works for ever at POISON-HANG, sleeps four seconds at POISON-SLOW and takes memory
 * without end at POISON-MEMORY (until it is refused or killed). With WIREDESK_DRAG="report:3000" the stage report sleeps 3,000 us over
 * each message, a hundred times as long over one with the word DRAG-DEAR in it. With WIREDESK_IDLE=1 no stage judges what it carries:
 * what is left is the pipe and its stores. With WIREDESK_FORBIDDEN="tag" the stage tag tries what its sandbox forbids before its first
 * document, and logs how each attempt ended. */
#ifndef WD_CHAOS_H
#define WD_CHAOS_H

#include "base.h"

#ifdef WD_CHAOS
void chaos_point(const char *name);
/* OK, or ERR_NOMEM when memory was refused. */
enum err chaos_poison(const char *stage, struct slice message);
void chaos_drag(const char *stage, struct slice message);
bool chaos_idle(void);
void chaos_forbidden(const char *stage);
#else
static inline void chaos_point(const char *name)
{
    (void)name;
}
static inline enum err chaos_poison(const char *stage, struct slice message)
{
    (void)stage;
    (void)message;
    return OK;
}
static inline void chaos_drag(const char *stage, struct slice message)
{
    (void)stage;
    (void)message;
}
static inline bool chaos_idle(void)
{
    return false;
}
static inline void chaos_forbidden(const char *stage)
{
    (void)stage;
}
#endif

#endif
