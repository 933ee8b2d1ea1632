/* mdb_salvage.h - the records of a damaged LMDB file that are what was written, read without LMDB: their sums say so (mdb_sum.h). */
#ifndef WD_MDB_SALVAGE_H
#define WD_MDB_SALVAGE_H

#include "mdb_sum.h"

enum { MDB_SALVAGE_TABLES = 16 };

struct mdb_salvage {
    const char *const *tables; /* their names; the first is where `age` looks */
    size_t n;
    /* Called for each record found, its value without the sum. Of a page whose head is damaged also such as were deleted or written over while they
     * still stand in it: `old`; these come after all others. Another result than 0 ends it. */
    int (*record)(void *self, size_t table, MDB_val key, MDB_val value, bool old);
    /* How late a record of the first table says that it is, 0 when it says nothing: of several states of the file the latest is taken. */
    uint64_t (*age)(void *self, MDB_val key, MDB_val value);
    void *self;
};

/* Reads DIR/data.mdb. Which pages are in use is taken from the list of free ones and from the tree; where the file's heads are damaged, the latest of the
 * trees that stand in it is. 0, an errno or what `record` answered. */
int mdb_salvage(const char *dir, const struct mdb_salvage *how) __attribute__((warn_unused_result));

#endif
