/* originals_read.c - one original out of an archive that another process may be writing. */
#include "originals_parts.h"

#include <errno.h>
#include <zlib.h>

#include "../../proto/feed.h"

static int find(MDB_txn *txn, int table, MDB_val key, MDB_val *v)
{
    MDB_dbi dbi;
    int rc = mdb_dbi_open(txn, originals_tables[table], 0, &dbi);
    return rc == 0 ? mdb_get(txn, dbi, &key, v) : rc;
}

/* Unpacks, and holds the bytes against the hash under which they lie. */
static enum err unpack(MDB_val v, const char want[65], struct buf *raw)
{
    struct originals_head head;
    char is[65];
    if (v.mv_size < sizeof head) return ERR_MALFORMED;
    memcpy(&head, v.mv_data, sizeof head);
    if (head.size > ORIGINALS_MOST) return ERR_MALFORMED;
    uLongf n = head.size;
    char *to = buf_room(raw, head.size + 1);
    if (to == NULL) return ERR_NOMEM;
    if (uncompress((Bytef *)to, &n, (const Bytef *)v.mv_data + sizeof head, v.mv_size - sizeof head) != Z_OK || n != head.size) return ERR_MALFORMED;
    feed_hash((struct slice){to, n}, is);
    if (strcmp(is, want) != 0) return ERR_MALFORMED;
    raw->len += n;
    return OK;
}

static enum err read_in(MDB_txn *txn, struct slice document, struct buf *raw, char hash[65])
{
    struct originals_entry entry;
    MDB_val key = {document.len, (void *)(uintptr_t)document.ptr}, v;
    int rc = find(txn, ORIGINALS_KEYS, key, &v);
    if (rc == MDB_NOTFOUND || (rc == 0 && v.mv_size == 0)) return ERR_MISSING;
    if (rc != 0 || v.mv_size != sizeof entry) return ERR_MALFORMED;
    memcpy(&entry, v.mv_data, sizeof entry);
    hex_encode(entry.hash, ORIGINALS_HASH, hash);
    rc = find(txn, ORIGINALS_CONTENTS, (MDB_val){ORIGINALS_HASH, entry.hash}, &v);
    return rc == 0 ? unpack(v, hash, raw) : ERR_MALFORMED;
}

enum err originals_read(const char *dir, struct slice key, struct buf *raw, char hash[65])
{
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    hash[0] = '\0';
    int rc = mdb_env_create(&env);
    if (rc == 0) rc = mdb_env_set_maxdbs(env, ORIGINALS_TABLES);
    if (rc == 0) rc = mdb_env_open(env, dir, MDB_RDONLY | MDB_NOTLS, 0600);
    if (rc == 0) rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    enum err e = rc == 0 ? read_in(txn, key, raw, hash) : ERR_IO;
    if (txn != NULL) mdb_txn_abort(txn);
    if (env != NULL) mdb_env_close(env);
    if (rc != 0) errno = rc > 0 ? rc : EIO;
    return e;
}
