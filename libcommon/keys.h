/* keys.h - CURVE keys (RFC 26) as files of a folder: secret/NAME.key is its owner's alone, public/NAME.pub says who may come in as what.
 *
 * Both are text in the form of czmq's and pyzmq's certificates. A NAME is of a-z, 0-9 and '-'. While a key is being replaced its former
 * public half stands beside the new one as public/NAME.old.pub: both are valid. Removing a .pub takes its key's rights away. */
#ifndef WD_KEYS_H
#define WD_KEYS_H

#include "trouble.h"

enum {
    KEY_TEXT = 41,       /* a key in Z85, with its '\0' */
    KEY_NAME_MAX = 41,   /* likewise */
    KEY_ROLES_MAX = 128, /* likewise */
    KEY_FILE_MAX = 4096, /* bytes of a file */
    KEYS_MAX = 65536,    /* public keys of a folder */
};

struct key_pair { char public[KEY_TEXT], secret[KEY_TEXT]; };

struct key_public {
    char key[KEY_TEXT];
    char name[KEY_NAME_MAX];   /* without ".old" */
    char roles[KEY_ROLES_MAX]; /* words: "feeder reader" */
};

/* Sorted by key. */
struct key_list { struct key_public *at; size_t len; };

bool key_name_good(const char *name);

/* Reads DIR/secret/NAME.key. False with the trouble: not there, open to others than its owner, not a key. */
bool keys_secret(const char *dir, const char *name, struct key_pair *out, struct trouble *t) MUST_CHECK;

/* Reads every DIR/public/NAME.pub into *out, which the caller frees. False with the trouble: one that cannot be read spoils all. */
bool keys_public(const char *dir, struct key_list *out, struct trouble *t) MUST_CHECK;
void keys_free(struct key_list *l);

/* The entry of that key, or NULL. */
const struct key_public *keys_find(const struct key_list *l, const char key[KEY_TEXT]);
/* True when the key may come in as `role`. */
bool key_has_role(const struct key_public *k, const char *role);

/* The keys that go by a name: its own and its former one. Returns how many. */
enum { KEYS_OF_MAX = 2 };
size_t keys_of(const struct key_list *l, const char *name, char out[KEYS_OF_MAX][KEY_TEXT]);

/* Changes whenever a file of DIR/public does. */
uint64_t keys_stamp(const char *dir);

/* Makes NAME's pair of files with these roles; `replace`: beside the public key that is there. False with the trouble: there is one already (or,
 * with `replace`, is none, or a former one is still valid), or it cannot be written. */
bool keys_make(const char *dir, const char *name, const char *roles, bool replace, struct trouble *t) MUST_CHECK;

/* --- a client's side --- */

/* What a client shows, and by what it knows the other side. */
struct key_ring {
    struct key_pair own;
    char server[KEYS_OF_MAX][KEY_TEXT];
    size_t servers;
};

/* Reads NAME's secret key and the public keys of `server`. False with the trouble. */
bool key_ring_read(const char *dir, const char *name, const char *server, struct key_ring *out, struct trouble *t) MUST_CHECK;

/* The next connect of this libzmq socket shows `own` and wants to find `server`; NULL: it goes in the clear. False with zmq_errno(). */
bool key_show(void *socket, const struct key_pair *own, const char *server) MUST_CHECK;

#endif
