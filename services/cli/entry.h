/* entry.h - how a client gets in where keys are asked for: what it was told, and the ring that it shows. */
#ifndef WD_CLI_ENTRY_H
#define WD_CLI_ENTRY_H

#include "../../libcommon/keys.h"

/* As given on the command line. */
struct entry {
    const char *keys; /* --keys DIR; NULL: without keys */
    const char *key;  /* --key NAME */
    const char *server; /* whose key the other side has */
};

/* Takes "#NAME" off an endpoint, into *server and `name`; leaves both when there is none. False: it is no name. */
bool entry_split(char *endpoint, char name[KEY_NAME_MAX], const char **server) MUST_CHECK;

/* The ring as the files are now, or an empty one without keys. False with the trouble. */
bool entry_ring(const struct entry *e, struct key_ring *out, struct trouble *t) MUST_CHECK;

/* Has the kernel find out when the other host is gone: libzmq's own heartbeats abort the process when that happens while its queue is full. */
enum err entry_watch(void *socket) MUST_CHECK;

/* Connects a libzmq socket once for each key that the other side may have; without keys once, in the clear. False with zmq_errno(). */
bool entry_connect(void *socket, const struct key_ring *ring, const char *endpoint) MUST_CHECK;

#endif
