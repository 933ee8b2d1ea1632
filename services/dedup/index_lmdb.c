/* index_lmdb.c - the index in LMDB: one environment, a database a table, one write transaction open at a time. */
#include "index.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>

#include "../../libcommon/mdb.h"
#include "../../libcommon/mdb_scrub.h"

static const char *const table_names[TABLE_COUNT] = {"meta", "key", "exact", "judged", "hot", "sketch", "vector", "story", "member", "body"};
#define FORMAT "wiredesk-dedup 2"
#define OLDER "wiredesk-dedup 1" /* what it has otherwise is moved by its reader */

struct index {
    MDB_env *env;
    MDB_txn *txn; /* NULL between a commit and the next call */
    MDB_dbi dbi[TABLE_COUNT];
};

static enum err err_of(int rc)
{
    switch (rc) {
    case MDB_SUCCESS: return OK;
    case MDB_NOTFOUND: return ERR_MISSING;
    case ENOSPC:
    case EDQUOT:
    case MDB_MAP_FULL: return ERR_FULL;
    case ENOMEM: return ERR_NOMEM;
    default: errno = rc > 0 ? rc : EIO; return ERR_IO;
    }
}

static MDB_val val(struct slice s)
{
    return (MDB_val){s.len, (void *)(uintptr_t)s.ptr};
}

static struct slice slice_from(MDB_val v)
{
    return (struct slice){v.mv_data, v.mv_size};
}

static enum err begin(struct index *ix)
{
    return ix->txn != NULL ? OK : err_of(mdb_txn_begin(ix->env, NULL, 0, &ix->txn));
}

static enum err check_format(struct index *ix)
{
    struct slice have;
    enum err e = index_get(ix, TABLE_META, SLICE("format"), &have);
    if (e == ERR_MISSING) return index_put(ix, TABLE_META, SLICE("format"), SLICE(FORMAT));
    if (e != OK) return e;
    if (slice_eq(have, SLICE(OLDER))) return index_put(ix, TABLE_META, SLICE("format"), SLICE(FORMAT));
    return slice_eq(have, SLICE(FORMAT)) ? OK : ERR_VERSION;
}

enum err index_open(const char *dir, size_t ceiling, struct index **index)
{
    struct index *ix = calloc(1, sizeof *ix);
    if (ix == NULL) return ERR_NOMEM;
    enum err e = err_of(mdb_make(dir));
    if (e == OK) e = err_of(mdb_env_create(&ix->env));
    if (e == OK) e = err_of(mdb_env_set_maxdbs(ix->env, TABLE_COUNT));
    if (e == OK) e = err_of(mdb_env_set_mapsize(ix->env, ceiling));
    if (e == OK) e = err_of(mdb_env_open(ix->env, dir, MDB_NOTLS | MDB_NORDAHEAD, 0600));
    if (e == OK) e = begin(ix);
    for (int t = 0; e == OK && t < TABLE_COUNT; t++) e = err_of(mdb_dbi_open(ix->txn, table_names[t], MDB_CREATE, &ix->dbi[t]));
    if (e == OK) e = check_format(ix);
    if (e == OK) e = index_commit(ix);
    int why = errno;
    if (e != OK) index_close(&ix);
    errno = why;
    *index = ix;
    return e == ERR_MISSING ? ERR_IO : e;
}

void index_close(struct index **index)
{
    struct index *ix = *index;
    if (ix == NULL) return;
    if (ix->txn) mdb_txn_abort(ix->txn);
    if (ix->env) mdb_env_close(ix->env);
    free(ix);
    *index = NULL;
}

enum err index_get(struct index *ix, enum table t, struct slice key, struct slice *value)
{
    enum err e = begin(ix);
    if (e != OK) return e;
    MDB_val k = val(key), v;
    e = err_of(mdb_get(ix->txn, ix->dbi[t], &k, &v));
    if (e == OK) *value = slice_from(v);
    return e;
}

static enum err put(struct index *ix, enum table t, struct slice key, struct slice value, unsigned flags)
{
    if (key.len == 0 || key.len > INDEX_KEY_MAX || value.len > INDEX_VALUE_MAX) return ERR_TOO_BIG;
    enum err e = begin(ix);
    if (e != OK) return e;
    MDB_val k = val(key), v = val(value);
    return err_of(mdb_put(ix->txn, ix->dbi[t], &k, &v, flags));
}

enum err index_put(struct index *ix, enum table t, struct slice key, struct slice value)
{
    return put(ix, t, key, value, 0);
}

enum err index_append(struct index *ix, enum table t, struct slice key, struct slice value)
{
    return put(ix, t, key, value, MDB_APPEND);
}

enum err index_drop(struct index *ix, enum table t, struct slice key)
{
    enum err e = begin(ix);
    if (e != OK) return e;
    MDB_val k = val(key);
    e = err_of(mdb_del(ix->txn, ix->dbi[t], &k, NULL));
    return e == ERR_MISSING ? OK : e;
}

enum err index_seek(struct index *ix, enum table t, struct slice from, struct slice *key, struct slice *value)
{
    enum err e = begin(ix);
    if (e != OK) return e;
    MDB_cursor *cursor;
    e = err_of(mdb_cursor_open(ix->txn, ix->dbi[t], &cursor));
    if (e != OK) return e;
    MDB_val k = val(from), v;
    e = err_of(mdb_cursor_get(cursor, &k, &v, from.len ? MDB_SET_RANGE : MDB_FIRST));
    mdb_cursor_close(cursor);
    if (e != OK) return e;
    *key = slice_from(k);
    *value = slice_from(v);
    return OK;
}

enum err index_walk(struct index *ix, enum table t, struct slice from, enum err (*each)(void *, struct slice, struct slice), void *self)
{
    enum err e = begin(ix);
    if (e != OK) return e;
    MDB_cursor *cursor;
    e = err_of(mdb_cursor_open(ix->txn, ix->dbi[t], &cursor));
    if (e != OK) return e;
    MDB_val k = val(from), v;
    int rc = mdb_cursor_get(cursor, &k, &v, from.len ? MDB_SET_RANGE : MDB_FIRST);
    while (rc == MDB_SUCCESS && e == OK) {
        e = each(self, slice_from(k), slice_from(v));
        if (e == OK) rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    if (e == OK && rc != MDB_NOTFOUND) e = err_of(rc);
    return e;
}

enum err index_commit(struct index *ix)
{
    if (ix->txn == NULL) return OK;
    MDB_txn *txn = ix->txn;
    ix->txn = NULL; /* a commit that fails has ended the transaction all the same */
    return err_of(mdb_txn_commit(txn));
}

enum err index_scrub(struct index *ix)
{
    enum err e = OK;
    /* A page is no longer needed, not even after a crash, two commits after it was freed. */
    for (char n = 0; n < 3 && e == OK; n++) {
        e = index_put(ix, TABLE_META, SLICE("scrub"), (struct slice){&n, 1});
        if (e == OK) e = index_commit(ix);
    }
    int rc = e == OK ? mdb_scrub(ix->env) : 0;
    return e != OK ? e : rc == MDB_READERS_FULL ? ERR_NOMEM : err_of(rc);
}

size_t index_bytes(struct index *ix)
{
    MDB_stat stat;
    size_t bytes = 0;
    if (begin(ix) != OK) return 0;
    for (int t = 0; t < TABLE_COUNT; t++) {
        if (mdb_stat(ix->txn, ix->dbi[t], &stat) != MDB_SUCCESS) continue;
        bytes += (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * stat.ms_psize;
    }
    return bytes;
}
