/* wire.h - what a news item in the wire's own XML says: NITF, NewsML-G2, NewsML 1, and the simple `newsitem` of older archives. */
#ifndef WD_INGEST_WIRE_H
#define WD_INGEST_WIRE_H

#include "xml.h"

enum wire { WIRE_TAKEN = 0, WIRE_SKIPPED, WIRE_REFUSED };

/* True when elements of that local name are items, or hold items; *item is then the items' name. */
bool wire_root(struct slice local, struct slice *item, bool *holds);

/* Fills *d (its meta already says what the feeder did) from the item `top`; `bytes` is the item as it stands in the body. SKIPPED: a picture, film or
 * package without a text. REFUSED: *what says why (static). *nomem when there was no room. */
enum wire wire_read(const xmlNode *top, struct slice bytes, struct arena *mem, struct split_doc *d, const char **what, bool *nomem) MUST_CHECK;

#endif
