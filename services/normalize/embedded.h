/* embedded.h - article text that a page carries in its scripts and not, or not wholly, in its elements. */
#ifndef WD_NORMALIZE_EMBEDDED_H
#define WD_NORMALIZE_EMBEDDED_H

#include "page.h"

/* After the blocks were judged. `body` is the JSON-LD's articleBody, or empty; it has line breaks and may have tags. When the blocks that are
 * kept hold less than half of what it says, blocks that it has are kept too; when that is not enough, its lines become the article's blocks. On a page
 * that keeps next to nothing the longest text with paragraphs in a string of a script does the same. ERR_NOMEM. */
enum err embedded_use(struct page *p, struct slice body) MUST_CHECK;

#endif
