/* page_index.c - all stories: the index, the Atom feed, and what stands where a story has gone. */
#include <inttypes.h>
#include <stdio.h>

#include "../../libcommon/clock.h"
#include "page.h"

static struct slice title_of(const struct page_entry *s)
{
    return slice_trim(s->title).len > 0 ? s->title : s->id;
}

/* "3 articles, 2 outlets, 3 independent" */
static void put_counts(const struct page_entry *s, struct buf *out)
{
    buf_printf(out, "%" PRIu64 " article%s, %" PRIu64 " outlet%s, %" PRIu64 " independent", s->n_articles, s->n_articles == 1 ? "" : "s", s->n_outlets,
               s->n_outlets == 1 ? "" : "s", s->n_independent);
    if (s->n_conflicts > 0) buf_printf(out, ", %" PRIu64 " clash%s", s->n_conflicts, s->n_conflicts == 1 ? "" : "es");
}

static void put_html(const struct page_list *l, struct buf *out)
{
    page_head(out, SLICE("Stories"), "");
    buf_str(out, "<header>\n<h1>Stories</h1>\n<p class=\"sub\">The newest first. <a href=\"feed.atom\">Atom feed</a></p>\n</header>\n<main>\n"
                 "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Stories\"><table>\n<thead><tr><th scope=\"col\">Story</th>"
                 "<th scope=\"col\">Told by</th><th scope=\"col\">Last told (UTC)</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < l->len; i++) {
        char file[PAGE_FILE_MAX], at[25];
        page_file(l->ptr[i].id, file);
        clock_rfc3339(l->ptr[i].told, at);
        buf_printf(out, "<tr><td><a href=\"stories/%s.html\"><bdi>", file);
        page_escape(out, title_of(&l->ptr[i]));
        buf_str(out, "</bdi></a></td><td>");
        put_counts(&l->ptr[i], out);
        buf_printf(out, "</td><td>%.10s %.5s</td></tr>\n", at, at + 11);
    }
    buf_str(out, "</tbody></table></div>\n");
    if (l->more > 0) buf_printf(out, "<p>%" PRIu64 " older stories are not listed; their pages are in the folder stories.</p>\n", l->more);
    buf_str(out, "</main>\n<footer><p>Made by wiredesk.</p></footer>\n</body>\n</html>\n");
}

static void put_md(const struct page_list *l, struct buf *out)
{
    buf_str(out, "# Stories\n\nThe newest first.\n\n");
    for (size_t i = 0; i < l->len; i++) {
        char file[PAGE_FILE_MAX];
        page_file(l->ptr[i].id, file);
        buf_str(out, "- [");
        page_escape_md(out, title_of(&l->ptr[i]));
        buf_printf(out, "](stories/%s.md): ", file);
        put_counts(&l->ptr[i], out);
        buf_char(out, '\n');
    }
    if (l->more > 0) buf_printf(out, "\n%" PRIu64 " older stories are not listed; their pages are in the folder stories.\n", l->more);
}

enum err page_index(const struct page_list *l, bool markdown, struct buf *out)
{
    if (markdown) put_md(l, out);
    else put_html(l, out);
    return out->failed;
}

static void put_entry(const struct page_list *l, const struct page_entry *s, struct buf *out)
{
    char file[PAGE_FILE_MAX], at[25], opened[25], uuid[37];
    page_file(s->id, file);
    page_uuid(l->ledger, s->id, uuid);
    clock_rfc3339(s->told, at);
    clock_rfc3339(s->opened > 0 ? s->opened : s->told, opened);
    buf_printf(out, "<entry>\n<id>urn:uuid:%s</id>\n<title>", uuid);
    page_escape(out, title_of(s));
    buf_printf(out, "</title>\n<updated>%s</updated>\n<published>%s</published>\n<link rel=\"alternate\" type=\"text/html\" href=\"stories/%s.html\"/>\n<summary>",
               at, opened, file);
    put_counts(s, out);
    buf_str(out, "</summary>\n</entry>\n");
}

enum err page_feed(const struct page_list *l, struct buf *out)
{
    char uuid[37], at[25];
    uint64_t newest = 0;
    for (size_t i = 0; i < l->len; i++) newest = l->ptr[i].told > newest ? l->ptr[i].told : newest;
    page_uuid(l->ledger, SLICE("feed"), uuid);
    clock_rfc3339(newest, at);
    buf_printf(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>urn:uuid:%s</id>\n"
                    "<title>Stories</title>\n<updated>%s</updated>\n<author><name>wiredesk</name></author>\n"
                    "<link rel=\"alternate\" type=\"text/html\" href=\"index.html\"/>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"feed.atom\"/>\n",
               uuid, at);
    for (size_t i = 0; i < l->len; i++) put_entry(l, &l->ptr[i], out);
    return buf_str(out, "</feed>\n");
}

enum err page_gone(struct slice id, struct slice title, struct slice into, bool markdown, struct buf *out)
{
    char file[PAGE_FILE_MAX] = "";
    if (title.len == 0) title = id;
    if (into.len > 0) page_file(into, file);
    if (markdown) {
        buf_str(out, "# ");
        page_escape_md(out, title);
        if (into.len == 0) return buf_str(out, "\n\nThis story is closed: its articles stand in other stories. [All stories](../index.md)\n");
        buf_str(out, "\n\nThis story was merged into [");
        page_escape_md(out, into);
        return buf_printf(out, "](%s.md).\n", file);
    }
    page_head(out, title, "../");
    buf_str(out, "<main>\n<h1 dir=\"auto\">");
    page_escape(out, title);
    if (into.len == 0) {
        buf_str(out, "</h1>\n<p>This story is closed: its articles stand in other stories. <a href=\"../index.html\">All stories</a></p>\n");
    } else {
        buf_printf(out, "</h1>\n<p>This story was merged into <a href=\"%s.html\">", file);
        page_escape(out, into);
        buf_str(out, "</a>.</p>\n");
    }
    return buf_str(out, "</main>\n</body>\n</html>\n");
}
