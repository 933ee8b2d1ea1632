/* journal.h - what has been accepted and has no outcome yet, on disk: the door's half of the promise.
 *
 * Changes gather in one batch until journal_commit() makes them durable together or journal_abort() forgets them. Reading
 * sees what has been committed only. One process, one thread. A second implementation stands beside this one behind the same
 * calls. */
#ifndef WD_INGEST_JOURNAL_H
#define WD_INGEST_JOURNAL_H

#include "../../libcommon/trouble.h"
#include "../../proto/note.h"

struct journal;

/* Counted over the life of the journal. accepted = the outcomes + in_flight, always. */
struct journal_counts {
    uint64_t accepted;
    uint64_t outcome[OUTCOME_COUNT];
    uint64_t in_flight; /* documents held: accepted and not retired */
    uint64_t bytes;     /* of their frames */
    uint64_t watermark; /* every seq up to this one is retired */
};

/* Opens or makes the journal in folder `dir`, which exists. `most`: bytes of frames it shall be able to hold. Every opening
 * begins a new epoch. NULL with the trouble. */
struct journal *journal_open(const char *dir, uint64_t most, struct trouble *t) MUST_CHECK;
/* Forgets what was not committed. NULL is fine. */
void journal_close(struct journal **j);

/* The 16 bytes that name this journal, made with it. */
struct slice journal_instance(const struct journal *j);
/* How often it has been opened. */
uint64_t journal_epoch(const struct journal *j);

/* --- changes: ERR_FULL (disk or journal: the batch is forgotten, try later), ERR_NOMEM, ERR_IO; then call journal_abort() --- */

/* The seq under which a document of that key is held, 0 when none is. Sees the batch. */
enum err journal_find(struct journal *j, struct slice key, uint64_t *seq) MUST_CHECK;
/* The seq that the next journal_add() gives. Never given twice, also when the journal is empty. */
uint64_t journal_next(const struct journal *j);
/* Holds a document; key is not held yet. */
enum err journal_add(struct journal *j, struct slice key, struct slice frame) MUST_CHECK;
/* Another frame for a document that is held: one that carries its failure. */
enum err journal_replace(struct journal *j, uint64_t seq, struct slice frame) MUST_CHECK;
/* Lets go of it, and counts its outcome, when seq and key belong together. *was says whether they did. */
enum err journal_retire(struct journal *j, uint64_t seq, struct slice key, enum outcome o, bool *was) MUST_CHECK;

struct strikes {
    uint32_t faulted, interrupted;
};
/* One more strike against a held document, unless one of that id (16 bytes) has been counted. *now: all that it has. */
enum err journal_strike(struct journal *j, struct slice key, enum note_kind kind, struct slice id, struct strikes *now) MUST_CHECK;

/* True when something waits for a commit. */
bool journal_dirty(const struct journal *j);
enum err journal_commit(struct journal *j) MUST_CHECK;
void journal_abort(struct journal *j);

/* Commits, and what was retired is gone from the journal's file: no document that is held. ERR_NOMEM: somebody reads an old state (a backup): later. */
enum err journal_scrub(struct journal *j) MUST_CHECK;

/* --- reading --- */

/* The held document of the lowest seq at or after `from`: *seq and its frame, valid until journal_release() or the next change.
 * *seq is 0 when there is none. */
enum err journal_read(struct journal *j, uint64_t from, uint64_t *seq, struct slice *frame) MUST_CHECK;
/* Ends what was read: call it in every turn, or old pages are kept. */
void journal_release(struct journal *j);

/* --- a copy, beside whoever has the journal open --- */

/* Copies the journal in `from`, as of one moment, into the empty folder `to`; it is on disk when this returns true. *counts: what the copy
 * holds. False with the trouble. */
bool journal_copy(const char *from, const char *to, struct journal_counts *counts, struct trouble *t) MUST_CHECK;

/* As of the last commit. */
struct journal_counts journal_counts(const struct journal *j);

#endif
