/* stage.h - a step made into a daemon: sockets, signals, counters, health, drain, --stdio. Knows bytes, no document. */
#ifndef WD_STAGE_H
#define WD_STAGE_H

#include "arena.h"
#include "buf.h"
#include "log.h"
#include "metric.h"
#include "option.h"
#include "sandbox.h"
#include "slot.h"

/* What every daemon can be told; stage_options below is its table. */
struct stage_settings {
    const char *state;         /* --state DIR */
    uint64_t replica;          /* --replica N */
    const char *listen;        /* --listen ENDPOINT: where PULL binds; NULL: DIR/sock/NAME.R.in */
    struct option_list next;   /* --next ENDPOINT...: where PUSH connects; empty: DIR/sock/NEXT.*.in */
    const char *returns;       /* --returns ENDPOINT: where XPUB binds; NULL: DIR/sock/NAME.R.returns */
    const char *http;          /* --http HOST:PORT besides the Unix socket; NULL: none */
    bool trusted_network;      /* --trusted-network: bind beyond loopback without keys */
    const char *keys, *key;    /* --keys DIR, --key NAME: this daemon's own, by default called as its stage; NULL: no keys */
    uint64_t batch;            /* --batch N: documents to a commit */
    uint64_t cpu_budget;       /* --cpu-budget TIME: for one document, ms; 0: any */
    uint64_t keep;             /* --keep TIME: what is older goes, ms; 0: nothing does */
    const char *log_level;     /* --log-level WORD */
    bool check, probe, stdio;  /* --check --probe --stdio */
    struct sandbox_settings sandbox;
};

/* Rows for struct stage_settings placed first in the caller's own settings struct. Every daemon has both tables, but ingest has one of
 * its own in place of the first. */
extern const struct option_row stage_options[], sandbox_options[];

struct stage_hooks {
    const char *name;      /* "tag" */
    const char *next;      /* "dedup": whose inlets to connect to */
    const char *from;      /* "normalize": who may connect to ours, where there are keys */
    const char *ingest;    /* "ingest": who may hear our notices, where there are keys */
    size_t frame_max;      /* largest frame taken or sent, bytes */
    size_t arena_max;      /* memory for one message, bytes */
    int water_in;          /* high-water mark of the inlet, messages (architecture, section 2) */
    int water_out;         /* and of the outlet */

    /* One message in, one out. ERR_IO and ERR_FULL mean that the world failed: the process ends with 75, nothing of the batch is
     * committed or sent. Any other error: the frame goes to quarantine and refuse() is asked for a notice. Memory from mem lives
     * until step() returns. */
    enum err (*step)(void *self, struct arena *mem, struct slice in, struct buf *out);
    /* NULL, or: make the batch durable before it is sent. An error ends the process with 75. */
    enum err (*commit)(void *self);
    /* NULL, or: builds the notice `refused` for a frame that step() would not take; leaves `notice` empty when it cannot. */
    void (*refuse)(void *self, struct slice in, enum err why, struct buf *notice);
    /* NULL, or: builds the notice `busy` for the frame that is being worked on, from a copy of its first bytes. */
    void (*busy)(void *self, struct slice in, uint64_t ms, struct buf *notice);
    /* NULL, or: builds the notice of a strike that an earlier process of this name left. */
    void (*strike)(void *self, const struct strike *strike, struct buf *notice);
    /* One line in, lines out, for --stdio (see filter.h). */
    enum err (*line)(void *self, struct arena *mem, struct slice in, struct buf *out);
    /* NULL, or: adds tables to /status and /metrics. Runs between two messages. */
    void (*metrics)(void *self, struct metrics *m);
    /* NULL, or: what POST /forget?key=KEY does besides wiping the slot: as http.h's act, between two batches. */
    unsigned (*forget)(void *self, const char *key, struct buf *body);
    void *self;
};

/* Runs the stage: --check, --probe, --stdio, or the daemon until SIGTERM or SIGINT. Returns the exit status: 0, 64, 75; --stdio: 65
 * when a line was refused; --probe: 1 when not healthy. Without commit() a result is sent on at
 * once, or waits half a millisecond for others. */
int stage_run(const struct stage_hooks *hooks, const struct stage_settings *settings);

#endif
