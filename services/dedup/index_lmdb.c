/* index_lmdb.c - the index in LMDB: one environment, a database a table, one write transaction open at a time. */
#include <errno.h>
#include <stdlib.h>

#include "../../libcommon/mdb.h"
#include "../../libcommon/mdb_check.h"
#include "../../libcommon/mdb_scrub.h"
#include "../../libcommon/mdb_upgrade.h"
#include "index_parts.h"

const char *const index_tables[TABLE_COUNT] = {"meta", "key", "exact", "judged", "hot", "sketch", "vector", "story", "member", "body"};

struct index {
    MDB_env *env;
    MDB_txn *txn; /* NULL between a commit and the next call */
    struct mdb_table table[TABLE_COUNT];
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
    default: errno = rc > 0 ? rc : rc == MDB_CORRUPTED ? EBADMSG : EIO; return ERR_IO;
    }
}

static enum err begin(struct index *ix)
{
    return ix->txn != NULL ? OK : err_of(mdb_txn_begin(ix->env, NULL, 0, &ix->txn));
}

/* The first format had other records, too: they are moved by their reader. */
static enum err upgrade(struct index *ix)
{
    static const struct mdb_formats formats = INDEX_FORMATS;
    int rc = mdb_upgrade(ix->env, ix->table, TABLE_COUNT, &formats);
    return rc == MDB_VERSION_MISMATCH ? ERR_VERSION : err_of(rc);
}

bool index_check(struct index *ix, const char *dir, char *why, size_t size)
{
    return begin(ix) != OK || !mdb_small(dir) || mdb_sums_check(ix->txn, ix->table, TABLE_COUNT, dir, why, size);
}

enum err index_open(const char *dir, size_t ceiling, struct index **index)
{
    struct index *ix = calloc(1, sizeof *ix);
    if (ix == NULL) return ERR_NOMEM;
    enum err e = err_of(mdb_store_open(dir, ceiling, MDB_NOTLS | MDB_NORDAHEAD, &ix->env));
    if (e == OK) e = begin(ix);
    for (int t = 0; e == OK && t < TABLE_COUNT; t++) e = err_of(mdb_table_open(ix->txn, index_tables[t], MDB_CREATE, &ix->table[t]));
    if (e == OK) e = index_commit(ix);
    if (e == OK) e = upgrade(ix);
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
    MDB_val v;
    e = err_of(mdb_sum_get(ix->txn, &ix->table[t], val(key), &v));
    if (e == OK) *value = slice_from(v);
    return e;
}

static enum err put(struct index *ix, enum table t, struct slice key, struct slice value, unsigned flags)
{
    if (key.len == 0 || key.len > INDEX_KEY_MAX || value.len > INDEX_VALUE_MAX) return ERR_TOO_BIG;
    enum err e = begin(ix);
    if (e != OK) return e;
    return err_of(mdb_sum_put(ix->txn, &ix->table[t], val(key), val(value), flags));
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
    e = err_of(mdb_del(ix->txn, ix->table[t].dbi, &k, NULL));
    return e == ERR_MISSING ? OK : e;
}

enum err index_seek(struct index *ix, enum table t, struct slice from, struct slice *key, struct slice *value)
{
    enum err e = begin(ix);
    if (e != OK) return e;
    MDB_cursor *cursor;
    e = err_of(mdb_cursor_open(ix->txn, ix->table[t].dbi, &cursor));
    if (e != OK) return e;
    MDB_val k = val(from), v;
    e = err_of(mdb_cursor_get(cursor, &k, &v, from.len ? MDB_SET_RANGE : MDB_FIRST));
    mdb_cursor_close(cursor);
    if (e == OK) e = err_of(mdb_sum_take(&ix->table[t], k, &v));
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
    e = err_of(mdb_cursor_open(ix->txn, ix->table[t].dbi, &cursor));
    if (e != OK) return e;
    MDB_val k = val(from), v;
    int rc = mdb_cursor_get(cursor, &k, &v, from.len ? MDB_SET_RANGE : MDB_FIRST);
    while (rc == MDB_SUCCESS && e == OK) {
        e = err_of(mdb_sum_take(&ix->table[t], k, &v));
        if (e == OK) e = each(self, slice_from(k), slice_from(v));
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
        if (mdb_stat(ix->txn, ix->table[t].dbi, &stat) != MDB_SUCCESS) continue;
        bytes += (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * stat.ms_psize;
    }
    return bytes;
}
