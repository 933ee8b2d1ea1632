/* mdb_check.h - whether an LMDB file is one that LMDB can walk: it believes every page, and a damaged one kills the process that reads it. */
#ifndef WD_MDB_CHECK_H
#define WD_MDB_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* Reads DIR/data.mdb without LMDB, page by page from both roots: heads, places and order of keys, sizes, each page in use once and none of them in the
 * list of free ones, counts. False with a line in `why` that names file and page. What stands in the values is not looked at, and of a file over 256 MiB
 * not the pages with records either. A file that is not there is sound. Nobody may write meanwhile. */
bool mdb_check(const char *dir, char *why, size_t size) __attribute__((warn_unused_result));
/* The same of a file of any size. */
bool mdb_check_all(const char *dir, char *why, size_t size) __attribute__((warn_unused_result));
/* Whether the file is one of which all is looked at. */
bool mdb_small(const char *dir) __attribute__((warn_unused_result));

#endif
