/* daemon.h - what the files of the report daemon share; nobody else includes it. */
#ifndef WD_REPORT_DAEMON_H
#define WD_REPORT_DAEMON_H

#include "../../libcommon/http.h"
#include "../../libcommon/link.h"
#include "../../libcommon/metric.h"
#include "../../libcommon/quarantine.h"
#include "gauge.h"
#include "office.h"
#include "outcomes.h"
#include "pages.h"
#include "replay.h"
#include "retain.h"

enum {
    GROUP_MAX = 256,           /* documents to a commit */
    GROUP_BYTES = 64 << 20,
    GROUP_MS = 5,
};

/* Since the start, for /status and /metrics. */
struct counted {
    struct histogram latency, work, commits, batch;
};

struct report {
    const struct report_settings *settings;
    struct office office;
    struct doors *doors;
    zsock_t *inlet, *returns, *stream;
    struct replay *replay;
    struct pages_thread *pages; /* NULL with --no-pages */
    struct http *http;
    struct quarantine quarantine;
    int stop_fd;
    int status;                  /* to leave with when it cannot go on */
    struct outcomes *outcomes;   /* to the ingests, over `returns` */
    struct buf notes;            /* outcomes of the open group, one behind the other */
    size_t note_end[GROUP_MAX];  /* where each ends in `notes` */
    unsigned n_notes;
    struct gauge latency;        /* since the last stats line */
    struct counted counted;
    uint64_t unpublished;        /* the first line that an earlier process did not publish; 0: none is left */
    uint64_t first_own;          /* the first line of this process */
    bool heard;                  /* somebody has subscribed to the stream */
    uint64_t started_ns;
    uint64_t started, last_in, last_stats, last_sync; /* ms of the clock that never jumps */
    uint64_t in, out, failed, refused, rate_in, rate_at;
    double rate;
    double tell_ms;              /* what a story's line takes, on average over the last ones */
    const char *trouble;         /* what it waits for, or NULL */
    uint64_t unindexed;          /* documents that the full-text index lacks */
    uint64_t last_index, index_ms; /* when it had its last batch, and what that took */
    double index_doc_ms;         /* of that, to a document */
    double flow;                 /* documents a ms, over the last second or so */
    uint64_t flow_at, flow_in;   /* when that was reckoned, and how many documents had come by then */
    struct retain retain;
    uint64_t retained;           /* ms: its last step */
};

/* The frames of one group. */
struct batch {
    struct slice frame[GROUP_MAX];
    bool refused[GROUP_MAX];
    unsigned n;
};

/* Takes a group: commits, publishes, sends the outcomes. False: the process has to end (the trouble has been logged). */
bool report_take(struct report *r, struct batch *g) MUST_CHECK;
/* Tells due stories for about `budget` ms; `all`: whatever owes a line. */
bool report_tell(struct report *r, uint64_t budget, bool all) MUST_CHECK;
/* Gives the full-text index a batch when it is due one, or with `all` whenever it lacks something. *more: it is due another at once. */
bool report_index(struct report *r, bool busy, bool all, bool *more) MUST_CHECK;
/* What there is to do when no documents come: the full-text index, files on disk, a stats line. *more: it has more to do now. */
bool report_rest(struct report *r, bool *more) MUST_CHECK;
/* Every few seconds, also under load: the stream's files on disk. */
bool report_sync(struct report *r) MUST_CHECK;
/* A step of what goes for its age: whenever documents do not come, and once a second when they do. *more: another is to follow at once. */
bool report_retain(struct report *r, bool busy, bool *more) MUST_CHECK;
bool report_stats(struct report *r) MUST_CHECK;
/* Waits a second for room on the disk, answering HTTP. False when the process is asked to stop. */
bool report_wait(struct report *r, const char *what) MUST_CHECK;
/* Publishes the lines that an earlier process committed and did not publish, once a reader is there; `now`: whether or not. */
bool report_catch_up(struct report *r, bool now) MUST_CHECK;
/* After a commit: the lines go out. False: the process has to end. */
bool report_publish(struct report *r) MUST_CHECK;
/* What may be asked of it with POST. */
unsigned report_act(void *self, const struct http_request *q, struct buf *body);
/* Logs what failed; false, for the caller to return. */
bool report_fatal(struct report *r, enum err e, const char *doing);

extern const struct http_hooks report_hooks;

#endif
