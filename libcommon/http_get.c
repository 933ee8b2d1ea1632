/* http_get.c - the asking side: one GET or POST over a Unix socket or a port. */
#include "http.h"

#include "clock.h"
#include "state.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int timeout_left(uint64_t end)
{
    uint64_t now = clock_mono_ns();
    return now >= end ? 0 : (int)((end - now) / 1000000u) + 1;
}

static bool wait_for(int fd, short events, uint64_t end)
{
    struct pollfd p = {.fd = fd, .events = events};
    int n;
    do n = poll(&p, 1, timeout_left(end));
    while (n < 0 && errno == EINTR);
    if (n == 0) errno = ETIMEDOUT;
    return n > 0;
}

static int connect_address(const struct sockaddr *a, socklen_t len, uint64_t end)
{
    int fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), why = 0;
    socklen_t size = sizeof why;
    if (fd < 0) return -1;
    if (connect(fd, a, len) == 0) return fd;
    if (errno == EINPROGRESS && wait_for(fd, POLLOUT, end) && getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) == 0) {
        if (why == 0) return fd;
        errno = why;
    }
    why = errno;
    close(fd);
    errno = why;
    return -1;
}

static int connect_path(const char *path, uint64_t end)
{
    char endpoint[256];
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (state_ipc(endpoint, sizeof endpoint, path) != OK || strlen(endpoint + 6) >= sizeof a.sun_path) {
        errno = ENOENT;
        return -1;
    }
    memcpy(a.sun_path, endpoint + 6, strlen(endpoint + 6) + 1);
    return connect_address((const struct sockaddr *)&a, sizeof a, end);
}

static int connect_port(const char *host_port, uint64_t end)
{
    char host[256];
    const char *colon = strrchr(host_port, ':');
    struct addrinfo *list = NULL, hints = {.ai_socktype = SOCK_STREAM};
    int fd = -1;
    errno = EINVAL;
    if (colon == NULL || (size_t)(colon - host_port) >= sizeof host) return -1;
    snprintf(host, sizeof host, "%.*s", (int)(colon - host_port), host_port);
    if (getaddrinfo(host, colon + 1, &hints, &list) != 0) {
        errno = EHOSTUNREACH;
        return -1;
    }
    for (struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next) fd = connect_address(a->ai_addr, a->ai_addrlen, end);
    freeaddrinfo(list);
    return fd;
}

static enum err send_all(int fd, struct slice s, uint64_t end)
{
    while (s.len > 0) {
        ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno != EAGAIN || !wait_for(fd, POLLOUT, end))) return ERR_IO;
        if (n > 0) s = slice_cut(s, (size_t)n, s.len);
    }
    return OK;
}

static enum err receive_all(int fd, struct buf *into, uint64_t end)
{
    for (;;) {
        char *room = buf_room(into, 16384);
        if (room == NULL) return into->failed;
        ssize_t n = recv(fd, room, 16384, 0);
        if (n == 0) return OK;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno != EAGAIN || !wait_for(fd, POLLIN, end))) return ERR_IO;
        if (n > 0) into->len += (size_t)n;
    }
}

/* Splits a whole answer; its end is the connection's. */
static enum err split(struct slice answer, unsigned *status, struct buf *body)
{
    size_t space = slice_find(answer, SLICE(" "), 0), blank = slice_find(answer, SLICE("\r\n\r\n"), 0);
    if (!slice_starts(answer, SLICE("HTTP/1.")) || space == SIZE_MAX || blank == SIZE_MAX || blank < space + 4) return ERR_MALFORMED;
    *status = 0;
    for (size_t i = space + 1; i < space + 4; i++) {
        if (answer.ptr[i] < '0' || answer.ptr[i] > '9') return ERR_MALFORMED;
        *status = *status * 10 + (unsigned)(answer.ptr[i] - '0');
    }
    return buf_put(body, slice_cut(answer, blank + 4, answer.len));
}

static enum err ask(const char *method, const char *where, const char *target, int timeout_ms, unsigned *status, struct buf *body)
{
    uint64_t end = clock_mono_ns() + (uint64_t)timeout_ms * 1000000u;
    int fd = strchr(where, '/') != NULL ? connect_path(where, end) : connect_port(where, end);
    if (fd < 0) return ERR_IO;
    struct buf request = buf_make(65536), answer = buf_make(body->max + 65536);
    enum err e = buf_printf(&request, "%s %s HTTP/1.0\r\nHost: wiredesk\r\nContent-Length: 0\r\n\r\n", method, target);
    if (e == OK) e = send_all(fd, buf_slice(&request), end);
    if (e == OK) e = receive_all(fd, &answer, end);
    if (e == OK) e = split(buf_slice(&answer), status, body);
    int why = errno;
    close(fd);
    buf_free(&request);
    buf_free(&answer);
    errno = why;
    return e;
}

enum err http_get(const char *where, const char *target, int timeout_ms, unsigned *status, struct buf *body)
{
    return ask("GET", where, target, timeout_ms, status, body);
}

enum err http_post(const char *where, const char *target, int timeout_ms, unsigned *status, struct buf *body)
{
    return ask("POST", where, target, timeout_ms, status, body);
}

enum err http_encode(struct slice s, struct buf *out)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) buf_char(out, (char)c);
        else buf_printf(out, "%%%02X", c);
    }
    return out->failed;
}
