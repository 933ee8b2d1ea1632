/* worker.h - a core made into a daemon and a filter: decode, work, encode, fail, refuse. What normalize, tag and dedup share.
 *
 * As a daemon it runs on libcommon's stage runtime: PULL, work, (commit,) PUSH. With --stdio it reads JSON Lines documents on
 * standard input and writes them on standard output with exactly the same work(). */
#ifndef WD_WORKER_H
#define WD_WORKER_H

#include "../libcommon/option.h"
#include "../libcommon/stage.h"
#include "doc.h"

struct worker {
    enum stage stage;
    doc_mask reads;  /* fields decoded into members before work() */
    doc_mask needs;  /* fields that must be there; else the document fails with ERR_MISSING */
    doc_mask writes; /* fields that work() sets: cleared before it, so that a document met twice is judged anew */

    /* Adds this stage's fields to doc. Documents that carry `fail` never get here. An error (or doc_fail()) makes the document
     * travel on with `fail` set and without this stage's fields. Memory from mem lives until the frame is built. ERR_FULL and
     * ERR_IO mean that the world failed, not the document: the batch is not committed and not sent, the process ends with
     * status 75 and ingest resends. */
    enum err (*work)(void *self, struct arena *mem, struct doc *doc);

    /* NULL, or: make durable what the last documents did. Called after up to stage_settings.batch documents, before any of
     * them is sent on (--stdio: before they are printed). An error is fatal as above. */
    enum err (*commit)(void *self);

    /* NULL, or: --stdio only: further lines to print behind the document's own, each ended by a newline. */
    enum err (*after_line)(void *self, struct arena *mem, struct doc *doc, struct buf *out);

    /* NULL, or: adds tables to /status and /metrics. Called while work() is not. */
    void (*metrics)(void *self, struct metrics *m);

    /* NULL, or: forgets what it keeps of the document of that key (see stage.h). */
    unsigned (*forget)(void *self, const char *key, struct buf *body);

    void *self;
};

/* Runs the worker until SIGTERM/SIGINT (drains, returns 0), end of input (--stdio) or a failed world (returns 64 or 75).
 * Handles settings->probe and settings->stdio. */
int worker_run(const struct worker *w, const struct stage_settings *settings);

/* One document in wire form through the worker: what the daemon does for each message. Exposed for tests and fuzzers. */
enum err worker_step(const struct worker *w, struct arena *mem, struct slice in, struct buf *out) MUST_CHECK;

#endif
