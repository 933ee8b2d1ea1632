/* page_pen.c - HTML and Markdown from the same calls. */
#include "page_pen.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void raw(struct pen *p, const char *html, const char *md)
{
    buf_str(p->out, p->md ? md : html);
}

static void escape(struct pen *p, struct slice s)
{
    if (p->md) page_escape_md(p->out, s);
    else page_escape(p->out, s);
}

void pen_section(struct pen *p, const char *id, const char *heading)
{
    if (p->md) buf_printf(p->out, "## %s\n\n", heading);
    else buf_printf(p->out, "<section id=\"%s\" aria-labelledby=\"h-%s\">\n<h2 id=\"h-%s\">%s</h2>\n", id, id, id, heading);
}

void pen_end_section(struct pen *p)
{
    raw(p, "</section>\n", "\n");
}

void pen_heading(struct pen *p, struct slice words)
{
    raw(p, "<h3 dir=\"auto\">", "### ");
    escape(p, words);
    raw(p, "</h3>\n", "\n\n");
}

void pen_para(struct pen *p)
{
    raw(p, "<p>", "");
}

void pen_end_para(struct pen *p)
{
    raw(p, "</p>\n", "\n\n");
}

void pen_list(struct pen *p)
{
    raw(p, "<ul>\n", "");
}

void pen_item(struct pen *p)
{
    p->in_cell = true;
    raw(p, "<li>", "- ");
}

void pen_end_item(struct pen *p)
{
    p->in_cell = false;
    raw(p, "</li>\n", "\n");
}

void pen_end_list(struct pen *p)
{
    raw(p, "</ul>\n", "\n");
}

void pen_table(struct pen *p, const char *caption, const char *const *heads)
{
    if (!p->md) buf_printf(p->out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"%s\"><table>\n<thead><tr>", caption);
    else buf_str(p->out, "|");
    for (size_t i = 0; heads[i] != NULL; i++) buf_printf(p->out, p->md ? " %s |" : "<th scope=\"col\">%s</th>", heads[i]);
    raw(p, "</tr></thead>\n<tbody>\n", "\n|");
    for (size_t i = 0; p->md && heads[i] != NULL; i++) buf_str(p->out, " --- |");
    raw(p, "", "\n");
}

void pen_row(struct pen *p)
{
    raw(p, "<tr>", "|");
}

void pen_row_of(struct pen *p, struct slice id)
{
    if (id.len == 0 || p->md) {
        pen_row(p);
        return;
    }
    buf_str(p->out, "<tr id=\"");
    escape(p, id);
    buf_str(p->out, "\">");
}

void pen_cell(struct pen *p)
{
    p->in_cell = true;
    raw(p, "<td>", " ");
}

void pen_end_cell(struct pen *p)
{
    p->in_cell = false;
    raw(p, "</td>", " |");
}

void pen_end_row(struct pen *p)
{
    raw(p, "</tr>\n", "\n");
}

void pen_end_table(struct pen *p)
{
    raw(p, "</tbody></table></div>\n", "\n");
}

void pen_say(struct pen *p, const char *ours)
{
    buf_str(p->out, ours);
}

void pen_sayf(struct pen *p, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    buf_str(p->out, text);
}

void pen_words(struct pen *p, struct slice words)
{
    if (words.len == 0) return;
    raw(p, "<bdi>", "");
    escape(p, words);
    raw(p, "</bdi>", "");
}

void pen_strong(struct pen *p, struct slice words)
{
    words = slice_trim(words);
    if (words.len == 0) return;
    raw(p, "<strong><bdi>", "**");
    escape(p, words);
    raw(p, "</bdi></strong>", "**");
}

void pen_quoted(struct pen *p, struct slice words)
{
    raw(p, "<q><bdi>", "“");
    escape(p, words);
    raw(p, "</bdi></q>", "”");
}

void pen_break(struct pen *p)
{
    raw(p, "<br>", p->in_cell ? "<br>" : "\n");
}

/* The place of a span in the page: false when its article's text is not there. */
static bool place(const struct pen *p, const json_t *span, size_t *article, char anchor[48])
{
    *article = page_article_at(p->page, page_string(span, "d"));
    if (*article == SIZE_MAX) return false;
    page_anchor(anchor, *article, page_number(span, "b"), page_number(span, "e"));
    return p->page->articles[*article].text.ptr != NULL;
}

void pen_span(struct pen *p, const json_t *span)
{
    char anchor[48];
    size_t article;
    bool link = place(p, span, &article, anchor);
    if (p->md && link) buf_char(p->out, '[');
    if (!p->md && link) buf_printf(p->out, "<a class=\"w\" href=\"#%s\">", anchor);
    pen_quoted(p, page_string(span, "t"));
    if (p->md && link) buf_printf(p->out, "](%s#%s)", p->file, anchor);
    if (!p->md && link) buf_str(p->out, "</a>");
}

static void cite(struct pen *p, const json_t *span, bool label)
{
    char anchor[48];
    size_t article;
    bool link = place(p, span, &article, anchor);
    if (article == SIZE_MAX) return;
    const struct page_article *a = &p->page->articles[article];
    if (p->md) {
        buf_printf(p->out, link ? " [\\[%zu\\]](%s#%s)" : " \\[%zu\\]", article + 1, p->file, anchor);
    } else if (!link) {
        buf_printf(p->out, " <span class=\"c\">%zu</span>", article + 1);
    } else {
        buf_printf(p->out, " <a class=\"c\" href=\"#%s\" title=\"", anchor);
        page_escape(p->out, a->outlet.len > 0 ? a->outlet : a->name);
        if (label) {
            buf_str(p->out, ": ");
            page_escape(p->out, page_string(span, "t"));
        }
        buf_printf(p->out, "\">%zu</a>", article + 1);
    }
}

void pen_cite(struct pen *p, const json_t *span)
{
    cite(p, span, false);
}

void pen_cites(struct pen *p, const json_t *spans)
{
    size_t cited = 0;
    for (size_t i = 0; i < json_array_size(spans); i++) {
        struct slice article = page_string(json_array_get(spans, i), "d");
        bool told = false;
        for (size_t k = 0; k < i && !told; k++) told = slice_eq(page_string(json_array_get(spans, k), "d"), article);
        if (!told && cited++ < PAGE_CITES_MAX) cite(p, json_array_get(spans, i), true);
    }
    if (cited > PAGE_CITES_MAX) pen_sayf(p, " and %zu more", cited - PAGE_CITES_MAX);
}

void pen_story(struct pen *p, struct slice id)
{
    char file[PAGE_FILE_MAX];
    page_file(id, file);
    if (p->md) {
        buf_char(p->out, '[');
        escape(p, id);
        buf_printf(p->out, "](%s.md)", file);
    } else {
        buf_printf(p->out, "<a href=\"%s.html\">", file);
        escape(p, id);
        buf_str(p->out, "</a>");
    }
}

void pen_out(struct pen *p, struct slice url, struct slice words)
{
    if (!page_may_link(url)) {
        pen_words(p, words);
        return;
    }
    if (p->md) {
        buf_char(p->out, '[');
        escape(p, words);
        buf_str(p->out, "](<");
        for (size_t i = 0; i < url.len; i++) buf_printf(p->out, url.ptr[i] == '|' ? "%%7C" : "%c", url.ptr[i]);
        buf_str(p->out, ">)");
        return;
    }
    buf_str(p->out, "<a rel=\"noopener noreferrer nofollow\" href=\"");
    escape(p, url);
    buf_str(p->out, "\">");
    pen_words(p, words);
    buf_str(p->out, "</a>");
}
