/* doors.c - the ZAP handler's thread: answers from the list, reads it again when it changes, cuts off who lost a role. */
#include "doors.h"

#include "clock.h"
#include "log.h"

#include <czmq.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

enum {
    LOOK_MS = 500,        /* between two looks at the folder */
    TELL_MS = 1000,       /* those turned away are logged this often at most */
    ANSWERS_MAX = 64,     /* in one turn */
    DOORS_MAX = 8,
    ENFORCE_DOMAIN = 93,  /* ZMQ_ZAP_ENFORCE_DOMAIN, which the header names for drafts only: without a handler nobody gets in */
    DESCRIPTORS_MAX = 1 << 20,
};

struct door {
    char role[KEY_NAME_MAX];
    unsigned port;
};

struct doors {
    char *dir;
    struct key_pair own;
    zsock_t *zap;
    pthread_t thread;
    bool running;
    int wake;
    atomic_bool stop;
    atomic_uint version;
    atomic_ullong admitted, turned_away;
    uint64_t stamp, told; /* the thread's; told: ms */
    unsigned long untold; /* turned away since then */

    pthread_mutex_t mutex; /* over what follows */
    struct key_list list;
    struct door door[DOORS_MAX];
    size_t doors;
};

/* --- the list --- */

static bool is_port(int fd, unsigned port)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    if (getsockname(fd, (struct sockaddr *)&a, &n) != 0) return false;
    if (a.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)(void *)&a)->sin_port) == port;
    return a.ss_family == AF_INET6 && ntohs(((struct sockaddr_in6 *)(void *)&a)->sin6_port) == port;
}

/* Ends every connection that came in at `port`: libzmq does not say which is whose. The descriptors stay libzmq's to close; one that has
 * become another connection meanwhile is made anew by its peer. */
static unsigned cut(unsigned port)
{
    struct rlimit limit = {DESCRIPTORS_MAX, DESCRIPTORS_MAX};
    struct sockaddr_storage peer;
    unsigned count = 0;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > DESCRIPTORS_MAX) limit.rlim_cur = DESCRIPTORS_MAX;
    for (int fd = 0; fd < (int)limit.rlim_cur; fd++) {
        socklen_t n = sizeof peer;
        if (is_port(fd, port) && getpeername(fd, (struct sockaddr *)&peer, &n) == 0 && shutdown(fd, SHUT_RDWR) == 0) count++;
    }
    return count;
}

/* True when a key that had the role has lost it. */
static bool lost(const struct key_list *before, const struct key_list *now, const char *role)
{
    for (size_t i = 0; i < before->len; i++) {
        if (!key_has_role(&before->at[i], role)) continue;
        const struct key_public *same = keys_find(now, before->at[i].key);
        if (same == NULL || !key_has_role(same, role)) return true;
    }
    return false;
}

/* Reads the list again if it has changed. One that cannot be read changes nothing: the one that was stays in force. */
static void look(struct doors *d)
{
    struct key_list fresh, before;
    struct door door[DOORS_MAX];
    struct trouble t;
    uint64_t stamp = keys_stamp(d->dir);
    if (stamp == d->stamp) return;
    d->stamp = stamp;
    if (!keys_public(d->dir, &fresh, &t)) {
        log_event(LOG_ERROR, "keys_not_read", "what=\"the list that was stays in force\" error=\"%s\"", t.line);
        return;
    }
    pthread_mutex_lock(&d->mutex);
    before = d->list;
    d->list = fresh;
    size_t doors = d->doors;
    memcpy(door, d->door, sizeof door);
    pthread_mutex_unlock(&d->mutex); /* this thread alone changes the list, so it may go on reading it */
    atomic_fetch_add(&d->version, 1);
    log_event(LOG_INFO, "keys_read", "keys=%zu before=%zu", fresh.len, before.len);
    for (size_t i = 0; i < doors; i++)
        if (lost(&before, &fresh, door[i].role))
            log_event(LOG_INFO, "connections_cut", "role=%s port=%u count=%u reason=\"a key lost the role\"", door[i].role, door[i].port, cut(door[i].port));
    keys_free(&before);
}

/* --- the handler --- */

/* The frames of a request: version, id, domain, address, identity, mechanism, key. */
enum { ZAP_VERSION, ZAP_ID, ZAP_DOMAIN, ZAP_ADDRESS, ZAP_IDENTITY, ZAP_MECHANISM, ZAP_KEY, ZAP_FRAMES };

/* A flood of strangers must not fill the log. */
static void tell(struct doors *d, const char *domain, const char *address, const char *key, const char *why)
{
    uint64_t now = clock_mono_ms();
    atomic_fetch_add(&d->turned_away, 1);
    d->untold++;
    if (d->told != 0 && now - d->told < TELL_MS) return;
    log_event(LOG_WARN, "turned_away", "role=%s address=%s key=%s reason=\"%s\" count=%lu", domain, address, key, why, d->untold);
    d->told = now;
    d->untold = 0;
}

/* Who it is, into name; false when it may not come in. */
static bool admit(struct doors *d, zmsg_t *request, char name[KEY_NAME_MAX])
{
    zframe_t *frame[ZAP_FRAMES];
    char domain[KEY_NAME_MAX], address[64], key[KEY_TEXT];
    if (zmsg_size(request) != ZAP_FRAMES) {
        tell(d, "", "", "", "no request of a handshake as RFC 27 has it");
        return false;
    }
    frame[0] = zmsg_first(request);
    for (int i = 1; i < ZAP_FRAMES; i++) frame[i] = zmsg_next(request);
    snprintf(domain, sizeof domain, "%.*s", (int)zframe_size(frame[ZAP_DOMAIN]), (const char *)zframe_data(frame[ZAP_DOMAIN]));
    snprintf(address, sizeof address, "%.*s", (int)zframe_size(frame[ZAP_ADDRESS]), (const char *)zframe_data(frame[ZAP_ADDRESS]));
    if (!zframe_streq(frame[ZAP_VERSION], "1.0") || !zframe_streq(frame[ZAP_MECHANISM], "CURVE") || zframe_size(frame[ZAP_KEY]) != 32
        || zmq_z85_encode(key, zframe_data(frame[ZAP_KEY]), 32) == NULL) {
        tell(d, domain, address, "", "not CURVE");
        return false;
    }
    const struct key_public *k = keys_find(&d->list, key);
    bool good = k != NULL && key_has_role(k, domain);
    if (good) snprintf(name, KEY_NAME_MAX, "%s", k->name);
    if (good) atomic_fetch_add(&d->admitted, 1);
    else tell(d, domain, address, k ? k->name : key, k ? "its key has not that role" : "unknown key");
    return good;
}

/* Whoever is turned away may try again (300, where 400 would make libzmq's peers give up for good). */
static void answer(struct doors *d, zmsg_t *request)
{
    char name[KEY_NAME_MAX] = "";
    bool good = admit(d, request, name);
    zframe_t *id = zmsg_first(request) != NULL ? zmsg_next(request) : NULL;
    zmsg_t *reply = zmsg_new();
    if (reply == NULL) return;
    zmsg_addstr(reply, "1.0");
    zmsg_addmem(reply, id ? (const void *)zframe_data(id) : "", id ? zframe_size(id) : 0);
    zmsg_addstr(reply, good ? "200" : "300");
    zmsg_addstr(reply, good ? "OK" : "not admitted");
    zmsg_addstr(reply, name);
    zmsg_addmem(reply, "", 0);
    if (zmsg_send(&reply, d->zap) != 0) log_event(LOG_WARN, "zap_not_answered", "error=\"%s\"", zmq_strerror(zmq_errno()));
    zmsg_destroy(&reply);
}

static void *doors_thread(void *arg)
{
    struct doors *d = arg;
    uint64_t looked = clock_mono_ms();
    while (!atomic_load(&d->stop)) {
        zmq_pollitem_t items[] = {{.socket = zsock_resolve(d->zap), .events = ZMQ_POLLIN}, {.fd = d->wake, .events = ZMQ_POLLIN}};
        zmq_poll(items, 2, LOOK_MS);
        for (int i = 0; i < ANSWERS_MAX && (zsock_events(d->zap) & ZMQ_POLLIN); i++) {
            zmsg_t *request = zmsg_recv(d->zap);
            if (request != NULL) answer(d, request);
            zmsg_destroy(&request);
        }
        if (clock_mono_ms() - looked < LOOK_MS) continue;
        looked = clock_mono_ms();
        look(d);
    }
    return NULL;
}

/* --- start and end --- */

bool doors_open(const char *dir, const char *name, struct doors **out, struct trouble *t)
{
    *out = NULL;
    if (dir == NULL) return true;
    struct doors *d = calloc(1, sizeof *d);
    trouble_say(t, EXIT_TRY_AGAIN, "out of memory, threads or descriptors");
    if (d == NULL) return false;
    pthread_mutex_init(&d->mutex, NULL);
    d->dir = strdup(dir);
    d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (d->dir == NULL || d->wake < 0) goto fail;
    d->stamp = keys_stamp(dir);
    if (!keys_secret(dir, name, &d->own, t) || !keys_public(dir, &d->list, t)) goto fail;
    d->zap = zsock_new(ZMQ_REP);
    if (d->zap == NULL || zsock_bind(d->zap, "inproc://zeromq.zap.01") != 0) {
        trouble_say(t, EXIT_TRY_AGAIN, "cannot listen to the handshakes: %s", zmq_strerror(zmq_errno()));
        goto fail;
    }
    d->running = pthread_create(&d->thread, NULL, doors_thread, d) == 0;
    if (!d->running) goto fail;
    *out = d;
    return true;
fail:
    doors_close(&d);
    return false;
}

void doors_close(struct doors **at)
{
    struct doors *d = *at;
    uint64_t one = 1;
    if (d == NULL) return;
    *at = NULL;
    atomic_store(&d->stop, true);
    if (d->running && write(d->wake, &one, sizeof one) > 0) pthread_join(d->thread, NULL);
    zsock_destroy(&d->zap);
    if (d->wake >= 0) close(d->wake);
    explicit_bzero(&d->own, sizeof d->own);
    keys_free(&d->list);
    pthread_mutex_destroy(&d->mutex);
    free(d->dir);
    free(d);
}

/* --- sockets --- */

bool doors_guard(struct doors *d, zsock_t *sock, const char *role)
{
    void *raw = zsock_resolve(sock);
    int one = 1;
    return zmq_setsockopt(raw, ZMQ_CURVE_SERVER, &one, sizeof one) == 0 && zmq_setsockopt(raw, ZMQ_CURVE_SECRETKEY, d->own.secret, KEY_TEXT) == 0
           && zmq_setsockopt(raw, ZMQ_ZAP_DOMAIN, role, strlen(role)) == 0 && zmq_setsockopt(raw, ENFORCE_DOMAIN, &one, sizeof one) == 0;
}

bool doors_bound(struct doors *d, zsock_t *sock, const char *role)
{
    char *endpoint = zsock_last_endpoint(sock);
    const char *colon = endpoint != NULL ? strrchr(endpoint, ':') : NULL;
    pthread_mutex_lock(&d->mutex);
    bool room = colon != NULL && d->doors < DOORS_MAX;
    if (room) {
        struct door *door = &d->door[d->doors++];
        door->port = (unsigned)strtoul(colon + 1, NULL, 10);
        snprintf(door->role, sizeof door->role, "%s", role);
    }
    pthread_mutex_unlock(&d->mutex);
    zstr_free(&endpoint);
    return room;
}

const struct key_pair *doors_own(const struct doors *d)
{
    return &d->own;
}

size_t doors_keys_of(struct doors *d, const char *name, char out[KEYS_OF_MAX][KEY_TEXT])
{
    pthread_mutex_lock(&d->mutex);
    size_t n = keys_of(&d->list, name, out);
    pthread_mutex_unlock(&d->mutex);
    return n;
}

unsigned doors_version(const struct doors *d)
{
    return atomic_load(&d->version);
}

struct doors_stats doors_stats(struct doors *d)
{
    pthread_mutex_lock(&d->mutex);
    struct doors_stats s = {atomic_load(&d->admitted), atomic_load(&d->turned_away), d->list.len};
    pthread_mutex_unlock(&d->mutex);
    return s;
}
