/* feeder.h - the feeder's end of the feed protocol: a DEALER that survives what happens to ingest. */
#ifndef WD_CLI_FEEDER_H
#define WD_CLI_FEEDER_H

#include "../../proto/feed.h"
#include "entry.h"
#include "window.h"

struct feeder;

struct feeder_events {
    /* An answer for good, ok or refused. The request is the feeder's again afterwards, unless this returns true: then it was changed and
     * shall be sent again. */
    bool (*answered)(void *self, struct request *r, const struct feed_reply *reply);
    void (*busy)(void *self, struct slice why);            /* ingest is busy; its requests wait */
    void (*link)(void *self, bool up, size_t to_resend);   /* connected, with so many requests to send again; or not */
    void *self;
};

/* What all requests have in common, and how long ingest may be silent to all of them before the connection is made anew. */
struct feeder_said {
    struct slice source, type;
    struct meta meta;
    uint64_t silence_ms;
    struct entry entry; /* the keys; read anew with each new connection */
};

/* Connects to `endpoint`. The window stays the caller's. False with the trouble: not an endpoint, no keys. */
bool feeder_make(const char *endpoint, struct window *w, const struct feeder_said *said, const struct feeder_events *events,
                 struct feeder **out, struct trouble *t) MUST_CHECK;
void feeder_free(struct feeder **f);

/* Sends what is due, takes what came, waits at most `most_ms` when there is neither, and not longer than until `fd` is readable (-1: none). */
enum err feeder_turn(struct feeder *f, uint64_t most_ms, int fd) MUST_CHECK;

/* Ms since it last had a connection (0: it has one). */
uint64_t feeder_alone_ms(const struct feeder *f);
/* True when somebody is there and has not let it in. */
bool feeder_turned_away(const struct feeder *f);

#endif
