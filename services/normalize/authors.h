/* authors.h - who wrote it: what the head of the page says, weighed against the names that stand by the headline. */
#ifndef WD_NORMALIZE_AUTHORS_H
#define WD_NORMALIZE_AUTHORS_H

#include "judge.h"
#include "jsonld.h"
#include "people.h"

/* Where authors are sought, and what is no author there. */
struct author_search {
    const struct doc *doc;
    struct page *p;
    const struct jsonld *ld;
    struct slice outlet, host; /* a name that is one of these is the site's, not a person's, unless nobody else is named */
};

/* Adds those whom the feeder, the markup or the lines by the headline name as authors. Names live as long as page->mem. */
void authors_find(const struct author_search *s, struct people *who);

#endif
