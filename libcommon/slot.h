/* slot.h - what a worker is busy with, in a small mapped file that outlives the process: poison is found by evidence.
 *
 * The worker notes the first bytes of a message before the work and clears them after it. A handler for SIGSEGV, SIGBUS, SIGFPE,
 * SIGILL, SIGABRT and the per-message CPU budget marks the slot `faulted` and lets the process die. Whoever opens a slot that is
 * full has found a strike: faulted, or interrupted when the process was killed from outside. */
#ifndef WD_SLOT_H
#define WD_SLOT_H

#include "trouble.h"

enum { SLOT_BYTES = 512, STRIKE_ID = 16, STRIKES_MAX = 64, STRIKE_MS = 60000 };

struct strike {
    uint8_t id[STRIKE_ID]; /* random: names the strike, so that it counts once however often it is told */
    uint64_t found;        /* ms since 1970 */
    uint32_t faulted;      /* 1: by its own signal; 0: killed from outside */
    int32_t signal;        /* which one; SIGXCPU: over the CPU budget; 0 unknown */
    char worker[64];       /* whose slot: "tag.0" */
    uint32_t len;          /* of bytes */
    char bytes[SLOT_BYTES]; /* the message's first bytes, as noted */
};

struct slot;

/* Opens DIR/run/NAME.slot for this process and thread, which must hold NAME's lock. What is found in it becomes a strike, kept in
 * DIR/run/NAME.strikes before the slot is used again; strikes found less than STRIKE_MS ago are told again. cpu_budget_ms is the
 * CPU time that one message may take on this thread (0: any). One slot a process. NULL with the trouble. */
struct slot *slot_open(const char *state, const char *name, uint64_t cpu_budget_ms, struct trouble *t) MUST_CHECK;

/* The strikes to tell: those of the last STRIKE_MS when the slot was opened. */
const struct strike *slot_strikes(const struct slot *s, size_t *count);

/* Before the work: its first SLOT_BYTES bytes are kept. */
void slot_note(struct slot *s, struct slice message);
/* After the work, before the send. */
void slot_clear(struct slot *s);

/* What was noted last is overwritten, when nothing is being worked on. */
void slot_wipe(struct slot *s);

/* Copies what is being worked on, from any thread: false when there is nothing. *since: CLOCK_MONOTONIC, ns. */
bool slot_current(struct slot *s, char bytes[SLOT_BYTES], size_t *len, uint64_t *since);

/* Empties and unmaps the slot; frees *s. NULL is fine. */
void slot_close(struct slot **s);

#endif
