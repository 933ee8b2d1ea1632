/* daemon_work.c - a group of documents through commit, publication and outcome; stories when they are due; the rest when idle.
 *
 * When the disk is full the daemon waits: nothing of the group is published, the inlet fills up, and the group is tried again
 * every second. When the world fails otherwise it ends with 75 and ingest sends again what had no outcome. */
#include <poll.h>

#include "../../libcommon/chaos.h"
#include "../../libcommon/clock.h"
#include "../../libcommon/log.h"
#include "../../libcommon/signals.h"
#include "daemon.h"

enum {
    WAIT_MS = 1000,
    TELL_AT_ONCE = 8,
    SYNC_MS = 5000,
    INDEX_DOCS = 256,      /* to a batch of the full-text index */
    INDEX_QUIET_MS = 300,  /* without documents: the index takes what there is, however little */
    INDEX_LAG_MS = 3000,   /* as long as documents trickle, it takes a small batch at most this often */
    INDEX_SHARE = 3,       /* and full ones after this many times what the last one took: a quarter of the time */
    INDEX_LAG_DOCS = 50000, /* behind by more, it has its turn although documents wait */
    FLOW_MS = 1000,
    RETAIN_BUSY_MS = 1000,
    GROUP_WORK_MS = 250     /* of work to a commit, so that ingest hears of slow documents before it wonders */
};

#define ENVELOPE (DOC_BIT(DOC_INSTANCE) | DOC_BIT(DOC_SEQ) | DOC_BIT(DOC_EPOCH) | DOC_BIT(DOC_TRY))

bool report_wait(struct report *r, const char *what)
{
    char quoted[600];
    if (r->trouble == NULL) log_event(LOG_ERROR, "waiting", "for=\"%s\" detail=%s", what, log_quote(slice_of(ledger_trouble(r->office.ledger)), quoted, sizeof quoted));
    r->trouble = what;
    if (r->http != NULL) http_set_ready(r->http, false);
    uint64_t end = clock_mono_ms() + WAIT_MS;
    for (uint64_t now = clock_mono_ms(); now < end && !signals_stop(); now = clock_mono_ms()) {
        struct pollfd p[2] = {{.fd = r->stop_fd, .events = POLLIN}, {.fd = r->http != NULL ? http_fd(r->http) : -1, .events = POLLIN}};
        (void)poll(p, 2, (int)(end - now));
        if (r->http != NULL) http_answer(r->http);
        log_settle(false);
    }
    return !signals_stop();
}

static void well(struct report *r)
{
    if (r->trouble == NULL) return;
    log_event(LOG_INFO, "going_on", "after=\"%s\"", r->trouble);
    r->trouble = NULL;
    if (r->http != NULL) http_set_ready(r->http, true);
}

/* --- frames that cannot be read --- */

static void refuse(struct report *r, struct slice frame, enum err why)
{
    struct doc doc;
    struct buf out = buf_make(NOTE_MAX);
    r->refused++;
    quarantine_put(&r->quarantine, frame, why);
    if (why == ERR_ADDRESS) return; /* a message that went astray says nothing against its document, which will be sent again */
    arena_reset(r->office.mem);
    if (doc_peek(frame, ENVELOPE, r->office.mem, &doc) != OK) return;
    struct note n = {.kind = NOTE_REFUSED, .instance = doc.instance, .seq = doc.seq, .epoch = doc.epoch, .try = doc.try, .key = doc.key,
                     .stage = STAGE_REPORT, .error = slice_of(err_name(why))};
    if (note_encode(&n, &out) == OK && link_try_send(r->returns, buf_slice(&out)) != OK) log_event(LOG_WARN, "notice_not_sent", "kind=refused");
    buf_free(&out);
}

/* --- one document --- */

static enum err note_outcome(struct report *r, const struct doc *doc, enum outcome outcome)
{
    struct note n = {.kind = NOTE_OUTCOME, .instance = doc->instance, .seq = doc->seq, .epoch = doc->epoch, .try = doc->try, .key = doc->key,
                     .outcome = outcome, .stage = STAGE_REPORT};
    enum err e = note_encode(&n, &r->notes);
    if (e == OK) r->note_end[r->n_notes++] = r->notes.len;
    return e;
}

/* Of a document that failed somewhere, whatever can be read. */
static enum err decode(struct report *r, struct slice frame, struct doc *doc)
{
    enum err e = doc_decode(frame, DESK_READS, r->office.mem, doc);
    if (e == OK || e == ERR_VERSION) return e;
    arena_reset(r->office.mem);
    doc_mask least = ENVELOPE | DOC_BIT(DOC_TO) | DOC_BIT(DOC_FAIL) | DOC_BIT(DOC_NAME) | DOC_BIT(DOC_SOURCE) | DOC_BIT(DOC_ACCEPTED);
    if (doc_decode(frame, least, r->office.mem, doc) != OK || !doc_has(doc, DOC_FAIL)) return e;
    desk_strip(doc);
    return OK;
}

static enum err take_one(struct report *r, struct batch *g, unsigned i, uint64_t now)
{
    struct doc doc;
    struct desk_taken taken;
    arena_reset(r->office.mem);
    chaos_drag("report", g->frame[i]);
    enum err e = decode(r, g->frame[i], &doc);
    if (e == OK && doc.to != STAGE_REPORT) e = ERR_ADDRESS;
    if (e == OK && doc.instance.ptr != NULL && doc.instance.len != INSTANCE_SIZE) e = ERR_SCHEMA;
    if (e == OK && doc.instance.ptr == NULL) e = ERR_MISSING;
    if (e != OK) {
        g->refused[i] = true;
        refuse(r, g->frame[i], e);
        return OK;
    }
    uint64_t begin = clock_mono_ns();
    e = desk_take(r->office.desk, r->office.mem, &doc, now, &taken);
    histogram_time(&r->counted.work, clock_mono_ns() - begin);
    if (e == OK) e = note_outcome(r, &doc, taken.outcome);
    return e;
}

/* The documents from `from` on, one at least, until enough time has gone for a commit; *to: the first that was not taken. */
static enum err take_some(struct report *r, struct batch *g, unsigned from, unsigned *to)
{
    uint64_t now = clock_wall_ms(), start = clock_mono_ms();
    enum err e = ledger_begin(r->office.ledger);
    for (*to = from; *to < g->n && e == OK && (*to == from || clock_mono_ms() - start < GROUP_WORK_MS); ++*to) {
        if (!g->refused[*to]) e = take_one(r, g, *to, now);
    }
    if (e != OK) return e;
    chaos_point("report.before_commit");
    uint64_t begin = clock_mono_ns();
    e = ledger_commit(r->office.ledger);
    if (e == OK) histogram_time(&r->counted.commits, clock_mono_ns() - begin);
    return e;
}

/* --- committing and publishing --- */

bool report_fatal(struct report *r, enum err e, const char *doing)
{
    char quoted[600];
    log_event(LOG_ERROR, "failed", "doing=\"%s\" error=%s detail=%s", doing, err_name(e), log_quote(slice_of(ledger_trouble(r->office.ledger)), quoted, sizeof quoted));
    if (e == ERR_MALFORMED) r->status = EXIT_NEEDS_PERSON; /* the ledger is damaged */
    return false;
}

bool report_publish(struct report *r)
{
    if (!report_catch_up(r, true)) return false;
    enum err e = office_publish(&r->office);
    while (e == ERR_FULL) {
        if (!report_wait(r, "room for the stream's files")) return false;
        e = office_publish(&r->office);
    }
    if (e == OK) well(r);
    return e == OK || report_fatal(r, e, "publish");
}

static void send_outcomes(struct report *r)
{
    struct slice all = buf_slice(&r->notes);
    size_t at = 0;
    for (unsigned i = 0; i < r->n_notes; i++) {
        /* A lost outcome costs a resend and nothing else. */
        if (outcomes_send(r->outcomes, slice_cut(all, at, r->note_end[i])) != OK) log_event(LOG_WARN, "outcome_not_sent", "n=%u", i);
        at = r->note_end[i];
    }
}

static void clear_notes(struct report *r)
{
    buf_clear(&r->notes);
    r->n_notes = 0;
}

static void measure(struct report *r, const struct batch *g, unsigned from, unsigned to, uint64_t now)
{
    for (unsigned i = from; i < to; i++) {
        struct doc doc;
        arena_reset(r->office.mem);
        if (g->refused[i] || doc_peek(g->frame[i], DOC_BIT(DOC_ACCEPTED), r->office.mem, &doc) != OK) continue;
        uint64_t ms = now > doc.accepted ? now - doc.accepted : 0;
        gauge_add(&r->latency, ms);
        histogram_time(&r->counted.latency, ms * 1000000u);
    }
    histogram_size(&r->counted.batch, to - from);
}

/* One commit of the group: which documents it takes, their lines and outcomes. */
static bool take_part(struct report *r, struct batch *g, unsigned from, unsigned *to)
{
    enum err e;
    for (;;) {
        clear_notes(r);
        e = take_some(r, g, from, to);
        if (e == OK) break;
        office_undo(&r->office);
        if (e != ERR_FULL) return report_fatal(r, e, "commit");
        if (!report_wait(r, "room for the ledger")) return false;
    }
    chaos_point("report.after_commit");
    if (!report_publish(r)) return false;
    send_outcomes(r);
    chaos_point("report.after_publish");
    measure(r, g, from, *to, clock_wall_ms());
    return true;
}

bool report_take(struct report *r, struct batch *g)
{
    r->in += g->n;
    for (unsigned from = 0, to; from < g->n; from = to) {
        if (!take_part(r, g, from, &to)) return false;
    }
    return true;
}

/* Stories to a commit: a few share its sync, but large ones must not keep documents waiting for long. */
static unsigned how_many(const struct report *r, uint64_t budget)
{
    double fit = r->tell_ms > 0 ? (double)budget / r->tell_ms : TELL_AT_ONCE;
    return fit >= TELL_AT_ONCE ? TELL_AT_ONCE : fit < 1 ? 1 : (unsigned)fit;
}

bool report_tell(struct report *r, uint64_t budget, bool all)
{
    uint64_t end = clock_mono_ms() + budget;
    unsigned told = TELL_AT_ONCE, most = TELL_AT_ONCE;
    for (uint64_t start = clock_mono_ms(); told == most && start <= end; start = clock_mono_ms()) {
        uint64_t now = clock_wall_ms(), n = 0;
        most = how_many(r, end - start);
        enum err e = ledger_any_due(r->office.ledger, all ? UINT64_MAX : now, &n);
        if (e == OK && n == 0) return true;
        if (e == OK) e = ledger_begin(r->office.ledger);
        if (e == OK) e = office_tell(&r->office, all ? UINT64_MAX : now, now, most, &told);
        if (e == OK) e = ledger_commit(r->office.ledger);
        if (e != OK) {
            office_undo(&r->office);
            if (e != ERR_FULL) return report_fatal(r, e, "tell");
            return report_wait(r, "room for the ledger") || signals_stop();
        }
        if (!report_publish(r)) return false;
        if (told > 0) r->tell_ms += ((double)(clock_mono_ms() - start) / told - r->tell_ms) / 8;
    }
    return true;
}

/* --- when idle --- */

bool report_stats(struct report *r)
{
    struct desk_gauges g = {.p50_ms = gauge_at(&r->latency, 0.50), .p99_ms = gauge_at(&r->latency, 0.99), .unindexed = r->unindexed};
    enum err e = ledger_pending(r->office.ledger, &g.pending_stories);
    if (e == OK) e = ledger_begin(r->office.ledger);
    if (e == OK) e = desk_stats(r->office.desk, &g, clock_wall_ms());
    if (e == OK) e = ledger_commit(r->office.ledger);
    if (e != OK) {
        office_undo(&r->office);
        return e == ERR_FULL || report_fatal(r, e, "stats"); /* they are counted on, and told when there is room */
    }
    r->latency = (struct gauge){0};
    r->last_stats = clock_mono_ms();
    return report_publish(r);
}

bool report_sync(struct report *r)
{
    if (clock_mono_ms() - r->last_sync < SYNC_MS) return true;
    enum err e = dayfile_sync(r->office.days, r->office.ledger);
    if (e == OK) e = dayfile_sync(r->office.rejects, r->office.ledger);
    r->last_sync = clock_mono_ms();
    return e == OK || e == ERR_FULL || report_fatal(r, e, "sync"); /* without room for the mark the next one says it */
}

/* A flood: more documents come than the index could keep up with in its share of the time. */
static bool flooded(struct report *r, uint64_t now)
{
    uint64_t ms = now - r->flow_at;
    if (ms >= FLOW_MS) {
        r->flow = (double)(r->in - r->flow_in) / (double)ms;
        r->flow_at = now;
        r->flow_in = r->in;
    }
    return r->flow * r->index_doc_ms * (1 + INDEX_SHARE) > 1 && now - r->last_in < INDEX_QUIET_MS;
}

/* Whether the index may have a batch now: a full one, or a small one when that has waited. Many small ones would be merged over and over. In a flood it
 * waits, up to its bound: what it takes then it takes from the stages that share the machine. */
static bool index_due(struct report *r, bool busy)
{
    uint64_t now = clock_mono_ms(), since = now - r->last_index;
    if (flooded(r, now) || busy) return r->unindexed > INDEX_LAG_DOCS;
    if (r->unindexed >= INDEX_DOCS && since >= INDEX_SHARE * r->index_ms) return true;
    return r->unindexed > 0 && (now - r->last_in >= INDEX_QUIET_MS || since >= INDEX_LAG_MS);
}

bool report_index(struct report *r, bool busy, bool all, bool *more)
{
    *more = false;
    enum err e = ledger_unindexed(r->office.ledger, &r->unindexed);
    if (e == OK && r->unindexed > 0 && (all || index_due(r, busy))) {
        uint64_t start = clock_mono_ms(), lacked = r->unindexed;
        e = ledger_index(r->office.ledger, INDEX_DOCS, &r->unindexed);
        r->last_index = clock_mono_ms();
        r->index_ms = r->last_index - start;
        if (lacked > r->unindexed) r->index_doc_ms = (double)r->index_ms / (double)(lacked - r->unindexed);
        *more = e == OK && r->unindexed > 0 && (all || index_due(r, busy));
    }
    if (e == ERR_FULL) return true; /* the index lags: documents have found their room or wait for it */
    return e == OK || report_fatal(r, e, "index");
}

bool report_retain(struct report *r, bool busy, bool *more)
{
    uint64_t now = clock_mono_ms();
    if (!retain_due(&r->retain) || (busy && now - r->retained < RETAIN_BUSY_MS)) return true;
    enum err e = retain_step(&r->retain, &r->office);
    r->retained = clock_mono_ms();
    *more = *more || (e == OK && !busy && retain_due(&r->retain));
    return e == OK || e == ERR_FULL || report_fatal(r, e, "remove what is old"); /* without room it is tried again */
}

bool report_rest(struct report *r, bool *more)
{
    if (!report_index(r, false, false, more)) return false;
    return *more || (report_sync(r) && report_retain(r, false, more));
}
