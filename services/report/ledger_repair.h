/* ledger_repair.h - a damaged ledger made whole from its own pages, and from the day files what those have of its lines. */
#ifndef WD_REPORT_LEDGER_REPAIR_H
#define WD_REPORT_LEDGER_REPAIR_H

#include <jansson.h>

#include "../../libcommon/trouble.h"

/* Looks at the ledger in the folder `report` of a state directory, which nobody has open, and at its day files, and writes anew what is damaged; with `dry`
 * nothing is changed. What there is to say, as a JSON object: damage (absent: all is whole), documents and stream (rows saved), remade (keys of documents
 * whose row was made anew), texts (keys of those whose text is lost), lines (numbers that are lost), stories (made anew from their last line), unknown
 * (documents of which not even the key is known), days (files written anew), kept (the old file's path). NULL with the trouble. */
json_t *ledger_repair(const char *report, bool dry, struct trouble *t) MUST_CHECK;

#endif
