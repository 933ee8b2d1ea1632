/* judge.h - which blocks of a page are the article: sets keep and why of each. */
#ifndef WD_NORMALIZE_JUDGE_H
#define WD_NORMALIZE_JUDGE_H

#include "attribute_words.h"
#include "lines.h"
#include "page.h"

/* What was read in lines that are not the article's. */
struct hints { struct slice outlet, url, title, byline, date; };

/* Plain text: by lines. */
void judge_text(struct page *p, struct hints *hints);
/* HTML: by the scores of the block model, mended to contiguous text; never leaves nothing when there is something. blocks_score() has
 * read the page. ERR_NOMEM. */
enum err judge_page(struct page *p, float threshold, struct hints *hints) MUST_CHECK;
/* NITF, and what stood in NewsML: everything in its content but captions. */
void judge_wire(struct page *p);

#endif
