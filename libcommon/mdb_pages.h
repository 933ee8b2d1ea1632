/* mdb_pages.h - LMDB 0.9's file as it lies on disk, on the 64-bit little-endian machines that we build for: for the files that read it without LMDB;
 * nobody else includes it. */
#ifndef WD_MDB_PAGES_H
#define WD_MDB_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    MAGIC = 0xBEEFC0DE, VERSION = 1, HEAD = 16, NODE = 8, METAS = 2, DEPTH_MAX = 32, KEY_MAX = 511,
    BRANCH = 1, LEAF = 2, OVERFLOW = 4, META = 8, DIRTY = 0x10, LEAF_FIXED = 0x20, /* of pages */
    BIG = 1, TABLE = 2,                                                           /* of nodes */
    INTEGER_KEYS = 8,                                                             /* of tables */
};
#define NO_PAGE UINT64_MAX

struct table {
    uint32_t pad; /* of the free list: the page size */
    uint16_t flags, depth;
    uint64_t branches, leaves, overflows, entries, root;
};
struct meta {
    uint32_t magic, version;
    uint64_t address, map_size;
    struct table free, tables;
    uint64_t last_page, txn;
};

static inline uint16_t get16(const char *at)
{
    uint16_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

static inline uint64_t get64(const char *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

/* Of a leaf's node: the size of its value. */
static inline uint32_t node_size(const char *node)
{
    return get16(node) | (uint32_t)get16(node + 2) << 16;
}

/* Of a branch's node: the page below it. */
static inline uint64_t node_child(const char *node)
{
    return get16(node) | (uint64_t)get16(node + 2) << 16 | (uint64_t)get16(node + 4) << 32;
}

/* How many pages a value takes that has pages of its own. */
static inline uint64_t overflow_pages(uint32_t size, size_t page_size)
{
    return (HEAD - 1 + (uint64_t)size) / page_size + 1;
}

#endif
