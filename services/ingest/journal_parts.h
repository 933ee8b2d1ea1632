/* journal_parts.h - the records of the journal in LMDB as they are on disk, for the files that read them; nobody else includes it. */
#ifndef WD_INGEST_JOURNAL_PARTS_H
#define WD_INGEST_JOURNAL_PARTS_H

#include "journal.h"

#include "../../libcommon/mdb_upgrade.h"

/* Tables in LMDB, and their number. Each record has a sum (libcommon/mdb_sum.h); in the first format none had. */
enum { JOURNAL_META, JOURNAL_DOCS, JOURNAL_KEYS, JOURNAL_STRIKES, JOURNAL_TABLES };
#define JOURNAL_FORMATS {.now = "wiredesk journal 2", .older = {"wiredesk journal 1"}}

extern const char *const journal_tables[JOURNAL_TABLES];
extern const unsigned journal_flags[JOURNAL_TABLES];

static inline int journal_open_tables(MDB_txn *txn, unsigned flags, struct mdb_table t[JOURNAL_TABLES])
{
    int rc = 0;
    for (int i = 0; i < JOURNAL_TABLES && rc == 0; i++) rc = mdb_table_open(txn, journal_tables[i], flags | journal_flags[i], &t[i]);
    return rc;
}

enum { STRIKE_IDS = 16, STRIKE_ID = 16 };

/* The record "state" of the table `meta`: little-endian, as every machine that we build for is. */
struct journal_state {
    uint64_t next;  /* the next seq */
    uint64_t epoch;
    uint64_t outcome[OUTCOME_COUNT];
    uint64_t bytes;
};

/* A record of the table `strikes`. */
struct strike_record {
    uint32_t faulted, interrupted, n;
    char id[STRIKE_IDS][STRIKE_ID]; /* the last n that were counted */
};

#endif
