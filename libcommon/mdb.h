/* mdb.h - an LMDB environment whose first pages are there whole or not at all, and what its errors are to us. */
#ifndef WD_MDB_H
#define WD_MDB_H

#include <lmdb.h>

#include "base.h"

enum { MDB_TABLES = 16 }; /* that a store of ours may have */

/* Opens DIR with room for `most` bytes; `flags` as of mdb_env_open(). Where DIR/data.mdb is not there yet it is made, empty: beside its place, on disk, then under
 * its name. LMDB itself writes a new file's first pages in place, and what a power loss may leave of them opens never again. To be called by the only
 * process that opens DIR. 0, an errno or LMDB's number; *env is to be closed also then, unless it is NULL. */
int mdb_store_open(const char *dir, uint64_t most, unsigned flags, MDB_env **env) MUST_CHECK;

/* LMDB's number, or an errno, as the store's own error: ERR_FULL when ceiling or disk are (LMDB calls a write that a full disk cut short an I/O error), ERR_MISSING,
 * ERR_NOMEM, else ERR_IO with errno, which is EBADMSG when the store is damaged. */
enum err mdb_err(MDB_env *env, int rc) MUST_CHECK;

#endif
