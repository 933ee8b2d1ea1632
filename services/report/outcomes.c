/* outcomes.c - who listens, and what is kept for those who do not. */
#include "outcomes.h"

#include <czmq.h>

#include "../../libcommon/buf.h"
#include "../../libcommon/link.h"
#include "../../libcommon/log.h"
#include "../../proto/note.h"

enum {
    LISTENERS_MAX = 1024,
    KEPT_BYTES = 16 << 20, /* a hundred thousand outcomes: more than the windows of all ingests hold */
};

struct outcomes {
    zsock_t *returns;
    char (*listener)[INSTANCE_SIZE];
    size_t n;
    bool crowded;    /* more have come than can be told apart: from then on nothing is kept, each outcome is sent */
    struct buf kept; /* uint32 length, note; and so on */
};

struct outcomes *outcomes_open(zsock_t *returns)
{
    struct outcomes *o = calloc(1, sizeof *o);
    if (o == NULL) return NULL;
    o->returns = returns;
    o->kept = buf_make(KEPT_BYTES);
    o->listener = calloc(LISTENERS_MAX, sizeof *o->listener);
    if (o->listener == NULL) outcomes_close(&o);
    return o;
}

void outcomes_close(struct outcomes **o)
{
    if (*o == NULL) return;
    buf_free(&(*o)->kept);
    free((*o)->listener);
    free(*o);
    *o = NULL;
}

static size_t find(const struct outcomes *o, const char *instance)
{
    size_t i = 0;
    while (i < o->n && memcmp(o->listener[i], instance, INSTANCE_SIZE) != 0) i++;
    return i;
}

/* Sends what was kept for the instance; keeps the rest. */
static void release(struct outcomes *o, const char *instance)
{
    size_t to = 0, sent = 0;
    for (size_t at = 0, next; at < o->kept.len; at = next) {
        uint32_t len;
        memcpy(&len, o->kept.ptr + at, sizeof len);
        next = at + sizeof len + len;
        struct slice note = {o->kept.ptr + at + sizeof len, len};
        if (memcmp(note.ptr, instance, INSTANCE_SIZE) == 0) {
            if (link_try_send(o->returns, note) != OK) log_event(LOG_WARN, "outcome_not_sent", "bytes=%zu", note.len);
            sent++;
            continue;
        }
        memmove(o->kept.ptr + to, o->kept.ptr + at, next - at);
        to += next - at;
    }
    o->kept.len = to;
    if (sent > 0) log_event(LOG_INFO, "outcomes_sent", "kept=%zu", sent);
}

void outcomes_hear(struct outcomes *o)
{
    char message[1 + INSTANCE_SIZE + 1];
    for (int n; (n = zmq_recv(zsock_resolve(o->returns), message, sizeof message, ZMQ_DONTWAIT)) >= 0;) {
        const char *instance = message + 1;
        if (n != 1 + INSTANCE_SIZE) continue;
        size_t i = find(o, instance);
        if (message[0] == 0 && i < o->n) {
            memmove(o->listener[i], o->listener[--o->n], INSTANCE_SIZE);
        } else if (message[0] == 1 && i == o->n) {
            if (o->n < LISTENERS_MAX) memcpy(o->listener[o->n++], instance, INSTANCE_SIZE);
            else o->crowded = true;
            release(o, instance);
        }
    }
}

enum err outcomes_send(struct outcomes *o, struct slice note)
{
    if (o->crowded || find(o, note.ptr) < o->n) return link_try_send(o->returns, note);
    uint32_t len = (uint32_t)note.len;
    size_t before = o->kept.len;
    enum err e = buf_put(&o->kept, (struct slice){(const char *)&len, sizeof len});
    if (e == OK) e = buf_put(&o->kept, note);
    if (e == OK) return OK;
    o->kept.len = before;
    o->kept.failed = OK;
    return ERR_FULL;
}
