/* mdb_upgrade.c - the record "format" of a store's first table, and sums for the records of stores that had none. */
#include "mdb_upgrade.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 511, GROUP = 4 << 20 };

/* In place of a format while sums are being added: no release takes it for its own, and the next start goes on. */
static const char unfinished[] = "sums are being added";

/* Where the last transaction came to in a table. */
struct place {
    char key[KEY_MAX + 1];
    size_t len;
    bool ended;
};

/* Copies the record first: what a put touches may be where it lies. */
static int add_one(MDB_txn *txn, const struct mdb_table *t, struct place *at, MDB_val k, MDB_val v)
{
    memcpy(at->key, k.mv_data, k.mv_size);
    at->len = k.mv_size;
    if (mdb_sum_good(t->seed, k, v)) return 0;
    char *copy = malloc(v.mv_size + 1);
    if (copy == NULL) return ENOMEM;
    memcpy(copy, v.mv_data, v.mv_size);
    int rc = mdb_sum_put(txn, t, (MDB_val){at->len, at->key}, (MDB_val){v.mv_size, copy}, 0);
    free(copy);
    return rc;
}

static int add_some(MDB_txn *txn, const struct mdb_table *t, struct place *at)
{
    MDB_cursor *cursor;
    MDB_val k = {at->len, at->key}, v;
    size_t done = 0;
    int rc = mdb_cursor_open(txn, t->dbi, &cursor);
    if (rc != 0) return rc;
    rc = mdb_cursor_get(cursor, &k, &v, at->len > 0 ? MDB_SET_RANGE : MDB_FIRST);
    while (rc == 0 && done < GROUP) {
        done += v.mv_size + k.mv_size;
        rc = k.mv_size <= KEY_MAX ? add_one(txn, t, at, k, v) : MDB_CORRUPTED;
        if (rc != 0) break;
        k = (MDB_val){at->len, at->key}; /* a put may have moved what the cursor stood on */
        rc = mdb_cursor_get(cursor, &k, &v, MDB_SET);
        if (rc == 0) rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    at->ended = rc == MDB_NOTFOUND;
    mdb_cursor_close(cursor);
    return at->ended ? 0 : rc;
}

/* In transactions of a few MiB: what was done is not done again. */
static int add_all(MDB_env *env, const struct mdb_table *tables, size_t n)
{
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        struct place at = {.len = 0};
        while (rc == 0 && !at.ended) {
            MDB_txn *txn = NULL;
            rc = mdb_txn_begin(env, NULL, 0, &txn);
            if (rc == 0) rc = add_some(txn, &tables[i], &at);
            if (rc == 0) rc = mdb_txn_commit(txn);
            else if (txn != NULL) mdb_txn_abort(txn);
        }
    }
    return rc;
}

/* --- the format --- */

static bool printable(MDB_val v)
{
    const unsigned char *b = v.mv_data;
    for (size_t i = 0; i < v.mv_size; i++)
        if (b[i] < ' ' || b[i] > '~') return false;
    return true;
}

static const MDB_val format_key = {6, "format"};

int mdb_format(MDB_txn *txn, const struct mdb_table *meta, const struct mdb_formats *f)
{
    MDB_val key = format_key, v;
    int rc = mdb_get(txn, meta->dbi, &key, &v);
    if (rc != 0) return rc;
    bool summed = mdb_sum_good(meta->seed, key, v);
    if (summed) v.mv_size -= MDB_SUM;
    if (summed && mdb_is(v, f->now)) return 0;
    if (summed && mdb_is(v, unfinished)) return EAGAIN;
    for (size_t i = 0; i < sizeof f->older / sizeof *f->older; i++)
        if (!summed && f->older[i] != NULL && mdb_is(v, f->older[i])) return EAGAIN;
    return summed || printable(v) ? MDB_VERSION_MISMATCH : MDB_CORRUPTED;
}

static int put(MDB_env *env, const struct mdb_table *meta, const char *format)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(env, NULL, 0, &txn);
    if (rc == 0) rc = mdb_sum_put(txn, meta, format_key, (MDB_val){strlen(format), (void *)(uintptr_t)format}, 0);
    if (rc == 0) return mdb_txn_commit(txn);
    if (txn != NULL) mdb_txn_abort(txn);
    return rc;
}

int mdb_upgrade(MDB_env *env, const struct mdb_table *tables, size_t n, const struct mdb_formats *f)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (rc == 0) rc = mdb_format(txn, &tables[0], f);
    if (txn != NULL) mdb_txn_abort(txn);
    if (rc == MDB_NOTFOUND) return put(env, &tables[0], f->now);
    if (rc != EAGAIN) return rc;
    rc = put(env, &tables[0], unfinished);
    if (rc == 0) rc = add_all(env, tables, n);
    return rc == 0 ? put(env, &tables[0], f->now) : rc;
}
