/* entry.c - a client's keys, from their files to its sockets. */
#include "entry.h"

#include <zmq.h>

bool entry_split(char *endpoint, char name[KEY_NAME_MAX], const char **server)
{
    char *hash = strncmp(endpoint, "tcp://", 6) == 0 ? strchr(endpoint, '#') : NULL;
    if (hash == NULL) return true;
    *hash = '\0';
    if (!key_name_good(hash + 1)) return false;
    snprintf(name, KEY_NAME_MAX, "%s", hash + 1);
    *server = name;
    return true;
}

bool entry_ring(const struct entry *e, struct key_ring *out, struct trouble *t)
{
    *out = (struct key_ring){.servers = 0};
    return e->keys == NULL || key_ring_read(e->keys, e->key, e->server, out, t);
}

enum err entry_watch(void *socket)
{
    static const struct { int option, value; } set[] = {
        {ZMQ_TCP_KEEPALIVE, 1}, {ZMQ_TCP_KEEPALIVE_IDLE, 3}, {ZMQ_TCP_KEEPALIVE_INTVL, 3}, {ZMQ_TCP_KEEPALIVE_CNT, 3}, {ZMQ_TCP_MAXRT, 6000},
        {ZMQ_CONNECT_TIMEOUT, 3000}, /* the kernel's own tries of a connection come ever later, a minute apart at last */
    };
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        if (zmq_setsockopt(socket, set[i].option, &set[i].value, sizeof set[i].value) != 0) return ERR_IO;
    return OK;
}

bool entry_connect(void *socket, const struct key_ring *ring, const char *endpoint)
{
    bool in_clear = ring->servers == 0 || strncmp(endpoint, "tcp://", 6) != 0;
    if (in_clear) return zmq_connect(socket, endpoint) == 0;
    for (size_t i = 0; i < ring->servers; i++)
        if (!key_show(socket, &ring->own, ring->server[i]) || zmq_connect(socket, endpoint) != 0) return false;
    return true;
}
