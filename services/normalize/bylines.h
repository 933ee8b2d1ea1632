/* bylines.h - the names that stand on the page itself: in elements for authors, in links to their pages, in lines by the headline. */
#ifndef WD_NORMALIZE_BYLINES_H
#define WD_NORMALIZE_BYLINES_H

#include "authors.h"

struct byline_place { enum capture_kind kind; bool aside, close; }; /* which elements; in parts that are not the article; only next to the headline */

/* Adds the names in elements of that kind. The outlet's name is none. */
void byline_captured(const struct author_search *s, struct byline_place at, struct people *who);

/* Adds those near the headline whose name is a link to an author's page. */
void byline_linked(const struct author_search *s, bool aside, struct people *who);

/* "By Ada Marsh" in a block of its own near the headline, or a block that is a name behind one that says "Written by"; else "Written by Ada Marsh"
 * anywhere. */
void byline_in_lines(const struct author_search *s, struct people *who);

/* A block next to the headline that is a name, of somebody whose life is told elsewhere; or a name before a date: "Ada Marsh | 5 May 2021". */
void byline_bare(const struct author_search *s, struct people *who);

/* Where the page first shows him, it says that he edited the text or took the pictures. */
bool byline_helper(const struct page *p, struct slice name);

#endif
