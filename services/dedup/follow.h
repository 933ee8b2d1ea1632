/* follow.h - for --stdio: the lines that say where documents have moved since they were judged. */
#ifndef WD_DEDUP_FOLLOW_H
#define WD_DEDUP_FOLLOW_H

#include "../../proto/doc.h"

/* {"key":..., "story":{...}} and a newline for each document that a change of this one moves. Appends to out. */
enum err follow_lines(const struct doc *doc, struct arena *mem, struct buf *out) MUST_CHECK;

#endif
