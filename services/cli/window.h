/* window.h - the requests of a feeder that have no answer yet: what to send next, what to send again, when.
 *
 * Pure: times are arguments, in ms of a clock that never jumps. A request is in one of three states: waiting (to be sent when it is due), sent,
 * free. After a break everything that was sent waits again: ingest knows a document by its key, so sending twice does no harm. */
#ifndef WD_CLI_WINDOW_H
#define WD_CLI_WINDOW_H

#include "pieces.h"

struct request {
    enum { REQUEST_FREE = 0, REQUEST_WAITING, REQUEST_SENT } state;
    uint64_t ref;    /* unique in the window's life, rising */
    uint64_t due;    /* waiting: not before */
    size_t bytes;    /* of the body when it was put */
    unsigned busy;   /* how often ingest was too busy for it, in a row */
    struct piece piece;
    const char *id;  /* the caller's, and so is the place of its file in a list */
    size_t file;
};

struct window {
    struct request *slot;
    size_t slots, used;
    size_t bytes, bytes_max; /* of bodies held, as they were put */
    uint64_t next_ref;
};

enum err window_make(struct window *w, size_t slots, size_t bytes_max) MUST_CHECK;
void window_free(struct window *w);

/* A free request for the next piece, its body empty, or NULL while the window is full. It stays free until window_put(). */
struct request *window_room(struct window *w);
/* It has a body and an id now, and waits. */
void window_put(struct window *w, struct request *r);
/* The oldest one that is due, or NULL; *wait gets the ms until one will be due (UINT64_MAX: none waits). */
struct request *window_due(const struct window *w, uint64_t now, uint64_t *wait);
/* The one that has that ref and no answer yet, or NULL: an answer that came twice, or to a request of an earlier life. */
struct request *window_find(const struct window *w, uint64_t ref);
/* The request was changed: a new one with the same body and id, waiting. */
void window_again(struct window *w, struct request *r);
/* Answered for good: free again. */
void window_done(struct window *w, struct request *r);
/* Ingest is busy: waits again, doubling from `retry_ms` (0: 100 ms) up to 5 s. All others that wait are held back as long. Returns the ms. */
uint64_t window_busy(struct window *w, struct request *r, uint64_t retry_ms, uint64_t now);
/* The connection broke: whatever was sent waits, due now. Returns how many there were. */
size_t window_broken(struct window *w, uint64_t now);

#endif
