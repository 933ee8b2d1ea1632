/* link.h - the sockets between the stages: bound where a stage listens, connected to every address that a name has.
 *
 * Sockets are czmq's (zsock_t); frames are sent and received whole and single. A socket belongs to the thread that made it.
 * Endpoints: "tcp://HOST:PORT" and "ipc://PATH". An ipc PATH may be longer than a Unix socket's 107 bytes, and in a target its
 * last part may hold `*` ("ipc://DIR/sock/tag.*.in": every replica of tag on this machine).
 *
 * With keys (doors.h) every TCP connection is encrypted and both ends know each other; paths go in the clear, guarded by their folder. A target may say
 * whose key is expected there: "tcp://10.0.0.7:5562#tag". */
#ifndef WD_LINK_H
#define WD_LINK_H

#include "doors.h"
#include "option.h"
#include "trouble.h"

struct link_settings {
    int type;             /* ZMQ_PULL, ZMQ_PUSH, ZMQ_XPUB, ZMQ_SUB, ZMQ_PUB, ZMQ_ROUTER, ZMQ_DEALER */
    int water;            /* high-water mark, messages a peer, at this end */
    int water_back;       /* ROUTER: answers that a peer may leave unread, when that is another number; one more is given up (EAGAIN) */
    size_t frame_max;     /* the sender's own check, bytes; the receiver closes a connection only well beyond it. 0: it hears subscriptions only */
    int linger_ms;        /* how long what was sent may keep the process from ending */
    bool small_buffers;   /* TCP: 4 KiB kernel buffers, small segments and a water mark of 2, so that little waits behind one slow document (ipc: follow_narrow()) */
    bool public;          /* bind: strangers may come to this port, so on TCP it has a thread of libzmq's of its own: what they cost does not hold up the others */
    bool trusted_network; /* bind: ports beyond loopback are wanted without keys */
    struct doors *doors;  /* NULL: no keys */
    const char *admits;   /* bind: the role that may come in */
    const char *server;   /* connect: whose key is expected where the target does not say; NULL: that of the target's host name */
};

/* Makes the thread for public sockets, without which none can be bound: to be called once, before any socket. */
void link_threads(void);

/* A socket bound to `endpoint`; destroy it with link_unbind(). An ipc path in the state directory is covered by the lock of
 * its daemon (daemon_open); any other is locked by PATH.lock for the life of the process, since a second bind steals a path
 * silently. NULL with the trouble: the address is taken, not allowed, or no address. */
zsock_t *link_bind(const struct link_settings *s, const char *state, const char *endpoint, struct trouble *t) MUST_CHECK;

/* Destroys a socket that link_bind() made, and takes its ipc path away. NULL is fine. */
void link_unbind(zsock_t **sock);

/* A socket that connects to what follow_apply() finds. NULL with the trouble. `tcp`: timeouts and buffers as TCP needs
 * them. Destroy it with zsock_destroy(). */
zsock_t *link_open(const struct link_settings *s, bool tcp, struct trouble *t) MUST_CHECK;

/* True when one of the endpoints is TCP. */
bool link_any_tcp(const struct option_list *endpoints);

/* Sends one frame without waiting. ERR_FULL: no peer, or all their queues are full. ERR_NOMEM, ERR_IO. */
enum err link_try_send(zsock_t *sock, struct slice frame) MUST_CHECK;

/* Addresses that come and go. A thread looks the targets up once a second with jitter (names: all addresses of each; ipc: the
 * paths that are there), and more often while there is none; the socket's owner connects and disconnects. */
struct follow;

/* Starts to follow `targets` for `sock`, which was opened with `s`; their text is copied. NULL with the trouble when one is no endpoint, or has
 * no key by which to know it. */
struct follow *follow_start(zsock_t *sock, const struct link_settings *s, const struct option_list *targets, struct trouble *t) MUST_CHECK;

/* Keeps the kernel's buffers small on connections to ipc targets too, where no option of the socket's does: 200 KB of them hold a
 * hundred documents behind one slow one. Call before the first follow_apply(). */
void follow_narrow(struct follow *f);

/* A descriptor that is readable when follow_apply() has something to do. */
int follow_fd(const struct follow *f);

/* Connects the new and disconnects the vanished addresses, and what has to show or know another key. Call on the socket's thread. Returns how many
 * addresses are connected to. */
size_t follow_apply(struct follow *f);

/* Ends the thread (does not wait for a slow name server) and frees *f. The socket stays. NULL is fine. */
void follow_stop(struct follow **f);

#endif
