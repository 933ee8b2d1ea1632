/* stdio.h - ingest as a filter: files in, one JSON line a document out, with exactly the code that the daemon splits with. */
#ifndef WD_INGEST_STDIO_H
#define WD_INGEST_STDIO_H

#include "../../libcommon/base.h"

struct ingest_stdio {
    char *const *paths; /* files and folders; "-" or none: standard input */
    size_t len;
    const char *source; /* who fed it; NULL: "feed", as `wiredesk feed` says, so that the keys are the same */
    const char *type;   /* media type of all of it; NULL: each file's own */
    uint64_t accepted;  /* ms since 1970 that is written as `accepted`; 0: the field is left out, so that the output depends on the input alone */
    int out;            /* descriptor of the lines */
    int err;            /* descriptor of what is said to people */
};

/* Prints a line for each document: key, source, id (the path as `wiredesk feed` calls it), name, type, accepted, meta, hash, bytes, raw; with `fail`
 * instead of raw for a record that is refused while its neighbours are read. What is refused is said in one line each: file, record, byte, reason.
 * JSON Lines and WARC are read piece by piece, of any length, in memory for one piece; other files are held to FEED_BODY_MAX.
 * 0: all was read; 65: something was refused or could not be opened; 75: the world failed (nobody reads, no memory). */
int ingest_stdio(const struct ingest_stdio *how) MUST_CHECK;

#endif
