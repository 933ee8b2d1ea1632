/* http.h - a daemon's own small window: /healthz /readyz /status /metrics and what it adds, on a Unix socket and perhaps a port.
 *
 * What changes something is a POST, and comes by the Unix socket alone: whoever may open that may do as the daemon's user.
 *
 * The server (libmicrohttpd) has threads of its own; every hook runs on the thread that calls http_answer(), the daemon's own,
 * between two pieces of work. So hooks may look at anything without a lock. /healthz and /readyz are answered from two
 * atomics, also while the daemon is at work. When the daemon does not come by within two seconds, /status and /metrics give what
 * they gave last. */
#ifndef WD_HTTP_H
#define WD_HTTP_H

#include "buf.h"
#include "trouble.h"

struct http;
struct http_request;

struct http_hooks {
    void (*status)(void *self, struct buf *json);  /* one JSON object */
    void (*metrics)(void *self, struct buf *text); /* Prometheus text; NULL: none */
    /* NULL, or: any other path. Fills body (JSON) and returns the HTTP status; 0: no such path. */
    unsigned (*other)(void *self, const struct http_request *r, struct buf *body);
    unsigned (*act)(void *self, const struct http_request *r, struct buf *body); /* the same for a POST; NULL: nothing can be changed */
    void *self;
};

/* Listens at `path` (a Unix socket, mode 0600, a stale one is reclaimed: hold the daemon's lock) and, unless it is NULL, at
 * `host_port`. Beyond loopback only when `trusted`. NULL with the trouble. */
struct http *http_start(const char *path, const char *host_port, bool trusted, const struct http_hooks *hooks, struct trouble *t)
    MUST_CHECK;

/* A descriptor that is readable when http_answer() has something to do. */
int http_fd(const struct http *h);

/* Runs the hooks for what has been asked, and says that the daemon is alive: call it in every turn of the loop, at least every
 * 30 s. /healthz turns to 503 after 60 s without it. */
void http_answer(struct http *h);

/* What /readyz says: 200 or 503. Any thread. */
void http_set_ready(struct http *h, bool ready);

/* Stops the server, takes its path away, frees *h. NULL is fine. */
void http_stop(struct http **h);

/* What was asked. */
const char *http_path(const struct http_request *r);
/* The query argument of that name, or NULL. */
const char *http_argument(const struct http_request *r, const char *name);

/* The other side: GET `target` ("/status") from `where` (a path with a slash in it, or HOST:PORT). Appends the body and sets
 * *status. ERR_IO with errno (ETIMEDOUT after timeout_ms), ERR_MALFORMED, ERR_TOO_BIG (body's ceiling), ERR_NOMEM. */
enum err http_get(const char *where, const char *target, int timeout_ms, unsigned *status, struct buf *body) MUST_CHECK;
/* The same with POST, for a Unix socket. The target's arguments are percent-encoded (http_encode). */
enum err http_post(const char *where, const char *target, int timeout_ms, unsigned *status, struct buf *body) MUST_CHECK;
/* Appends s with all but letters, digits and "-._~" percent-encoded. */
enum err http_encode(struct slice s, struct buf *out) MUST_CHECK;

#endif
