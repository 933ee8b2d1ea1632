/* page_article.c - an article's text in a story's page, the quoted spans marked and reachable. */
#include <stdio.h>
#include <stdlib.h>

#include "page.h"

enum { SPANS_MAX = 4096, OPEN_MAX = 24 };

struct mark { uint64_t b, e; };
struct marks { struct mark *ptr; size_t len, room; };

/* --- which spans of the line stand in the article --- */

static enum err add(struct marks *m, struct mark one)
{
    if (m->len == SPANS_MAX) return OK;
    if (m->len == m->room) {
        size_t room = m->room == 0 ? 64 : m->room * 2;
        struct mark *p = realloc(m->ptr, room * sizeof *p);
        if (p == NULL) return ERR_NOMEM;
        m->ptr = p;
        m->room = room;
    }
    m->ptr[m->len++] = one;
    return OK;
}

/* jansson bounds the depth of what it has read. */
static enum err gather(const json_t *v, struct slice key, struct slice text, struct marks *m)
{
    enum err e = OK;
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_array(v)) {
        json_array_foreach((json_t *)v, i, member) if (e == OK) e = gather(member, key, text, m);
    } else if (json_is_object(v)) {
        uint64_t b = page_number(v, "b"), end = page_number(v, "e");
        if (slice_eq(page_string(v, "d"), key) && b < end && end <= text.len && utf8_boundary(text, b) && utf8_boundary(text, end))
            e = add(m, (struct mark){b, end});
        json_object_foreach((json_t *)v, name, member) if (e == OK) e = gather(member, key, text, m);
    }
    return e;
}

static int by_place(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->b != y->b) return x->b < y->b ? -1 : 1;
    if (x->e != y->e) return x->e > y->e ? -1 : 1;
    return 0;
}

static void sort_once(struct marks *m)
{
    size_t n = 0;
    if (m->len == 0) return;
    qsort(m->ptr, m->len, sizeof *m->ptr, by_place);
    for (size_t i = 0; i < m->len; i++)
        if (n == 0 || by_place(&m->ptr[n - 1], &m->ptr[i]) != 0) m->ptr[n++] = m->ptr[i];
    m->len = n;
}

/* --- writing --- */

/* Spans may cross each other and paragraphs; elements may not: what is open is closed and opened again, the id with the first piece only. */
struct writer {
    struct buf *out;
    struct slice text;
    size_t article;
    uint64_t at;
    uint64_t open[OPEN_MAX]; /* where the open marks end */
    size_t n_open;
};

static void flow(struct writer *w, uint64_t to)
{
    while (w->at < to) {
        size_t nl = slice_find(slice_cut(w->text, 0, to), SLICE("\n"), w->at);
        uint64_t end = nl == SIZE_MAX ? to : nl;
        if (end > w->at) page_escape(w->out, slice_cut(w->text, w->at, end));
        w->at = end;
        if (nl == SIZE_MAX) continue;
        for (size_t i = 0; i < w->n_open; i++) buf_str(w->out, "</mark>");
        buf_str(w->out, "</p>\n<p dir=\"auto\">");
        for (size_t i = 0; i < w->n_open; i++) buf_str(w->out, "<mark>");
        while (w->at < to && (w->text.ptr[w->at] == '\n' || w->text.ptr[w->at] == ' ')) w->at++;
    }
}

/* Writes up to `to`, closing what ends on the way. */
static void advance(struct writer *w, uint64_t to)
{
    for (;;) {
        uint64_t next = UINT64_MAX;
        for (size_t i = 0; i < w->n_open; i++) next = w->open[i] < next ? w->open[i] : next;
        if (next > to) break;
        flow(w, next);
        size_t kept = 0, outer = 0;
        while (outer < w->n_open && w->open[outer] != next) outer++;
        for (size_t i = w->n_open; i > outer; i--) buf_str(w->out, "</mark>");
        for (size_t i = kept = outer; i < w->n_open; i++) {
            if (w->open[i] == next) continue;
            w->open[kept++] = w->open[i];
            buf_str(w->out, "<mark>");
        }
        w->n_open = kept;
    }
    flow(w, to);
}

static void begin(struct writer *w, struct mark m)
{
    char id[48];
    page_anchor(id, w->article, m.b, m.e);
    if (w->n_open == OPEN_MAX) { /* deeper than anybody can see: only the place */
        buf_printf(w->out, "<a id=\"%s\"></a>", id);
        return;
    }
    buf_printf(w->out, "<mark id=\"%s\">", id);
    w->open[w->n_open++] = m.e;
}

static void put_head(const struct page *p, size_t article, struct buf *out)
{
    const struct page_article *a = &p->articles[article];
    const struct slice parts[] = {a->outlet, a->byline, a->published};
    buf_printf(out, "<article id=\"a%zu\"", article + 1);
    if (a->lang.len > 1 && a->lang.len < 12) {
        buf_str(out, " lang=\"");
        page_escape(out, a->lang);
        buf_char(out, '"');
    }
    buf_printf(out, ">\n<h3>%zu. <bdi>", article + 1);
    page_escape(out, a->title.len > 0 ? a->title : a->name.len > 0 ? a->name : a->key);
    buf_str(out, "</bdi></h3>\n<p class=\"by\">");
    bool some = false;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len == 0) continue;
        buf_str(out, some ? ", <bdi>" : "<bdi>");
        page_escape(out, parts[i]);
        buf_str(out, "</bdi>");
        some = true;
    }
    buf_str(out, some ? ", key <code>" : "key <code>");
    page_escape(out, a->key);
    buf_str(out, "</code></p>\n<div class=\"text\"><p dir=\"auto\">");
}

enum err page_article_text(const struct page *p, size_t article, struct buf *out)
{
    struct marks m = {0};
    const struct page_article *a = &p->articles[article];
    enum err e = gather(p->line, a->key, a->text, &m);
    sort_once(&m);
    put_head(p, article, out);
    struct writer w = {.out = out, .text = a->text, .article = article};
    for (size_t i = 0; i < m.len; i++) {
        advance(&w, m.ptr[i].b);
        begin(&w, m.ptr[i]);
    }
    advance(&w, slice_trim(a->text).len > 0 ? (uint64_t)(slice_trim(a->text).ptr - a->text.ptr) + slice_trim(a->text).len : 0);
    for (size_t i = 0; i < w.n_open; i++) buf_str(out, "</mark>");
    buf_str(out, "</p></div>\n</article>\n");
    free(m.ptr);
    return e == OK ? out->failed : e;
}
