/* records.h - where a large container may be cut so that each piece is a container of whole records: JSON Lines at line ends, WARC (ISO 28500) at its
 * records. Pure; ingest's filter and `wiredesk feed` cut by it. */
#ifndef WD_RECORDS_H
#define WD_RECORDS_H

#include "../libcommon/base.h"

enum records { RECORDS_NONE = 0, RECORDS_LINES, RECORDS_WARC };

enum { WARC_HEADER_MAX = 64 << 10 };

/* Which of them a file holds: by the media type when one was said (absent: none was), else by its first bytes (after decompression), then by
 * its name (".gz" is looked past). */
enum records records_of(struct slice type, const char *name, struct slice first);

/* How many bytes at the front of `have` make whole records: at least `want` of them where there are so many, otherwise all whole ones. 0: not even
 * the first record is whole. */
size_t records_cut(enum records kind, struct slice have, size_t want);

/* How long the record at the front is, also when it is not all there; SIZE_MAX when that cannot be told yet. What states a length beyond `have` and has
 * another record within `have` ends there. */
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

/* The same in a whole body, where a record also ends: what is none goes up to the next, and so does one that states a length which is not true. OK;
 * ERR_MALFORMED: no sound header; ERR_MISSING: cut off or a wrong length. out->all is what to step over in each case, at least a byte. */
enum err warc_step(struct slice s, size_t at, struct warc_record *out) MUST_CHECK;

/* How many records begin in s, as warc_step() walks. */
size_t warc_count(struct slice s);

/* Where the next line that begins with "WARC/" stands at or after `at`, or s.len. */
size_t warc_next(struct slice s, size_t at);

/* A named field's value in header lines (WARC's or HTTP's), trimmed; absent when it is not there. */
struct slice header_field(struct slice header, const char *name);

#endif
