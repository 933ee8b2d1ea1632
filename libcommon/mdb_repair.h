/* mdb_repair.h - a damaged LMDB store written anew beside itself: what a store's own repair needs around its records. */
#ifndef WD_MDB_REPAIR_H
#define WD_MDB_REPAIR_H

#include <stdio.h>

#include "base.h"
#include "mdb_salvage.h"
#include "mdb_upgrade.h"

struct mdb_layout {
    const char *const *tables;
    const unsigned *flags; /* of each table; NULL: none */
    size_t n;
    const struct mdb_formats *formats; /* of the first table */
};

/* Looks at all of DIR/data.mdb, whatever its size: every page in use, and every record of a store whose records have sums. False with a line in `why`. */
bool mdb_whole(const char *dir, const struct mdb_layout *l, char *why, size_t size) MUST_CHECK;

struct mdb_fresh {
    MDB_env *env;
    MDB_txn *txn;
    struct mdb_table table[MDB_SALVAGE_TABLES];
    size_t puts;
    char path[4200];
};

/* Begins a new store, beside the one in DIR. Results are 0, an errno or LMDB's number, here and below. */
int mdb_fresh_open(const char *dir, const struct mdb_layout *l, struct mdb_fresh *f) MUST_CHECK;
/* Writes a record; one that is there stays with `keep`. Now and then a transaction ends with it: what was read from f->txn is void. */
int mdb_fresh_put(struct mdb_fresh *f, size_t table, MDB_val key, MDB_val value, bool keep) MUST_CHECK;
int mdb_fresh_drop(struct mdb_fresh *f, size_t table, MDB_val key) MUST_CHECK;
/* The first record whose key is at or behind `from`, or behind it with `behind`; copied to `key` (512 bytes), its value valid until the next put or drop.
 * MDB_NOTFOUND at the end. */
int mdb_fresh_seek(struct mdb_fresh *f, size_t table, MDB_val from, bool behind, char *key, MDB_val *k, MDB_val *v) MUST_CHECK;
/* Puts the new store on disk and in the place of the old one, which becomes data.mdb.damaged (or .damaged.2 and so on; its path in `kept`). */
int mdb_fresh_take(struct mdb_fresh *f, const char *dir, char *kept, size_t size) MUST_CHECK;
/* Removes what was begun, if it did not take its place. */
void mdb_fresh_close(struct mdb_fresh *f);

/* DIR/NAME gets another name besides its own: NAME.damaged, or the first of NAME.damaged.2 and so on that is free; its path in `kept`. It is on disk when
 * OK is returned. ERR_IO with errno. */
enum err repair_keep(const char *dir, const char *name, char *kept, size_t size) MUST_CHECK;
/* Whether DIR/NAME has such a name now, since a repair was cut short between that and putting the new file in its place; the name in `kept`. */
bool repair_keeps(const char *dir, const char *name, char *kept, size_t size) MUST_CHECK;

/* What root writes anew stays readable for whom the old file belongs to: the fresh file gets its owner and rights, as far as we may give them. */
void repair_own(const char *old, const char *fresh);

#endif
