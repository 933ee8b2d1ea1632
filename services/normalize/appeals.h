/* appeals.h - paragraphs in which a site speaks of itself to its reader: asks for money, or for leave to set cookies.
 *
 * They read like the article's prose, stand in its midst, and no class name tells of them: what tells is that several turns of such texts come
 * together, in the words of one who says "our site" and "your browser". */
#ifndef WD_NORMALIZE_APPEALS_H
#define WD_NORMALIZE_APPEALS_H

#include "page.h"

/* Why a paragraph is such a text ("appeal" or "cookies"), or NULL. */
const char *appeal_look(struct slice paragraph);

/* Of the blocks that are kept: no longer keeps such paragraphs, nor what else stands in their box when that is a small part of the page. Keeps all when
 * such paragraphs are more than half of it or nothing would be left. */
void appeals_drop(struct page *p);

#endif
