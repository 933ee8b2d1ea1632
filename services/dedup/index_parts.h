/* index_parts.h - the index in LMDB as it is on disk, for the files that read it; nobody else includes it. */
#ifndef WD_DEDUP_INDEX_PARTS_H
#define WD_DEDUP_INDEX_PARTS_H

#include <lmdb.h>

#include "index.h"

/* The tables' names in LMDB. Each record has a sum (libcommon/mdb_sum.h); in the first two formats none had. */
extern const char *const index_tables[TABLE_COUNT];
#define INDEX_FORMATS {.now = "wiredesk-dedup 3", .older = {"wiredesk-dedup 1", "wiredesk-dedup 2"}}

static inline MDB_val val(struct slice s)
{
    return (MDB_val){s.len, (void *)(uintptr_t)s.ptr};
}
static inline struct slice slice_from(MDB_val v)
{
    return (struct slice){v.mv_data, v.mv_size};
}

#endif
