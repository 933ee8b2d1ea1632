/* mdb_scrub.h - what LMDB no longer uses, overwritten with zeros: it keeps deleted records in free pages and between the records of live ones. */
#ifndef WD_MDB_SCRUB_H
#define WD_MDB_SCRUB_H

#include <lmdb.h>

/* Zeroes all free pages that no reader and no crash can need any more, and the unused middle of every other page, in the file; reads all of it. What
 * was deleted before the last two commits is gone then. The environment is open with MDB_NOTLS and the caller has no transaction
 * open; other writers wait. 0, an errno or LMDB's number;
 * MDB_READERS_FULL: another process reads an old state (a backup): try again later. */
int mdb_scrub(MDB_env *env) __attribute__((warn_unused_result));

#endif
