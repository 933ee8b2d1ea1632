/* doors.h - who may come in: a process's own CURVE key, the list of those whom it admits, and the ZAP handler (RFC 27) that asks the list.
 *
 * A TCP socket that listens is a door, and a door admits one role: keys that have it in their .pub come in, all others are turned away
 * before anything of theirs is read, and may try again (a key that is added later works then). The list is read again within a second of
 * a change. When a key loses a role, every connection of the doors for that role is cut: those who may come back do within half a second,
 * and the protocol repeats what was under way. Sockets on paths (ipc) are no doors: the folder's mode guards them. */
#ifndef WD_DOORS_H
#define WD_DOORS_H

#include "keys.h"

typedef struct _zsock_t zsock_t;
struct doors;

/* Reads DIR/secret/NAME.key and DIR/public, and starts the thread that answers. For sockets of czmq's context. *out is NULL without an
 * error when dir is NULL: no keys. False with the trouble. */
bool doors_open(const char *dir, const char *name, struct doors **out, struct trouble *t) MUST_CHECK;
/* Call it when the sockets are closed: without the thread nobody gets in. NULL is fine. */
void doors_close(struct doors **d);

/* Makes the socket a door for `role`: before it is bound. False with zmq_errno(). */
bool doors_guard(struct doors *d, zsock_t *sock, const char *role) MUST_CHECK;
/* It is bound: from now on it is cut when a key loses `role`. False: there are too many doors. */
bool doors_bound(struct doors *d, zsock_t *sock, const char *role) MUST_CHECK;

/* --- for those who connect, any thread --- */

const struct key_pair *doors_own(const struct doors *d);
/* The public keys of `name` as the list has them now: one, or two while it is being replaced. */
size_t doors_keys_of(struct doors *d, const char *name, char out[KEYS_OF_MAX][KEY_TEXT]);
/* Goes up with each new list. */
unsigned doors_version(const struct doors *d);

/* Handshakes that were let in and turned away. */
struct doors_stats { uint64_t admitted, turned_away, keys; };
struct doors_stats doors_stats(struct doors *d);

#endif
