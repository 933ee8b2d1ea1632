/* records.h - where a large container may be cut so that each piece is a container of whole records: JSON Lines at line ends, WARC (ISO 28500) at its
 * records. Pure; ingest's filter cuts by it, and `wiredesk feed` knows by it which files are lines. */
#ifndef WD_RECORDS_H
#define WD_RECORDS_H

#include "../libcommon/base.h"

enum records { RECORDS_NONE = 0, RECORDS_LINES, RECORDS_WARC };

enum { WARC_HEADER_MAX = 64 << 10 };

/* Which of them a file holds: by its first bytes (after decompression), then by its name (".gz" is looked past). */
enum records records_of(const char *name, struct slice first);

/* How many bytes at the front of `have` make whole records: at least `want` of them where there are so many, otherwise all whole ones. 0: not even
 * the first record is whole. */
size_t records_cut(enum records kind, struct slice have, size_t want);

/* How long the record at the front is, also when it is not all there; SIZE_MAX when that cannot be told yet. */
size_t records_first(enum records kind, struct slice have);

/* --- WARC --- */

struct warc_record {
    struct slice all;    /* header, block and the two line ends behind it */
    struct slice header; /* from "WARC/" to the empty line, which is in it */
    struct slice block;
};

/* The record at s[at], which must begin with "WARC/". OK; ERR_MISSING: s ends within it (all.len is its whole length when the header is there, else
 * 0); ERR_MALFORMED: no header of a sound form or no length in it. */
enum err warc_read(struct slice s, size_t at, struct warc_record *out) MUST_CHECK;

/* Where the next line that begins with "WARC/" stands at or after `at`, or s.len. */
size_t warc_next(struct slice s, size_t at);

/* A named field's value in header lines (WARC's or HTTP's), trimmed; absent when it is not there. */
struct slice header_field(struct slice header, const char *name);

#endif
