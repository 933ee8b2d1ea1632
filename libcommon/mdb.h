/* mdb.h - an LMDB environment whose first pages are there whole or not at all. */
#ifndef WD_MDB_H
#define WD_MDB_H

#include <lmdb.h>

#include "base.h"

/* Makes DIR/data.mdb, empty, when it is not there yet: beside its place, on disk, then under its name. LMDB itself writes a new file's first pages in
 * place, and what a power loss may leave of them opens never again. To be called by the only process that opens DIR, before it does. 0, an errno or
 * LMDB's number. */
int mdb_make(const char *dir) MUST_CHECK;

/* LMDB's number, or an errno, as the store's own error: ERR_FULL when ceiling or disk are (LMDB calls a write that a full disk cut short an I/O error), ERR_MISSING,
 * ERR_NOMEM, else ERR_IO with errno, which is EBADMSG when the store is damaged. */
enum err mdb_err(MDB_env *env, int rc) MUST_CHECK;

#endif
