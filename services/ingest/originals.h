/* originals.h - what was fed, byte for byte: compressed, each content once, under the hash that the ledger knows; so that a document's origin map leads
 * to its bytes as long as they are kept (--archive DIR).
 *
 * Changes gather until originals_commit() makes them durable together, as with the journal, whose batch is committed after them: what has an ack has its
 * original on disk. One process has the folder; others may read it. LMDB: keys, contents by hash, how many documents each content serves, keys by age. */
#ifndef WD_INGEST_ORIGINALS_H
#define WD_INGEST_ORIGINALS_H

#include "../../libcommon/buf.h"
#include "../../libcommon/trouble.h"

enum { ORIGINALS_HASH = 32 };

struct originals;

/* Opens or makes the archive in the folder `dir`, which exists and may grow to `most` bytes. NULL with the trouble: also when another ingest has it. */
struct originals *originals_open(const char *dir, uint64_t most, struct trouble *t) MUST_CHECK;
/* Drops what was not committed. NULL is fine. */
void originals_close(struct originals **o);

struct original {
    struct slice key;      /* the document's */
    struct slice hash;     /* of raw: 64 hex digits */
    struct slice raw;
    uint64_t accepted;     /* ms since 1970 */
};
/* Joins the batch. Nothing happens when the key is known, or was forgotten. ERR_FULL: disk or ceiling; ERR_NOMEM, ERR_IO; then call originals_abort(). */
enum err originals_add(struct originals *o, const struct original *d) MUST_CHECK;
enum err originals_commit(struct originals *o) MUST_CHECK;
void originals_abort(struct originals *o);

/* Removes at most `most` originals that were accepted before `before`, and commits. *n: how many went. */
enum err originals_age(struct originals *o, uint64_t before, unsigned most, uint64_t *n) MUST_CHECK;
/* The document's original is gone from the file, unless another document has the same bytes, and is not taken again. Commits. ERR_NOMEM: somebody
 * reads an old state: later. */
enum err originals_forget(struct originals *o, struct slice key) MUST_CHECK;

struct originals_counts {
    uint64_t documents, contents, bytes; /* bytes: on disk, of contents */
    uint64_t oldest;                     /* when the oldest was accepted; 0: there is none */
};
/* As of the last commit. */
struct originals_counts originals_counts(struct originals *o);

/* Reads an original beside whoever has the archive open, and holds it against its hash. ERR_MISSING: there is none; ERR_MALFORMED: damaged; ERR_IO with
 * errno: there is no archive. *hash gets 64 hex digits. */
enum err originals_read(const char *dir, struct slice key, struct buf *raw, char hash[65]) MUST_CHECK;

#endif
