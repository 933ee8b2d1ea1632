/* dedup.h - the judgement of one document: copy or original, and which story it belongs to. */
#ifndef WD_DEDUP_DEDUP_H
#define WD_DEDUP_DEDUP_H

#include "../../proto/doc.h"
#include "index.h"

struct deduper;

struct dedup_settings {
    uint64_t horizon_ms; /* after which the hot part forgets a document */
    uint64_t silence_ms; /* after which a story is closed */
};

/* Loads what the index holds within the horizon. The index stays the caller's and must outlive the deduper. ERR_NOMEM, ERR_IO;
 * ERR_MALFORMED: a record is damaged. */
enum err dedup_create(struct index *index, const struct dedup_settings *settings, struct deduper **d) MUST_CHECK;
void dedup_destroy(struct deduper **d);

/* The fields that it reads, needs and writes. */
extern const doc_mask dedup_reads, dedup_needs, dedup_writes;

/* Sets verdict, shared, story and changes; a key that was judged before gets what it got. Nothing of it is durable before
 * dedup_commit(). ERR_IO, ERR_FULL: the store failed, the deduper is of no more use. Other errors are the document's. */
enum err dedup_doc(struct deduper *d, struct arena *mem, struct doc *doc) MUST_CHECK;
enum err dedup_commit(struct deduper *d) MUST_CHECK;

/* Drops what is kept of the document's words and places; its verdict and number stay, so that the same key gets the same again and an exact copy is
 * known for one. Durable, and gone from the store's file, when OK is returned; also when there is no such document. ERR_IO, ERR_FULL as above; ERR_NOMEM:
 * try again. */
enum err dedup_forget(struct deduper *d, struct slice key) MUST_CHECK;

struct dedup_size {
    uint64_t documents, live, stories; /* judged; within the horizon; opened */
    uint64_t memory, disk;             /* bytes */
};
struct dedup_size dedup_size(struct deduper *d);

#endif
