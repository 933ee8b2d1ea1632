/* journal_repair.h - a damaged journal made whole: what is held in it stays held, what cannot be read is named. */
#ifndef WD_INGEST_JOURNAL_REPAIR_H
#define WD_INGEST_JOURNAL_REPAIR_H

#include <jansson.h>

#include "journal.h"

/* Looks at the journal in `dir`, which nobody has open, and writes it anew when it is damaged; with `dry` nothing is changed. What there is to say, as a
 * JSON object: damage (absent: it is whole), saved (documents held), lost (their keys), unknown (how many more), anew (it is another instance now, since
 * its counts no longer hold), kept (the old file's path). NULL with the trouble. */
json_t *journal_repair(const char *dir, bool dry, struct trouble *t) MUST_CHECK;

#endif
