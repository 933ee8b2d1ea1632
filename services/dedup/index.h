/* index.h - what dedup remembers, as tables of keys and records behind one header: the cores know no store.
 *
 * All calls read and write one open transaction, which index_commit() makes durable as a whole; nothing of it survives
 * without that. A store that fails answers ERR_IO (with errno EBADMSG, and table and key in the log, when a record is not what was written), one without
 * room ERR_FULL: the process then ends and starts anew from the last commit, so no call here has to be undone. One thread. */
#ifndef WD_DEDUP_INDEX_H
#define WD_DEDUP_INDEX_H

#include "../../libcommon/base.h"

enum table {
    TABLE_META,   /* name -> counters, snapshots of the lexicon */
    TABLE_KEY,    /* hash of a document's key -> its number; for ever */
    TABLE_EXACT,  /* hash of a folded text -> number of the first document with it; for ever */
    TABLE_JUDGED, /* number -> key, verdict, shared, story, changes as they were sent; for ever */
    TABLE_HOT,    /* number -> what a restart loads: posted shingles, story, time; within the horizon */
    TABLE_SKETCH, /* number -> sampled shingles; within the horizon */
    TABLE_VECTOR, /* number -> time, slots and term vector; within the horizon */
    TABLE_STORY,  /* story number -> its record; while the story lives */
    TABLE_MEMBER, /* story number, document number -> nothing; within the horizon */
    TABLE_BODY,   /* number -> both in one, as the first format had it; emptied at the start */
    TABLE_COUNT
};

enum { INDEX_KEY_MAX = 24, INDEX_VALUE_MAX = 64 << 20 };

struct index;

/* Opens (and makes) the store in the existing folder `dir`; it may grow to `ceiling` bytes. ERR_IO, ERR_NOMEM; ERR_VERSION for the
 * store of another release's format. A store of an earlier format is brought up to date. */
enum err index_open(const char *dir, size_t ceiling, struct index **index) MUST_CHECK;
/* Holds each record against its sum, in a store that is small enough for that at a start. False with a line in `why` that names the first wrong one. */
bool index_check(struct index *ix, const char *dir, char *why, size_t size) MUST_CHECK;
/* Drops what was not committed and closes; sets *index to NULL. NULL is fine. */
void index_close(struct index **index);

/* Copies the store in `from` as of one moment, beside whoever has it open, into the empty folder `to`; it is on disk when OK is returned.
 * ERR_IO with errno, ERR_FULL, ERR_NOMEM. */
enum err index_copy(const char *from, const char *to) MUST_CHECK;

/* The record of `key`, valid until the next put, drop or commit; ERR_MISSING when there is none. */
enum err index_get(struct index *ix, enum table t, struct slice key, struct slice *value) MUST_CHECK;
/* Writes or overwrites. */
enum err index_put(struct index *ix, enum table t, struct slice key, struct slice value) MUST_CHECK;
/* The same for a key greater than every key in the table: fills pages to the brim. */
enum err index_append(struct index *ix, enum table t, struct slice key, struct slice value) MUST_CHECK;
/* Takes the record out; OK also when there was none. */
enum err index_drop(struct index *ix, enum table t, struct slice key) MUST_CHECK;
/* The first record whose key is at or after `from`; ERR_MISSING at the end. Valid as with index_get. */
enum err index_seek(struct index *ix, enum table t, struct slice from, struct slice *key, struct slice *value) MUST_CHECK;
/* Calls `each` for all records from `from` on in key order until it returns something else than OK, which is passed back. */
enum err index_walk(struct index *ix, enum table t, struct slice from, enum err (*each)(void *self, struct slice key, struct slice value),
    void *self) MUST_CHECK;
/* Makes everything since the last commit durable. */
enum err index_commit(struct index *ix) MUST_CHECK;
/* The same, and what was dropped or overwritten is gone from the store's file. ERR_NOMEM: somebody reads an old state: later. */
enum err index_scrub(struct index *ix) MUST_CHECK;
/* Bytes of the store in use on disk. */
size_t index_bytes(struct index *ix);

/* Numbers as keys: big-endian, so that the order of keys is the order of numbers. */
struct number_key {
    char bytes[8];
};
static inline struct slice index_number(uint32_t n, struct number_key *k)
{
    for (int i = 0; i < 4; i++) k->bytes[i] = (char)(n >> (24 - 8 * i));
    return (struct slice){k->bytes, 4};
}
static inline struct slice index_pair(uint32_t a, uint32_t b, struct number_key *k)
{
    for (int i = 0; i < 4; i++) {
        k->bytes[i] = (char)(a >> (24 - 8 * i));
        k->bytes[4 + i] = (char)(b >> (24 - 8 * i));
    }
    return (struct slice){k->bytes, 8};
}
/* The number at byte `at` of a key; 0 when the key is too short. */
static inline uint32_t index_numbered(struct slice key, size_t at)
{
    uint32_t n = 0;
    if (key.len < at + 4) return 0;
    for (int i = 0; i < 4; i++) n = n << 8 | (unsigned char)key.ptr[at + (size_t)i];
    return n;
}

#endif
