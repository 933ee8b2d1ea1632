/* html.h - HTML and XHTML read into a page: libxml2's SAX events, blocks of clean text, places in the source. */
#ifndef WD_NORMALIZE_HTML_H
#define WD_NORMALIZE_HTML_H

#include "attribute_words.h"
#include "page.h"

/* Reads page->source (valid UTF-8 without NUL). Fills everything of page but what the judges set. ERR_DEPTH (more than PAGE_DEPTH_MAX open
 * elements), ERR_TOO_BIG (more than PAGE_BLOCKS_MAX blocks or PAGE_NODES_MAX elements), ERR_NOMEM. */
enum err html_read(const struct attribute_words *words, struct page *page) MUST_CHECK;

/* True when the bytes look like HTML, whatever their name or type says. */
bool html_looks(struct slice source);

#endif
