/* attic.h - the archive as the daemon runs it: where it lies, what grows old in it. */
#ifndef WD_INGEST_ATTIC_H
#define WD_INGEST_ATTIC_H

#include "../../libcommon/clock.h"
#include "ingest.h"
#include "originals.h"

struct attic {
    struct originals *originals; /* NULL: no --archive */
    uint64_t keep, next;         /* ms; when it is to be looked for old ones, by the clock that never jumps */
    struct clock_watch clock;
    uint64_t expired;            /* originals that went since the start */
};

/* Makes the folder of --archive. Before the sandbox. True also without --archive. */
bool attic_make(const struct ingest_settings *s, struct trouble *t) MUST_CHECK;
/* Opens it, and notes under --state where it lies, so that tools find it. True also without --archive. */
bool attic_open(struct attic *a, const struct ingest_settings *s, struct trouble *t) MUST_CHECK;

/* Removes some of what is too old, when it is time to: while nobody waits, or at least now and then. ERR_FULL: later. */
enum err attic_settle(struct attic *a, bool busy) MUST_CHECK;

/* --archive, or where an ingest of that state directory had it last. ERR_MISSING: nowhere. */
enum err attic_folder(const struct ingest_settings *s, char *out, size_t size) MUST_CHECK;

/* --original KEY: prints it. The exit status. */
int attic_print(const struct ingest_settings *s, const char *key, int to) MUST_CHECK;

#endif
