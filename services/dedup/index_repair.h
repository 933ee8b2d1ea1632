/* index_repair.h - a damaged index made whole: what is right in it stays, what hangs on something lost goes, what follows from the rest is made anew. */
#ifndef WD_DEDUP_INDEX_REPAIR_H
#define WD_DEDUP_INDEX_REPAIR_H

#include <jansson.h>

#include "../../libcommon/trouble.h"

/* Looks at the index in `dir`, which nobody has open, and writes it anew when it is damaged; with `dry` nothing is changed. `silence`: minutes after which
 * a story is closed. What there is to say, as a JSON object: damage (absent: it is whole), saved (verdicts), lost (hashes of the keys of documents
 * without one: they are judged anew when they come again), faded (keys of documents that a copy is no longer recognised of), stories (those made anew
 * from their members), kept (the old file's path). NULL with the trouble. */
json_t *index_repair(const char *dir, uint32_t silence, bool dry, struct trouble *t) MUST_CHECK;

#endif
