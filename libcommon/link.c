/* link.c - sockets with the options that the measurements earned (architecture, section 2). */
#include "link.h"

#include "log.h"
#include "state.h"

#include <czmq.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/file.h>

enum {
    KEEPALIVE_S = 3, KEEPALIVE_COUNT = 3,
    UNHEARD_MS = 6000,     /* what was sent and is not acknowledged for so long ends the connection (a peer that has no room acknowledges all the same): TCP's
                            * own retries come minutes apart. No heartbeats of libzmq's: a process that finds one in a full queue whose peer has gone aborts */
    RECONNECT_MS = 20,
    RECONNECT_MOST_MS = 500,
    CONNECT_MS = 3000,
    SMALL_BUFFER = 4096,
    SMALL_SEGMENT = 1024,  /* of TCP at most where the buffer is small. A segment of more than half of the window, as on loopback, may wait for the peer's probe
                            * timer, a fifth of a second each, for ever: what the window then holds is less than the sender's segment (RFC 9293, 3.8.6.2) */
    SMALL_WATER = 2,
    FRAME_SLACK = 1 << 20, /* beyond the sender's own check; more than anybody says to a publisher */
    HANDSHAKE_MS = 3000,   /* for a stranger to say who it is: until then it costs a descriptor, and the memory of what it sends */
    SPEAK_S = 30,          /* the kernel keeps a connection to itself until its peer has said something, as every peer of ours does at once */
    OTHER_THREAD = 1, PUBLIC_THREAD = 2, /* bits: the first and the second of libzmq's threads */
    BACKLOG = 4096,        /* connections that wait to be taken, as far as the kernel lets */
};

static bool is_tcp(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0;
}

static bool is_ipc(const char *endpoint)
{
    return strncmp(endpoint, "ipc://", 6) == 0 && endpoint[6] != '\0';
}

bool link_any_tcp(const struct option_list *endpoints)
{
    for (size_t i = 0; i < endpoints->len; i++)
        if (is_tcp(endpoints->item[i])) return true;
    return false;
}

void link_threads(void)
{
    zsys_set_io_threads(2);
}

zsock_t *link_open(const struct link_settings *s, bool tcp, struct trouble *t)
{
    zsock_t *sock = zsock_new(s->type);
    if (sock == NULL) {
        trouble_say(t, EXIT_TRY_AGAIN, "cannot make a socket: %s", zmq_strerror(zmq_errno()));
        return NULL;
    }
    zsock_set_linger(sock, s->linger_ms);
    int water = tcp && s->small_buffers && s->water > SMALL_WATER ? SMALL_WATER : s->water;
    zsock_set_sndhwm(sock, s->water_back > 0 ? s->water_back : water);
    zsock_set_rcvhwm(sock, water);
    zsock_set_maxmsgsize(sock, (int)(s->frame_max + FRAME_SLACK));
    zsock_set_reconnect_ivl(sock, RECONNECT_MS);
    zsock_set_reconnect_ivl_max(sock, RECONNECT_MOST_MS);
    if (s->type == ZMQ_PUSH) zsock_set_immediate(sock, 1);
    if (s->water_back > 0) { /* an answer that cannot be queued is an error to the caller and not dropped in silence */
        zsock_set_router_mandatory(sock, 1);
        zsock_set_sndtimeo(sock, 0);
    }
    zsock_set_affinity(sock, tcp && s->public ? PUBLIC_THREAD : OTHER_THREAD);
    if (!tcp) return sock;
    zsock_set_ipv6(sock, 1);
    zsock_set_connect_timeout(sock, CONNECT_MS);
    zsock_set_tcp_keepalive(sock, 1);
    zsock_set_tcp_keepalive_idle(sock, KEEPALIVE_S);
    zsock_set_tcp_keepalive_intvl(sock, KEEPALIVE_S);
    zsock_set_tcp_keepalive_cnt(sock, KEEPALIVE_COUNT);
    zsock_set_tcp_maxrt(sock, UNHEARD_MS);
    if (s->small_buffers) {
        zsock_set_sndbuf(sock, SMALL_BUFFER);
        zsock_set_rcvbuf(sock, SMALL_BUFFER);
    }
    return sock;
}

/* True for an endpoint that only this machine can reach. */
static bool is_loopback(const char *endpoint)
{
    const char *host = endpoint + 6;
    bool numeric = host[strspn(host, "0123456789.")] == ':'; /* 127.example.org is a name like any other */
    return (numeric && strncmp(host, "127.", 4) == 0) || strncmp(host, "localhost:", 10) == 0 || strncmp(host, "[::1]:", 6) == 0;
}

/* Locks PATH.lock for the life of the process. */
static bool hold_path(const char *path, struct trouble *t)
{
    char lock[4200];
    snprintf(lock, sizeof lock, "%s.lock", path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        trouble_say(t, EXIT_NEEDS_PERSON, "cannot listen at ipc://%s: %s", path, strerror(errno));
        return false;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        trouble_say(t, EXIT_TRY_AGAIN, "cannot listen at ipc://%s: another process does", path);
        close(fd);
        return false;
    }
    return true; /* fd stays open, the kernel gives the lock back */
}

static bool in_state(const char *path, const char *state)
{
    size_t n = state ? strlen(state) : 0;
    return n > 0 && strncmp(path, state, n) == 0 && strncmp(path + n, "/sock/", 6) == 0;
}

static zsock_t *bind_ipc(zsock_t *sock, const char *state, const char *path, struct trouble *t)
{
    char endpoint[256];
    if (!in_state(path, state) && strncmp(path, "/proc/self/fd/", 14) != 0 && !hold_path(path, t)) return NULL;
    if (state_ipc(endpoint, sizeof endpoint, path) == OK && zsock_bind(sock, "%s", endpoint) >= 0) return sock;
    trouble_say(t, EXIT_NEEDS_PERSON, "cannot listen at ipc://%s: %s", path, zmq_strerror(zmq_errno()));
    return NULL;
}

static bool set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/* What libzmq would not set on its own listener: connections have it from their first packet on. */
static bool prepare(int fd, const struct link_settings *s, int family)
{
    bool good = set(fd, SOL_SOCKET, SO_REUSEADDR, 1) && (family != AF_INET6 || set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0));
    if (s->small_buffers) good = good && set(fd, SOL_SOCKET, SO_RCVBUF, SMALL_BUFFER) && set(fd, SOL_SOCKET, SO_SNDBUF, SMALL_BUFFER) && set(fd, IPPROTO_TCP, TCP_MAXSEG, SMALL_SEGMENT);
    if (good && !set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, SPEAK_S)) log_event(LOG_DEBUG, "not_deferred", "error=\"%s\"", strerror(errno));
    return good;
}

/* A listening socket at the first address of that host, or at all when it is NULL; -1 with errno. */
static int listen_at(const struct link_settings *s, const char *host, const char *port, int family)
{
    struct addrinfo *found = NULL, want = {.ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    if (getaddrinfo(host, port, &want, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && (!prepare(fd, s, found->ai_family) || bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)) {
        int why = errno;
        close(fd);
        errno = why;
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

/* The same for HOST:PORT, where * is every address or any port. */
static int listener(const struct link_settings *s, const char *at)
{
    char host[256];
    const char *colon = strrchr(at, ':'), *port = colon != NULL && strcmp(colon, ":*") == 0 ? "0" : colon != NULL ? colon + 1 : "";
    bool bracketed = at[0] == '[' && colon != NULL && colon[-1] == ']';
    int length = colon != NULL ? (int)(colon - at) - 2 * bracketed : 0;
    errno = EINVAL;
    if (length <= 0 || length >= (int)sizeof host || *port == '\0') return -1;
    snprintf(host, sizeof host, "%.*s", length, at + bracketed);
    if (strcmp(host, "*") != 0) return listen_at(s, host, port, AF_UNSPEC);
    int fd = listen_at(s, NULL, port, AF_INET6); /* IPv4 with it, where there is IPv6 at all */
    return fd >= 0 || errno != EAFNOSUPPORT ? fd : listen_at(s, NULL, port, AF_INET);
}

static zsock_t *bind_tcp(zsock_t *sock, const struct link_settings *s, const char *endpoint, struct trouble *t)
{
    zsock_set_handshake_ivl(sock, HANDSHAKE_MS);
    int fd = s->doors == NULL || doors_guard(s->doors, sock, s->admits) ? listener(s, endpoint + 6) : -1, why = errno;
    bool bound = false;
    if (fd >= 0) {
        zsock_set_use_fd(sock, fd); /* whose it is from now on */
        bound = zsock_bind(sock, "%s", endpoint) >= 0;
        why = zmq_errno();
    }
    if (bound && (s->doors == NULL || doors_bound(s->doors, sock, s->admits))) return sock;
    if (bound) trouble_say(t, EXIT_NEEDS_PERSON, "cannot listen at %s: it is one port with keys too many", endpoint);
    else if (why == EADDRINUSE) trouble_say(t, EXIT_TRY_AGAIN, "cannot listen at %s: the port is taken", endpoint);
    else trouble_say(t, EXIT_NEEDS_PERSON, "cannot listen at %s: %s", endpoint, zmq_strerror(why));
    return NULL;
}

zsock_t *link_bind(const struct link_settings *s, const char *state, const char *endpoint, struct trouble *t)
{
    bool tcp = is_tcp(endpoint);
    if (!tcp && !is_ipc(endpoint)) {
        trouble_say(t, EXIT_NEEDS_PERSON, "'%s' is no endpoint: want tcp://HOST:PORT or ipc://PATH", endpoint);
        return NULL;
    }
    if (tcp && !is_loopback(endpoint) && s->doors == NULL && !s->trusted_network) {
        trouble_say(t, EXIT_NEEDS_PERSON,
                    "%s can be reached from other machines: give --keys DIR (wiredesk keygen makes keys), or --trusted-network if that network is "
                    "private, or listen at tcp://127.0.0.1",
                    endpoint);
        return NULL;
    }
    zsock_t *sock = link_open(s, tcp, t);
    if (sock == NULL) return NULL;
    if ((tcp ? bind_tcp(sock, s, endpoint, t) : bind_ipc(sock, state, endpoint + 6, t)) != NULL) return sock;
    zsock_destroy(&sock);
    return NULL;
}

void link_unbind(zsock_t **sock)
{
    if (*sock == NULL) return;
    char *endpoint = zsock_last_endpoint(*sock); /* libzmq leaves the path of an ipc socket behind */
    if (endpoint != NULL && is_ipc(endpoint) && unlink(endpoint + 6) != 0 && errno != ENOENT)
        log_event(LOG_WARN, "path_stays", "path=%s error=\"%s\"", endpoint + 6, strerror(errno));
    zstr_free(&endpoint);
    zsock_destroy(sock);
}

enum err link_try_send(zsock_t *sock, struct slice frame)
{
    zmq_msg_t message;
    if (zmq_msg_init_size(&message, frame.len) != 0) return ERR_NOMEM;
    if (frame.len > 0) memcpy(zmq_msg_data(&message), frame.ptr, frame.len);
    int n;
    do n = zmq_msg_send(&message, zsock_resolve(sock), ZMQ_DONTWAIT);
    while (n < 0 && zmq_errno() == EINTR);
    if (n >= 0) return OK;
    enum err e = zmq_errno() == EAGAIN ? ERR_FULL : ERR_IO;
    zmq_msg_close(&message);
    return e;
}
