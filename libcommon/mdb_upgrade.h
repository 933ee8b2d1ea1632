/* mdb_upgrade.h - a store of an earlier release made one of today: its records get their sums. */
#ifndef WD_MDB_UPGRADE_H
#define WD_MDB_UPGRADE_H

#include "mdb_sum.h"

/* What the record "format" of a store's first table says: today, and before records had sums. */
struct mdb_formats {
    const char *now, *older[3];
};

/* What the record says that the store is: 0 as now; EAGAIN one without sums, or whose sums are being added; MDB_NOTFOUND nothing; MDB_VERSION_MISMATCH another
 * release's; MDB_CORRUPTED it is damaged. */
int mdb_format(MDB_txn *txn, const struct mdb_table *meta, const struct mdb_formats *f) __attribute__((warn_unused_result));

/* Makes the record in a new store; gives each record a sum in an older one, which may be broken off and is gone on with. No transaction is open,
 * and nobody else has the store open. MDB_VERSION_MISMATCH: it is another release's; MDB_CORRUPTED: the record is damaged. */
int mdb_upgrade(MDB_env *env, const struct mdb_table *tables, size_t n, const struct mdb_formats *f) __attribute__((warn_unused_result));

#endif
