/* daemon_http.c - what report says of itself: /status, /metrics, and /ledger for the sum of outcomes at a watermark. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

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

static void status(void *self, struct buf *json)
{
    struct report *r = self;
    uint64_t counts[OUTCOME_COUNT], pending = 0;
    struct jot j = jot_make(json);
    ledger_counts(r->office.ledger, counts);
    bool known = ledger_pending(r->office.ledger, &pending) == OK;
    jot_object(&j, NULL);
    daemon_status("report", &r->settings->stage, r->started_ns, json);
    jot_after(&j);
    jot_count(&j, "in", r->in);
    jot_count(&j, "out", r->out);
    jot_count(&j, "failed", r->failed);
    jot_count(&j, "refused", r->refused);
    jot_real(&j, "rate", rate(r));
    jot_count(&j, "p50_ms", gauge_at(&r->latency, 0.50));
    jot_count(&j, "p99_ms", gauge_at(&r->latency, 0.99));
    jot_count(&j, "groups", r->groups);
    if (known) jot_count(&j, "pending_stories", pending);
    jot_count(&j, "unindexed", r->unindexed);
    if (r->trouble != NULL) jot_text(&j, "waiting_for", slice_of(r->trouble));
    jot_object(&j, "ledger");
    put_counts(&j, counts);
    jot_count(&j, "seq", ledger_next_seq(r->office.ledger) - 1);
    jot_end_object(&j);
    jot_end_object(&j);
}

static void metric(struct buf *out, const char *name, const char *type, const char *help, double v)
{
    buf_printf(out, "# HELP wiredesk_report_%s %s\n# TYPE wiredesk_report_%s %s\nwiredesk_report_%s %.17g\n", name, help, name, type, name, v);
}

static void metrics(void *self, struct buf *out)
{
    struct report *r = self;
    uint64_t counts[OUTCOME_COUNT], pending = 0;
    ledger_counts(r->office.ledger, counts);
    if (ledger_pending(r->office.ledger, &pending) != OK) pending = 0;
    metric(out, "documents_in_total", "counter", "Documents taken since the start.", (double)r->in);
    metric(out, "lines_total", "counter", "Stream lines published since the start.", (double)r->out);
    metric(out, "refused_total", "counter", "Frames that could not be read.", (double)r->refused);
    metric(out, "commits_total", "counter", "Groups of documents committed.", (double)r->groups);
    metric(out, "pending_stories", "gauge", "Stories whose next line is due later.", (double)pending);
    metric(out, "unindexed_documents", "gauge", "Documents that the full-text index has yet to take.", (double)r->unindexed);
    metric(out, "waiting", "gauge", "1 while it waits for room on the disk.", r->trouble != NULL);
    metric(out, "stream_seq", "counter", "Number of the last line.", (double)(ledger_next_seq(r->office.ledger) - 1));
    buf_str(out, "# HELP wiredesk_report_ledger_total Documents in the ledger by outcome.\n# TYPE wiredesk_report_ledger_total counter\n");
    for (int o = OUTCOME_REPORTED; o < OUTCOME_COUNT; o++)
        buf_printf(out, "wiredesk_report_ledger_total{outcome=\"%s\"} %" PRIu64 "\n", outcome_name((enum outcome)o), counts[o]);
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

const struct http_hooks report_hooks = {.status = status, .metrics = metrics, .other = other};
