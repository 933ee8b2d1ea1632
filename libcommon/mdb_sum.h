/* mdb_sum.h - an LMDB table whose records carry a sum: what has changed in the file since it was written is never taken for right.
 *
 * Behind each value stand 8 bytes: XXH3 over the table's name, the key and the value. A record that was put into another table, under another key
 * or half is as wrong as one whose bytes changed. */
#ifndef WD_MDB_SUM_H
#define WD_MDB_SUM_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

enum { MDB_SUM = 8 };

struct mdb_table {
    const char *name; /* the caller's */
    MDB_dbi dbi;
    uint64_t seed;    /* of its sums */
    bool numbered;    /* keys are numbers of the machine (MDB_INTEGERKEY) */
};

/* All results are 0, an errno or LMDB's number. `flags` as of mdb_dbi_open() and mdb_put(). */
int mdb_table_open(MDB_txn *txn, const char *name, unsigned flags, struct mdb_table *t) __attribute__((warn_unused_result));
int mdb_sum_put(MDB_txn *txn, const struct mdb_table *t, MDB_val key, MDB_val value, unsigned flags) __attribute__((warn_unused_result));
/* MDB_CORRUPTED, after a line in the log that names table and key, when the sum is not right. */
int mdb_sum_get(MDB_txn *txn, const struct mdb_table *t, MDB_val key, MDB_val *value) __attribute__((warn_unused_result));
/* The same for a record that a cursor gave: takes the sum off its value. */
int mdb_sum_take(const struct mdb_table *t, MDB_val key, MDB_val *value) __attribute__((warn_unused_result));
/* Without a word in the log. */
bool mdb_sum_good(uint64_t seed, MDB_val key, MDB_val value) __attribute__((warn_unused_result));
uint64_t mdb_sum_seed(const char *table);
/* The sum of a value. */
uint64_t mdb_sum_of(uint64_t seed, MDB_val key, MDB_val value);

/* Whether it is that text. */
bool mdb_is(MDB_val v, const char *text) __attribute__((warn_unused_result));
/* A key for people: as text, as a number or in hex. */
void mdb_key_text(MDB_val key, bool numbered, char *out, size_t size);

/* Looks at every record of the tables. False with a line in `why` that names file, table and key, when one is damaged or cannot be read. */
bool mdb_sums_check(MDB_txn *txn, const struct mdb_table *tables, size_t n, const char *dir, char *why, size_t size) __attribute__((warn_unused_result));

#endif
