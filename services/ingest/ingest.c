/* ingest.c - the loop: hear outcomes, send again what is lost, send what is new, take from feeders, commit. */
#include "ingest.h"

#include <czmq.h>
#include <stdlib.h>

#include "../../libcommon/chaos.h"
#include "../../libcommon/clock.h"
#include "../../libcommon/daemon.h"
#include "../../libcommon/http.h"
#include "../../libcommon/json.h"
#include "../../libcommon/link.h"
#include "../../libcommon/signals.h"
#include "../../libcommon/state.h"
#include "attic.h"
#include "evidence.h"
#include "feeders.h"
#include "keep.h"
#include "sender.h"

#define MS ((uint64_t)1000000)

enum {
    RETIRED_MAX = 1 << 17,    /* outcomes that wait for a commit */
    RETIRED_DUE = 1024,
    RETIRE_DUE_MS = 100, COMMIT_DUE_MS = 5, RETRY_MS = 1000,
    LISTEN_MS = 1000,         /* after a start: outcomes of what was under way may be coming */
    HEARD_MAX = 1024,         /* frames taken in one turn, so that nothing starves */
    TAKEN_MAX = 256,          /* requests taken in one turn */
    TAKE_MS = 50,             /* and as long as it begins another */
    TURN_MS = 20, IDLE_MS = 1000,
    LINGER_MS = 1000,
    NOTES_WATER = 1 << 17,
    WATER_OUT = 4,            /* in front of normalize: few wait behind a slow one */
    REPLICA_WINDOW = 64,
    NOTE_ARENA = 1 << 16,
    HOLD_MAX_MS = 60000,      /* how long one request for a backup keeps outcomes out of the journal */
};

/* An outcome that is not yet in the journal. */
struct retired {
    uint64_t seq;
    enum outcome outcome;
    unsigned char key_len;
    char key[DOC_KEY_MAX];
};

/* Since the start. */
struct counted {
    uint64_t condemned, faulted, interrupted, refused;
    struct histogram outcome, commits, batch;
};

struct ingest {
    const struct ingest_settings *set;
    struct journal *journal;
    struct sender *sender;
    struct feeders *feeders;
    struct attic attic;
    struct doors *doors;
    zsock_t *out, *notes;
    struct follow *follow_out, *follow_notes;
    struct http *http;
    struct arena *mem, *note_mem;
    struct buf frame;
    struct retired *retired;
    size_t retired_len;
    int stop_fd;

    uint64_t started, listen_until; /* ns */
    uint64_t waiting_since, retired_since, retry_at; /* ns; 0: nothing waits, no trouble */
    uint64_t held_since, held_until; /* ns: while a backup is taken no document is let go of */
    bool twin_told;
    uint64_t unsent;                /* no seq below it waits for its first copy */
    size_t connected;
    bool blocked;                   /* the pipe takes no more right now */
    uint64_t sampled, sampled_accepted;
    double rate;
    bool ready;
    struct counted counted;
    char instance[2 * INSTANCE_SIZE + 1]; /* in hex */
    int status;
};

static void fail_world(struct ingest *g, const char *what, enum err e)
{
    g->status = daemon_broken(what, e);
}

/* --- what it says of itself --- */

struct measured {
    struct journal_counts journal;
    struct sender_stats sender;
    struct feeders_stats feeders;
    struct counted counted;
    struct originals_counts archive;
    const char *instance;
    uint64_t archive_oldest, archive_expired;
    uint64_t epoch, journal_max, connected, unsent, copies;
    double rate;
    bool full, ready;
};
#define AT(member) offsetof(struct measured, member)
#define OUTCOME(word) AT(journal.outcome[OUTCOME_##word])

static const struct metric_row rows[] = {
    {NULL, NULL, METRIC_COUNTER, AT(feeders.documents), "in", NULL},
    {NULL, NULL, METRIC_COUNTER, AT(copies), "out", NULL},
    {"documents_condemned_total", NULL, METRIC_COUNTER, AT(counted.condemned), "failed", "Documents that go to the reject file because workers died of them or would not take them."},
    {NULL, NULL, METRIC_COUNTER, AT(feeders.refused), "refused", NULL},
    {NULL, NULL, METRIC_REAL, AT(rate), "rate", NULL},
    {"downstream_addresses", NULL, METRIC_GAUGE, AT(connected), "connected", "Addresses of normalize that it connects to."},
    {"ready", NULL, METRIC_FLAG, AT(ready), "ready", "1 while /readyz says so: there is room for documents and a pipe behind."},
    {NULL, NULL, METRIC_TEXT, AT(instance), "instance", NULL},
    {NULL, NULL, METRIC_COUNTER, AT(epoch), "epoch", NULL},
    {"documents_accepted_total", NULL, METRIC_COUNTER, AT(journal.accepted), "journal.accepted", "Documents taken into the journal since it was made."},
    {"outcomes_total", "outcome=\"reported\"", METRIC_COUNTER, OUTCOME(REPORTED), "journal.reported", "Outcomes of them, by kind."},
    {"outcomes_total", "outcome=\"duplicate\"", METRIC_COUNTER, OUTCOME(DUPLICATE), "journal.duplicate", NULL},
    {"outcomes_total", "outcome=\"rejected\"", METRIC_COUNTER, OUTCOME(REJECTED), "journal.rejected", NULL},
    {"outcomes_total", "outcome=\"again\"", METRIC_COUNTER, OUTCOME(AGAIN), "journal.again", NULL},
    {"documents_in_flight", NULL, METRIC_GAUGE, AT(journal.in_flight), "journal.in_flight", "Documents accepted and without an outcome yet."},
    {NULL, NULL, METRIC_COUNTER, AT(journal.watermark), "journal.watermark", NULL},
    {"journal_bytes", NULL, METRIC_GAUGE, AT(journal.bytes), "journal.bytes", "Bytes of the documents in the journal."},
    {"journal_max_bytes", NULL, METRIC_GAUGE, AT(journal_max), "journal.max", "Where feeders are told to wait (--journal-max)."},
    {"journal_full", NULL, METRIC_FLAG, AT(full), "journal.full", "1 while the journal cannot be written: its ceiling, or a full disk."},
    {"archive_documents", NULL, METRIC_GAUGE, AT(archive.documents), "archive.documents", "Documents whose originals are kept (--archive)."},
    {"archive_contents", NULL, METRIC_GAUGE, AT(archive.contents), "archive.contents", "Different originals among them."},
    {"archive_bytes", NULL, METRIC_GAUGE, AT(archive.bytes), "archive.bytes", "What these take on disk."},
    {"archive_expired_total", NULL, METRIC_COUNTER, AT(archive_expired), "archive.expired", "Originals that went for their age (--keep) since the start."},
    {"archive_oldest_seconds", NULL, METRIC_TIME, AT(archive_oldest), "archive.oldest_ms", "Age of the oldest original; 0: there is none."},
    {NULL, NULL, METRIC_GAUGE, AT(unsent), "sender.unsent", NULL},
    {"window_documents", NULL, METRIC_GAUGE, AT(sender.outstanding), "sender.outstanding", "Documents sent and without an outcome yet."},
    {"window_max_documents", NULL, METRIC_GAUGE, AT(sender.window), "sender.window", "How many of them there may be."},
    {"window_bytes", NULL, METRIC_GAUGE, AT(sender.outstanding_bytes), "sender.outstanding_bytes", "Bytes of what is sent and without an outcome yet."},
    {"window_max_bytes", NULL, METRIC_GAUGE, AT(sender.window_bytes), NULL, "How many of them there may be (--window-bytes)."},
    {"resends_total", NULL, METRIC_COUNTER, AT(sender.resends), "sender.resends", "Copies sent again because the one before was lost."},
    {"resends_after_strike_total", NULL, METRIC_COUNTER, AT(sender.struck), "sender.struck", "Of the resends, those after a worker died."},
    {"probes_total", NULL, METRIC_COUNTER, AT(sender.probes), "sender.probes", "Copies sent again because the whole pipe was silent."},
    {"false_resends_total", NULL, METRIC_COUNTER, AT(sender.false_resends), "sender.false_resends", "Copies sent again in vain: an earlier one arrived."},
    {"stray_outcomes_total", NULL, METRIC_COUNTER, AT(sender.strays), NULL, "Outcomes that no document was waiting for."},
    {"round_trip_seconds", NULL, METRIC_TIME, AT(sender.srtt_ns), "sender.srtt_ms", "From sending to the outcome, smoothed."},
    {"reordering_seconds", NULL, METRIC_TIME, AT(sender.reo_ns), "sender.reo_ms", "How long a document may be overtaken before it counts as lost."},
    {"silence_timeout_seconds", NULL, METRIC_TIME, AT(sender.timeout_ns), "sender.timeout_ms", "How long the pipe may be silent before the oldest document is sent again."},
    {"oldest_outstanding_seconds", NULL, METRIC_TIME, AT(sender.oldest_ns), "sender.oldest_ms", "Since the oldest document in the window was first sent."},
    {NULL, NULL, METRIC_COUNTER, AT(feeders.requests), "feeders.requests", NULL},
    {"feed_requests_total", "status=\"ok\"", METRIC_COUNTER, AT(feeders.ok), "feeders.ok", "Requests of feeders, by the answer that they got."},
    {"feed_requests_total", "status=\"busy\"", METRIC_COUNTER, AT(feeders.busy), "feeders.busy", NULL},
    {"feed_requests_total", "status=\"refused\"", METRIC_COUNTER, AT(feeders.refused), "feeders.refused", NULL},
    {"feed_requests_paced_total", NULL, METRIC_COUNTER, AT(feeders.paced), "feeders.paced", "Of the busy: those of feeders that brought more than they may (--feeder-documents, --feeder-bytes)."},
    {"documents_known_total", NULL, METRIC_COUNTER, AT(feeders.known), "feeders.known", "Documents fed that the journal already held."},
    {"strikes_total", "kind=\"faulted\"", METRIC_COUNTER, AT(counted.faulted), NULL, "Notices against a document, by what a worker suffered from it."},
    {"strikes_total", "kind=\"interrupted\"", METRIC_COUNTER, AT(counted.interrupted), NULL, NULL},
    {"strikes_total", "kind=\"refused\"", METRIC_COUNTER, AT(counted.refused), NULL, NULL},
    {"outcome_seconds", NULL, METRIC_TIMES, AT(counted.outcome), "outcome_ms", "From taking a document into the journal to its outcome."},
    {"commit_seconds", NULL, METRIC_TIMES, AT(counted.commits), "commit_ms", "Time that one commit of the journal took."},
    {"batch_documents", NULL, METRIC_SIZES, AT(counted.batch), "batch", "Documents taken by one commit, where it took any."},
    {0},
};

static void measure(struct ingest *g, struct metrics *m)
{
    struct measured v = {
        .journal = journal_counts(g->journal), .sender = sender_stats(g->sender, clock_mono_ns()), .feeders = feeders_stats(g->feeders),
        .counted = g->counted, .instance = g->instance, .epoch = journal_epoch(g->journal), .journal_max = g->set->journal_max,
        .connected = g->connected, .rate = g->rate, .full = g->retry_at != 0, .ready = g->ready,
    };
    hex_encode(journal_instance(g->journal).ptr, INSTANCE_SIZE, g->instance);
    uint64_t now = clock_wall_ms();
    if (g->attic.originals != NULL) v.archive = originals_counts(g->attic.originals);
    v.archive_expired = g->attic.expired;
    v.archive_oldest = v.archive.oldest != 0 && v.archive.oldest < now ? (now - v.archive.oldest) * MS : 0;
    v.unsent = v.journal.in_flight > v.sender.outstanding ? v.journal.in_flight - v.sender.outstanding : 0;
    v.copies = v.sender.firsts + v.sender.resends + v.sender.probes;
    daemon_metrics(m, "ingest", &g->set->common, g->started);
    daemon_metrics_doors(m, g->doors);
    metrics_add(m, rows, &v, sizeof v);
}

static void on_status(void *self, struct buf *json)
{
    struct metrics m;
    measure(self, &m);
    metrics_status(&m, json);
}

static void on_metrics(void *self, struct buf *text)
{
    struct metrics m;
    measure(self, &m);
    metrics_text(&m, text);
}

/* --- the commit --- */

static bool holding(const struct ingest *g, uint64_t now)
{
    return now < g->held_until;
}

/* POST /hold?ms=N: outcomes wait in memory for so long, and the journal keeps its documents; 0 ends it. The answer says since when it has
 * been so without a gap: a backup counts only when that is longer ago than its own beginning. */
static unsigned act_hold(struct ingest *g, const struct http_request *r, struct buf *body)
{
    const char *text = http_argument(r, "ms");
    char *end = NULL;
    unsigned long ms = text != NULL ? strtoul(text, &end, 10) : 0;
    if (text == NULL || end == text || *end != '\0' || ms > HOLD_MAX_MS) {
        buf_printf(body, "{\"error\":\"ms: want a number up to %d\"}", HOLD_MAX_MS);
        return 400;
    }
    uint64_t now = clock_mono_ns(), held = holding(g, now) ? now - g->held_since : 0;
    if (!holding(g, now)) g->held_since = now;
    g->held_until = now + ms * MS;
    buf_printf(body, "{\"held_ms\":%ju,\"epoch\":%ju}", (uintmax_t)(held / MS), (uintmax_t)journal_epoch(g->journal));
    return 200;
}

static void abandon(struct ingest *g)
{
    journal_abort(g->journal);
    if (g->attic.originals != NULL) originals_abort(g->attic.originals);
}

/* The originals first: what the journal then holds, and is acked, has its bytes in the archive. */
static enum err commit_stores(struct ingest *g)
{
    enum err e = g->attic.originals != NULL ? originals_commit(g->attic.originals) : OK;
    if (e == OK && g->attic.originals != NULL) chaos_point("ingest.between_commits");
    if (e == OK) e = journal_commit(g->journal);
    return e;
}

/* What had gathered is forgotten: feeders come again, a strike is told again, a refusal happens again. */
static void forget(struct ingest *g, enum err e)
{
    abandon(g);
    feeders_settle(g->feeders, e);
}

static enum err retire_all(struct ingest *g)
{
    enum err e = OK;
    bool was;
    for (size_t i = 0; i < g->retired_len && e == OK; i++) {
        const struct retired *r = &g->retired[i];
        e = journal_retire(g->journal, r->seq, (struct slice){r->key, r->key_len}, r->outcome, &was);
    }
    return e;
}

/* Makes everything gathered durable. What was retired waits for the next time when that fails; feeders are told to come again. */
static void commit(struct ingest *g, uint64_t now)
{
    bool waiting = feeders_waiting(g->feeders) > 0, retiring = g->retired_len > 0 && !holding(g, now);
    size_t documents = feeders_waiting_documents(g->feeders);
    uint64_t begin = clock_mono_ns();
    enum err e = retiring ? retire_all(g) : OK;
    if (waiting) chaos_point("ingest.before_commit");
    if (retiring) chaos_point("ingest.before_retire");
    if (e == OK) e = commit_stores(g);
    if (e != OK) abandon(g);
    if (e == OK && waiting) chaos_point("ingest.after_commit");
    if (e == OK && retiring) chaos_point("ingest.after_retire");
    int why = errno; /* answering feeders has errors of its own */
    feeders_settle(g->feeders, e);
    errno = why;
    g->waiting_since = 0;
    if (e == OK) {
        histogram_time(&g->counted.commits, clock_mono_ns() - begin);
        if (documents > 0) histogram_size(&g->counted.batch, documents);
        if (g->retry_at) log_event(LOG_INFO, "journal_writes_again", "retired=%zu", g->retired_len);
        g->retry_at = 0;
        if (retiring) g->retired_len = g->retired_since = 0;
        return;
    }
    if (e != ERR_FULL && e != ERR_NOMEM) return fail_world(g, "journal", e);
    log_event(LOG_WARN, "journal_not_written", "error=%s what=\"feeders are told to wait; held documents go on\"", err_name(e));
    feeders_hold_off(g->feeders, clock_wall_ms() + RETRY_MS);
    g->retry_at = now + RETRY_MS * MS;
}

/* POST /forget?key=KEY: what was retired is overwritten. 409: the document is still held. */
static unsigned act_forget(struct ingest *g, const struct http_request *r, struct buf *body)
{
    const char *key = http_argument(r, "key");
    uint64_t seq = 0, now = clock_mono_ns();
    if (holding(g, now)) {
        buf_str(body, "{\"error\":\"a backup is being taken\"}");
        return 503;
    }
    commit(g, now);
    enum err e = key != NULL && g->status == 0 ? journal_find(g->journal, slice_of(key), &seq) : ERR_IO;
    if (e == OK && seq == 0 && g->attic.originals != NULL) e = originals_forget(g->attic.originals, slice_of(key));
    if (e == OK && seq == 0) e = journal_scrub(g->journal);
    if (e == OK && seq == 0) buf_str(body, "{}");
    else if (e == OK) buf_str(body, "{\"error\":\"it is still under way\"}");
    else buf_printf(body, "{\"error\":\"journal or archive: %s\"}", err_name(e));
    return e != OK ? 503 : seq != 0 ? 409 : 200;
}

static unsigned act(void *self, const struct http_request *r, struct buf *body)
{
    if (strcmp(http_path(r), "/hold") == 0) return act_hold(self, r, body);
    return strcmp(http_path(r), "/forget") == 0 ? act_forget(self, r, body) : 0;
}

/* --- what comes back --- */

/* How long the document waited for its outcome, by the time at which it was accepted. */
static void measure_outcome(struct ingest *g, uint64_t seq)
{
    uint64_t at, now = clock_wall_ms();
    struct slice frame;
    struct doc doc;
    arena_reset(g->mem);
    if (journal_read(g->journal, seq, &at, &frame) != OK || at != seq || doc_peek(frame, DOC_BIT(DOC_ACCEPTED), g->mem, &doc) != OK) return;
    histogram_time(&g->counted.outcome, now > doc.accepted ? (now - doc.accepted) * MS : 0);
}

static void hear_outcome(struct ingest *g, const struct note *n, uint64_t now)
{
    if (n->seq >= journal_next(g->journal) && !g->twin_told) { /* a copy of this journal was restored and runs, or this is the copy */
        log_event(LOG_ERROR, "twin", "seq=%ju what=\"another journal of this instance is in use with the same report: stop one of the two\"", (uintmax_t)n->seq);
        g->twin_told = true;
    }
    bool waited = sender_outcome(g->sender, n->seq, n->key, n->epoch, n->try, now);
    if (!waited && n->seq < g->unsent) return; /* told before */
    measure_outcome(g, n->seq);
    struct retired *r = &g->retired[g->retired_len++];
    *r = (struct retired){.seq = n->seq, .outcome = n->outcome, .key_len = (unsigned char)n->key.len};
    memcpy(r->key, n->key.ptr, n->key.len);
    if (g->retired_since == 0) g->retired_since = now;
}

/* The entry turns into one that carries its failure, and goes out again at once. */
static void hear_evidence(struct ingest *g, const struct note *n)
{
    struct condemnation c;
    bool condemned = false;
    g->counted.faulted += n->kind == NOTE_FAULTED;
    g->counted.interrupted += n->kind == NOTE_INTERRUPTED;
    g->counted.refused += n->kind == NOTE_REFUSED;
    enum err e = evidence_weigh(g->journal, n, g->note_mem, &c);
    if (e == OK && c.guilty) e = evidence_condemn(g->journal, n, &c, g->mem, &g->frame, &condemned);
    if (condemned) {
        g->counted.condemned++;
        char key[2 * DOC_KEY_MAX], why[2048];
        log_event(LOG_WARN, "condemned", "key=%s error=%s detail=%s", log_quote(n->key, key, sizeof key), err_name(c.error), log_quote(c.detail, why, sizeof why));
    }
    if (e == ERR_IO) return fail_world(g, "journal", e);
    if (e != OK) return forget(g, e);
    if (condemned) commit(g, clock_mono_ns()); /* what goes out next must carry the failure */
    if (condemned) sender_changed(g->sender, n->seq, clock_mono_ns());
    else sender_lost(g->sender, n->seq, n->epoch, n->try, clock_mono_ns());
}

static void hear_note(struct ingest *g, const struct note *n, uint64_t now)
{
    bool ours = n->instance.ptr == NULL || slice_eq(n->instance, journal_instance(g->journal));
    if (n->key.ptr == NULL || n->key.len > DOC_KEY_MAX || !ours) return;
    if (n->kind == NOTE_OUTCOME && n->outcome != OUTCOME_NONE) hear_outcome(g, n, now);
    else if (n->kind == NOTE_BUSY && sender_holds(g->sender, n->seq, n->key)) sender_hold(g->sender, n->seq, now);
    else if (n->kind == NOTE_FAULTED || n->kind == NOTE_INTERRUPTED || n->kind == NOTE_REFUSED) hear_evidence(g, n);
}

static void hear(struct ingest *g)
{
    for (int i = 0; i < HEARD_MAX && g->retired_len < RETIRED_MAX && g->status == 0; i++) {
        zmq_msg_t m;
        struct note n;
        zmq_msg_init(&m);
        if (zmq_msg_recv(&m, zsock_resolve(g->notes), ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&m);
            return;
        }
        arena_reset(g->note_mem);
        enum err e = note_decode((struct slice){zmq_msg_data(&m), zmq_msg_size(&m)}, g->note_mem, &n);
        if (e == OK) hear_note(g, &n, clock_mono_ns());
        else log_event(LOG_WARN, "note_unread", "error=%s bytes=%zu", err_name(e), zmq_msg_size(&m));
        zmq_msg_close(&m);
    }
}

/* --- what goes out --- */

/* One copy of the document into the pipe: the journal's frame with its epoch and try. ERR_FULL: the pipe takes no more. */
static enum err transmit(struct ingest *g, struct slice held, uint64_t try, struct slice *key)
{
    struct doc doc;
    arena_reset(g->mem);
    buf_clear(&g->frame);
    enum err e = doc_decode(held, DOC_BIT(DOC_KEY), g->mem, &doc);
    if (e != OK) return e;
    doc.epoch = journal_epoch(g->journal);
    doc.try = try;
    doc_set(&doc, DOC_EPOCH);
    doc_set(&doc, DOC_TRY);
    *key = doc.key;
    e = doc_encode(&doc, &g->frame);
    return e == OK ? link_try_send(g->out, buf_slice(&g->frame)) : e;
}

/* True while the pipe that took no more when it was last tried still takes none. */
static bool is_blocked(struct ingest *g)
{
    g->blocked = g->blocked && !(zsock_events(g->out) & ZMQ_POLLOUT);
    return g->blocked;
}

static void send_again(struct ingest *g)
{
    uint64_t seq, try, at;
    struct slice frame, key;
    while (g->status == 0 && !is_blocked(g) && sender_due(g->sender, clock_mono_ns(), &seq, &try)) {
        enum err e = journal_read(g->journal, seq, &at, &frame);
        if (e == OK && at != seq) { /* retired meanwhile */
            sender_forget(g->sender, seq);
            continue;
        }
        if (e == OK) e = transmit(g, frame, try, &key);
        g->blocked = e == ERR_FULL;
        if (g->blocked) return;
        if (e == OK) sender_again(g->sender, seq, clock_mono_ns());
        else fail_world(g, "send", e);
    }
}

static void send_new(struct ingest *g)
{
    struct slice frame, key;
    uint64_t seq;
    while (g->status == 0 && !is_blocked(g) && clock_mono_ns() >= g->listen_until) {
        enum err e = journal_read(g->journal, g->unsent, &seq, &frame);
        if (e != OK) fail_world(g, "journal", e);
        if (e != OK || seq == 0 || !sender_room(g->sender, frame.len)) return;
        e = transmit(g, frame, 0, &key);
        g->blocked = e == ERR_FULL;
        if (g->blocked) return;
        if (e != OK) return fail_world(g, "send", e);
        sender_first(g->sender, seq, key, frame.len, clock_mono_ns());
        g->unsent = seq + 1;
    }
}

/* --- what comes in --- */

/* One request. The pipe is kept full meanwhile: it takes few documents at a time, and a request may bring thousands. */
static enum err take_one(struct ingest *g, bool *took)
{
    enum err e = OK;
    *took = feeders_take(g->feeders, clock_wall_ms());
    while (e == OK && feeders_working(g->feeders)) {
        e = feeders_next(g->feeders);
        send_new(g);
    }
    return e;
}

/* As many requests as one commit may take: in a flood its sync, during which the pipe runs dry, is shared by many. */
static void take(struct ingest *g)
{
    bool took = true;
    uint64_t end = clock_mono_ns() + TAKE_MS * MS;
    for (int i = 0; i < TAKEN_MAX && took && g->status == 0 && feeders_waiting_documents(g->feeders) < g->set->common.batch && clock_mono_ns() < end; i++) {
        enum err e = take_one(g, &took);
        hear(g);
        if (e == OK) continue;
        forget(g, e);
        if (e == ERR_FULL) feeders_hold_off(g->feeders, clock_wall_ms() + RETRY_MS);
        if (e == ERR_IO) fail_world(g, "journal", e);
    }
    if (feeders_waiting(g->feeders) == 0) g->waiting_since = 0;
    else if (g->waiting_since == 0) g->waiting_since = clock_mono_ns();
}

static bool commit_is_due(const struct ingest *g, uint64_t now)
{
    if (g->retry_at > now) return false;
    if (g->waiting_since && (feeders_waiting_documents(g->feeders) >= g->set->common.batch || now - g->waiting_since >= COMMIT_DUE_MS * MS)) return true;
    if (g->retired_since && !holding(g, now) && (g->retired_len >= RETIRED_DUE || now - g->retired_since >= RETIRE_DUE_MS * MS)) return true;
    return journal_dirty(g->journal) && !g->waiting_since;
}

/* --- the loop --- */

static void service(struct ingest *g, uint64_t now)
{
    struct journal_counts c = journal_counts(g->journal);
    g->connected = follow_apply(g->follow_out);
    size_t heard = follow_apply(g->follow_notes);
    if (!sender_widen(g->sender, g->connected * REPLICA_WINDOW)) log_event(LOG_WARN, "window_not_widened", "replicas=%zu", g->connected);
    g->ready = g->connected > 0 && heard > 0 && g->retry_at == 0 && c.bytes < g->set->journal_max && !signals_stop();
    http_set_ready(g->http, g->ready);
    http_answer(g->http);
    log_settle(false);
    if (now - g->sampled < 1000 * MS) return;
    double rate = (double)(c.accepted - g->sampled_accepted) * 1e9 / (double)(now - g->sampled);
    g->rate = g->rate <= 0 ? rate : .7 * g->rate + .3 * rate;
    g->sampled = now;
    g->sampled_accepted = c.accepted;
}

/* What has grown old in the archive goes between two batches. */
static void settle_attic(struct ingest *g)
{
    if (feeders_waiting(g->feeders) > 0 || journal_dirty(g->journal) || g->status != 0) return;
    enum err e = attic_settle(&g->attic, g->retired_len > 0 || sender_waits(g->sender));
    if (e == ERR_IO) fail_world(g, "archive", e);
}

static long nap_ms(const struct ingest *g, uint64_t now)
{
    if (g->waiting_since || journal_dirty(g->journal)) return COMMIT_DUE_MS;
    if (g->retired_since || sender_waits(g->sender)) return TURN_MS;
    if (g->listen_until > now) return TURN_MS;
    return IDLE_MS;
}

static void await(struct ingest *g, uint64_t now)
{
    bool taking = g->retry_at == 0 || feeders_waiting(g->feeders) == 0;
    zmq_pollitem_t items[] = {
        {.socket = zsock_resolve(g->notes), .events = g->retired_len < RETIRED_MAX ? ZMQ_POLLIN : 0},
        {.socket = zsock_resolve(feeders_socket(g->feeders)), .events = taking ? ZMQ_POLLIN : 0},
        {.socket = zsock_resolve(g->out), .events = g->blocked ? ZMQ_POLLOUT : 0},
        {.fd = follow_fd(g->follow_out), .events = ZMQ_POLLIN},
        {.fd = follow_fd(g->follow_notes), .events = ZMQ_POLLIN},
        {.fd = http_fd(g->http), .events = ZMQ_POLLIN},
        {.fd = g->stop_fd, .events = ZMQ_POLLIN},
    };
    zmq_poll(items, sizeof items / sizeof *items, nap_ms(g, now));
}

static void loop(struct ingest *g)
{
    while (!signals_stop() && g->status == 0) {
        hear(g);
        send_again(g);
        send_new(g);
        take(g);
        uint64_t now = clock_mono_ns();
        bool due = commit_is_due(g, now);
        if (g->status == 0 && due) commit(g, now);
        journal_release(g->journal);
        service(g, now);
        settle_attic(g);
        if (g->status == 0 && !due) await(g, now); /* what has just been committed is sent first */
    }
    if (g->status == 0) commit(g, clock_mono_ns()); /* whoever has been taken on gets an answer */
}

/* --- start and end --- */

static bool open_pipe(struct ingest *g, struct trouble *t)
{
    const struct stage_settings *s = &g->set->common;
    char endpoint[4200];
    const char *only = endpoint;
    struct option_list next = s->next, outcomes = g->set->outcomes;
    struct link_settings out = {.type = ZMQ_PUSH, .water = WATER_OUT, .frame_max = DOC_FRAME_MAX, .linger_ms = 0, .small_buffers = true,
                                .doors = g->doors, .server = stage_name(STAGE_NORMALIZE)};
    struct link_settings notes = {.type = ZMQ_SUB, .water = NOTES_WATER, .frame_max = NOTE_MAX, .doors = g->doors};
    if (next.len == 0) {
        daemon_endpoint(endpoint, sizeof endpoint, NULL, s->state, "normalize.*.in");
        next = (struct option_list){&only, 1};
    }
    g->out = link_open(&out, link_any_tcp(&next), t);
    if (g->out) g->follow_out = follow_start(g->out, &out, &next, t);
    if (g->follow_out == NULL) return false;
    follow_narrow(g->follow_out);
    if (outcomes.len == 0) {
        daemon_endpoint(endpoint, sizeof endpoint, NULL, s->state, "*.returns");
        outcomes = (struct option_list){&only, 1};
    }
    g->notes = link_open(&notes, link_any_tcp(&outcomes), t);
    if (g->notes == NULL) return false;
    zmq_setsockopt(zsock_resolve(g->notes), ZMQ_SUBSCRIBE, journal_instance(g->journal).ptr, INSTANCE_SIZE);
    zmq_setsockopt(zsock_resolve(g->notes), ZMQ_SUBSCRIBE, NOTE_TO_ALL, INSTANCE_SIZE);
    g->follow_notes = follow_start(g->notes, &notes, &outcomes, t);
    return g->follow_notes != NULL;
}

static bool open_journal(struct ingest *g, struct trouble *t)
{
    const struct stage_settings *s = &g->set->common;
    char dir[4200];
    if (ingest_journal_folder(s, dir, sizeof dir) != OK || state_folder(dir, NULL) != OK) {
        trouble_say(t, state_status(errno), "cannot make the journal's folder under '%s': %s", s->state, strerror(errno));
        return false;
    }
    g->journal = journal_open(dir, g->set->journal_max, t);
    if (g->journal == NULL) return false;
    struct journal_counts c = journal_counts(g->journal);
    g->sampled_accepted = c.accepted;
    g->unsent = c.watermark + 1;
    if (c.in_flight > 0) g->listen_until = g->started + LISTEN_MS * MS;
    g->sender = sender_create(g->set->window, g->set->window_bytes, journal_epoch(g->journal));
    if (g->sender == NULL) trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
    return g->sender != NULL;
}

static bool open_windows(struct ingest *g, struct trouble *t)
{
    const struct stage_settings *s = &g->set->common;
    char endpoint[4200], path[4200];
    if (s->replica == 0) daemon_endpoint(endpoint, sizeof endpoint, s->listen, s->state, "feed");
    else daemon_endpoint(endpoint, sizeof endpoint, s->listen, s->state, "feed.%ju", (uintmax_t)s->replica);
    g->feeders = feeders_open(&(struct feeders_settings){.state = s->state, .endpoint = endpoint, .trusted_network = s->trusted_network,
                                                         .doors = g->doors, .originals = g->attic.originals, .journal_max = g->set->journal_max, .documents = g->set->feeder_documents,
                                                         .bytes = g->set->feeder_bytes}, g->journal, t);
    if (g->feeders == NULL) return false;
    if (state_path(path, sizeof path, s->state, "sock/ingest.%ju.http", (uintmax_t)s->replica) != OK) {
        trouble_say(t, EXIT_NEEDS_PERSON, "the path of '%s' is too long", s->state);
        return false;
    }
    struct http_hooks hooks = {.status = on_status, .metrics = on_metrics, .act = act, .self = g};
    g->http = http_start(path, s->http, s->trusted_network, &hooks, t);
    return g->http != NULL;
}

static bool open_memory(struct ingest *g, struct trouble *t)
{
    trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
    g->mem = arena_create(DOC_ARENA_MAX);
    g->note_mem = arena_create(NOTE_ARENA);
    g->retired = calloc(RETIRED_MAX, sizeof *g->retired);
    return g->mem && g->note_mem && g->retired;
}

static void close_all(struct ingest *g)
{
    http_stop(&g->http);
    feeders_close(&g->feeders);
    follow_stop(&g->follow_out);
    follow_stop(&g->follow_notes);
    zsock_destroy(&g->out);
    zsock_destroy(&g->notes);
    sender_destroy(&g->sender);
    journal_close(&g->journal);
    originals_close(&g->attic.originals);
    arena_destroy(&g->mem);
    arena_destroy(&g->note_mem);
    buf_free(&g->frame);
    free(g->retired);
    doors_close(&g->doors);
    zsys_shutdown();
}

int ingest_run(const struct ingest_settings *settings)
{
    struct trouble t = {.status = EXIT_TRY_AGAIN, .line = "out of memory"};
    if (settings->common.probe) return daemon_probe("ingest", &settings->common);
    if (settings->common.check) return daemon_check("ingest", &settings->common, &t) ? 0 : daemon_fail("ingest", &t);
    struct ingest g = {.set = settings, .frame = buf_make(DOC_FRAME_MAX), .started = clock_mono_ns()};
    g.sampled = g.started;
    if (!attic_make(settings, &t)) return daemon_fail("ingest", &t);
    g.stop_fd = daemon_open("ingest", &settings->common, &(struct sandbox_needs){.folder = settings->archive, .list = {&settings->outcomes}}, &t);
    if (g.stop_fd < 0) return daemon_fail("ingest", &t);
    link_threads();
    int status;
    if (open_memory(&g, &t) && daemon_doors("ingest", &settings->common, &g.doors, &t) && open_journal(&g, &t) &&
        attic_open(&g.attic, settings, &t) && open_pipe(&g, &t) && open_windows(&g, &t) &&
        daemon_ready("ingest", &settings->common, &t)) {
        struct journal_counts c = journal_counts(g.journal);
        log_event(LOG_INFO, "ready", "replica=%ju pid=%d epoch=%ju in_flight=%ju", (uintmax_t)settings->common.replica, (int)getpid(),
                  (uintmax_t)journal_epoch(g.journal), (uintmax_t)c.in_flight);
        loop(&g);
        c = journal_counts(g.journal);
        log_event(LOG_INFO, "stopped", "accepted=%ju in_flight=%ju", (uintmax_t)c.accepted, (uintmax_t)c.in_flight);
        status = g.status;
    } else {
        status = daemon_fail("ingest", &t);
    }
    close_all(&g);
    log_settle(true);
    return status;
}
