/* text.h - plain text, and Markdown as scrapers leave it, read into a page: a block a paragraph or line. */
#ifndef WD_NORMALIZE_TEXT_H
#define WD_NORMALIZE_TEXT_H

#include "page.h"

/* Reads page->source (valid UTF-8 without NUL). A line without words stays as a block without text, so that it can be listed as
 * dropped. Hard-wrapped lines are joined. ERR_TOO_BIG (more than PAGE_BLOCKS_MAX lines), ERR_NOMEM. */
enum err text_read(struct page *page) MUST_CHECK;

#endif
