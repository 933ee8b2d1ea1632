/* html.c - HTML and XHTML read into a page: libxml2's SAX events, blocks of clean text, places in the source. */
#include "html.h"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <strings.h>

#include "lines.h"
#include "unicode.h"

enum { CELLS_MAX = 400, BLOCK_LEVEL = 1, SKIPPED = 2, BOLD = 4, PLAIN = 8 };

static const struct tag_row { const char *name; uint8_t tag, flags; } tag_rows[] = { /* sorted by name */
    {"a", TAG_A, 0}, {"address", TAG_ADDRESS, BLOCK_LEVEL}, {"article", TAG_ARTICLE, BLOCK_LEVEL}, {"aside", TAG_ASIDE, BLOCK_LEVEL},
    {"audio", TAG_SKIP, SKIPPED}, {"b", TAG_B, BOLD}, {"base", TAG_BASE, 0}, {"blockquote", TAG_BLOCKQUOTE, BLOCK_LEVEL}, {"body", TAG_BODY, BLOCK_LEVEL},
    {"body.content", TAG_ARTICLE, BLOCK_LEVEL}, {"body.end", TAG_FOOTER, BLOCK_LEVEL},
    {"br", TAG_BR, 0}, {"button", TAG_BUTTON, SKIPPED}, {"byline", TAG_BYLINE, BLOCK_LEVEL}, {"canvas", TAG_SKIP, SKIPPED}, {"center", TAG_CENTER, BLOCK_LEVEL}, {"date.issue", TAG_ISSUED, 0}, {"dateline", TAG_DIV, BLOCK_LEVEL}, {"dd", TAG_DD, BLOCK_LEVEL},
    {"details", TAG_DETAILS, BLOCK_LEVEL}, {"distributor", TAG_DIV, BLOCK_LEVEL}, {"div", TAG_DIV, BLOCK_LEVEL}, {"dl", TAG_DL, BLOCK_LEVEL}, {"dt", TAG_DT, BLOCK_LEVEL}, {"em", TAG_B, BOLD},
    {"fieldset", TAG_FIELDSET, BLOCK_LEVEL}, {"figcaption", TAG_FIGCAPTION, BLOCK_LEVEL}, {"figure", TAG_FIGURE, BLOCK_LEVEL},
    {"footer", TAG_FOOTER, BLOCK_LEVEL}, {"form", TAG_FORM, BLOCK_LEVEL}, {"h1", TAG_H1, BLOCK_LEVEL}, {"h2", TAG_H2, BLOCK_LEVEL},
    {"h3", TAG_H3, BLOCK_LEVEL}, {"h4", TAG_H4, BLOCK_LEVEL}, {"h5", TAG_H5, BLOCK_LEVEL}, {"h6", TAG_H6, BLOCK_LEVEL}, {"head", TAG_HEAD, 0},
    {"header", TAG_HEADER, BLOCK_LEVEL}, {"hedline", TAG_HEADER, BLOCK_LEVEL}, {"hl1", TAG_H1, BLOCK_LEVEL}, {"hl2", TAG_H2, BLOCK_LEVEL}, {"hr", TAG_HR, BLOCK_LEVEL}, {"html", TAG_HTML, 0}, {"i", TAG_B, BOLD}, {"iframe", TAG_SKIP, SKIPPED},
    {"img", TAG_IMG, 0}, {"input", TAG_SKIP, SKIPPED}, {"li", TAG_LI, BLOCK_LEVEL}, {"link", TAG_LINK, 0}, {"main", TAG_MAIN, BLOCK_LEVEL},
    {"media", TAG_FIGURE, BLOCK_LEVEL}, {"media-caption", TAG_FIGCAPTION, BLOCK_LEVEL}, {"media-producer", TAG_FIGCAPTION, BLOCK_LEVEL}, {"meta", TAG_META, 0}, {"nav", TAG_NAV, BLOCK_LEVEL}, {"noscript", TAG_SKIP, SKIPPED}, {"object", TAG_SKIP, SKIPPED}, {"ol", TAG_OL, BLOCK_LEVEL},
    {"optgroup", TAG_SKIP, SKIPPED}, {"option", TAG_SKIP, SKIPPED}, {"p", TAG_P, BLOCK_LEVEL}, {"pre", TAG_PRE, BLOCK_LEVEL}, {"script", TAG_SCRIPT, SKIPPED},
    {"section", TAG_SECTION, BLOCK_LEVEL}, {"select", TAG_SKIP, SKIPPED}, {"small", TAG_B, BOLD}, {"span", TAG_SPAN, 0}, {"strong", TAG_B, BOLD},
    {"style", TAG_SKIP, SKIPPED}, {"summary", TAG_SUMMARY, BLOCK_LEVEL}, {"svg", TAG_SKIP, SKIPPED}, {"table", TAG_TABLE, BLOCK_LEVEL},
    {"td", TAG_TD, BLOCK_LEVEL}, {"template", TAG_SKIP, SKIPPED}, {"textarea", TAG_SKIP, SKIPPED}, {"th", TAG_TH, BLOCK_LEVEL}, {"time", TAG_TIME, BOLD},
    {"title", TAG_TITLE, 0}, {"tr", TAG_TR, BLOCK_LEVEL}, {"u", TAG_B, BOLD}, {"ul", TAG_UL, BLOCK_LEVEL}, {"video", TAG_SKIP, SKIPPED},
};

struct open_element {
    const xmlChar *name;
    const struct tag_row *row;
    uint32_t node;       /* the nearest element that makes blocks */
    uint64_t marks;      /* inline: its own and those of the inline elements around it */
    uint16_t links, bolds, skips;
    uint32_t capture;    /* index + 1 of the capture that ends with it, or 0 */
    bool ld, title;
};

struct reader {
    struct page *page;
    const struct attribute_words *words;
    htmlParserCtxtPtr parser;
    struct open_element *stack;
    size_t depth;
    bool in_block;       /* text was added since the last block ended */
    struct block now;    /* the block that is being read */
    size_t breaks;       /* br elements since the last text */
    struct buf script, title;
    size_t button;       /* depth of the outermost open button, or 0 */
    enum err failed;
    struct { const xmlChar *name; const struct tag_row *row; } seen[64]; /* names are interned: a cache by address */
};

static const struct tag_row other_row = {"", TAG_OTHER, 0};

static const struct tag_row *row_of(struct reader *r, const xmlChar *name)
{
    size_t slot = ((uintptr_t)name >> 3) & 63;
    if (r->seen[slot].name == name) return r->seen[slot].row;
    size_t lo = 0, hi = sizeof tag_rows / sizeof *tag_rows;
    const struct tag_row *row = &other_row;
    while (lo < hi && row == &other_row) {
        size_t mid = lo + (hi - lo) / 2;
        int order = strcmp(tag_rows[mid].name, (const char *)name);
        if (order == 0) row = &tag_rows[mid];
        else if (order < 0) lo = mid + 1;
        else hi = mid;
    }
    r->seen[slot].name = name;
    r->seen[slot].row = row;
    return row;
}

static void give_up(struct reader *r, enum err e)
{
    if (r->failed == OK) r->failed = e;
    xmlStopParser(r->parser);
}

static size_t position(const struct reader *r)
{
    const xmlParserInput *in = r->parser->input;
    return in ? (size_t)in->consumed + (size_t)(in->cur - in->base) : 0;
}

static struct open_element *top(struct reader *r)
{
    return &r->stack[r->depth - 1];
}

/* --- blocks --- */

static void end_block(struct reader *r)
{
    struct span s = origin_end(&r->page->clean);
    if (r->in_block && !span_empty(s)) {
        struct block *b = page_block(r->page);
        if (b == NULL) {
            give_up(r, r->page->n_blocks >= PAGE_BLOCKS_MAX ? ERR_TOO_BIG : ERR_NOMEM);
        } else {
            *b = r->now;
            b->text = s;
        }
    }
    r->in_block = false;
    r->breaks = 0;
}

static bool only_space(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!strchr(" \t\r\n\f", s.ptr[i])) return false;
    return true;
}

/* Preformatted text: its line breaks stay. */
static void add_lines(struct origin *o, struct slice s, size_t at)
{
    for (size_t b = 0; b < s.len;) {
        const char *nl = memchr(s.ptr + b, '\n', s.len - b);
        size_t e = nl ? (size_t)(nl - s.ptr) : s.len;
        origin_add(o, slice_cut(s, b, e), at == NOWHERE ? NOWHERE : at + b);
        if (nl) origin_line(o);
        b = e + 1;
    }
}

static void add_text(struct reader *r, struct slice s, size_t at)
{
    struct origin *clean = &r->page->clean;
    const struct open_element *e = top(r);
    if (only_space(s)) {
        origin_add(clean, s, at);
        return;
    }
    if (r->breaks > 1) end_block(r);
    r->breaks = 0;
    size_t before = clean->len, end = at == NOWHERE ? position(r) : at + s.len;
    if (!r->in_block) {
        r->now = (struct block){.node = e->node, .b = (uint32_t)(at == NOWHERE ? end : at)};
        r->in_block = true;
    }
    if (e->node != NO_NODE && r->page->nodes[e->node].tag == TAG_PRE) add_lines(clean, s, at);
    else origin_add(clean, s, at);
    r->now.e = (uint32_t)(end < r->page->source.len ? end : r->page->source.len);
    r->now.inline_marks |= e->marks;
    uint32_t n = (uint32_t)(clean->len - before);
    if (e->links) r->now.link_bytes += n;
    if (e->bolds) r->now.bold_bytes += n;
    if (clean->cramped) give_up(r, ERR_NOMEM);
}

/* Where the n bytes that the parser hands over stand in the source, or NOWHERE (an entity reference, mostly). */
static size_t place_of(const struct reader *r, const char *p, size_t n)
{
    struct slice source = r->page->source;
    size_t at = position(r), last = n;
    if (at < n) return NOWHERE;
    if (at <= source.len && memcmp(source.ptr + at - n, p, n) == 0) return at - n;
    do last--;
    while (last > 0 && ((unsigned char)p[last] & 0xC0) == 0x80);
    at += n - last; /* a full buffer is handed over before its last character is stepped over */
    return at <= source.len && memcmp(source.ptr + at - n, p, n) == 0 ? at - n : NOWHERE;
}

static void on_characters(void *self, const xmlChar *text, int len)
{
    struct reader *r = self;
    if (r->failed != OK || r->depth == 0 || len <= 0) return;
    const struct open_element *e = top(r);
    if (e->ld) {
        buf_add(&r->script, text, (size_t)len);
    } else if (e->title) {
        buf_add(&r->title, text, (size_t)len);
    } else if (!e->skips) {
        add_text(r, (struct slice){(const char *)text, (size_t)len}, place_of(r, (const char *)text, (size_t)len));
    }
}

static void on_cdata(void *self, const xmlChar *text, int len)
{
    struct reader *r = self;
    if (r->failed == OK && r->depth > 0 && len > 0 && top(r)->ld) buf_add(&r->script, text, (size_t)len);
}

/* --- elements --- */

static struct slice attribute(const xmlChar **atts, const char *name)
{
    for (size_t i = 0; atts && atts[i]; i += 2)
        if (strcmp((const char *)atts[i], name) == 0) return slice_of((const char *)atts[i + 1]);
    return (struct slice){NULL, 0};
}

static uint64_t marks_of(const struct reader *r, const xmlChar **atts)
{
    uint64_t marks = 0;
    for (size_t i = 0; atts && atts[i]; i += 2) {
        const char *name = (const char *)atts[i];
        struct slice value = slice_of((const char *)atts[i + 1]);
        if (strcmp(name, "class") == 0 || strcmp(name, "id") == 0 || strcmp(name, "itemprop") == 0 || strcmp(name, "role") == 0 ||
            strcmp(name, "data-testid") == 0 || strcmp(name, "data-component") == 0)
            marks |= attribute_words_in(r->words, slice_cut(value, 0, 512));
        else if (strcmp(name, "hidden") == 0)
            marks |= MARK(HIDDEN);
        else if (strcmp(name, "style") == 0 && (slice_find(value, slice_of("display:none"), 0) != SIZE_MAX || slice_find(value, slice_of("display: none"), 0) != SIZE_MAX))
            marks |= MARK(HIDDEN);
    }
    return marks;
}

/* Hashes of the words of class and id, digits all alike. */
static void tokens_of(const xmlChar **atts, uint16_t *out)
{
    size_t n = 0;
    for (size_t i = 0; atts && atts[i]; i += 2) {
        const char *name = (const char *)atts[i], *p = (const char *)atts[i + 1];
        if (p == NULL || (strcmp(name, "class") != 0 && strcmp(name, "id") != 0)) continue;
        while (*p && n < NODE_TOKENS) {
            uint32_t h = name[0] == 'i' ? 7U : 2166136261U;
            size_t len = 0;
            for (; *p && *p != ' ' && *p != '\n' && *p != '\t'; p++, len++)
                h = (h ^ (*p >= '0' && *p <= '9' ? '0' : *p >= 'A' && *p <= 'Z' ? (unsigned)*p + 32U : (unsigned char)*p)) * 16777619U;
            if (len > 0) out[n++] = (uint16_t)((h ^ h >> 15) % ((1U << TOKEN_BITS) - 1) + 1);
            while (*p == ' ' || *p == '\n' || *p == '\t') p++;
        }
    }
}

static uint32_t add_node(struct reader *r, const struct tag_row *row, const xmlChar **atts, uint64_t marks, uint32_t parent)
{
    struct node *n = page_node(r->page);
    if (n == NULL) {
        give_up(r, r->page->n_nodes >= PAGE_NODES_MAX ? ERR_TOO_BIG : ERR_NOMEM);
        return parent;
    }
    n->parent = parent;
    n->tag = row->tag;
    n->marks = marks;
    tokens_of(atts, n->token);
    n->depth = parent == NO_NODE ? 0 : (uint16_t)(r->page->nodes[parent].depth + 1);
    return (uint32_t)(n - r->page->nodes);
}

static struct slice lowered(struct arena *mem, struct slice s)
{
    char *p = arena_take(mem, s.len + 1);
    if (p == NULL) return (struct slice){NULL, 0};
    for (size_t i = 0; i < s.len; i++) p[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + 32 : s.ptr[i]);
    return (struct slice){p, s.len};
}

static void add_meta(struct reader *r, struct slice name, struct slice content)
{
    struct page *p = r->page;
    if (name.len == 0 || content.ptr == NULL || content.len > 65536) return;
    struct metatag *metas = page_grow(p->mem, p->metas, p->n_metas, &p->cap_metas, sizeof *metas);
    if (metas == NULL) {
        give_up(r, ERR_NOMEM);
        return;
    }
    p->metas = metas;
    metas[p->n_metas++] = (struct metatag){lowered(p->mem, name), arena_copy(p->mem, slice_trim(content))};
}

static void read_meta(struct reader *r, const xmlChar **atts)
{
    struct slice content = attribute(atts, "content");
    static const char *const names[] = {"property", "name", "itemprop", "http-equiv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) add_meta(r, attribute(atts, names[i]), content);
}

static bool in_aside(const struct page *p, uint32_t node, uint64_t inline_marks)
{
    uint64_t marks = inline_marks;
    for (size_t k = 0; node != NO_NODE && k < 24; k++, node = p->nodes[node].parent) {
        const struct node *n = &p->nodes[node];
        if (n->tag == TAG_NAV || n->tag == TAG_ASIDE || n->tag == TAG_FOOTER || n->tag == TAG_LI) return true;
        if (n->tag == TAG_ARTICLE || n->tag == TAG_MAIN || n->tag == TAG_BODY) break;
        marks |= n->marks & ~MARK(WIDGET);
    }
    return (marks & MARKS_ASIDE & ~MARK(WIDGET)) != 0;
}

static uint32_t add_capture(struct reader *r, enum capture_kind kind, struct slice value, uint32_t node, uint64_t marks)
{
    struct page *p = r->page;
    struct capture *captures = page_grow(p->mem, p->captures, p->n_captures, &p->cap_captures, sizeof *captures);
    if (captures == NULL) {
        give_up(r, ERR_NOMEM);
        return 0;
    }
    p->captures = captures;
    captures[p->n_captures++] = (struct capture){
        .kind = kind, .text = {(uint32_t)p->clean.len, (uint32_t)p->clean.len}, .value = arena_copy(p->mem, slice_cut(value, 0, 4096)),
        .order = (uint32_t)p->n_blocks, .aside = in_aside(p, node, marks)};
    return (uint32_t)p->n_captures;
}

/* rel="author", "nofollow Author". */
static bool rel_author(struct slice rel)
{
    char room[128];
    return slice_find(line_small(slice_cut(rel, 0, sizeof room), room), SLICE("author"), 0) != SIZE_MAX;
}

/* An address of a page about an author. */
static bool to_author(struct slice href)
{
    static const char *const folders[] = {"author/", "authors/", "auteur/", "autor/", "autoren/", "autore/", "contributor/", "contributors/", "people/", "profile/", "profiles/", "staff/",
                                          "writers/", "journalist/", "reporters/", "by/", "producers/", "team/"};
    if (href.len >= 400) return false;
    for (const char *p = href.ptr; p && (p = memchr(p, '/', href.len - (size_t)(p - href.ptr))) != NULL;) {
        struct slice behind = slice_cut(href, (size_t)(++p - href.ptr), href.len);
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
            if (slice_starts(behind, slice_of(folders[i]))) return true;
    }
    return slice_find(href, SLICE("author="), 0) != SIZE_MAX;
}

/* What an element says of the document by its name, itemprop, rel or class. */
static uint32_t capture_of(struct reader *r, const struct tag_row *row, const xmlChar **atts, uint32_t node, uint64_t own, uint64_t marks)
{
    struct slice prop = attribute(atts, "itemprop"), rel = attribute(atts, "rel"), value = attribute(atts, "datetime");
    if (value.ptr == NULL) value = attribute(atts, "content");
    static const struct { const char *prop; enum capture_kind kind; } props[] = {
        {"datepublished", CAPTURE_PUBLISHED}, {"datecreated", CAPTURE_PUBLISHED}, {"datemodified", CAPTURE_MODIFIED}, {"author", CAPTURE_AUTHOR},
        {"creator", CAPTURE_AUTHOR}, {"headline", CAPTURE_HEADLINE}, {"articlesection", CAPTURE_SECTION}, {"alternativeheadline", CAPTURE_STANDFIRST}};
    for (size_t i = 0; prop.len && i < sizeof props / sizeof *props; i++)
        if (slice_eq_nocase(prop, slice_of(props[i].prop))) return add_capture(r, props[i].kind, value, node, marks);
    if (row->tag == TAG_ISSUED) return add_capture(r, CAPTURE_PUBLISHED, attribute(atts, "norm"), node, marks); /* NITF's */
    if (row->tag == TAG_BYLINE) return add_capture(r, CAPTURE_BYLINE, value, node, marks);
    if (row->tag == TAG_TIME) return add_capture(r, CAPTURE_TIME, value, node, marks);
    if (row->tag == TAG_H1) return add_capture(r, CAPTURE_H1, value, node, marks & ~own);
    if (rel_author(rel)) return add_capture(r, CAPTURE_AUTHOR, value, node, marks);
    if (own & (MARK(BYLINE) | MARK(AUTHOR))) return add_capture(r, CAPTURE_BYLINE, value, node, marks);
    if (row->tag == TAG_A && to_author(attribute(atts, "href"))) return add_capture(r, CAPTURE_AUTHOR_LINK, value, node, marks);
    if (own & MARK(SUBTITLE)) return add_capture(r, CAPTURE_STANDFIRST, value, node, marks);
    if (own & MARK(DATE)) return add_capture(r, CAPTURE_DATE, value, node, marks);
    return 0;
}

static void note_link(struct capture *c, const xmlChar **atts)
{
    c->author_link = c->kind == CAPTURE_AUTHOR_LINK || rel_author(attribute(atts, "rel")) || to_author(attribute(atts, "href"));
}

static void note_head(struct reader *r, const struct tag_row *row, const xmlChar **atts)
{
    struct page *p = r->page;
    if (row->tag == TAG_META) read_meta(r, atts);
    if (row->tag == TAG_HTML && p->html_lang.len == 0) {
        struct slice lang = attribute(atts, "lang");
        p->html_lang = arena_copy(p->mem, slice_cut(lang.len ? lang : attribute(atts, "xml:lang"), 0, 64));
    }
    if (row->tag == TAG_LINK && slice_eq_nocase(attribute(atts, "rel"), slice_of("canonical")) && p->canonical.len == 0)
        p->canonical = arena_copy(p->mem, slice_cut(slice_trim(attribute(atts, "href")), 0, 4096));
}

static bool is_cell(uint8_t tag)
{
    return tag == TAG_TD || tag == TAG_TH;
}

/* A cell behind another of its row goes on in the same block, so that a row is a line. */
static bool next_cell(struct reader *r, const struct tag_row *row, uint32_t parent)
{
    if (!r->in_block || !is_cell(row->tag) || r->now.node == NO_NODE) return false;
    const struct node *first = &r->page->nodes[r->now.node];
    struct origin *clean = &r->page->clean;
    if (!is_cell(first->tag) || first->parent != parent || clean->len - clean->floor > CELLS_MAX) return false;
    origin_space(clean);
    origin_add(clean, SLICE("|"), NOWHERE);
    origin_space(clean);
    return true;
}

/* Inside a button that was never closed stands the rest of the page: an element that no button holds ends it. */
static void leave_button(struct reader *r)
{
    for (size_t i = r->button - 1; i < r->depth; i++) r->stack[i].skips--;
    r->button = 0;
}

static void on_start(void *self, const xmlChar *name, const xmlChar **atts)
{
    struct reader *r = self;
    if (r->failed != OK) return;
    if (r->depth >= PAGE_DEPTH_MAX) {
        give_up(r, ERR_DEPTH);
        return;
    }
    const struct tag_row *row = row_of(r, name);
    if (r->button && (row->flags & BLOCK_LEVEL) && row->tag != TAG_DIV) leave_button(r);
    struct open_element fresh = {.node = NO_NODE}, *up = r->depth ? top(r) : &fresh;
    struct open_element e = {.name = name, .row = row, .node = up->node, .marks = up->marks, .links = up->links, .bolds = up->bolds, .skips = up->skips};
    if (row->tag == TAG_META || row->tag == TAG_LINK || row->tag == TAG_HTML) note_head(r, row, atts);
    if (row->flags & SKIPPED) e.skips++;
    if (row->tag == TAG_BUTTON && r->button == 0 && up->skips == 0) r->button = r->depth + 1;
    if (row->tag == TAG_SCRIPT) {
        e.ld = slice_eq_nocase(slice_cut(attribute(atts, "type"), 0, 19), slice_of("application/ld+json"));
        buf_clear(&r->script);
    }
    if (row->tag == TAG_TITLE && up->skips == 0 && r->page->title.ptr == NULL) e.title = true;
    if (e.skips == 0 && !e.title) {
        uint64_t own = marks_of(r, atts);
        if (row->flags & BLOCK_LEVEL) {
            if (!next_cell(r, row, up->node)) end_block(r);
            e.node = add_node(r, row, atts, own, up->node);
            e.marks = 0;
        } else {
            e.marks |= own;
        }
        if (row->tag == TAG_BR && ++r->breaks == 1) origin_line(&r->page->clean);
        if (row->tag == TAG_A) {
            e.links++;
            r->now.links++;
            r->now.fragments += attribute(atts, "href").ptr && *attribute(atts, "href").ptr == '#';
        }
        if (row->flags & BOLD) e.bolds++;
        if (own || atts || row->tag == TAG_H1 || row->tag == TAG_BYLINE) e.capture = capture_of(r, row, atts, up->node, own, up->marks | own);
        if (e.capture && row->tag == TAG_A) note_link(&r->page->captures[e.capture - 1], atts);
    }
    r->stack[r->depth++] = e;
}

static void close_top(struct reader *r)
{
    struct open_element e = r->stack[--r->depth];
    struct page *p = r->page;
    if (r->button > r->depth) r->button = 0;
    if (e.ld && r->script.len > 0) {
        struct slice *scripts = page_grow(p->mem, p->jsonld, p->n_jsonld, &p->cap_jsonld, sizeof *scripts);
        if (scripts) {
            p->jsonld = scripts;
            scripts[p->n_jsonld++] = arena_copy(p->mem, buf_slice(&r->script));
        }
        buf_clear(&r->script);
    }
    if (e.title) p->title = arena_copy(p->mem, buf_slice(&r->title));
    if (e.capture) {
        struct capture *c = &p->captures[e.capture - 1];
        c->text.e = (uint32_t)p->clean.len;
    }
    bool open_row = is_cell(e.row->tag) && r->in_block && r->now.node != NO_NODE && is_cell(p->nodes[r->now.node].tag) &&
                    p->nodes[r->now.node].parent == p->nodes[e.node].parent;
    if (e.skips == 0 && !e.title && (e.row->flags & BLOCK_LEVEL) && !open_row) end_block(r);
}

static void on_end(void *self, const xmlChar *name)
{
    struct reader *r = self;
    if (r->failed != OK) return;
    size_t at = r->depth;
    while (at > 0 && r->stack[at - 1].name != name) at--;
    if (at == 0) return;
    while (r->depth >= at) close_top(r);
}

static void quiet(void *self, const char *fmt, ...)
{
    (void)self;
    (void)fmt;
}

/* --- the whole --- */

static void sum_nodes(struct page *p)
{
    for (size_t i = 0; i < p->n_blocks; i++) {
        const struct block *b = &p->blocks[i];
        uint32_t n = b->text.e - b->text.b;
        if (b->node == NO_NODE) continue;
        struct node *node = &p->nodes[b->node];
        node->chars += n;
        node->good += n > 60 && b->link_bytes * 10 < n * 3 ? n : 0;
        node->links += b->link_bytes < n ? b->link_bytes : n;
        node->blocks++;
    }
    for (size_t i = p->n_nodes; i-- > 0;) { /* parents stand before what is in them */
        const struct node *n = &p->nodes[i];
        if (n->parent == NO_NODE) continue;
        struct node *up = &p->nodes[n->parent];
        up->chars += n->chars;
        up->good += n->good;
        up->links += n->links;
        up->blocks += n->blocks;
    }
}

static enum err parse(struct reader *r)
{
    htmlSAXHandler sax = {.startElement = on_start, .endElement = on_end, .characters = on_characters, .ignorableWhitespace = on_characters,
                          .cdataBlock = on_cdata, .warning = quiet, .error = quiet};
    struct slice source = r->page->source;
    r->parser = htmlCreateMemoryParserCtxt(source.ptr, (int)source.len);
    if (r->parser == NULL) return ERR_NOMEM;
    htmlCtxtUseOptions(r->parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_IGNORE_ENC | HTML_PARSE_NONET);
    r->parser->charset = XML_CHAR_ENCODING_UTF8;
    htmlSAXHandlerPtr own = r->parser->sax;
    void *own_data = r->parser->userData;
    r->parser->sax = &sax;
    r->parser->userData = r;
    htmlParseDocument(r->parser);
    r->parser->sax = own;
    r->parser->userData = own_data;
    if (r->parser->myDoc) xmlFreeDoc(r->parser->myDoc);
    r->parser->myDoc = NULL;
    htmlFreeParserCtxt(r->parser);
    return r->failed;
}

enum err html_read(const struct attribute_words *words, struct page *page)
{
    struct reader r = {.page = page, .words = words, .script = buf_make(DOC_RAW_MAX), .title = buf_make(65536)};
    page->markup = true;
    page->h1 = SIZE_MAX;
    if (page->source.len == 0) return ERR_EMPTY;
    enum err e = origin_init(&page->clean, page->mem, page->source, page->source.len * 2 + 64);
    r.stack = e == OK ? arena_take(page->mem, PAGE_DEPTH_MAX * sizeof *r.stack) : NULL;
    if (r.stack == NULL) return ERR_NOMEM;
    e = parse(&r);
    while (e == OK && r.depth > 0) close_top(&r);
    if (e == OK) end_block(&r);
    buf_free(&r.script);
    buf_free(&r.title);
    if (e == OK) e = r.failed;
    if (e != OK) return e;
    sum_nodes(page);
    for (size_t i = 0; i < page->n_blocks && page->h1 == SIZE_MAX; i++)
        if (page->blocks[i].node != NO_NODE && page->nodes[page->blocks[i].node].tag == TAG_H1) page->h1 = i;
    return OK;
}

bool html_looks(struct slice source)
{
    static const char *const openings[] = {"<!doctype html", "<html", "<head", "<body", "<meta", "<title", "<div", "<p>", "<p ", "<article", "<h1", "<script"};
    struct slice head = slice_trim(slice_cut(source, 0, 4096));
    if (head.len == 0 || head.ptr[0] != '<') return false;
    for (size_t i = 0; i + 3 < head.len; i++)
        for (size_t k = 0; head.ptr[i] == '<' && k < sizeof openings / sizeof *openings; k++)
            if (slice_eq_nocase(slice_cut(head, i, i + strlen(openings[k])), slice_of(openings[k]))) return true;
    return false;
}
