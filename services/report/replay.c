/* replay.c - the thread behind the replay socket. */
#include "replay.h"

#include <czmq.h>
#include <stdatomic.h>

#include "../../libcommon/log.h"
#include "ledger.h"

enum { POLL_MS = 100, WATER = 64 };

struct replay {
    zsock_t *sock;
    struct ledger *reader;
    pthread_t thread;
    atomic_bool stop;
};

/* [identity, empty, request] or [identity, request] in; the same envelope out. */
static void answer(struct replay *r, zmsg_t **m)
{
    if (zmsg_size(*m) < 2 || zmsg_size(*m) > 3) return;
    zframe_t *body = zmsg_last(*m);
    struct buf out = buf_make((size_t)16 << 20);
    enum err e = replay_answer(r->reader, (struct slice){(const char *)zframe_data(body), zframe_size(body)}, &out);
    if (e == OK) {
        zframe_reset(body, out.ptr, out.len);
        if (zmsg_send(m, r->sock) != 0) log_event(LOG_WARN, "replay_not_sent", "bytes=%zu", out.len);
    } else {
        log_event(LOG_WARN, "replay_failed", "error=%s", err_name(e));
    }
    buf_free(&out);
}

static void *serve(void *self)
{
    struct replay *r = self;
    zmq_pollitem_t item = {zsock_resolve(r->sock), 0, ZMQ_POLLIN, 0};
    while (!atomic_load(&r->stop)) {
        if (zmq_poll(&item, 1, POLL_MS) <= 0) continue;
        zmsg_t *m = zmsg_recv(r->sock);
        if (m != NULL) answer(r, &m);
        zmsg_destroy(&m);
    }
    return NULL;
}

struct replay *replay_start(const struct replay_settings *s, struct trouble *t)
{
    char why[400];
    struct replay *r = calloc(1, sizeof *r);
    struct link_settings link = {.type = ZMQ_ROUTER, .water = WATER, .frame_max = REPLAY_REQUEST_MAX, .linger_ms = 0, .public = true, .trusted_network = s->trusted_network,
                                 .doors = s->doors, .admits = "reader"};
    if (r == NULL) {
        trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
        return NULL;
    }
    if (ledger_open_reader(s->ledger, &r->reader, why, sizeof why) != OK) {
        trouble_say(t, EXIT_TRY_AGAIN, "%s", why);
        replay_stop(&r);
        return NULL;
    }
    r->sock = link_bind(&link, s->state, s->endpoint, t);
    if (r->sock == NULL || pthread_create(&r->thread, NULL, serve, r) != 0) {
        if (r->sock != NULL) trouble_say(t, EXIT_TRY_AGAIN, "cannot start a thread");
        link_unbind(&r->sock);
        replay_stop(&r);
        return NULL;
    }
    return r;
}

void replay_stop(struct replay **r)
{
    if (*r == NULL) return;
    if ((*r)->sock != NULL) {
        atomic_store(&(*r)->stop, true);
        pthread_join((*r)->thread, NULL);
        link_unbind(&(*r)->sock); /* the thread is over: the socket may be used from here again */
    }
    ledger_close(&(*r)->reader);
    free(*r);
    *r = NULL;
}
