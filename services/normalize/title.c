/* title.c - the headline and the line under it. */
#include "title.h"

#include "names.h"

/* The same words, whatever their case, spaces and marks. */
static bool same_words(struct slice a, struct slice b)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.len && (unsigned char)a.ptr[i] < 0x80 && !((a.ptr[i] | 32) >= 'a' && (a.ptr[i] | 32) <= 'z') && !(a.ptr[i] >= '0' && a.ptr[i] <= '9')) i++;
        while (k < b.len && (unsigned char)b.ptr[k] < 0x80 && !((b.ptr[k] | 32) >= 'a' && (b.ptr[k] | 32) <= 'z') && !(b.ptr[k] >= '0' && b.ptr[k] <= '9')) k++;
        if (i >= a.len || k >= b.len) return i >= a.len && k >= b.len && a.len > 0;
        char c = a.ptr[i], d = b.ptr[k];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if (d >= 'A' && d <= 'Z') d = (char)(d + 32);
        if (c != d) return false;
        i++;
        k++;
    }
}

static size_t next_kept(const struct page *p, size_t i)
{
    while (i < p->n_blocks && (!p->blocks[i].keep || span_empty(p->blocks[i].text))) i++;
    return i;
}

static size_t block_with(const struct page *p, struct slice words, size_t most)
{
    for (size_t i = 0; i < p->n_blocks && i < most; i++)
        if (same_words(block_text(p, &p->blocks[i]), words)) return i;
    return SIZE_MAX;
}

static bool heading(const struct page *p, size_t i)
{
    uint32_t node = p->blocks[i].node;
    return node != NO_NODE && p->nodes[node].tag >= TAG_H1 && p->nodes[node].tag <= TAG_H6;
}

/* The first line is a headline: it reads like one and what follows is prose. */
static bool first_line_is_title(const struct page *p, size_t first)
{
    struct slice line = block_text(p, &p->blocks[first]);
    if (heading(p, first)) return true;
    if (!line_is_headline(line)) return false;
    size_t next = next_kept(p, first + 1);
    if (next >= p->n_blocks) return p->n_blocks > 1 || (line_words(line) > 2 && line_chars(line) <= 150);
    return p->blocks[next].gap || block_text(p, &p->blocks[next]).len > line.len;
}

/* The line under the title: a sentence or two, closed off from the body by a counter, a byline, a date or another headline. */
static size_t standfirst_of(const struct page *p, size_t title)
{
    size_t i = title + 1;
    while (i < p->n_blocks && !p->blocks[i].keep && p->blocks[i].why && strcmp(p->blocks[i].why, "caption") != 0) i++;
    if (i + 1 >= p->n_blocks || !p->blocks[i].keep) return SIZE_MAX;
    struct slice t = block_text(p, &p->blocks[i]);
    if (t.len > 500 || line_words(t) < 6 || !line_is_closed(t)) return SIZE_MAX;
    const struct block *next = &p->blocks[i + 1];
    if (next->keep) {
        size_t after = next_kept(p, i + 2);
        bool headline = !heading(p, i + 1) && line_is_headline(block_text(p, next)) && !line_is_closed(block_text(p, next)) && line_words(block_text(p, next)) >= 5;
        return headline && after < p->n_blocks && block_text(p, &p->blocks[after]).len > 60 ? i : SIZE_MAX;
    }
    static const char *const closers[] = {"counter", "byline", "date", "share"};
    for (size_t k = 0; k < sizeof closers / sizeof *closers; k++)
        if (next->why && strcmp(next->why, closers[k]) == 0) return next_kept(p, i + 2) < p->n_blocks ? i : SIZE_MAX;
    return SIZE_MAX;
}

static struct title of_block(const struct page *p, size_t block, enum title_basis basis)
{
    return (struct title){.block = block, .span = p->blocks[block].text, .basis = basis, .standfirst = SIZE_MAX};
}

static struct title of_words(struct slice words)
{
    return (struct title){.block = SIZE_MAX, .words = words, .basis = words.len ? TITLE_META : TITLE_NONE, .standfirst = SIZE_MAX};
}

static struct title text_title(const struct doc *doc, const struct page *p, const struct hints *hints)
{
    size_t first = next_kept(p, 0), at = SIZE_MAX;
    struct slice said = slice_trim(doc->meta.title.len ? doc->meta.title : hints->title);
    if (said.len) at = block_with(p, said, 12);
    if (at == SIZE_MAX && doc->meta.title.len) return of_words(said);
    if (at == SIZE_MAX && first < p->n_blocks && first_line_is_title(p, first)) at = first;
    if (at == SIZE_MAX) return of_words((struct slice){NULL, 0});
    struct title t = of_block(p, at, TITLE_LINE);
    t.standfirst = standfirst_of(p, at);
    return t;
}

static struct title page_title(const struct doc *doc, const struct page *p, const struct facts *f)
{
    struct slice said = slice_trim(doc->meta.title.len ? doc->meta.title : f->headline);
    size_t at = said.len ? block_with(p, said, p->n_blocks) : SIZE_MAX;
    if (at == SIZE_MAX && p->h1 != SIZE_MAX && (said.len == 0 || line_words(block_text(p, &p->blocks[p->h1])) >= 3)) at = p->h1;
    if (at != SIZE_MAX) return of_block(p, at, TITLE_LINE);
    return of_words(said.len ? said : slice_trim(p->title));
}

/* --- site names behind a bar or dash --- */

/* One holds the other: "Privacy Guides" and privacyguides.org. */
static bool names_site(struct slice part, struct slice site)
{
    char a[128], b[512];
    struct slice x = {a, name_squeeze(part, a, sizeof a)}, y = {b, name_squeeze(site, b, sizeof b)};
    if (x.len < 3 || y.len < 3) return false;
    return slice_find(y, x, 0) != SIZE_MAX || slice_find(x, y, 0) != SIZE_MAX;
}

/* Where a title ends when what the last bar or dash sets off is the site's name. */
static size_t without_site(struct slice t, const struct facts *f)
{
    static const char *const marks[] = {" | ", " - ", " \xE2\x80\x93 ", " \xE2\x80\x94 ", " \xE2\x80\xA2 ", " \xC2\xB7 ", " \xC2\xBB ", " :: "};
    struct slice host = slice_cut(f->url, 0, 200);
    for (size_t i = 8; i < host.len; i++)
        if (host.ptr[i] == '/') host.len = i;
    size_t end = t.len;
    for (int round = 0; round < 3; round++) {
        size_t at = 0, len = 0;
        for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
            for (size_t i = slice_find(slice_cut(t, 0, end), slice_of(marks[k]), 0); i != SIZE_MAX; i = slice_find(slice_cut(t, 0, end), slice_of(marks[k]), i + 1))
                if (i > at) {
                    at = i;
                    len = strlen(marks[k]);
                }
        struct slice rest = slice_cut(t, at + len, end);
        if (at < 8 || line_words(rest) > 6) return end;
        if (!names_site(rest, f->outlet.value) && !names_site(rest, host)) return end;
        end = at;
    }
    return end;
}

struct title title_choose(const struct doc *doc, const struct page *p, const struct facts *f, const struct hints *hints)
{
    if (!p->markup) return text_title(doc, p, hints);
    struct title t = page_title(doc, p, f);
    if (t.block == SIZE_MAX) t.words.len = without_site(t.words, f);
    else t.span.e = t.span.b + (uint32_t)without_site(span_of((struct slice){p->clean.text, p->clean.len}, t.span), f);
    return t;
}
