/* feed.h - the feed protocol: what a feeder sends to ingest's ROUTER, what it gets back, in any language.
 *
 * REQ or DEALER (a DEALER sends REQ's empty delimiter frame first). One msgpack map a message;
 * body is bin, or str for text:
 *   request {v: 1, ref?, source?, id?, name, type?, body, meta?, records?, bytes?}
 *   reply   {v: 1, ref?, status: "ok" | "busy" | "refused", keys: [...], error?: {name, detail, at?}, retry_ms?, skipped?} */
#ifndef WD_FEED_H
#define WD_FEED_H

#include "doc.h"

enum {
    FEED_VERSION = 1,
    FEED_FRAME_MAX = 64 << 20, /* bytes of a request */
    FEED_BODY_MAX = 48 << 20,  /* bytes of its body: a container of many documents */
};

struct feed_request {
    struct slice ref; /* any msgpack value, echoed as it came; absent when not sent */
    struct slice source, id, name, type;
    struct slice body;
    struct meta meta;
    uint64_t records, bytes; /* of the same container that came in earlier bodies: records are counted, and their places told, from there */
};

enum feed_status { FEED_NONE = 0, FEED_OK, FEED_BUSY, FEED_REFUSED };
const char *feed_status_name(enum feed_status s);

struct feed_reply {
    struct slice ref; /* encoded value, as in the request */
    enum feed_status status;
    struct slices keys;          /* one a document, in order; empty unless ok */
    struct slice error, detail;  /* err_name() and a line for people: names the file, the place and what is wrong */
    uint64_t at;                 /* byte offset of the trouble in the body; 0 also when it has no place */
    uint64_t retry_ms;           /* busy: when to try again */
    uint64_t skipped;            /* ok: records that are no documents by their kind */
};

enum err feed_request_decode(struct slice frame, struct arena *mem, struct feed_request *out) MUST_CHECK;
enum err feed_request_encode(const struct feed_request *in, struct buf *out) MUST_CHECK;
enum err feed_reply_decode(struct slice frame, struct arena *mem, struct feed_reply *out) MUST_CHECK;
enum err feed_reply_encode(const struct feed_reply *in, struct buf *out) MUST_CHECK;

/* A msgpack unsigned integer as a `ref`, into out (at most 9 bytes). */
struct slice feed_ref(uint64_t n, char out[9]);

/* The id that a file has for feeders: "../a//./b" -> "a/b"; bytes that are no UTF-8 become %XX. Appends to out. */
enum err feed_id(const char *path, struct buf *out) MUST_CHECK;
/* True for the name of a file or folder that is left out unless it is named itself: it begins with a dot, or someone is still making it. */
bool feed_hidden(const char *name);

/* The document key: BLAKE2b-128 over source, id, body, each with its length (8 bytes, little-endian) before it; 32 hex digits. */
void feed_key(struct slice source, struct slice id, struct slice body, char out[33]);
/* BLAKE2b-256 of the body, 64 hex digits. */
void feed_hash(struct slice body, char out[65]);

#endif
