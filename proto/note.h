/* note.h - what flows back to ingest: outcomes from report, notices from every stage. One frame each on an XPUB:
 * 16 bytes of topic (the instance, or NOTE_TO_ALL), then one msgpack map. */
#ifndef WD_NOTE_H
#define WD_NOTE_H

#include "doc.h"

enum note_kind {
    NOTE_NONE = 0,
    NOTE_OUTCOME,     /* report: the document reached its outcome, committed in the ledger */
    NOTE_BUSY,        /* a worker has been on this document for `ms` */
    NOTE_FAULTED,     /* a worker died of this document: signal or CPU budget */
    NOTE_INTERRUPTED, /* a worker was killed from outside while it held this document */
    NOTE_REFUSED,     /* a stage would not take the frame (undecodable, other version, too large) */
};

/* The detail of NOTE_FAULTED, with the signal (SIGXCPU: over the CPU budget). */
#define NOTE_SIGNAL "signal %d"

enum outcome { OUTCOME_NONE = 0, OUTCOME_REPORTED, OUTCOME_DUPLICATE, OUTCOME_REJECTED, OUTCOME_AGAIN, OUTCOME_COUNT };

/* "reported", "duplicate", "rejected", "again". */
const char *outcome_name(enum outcome o);

struct note {
    enum note_kind kind;
    struct slice instance; /* 16 bytes; absent: to all instances */
    uint64_t seq, epoch, try; /* as the message carried them; 0 where unknown */
    struct slice key;
    enum outcome outcome; /* NOTE_OUTCOME only */
    enum stage stage;     /* who speaks */
    struct slice worker;  /* "tag.0" */
    struct slice strike;  /* NOTE_FAULTED and NOTE_INTERRUPTED: 16 random bytes that name the strike, so that it counts once */
    struct slice error, detail;
    uint64_t ms;
};

extern const char NOTE_TO_ALL[INSTANCE_SIZE]; /* "all" and 13 zero bytes */

enum { NOTE_MAX = 4096 }; /* bytes of a whole frame */

/* Appends topic and map to out. */
enum err note_encode(const struct note *n, struct buf *out) MUST_CHECK;
/* Points into frame and mem. Unknown fields and unknown kinds are fine (kind NOTE_NONE: ignore it). */
enum err note_decode(struct slice frame, struct arena *mem, struct note *n) MUST_CHECK;

#endif
