/* mdb.h - an LMDB environment whose first pages are there whole or not at all. */
#ifndef WD_MDB_H
#define WD_MDB_H

/* Makes DIR/data.mdb, empty, when it is not there yet: beside its place, on disk, then under its name. LMDB itself writes a new file's first pages in
 * place, and what a power loss may leave of them opens never again. To be called by the only process that opens DIR, before it does. 0, an errno or
 * LMDB's number. */
int mdb_make(const char *dir) __attribute__((warn_unused_result));

#endif
