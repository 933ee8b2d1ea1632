/* daemon.c - wiredesk-report as a daemon: what it holds, its loop, how it ends. */
#include <errno.h>
#include <time.h>
#include <unistd.h>
#include <czmq.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/daemon.h"
#include "../../libcommon/log.h"
#include "../../libcommon/signals.h"
#include "../../libcommon/state.h"
#include "daemon.h"

enum {
    WATER_IN = 256,
    WATER_RETURNS = 65536, /* at least twice the window of all ingests */
    WATER_STREAM = 10000, /* lines: some tens of megabytes for a reader that does not read */
    LINGER_MS = 2000,
    QUIET_MS = 1500,       /* without documents: the stats line of what came */
    DOZE_MS = 25,          /* while something is due soon */
    SLEEP_MS = 1000,
    BUDGET_BUSY_MS = 20,   /* for stories while documents wait: at least this, at most a third of what the documents took */
    BUDGET_IDLE_MS = 200,
    BUDGET_END_MS = 3000,
    CATCH_UP_MS = 2000,    /* how long a reader is waited for before lines of an earlier process are published */
    CATCH_UP_LINES = 1000,
    GATHER_NAP_NS = 1000000, /* between two looks at the inlet: waking at each document costs more than it */
};

/* --- taking frames --- */

struct inbox { zmq_msg_t msg[GROUP_MAX]; struct batch group; size_t bytes; };

static bool receive(struct report *r, struct inbox *in)
{
    zmq_msg_t *m = &in->msg[in->group.n];
    zmq_msg_init(m);
    int n = zmq_msg_recv(m, zsock_resolve(r->inlet), ZMQ_DONTWAIT);
    if (n < 0) {
        zmq_msg_close(m);
        return false;
    }
    in->group.frame[in->group.n] = (struct slice){zmq_msg_data(m), zmq_msg_size(m)};
    in->group.refused[in->group.n] = false;
    in->group.n++;
    in->bytes += zmq_msg_size(m);
    return true;
}

/* What is there, and what comes within GROUP_MS after the first, up to a group. */
static void gather(struct report *r, struct inbox *in)
{
    in->group.n = 0;
    in->bytes = 0;
    if (!receive(r, in)) return;
    uint64_t most = r->settings->stage.batch < GROUP_MAX ? r->settings->stage.batch : GROUP_MAX, end = clock_mono_ms() + GROUP_MS;
    while (in->group.n < most && in->bytes < GROUP_BYTES) {
        if (receive(r, in)) continue;
        uint64_t now = clock_mono_ms();
        if (now >= end || signals_stop()) break;
        nanosleep(&(struct timespec){.tv_nsec = GATHER_NAP_NS}, NULL);
    }
}

static void release(struct inbox *in)
{
    for (unsigned i = 0; i < in->group.n; i++) zmq_msg_close(&in->msg[i]);
}

/* True when somebody has subscribed. */
static bool drain_subscriptions(zsock_t *sock)
{
    char topic[64];
    bool some = false;
    for (int n; (n = zmq_recv(zsock_resolve(sock), topic, sizeof topic, ZMQ_DONTWAIT)) >= 0;) some = some || (n > 0 && topic[0] == 1);
    return some;
}

/* --- the loop --- */

static void wait_for_work(struct report *r, long ms)
{
    zmq_pollitem_t items[] = {
        {zsock_resolve(r->inlet), 0, ZMQ_POLLIN, 0},
        {NULL, http_fd(r->http), ZMQ_POLLIN, 0},
        {NULL, r->stop_fd, ZMQ_POLLIN, 0},
        {zsock_resolve(r->stream), 0, ZMQ_POLLIN, 0},
        {zsock_resolve(r->returns), 0, ZMQ_POLLIN, 0},
    };
    if (zmq_poll(items, 5, ms) < 0 && zmq_errno() != EINTR) log_event(LOG_WARN, "poll", "error=\"%s\"", zmq_strerror(zmq_errno()));
    http_answer(r->http);
    log_settle(false);
    quarantine_settle(&r->quarantine);
    outcomes_hear(r->outcomes);
    r->heard = drain_subscriptions(r->stream) || r->heard;
}

/* --- lines that an earlier process committed and did not publish --- */

static enum err to_stream(void *self, uint64_t seq, struct slice line)
{
    struct report *r = self;
    (void)seq;
    r->out++;
    /* A reader that is too slow loses lines here and asks the replay socket for them: it sees the gap in seq. */
    enum err e = link_try_send(r->stream, line);
    return e == ERR_FULL ? OK : e;
}

static enum err catch_up_line(void *self, const struct ledger_line *line)
{
    struct report *r = self;
    r->unpublished = line->seq + 1;
    return line->seq < r->first_own ? to_stream(r, line->seq, line->line) : OK;
}

bool report_catch_up(struct report *r, bool now)
{
    enum err e = OK;
    while (r->unpublished != 0 && e == OK && (now || r->heard || clock_mono_ms() - r->started > CATCH_UP_MS)) {
        e = ledger_lines(r->office.ledger, r->unpublished, CATCH_UP_LINES, (struct slice){NULL, 0}, catch_up_line, r);
        if (r->unpublished >= r->first_own) r->unpublished = 0;
    }
    return e == OK || report_fatal(r, e, "catch up");
}

static bool stats_due(const struct report *r, bool idle)
{
    uint64_t now = clock_mono_ms();
    if (desk_taken_since(r->office.desk) == 0) return false;
    return now - r->last_stats >= r->settings->stats_every || (idle && now - r->last_in >= QUIET_MS);
}

/* SIGHUP: the watch list is read again; a wrong one is told of and changes nothing. */
static void reload(struct report *r)
{
    struct trouble t;
    char quoted[700];
    const char *path = r->settings->watch;
    if (!signals_hangup() || path == NULL) return;
    if (office_watch(&r->office, path, &t)) log_event(LOG_INFO, "watch_list", "rules=%zu", alert_rules_count(r->office.watch));
    else log_event(LOG_ERROR, "watch_list", "error=%s", log_quote(slice_of(t.line), quoted, sizeof quoted));
}

static bool turn(struct report *r, struct inbox *in, bool *busy, bool *more)
{
    uint64_t start = clock_mono_ms();
    reload(r);
    gather(r, in);
    *busy = in->group.n > 0;
    if (!report_catch_up(r, false)) return false;
    if (*busy) {
        bool ok = report_take(r, &in->group);
        release(in);
        if (!ok) return false;
        r->last_in = clock_mono_ms();
    }
    uint64_t spent = clock_mono_ms() - start;
    uint64_t share = spent / 3, budget = !*busy ? BUDGET_IDLE_MS : share > BUDGET_BUSY_MS ? share : BUDGET_BUSY_MS;
    if (!report_tell(r, budget, false)) return false;
    if (stats_due(r, !*busy) && !report_stats(r)) return false;
    return *busy ? report_index(r, true, false, more) && report_sync(r) && report_retain(r, true, more) : report_rest(r, more);
}

static bool loop(struct report *r, struct inbox *in)
{
    bool busy = false, more = false;
    while (!signals_stop()) {
        uint64_t owed = 0;
        if (!busy && !more && ledger_pending(r->office.ledger, &owed) != OK) return false;
        wait_for_work(r, busy || more ? 0 : owed > 0 || desk_taken_since(r->office.desk) > 0 ? DOZE_MS : SLEEP_MS);
        if (signals_stop()) break;
        if (!turn(r, in, &busy, &more)) return signals_stop();
    }
    /* What came is committed; what is owed is told, so that the last lines are there when the process is not. */
    if (!report_tell(r, BUDGET_END_MS, true) || (desk_taken_since(r->office.desk) > 0 && !report_stats(r))) return false;
    more = true;
    for (uint64_t end = clock_mono_ms() + BUDGET_END_MS; more && clock_mono_ms() < end;) {
        if (!report_index(r, false, true, &more)) return false;
    }
    return true;
}

/* --- setting up --- */

/* Where a socket listens, and the role that may come in where there are keys. */
struct opening { const char *given, *name, *admits; bool public; };

static zsock_t *bind_socket(struct report *r, int type, int water, const struct opening *door, struct trouble *t)
{
    char endpoint[4200];
    const struct stage_settings *s = &r->settings->stage;
    struct link_settings link = {.type = type, .water = water, .frame_max = type == ZMQ_PULL ? DOC_FRAME_MAX : 0, .linger_ms = LINGER_MS,
                                 .public = door->public, .trusted_network = s->trusted_network, .doors = r->doors, .admits = door->admits};
    daemon_endpoint(endpoint, sizeof endpoint, door->given, s->state, "%s", door->name);
    return link_bind(&link, s->state, endpoint, t);
}

static bool open_sockets(struct report *r, struct trouble *t)
{
    char name[64], endpoint[4200], path[4200];
    const struct stage_settings *s = &r->settings->stage;
    unsigned long long replica = s->replica;
    snprintf(name, sizeof name, "report.%llu.returns", replica);
    r->returns = bind_socket(r, ZMQ_XPUB, WATER_RETURNS, &(struct opening){s->returns, name, stage_name(STAGE_INGEST)}, t);
    if (r->returns != NULL) r->outcomes = outcomes_open(r->returns);
    if (r->outcomes != NULL)
        r->stream = bind_socket(r, ZMQ_XPUB, WATER_STREAM, &(struct opening){r->settings->stream, "stream", "reader", true}, t);
    if (r->stream == NULL) return false;
    daemon_endpoint(endpoint, sizeof endpoint, r->settings->replay, s->state, "replay");
    r->replay = replay_start(&(struct replay_settings){.ledger = r->office.path, .state = s->state, .endpoint = endpoint,
                                                       .trusted_network = s->trusted_network, .doors = r->doors}, t);
    if (r->replay == NULL) return false;
    snprintf(path, sizeof path, "%s/sock/report.%llu.http", s->state, replica);
    struct http_hooks hooks = report_hooks;
    hooks.self = r;
    r->http = http_start(path, s->http, s->trusted_network, &hooks, t);
    if (r->http == NULL) return false;
    /* The inlet last: documents come when all the rest stands. */
    snprintf(name, sizeof name, "report.%llu.in", replica);
    r->inlet = bind_socket(r, ZMQ_PULL, WATER_IN, &(struct opening){s->listen, name, stage_name(STAGE_DEDUP)}, t);
    return r->inlet != NULL;
}

static bool open_report(struct report *r, struct trouble *t)
{
    struct sandbox_needs needs = {.read = {r->settings->watch, "/proc/sys/kernel/random/boot_id"}, .endpoint = {r->settings->stream, r->settings->replay}};
    r->stop_fd = daemon_open("report", &r->settings->stage, &needs, t);
    if (r->stop_fd < 0) return false;
    if (r->settings->watch != NULL && !signals_take_hangup()) {
        trouble_say(t, EXIT_TRY_AGAIN, "cannot take SIGHUP: %s", strerror(errno));
        return false;
    }
    r->office.line = to_stream;
    r->office.self = r;
    r->notes = buf_make((size_t)GROUP_MAX * NOTE_MAX);
    link_threads();
    r->retain = retain_make(r->settings->stage.keep);
    r->started_ns = clock_mono_ns();
    r->started = r->last_stats = r->last_sync = r->rate_at = clock_mono_ms();
    quarantine_open(&r->quarantine, r->settings->stage.state, "report", r->settings->stage.keep);
    if (!office_open(&r->office, r->settings, true, t)) return false;
    r->unpublished = r->office.first_new;
    r->first_own = ledger_next_seq(r->office.ledger);
    if (!r->settings->no_pages && (r->pages = pages_start(r->office.path, r->settings->stage.state, t)) == NULL) return false;
    return daemon_doors("report", &r->settings->stage, &r->doors, t) && open_sockets(r, t) && daemon_ready("report", &r->settings->stage, t);
}

static void close_report(struct report *r)
{
    link_unbind(&r->inlet);
    replay_stop(&r->replay);
    pages_stop(&r->pages);
    http_stop(&r->http);
    outcomes_close(&r->outcomes);
    link_unbind(&r->returns);
    link_unbind(&r->stream);
    doors_close(&r->doors);
    office_close(&r->office);
    buf_free(&r->notes);
}

/* Settings that can be judged without taking anything. */
static int check(const struct report_settings *s)
{
    struct trouble t;
    const char *given[] = {s->stream, s->replay};
    if (!daemon_check("report", &s->stage, &t)) return daemon_fail("report", &t);
    for (size_t i = 0; i < 2; i++) {
        if (given[i] == NULL || strncmp(given[i], "tcp://", 6) == 0 || strncmp(given[i], "ipc://", 6) == 0) continue;
        fprintf(stderr, "wiredesk-report: '%s' is no endpoint: want tcp://HOST:PORT or ipc://PATH\n", given[i]);
        return EXIT_NEEDS_PERSON;
    }
    char path[4200], why[400];
    struct ledger *l = NULL;
    snprintf(path, sizeof path, "%s/report/ledger.db", s->stage.state);
    if (access(path, F_OK) == 0 && ledger_open_reader(path, &l, why, sizeof why) != OK) {
        fprintf(stderr, "wiredesk-report: %s\n", why);
        return EXIT_NEEDS_PERSON;
    }
    ledger_close(&l);
    return 0;
}

int report_daemon(const struct report_settings *s)
{
    static struct inbox in; /* 16 KiB of message heads: for the one loop of the process */
    if (s->stage.check) return check(s);
    if (s->stage.probe) return daemon_probe("report", &s->stage);
    char quoted[4200];
    struct report r = {.settings = s, .status = EXIT_TRY_AGAIN};
    struct trouble t = {EXIT_TRY_AGAIN, "out of memory"};
    bool ok = open_report(&r, &t);
    if (!ok) {
        daemon_fail("report", &t);
        close_report(&r);
        return t.status;
    }
    http_set_ready(r.http, true);
    log_event(LOG_INFO, "ready", "state=%s next_seq=%llu", log_quote(slice_of(s->stage.state), quoted, sizeof quoted), (unsigned long long)ledger_next_seq(r.office.ledger));
    ok = loop(&r, &in);
    log_event(LOG_INFO, "leaving", "status=%d in=%llu", ok ? 0 : r.status, (unsigned long long)r.in);
    close_report(&r);
    log_settle(true);
    return ok ? 0 : r.status;
}
