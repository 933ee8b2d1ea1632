/* split.h - what a feeder sent, cut into documents: the formats that come in, and how they are told apart.
 *
 * A body gives all its documents or an error that names the record, the byte and the reason. Where a container stays readable
 * past a bad record and cannot be cut by whoever feeds it (a feed of entries), the record becomes a document that carries
 * its failure, so that its neighbours are not lost and it ends in the reject file. */
#ifndef WD_INGEST_SPLIT_H
#define WD_INGEST_SPLIT_H

#include "../../proto/doc.h"
#include "../../proto/feed.h"

enum {
    SPLIT_DOCS_MAX = 100000,       /* documents of one body */
    SPLIT_EXPANDED_MAX = 64 << 20, /* bytes of a body after decompression */
    SPLIT_RATIO_MAX = 200,         /* expansion over the whole body, beyond the first MiB */
    SPLIT_NESTING = 3,             /* containers within each other: a page in gzip in a tar in gzip */
    SPLIT_JSON_DEPTH = 32,         /* nesting of JSON */
    SPLIT_ARENA = 512 << 20,       /* bytes that splitting one body may take */
};

/* One document of a body. Slices point into the request, into `mem` or at constants. */
struct split_doc {
    struct slice id, name, type;
    struct meta meta;
    struct slice raw;   /* what normalize reads: at most DOC_RAW_MAX bytes */
    struct slice bytes; /* the record's own bytes, which the key is made over */
    size_t at;          /* where the record begins in the (decompressed) body; 0 when that is not known */
    enum err fail;      /* OK, or why this record alone cannot be read */
    struct slice detail;
};

struct split_docs {
    struct split_doc *ptr;
    size_t len, cap;
    size_t before, before_bytes; /* the caller's: records and bytes of the same container that came in earlier pieces; names and failures count
                                  * on from there (a trouble's `at` does not: it is of this body) */
    size_t skipped; /* records that are no documents by their kind: a WARC's requests, revisits, pictures */
    size_t fed, expanded; /* bytes of the outermost body; bytes that were unpacked out of it so far, at all levels */
    unsigned level;       /* containers around what is being split */
};

/* What was wrong, when split() returns an error. */
struct split_trouble {
    size_t record; /* counted from 1; 0: the body as a whole */
    size_t at;     /* byte of the body (after decompression) */
    char detail[256];
};

/* Cuts the request's body. *out is zeroed by the caller (but `before`); after an error it holds the records before the bad one. All memory from
 * mem. The media type is the feeder's, then what the first bytes say, then the name's.
 * ERR_EMPTY, ERR_MALFORMED, ERR_SCHEMA, ERR_TOO_BIG, ERR_DEPTH, ERR_UTF8, ERR_UNSUPPORTED, ERR_NOMEM, with *why filled. */
enum err split(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why) MUST_CHECK;

/* The document that goes into the journal or out of --stdio: all of ingest's fields but the journal's and `accepted`; with `fail` where the record
 * failed. Points into in, d and mem. ERR_NOMEM. */
enum err split_document(const struct feed_request *in, const struct split_doc *d, struct arena *mem, struct doc *doc) MUST_CHECK;

/* --- for the format files --- */

/* A new document with the container's id, name and meta, or NULL (*why filled): too many or out of memory. */
struct split_doc *split_add(struct split_docs *out, const struct feed_request *in, struct arena *mem, struct split_trouble *why) MUST_CHECK;

/* Fills *why and returns e. */
enum err split_refuse(struct split_trouble *why, enum err e, size_t record, size_t at, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* "NAME#7" after the request's name or id, cut to what a name may have; ptr NULL and *nomem when there was no room. */
struct slice split_part_name(const struct feed_request *in, size_t record, struct arena *mem, bool *nomem);

/* The bytes that base64 text stands for, white space skipped; s itself when it is no base64. */
struct slice split_base64(struct slice s, struct arena *mem, bool *nomem);

/* This record alone is refused: it travels on with its failure, "record 7 at byte 300 WHAT". */
void split_fail(struct split_doc *d, enum err e, size_t record, size_t before_bytes, struct arena *mem, bool *nomem, const char *what);

/* Text with markup in it is HTML, else plain: for records that do not say which. */
struct slice split_text_type(struct slice text);

/* s cut to at most `max` bytes at a character boundary and trimmed; absent when nothing is left or it is not UTF-8. */
struct slice split_said(struct slice s, size_t max);

enum err split_text(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why) MUST_CHECK;
enum err split_html(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why) MUST_CHECK;
/* JSON Lines, and JSON: an array of records, one record, or a JSON Feed. */
enum err split_jsonl(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why) MUST_CHECK;
enum err split_json(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why) MUST_CHECK;
/* RSS, RDF and Atom; NITF and NewsML. ERR_UNSUPPORTED when the XML is none of them. */
enum err split_feed(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why) MUST_CHECK;

/* WARC: responses, resources and conversions that hold a page or a text; the other records are counted in out->skipped. */
enum err split_warc(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why) MUST_CHECK;

/* ZIP and tar. Members have their paths as ids; a bad one is refused alone, pictures and what desktops leave behind are counted in out->skipped. */
enum err split_archive(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why) MUST_CHECK;

/* split() for what stood in a container: *out begins with its level, fed and expanded. */
enum err split_within(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why) MUST_CHECK;

/* gzip.c: expands all members into mem. `at` of the trouble is into the compressed bytes. */
enum err split_gunzip(struct slice packed, struct arena *mem, struct slice *out, struct split_trouble *why) MUST_CHECK;

/* The same for what HTTP calls deflate or gzip: zlib, gzip or bare deflate data. */
enum err split_inflate(struct slice packed, struct arena *mem, struct slice *out, struct split_trouble *why) MUST_CHECK;

#endif
