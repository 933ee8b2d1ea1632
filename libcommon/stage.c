/* stage.c - the loop of a middle stage: take, step, commit, send; answer health; drain when asked to stop. */
#include "stage.h"

#include "chaos.h"
#include "clock.h"
#include "daemon.h"
#include "doors.h"
#include "filter.h"
#include "http.h"
#include "link.h"
#include "quarantine.h"
#include "returns.h"
#include "signals.h"

#include <czmq.h>
#include <time.h>

enum {
    HELD_MAX = 32 << 20,  /* bytes of results held back for a commit */
    SERVICE_MS = 10,      /* between two looks at health and addresses under load */
    IDLE_MS = 1000,       /* the longest sleep */
    NOT_READY_MS = 100,   /* and while nobody takes what comes out, so that /readyz is up to date */
    DRAIN_MS = 3000,      /* for what is in hand when asked to stop and downstream is full */
    LINGER_MS = 3000,
    RETURNS_WATER = 1024,
    BATCH_MAX = 4096,
    HOLD_NS = 500000,  /* without a commit: results wait for company no longer than this */
    GROUP_NS = 250000000, /* before a commit no longer than this, so that ingest hears of slow documents before it wonders */
    GATHER_DENSE = 8,  /* documents of the last commit from which on they come densely */
    GATHER_MOST_NS = 10000000,
    GATHER_NAP_NS = 1000000, /* between two looks at the inlet */
};
#define READY_NS ((uint64_t)5000000000u) /* downstream may take nothing for this long without it being told */

/* What it says of itself. */
struct measured {
    uint64_t in, out, refused, lost, connected;
    uint64_t blocked; /* ns */
    double rate;
    bool ready;
    struct histogram work, batch;
};

struct run {
    const struct stage_hooks *hooks;
    const struct stage_settings *settings;
    int stop_fd;
    struct doors *doors;
    zsock_t *in, *out;
    struct follow *follow;
    struct slot *slot;
    struct returns *returns;
    struct http *http;
    struct quarantine quarantine;
    struct arena *mem;
    struct buf result;
    size_t batch;
    uint64_t hold_ns;

    zmq_msg_t held[BATCH_MAX]; /* results, not yet sent */
    size_t held_count, held_bytes, taken; /* taken: messages since the last commit */
    size_t last_batch;         /* taken by the last commit */
    uint64_t commit_ns;        /* how long that took */

    uint64_t started, serviced, sampled, drain_end; /* ns; drain_end 0: not asked to stop */
    uint64_t sampled_in, writable; /* writable: ns, when downstream last took something or could have */
    struct measured now;
    struct histogram commits;
    int status; /* not 0: leave with it */
};

/* --- what it says of itself --- */

#define AT(member) offsetof(struct measured, member)

static const struct metric_row rows[] = {
    {"documents_in_total", NULL, METRIC_COUNTER, AT(in), "in", "Documents taken since the start."},
    {"documents_out_total", NULL, METRIC_COUNTER, AT(out), "out", "Documents sent on since the start."},
    {"frames_refused_total", NULL, METRIC_COUNTER, AT(refused), "refused", "Frames that could not be read; they lie in the quarantine folder."},
    {NULL, NULL, METRIC_COUNTER, AT(lost), "lost", NULL},
    {NULL, NULL, METRIC_REAL, AT(rate), "rate", NULL},
    {"downstream_addresses", NULL, METRIC_GAUGE, AT(connected), "connected", "Addresses of the next stage that it connects to."},
    {"ready", NULL, METRIC_FLAG, AT(ready), "ready", "1 while /readyz says so: what is taken can be sent on."},
    {"send_blocked_seconds_total", NULL, METRIC_TIME_TOTAL, AT(blocked), "blocked_s", "Time spent waiting because the next stage takes no more."},
    {NULL, NULL, METRIC_TIME_TOTAL, AT(work.sum), "work_s", NULL},
    {"work_seconds", NULL, METRIC_TIMES, AT(work), "work_ms", "Time that one document took, without waiting."},
    {"batch_documents", NULL, METRIC_SIZES, AT(batch), "batch", "Documents taken, committed and sent together."},
    {0},
};

static const struct metric_row commit_rows[] = {
    {"commit_seconds", NULL, METRIC_TIMES, 0, "commit_ms", "Time that a batch took to become durable."},
    {0},
};

static void measure(struct run *r, struct metrics *m)
{
    daemon_metrics(m, r->hooks->name, r->settings, r->started);
    daemon_metrics_doors(m, r->doors);
    metrics_add(m, rows, &r->now, sizeof r->now);
    if (r->hooks->commit != NULL) metrics_add(m, commit_rows, &r->commits, sizeof r->commits);
    if (r->hooks->metrics != NULL) r->hooks->metrics(r->hooks->self, m);
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

/* Looks after health, addresses, the rate; cheap enough for every SERVICE_MS. */
static void service(struct run *r)
{
    uint64_t now = clock_mono_ns();
    r->serviced = now;
    r->now.connected = follow_apply(r->follow);
    if (zsock_events(r->out) & ZMQ_POLLOUT) r->writable = now;
    r->now.ready = r->now.connected > 0 && r->writable != 0 && now - r->writable < READY_NS && !signals_stop();
    http_set_ready(r->http, r->now.ready);
    http_answer(r->http);
    log_settle(false);
    quarantine_settle(&r->quarantine);
    if (now - r->sampled < 1000000000u) return;
    double rate = (double)(r->now.in - r->sampled_in) * 1e9 / (double)(now - r->sampled);
    r->now.rate = r->now.rate == 0 ? rate : .7 * r->now.rate + .3 * rate;
    r->sampled = now;
    r->sampled_in = r->now.in;
}

/* Sleeps until `sock` can do what `events` says, something else is to be looked after, or the time is over. A document that wakes it is not kept waiting. */
static void await(struct run *r, zsock_t *sock, short events, long ms)
{
    zmq_pollitem_t items[] = {
        {.socket = zsock_resolve(sock), .events = events},
        {.fd = follow_fd(r->follow), .events = ZMQ_POLLIN},
        {.fd = http_fd(r->http), .events = ZMQ_POLLIN},
        {.fd = r->stop_fd, .events = ZMQ_POLLIN}, /* last: it stays readable, so it is left out once it has been seen */
    };
    int ready = zmq_poll(items, signals_stop() ? 3 : 4, ms);
    if (ready != 1 || items[0].revents == 0 || clock_mono_ns() - r->serviced > (uint64_t)SERVICE_MS * 1000000u) service(r);
}

/* --- the work --- */

static void refuse(struct run *r, struct slice frame, enum err why)
{
    struct buf notice = buf_make(RETURNS_NOTICE_MAX);
    r->now.refused++;
    log_event(LOG_WARN, "refused", "error=%s bytes=%zu", err_name(why), frame.len);
    quarantine_put(&r->quarantine, frame, why);
    if (r->hooks->refuse != NULL) r->hooks->refuse(r->hooks->self, frame, why, &notice);
    if (notice.failed == OK && notice.len > 0 && returns_post(r->returns, buf_slice(&notice)) != OK)
        log_event(LOG_WARN, "notice_lost", "kind=refused");
    buf_free(&notice);
}

static void fail_world(struct run *r, const char *what, enum err e)
{
    r->status = daemon_broken(what, e);
}

/* One message through the step; its result is held. */
static void step(struct run *r, struct slice frame)
{
    r->now.in++;
    r->taken++;
    chaos_point("worker.after_recv");
    uint64_t begin = clock_mono_ns();
    slot_note(r->slot, frame);
    buf_clear(&r->result);
    enum err e = chaos_poison(r->hooks->name, frame);
    chaos_drag(r->hooks->name, frame);
    if (e == OK) e = r->hooks->step(r->hooks->self, r->mem, frame, &r->result);
    slot_clear(r->slot);
    histogram_time(&r->now.work, clock_mono_ns() - begin);
    if (e == OK) e = r->result.failed;
    if (e == ERR_IO || e == ERR_FULL) {
        fail_world(r, "step", e);
        return;
    }
    zmq_msg_t *message = &r->held[r->held_count];
    if (e == OK && zmq_msg_init_size(message, r->result.len) != 0) {
        fail_world(r, "step", ERR_NOMEM);
    } else if (e == OK) {
        if (r->result.len > 0) memcpy(zmq_msg_data(message), r->result.ptr, r->result.len);
        r->held_count++;
        r->held_bytes += r->result.len;
    } else {
        refuse(r, frame, e);
    }
    arena_reset(r->mem);
}

/* Waits for another document to share the commit: as long as the last commit took, and only where they come densely. A sync costs the same for one
 * document as for a hundred. It naps and does not wake at each document. False when it has waited long enough, or none is waited for. */
static bool more_soon(struct run *r, uint64_t begin)
{
    uint64_t patience = r->commit_ns < GATHER_MOST_NS ? r->commit_ns : GATHER_MOST_NS, now = clock_mono_ns();
    if (r->last_batch < GATHER_DENSE || r->taken == 0 || now - begin >= patience || signals_stop()) return false;
    nanosleep(&(struct timespec){.tv_nsec = GATHER_NAP_NS}, NULL);
    return true;
}

/* Takes and steps what is there, up to a batch. */
static void take_batch(struct run *r)
{
    zmq_msg_t message;
    uint64_t begin = clock_mono_ns(), now = begin;
    while (r->status == 0 && r->taken < r->batch && r->held_bytes < HELD_MAX && now - begin < r->hold_ns) {
        zmq_msg_init(&message);
        if (zmq_msg_recv(&message, zsock_resolve(r->in), ZMQ_DONTWAIT) < 0) {
            int why = zmq_errno();
            zmq_msg_close(&message);
            if (why == EINTR || (why == EAGAIN && more_soon(r, begin))) continue;
            if (why != EAGAIN) fail_world(r, "receive", ERR_IO);
            return;
        }
        step(r, (struct slice){zmq_msg_data(&message), zmq_msg_size(&message)});
        zmq_msg_close(&message);
        now = clock_mono_ns();
        if (now - r->serviced > (uint64_t)SERVICE_MS * 1000000u) service(r);
    }
}

/* True once what is in hand has waited long enough for downstream after being asked to stop. */
static bool drained_long_enough(struct run *r)
{
    uint64_t now = clock_mono_ns();
    if (!signals_stop()) return false;
    link_unbind(&r->in);
    if (r->drain_end == 0) r->drain_end = now + (uint64_t)DRAIN_MS * 1000000u;
    return now >= r->drain_end;
}

/* Sends one held result; waits for room as long as it takes. False when it had to be given up. */
static bool send_held(struct run *r, zmq_msg_t *message)
{
    while (zmq_msg_send(message, zsock_resolve(r->out), ZMQ_DONTWAIT) < 0) {
        int why = zmq_errno();
        if (why == EINTR) continue;
        if (why != EAGAIN) {
            fail_world(r, "send", ERR_IO);
            return false;
        }
        if (drained_long_enough(r)) return false;
        uint64_t begin = clock_mono_ns();
        await(r, r->out, ZMQ_POLLOUT, signals_stop() ? 50 : IDLE_MS);
        r->now.blocked += clock_mono_ns() - begin;
    }
    r->now.out++;
    return true;
}

/* Commits the batch and sends its results in order. */
static void flush_batch(struct run *r)
{
    histogram_size(&r->now.batch, r->taken);
    if (r->status == 0 && r->hooks->commit != NULL) {
        uint64_t begin = clock_mono_ns();
        enum err e = r->hooks->commit(r->hooks->self);
        r->commit_ns = clock_mono_ns() - begin;
        histogram_time(&r->commits, r->commit_ns);
        if (e != OK) fail_world(r, "commit", e);
    }
    if (r->status == 0) chaos_point("worker.before_send");
    for (size_t i = 0; i < r->held_count; i++) {
        if (r->status == 0 && send_held(r, &r->held[i])) continue;
        zmq_msg_close(&r->held[i]); /* ingest resends it */
        r->now.lost++;
    }
    r->last_batch = r->taken;
    r->held_count = r->held_bytes = r->taken = 0;
}

static void loop(struct run *r)
{
    while (!signals_stop() && r->status == 0) {
        take_batch(r);
        if (signals_stop()) link_unbind(&r->in); /* nobody queues here any more */
        if (r->taken > 0) flush_batch(r);
        else if (r->status == 0 && !signals_stop()) await(r, r->in, ZMQ_POLLIN, r->now.ready ? IDLE_MS : NOT_READY_MS);
    }
}

/* --- start and end --- */

static bool open_sockets(struct run *r, struct trouble *t)
{
    const struct stage_hooks *hooks = r->hooks;
    const struct stage_settings *s = r->settings;
    char endpoint[4200];
    const char *only = endpoint;
    struct option_list next = s->next;
    bool small = hooks->water_out <= 16;
    struct link_settings out = {.type = ZMQ_PUSH, .water = hooks->water_out, .frame_max = hooks->frame_max, .linger_ms = LINGER_MS,
                                .small_buffers = small, .doors = r->doors, .server = hooks->next};
    if (next.len == 0) {
        daemon_endpoint(endpoint, sizeof endpoint, NULL, s->state, "%s.*.in", hooks->next);
        next = (struct option_list){&only, 1};
    }
    r->out = link_open(&out, link_any_tcp(&next), t);
    if (r->out == NULL) return false;
    r->follow = follow_start(r->out, &out, &next, t);
    if (r->follow == NULL) return false;
    if (small) follow_narrow(r->follow);
    struct link_settings in = {.type = ZMQ_PULL, .water = hooks->water_in, .frame_max = hooks->frame_max,
                               .small_buffers = hooks->water_in <= 16, .trusted_network = s->trusted_network, .doors = r->doors,
                               .admits = hooks->from};
    daemon_endpoint(endpoint, sizeof endpoint, s->listen, s->state, "%s.%ju.in", hooks->name, (uintmax_t)s->replica);
    r->in = link_bind(&in, s->state, endpoint, t);
    return r->in != NULL;
}

/* POST /forget?key=KEY: between two messages the slot holds what was worked on last. */
static unsigned on_act(void *self, const struct http_request *q, struct buf *body)
{
    struct run *r = self;
    const char *key = http_argument(q, "key");
    if (strcmp(http_path(q), "/forget") != 0 || key == NULL) return 0;
    slot_wipe(r->slot);
    if (r->hooks->forget != NULL) return r->hooks->forget(r->hooks->self, key, body);
    buf_str(body, "{}");
    return 200;
}

static bool open_windows(struct run *r, struct trouble *t)
{
    const struct stage_hooks *hooks = r->hooks;
    const struct stage_settings *s = r->settings;
    char endpoint[4200], name[64];
    snprintf(name, sizeof name, "%s.%ju", hooks->name, (uintmax_t)s->replica);
    r->slot = slot_open(s->state, name, s->cpu_budget, t);
    if (r->slot == NULL) return false;
    daemon_endpoint(endpoint, sizeof endpoint, s->returns, s->state, "%s.returns", name);
    r->returns = returns_start(&(struct returns_settings){.state = s->state, .endpoint = endpoint, .water = RETURNS_WATER,
                                                          .trusted_network = s->trusted_network, .doors = r->doors,
                                                          .admits = hooks->ingest, .slot = r->slot,
                                                          .busy = hooks->busy, .strike = hooks->strike, .self = hooks->self}, t);
    if (r->returns == NULL) return false;
    snprintf(endpoint, sizeof endpoint, "%s/sock/%s.http", s->state, name);
    struct http_hooks window = {.status = on_status, .metrics = on_metrics, .act = on_act, .self = r};
    r->http = http_start(endpoint, s->http, s->trusted_network, &window, t);
    return r->http != NULL;
}

static void close_all(struct run *r)
{
    link_unbind(&r->in);
    follow_stop(&r->follow);
    zsock_destroy(&r->out);
    returns_stop(&r->returns);
    http_stop(&r->http);
    slot_close(&r->slot);
    arena_destroy(&r->mem);
    buf_free(&r->result);
    doors_close(&r->doors);
    zsys_shutdown(); /* waits for what lingers */
}

static int run_daemon(const struct stage_hooks *hooks, const struct stage_settings *settings)
{
    struct trouble t = {.status = EXIT_TRY_AGAIN, .line = "out of memory"};
    struct run *r = calloc(1, sizeof *r);
    if (r == NULL) return daemon_fail(hooks->name, &t);
    r->hooks = hooks;
    r->settings = settings;
    r->batch = settings->batch < BATCH_MAX ? settings->batch : BATCH_MAX;
    r->hold_ns = hooks->commit == NULL ? HOLD_NS : GROUP_NS;
    r->result = buf_make(hooks->frame_max);
    r->started = r->sampled = clock_mono_ns();
    r->stop_fd = daemon_open(hooks->name, settings, &(struct sandbox_needs){0}, &t);
    int status = t.status;
    if (r->stop_fd >= 0) {
        quarantine_open(&r->quarantine, settings->state, hooks->name, settings->keep);
        r->mem = arena_create(hooks->arena_max);
        bool good = r->mem != NULL && daemon_doors(hooks->name, settings, &r->doors, &t) && open_windows(r, &t) && open_sockets(r, &t) &&
                    daemon_ready(hooks->name, settings, &t);
        if (good) {
            log_event(LOG_INFO, "ready", "replica=%ju pid=%d", (uintmax_t)settings->replica, (int)getpid());
            loop(r);
            log_event(LOG_INFO, "stopped", "in=%ju out=%ju refused=%ju lost=%ju", (uintmax_t)r->now.in, (uintmax_t)r->now.out,
                      (uintmax_t)r->now.refused, (uintmax_t)r->now.lost);
        } else {
            daemon_fail(hooks->name, &t);
        }
        status = good ? r->status : t.status;
        close_all(r);
        log_settle(true);
    } else {
        daemon_fail(hooks->name, &t);
        buf_free(&r->result);
    }
    free(r);
    return status;
}

static int run_filter(const struct stage_hooks *hooks, const struct stage_settings *settings)
{
    struct filter filter = {
        .name = hooks->name,
        .line_max = 2 * hooks->frame_max, /* base64 and escapes make a line longer than its frame */
        .out_max = 4 * hooks->frame_max,
        .arena_max = hooks->arena_max,
        .batch = settings->batch,
        .line = hooks->line,
        .commit = hooks->commit,
        .self = hooks->self,
    };
    return filter_run(&filter, STDIN_FILENO, STDOUT_FILENO);
}

int stage_run(const struct stage_hooks *hooks, const struct stage_settings *settings)
{
    struct trouble t;
    if (settings->probe) return daemon_probe(hooks->name, settings);
    if (settings->check || settings->stdio) {
        if (!daemon_check(hooks->name, settings, &t)) return daemon_fail(hooks->name, &t);
        enum log_level level = LOG_INFO;
        if (log_level_named(settings->log_level, &level)) log_open(hooks->name, level);
        return settings->check ? 0 : run_filter(hooks, settings);
    }
    return run_daemon(hooks, settings);
}
