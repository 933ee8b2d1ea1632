/* jsonld.h - what the JSON-LD scripts of a page (schema.org) say of the article. */
#ifndef WD_NORMALIZE_JSONLD_H
#define WD_NORMALIZE_JSONLD_H

#include "page.h"

enum { JSONLD_AUTHORS = 32 };

struct jsonld {
    int rank;  /* 3: an article; 1: a page or anything else with a date; 0: nothing */
    struct slice headline, published, modified, section, body, lines, publisher, description;
    struct slice author[JSONLD_AUTHORS];
    size_t n_authors;
    bool by_firm; /* all authors are organizations */
    bool locked; /* isAccessibleForFree is false */
};

/* Reads page->jsonld. Broken scripts are read as far as they go. Memory from page->mem. */
void jsonld_read(const struct page *p, struct jsonld *out);

#endif
