/* text.c - plain text, and Markdown as scrapers leave it, read into a page: a block a paragraph or line. */
#include "text.h"

struct line { uint32_t b, e; bool gap; }; /* without white space at its ends; gap: an empty line came before */

struct lines { struct line *ptr; size_t len, cap; };

static enum err cut_lines(struct page *p, struct lines *out)
{
    struct slice s = p->source;
    bool gap = false;
    for (size_t i = 0; i < s.len;) {
        size_t e = i;
        while (e < s.len && s.ptr[e] != '\n' && s.ptr[e] != '\r' && s.ptr[e] != '\f') e++;
        struct slice line = slice_trim(slice_cut(s, i, e));
        if (line.len == 0) {
            gap = true;
        } else {
            if (out->len >= PAGE_BLOCKS_MAX) return ERR_TOO_BIG;
            struct line *ptr = page_grow(p->mem, out->ptr, out->len, &out->cap, sizeof *ptr);
            if (ptr == NULL) return ERR_NOMEM;
            out->ptr = ptr;
            uint32_t b = (uint32_t)(line.ptr - s.ptr);
            ptr[out->len++] = (struct line){b, b + (uint32_t)line.len, gap};
            gap = false;
        }
        if (e + 1 < s.len && s.ptr[e] == '\r' && s.ptr[e + 1] == '\n') e++;
        i = e + 1;
    }
    return OK;
}

/* Lines broken at a fixed width: most lines that another follows without a gap are 50 to 100 bytes and stop in mid-sentence. */
static bool hard_wrapped(const struct page *p, const struct lines *l)
{
    size_t followed = 0, middling = 0, open = 0;
    for (size_t i = 0; i + 1 < l->len; i++) {
        if (l->ptr[i + 1].gap) continue;
        uint32_t n = l->ptr[i].e - l->ptr[i].b;
        char last = p->source.ptr[l->ptr[i].e - 1];
        followed++;
        if (n < 50 || n > 100) continue;
        middling++;
        open += last != '.' && last != '!' && last != '?' && last != ':';
    }
    return followed >= 4 && middling * 10 >= followed * 8 && open * 10 >= middling * 7;
}

/* --- Markdown --- */

/* The length of the mark that makes this line a heading, quote or list item, and the tag. */
static size_t leading_mark(struct slice s, enum tag *tag)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] == '#') n++;
    if (n > 0 && n <= 6 && n < s.len && s.ptr[n] == ' ') {
        *tag = (enum tag)(TAG_H1 + n - 1);
        return n + 1;
    }
    if (s.len > 2 && s.ptr[0] == '>' && s.ptr[1] == ' ') {
        *tag = TAG_BLOCKQUOTE;
        return 2;
    }
    if (s.len > 2 && (s.ptr[0] == '*' || s.ptr[0] == '-' || s.ptr[0] == '+') && s.ptr[1] == ' ') *tag = TAG_LI;
    return 0;
}

/* s[i] opens "[words](address)": where the words end and where the whole ends; false when it does not. */
static bool link_at(struct slice s, size_t i, size_t *words_end, size_t *end)
{
    size_t k = i + 1, depth = 1;
    while (k < s.len && depth > 0 && k - i < 2000) {
        if (s.ptr[k] == '[') depth++;
        if (s.ptr[k] == ']') depth--;
        k++;
    }
    if (depth > 0 || k >= s.len || s.ptr[k] != '(') return false;
    *words_end = k - 1;
    for (depth = 0; k < s.len && k - i < 6000; k++) {
        if (s.ptr[k] == '(') depth++;
        if (s.ptr[k] == ')' && --depth == 0) break;
        if (s.ptr[k] == ' ' && depth == 1 && k + 1 < s.len && s.ptr[k + 1] != '"') return false;
    }
    if (k >= s.len || s.ptr[k] != ')') return false;
    *end = k + 1;
    return true;
}

static void add_bytes(struct page *p, size_t b, size_t e)
{
    if (e > b) origin_add(&p->clean, slice_cut(p->source, b, e), b);
}

/* Adds source [b, e) without images, link addresses and bold marks. */
static void add_inline(struct page *p, struct block *block, size_t b, size_t e)
{
    struct slice s = slice_cut(p->source, 0, e);
    size_t from = b;
    for (size_t i = b; i < e; i++) {
        char c = s.ptr[i];
        size_t words_end = 0, end = 0;
        bool image = c == '!' && i + 1 < e && s.ptr[i + 1] == '[';
        if (image || c == '[') {
            if (!link_at(s, image ? i + 1 : i, &words_end, &end)) continue;
            add_bytes(p, from, i);
            size_t before = p->clean.len;
            if (!image) add_inline(p, block, i + 1, words_end);
            block->link_bytes += (uint32_t)(p->clean.len - before);
            block->links++;
            from = end;
            i = end - 1;
        } else if ((c == '*' || c == '_') && i + 1 < e && s.ptr[i + 1] == c) {
            add_bytes(p, from, i);
            from = i + 2;
            i++;
        }
    }
    add_bytes(p, from, e);
}

/* A table's frame: bars at the ends of a line. */
static void without_bars(const struct page *p, uint32_t *b, uint32_t *e)
{
    const char *s = p->source.ptr;
    while (*e > *b && (s[*e - 1] == '|' || s[*e - 1] == ' ')) --*e;
    while (*b < *e && (s[*b] == '|' || s[*b] == ' ')) ++*b;
}

static enum err add_block(struct page *p, const struct line *first, const struct line *last)
{
    struct block *block = page_block(p);
    if (block == NULL) return p->n_blocks >= PAGE_BLOCKS_MAX ? ERR_TOO_BIG : ERR_NOMEM;
    enum tag tag = TAG_LINE;
    uint32_t mark = (uint32_t)leading_mark(slice_cut(p->source, first->b, first->e), &tag);
    block->b = first->b;
    block->e = last->e;
    block->gap = first->gap;
    struct node *node = tag == TAG_LINE ? p->nodes : page_node(p);
    if (node == NULL) return ERR_NOMEM;
    node->tag = (uint8_t)tag;
    block->node = (uint32_t)(node - p->nodes);
    for (const struct line *l = first; l <= last; l++) {
        uint32_t b = l == first ? l->b + mark : l->b, e = l->e;
        without_bars(p, &b, &e);
        if (l > first) origin_space(&p->clean);
        add_inline(p, block, b, e);
    }
    block->text = origin_end(&p->clean);
    return p->clean.cramped ? ERR_NOMEM : OK;
}

enum err text_read(struct page *p)
{
    struct lines lines = {NULL, 0, 0};
    p->markup = false;
    p->h1 = SIZE_MAX;
    enum err e = origin_init(&p->clean, p->mem, p->source, p->source.len * 2 + 64);
    if (e == OK) e = cut_lines(p, &lines);
    if (e == OK && lines.len == 0) e = ERR_EMPTY;
    if (e != OK) return e;
    struct node *node = page_node(p);
    if (node == NULL) return ERR_NOMEM;
    node->tag = TAG_LINE;
    bool join = hard_wrapped(p, &lines);
    for (size_t i = 0; i < lines.len && e == OK;) {
        size_t last = i;
        while (join && last + 1 < lines.len && !lines.ptr[last + 1].gap && lines.ptr[last].e - lines.ptr[last].b >= 45) last++;
        e = add_block(p, &lines.ptr[i], &lines.ptr[last]);
        i = last + 1;
    }
    for (size_t i = 0; i < p->n_blocks && e == OK && p->h1 == SIZE_MAX; i++)
        if (p->nodes[p->blocks[i].node].tag == TAG_H1) p->h1 = i;
    return e;
}
