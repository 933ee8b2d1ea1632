/* lines.h - what a single line of text says of itself: furniture of a page (share, comments, credits ...), or a fact about the article. */
#ifndef WD_NORMALIZE_LINES_H
#define WD_NORMALIZE_LINES_H

#include "../../libcommon/base.h"

enum { LINE_LOOK_MAX = 600 }; /* bytes: longer lines are prose */

struct line_says {
    const char *why;      /* why it is not article text (a static word), or NULL */
    bool ends;            /* what follows it belongs to it: comments, related articles */
    bool counter;         /* a bare number */
    struct slice outlet, url, title, byline, date; /* parts of the line, or absent */
};

/* Looks at one line (or a block's text). Never fails; long lines say nothing. */
struct line_says line_look(struct slice line);

/* True when the line reads like a headline: short, no full stop at its end. */
bool line_is_headline(struct slice line);
/* True when it ends as a sentence does. */
bool line_is_closed(struct slice line);
/* s in lower case (ASCII, two-byte Latin and Cyrillic letters), curly apostrophes made straight. out holds s.len bytes. */
struct slice line_lower(struct slice s, char *out);
/* The same with its apostrophes as they are: each byte stands where it stood in s. */
struct slice line_small(struct slice s, char *out);
/* Characters, not bytes. */
size_t line_chars(struct slice line);
/* White-space separated words. */
size_t line_words(struct slice line);

#endif
