/* stream.c - follows the live socket and fills its gaps from the replay socket. */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/log.h"

enum {
    LINES_MOST = 1000,     /* asked for at once */
    ASK_EVERY_MS = 2000,   /* also in silence: the newest line may have been lost on the live socket */
    ANSWER_MS = 3000,      /* then the request is taken for lost */
    RETRY_MS = 100,        /* nobody takes requests */
    ANEW_MS = 10000,       /* no answer for so long: connected anew, with the keys as they are by then */
    WATER = 20000,
    FRAME_MOST = 64 << 20, /* of a line, or of a reply with many */
};

struct stream {
    void *context, *live, *replay;
    struct stream_want want;
    struct cursor at;
    struct stream_extent extent; /* as the last reply said */
    uint64_t skipped_to;
    struct buf frame;
    struct key_ring ring;
    uint64_t opened;       /* ms */
    bool asking, heard;
    uint64_t asked, waiting; /* ms: the last request; since when an answer is wanted, 0: none is */
};

static enum err set(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0 ? OK : ERR_IO;
}

static enum err open_socket(struct stream *s, int type, const char *endpoint, void **out)
{
    *out = zmq_socket(s->context, type);
    if (*out == NULL) return ERR_IO;
    enum err e = set(*out, ZMQ_LINGER, 0);
    if (e == OK) e = set(*out, ZMQ_IMMEDIATE, 1);
    if (e == OK) e = set(*out, ZMQ_RCVHWM, WATER);
    if (e == OK) e = set(*out, ZMQ_RECONNECT_IVL, 100);
    if (e == OK) e = set(*out, ZMQ_RECONNECT_IVL_MAX, 1000);
    if (e == OK) e = entry_watch(*out);
    int64_t most = FRAME_MOST;
    if (e == OK && zmq_setsockopt(*out, ZMQ_MAXMSGSIZE, &most, sizeof most) != 0) e = ERR_IO;
    if (e == OK && type == ZMQ_SUB && zmq_setsockopt(*out, ZMQ_SUBSCRIBE, "", 0) != 0) e = ERR_IO;
    if (e == OK && !entry_connect(*out, &s->ring, endpoint)) e = ERR_IO;
    return e;
}

static void close_sockets(struct stream *s)
{
    if (s->live != NULL) zmq_close(s->live);
    if (s->replay != NULL) zmq_close(s->replay);
    s->live = s->replay = NULL;
}

static enum err open_sockets(struct stream *s)
{
    close_sockets(s);
    s->opened = clock_mono_ms();
    s->asking = false;
    s->asked = 0;
    enum err e = open_socket(s, ZMQ_SUB, s->want.live, &s->live);
    return e == OK ? open_socket(s, ZMQ_DEALER, s->want.replay, &s->replay) : e;
}

bool stream_make(const struct stream_want *want, struct stream **out, struct trouble *t)
{
    *out = NULL;
    struct stream *s = calloc(1, sizeof *s);
    trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
    if (s == NULL) return false;
    *s = (struct stream){.context = zmq_ctx_new(), .want = *want, .at = {.next = want->from}, .frame = buf_make(256)};
    s->waiting = clock_mono_ms();
    bool known = s->context != NULL && entry_ring(&want->entry, &s->ring, t);
    if (known && open_sockets(s) == OK) {
        *out = s;
        return true;
    }
    if (known) trouble_say(t, EXIT_NEEDS_PERSON, "cannot use '%.250s' and '%.250s': %s", want->live, want->replay, zmq_strerror(errno));
    stream_free(&s);
    return false;
}

void stream_free(struct stream **at)
{
    struct stream *s = *at;
    if (s == NULL) return;
    close_sockets(s);
    if (s->context != NULL) zmq_ctx_term(s->context);
    buf_free(&s->frame);
    explicit_bzero(&s->ring, sizeof s->ring);
    free(s);
    *at = NULL;
}

uint64_t stream_skipped_to(const struct stream *s)
{
    return s->skipped_to;
}

struct cursor stream_at(const struct stream *s)
{
    return s->at;
}

bool stream_heard(const struct stream *s)
{
    return s->heard;
}

uint64_t stream_unheard_ms(const struct stream *s)
{
    return s->waiting > 0 ? clock_mono_ms() - s->waiting : 0;
}

/* Sends the request that is due; *wait gets the ms until the next one is. */
static enum err ask(struct stream *s, uint64_t *wait)
{
    uint64_t now = clock_mono_ms(), since = now - s->asked, pause = s->asking ? ANSWER_MS : cursor_behind(&s->at) || s->at.next == 0 ? 0 : ASK_EVERY_MS;
    *wait = since < pause ? pause - since : RETRY_MS;
    if (s->asked > 0 && since < pause) return OK;
    bool first = s->at.next == 0;
    buf_clear(&s->frame);
    enum err e = stream_ask(first ? 1 : s->at.next, first ? 0 : LINES_MOST, &s->frame);
    if (e != OK) return e;
    if (s->waiting == 0) s->waiting = now;
    if (zmq_send(s->replay, "", 0, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) return errno == EAGAIN || errno == EINTR ? OK : ERR_IO;
    while (zmq_send(s->replay, s->frame.ptr, s->frame.len, 0) < 0) /* the pipe took the first part: it takes the second */
        if (errno != EINTR) return ERR_IO;
    s->asking = true;
    s->asked = now;
    *wait = ANSWER_MS;
    return OK;
}

static enum err hand_out(void *self, uint64_t seq, struct slice line)
{
    struct stream *s = self;
    if (s->at.next > 0 && s->at.next < s->extent.first) s->at.next = s->skipped_to = s->extent.first;
    if (seq == 0) return OK; /* not of a form that we know: it cannot be put in order */
    return cursor_take(&s->at, seq) ? s->want.line(s->want.self, seq, line) : OK;
}

static enum err take_live(struct stream *s, struct slice line, size_t part, bool more)
{
    if (part != 1 || more) return OK;
    uint64_t seq = stream_seq(line);
    if (s->at.next > 0) return hand_out(s, seq, line);
    if (seq > s->at.known) s->at.known = seq;
    return OK;
}

static enum err take_reply(struct stream *s, struct slice reply, size_t part, bool more)
{
    if (part != 2 || more) return OK;
    s->extent = (struct stream_extent){0};
    enum err e = stream_reply(reply, hand_out, s, &s->extent);
    uint64_t last = s->extent.last;
    s->asking = false;
    s->waiting = 0;
    if (e == ERR_MALFORMED || e == ERR_SCHEMA) return OK; /* asked again when due */
    if (last > s->at.known) s->at.known = last;
    s->heard = s->heard || s->at.next > 0;
    if (e == OK && s->at.next == 0) {
        uint64_t newest = s->want.newest < last ? s->want.newest : last;
        s->at.next = last - newest + 1;
        if (s->at.next < s->extent.first) s->at.next = s->extent.first;
    }
    return e;
}

static enum err take_all(struct stream *s, void *socket, enum err (*take)(struct stream *, struct slice, size_t, bool))
{
    for (size_t messages = 0; messages < LINES_MOST; messages++) {
        zmq_msg_t part;
        enum err e = OK;
        size_t parts = 0;
        for (bool more = true; more && e == OK;) {
            zmq_msg_init(&part);
            if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0) {
                zmq_msg_close(&part);
                return errno == EAGAIN || errno == EINTR ? OK : ERR_IO;
            }
            more = zmq_msg_more(&part);
            e = take(s, (struct slice){zmq_msg_data(&part), zmq_msg_size(&part)}, ++parts, more);
            zmq_msg_close(&part);
        }
        if (e != OK) return e;
    }
    return OK;
}

enum err stream_turn(struct stream *s, uint64_t most_ms)
{
    uint64_t wait, now = clock_mono_ms();
    struct key_ring ring;
    struct trouble t;
    enum err e = OK;
    if (s->waiting > 0 && now - s->waiting > ANEW_MS && now - s->opened > ANEW_MS) {
        if (entry_ring(&s->want.entry, &ring, &t)) s->ring = ring;
        explicit_bzero(&ring, sizeof ring);
        e = open_sockets(s);
    }
    if (e == OK) e = ask(s, &wait);
    if (e != OK) return e;
    zmq_pollitem_t items[] = {{.socket = s->live, .events = ZMQ_POLLIN}, {.socket = s->replay, .events = ZMQ_POLLIN}};
    if (zmq_poll(items, 2, (long)(wait < most_ms ? wait : most_ms)) < 0 && errno != EINTR) return ERR_IO;
    e = take_all(s, s->replay, take_reply);
    return e == OK ? take_all(s, s->live, take_live) : e;
}
