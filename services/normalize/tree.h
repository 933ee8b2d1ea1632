/* tree.h - the article as a tree of paragraphs in a script's JSON: what editors for rich text store, and single-page sites hand to the browser. */
#ifndef WD_NORMALIZE_TREE_H
#define WD_NORMALIZE_TREE_H

#include "page.h"

/* The longest run of such paragraphs in one script of the page, a line each, in the page's arena. Absent when there is none. */
struct slice tree_text(const struct page *p) MUST_CHECK;

#endif
