/* http.c - the server's side: libmicrohttpd's threads ask, the daemon's thread answers. */
#include "http.h"

#include "clock.h"
#include "log.h"
#include "sandbox.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BODY_MAX = 8 << 20, WAIT_S = 2, WAIT_ACT_S = 60, STUCK_S = 60, CONNECTIONS = 32, IDLE_S = 10, STACK = 256 << 10 };

struct http_request {
    const char *path;
    struct MHD_Connection *connection;
    struct buf body;
    unsigned status;
    bool act; /* a POST */
    enum { ASKED, TAKEN, DONE } at;
    struct http_request *next;
};

/* What /status and /metrics gave last, for when the daemon is busy. */
struct kept {
    char *ptr;
    size_t len;
};

/* Who comes by which of the two doors. */
struct door {
    struct http *http;
    bool local;
};

struct http {
    struct http_hooks hooks;
    struct door door[2];
    struct MHD_Daemon *server[2]; /* Unix socket, port */
    char *path;
    int fd;
    _Atomic uint64_t beat; /* ns, when the daemon last came by */
    atomic_bool ready;

    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t changed;
    struct http_request *first;
    bool closing;
    struct kept kept_status, kept_metrics;
};

const char *http_path(const struct http_request *r)
{
    return r->path;
}

const char *http_argument(const struct http_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

int http_fd(const struct http *h)
{
    return h->fd;
}

void http_set_ready(struct http *h, bool ready)
{
    atomic_store_explicit(&h->ready, ready, memory_order_relaxed);
}

/* --- the daemon's thread --- */

static void run_hooks(struct http *h, struct http_request *r)
{
    r->status = MHD_HTTP_OK;
    if (r->act) {
        r->status = h->hooks.act != NULL ? h->hooks.act(h->hooks.self, r, &r->body) : 0;
        if (r->status == 0) r->status = MHD_HTTP_NOT_FOUND;
    } else if (strcmp(r->path, "/status") == 0) {
        h->hooks.status(h->hooks.self, &r->body);
    } else if (strcmp(r->path, "/metrics") == 0 && h->hooks.metrics != NULL) {
        h->hooks.metrics(h->hooks.self, &r->body);
    } else {
        r->status = h->hooks.other != NULL ? h->hooks.other(h->hooks.self, r, &r->body) : 0;
        if (r->status == 0) r->status = MHD_HTTP_NOT_FOUND;
    }
    if (r->body.failed != OK) r->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
}

void http_answer(struct http *h)
{
    uint64_t count;
    atomic_store_explicit(&h->beat, clock_mono_ns(), memory_order_relaxed);
    if (read(h->fd, &count, sizeof count) < 0) return; /* nobody asked */
    pthread_mutex_lock(&h->mutex);
    while (h->first != NULL) {
        struct http_request *r = h->first;
        h->first = r->next;
        r->at = TAKEN;
        pthread_mutex_unlock(&h->mutex);
        run_hooks(h, r);
        pthread_mutex_lock(&h->mutex);
        r->at = DONE;
        pthread_cond_broadcast(&h->changed);
    }
    pthread_mutex_unlock(&h->mutex);
}

/* --- the server's threads --- */

static struct kept *kept_for(struct http *h, const struct http_request *r)
{
    const char *path = r->act ? "" : r->path;
    if (strcmp(path, "/status") == 0) return &h->kept_status;
    return strcmp(path, "/metrics") == 0 ? &h->kept_metrics : NULL;
}

/* Called with the mutex held: keeps a good answer, or answers with the one kept. */
static void keep_or_recall(struct http *h, struct http_request *r)
{
    struct kept *kept = kept_for(h, r);
    if (r->at == DONE) {
        if (kept == NULL || r->status != MHD_HTTP_OK) return;
        char *copy = malloc(r->body.len + 1);
        if (copy == NULL) return;
        if (r->body.len > 0) memcpy(copy, r->body.ptr, r->body.len);
        free(kept->ptr);
        *kept = (struct kept){copy, r->body.len};
        return;
    }
    bool have = kept != NULL && kept->ptr != NULL && buf_add(&r->body, kept->ptr, kept->len) == OK;
    r->status = have ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
    if (!have) buf_str(&r->body, "busy\n");
}

static void take_back(struct http *h, struct http_request *r)
{
    for (struct http_request **p = &h->first; *p != NULL; p = &(*p)->next) {
        if (*p != r) continue;
        *p = r->next;
        return;
    }
}

/* Waits for the daemon's answer, at most WAIT_S (WAIT_ACT_S) for it to begin. */
static void ask(struct http *h, struct http_request *r)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += r->act ? WAIT_ACT_S : WAIT_S;
    pthread_mutex_lock(&h->mutex);
    struct http_request **end = &h->first;
    while (*end != NULL) end = &(*end)->next;
    *end = r;
    uint64_t one = 1;
    ssize_t n = write(h->fd, &one, sizeof one);
    (void)n; /* full means readable */
    while (r->at == ASKED && !h->closing)
        if (pthread_cond_timedwait(&h->changed, &h->mutex, &until) == ETIMEDOUT) break;
    while (r->at == TAKEN) pthread_cond_wait(&h->changed, &h->mutex);
    if (r->at == ASKED) take_back(h, r);
    keep_or_recall(h, r);
    pthread_mutex_unlock(&h->mutex);
}

static void fill(struct http *h, struct http_request *r)
{
    bool good;
    if (r->act) {
        ask(h, r);
        return;
    }
    if (strcmp(r->path, "/healthz") == 0) {
        good = clock_mono_ns() - atomic_load_explicit(&h->beat, memory_order_relaxed) < (uint64_t)STUCK_S * 1000000000u;
    } else if (strcmp(r->path, "/readyz") == 0) {
        good = atomic_load_explicit(&h->ready, memory_order_relaxed);
    } else {
        ask(h, r);
        return;
    }
    const char *lack = strcmp(r->path, "/healthz") == 0 ? sandbox_lack() : NULL;
    r->status = good ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
    buf_str(&r->body, good ? "ok\n" : "not now\n");
    if (lack != NULL) buf_printf(&r->body, "sandbox: %s\n", lack);
}

static enum MHD_Result respond(struct MHD_Connection *connection, const struct http_request *r)
{
    bool json = r->body.len > 0 && (r->body.ptr[0] == '{' || r->body.ptr[0] == '[');
    const char *type = json ? "application/json" : strcmp(r->path, "/metrics") == 0 ? "text/plain; version=0.0.4; charset=utf-8"
                     : "text/plain; charset=utf-8";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(r->body.len, r->body.len > 0 ? r->body.ptr : "", MHD_RESPMEM_MUST_COPY);
    if (response == NULL) return MHD_NO;
    enum MHD_Result done = MHD_add_response_header(response, "Content-Type", type);
    if (done == MHD_YES) done = MHD_queue_response(connection, r->status, response);
    MHD_destroy_response(response);
    return done;
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_size, void **request_state)
{
    (void)version;
    (void)upload;
    (void)request_state;
    const struct door *door = self;
    struct http_request r = {.path = url, .connection = connection, .body = buf_make(BODY_MAX), .at = ASKED};
    if (*upload_size > 0) {
        *upload_size = 0; /* nobody wants a body */
        return MHD_YES;
    }
    r.act = strcmp(method, "POST") == 0;
    if (r.act ? !door->local : strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        r.status = MHD_HTTP_METHOD_NOT_ALLOWED;
    } else {
        if (r.act) MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u); /* what is done may take its time */
        fill(door->http, &r);
    }
    enum MHD_Result done = respond(connection, &r);
    buf_free(&r.body);
    return done;
}

/* --- start and stop --- */

static void on_log(void *self, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
static void on_log(void *self, const char *fmt, va_list args)
{
    (void)self;
    char line[300], quoted[320];
    vsnprintf(line, sizeof line, fmt, args);
    log_event(LOG_DEBUG, "http", "text=%s", log_quote(slice_trim(slice_of(line)), quoted, sizeof quoted));
}

static struct MHD_Daemon *serve(struct door *door, int fd)
{
    return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ERROR_LOG, 0,
                            NULL, NULL, on_request, door, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
                            MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK, MHD_OPTION_END);
}

static int listen_path(const char *path, struct trouble *t)
{
    char endpoint[256];
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (state_ipc(endpoint, sizeof endpoint, path) == OK && strlen(endpoint + 6) < sizeof a.sun_path && fd >= 0) {
        memcpy(a.sun_path, endpoint + 6, strlen(endpoint + 6) + 1);
        unlink(a.sun_path);
        if (bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && chmod(a.sun_path, 0600) == 0 && listen(fd, CONNECTIONS) == 0) return fd;
    }
    trouble_say(t, EXIT_NEEDS_PERSON, "cannot listen at %s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    return -1;
}

/* "HOST:PORT" and "[V6]:PORT" as a list of addresses, or NULL. */
static struct addrinfo *addresses(const char *host_port, bool passive)
{
    char host[256];
    const char *colon = strrchr(host_port, ':');
    if (colon == NULL || (size_t)(colon - host_port) >= sizeof host) return NULL;
    snprintf(host, sizeof host, "%.*s", (int)(colon - host_port), host_port);
    size_t n = strlen(host);
    char *name = host;
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        name++;
    }
    bool any = passive && (strcmp(name, "*") == 0 || *name == '\0');
    struct addrinfo *list = NULL, hints = {.ai_socktype = SOCK_STREAM, .ai_flags = passive ? AI_PASSIVE : 0};
    return getaddrinfo(any ? NULL : name, colon + 1, &hints, &list) == 0 ? list : NULL;
}

static bool is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET) return (ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24) == 127;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

static int listen_port(const char *host_port, bool trusted, struct trouble *t)
{
    struct addrinfo *list = addresses(host_port, true);
    if (list == NULL) {
        trouble_say(t, EXIT_NEEDS_PERSON, "--http '%s' is no HOST:PORT", host_port);
        return -1;
    }
    int fd = -1, one = 1;
    if (!trusted && !is_loopback(list->ai_addr)) {
        trouble_say(t, EXIT_NEEDS_PERSON, "--http %s can be reached from other machines: give --trusted-network if that network is private",
                    host_port);
    } else {
        fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
                    bind(fd, list->ai_addr, list->ai_addrlen) == 0 && listen(fd, CONNECTIONS) == 0;
        if (!good) {
            trouble_say(t, errno == EADDRINUSE ? EXIT_TRY_AGAIN : EXIT_NEEDS_PERSON, "cannot listen at %s: %s", host_port,
                        errno == EADDRINUSE ? "the port is taken" : strerror(errno));
            if (fd >= 0) close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    return fd;
}

static bool start_server(struct http *h, int i, int fd, struct trouble *t)
{
    if (fd < 0) return false;
    h->door[i] = (struct door){h, i == 0};
    h->server[i] = serve(&h->door[i], fd);
    if (h->server[i] != NULL) return true;
    close(fd);
    trouble_say(t, EXIT_TRY_AGAIN, "cannot start the HTTP server");
    return false;
}

struct http *http_start(const char *path, const char *host_port, bool trusted, const struct http_hooks *hooks, struct trouble *t)
{
    struct http *h = calloc(1, sizeof *h);
    if (h == NULL) {
        trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
        return NULL;
    }
    h->hooks = *hooks;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&h->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&h->mutex, NULL);
    atomic_store(&h->beat, clock_mono_ns());
    h->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    trouble_say(t, EXIT_TRY_AGAIN, "out of memory or descriptors");
    if (h->fd < 0 || !start_server(h, 0, listen_path(path, t), t)) goto fail;
    h->path = strdup(path);
    if (h->path == NULL) goto fail;
    if (host_port != NULL && !start_server(h, 1, listen_port(host_port, trusted, t), t)) goto fail;
    return h;
fail:
    http_stop(&h);
    return NULL;
}

void http_stop(struct http **h)
{
    struct http *self = *h;
    char endpoint[256];
    if (self == NULL) return;
    *h = NULL;
    pthread_mutex_lock(&self->mutex);
    self->closing = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    if (self->path != NULL && state_ipc(endpoint, sizeof endpoint, self->path) == OK) unlink(endpoint + 6);
    for (int i = 0; i < 2; i++)
        if (self->server[i] != NULL) MHD_stop_daemon(self->server[i]);
    if (self->fd >= 0) close(self->fd);
    free(self->path);
    free(self->kept_status.ptr);
    free(self->kept_metrics.ptr);
    pthread_mutex_destroy(&self->mutex);
    pthread_cond_destroy(&self->changed);
    free(self);
}
