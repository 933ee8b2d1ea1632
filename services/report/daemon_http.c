/* daemon_http.c - what report says of itself: /status, /metrics, and /ledger for the sum of outcomes at a watermark. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/daemon.h"
#include "daemon.h"
#include "jot.h"

/* Documents a second over the last seconds. */
static double rate(struct report *r)
{
    uint64_t now = clock_mono_ms();
    if (now - r->rate_at >= 2000) {
        r->rate = (double)(r->in - r->rate_in) * 1000.0 / (double)(now - r->rate_at);
        r->rate_in = r->in;
        r->rate_at = now;
    }
    return r->rate;
}

static void put_counts(struct jot *j, const uint64_t counts[OUTCOME_COUNT])
{
    for (int o = OUTCOME_REPORTED; o < OUTCOME_COUNT; o++) jot_count(j, outcome_name((enum outcome)o), counts[o]);
}

struct measured {
    uint64_t in, out, failed, refused, p50, p99, pending, unindexed, outcome[OUTCOME_COUNT], seq, first_seq, bytes, wal_bytes,
        expired_documents, expired_lines, oldest;
    double rate;
    bool ready, waits;
    const char *waiting_for;
    struct counted counted;
};
#define AT(member) offsetof(struct measured, member)
#define OUTCOME(word) AT(outcome[OUTCOME_##word])

static const struct metric_row rows[] = {
    {"documents_in_total", NULL, METRIC_COUNTER, AT(in), "in", "Documents taken since the start."},
    {"lines_total", NULL, METRIC_COUNTER, AT(out), "out", "Lines of the stream published since the start."},
    {NULL, NULL, METRIC_COUNTER, AT(failed), "failed", NULL},
    {"frames_refused_total", NULL, METRIC_COUNTER, AT(refused), "refused", "Frames that could not be read; they lie in the quarantine folder."},
    {NULL, NULL, METRIC_REAL, AT(rate), "rate", NULL},
    {"ready", NULL, METRIC_FLAG, AT(ready), "ready", "1 while /readyz says so: documents can be committed."},
    {NULL, NULL, METRIC_GAUGE, AT(p50), "p50_ms", NULL},
    {NULL, NULL, METRIC_GAUGE, AT(p99), "p99_ms", NULL},
    {NULL, NULL, METRIC_COUNTER, AT(counted.commits.count), "groups", NULL},
    {"pending_stories", NULL, METRIC_GAUGE, AT(pending), "pending_stories", "Stories whose next line is due later."},
    {"unindexed_documents", NULL, METRIC_GAUGE, AT(unindexed), "unindexed", "Documents that the full-text index has yet to take."},
    {"waiting", NULL, METRIC_FLAG, AT(waits), NULL, "1 while it waits for room on the disk."},
    {NULL, NULL, METRIC_TEXT, AT(waiting_for), "waiting_for", NULL},
    {"ledger_documents", "outcome=\"reported\"", METRIC_GAUGE, OUTCOME(REPORTED), "ledger.reported", "Documents in the ledger by outcome."},
    {"ledger_documents", "outcome=\"duplicate\"", METRIC_GAUGE, OUTCOME(DUPLICATE), "ledger.duplicate", NULL},
    {"ledger_documents", "outcome=\"rejected\"", METRIC_GAUGE, OUTCOME(REJECTED), "ledger.rejected", NULL},
    {"ledger_documents", "outcome=\"again\"", METRIC_GAUGE, OUTCOME(AGAIN), "ledger.again", NULL},
    {"stream_position", NULL, METRIC_GAUGE, AT(seq), "ledger.seq", "Number of the last line of the stream."},
    {"stream_first", NULL, METRIC_GAUGE, AT(first_seq), "ledger.first_seq", "Number of the first line that is kept."},
    {"ledger_bytes", NULL, METRIC_GAUGE, AT(bytes), "ledger.bytes", "Size of the ledger on disk."},
    {"ledger_wal_bytes", NULL, METRIC_GAUGE, AT(wal_bytes), "ledger.wal_bytes", "Size of its write-ahead log."},
    {"expired_documents_total", NULL, METRIC_COUNTER, AT(expired_documents), "expired.documents", "Documents whose text went for its age (--keep) since the start."},
    {"expired_lines_total", NULL, METRIC_COUNTER, AT(expired_lines), "expired.lines", "Lines of the stream that went for their age since the start."},
    {"oldest_text_seconds", NULL, METRIC_TIME, AT(oldest), "expired.oldest_ms", "Age of the oldest text that is kept, where --keep looks at it; 0: not known."},
    {"document_seconds", NULL, METRIC_TIMES, AT(counted.latency), NULL, "From ingest taking a document to its commit in the ledger."},
    {"work_seconds", NULL, METRIC_TIMES, AT(counted.work), "work_ms", "Time that one document took, without waiting."},
    {"commit_seconds", NULL, METRIC_TIMES, AT(counted.commits), "commit_ms", "Time that a batch took to become durable."},
    {"batch_documents", NULL, METRIC_SIZES, AT(counted.batch), "batch", "Documents taken, committed and told of together."},
    {0},
};

static uint64_t size_of(const char *path, const char *suffix)
{
    char file[4200];
    struct stat st;
    snprintf(file, sizeof file, "%s%s", path, suffix);
    return stat(file, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void measure(struct report *r, struct metrics *m)
{
    struct measured v = {
        .in = r->in, .out = r->out, .failed = r->failed, .refused = r->refused, .p50 = gauge_at(&r->latency, 0.50), .p99 = gauge_at(&r->latency, 0.99),
        .unindexed = r->unindexed, .seq = ledger_next_seq(r->office.ledger) - 1, .bytes = size_of(r->office.path, ""),
        .wal_bytes = size_of(r->office.path, "-wal"), .rate = rate(r), .ready = r->trouble == NULL, .waits = r->trouble != NULL,
        .waiting_for = r->trouble, .counted = r->counted, .expired_documents = r->retain.documents, .expired_lines = r->retain.lines,
    };
    if (ledger_pending(r->office.ledger, &v.pending) != OK) v.pending = 0;
    if (ledger_first_seq(r->office.ledger, &v.first_seq) != OK) v.first_seq = 0;
    uint64_t now = clock_wall_ms(), oldest = r->retain.oldest;
    v.oldest = oldest != 0 && oldest < now ? (now - oldest) * 1000000u : 0;
    ledger_counts(r->office.ledger, v.outcome);
    daemon_metrics(m, "report", &r->settings->stage, r->started_ns);
    daemon_metrics_doors(m, r->doors);
    metrics_add(m, rows, &v, sizeof v);
}

static void status(void *self, struct buf *json)
{
    struct metrics m;
    measure(self, &m);
    metrics_status(&m, json);
}

static void metrics(void *self, struct buf *text)
{
    struct metrics m;
    measure(self, &m);
    metrics_text(&m, text);
}

static unsigned complain(struct buf *body, const char *what)
{
    buf_printf(body, "{\"error\":\"%s\"}", what);
    return 400;
}

/* /ledger?instance=HEX&seq=N */
static unsigned other(void *self, const struct http_request *q, struct buf *body)
{
    struct report *r = self;
    unsigned char instance[INSTANCE_SIZE];
    uint64_t counts[OUTCOME_COUNT];
    if (strcmp(http_path(q), "/ledger") != 0) return 0;
    const char *hex = http_argument(q, "instance"), *upto = http_argument(q, "seq");
    if (hex == NULL || !hex_decode(slice_of(hex), instance, INSTANCE_SIZE)) return complain(body, "instance: want 32 hex digits");
    char *end = NULL;
    errno = 0;
    uint64_t seq = upto != NULL ? strtoull(upto, &end, 10) : 0;
    if (upto == NULL || end == upto || *end != '\0' || errno != 0 || *upto == '-') return complain(body, "seq: want a number");
    if (ledger_count_upto(r->office.ledger, (struct slice){(const char *)instance, INSTANCE_SIZE}, seq, counts) != OK) return 500;
    struct jot j = jot_make(body);
    jot_object(&j, NULL);
    jot_text(&j, "instance", slice_of(hex));
    jot_count(&j, "seq", seq);
    put_counts(&j, counts);
    jot_end_object(&j);
    return 200;
}

const struct http_hooks report_hooks = {.status = status, .metrics = metrics, .other = other, .act = report_act};
