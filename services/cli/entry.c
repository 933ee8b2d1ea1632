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

bool entry_connect(void *socket, const struct key_ring *ring, const char *endpoint)
{
    bool in_clear = ring->servers == 0 || strncmp(endpoint, "tcp://", 6) != 0;
    if (in_clear) return zmq_connect(socket, endpoint) == 0;
    for (size_t i = 0; i < ring->servers; i++)
        if (!key_show(socket, &ring->own, ring->server[i]) || zmq_connect(socket, endpoint) != 0) return false;
    return true;
}
