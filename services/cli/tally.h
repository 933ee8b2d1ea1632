/* tally.h - what a feeder has done so far, as a progress line and as a summary. */
#ifndef WD_CLI_TALLY_H
#define WD_CLI_TALLY_H

#include "../../libcommon/buf.h"

enum { TALLY_REASONS = 24 };

struct tally {
    uint64_t files, files_done;   /* found; answered to the last byte */
    uint64_t documents, bytes;    /* accepted */
    uint64_t skipped;             /* records that are no documents by their kind */
    uint64_t refused;             /* requests, files or lines that were not */
    struct {
        char name[32]; /* err_name() */
        uint64_t n;
    } reason[TALLY_REASONS];
};

/* Counts one refusal; a reason beyond the table's room is counted as "other". */
void tally_refuse(struct tally *t, struct slice reason);

/* One line of at most `columns` characters for a terminal, no newline. ms: since the start. */
void tally_progress(const struct tally *t, uint64_t ms, unsigned columns, struct buf *out);

/* Some lines for people, each ended by a newline. */
void tally_summary(const struct tally *t, uint64_t ms, struct buf *out);

/* "15.6 KB", into out. */
void tally_bytes(uint64_t n, char out[16]);

#endif
