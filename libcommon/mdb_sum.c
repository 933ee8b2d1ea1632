/* mdb_sum.c - sums behind the values of LMDB's records: put, held against what is read, looked over. */
#include "mdb_sum.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "log.h"

enum { KEY_MAX = 511 };

uint64_t mdb_sum_seed(const char *table)
{
    return XXH3_64bits(table, strlen(table));
}

uint64_t mdb_sum_of(uint64_t seed, MDB_val key, MDB_val value)
{
    return XXH3_64bits_withSeed(value.mv_data, value.mv_size, XXH3_64bits_withSeed(key.mv_data, key.mv_size, seed));
}

bool mdb_sum_good(uint64_t seed, MDB_val key, MDB_val value)
{
    uint64_t sum;
    if (value.mv_size < MDB_SUM) return false;
    value.mv_size -= MDB_SUM;
    memcpy(&sum, (const char *)value.mv_data + value.mv_size, MDB_SUM);
    return sum == mdb_sum_of(seed, key, value);
}

bool mdb_is(MDB_val v, const char *text)
{
    return v.mv_size == strlen(text) && memcmp(v.mv_data, text, v.mv_size) == 0;
}

void mdb_key_text(MDB_val key, bool numbered, char *out, size_t size)
{
    const unsigned char *b = key.mv_data;
    uint64_t n;
    bool text = key.mv_size > 0;
    for (size_t i = 0; i < key.mv_size; i++) text = text && isprint(b[i]) && b[i] != '"';
    if (numbered && key.mv_size == sizeof n) {
        memcpy(&n, b, sizeof n);
        snprintf(out, size, "%ju", (uintmax_t)n);
    } else if (text) {
        snprintf(out, size, "%.*s", (int)key.mv_size, (const char *)b);
    } else if (size > 0) {
        out[0] = '\0';
        for (size_t i = 0; i < key.mv_size && 2 * i + 3 <= size; i++) snprintf(out + 2 * i, 3, "%02x", b[i]);
    }
}

int mdb_table_open(MDB_txn *txn, const char *name, unsigned flags, struct mdb_table *t)
{
    *t = (struct mdb_table){.name = name, .seed = mdb_sum_seed(name), .numbered = flags & MDB_INTEGERKEY};
    return mdb_dbi_open(txn, name, flags, &t->dbi);
}

int mdb_sum_put(MDB_txn *txn, const struct mdb_table *t, MDB_val key, MDB_val value, unsigned flags)
{
    uint64_t sum = mdb_sum_of(t->seed, key, value);
    MDB_val room = {value.mv_size + MDB_SUM, NULL};
    int rc = mdb_put(txn, t->dbi, &key, &room, flags | MDB_RESERVE);
    if (rc != 0) return rc;
    if (value.mv_size > 0) memcpy(room.mv_data, value.mv_data, value.mv_size);
    memcpy((char *)room.mv_data + value.mv_size, &sum, MDB_SUM);
    return 0;
}

int mdb_sum_take(const struct mdb_table *t, MDB_val key, MDB_val *value)
{
    char text[2 * KEY_MAX + 1];
    if (mdb_sum_good(t->seed, key, *value)) {
        value->mv_size -= MDB_SUM;
        return 0;
    }
    mdb_key_text(key, t->numbered, text, sizeof text);
    log_event(LOG_ERROR, "record_damaged", "table=%s key=\"%s\" bytes=%zu", t->name, text, value->mv_size);
    return MDB_CORRUPTED;
}

int mdb_sum_get(MDB_txn *txn, const struct mdb_table *t, MDB_val key, MDB_val *value)
{
    int rc = mdb_get(txn, t->dbi, &key, value);
    return rc != 0 ? rc : mdb_sum_take(t, key, value);
}

/* --- all records --- */

static bool check_table(MDB_txn *txn, const struct mdb_table *t, const char *dir, char *why, size_t size)
{
    MDB_cursor *cursor;
    MDB_val k, v;
    char text[2 * KEY_MAX + 1];
    int rc = mdb_cursor_open(txn, t->dbi, &cursor);
    if (rc != 0) {
        snprintf(why, size, "%s/data.mdb: table %s: %s", dir, t->name, mdb_strerror(rc));
        return false;
    }
    bool good = true;
    while (good && (rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) good = mdb_sum_good(t->seed, k, v);
    if (!good) mdb_key_text(k, t->numbered, text, sizeof text);
    if (!good) snprintf(why, size, "%s/data.mdb is damaged: table %s: the record of key %.200s is not what was written", dir, t->name, text);
    else if (rc != MDB_NOTFOUND) snprintf(why, size, "%s/data.mdb is damaged: table %s: %s", dir, t->name, mdb_strerror(rc));
    mdb_cursor_close(cursor);
    return good && rc == MDB_NOTFOUND;
}

bool mdb_sums_check(MDB_txn *txn, const struct mdb_table *tables, size_t n, const char *dir, char *why, size_t size)
{
    for (size_t i = 0; i < n; i++)
        if (!check_table(txn, &tables[i], dir, why, size)) return false;
    return true;
}
