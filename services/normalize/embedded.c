/* embedded.c - article text that a page carries in its scripts and not, or not wholly, in its elements. */
#include "embedded.h"

#include <jansson.h>

#include "tree.h"
#include "words.h"

enum {
    BODY_LEAST = 300, NOTHING_MOST = 160, LITTLE_MOST = 2500, /* bytes: of a body; kept when nothing is, or so little that a script may have more */
    SAME = 48,                                               /* that begin a kept block and stand in the tree: it is the same article's */
    STRING_MAX = 1 << 20, LOOK_BLOCKS = 4000, LOOK_BODY = 1 << 16, LOOK_SOURCE = 2 << 20, LOOK_LINES = 400, /* LOOK: most that is searched for, and in */
};

static size_t kept_bytes(const struct page *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_blocks; i++)
        if (p->blocks[i].keep) n += p->blocks[i].text.e - p->blocks[i].text.b;
    return n;
}

static bool much_less(size_t kept, size_t body) { return kept * 2 < body; }

/* Keeps the blocks that stand in the body as they are. */
static void keep_said(struct page *p, struct slice flat)
{
    if (flat.len > LOOK_BODY || p->n_blocks > LOOK_BLOCKS) return;
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        struct slice t = block_text(p, b);
        if (b->keep || t.len < 40 || slice_find(flat, t, 0) == SIZE_MAX) continue;
        b->keep = true;
        b->why = NULL;
    }
}

static enum err add_line(struct page *p, struct slice raw, bool look)
{
    struct slice s = words_plain(p->mem, raw, STRING_MAX);
    if (s.len == 0) return OK;
    if (p->clean.len + s.len + 64 > p->clean.cap) return OK; /* the ceiling of a page's text */
    size_t at = look && p->source.len <= LOOK_SOURCE ? slice_find(p->source, s, 0) : SIZE_MAX;
    origin_add(&p->clean, s, at == SIZE_MAX ? NOWHERE : at);
    struct span text = origin_end(&p->clean);
    if (span_empty(text)) return OK;
    struct block *b = page_block(p);
    if (b == NULL) return ERR_NOMEM;
    b->text = text;
    b->keep = true;
    b->score = 1;
    return OK;
}

/* A tag that ends a line: </p>, <br>, </h2>, </li>, </div> ... Returns where it ends, or 0. */
static size_t line_tag(struct slice s, size_t i)
{
    static const char *const tags[] = {"</p", "<p", "<br", "</div", "</li", "</h"};
    for (size_t k = 0; k < sizeof tags / sizeof *tags; k++) {
        size_t n = strlen(tags[k]);
        if (i + n >= s.len || !slice_eq_nocase(slice_cut(s, i, i + n), slice_of(tags[k]))) continue;
        const char *close = memchr(s.ptr + i, '>', s.len - i);
        return close ? (size_t)(close - s.ptr) + 1 : s.len;
    }
    return 0;
}

/* The body's lines instead of the blocks that were kept. */
static enum err put_lines(struct page *p, struct slice body)
{
    for (size_t i = 0; i < p->n_blocks; i++) {
        if (!p->blocks[i].keep) continue;
        p->blocks[i].keep = false;
        p->blocks[i].why = "in the script's text";
    }
    size_t b = 0, lines = 0;
    enum err e = OK;
    for (size_t i = 0; i <= body.len && e == OK; i++) {
        size_t tag = i < body.len && body.ptr[i] == '<' ? line_tag(body, i) : 0;
        if (i < body.len && body.ptr[i] != '\n' && tag == 0) continue;
        e = add_line(p, slice_cut(body, b, i), lines++ < LOOK_LINES);
        if (tag) i = tag - 1;
        b = i + 1;
    }
    return e;
}

/* The string literal around s[at]: from the quote that opens it to the one that closes it, or nothing. */
static struct slice literal_around(struct slice s, size_t at, size_t *end)
{
    size_t b = at, e = at;
    while (b > 0 && at - b < STRING_MAX && !(s.ptr[b] == '"' && s.ptr[b - 1] != '\\') && s.ptr[b] != '\n') b--;
    while (e < s.len && e - at < STRING_MAX && !(s.ptr[e] == '"' && s.ptr[e - 1] != '\\') && s.ptr[e] != '\n') e++;
    *end = e;
    return e < s.len && s.ptr[b] == '"' && s.ptr[e] == '"' ? slice_cut(s, b, e + 1) : (struct slice){NULL, 0};
}

/* The longest string literal of a script that has paragraphs in it, without its escapes. */
static struct slice script_text(const struct page *p)
{
    static const char *const ends[] = {"\\u003c/p\\u003e", "\\u003C/p\\u003E", "<\\/p>", "</p>\\n"};
    struct slice longest = {NULL, 0}, s = p->source;
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
        for (size_t at = 0; (at = slice_find(s, slice_of(ends[k]), at)) != SIZE_MAX; at++) {
            struct slice found = literal_around(s, at, &at);
            if (found.len > longest.len) longest = found;
        }
    json_t *v = longest.len ? json_loadb(longest.ptr, longest.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL;
    struct slice text = json_is_string(v) ? arena_copy(p->mem, (struct slice){json_string_value(v), json_string_length(v)}) : (struct slice){NULL, 0};
    json_decref(v);
    return text;
}

/* Whether the text holds the beginning of a block that is kept: it is this article's, not another's. */
static bool same_article(const struct page *p, struct slice text)
{
    bool any = false;
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct slice t = block_text(p, &p->blocks[i]);
        if (!p->blocks[i].keep || t.len < SAME) continue;
        if (slice_find(text, slice_cut(t, 0, SAME), 0) != SIZE_MAX) return true;
        any = true;
    }
    return !any;
}

enum err embedded_use(struct page *p, struct slice body)
{
    if (body.len >= BODY_LEAST && much_less(kept_bytes(p), body.len)) {
        struct slice flat = words_plain(p->mem, body, STRING_MAX);
        keep_said(p, flat);
        if (flat.len >= BODY_LEAST && much_less(kept_bytes(p), flat.len)) return put_lines(p, body);
    }
    size_t kept = kept_bytes(p);
    struct slice tree = kept <= LITTLE_MOST ? tree_text(p) : (struct slice){NULL, 0};
    if (tree.len >= BODY_LEAST && much_less(kept, tree.len) && same_article(p, tree)) return put_lines(p, tree);
    if (kept > NOTHING_MOST) return OK;
    struct slice text = script_text(p), flat = text.len >= BODY_LEAST ? words_plain(p->mem, text, STRING_MAX) : (struct slice){NULL, 0};
    return flat.len >= BODY_LEAST ? put_lines(p, text) : OK;
}
