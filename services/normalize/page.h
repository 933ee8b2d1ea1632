/* page.h - a document cut into blocks of clean text, with what its markup says: what the readers make and the judges use.
 *
 * All memory is the arena's. Offsets b, e are of the source (its UTF-8 form) unless a span of page->clean is meant. */
#ifndef WD_NORMALIZE_PAGE_H
#define WD_NORMALIZE_PAGE_H

#include "../../proto/doc.h"
#include "origin.h"

enum { NO_NODE = 0xFFFFFFFFu, PAGE_DEPTH_MAX = 2048, PAGE_BLOCKS_MAX = 400000, PAGE_NODES_MAX = 2000000, NODE_TOKENS = 6, TOKEN_BITS = 15 };

enum tag {
    TAG_OTHER, TAG_P, TAG_LI, TAG_H1, TAG_H2, TAG_H3, TAG_H4, TAG_H5, TAG_H6, TAG_DIV, TAG_SECTION, TAG_ARTICLE, TAG_MAIN, TAG_TD, TAG_TH, TAG_TR,
    TAG_TABLE, TAG_UL, TAG_OL, TAG_DL, TAG_DT, TAG_DD, TAG_BLOCKQUOTE, TAG_PRE, TAG_FIGURE, TAG_FIGCAPTION, TAG_HEADER, TAG_FOOTER, TAG_NAV,
    TAG_ASIDE, TAG_FORM, TAG_FIELDSET, TAG_ADDRESS, TAG_DETAILS, TAG_SUMMARY, TAG_BODY, TAG_CENTER, TAG_HR, TAG_A, TAG_BR, TAG_B, TAG_SPAN,
    TAG_TIME, TAG_META, TAG_LINK, TAG_TITLE, TAG_SCRIPT, TAG_SKIP, TAG_HTML, TAG_HEAD, TAG_BASE, TAG_IMG, TAG_LINE, TAG_BUTTON, TAG_BYLINE, TAG_ISSUED, TAG_COUNT
};

/* An element that makes blocks (or a line's place in plain text). */
struct node {
    uint32_t parent;  /* NO_NODE for the root */
    uint16_t depth;
    uint8_t tag;      /* enum tag */
    uint16_t token[NODE_TOKENS]; /* hashes of its class and id words; 0: no more */
    uint64_t marks;   /* bit i: its class, id, role or itemprop contains attribute word i (attribute_words.h) */
    uint32_t chars, good, links, blocks; /* bytes of text below it; in running text; in links; blocks */
};

struct block {
    struct span text;      /* of page->clean.text */
    uint32_t b, e;         /* where it lies in the source */
    uint32_t node;
    uint64_t inline_marks; /* marks of the inline elements around its text */
    uint32_t link_bytes, bold_bytes, links, fragments; /* fragments: links to places of the page itself */
    const char *why;       /* why it is not article text, or NULL; a static word */
    float score;           /* 0 to 1: how likely it is article text */
    bool keep;
    bool gap;              /* an empty line came before it (plain text) */
};

enum capture_kind {
    CAPTURE_H1, CAPTURE_H2, CAPTURE_TIME, CAPTURE_AUTHOR, CAPTURE_BYLINE, CAPTURE_HEADLINE, CAPTURE_PUBLISHED, CAPTURE_MODIFIED,
    CAPTURE_DATE, CAPTURE_STANDFIRST, CAPTURE_SECTION, CAPTURE_AUTHOR_LINK
};

/* An element whose text or value says something of the document. */
struct capture {
    enum capture_kind kind;
    struct span text;     /* of page->clean.text */
    struct slice value;   /* datetime or content attribute, or none */
    uint32_t order;       /* blocks before it */
    bool author_link;     /* a link to an author's page */
    bool aside;           /* in a part that is not the article: nav, aside, footer, related ... */
};

struct line_says; /* lines.h */

struct metatag { struct slice name, content; }; /* name in lower case, as property, name, itemprop or http-equiv gave it */

struct page {
    struct arena *mem;
    struct slice source;
    bool markup;             /* HTML, not plain text */
    struct origin clean;     /* the text of all blocks, a newline behind each */
    struct node *nodes;
    size_t n_nodes, cap_nodes;
    struct block *blocks;
    size_t n_blocks, cap_blocks;
    struct capture *captures;
    size_t n_captures, cap_captures;
    struct metatag *metas;
    size_t n_metas, cap_metas;
    struct slice *jsonld;    /* scripts of application/ld+json */
    size_t n_jsonld, cap_jsonld;
    struct slice title;      /* of the title element */
    struct slice canonical, html_lang;
    size_t h1;               /* block of the first h1, or SIZE_MAX */
    size_t headline;         /* block that says what the head gives as the headline, else h1 */
    struct line_says *says;  /* what each block's text says by itself: one a block, from says_read() on */
};

/* Doubles an array in the arena when it is full; NULL when there is no room, else where it is now. */
void *page_grow(struct arena *mem, void *old, size_t len, size_t *cap, size_t size) MUST_CHECK;

/* One more, zeroed; NULL when out of memory. */
struct node *page_node(struct page *p) MUST_CHECK;
struct block *page_block(struct page *p) MUST_CHECK;

/* What the first meta element of that name that is not empty says, or an absent slice. */
struct slice page_meta(const struct page *p, const char *name);

/* The block where the article begins: the headline's, or the first. */
static inline size_t page_start(const struct page *p) { return p->headline == SIZE_MAX ? 0 : p->headline; }

static inline struct slice block_text(const struct page *p, const struct block *b)
{
    return (struct slice){p->clean.text + b->text.b, b->text.e - b->text.b};
}

#endif
