/* follow.c - addresses that come and go: looked up in a thread of its own, connected to by the socket's owner. */
#include "link.h"

#include "clock.h"
#include "log.h"
#include "state.h"

#include <czmq.h>
#include <dirent.h>
#include <fnmatch.h>
#include <pthread.h>
#include <sys/eventfd.h>

enum {
    ADDRESSES_MAX = 1024,
    ADDRESS_BYTES = 256, /* "ENDPOINT", "ENDPOINT#NAME" as found, "ENDPOINT KEY" as connected to */
    GONE_AFTER = 3,
    LOOK_MS = 1000,      /* between two looks, give or take a quarter */
    LOOK_PATH_MS = 32,   /* while there is nothing to be found, and a while after each change, since others may be starting too: paths */
    LOOK_NAME_MS = 240,  /* and names, for which others are asked */
    CHANGING_MS = 5000,  /* that while */
    NARROW_BYTES = 8192, /* of a connection's kernel buffer */
    AGAIN_MS = 1000,     /* a connection that libzmq has given up is made anew after so long */
};

/* Sorted, without repeats. */
struct addresses {
    char (*at)[ADDRESS_BYTES];
    size_t len;
};

struct target {
    char *text;                 /* as given */
    char *folder, *pattern;     /* ipc; else NULL */
    char *host, *port;          /* tcp; else NULL */
    char *server;               /* whose key is expected there; NULL: it goes in the clear */
    unsigned misses;            /* how often in a row the name did not exist */
    struct addresses last;      /* of the last look-up that said anything */
};

struct follow {
    zsock_t *sock;
    zsock_t *monitor;           /* tells of the owner's connections as they are made, and as they are given up */
    bool narrow;
    struct doors *doors;        /* NULL: no keys */
    unsigned version;           /* of their list */
    struct addresses found, connected, broken; /* the owner's; broken: given up by libzmq, since the other end speaks another mechanism */
    size_t reached;             /* of found: those that there is a connection for */
    uint64_t again_at;          /* ms; when to connect anew what is broken */

    pthread_t thread;
    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t wake;
    bool stop, orphan;
    struct addresses wanted;
    bool changed;
    int fd;

    struct target *targets; /* the thread's */
    size_t count;
    unsigned seed;
};

static void addresses_free(struct addresses *a)
{
    free(a->at);
    *a = (struct addresses){NULL, 0};
}

static bool addresses_add(struct addresses *a, const char *address)
{
    if (a->len == ADDRESSES_MAX || strlen(address) >= ADDRESS_BYTES) return false;
    void *more = realloc(a->at, (a->len + 1) * sizeof *a->at);
    if (more == NULL) return false;
    a->at = more;
    strncpy(a->at[a->len++], address, ADDRESS_BYTES); /* fills the row with zeroes: rows are compared whole */
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void addresses_sort(struct addresses *a)
{
    if (a->len == 0) return;
    qsort(a->at, a->len, sizeof *a->at, by_text);
    size_t n = 1;
    for (size_t i = 1; i < a->len; i++)
        if (strcmp(a->at[i], a->at[n - 1]) != 0 && n++ != i) memcpy(a->at[n - 1], a->at[i], ADDRESS_BYTES);
    a->len = n;
}

static bool addresses_have(const struct addresses *a, const char *address)
{
    return a->len > 0 && bsearch(address, a->at, a->len, sizeof *a->at, by_text) != NULL;
}

static bool addresses_same(const struct addresses *a, const struct addresses *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->at, b->at, a->len * sizeof *a->at) == 0);
}

static bool addresses_copy(struct addresses *to, const struct addresses *from)
{
    for (size_t i = 0; i < from->len; i++)
        if (!addresses_add(to, from->at[i])) return false;
    return true;
}

/* --- targets --- */

static bool target_parse(struct target *target, const char *text)
{
    *target = (struct target){.text = strdup(text)};
    if (target->text == NULL) return false;
    if (strncmp(text, "ipc://", 6) == 0) {
        const char *slash = strrchr(text + 6, '/');
        target->folder = slash ? strndup(text + 6, (size_t)(slash - text - 6)) : strdup(".");
        target->pattern = strdup(slash ? slash + 1 : text + 6);
        return target->folder != NULL && target->pattern != NULL && *target->pattern != '\0';
    }
    const char *colon = strrchr(text, ':'), *host = text + 6, *hash = strchr(text, '#');
    if (strncmp(text, "tcp://", 6) != 0 || colon == NULL || colon <= host) return false;
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (end == colon + 1 || (*end != '\0' && end != hash) || port == 0 || port > 65535) return false;
    size_t len = (size_t)(colon - host);
    if (len > 2 && host[0] == '[' && host[len - 1] == ']') host++, len -= 2;
    target->host = strndup(host, len);
    target->port = strndup(colon + 1, (size_t)(end - colon - 1));
    if (hash != NULL) target->server = strdup(hash + 1);
    return target->host != NULL && target->port != NULL && (hash == NULL || (target->server != NULL && key_name_good(target->server)));
}

/* Whose key is expected there: what the target says, what the socket is for, or what its host is called. False: nobody's that we know. */
static bool target_know(struct target *target, const struct link_settings *s)
{
    char keys[KEYS_OF_MAX][KEY_TEXT];
    const char *name = target->server != NULL ? target->server : s->server != NULL ? s->server : target->host;
    if (s->doors == NULL || target->host == NULL) {
        free(target->server);
        target->server = NULL;
        return true;
    }
    if (target->server == NULL) target->server = strdup(name);
    return target->server != NULL && doors_keys_of(s->doors, target->server, keys) > 0;
}

static void target_free(struct target *target)
{
    free(target->text);
    free(target->folder);
    free(target->pattern);
    free(target->host);
    free(target->port);
    free(target->server);
    addresses_free(&target->last);
}

static bool is_socket(const char *folder, const struct dirent *entry)
{
    char path[4500];
    struct stat st;
    if (entry->d_type != DT_UNKNOWN) return entry->d_type == DT_SOCK;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* The paths that are there now. */
static void look_ipc(struct target *target)
{
    struct addresses found = {NULL, 0};
    DIR *dir = opendir(*target->folder ? target->folder : "/");
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char path[4500], endpoint[ADDRESS_BYTES];
        if (fnmatch(target->pattern, entry->d_name, FNM_PERIOD) != 0 || !is_socket(target->folder, entry)) continue;
        snprintf(path, sizeof path, "%s/%s", target->folder, entry->d_name);
        if (state_ipc(endpoint, sizeof endpoint, path) != OK || !addresses_add(&found, endpoint)) break;
    }
    if (dir != NULL) closedir(dir);
    addresses_sort(&found);
    addresses_free(&target->last);
    target->last = found;
}

/* All addresses of the name now. A name server that does not answer changes nothing; a name that does not exist three times
 * in a row has none. */
static void look_tcp(struct target *target)
{
    struct addrinfo *list = NULL, hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addresses found = {NULL, 0};
    int e = getaddrinfo(target->host, target->port, &hints, &list);
    if (e != 0) {
        bool gone = e == EAI_NONAME || e == EAI_NODATA;
        target->misses = gone ? target->misses + 1 : 0;
        if (target->misses >= GONE_AFTER) addresses_free(&target->last);
        return;
    }
    target->misses = 0;
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        char host[80], port[8], endpoint[ADDRESS_BYTES];
        const char *server = target->server ? target->server : "";
        if (getnameinfo(a->ai_addr, a->ai_addrlen, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) continue;
        snprintf(endpoint, sizeof endpoint, a->ai_family == AF_INET6 ? "tcp://[%s]:%s%s%s" : "tcp://%s:%s%s%s", host, port, *server ? "#" : "", server);
        if (!addresses_add(&found, endpoint)) break;
    }
    freeaddrinfo(list);
    addresses_sort(&found);
    addresses_free(&target->last);
    target->last = found;
}

/* --- the thread --- */

/* Sleeps `ms`, or less when it is time to stop; true then. Called and returns with the mutex held. */
static bool nap(struct follow *f, unsigned ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    while (!f->stop)
        if (pthread_cond_timedwait(&f->wake, &f->mutex, &until) == ETIMEDOUT) break;
    return f->stop;
}

/* Hands what was found to the owner, if it is news; true then. */
static bool hand_over(struct follow *f, struct addresses *found, struct addresses *known)
{
    struct addresses copy = {NULL, 0};
    if (addresses_same(found, known)) return false;
    if (!addresses_copy(&copy, found)) { /* out of memory: the next look will try again */
        addresses_free(&copy);
        return false;
    }
    addresses_free(known);
    *known = *found;
    *found = (struct addresses){NULL, 0};
    pthread_mutex_lock(&f->mutex);
    addresses_free(&f->wanted);
    f->wanted = copy;
    f->changed = true;
    pthread_mutex_unlock(&f->mutex);
    uint64_t one = 1;
    if (write(f->fd, &one, sizeof one) < 0 && errno != EAGAIN) log_event(LOG_WARN, "not_woken", "error=\"%s\"", strerror(errno)); /* full means readable */
    return true;
}

static void follow_free(struct follow *f)
{
    for (size_t i = 0; i < f->count; i++) target_free(&f->targets[i]);
    free(f->targets);
    addresses_free(&f->wanted);
    addresses_free(&f->found);
    addresses_free(&f->connected);
    addresses_free(&f->broken);
    if (f->fd >= 0) close(f->fd);
    pthread_mutex_destroy(&f->mutex);
    pthread_cond_destroy(&f->wake);
    free(f);
}

static void *follow_thread(void *arg)
{
    struct follow *f = arg;
    struct addresses known = {NULL, 0};
    bool stop = false, orphan;
    unsigned calm_ms = 0; /* since the last change, at least */
    while (!stop) {
        struct addresses found = {NULL, 0};
        for (size_t i = 0; i < f->count; i++) {
            struct target *target = &f->targets[i];
            if (target->folder != NULL) look_ipc(target);
            else look_tcp(target);
            for (size_t j = 0; j < target->last.len; j++)
                if (!addresses_add(&found, target->last.at[j])) break;
        }
        addresses_sort(&found);
        bool some = found.len > 0;
        if (hand_over(f, &found, &known)) calm_ms = 0;
        addresses_free(&found);
        unsigned base = some && calm_ms >= CHANGING_MS ? LOOK_MS : f->count > 0 && f->targets[0].host != NULL ? LOOK_NAME_MS : LOOK_PATH_MS;
        unsigned ms = base * 3 / 4 + (unsigned)rand_r(&f->seed) % (base / 2);
        if (calm_ms < CHANGING_MS) calm_ms += ms;
        pthread_mutex_lock(&f->mutex);
        stop = nap(f, ms);
        pthread_mutex_unlock(&f->mutex);
    }
    addresses_free(&known);
    pthread_mutex_lock(&f->mutex);
    orphan = f->orphan;
    f->orphan = true; /* whoever comes second frees */
    pthread_mutex_unlock(&f->mutex);
    if (orphan) follow_free(f);
    return NULL;
}

/* --- the owner --- */

/* The connection may be gone by now and its number another's: only a local stream socket is touched. */
static void narrow_connection(int fd)
{
    int domain = 0, size = NARROW_BYTES;
    socklen_t len = sizeof domain;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0 || domain != AF_UNIX) return;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) != 0) log_event(LOG_WARN, "not_narrowed", "error=\"%s\"", strerror(errno));
}

/* A monitor's message: 2 bytes of event (native order), 4 of its value; then the address. */
static void hear_monitor(struct follow *f)
{
    char bytes[8], address[ADDRESS_BYTES];
    while (zmq_recv(zsock_resolve(f->monitor), bytes, sizeof bytes, ZMQ_DONTWAIT) == 6) {
        uint16_t event;
        int32_t value;
        int n = zmq_recv(zsock_resolve(f->monitor), address, sizeof address - 1, ZMQ_DONTWAIT);
        if (n < 0) return;
        address[n < (int)sizeof address ? n : (int)sizeof address - 1] = '\0';
        memcpy(&event, bytes, sizeof event);
        memcpy(&value, bytes + 2, sizeof value);
        if (event == ZMQ_EVENT_CONNECTED && f->narrow) narrow_connection(value);
        if (event == ZMQ_EVENT_CONNECTED || addresses_have(&f->broken, address) || !addresses_add(&f->broken, address)) continue;
        addresses_sort(&f->broken);
        f->again_at = clock_mono_ms() + AGAIN_MS;
        log_event(LOG_WARN, "handshake_failed", "address=%s reason=\"the other end speaks without keys, or we do\"", address);
    }
}

static void follow_unwatch(struct follow *f)
{
    if (f->monitor != NULL) zmq_socket_monitor(zsock_resolve(f->sock), NULL, 0);
    zsock_destroy(&f->monitor);
}

static bool monitor(struct follow *f)
{
    char name[64];
    snprintf(name, sizeof name, "inproc://follow-%p", (void *)f);
    int events = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
    if (zmq_socket_monitor(zsock_resolve(f->sock), name, events) != 0) return false;
    f->monitor = zsock_new(ZMQ_PAIR);
    if (f->monitor != NULL && zsock_connect(f->monitor, "%s", name) == 0) return true;
    zsock_destroy(&f->monitor);
    zmq_socket_monitor(zsock_resolve(f->sock), NULL, 0);
    return false;
}

void follow_narrow(struct follow *f)
{
    f->narrow = true;
}

struct follow *follow_start(zsock_t *sock, const struct link_settings *s, const struct option_list *targets, struct trouble *t)
{
    struct follow *f = calloc(1, sizeof *f);
    if (f == NULL) goto fail;
    f->sock = sock;
    f->doors = s->doors;
    f->seed = (unsigned)getpid() ^ (unsigned)(uintptr_t)f;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&f->wake, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&f->mutex, NULL);
    f->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    f->targets = calloc(targets->len + 1, sizeof *f->targets);
    if (f->fd < 0 || f->targets == NULL || !monitor(f)) goto fail;
    for (; f->count < targets->len; f->count++) {
        bool parsed = target_parse(&f->targets[f->count], targets->item[f->count]);
        if (parsed && target_know(&f->targets[f->count], s)) continue;
        if (parsed) trouble_say(t, EXIT_NEEDS_PERSON, "'%s': whose key is expected there? Say it, %s#NAME, and have public/NAME.pub in --keys",
                                targets->item[f->count], targets->item[f->count]);
        else trouble_say(t, EXIT_NEEDS_PERSON, "'%s' is no endpoint: want tcp://HOST:PORT or ipc://PATH", targets->item[f->count]);
        f->count++;
        follow_unwatch(f);
        follow_free(f);
        return NULL;
    }
    if (pthread_create(&f->thread, NULL, follow_thread, f) == 0) return f;
fail:
    trouble_say(t, EXIT_TRY_AGAIN, "cannot follow addresses: out of memory or threads");
    if (f != NULL) follow_unwatch(f);
    if (f != NULL) follow_free(f);
    return NULL;
}

int follow_fd(const struct follow *f)
{
    return f->fd;
}

/* Takes over what the thread has found; true when it is news. */
static bool take_news(struct follow *f)
{
    uint64_t count;
    if (read(f->fd, &count, sizeof count) < 0) return false;
    pthread_mutex_lock(&f->mutex);
    bool changed = f->changed;
    f->changed = false;
    if (changed) {
        addresses_free(&f->found);
        f->found = f->wanted;
        f->wanted = (struct addresses){NULL, 0};
    }
    pthread_mutex_unlock(&f->mutex);
    return changed;
}

/* What to connect to: each address with each key that its owner may show. */
static void choose(struct follow *f, struct addresses *rows)
{
    f->reached = 0;
    for (size_t i = 0; i < f->found.len; i++) {
        char keys[KEYS_OF_MAX][KEY_TEXT], row[ADDRESS_BYTES + KEY_TEXT];
        const char *at = f->found.at[i], *hash = strncmp(at, "tcp://", 6) == 0 ? strchr(at, '#') : NULL;
        size_t n = hash != NULL ? doors_keys_of(f->doors, hash + 1, keys) : 0;
        if (hash == NULL && !addresses_add(rows, at)) return;
        for (size_t k = 0; k < n; k++) {
            snprintf(row, sizeof row, "%.*s %s", (int)(hash - at), at, keys[k]);
            if (!addresses_add(rows, row)) return;
        }
        f->reached += hash == NULL || n > 0;
    }
}

/* Splits "ENDPOINT KEY"; the key is NULL when there is none. */
static const char *split_row(const char *row, char endpoint[ADDRESS_BYTES])
{
    size_t n = strncmp(row, "tcp://", 6) == 0 ? strcspn(row, " ") : strlen(row); /* a path may have spaces, and has no key */
    snprintf(endpoint, ADDRESS_BYTES, "%.*s", (int)n, row);
    return row[n] == ' ' ? row + n + 1 : NULL;
}

/* Libzmq disconnects an endpoint with whatever keys: what is still wanted there is connected anew. */
static void disconnect_old(struct follow *f, const struct addresses *rows, struct addresses *gone)
{
    char endpoint[ADDRESS_BYTES];
    for (size_t i = 0; i < f->connected.len; i++) {
        split_row(f->connected.at[i], endpoint);
        if (addresses_have(rows, f->connected.at[i]) && !addresses_have(&f->broken, endpoint)) continue;
        zsock_disconnect(f->sock, "%s", endpoint);
        if (addresses_add(gone, endpoint)) log_event(LOG_INFO, "disconnected", "address=%s", endpoint);
    }
    addresses_sort(gone);
}

static void connect_new(struct follow *f, const struct addresses *rows, const struct addresses *gone)
{
    struct addresses connected = {NULL, 0};
    for (size_t i = 0; i < rows->len; i++) {
        char endpoint[ADDRESS_BYTES];
        const char *key = split_row(rows->at[i], endpoint);
        bool held = addresses_have(&f->connected, rows->at[i]) && !addresses_have(gone, endpoint);
        bool shown = held || f->doors == NULL || key_show(zsock_resolve(f->sock), key ? doors_own(f->doors) : NULL, key);
        if (!held && (!shown || zsock_connect(f->sock, "%s", endpoint) != 0)) {
            log_event(LOG_WARN, "connect_failed", "address=%s error=\"%s\"", endpoint, zmq_strerror(zmq_errno()));
            continue;
        }
        if (!held) log_event(LOG_INFO, "connected", "address=%s", endpoint);
        if (!addresses_add(&connected, rows->at[i])) break;
    }
    addresses_free(&f->connected);
    f->connected = connected;
}

size_t follow_apply(struct follow *f)
{
    hear_monitor(f);
    unsigned version = f->doors != NULL ? doors_version(f->doors) : 0;
    bool again = f->broken.len > 0 && clock_mono_ms() >= f->again_at;
    if (!take_news(f) && version == f->version && !again) return f->reached;
    struct addresses rows = {NULL, 0}, gone = {NULL, 0};
    f->version = version;
    choose(f, &rows);
    addresses_sort(&rows); /* also when some found no room */
    disconnect_old(f, &rows, &gone);
    connect_new(f, &rows, &gone);
    addresses_free(&f->broken);
    addresses_free(&rows);
    addresses_free(&gone);
    return f->reached;
}

void follow_stop(struct follow **f)
{
    struct follow *self = *f;
    if (self == NULL) return;
    *f = NULL;
    follow_unwatch(self);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 200000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_mutex_lock(&self->mutex);
    self->stop = true;
    pthread_cond_signal(&self->wake);
    pthread_mutex_unlock(&self->mutex);
    bool ended = pthread_timedjoin_np(self->thread, NULL, &until) == 0;
    if (!ended) pthread_detach(self->thread);
    pthread_mutex_lock(&self->mutex);
    bool second = ended || self->orphan;
    self->orphan = true;
    pthread_mutex_unlock(&self->mutex);
    if (second) follow_free(self);
}
