/* journal_parts.h - the records of the journal in LMDB as they are on disk, for the files that read them; nobody else includes it. */
#ifndef WD_INGEST_JOURNAL_PARTS_H
#define WD_INGEST_JOURNAL_PARTS_H

#include "journal.h"

#define JOURNAL_FORMAT "wiredesk journal 1"

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
