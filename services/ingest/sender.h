/* sender.h - the window of documents without an outcome, and which of them to send again: TCP's ideas, judged by overtaking.
 *
 * A core: no clock, no socket. All times are ns of a clock that never jumps.
 *
 * Loss (RFC 8985's idea, on a flow clock): the flow clock advances with every outcome by the gap since the last one, at most
 * 50 ms, so a stalled sink stops it. A document has been overtaken when a later transmission has its outcome; it is lost when the
 * flow clock has moved on since by more than reo * 2^try. reo is 1.5 times the largest overtaking seen among first copies. In
 * silence one probe at a time: a timeout (RFC 6298) that counts from the last outcome of any document. A budget bounds it all. */
#ifndef WD_INGEST_SENDER_H
#define WD_INGEST_SENDER_H

#include "../../libcommon/buf.h"
#include "../../proto/doc.h"

struct sender;

struct sender_stats {
    uint64_t firsts, resends, probes; /* copies sent: first ones; again because lost; again because all was silent */
    uint64_t struck;                  /* of the resends: because a worker died with it */
    uint64_t false_resends;           /* copies sent again although an earlier one arrived */
    uint64_t strays;                  /* outcomes that no document was waiting for */
    uint64_t outstanding, outstanding_bytes;
    uint64_t window, window_bytes;    /* the most that may be outstanding */
    uint64_t srtt_ns, reo_ns, timeout_ns;
    uint64_t oldest_ns;               /* since the oldest outstanding document was first sent */
};

/* A window of at most `docs` documents and `bytes` bytes for copies of that epoch. NULL: out of memory. */
struct sender *sender_create(size_t docs, uint64_t bytes, uint64_t epoch) MUST_CHECK;
void sender_destroy(struct sender **s);

/* A wider window, up to SENDER_DOCS_MAX; it never shrinks. False: out of memory, the window stays. */
enum { SENDER_DOCS_MAX = 1 << 16 };
bool sender_widen(struct sender *s, size_t docs) MUST_CHECK;

/* Is there room for a first copy of `bytes`? A document of any size fits when the window is empty. */
bool sender_room(const struct sender *s, uint64_t bytes);

/* Its first copy has been sent. `key` is copied. There must be room, and seq must not be in the window. */
void sender_first(struct sender *s, uint64_t seq, struct slice key, uint64_t bytes, uint64_t now);

/* An outcome has come, made by the copy {epoch, try}. True when the document was in the window: it has left. */
bool sender_outcome(struct sender *s, uint64_t seq, struct slice key, uint64_t epoch, uint64_t try, uint64_t now);

/* True when seq with that key is in the window. */
bool sender_holds(const struct sender *s, uint64_t seq, struct slice key);

/* A worker is busy with it: do not take it for lost for 700 ms. Nor those that were sent within a window after it, which may wait in
 * that worker's queue: they are overtaken anew once it is done. */
void sender_hold(struct sender *s, uint64_t seq, uint64_t now);

/* Evidence that the copy `try` of this epoch is gone (a worker died with it): send again without asking the budget. What was sent
 * before now may have died in that worker's queue and is not thought to wait behind a busy document any more. */
void sender_lost(struct sender *s, uint64_t seq, uint64_t epoch, uint64_t try, uint64_t now);

/* It goes out again at once, whatever other copies are under way: what was sent so far is not what ingest holds now. */
void sender_changed(struct sender *s, uint64_t seq, uint64_t now);

/* Judges, and gives the next document that shall be sent again now; *try is what that copy will be. False: none. */
bool sender_due(struct sender *s, uint64_t now, uint64_t *seq, uint64_t *try) MUST_CHECK;
/* What sender_due() gave has been sent. */
void sender_again(struct sender *s, uint64_t seq, uint64_t now);
/* The document is not in the journal any more: it leaves the window. */
void sender_forget(struct sender *s, uint64_t seq);

/* Is sender_due() worth asking again within the next moments? */
bool sender_waits(const struct sender *s);

struct sender_stats sender_stats(const struct sender *s, uint64_t now);

#endif
