/* returns.c - the one thread that speaks to ingest. */
#include "returns.h"

#include "clock.h"
#include "link.h"
#include "log.h"

#include <czmq.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

enum { QUEUE_MAX = 4096, LOOK_MS = 125, STRIKE_EACH_MS = 1000, LINGER_MS = 500 };

struct frame {
    struct frame *next;
    size_t len;
    char bytes[];
};

struct returns {
    struct returns_settings settings;
    zsock_t *sock;
    pthread_t thread;
    int wake;
    struct buf strikes[STRIKES_MAX]; /* ready-made notices */
    uint64_t strike_end[STRIKES_MAX]; /* ns, when each has been told long enough */
    size_t strike_count;

    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t room;
    struct frame *first, **last;
    size_t queued;
    bool stop;
};

static void publish(struct returns *r, struct slice frame)
{
    if (frame.len == 0) return;
    enum err e = link_try_send(r->sock, frame); /* a subscriber whose queue is full loses it: that costs a resend */
    if (e != OK) log_event(LOG_WARN, "notice_lost", "error=%s", err_name(e));
}

/* Publishes all that is queued; true when it is time to stop. */
static bool publish_queued(struct returns *r)
{
    pthread_mutex_lock(&r->mutex);
    struct frame *f = r->first;
    bool stop = r->stop;
    r->first = NULL;
    r->last = &r->first;
    r->queued = 0;
    pthread_cond_broadcast(&r->room);
    pthread_mutex_unlock(&r->mutex);
    while (f != NULL) {
        struct frame *next = f->next;
        publish(r, (struct slice){f->bytes, f->len});
        free(f);
        f = next;
    }
    return stop;
}

static void tell_strikes(struct returns *r, uint64_t now, uint64_t *next)
{
    if (now < *next) return;
    *next = now + (uint64_t)STRIKE_EACH_MS * 1000000u;
    for (size_t i = 0; i < r->strike_count; i++)
        if (now < r->strike_end[i]) publish(r, buf_slice(&r->strikes[i]));
}

/* Says that the worker is busy, once every BUSY_MS. */
static void tell_busy(struct returns *r, uint64_t now, uint64_t *said, struct buf *notice)
{
    char bytes[SLOT_BYTES];
    size_t len;
    uint64_t since;
    if (r->settings.slot == NULL || r->settings.busy == NULL) return;
    if (!slot_current(r->settings.slot, bytes, &len, &since) || now < since) return;
    uint64_t from = *said > since ? *said : since;
    if (now - from < (uint64_t)BUSY_MS * 1000000u) return;
    *said = now;
    buf_clear(notice);
    r->settings.busy(r->settings.self, (struct slice){bytes, len}, (now - since) / 1000000u, notice);
    if (notice->failed == OK) publish(r, buf_slice(notice));
}

static void *returns_thread(void *arg)
{
    struct returns *r = arg;
    struct buf notice = buf_make(RETURNS_NOTICE_MAX);
    uint64_t strike_next = 0, busy_said = 0, count;
    bool stop = false;
    while (!stop) {
        zmq_pollitem_t items[] = {
            {.socket = zsock_resolve(r->sock), .events = ZMQ_POLLIN},
            {.fd = r->wake, .events = ZMQ_POLLIN},
        };
        zmq_poll(items, 2, LOOK_MS);
        char subscription[64];
        while (zmq_recv(items[0].socket, subscription, sizeof subscription, ZMQ_DONTWAIT) >= 0) strike_next = 0; /* a new listener */
        if (read(r->wake, &count, sizeof count) < 0) count = 0;
        stop = publish_queued(r);
        uint64_t now = clock_mono_ns();
        tell_strikes(r, now, &strike_next);
        tell_busy(r, now, &busy_said, &notice);
    }
    buf_free(&notice);
    return NULL;
}

static void load_strikes(struct returns *r)
{
    size_t count = 0;
    if (r->settings.slot == NULL || r->settings.strike == NULL) return;
    const struct strike *strike = slot_strikes(r->settings.slot, &count);
    uint64_t now = clock_mono_ns(), wall = clock_wall_ms();
    for (size_t i = 0; i < count; i++) {
        struct buf notice = buf_make(RETURNS_NOTICE_MAX);
        r->settings.strike(r->settings.self, &strike[i], &notice);
        if (notice.failed != OK || notice.len == 0) {
            buf_free(&notice);
            continue;
        }
        uint64_t age = wall > strike[i].found ? wall - strike[i].found : 0;
        r->strike_end[r->strike_count] = now + (age < STRIKE_MS ? STRIKE_MS - age : 0) * 1000000u;
        r->strikes[r->strike_count++] = notice;
    }
}

static void returns_free(struct returns *r)
{
    for (size_t i = 0; i < r->strike_count; i++) buf_free(&r->strikes[i]);
    link_unbind(&r->sock);
    if (r->wake >= 0) close(r->wake);
    pthread_mutex_destroy(&r->mutex);
    pthread_cond_destroy(&r->room);
    free(r);
}

struct returns *returns_start(const struct returns_settings *s, struct trouble *t)
{
    struct returns *r = calloc(1, sizeof *r);
    if (r == NULL) {
        trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
        return NULL;
    }
    r->settings = *s;
    r->last = &r->first;
    pthread_mutex_init(&r->mutex, NULL);
    pthread_cond_init(&r->room, NULL);
    r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct link_settings link = {.type = ZMQ_XPUB, .water = s->water, .linger_ms = LINGER_MS, .trusted_network = s->trusted_network,
                                 .doors = s->doors, .admits = s->admits};
    r->sock = link_bind(&link, s->state, s->endpoint, t);
    if (r->sock != NULL) {
        load_strikes(r);
        if (r->wake >= 0 && pthread_create(&r->thread, NULL, returns_thread, r) == 0) return r;
        trouble_say(t, EXIT_TRY_AGAIN, "out of threads or descriptors");
    }
    returns_free(r);
    return NULL;
}

enum err returns_post(struct returns *r, struct slice frame)
{
    struct frame *f = malloc(sizeof *f + frame.len);
    if (f == NULL) return ERR_NOMEM;
    f->next = NULL;
    f->len = frame.len;
    if (frame.len > 0) memcpy(f->bytes, frame.ptr, frame.len);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    pthread_mutex_lock(&r->mutex);
    while (r->queued >= QUEUE_MAX)
        if (pthread_cond_timedwait(&r->room, &r->mutex, &until) == ETIMEDOUT) break;
    bool full = r->queued >= QUEUE_MAX, first = r->queued == 0;
    if (!full) {
        *r->last = f;
        r->last = &f->next;
        r->queued++;
    }
    pthread_mutex_unlock(&r->mutex);
    if (full) {
        free(f);
        return ERR_FULL;
    }
    uint64_t one = 1;
    if (first && write(r->wake, &one, sizeof one) < 0) return OK; /* full means readable */
    return OK;
}

void returns_stop(struct returns **r)
{
    struct returns *self = *r;
    uint64_t one = 1;
    if (self == NULL) return;
    *r = NULL;
    pthread_mutex_lock(&self->mutex);
    self->stop = true;
    pthread_mutex_unlock(&self->mutex);
    ssize_t n = write(self->wake, &one, sizeof one);
    (void)n; /* full means readable */
    pthread_join(self->thread, NULL);
    returns_free(self);
}
