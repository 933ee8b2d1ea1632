/* page.h - a story as a page: one self-contained HTML file or a Markdown text, from its stream line and its articles' texts. Pure.
 *
 * Everything quoted links to the place in the article's text where it stands, which is part of the HTML page. No script, no style but the page's own (its
 * hash is in the content security policy), nothing is loaded, no link but to http, https and the report's own pages. */
#ifndef WD_REPORT_PAGE_H
#define WD_REPORT_PAGE_H

#include <jansson.h>

#include "page_text.h"

enum {
    PAGE_BYTES_MAX = 32 << 20,  /* of one file */
    PAGE_TEXTS_MAX = 2 << 20,   /* bytes of article texts in one page; what does not fit is left out and said to be */
    PAGE_ROWS_MAX = 200,        /* rows of one table or list; the rest is counted */
    PAGE_CITES_MAX = 12,        /* links behind one statement */
    PAGE_STYLE_HASH = 45,       /* base64 of SHA-256 */
};

struct page_article {
    struct slice key, title, outlet, name, url, byline, published, lang, verdict, of; /* absent where unknown */
    struct slice text; /* absent: not at hand, or left out of the page */
};

struct page {
    const json_t *line; /* a story's line, op new or update */
    const struct page_article *articles; /* in the order of the line's list of articles */
    size_t n_articles;
};

enum err page_html(const struct page *p, struct buf *out) MUST_CHECK;
enum err page_markdown(const struct page *p, struct buf *out) MUST_CHECK;

/* What stands at the address of a story that has gone: merged into another (`into`) or, without one, closed. */
enum err page_gone(struct slice id, struct slice title, struct slice into, bool markdown, struct buf *out) MUST_CHECK;

/* One story in the index and in the feed. */
struct page_entry {
    struct slice id, title;
    uint64_t n_articles, n_outlets, n_independent, n_conflicts, rev;
    uint64_t opened, told; /* ms */
};
struct page_list {
    const struct page_entry *ptr;
    size_t len;
    uint64_t more;        /* stories not listed */
    struct slice ledger;  /* what is this ledger's own: its first line */
};
enum err page_index(const struct page_list *l, bool markdown, struct buf *out) MUST_CHECK;
enum err page_feed(const struct page_list *l, struct buf *out) MUST_CHECK;

/* --- parts, for the files of this module and for tests --- */

/* Everything up to <body> and through it. `up`: "../" where the index is a folder above, else "". */
enum err page_head(struct buf *out, struct slice title, const char *up);
/* The style sheet that page_head() puts in. */
struct slice page_style(void);

/* The article with that key among the line's, or SIZE_MAX. */
size_t page_article_at(const struct page *p, struct slice key);
/* The id of the place in the page where a span stands: a2-10-34. */
void page_anchor(char out[48], size_t article, uint64_t b, uint64_t e);
/* An article's text with every span of the line that stands in it marked. `up` to its <article> element. */
enum err page_article_text(const struct page *p, size_t article, struct buf *out) MUST_CHECK;
/* The story's times as a picture; nothing when fewer than two of them can be placed. */
enum err page_timeline(const struct page *p, struct buf *out) MUST_CHECK;

struct slice page_string(const json_t *o, const char *key);
uint64_t page_number(const json_t *o, const char *key);

#endif
