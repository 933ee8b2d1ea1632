/* old_store.h - an LMDB store made one of an earlier release: its records without sums, under an earlier format; and a byte of a record changed. */
#ifndef WD_TEST_OLD_STORE_H
#define WD_TEST_OLD_STORE_H

#include "test.h"

#include <lmdb.h>

#include "../libcommon/mdb_sum.h"

static inline MDB_env *raw_open(const char *dir, MDB_txn **txn)
{
    MDB_env *env;
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
    assert_int_equal(mdb_env_set_mapsize(env, (size_t)1 << 28), 0);
    assert_int_equal(mdb_env_open(env, dir, MDB_NOTLS, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, txn), 0);
    return env;
}

static inline void strip_table(MDB_txn *txn, const char *name, unsigned flags)
{
    struct mdb_table t;
    MDB_cursor *cursor;
    MDB_val k, v;
    char key[512], value[1 << 16];
    assert_int_equal(mdb_table_open(txn, name, flags, &t), 0);
    assert_int_equal(mdb_cursor_open(txn, t.dbi, &cursor), 0);
    while (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == 0) {
        if (!mdb_sum_good(t.seed, k, v)) continue;
        memcpy(key, k.mv_data, k.mv_size);
        v.mv_size -= MDB_SUM;
        memcpy(value, v.mv_data, v.mv_size);
        k = (MDB_val){k.mv_size, key};
        v = (MDB_val){v.mv_size, value};
        assert_int_equal(mdb_put(txn, t.dbi, &k, &v, 0), 0);
        assert_int_equal(mdb_cursor_get(cursor, &k, &v, MDB_SET), 0);
    }
    mdb_cursor_close(cursor);
}

/* `tables`: NULL-ended; the first has the format. One whose name begins with '#' has numbers for keys. */
static inline void make_old(const char *dir, const char *const *tables, const char *format)
{
    MDB_txn *txn;
    MDB_dbi meta;
    MDB_val k = {6, "format"}, v = {strlen(format), (void *)(uintptr_t)format};
    MDB_env *env = raw_open(dir, &txn);
    for (size_t i = 0; tables[i] != NULL; i++) strip_table(txn, tables[i] + (tables[i][0] == '#'), tables[i][0] == '#' ? MDB_INTEGERKEY : 0);
    assert_int_equal(mdb_dbi_open(txn, tables[0], 0, &meta), 0);
    assert_int_equal(mdb_put(txn, meta, &k, &v, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

/* One byte in the middle of the record's value turns over. */
static inline void damage(const char *dir, const char *table, MDB_val key, unsigned flags)
{
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_val v;
    char value[1 << 16];
    MDB_env *env = raw_open(dir, &txn);
    assert_int_equal(mdb_dbi_open(txn, table, flags, &dbi), 0);
    assert_int_equal(mdb_get(txn, dbi, &key, &v), 0);
    memcpy(value, v.mv_data, v.mv_size);
    value[v.mv_size / 2] ^= 4;
    v.mv_data = value;
    assert_int_equal(mdb_put(txn, dbi, &key, &v, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

#endif
