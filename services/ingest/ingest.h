/* ingest.h - the daemon: feeders, journal, sender and the pipe in one loop. */
#ifndef WD_INGEST_H
#define WD_INGEST_H

#include "../../libcommon/stage.h"

struct ingest_settings {
    struct stage_settings common;   /* listen: where feeders come; next: normalize */
    struct option_list outcomes;    /* --outcomes ENDPOINT...: returns of all stages; empty: those under --state */
    uint64_t journal_max;           /* --journal-max BYTES */
    uint64_t window, window_bytes;  /* --window N, --window-bytes BYTES */
    const char *archive;            /* --archive DIR, or NULL */
    uint64_t archive_max;           /* --archive-max BYTES */
    uint64_t feeder_documents, feeder_bytes; /* --feeder-documents N, --feeder-bytes BYTES: a second, of one feeder; 0: any */
};

/* The option table's rows, for main and the documentation. */
extern const struct option_row ingest_options[];

/* Runs until SIGTERM or a failed world; the exit status. */
int ingest_run(const struct ingest_settings *settings);

#endif
