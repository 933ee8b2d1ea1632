/* feeder.c - sends requests, matches answers by `ref`, sends again what a broken connection may have lost. */
#include "feeder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/log.h"
#include "../../proto/mp.h"

enum {
    REPLY_ARENA = 64 << 20,
    ANEW_MS = 1000, /* after a handshake that failed */
};

struct feeder {
    void *context, *socket, *monitor;
    const char *endpoint;
    struct window *window;
    struct feeder_said said;
    struct feeder_events events;
    struct arena *mem;
    struct buf frame;
    struct key_ring ring;
    bool up, turned_away;
    uint64_t anew;   /* ms: when to connect anew, since a handshake failed; 0: not so */
    uint64_t opened; /* sockets so far */
    size_t unsure;   /* requests that the last break may have lost */
    uint64_t since;  /* ms: up or down since then */
    uint64_t heard;  /* ms: the last answer, or the first send since */
};

enum { FAILED = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
       EVENTS = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | FAILED };

static enum err set(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0 ? OK : ERR_IO;
}

/* A fresh socket: whatever an old one still had in it is gone. */
static enum err open_socket(struct feeder *f)
{
    char watch[64];
    struct trouble t;
    struct key_ring ring;
    if (entry_ring(&f->said.entry, &ring, &t)) f->ring = ring; /* while a file is being replaced the one that was read last will do */
    explicit_bzero(&ring, sizeof ring);
    snprintf(watch, sizeof watch, "inproc://feeder-monitor-%llu", (unsigned long long)++f->opened); /* an old name may linger */
    f->anew = 0;
    f->socket = zmq_socket(f->context, ZMQ_DEALER);
    if (f->socket == NULL) return ERR_IO;
    enum err e = set(f->socket, ZMQ_LINGER, 0);
    /* nothing is queued for a peer that is not there, so nothing is sent twice but what was really sent */
    if (e == OK) e = set(f->socket, ZMQ_IMMEDIATE, 1);
    if (e == OK) e = set(f->socket, ZMQ_SNDHWM, 1000);
    if (e == OK) e = set(f->socket, ZMQ_RECONNECT_IVL, 100);
    if (e == OK) e = set(f->socket, ZMQ_RECONNECT_IVL_MAX, 1000);
    if (e == OK) e = entry_watch(f->socket);
    int64_t most = FEED_FRAME_MAX;
    if (e == OK && zmq_setsockopt(f->socket, ZMQ_MAXMSGSIZE, &most, sizeof most) != 0) e = ERR_IO;
    if (e == OK && zmq_socket_monitor(f->socket, watch, EVENTS) != 0) e = ERR_IO;
    f->monitor = e == OK ? zmq_socket(f->context, ZMQ_PAIR) : NULL;
    if (e == OK && (f->monitor == NULL || set(f->monitor, ZMQ_LINGER, 0) != OK || zmq_connect(f->monitor, watch) != 0)) e = ERR_IO;
    /* one key at a time, the other one with the next connection: a break of either would look like a break of both */
    if (f->ring.servers > 1) memcpy(f->ring.server[0], f->ring.server[f->opened % f->ring.servers], KEY_TEXT);
    if (f->ring.servers > 1) f->ring.servers = 1;
    if (e == OK && !entry_connect(f->socket, &f->ring, f->endpoint)) e = ERR_IO;
    return e;
}

static void close_socket(struct feeder *f)
{
    if (f->socket != NULL) zmq_socket_monitor(f->socket, NULL, 0);
    if (f->monitor != NULL) zmq_close(f->monitor);
    if (f->socket != NULL) zmq_close(f->socket);
    f->monitor = f->socket = NULL;
}

bool feeder_make(const char *endpoint, struct window *w, const struct feeder_said *said, const struct feeder_events *events,
                 struct feeder **out, struct trouble *t)
{
    *out = NULL;
    struct feeder *f = calloc(1, sizeof *f);
    trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
    if (f == NULL) return false;
    *f = (struct feeder){.endpoint = endpoint, .window = w, .said = *said, .events = *events, .frame = buf_make(FEED_FRAME_MAX),
                         .context = zmq_ctx_new(), .mem = arena_create(REPLY_ARENA), .since = clock_mono_ms()};
    bool room = f->context != NULL && f->mem != NULL, known = room && entry_ring(&said->entry, &f->ring, t);
    if (known && open_socket(f) == OK) {
        *out = f;
        return true;
    }
    if (known) trouble_say(t, EXIT_NEEDS_PERSON, "cannot use '%.400s': %s", endpoint, zmq_strerror(errno));
    feeder_free(&f);
    return false;
}

void feeder_free(struct feeder **at)
{
    struct feeder *f = *at;
    if (f == NULL) return;
    close_socket(f);
    if (f->context != NULL) zmq_ctx_term(f->context);
    arena_destroy(&f->mem);
    buf_free(&f->frame);
    explicit_bzero(&f->ring, sizeof f->ring);
    free(f);
    *at = NULL;
}

uint64_t feeder_alone_ms(const struct feeder *f)
{
    return f->up ? 0 : clock_mono_ms() - f->since;
}

bool feeder_turned_away(const struct feeder *f)
{
    return f->turned_away;
}

static void set_up(struct feeder *f, bool up)
{
    if (up == f->up) return;
    if (!up) f->unsure = window_broken(f->window, clock_mono_ms());
    f->up = up;
    f->since = f->heard = clock_mono_ms();
    f->events.link(f->events.self, up, f->unsure);
}

/* A monitor's message: 2 bytes of event (native order), 4 of value; then the address. */
static void take_event(struct feeder *f)
{
    for (;;) {
        uint16_t event;
        char bytes[8], address[256];
        int n = zmq_recv(f->monitor, bytes, sizeof bytes, ZMQ_DONTWAIT);
        if (n < 0) return;
        if (n < (int)sizeof event || zmq_recv(f->monitor, address, sizeof address, ZMQ_DONTWAIT) < 0) return;
        memcpy(&event, bytes, sizeof event);
        if (event == ZMQ_EVENT_DISCONNECTED) set_up(f, false);
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) set_up(f, true);
        if ((event & FAILED) != 0 && f->anew == 0) f->anew = clock_mono_ms() + ANEW_MS;
        if ((event & FAILED) != 0) f->turned_away = true;
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) f->anew = 0, f->turned_away = false;
    }
}

/* A member of an archive has its own path as id, and the way to it as its name; what type it has, ingest sees. */
static enum err encode(struct feeder *f, const struct request *r)
{
    char ref[9];
    struct slice member = buf_slice(&r->piece.member);
    struct buf way = buf_make(4096);
    struct feed_request q = {.ref = feed_ref(r->ref, ref), .source = f->said.source, .type = f->said.type, .meta = f->said.meta, .id = slice_of(r->id),
                             .name = slice_of(r->id), .body = buf_slice(&r->piece.body), .records = r->piece.records, .bytes = r->piece.bytes};
    if (member.len > 0) {
        q.id = q.name = member;
        q.type = (struct slice){NULL, 0};
        if (buf_printf(&way, "%s/%.*s", r->id, (int)member.len, member.ptr) == OK) q.name = buf_slice(&way);
    }
    buf_clear(&f->frame);
    enum err e = feed_request_encode(&q, &f->frame);
    buf_free(&way);
    return e;
}

/* OK and *sent false: the socket takes no more just now. */
static enum err send_one(struct feeder *f, struct request *r, bool *sent)
{
    *sent = false;
    enum err e = encode(f, r);
    if (e != OK) return e;
    if (zmq_send(f->socket, "", 0, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) return errno == EAGAIN || errno == EINTR ? OK : ERR_IO;
    while (zmq_send(f->socket, f->frame.ptr, f->frame.len, 0) < 0) /* the pipe took the first part: it takes the second */
        if (errno != EINTR) return ERR_IO;
    r->state = REQUEST_SENT;
    *sent = true;
    return OK;
}

static enum err send_due(struct feeder *f, uint64_t *wait)
{
    struct request *r;
    *wait = UINT64_MAX;
    while (f->up && (r = window_due(f->window, clock_mono_ms(), wait)) != NULL) {
        bool sent;
        enum err e = send_one(f, r, &sent);
        if (e != OK) return e;
        if (!sent) {
            *wait = 20;
            break;
        }
    }
    return OK;
}

static enum err take_reply(struct feeder *f, struct slice frame)
{
    struct feed_reply reply;
    struct mp_head ref;
    arena_reset(f->mem);
    enum err e = feed_reply_decode(frame, f->mem, &reply);
    if (e != OK) return e == ERR_NOMEM ? e : OK; /* what we cannot read answers nothing */
    f->heard = clock_mono_ms();
    if (reply.ref.ptr == NULL || mp_head(reply.ref, &ref) != OK || ref.kind != MP_UINT) return OK;
    struct request *r = window_find(f->window, ref.uint);
    if (r == NULL) return OK;
    if (reply.status == FEED_BUSY) {
        window_busy(f->window, r, reply.retry_ms, clock_mono_ms());
        f->events.busy(f->events.self, reply.detail);
    } else if (f->events.answered(f->events.self, r, &reply)) {
        window_again(f->window, r);
    } else {
        window_done(f->window, r);
    }
    return OK;
}

/* Takes all answers that are there. A message has an empty frame and one with the answer; any other is left out. */
static enum err take_replies(struct feeder *f)
{
    enum err e = OK;
    while (e == OK) {
        zmq_msg_t part;
        int parts = 0, more = 1;
        while (more && e == OK) {
            zmq_msg_init(&part);
            if (zmq_msg_recv(&part, f->socket, ZMQ_DONTWAIT) < 0) {
                zmq_msg_close(&part);
                return errno == EAGAIN || errno == EINTR ? OK : ERR_IO;
            }
            more = zmq_msg_more(&part);
            if (++parts == 2 && !more) e = take_reply(f, (struct slice){zmq_msg_data(&part), zmq_msg_size(&part)});
            zmq_msg_close(&part);
        }
    }
    return e;
}

static bool any_sent(const struct window *w)
{
    for (size_t i = 0; i < w->slots; i++)
        if (w->slot[i].state == REQUEST_SENT) return true;
    return false;
}

enum err feeder_turn(struct feeder *f, uint64_t most_ms, int fd)
{
    uint64_t wait;
    enum err e = send_due(f, &wait);
    if (e != OK) return e;
    if (!any_sent(f->window)) {
        f->heard = clock_mono_ms();
    } else if (f->up && clock_mono_ms() - f->heard > f->said.silence_ms) {
        close_socket(f);
        set_up(f, false);
        e = open_socket(f);
        if (e != OK) return e;
    }
    if (f->anew != 0 && clock_mono_ms() >= f->anew) { /* libzmq gives up some peers for good, and the keys may be others by now */
        close_socket(f);
        e = open_socket(f);
        if (e != OK) return e;
    }
    zmq_pollitem_t items[] = {{.socket = f->socket, .events = ZMQ_POLLIN}, {.socket = f->monitor, .events = ZMQ_POLLIN},
                              {.fd = fd, .events = ZMQ_POLLIN}};
    if (zmq_poll(items, fd >= 0 ? 3 : 2, (long)(wait < most_ms ? wait : most_ms)) < 0 && errno != EINTR) return ERR_IO;
    e = take_replies(f);
    take_event(f);
    return e;
}
