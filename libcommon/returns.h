/* returns.h - what flows back to ingest: a thread that owns the XPUB, publishes what is posted, says when its worker is busy for
 * long, and repeats strikes. */
#ifndef WD_RETURNS_H
#define WD_RETURNS_H

#include "buf.h"
#include "slot.h"

struct returns_settings {
    const char *state, *endpoint; /* as link_bind() takes them */
    int water;                    /* high-water mark a subscriber, notices; at least twice ingest's window where outcomes flow */
    bool trusted_network;
    struct doors *doors;          /* NULL: no keys */
    const char *admits;           /* the role that may listen, where there are keys */
    struct slot *slot;            /* whose work is watched; NULL: none */
    /* NULL, or: builds the notice `busy` from the first bytes of what has been worked on for `ms`; leaves it empty when it
     * cannot. Called on the thread. */
    void (*busy)(void *self, struct slice first, uint64_t ms, struct buf *notice);
    /* NULL, or: builds the notice of a strike. Called before the thread starts. */
    void (*strike)(void *self, const struct strike *strike, struct buf *notice);
    void *self;
};

enum { RETURNS_NOTICE_MAX = 4096, BUSY_MS = 250 };

struct returns;

struct returns *returns_start(const struct returns_settings *s, struct trouble *t) MUST_CHECK;

/* Publishes one frame (topic first), in order. Any thread; copies. ERR_FULL when the thread has not kept up for a second (it
 * does not wait for subscribers, so that means trouble), ERR_NOMEM. */
enum err returns_post(struct returns *r, struct slice frame) MUST_CHECK;

/* Publishes what is queued, ends the thread, closes the socket, frees *r. NULL is fine. */
void returns_stop(struct returns **r);

#endif
