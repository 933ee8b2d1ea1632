/* feeders.h - the socket that feeders speak to: requests become documents in the journal, replies follow the commit. */
#ifndef WD_INGEST_FEEDERS_H
#define WD_INGEST_FEEDERS_H

#include "../../libcommon/link.h"
#include "journal.h"
#include "originals.h"

struct feeders;

struct feeders_settings {
    const char *state, *endpoint; /* as link_bind() takes them */
    bool trusted_network;
    struct doors *doors;          /* NULL: no keys, anybody may feed */
    struct originals *originals;  /* NULL: what is fed is not archived; the caller commits them before the journal */
    uint64_t journal_max;         /* bytes of held frames beyond which feeders are told `busy` */
    uint64_t documents, bytes;    /* that one feeder may bring a second before it is told `busy`; 0: any */
};

struct feeders_stats {
    uint64_t requests, ok, busy, refused; /* replies sent, by status */
    uint64_t documents;                   /* committed */
    uint64_t paced;                       /* of the busy: those that had brought too much */
    uint64_t known;                       /* of the documents that were fed: those that the journal already held */
};

/* Binds the ROUTER. NULL with the trouble. `j` must outlive it. */
struct feeders *feeders_open(const struct feeders_settings *s, struct journal *j, struct trouble *t) MUST_CHECK;
/* Unbinds; replies that were sent leave, requests not yet taken are the feeder's to repeat. NULL is fine. */
void feeders_close(struct feeders **f);

zsock_t *feeders_socket(const struct feeders *f);

/* Takes one request if there is one and nothing is being worked on; false: there was none. What cannot be read, or not be held now, is answered at
 * once; else its documents join the journal's batch by feeders_next(), all or none. */
bool feeders_take(struct feeders *f, uint64_t now_ms) MUST_CHECK;

/* True while the request that was taken has documents, or its reply, left for feeders_next(): the batch must not be committed yet. */
bool feeders_working(const struct feeders *f);

/* Adds one document to the batch, or behind the last one the reply that waits for feeders_settle(). An error is the journal's, and ends the request:
 * its batch is spoilt, abort it and settle. */
enum err feeders_next(struct feeders *f) MUST_CHECK;

/* Requests and documents that wait for the commit. */
size_t feeders_waiting(const struct feeders *f);
size_t feeders_waiting_documents(const struct feeders *f);

/* The batch was committed (OK), or it was not: then every waiting feeder is told `busy`. */
void feeders_settle(struct feeders *f, enum err e);

/* Until then (wall clock, ms) requests are answered `busy`: the disk is full. 0: not so. */
void feeders_hold_off(struct feeders *f, uint64_t until_ms);

struct feeders_stats feeders_stats(const struct feeders *f);

#endif
