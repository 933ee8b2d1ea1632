/* metadata.h - what a document says of itself: where, by whom, when; each with what it rests on. */
#ifndef WD_NORMALIZE_METADATA_H
#define WD_NORMALIZE_METADATA_H

#include "judge.h"

struct facts {
    struct sourced outlet;
    struct slices byline;
    struct slice url, section;
    struct moment published, modified;
    struct slice headline;       /* the best title that the markup states outside of the visible text, or absent */
    struct slice description;    /* what the markup gives as a summary, or absent */
    struct slice article_body;   /* the article's text in JSON-LD, or absent */
    struct slice article_lines;  /* the same with its line breaks and tags */
    bool paywalled;              /* the markup says that not everybody may read it */
};

/* What the head of the page, its JSON-LD and its address say: before the blocks are judged. ERR_NOMEM. */
enum err facts_read(const struct doc *doc, struct page *p, struct facts *f) MUST_CHECK;

/* The rest, from the visible text, once it is known what is the article. ERR_NOMEM. */
enum err facts_finish(const struct doc *doc, struct page *p, const struct hints *hints, struct facts *f) MUST_CHECK;

#endif
