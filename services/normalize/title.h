/* title.h - the headline and the line under it. */
#ifndef WD_NORMALIZE_TITLE_H
#define WD_NORMALIZE_TITLE_H

#include "metadata.h"

struct title {
    size_t block;            /* the block that is the title, or SIZE_MAX: then `words` */
    struct span span;        /* the title's part of page->clean, when it is a block */
    struct slice words;      /* words that stand in no block, or absent: no title */
    enum title_basis basis;
    size_t standfirst;       /* block, or SIZE_MAX */
};

/* Chooses among what the feeder, the markup and the first lines say. Nothing is invented: a text that begins with prose has no title. */
struct title title_choose(const struct doc *doc, const struct page *p, const struct facts *f, const struct hints *hints);

#endif
