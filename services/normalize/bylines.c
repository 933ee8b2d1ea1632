/* bylines.c - the names that stand on the page itself: in elements for authors, in links to their pages, in lines by the headline. */
#include "bylines.h"

#include "dates.h"
#include "lines.h"
#include "names.h"
#include "words.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum {
    ABOVE = 6, BELOW = 14, CLOSE = 6, /* blocks around the headline: where a byline may stand; where it surely does */
    WITHIN = 256, /* elements in one that names authors that are looked at: some have the whole page in them */
};

static const struct slice none = {NULL, 0};

static struct slice shown(const struct page *p, size_t b, size_t e) { return slice_cut((struct slice){p->clean.text, p->clean.len}, b, e); }

static bool by_headline(const struct page *p, size_t order)
{
    size_t start = page_start(p);
    return order + ABOVE >= start && order <= start + (p->headline == SIZE_MAX ? 30 : BELOW);
}

static bool next_to_headline(const struct page *p, size_t order)
{
    return p->headline != SIZE_MAX && order + ABOVE / 3 >= p->headline && order <= p->headline + CLOSE;
}

/* --- what elements name --- */

/* What stands before the name says that he checked it, took the pictures or the like. */
static bool helped(const struct page *p, size_t b)
{
    char room[64];
    struct slice low = line_lower(slice_trim(shown(p, b > 40 ? b - 40 : 0, b)), room);
    if (low.len && low.ptr[low.len - 1] == ':') low = slice_trim(slice_cut(low, 0, low.len - 1));
    for (const char *const *job = name_helpers; *job != NULL; job++)
        if (slice_ends(low, slice_of(*job))) return true;
    return slice_ends(low, SLICE("editor")) || slice_ends(low, SLICE("reviewer"));
}

/* The lines of an element that names authors: a name of two words or more, what stands behind it is a role or a life; a lone short name else. */
static void add_lines(const struct page *p, struct people *who, struct slice s, struct slice outlet)
{
    struct people short_ones = {.n = 0};
    size_t before = who->n;
    for (size_t b = 0; b < s.len && who->n == before;) {
        const char *nl = memchr(s.ptr + b, '\n', s.len - b);
        size_t e = nl ? (size_t)(nl - s.ptr) : s.len;
        struct people one = {.n = 0};
        people_add(&one, words_plain(p->mem, slice_trim(slice_cut(s, b, e)), 200), outlet);
        bool whole = one.n > 1 || (one.n == 1 && (line_words(one.name[0]) > 1 || (unsigned char)one.name[0].ptr[0] >= 0xE0));
        if (!whole && short_ones.n == 0) short_ones = one;
        for (size_t i = 0; whole && i < one.n; i++) people_add(who, one.name[i], outlet);
        b = e + 1;
    }
    for (size_t i = 0; who->n == before && i < short_ones.n; i++) people_add(who, short_ones.name[i], outlet);
}

static bool is_linked_name(const struct page *p, const struct capture *c)
{
    struct slice t = slice_trim(shown(p, c->text.b, c->text.e));
    return c->author_link && t.len > 0 && t.len <= 60 && line_words(t) >= 2 && line_words(t) <= 5 && !memchr(t.ptr, '\n', t.len);
}

static bool is_joint(struct slice s)
{
    static const char *const joints[] = {",", "&", "and", ", and", "und", "et", "y", "|", "/"};
    for (size_t i = 0; i < COUNT(joints); i++)
        if (slice_eq_nocase(slice_trim(s), slice_of(joints[i]))) return true;
    return false;
}

/* Where the names of the element end: behind the last link in it that leads to an author's page, else behind the elements in it that are
 * names and joined by commas. What follows is his role. */
static size_t names_end(const struct page *p, size_t at)
{
    size_t link = 0, name = 0, end = p->captures[at].text.e;
    for (size_t i = at + 1; i < p->n_captures && i <= at + WITHIN && p->captures[i].text.b < end; i++) {
        const struct capture *c = &p->captures[i];
        struct slice t = slice_trim(shown(p, c->text.b, c->text.e));
        if (is_linked_name(p, c)) link = c->text.e;
        if ((c->kind == CAPTURE_BYLINE || c->kind == CAPTURE_AUTHOR) && (name == 0 || (c->text.b > name && is_joint(shown(p, name, c->text.b)))) && name_is_plausible(t)) name = c->text.e;
    }
    return link ? link : name ? name : end;
}

void byline_captured(const struct author_search *s, struct byline_place at, struct people *who)
{
    const struct page *p = s->p;
    uint32_t end = 0;
    for (size_t i = 0; i < p->n_captures; i++) {
        const struct capture *c = &p->captures[i];
        if (c->kind != at.kind || c->aside != at.aside || c->text.b < end || (at.close && !next_to_headline(p, c->order))) continue;
        if (who->n > 0 && (at.kind == CAPTURE_BYLINE || c->order > page_start(p) + 12)) break;
        struct slice t = c->value.len && at.kind == CAPTURE_AUTHOR ? c->value : slice_trim(shown(p, c->text.b, names_end(p, i)));
        if (t.len == 0 || t.len > 200 || helped(p, c->text.b)) continue;
        struct people found = {.n = 0};
        add_lines(p, &found, t, s->outlet);
        for (size_t k = 0; k < found.n; k++)
            if (!at.aside || name_is_plausible(found.name[k])) people_add(who, found.name[k], s->outlet);
        end = c->text.e;
    }
}

void byline_linked(const struct author_search *s, bool aside, struct people *who)
{
    const struct page *p = s->p;
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < p->n_captures; i++) {
        const struct capture *c = &p->captures[i];
        if (!is_linked_name(p, c) || c->aside != aside || !(aside ? next_to_headline(p, c->order) : by_headline(p, c->order)) || helped(p, c->text.b)) continue;
        if (last != SIZE_MAX && c->order > last + 1) break;
        people_add(who, words_plain(p->mem, slice_trim(shown(p, c->text.b, c->text.e)), 100), s->outlet);
        if (who->n > 0) last = c->order;
    }
}

/* --- what lines say --- */

static bool is_label(struct slice t)
{
    static const char *const labels[] = {"written by", "by", "von", "author", "authors", "author(s)", "words by", "par", "por", "autor", "auteur", "autore", "contributors", "contributor", "story by", "text", "reported by", "commentary by"};
    t = slice_trim(t);
    if (t.len && t.ptr[t.len - 1] == ':') t = slice_trim(slice_cut(t, 0, t.len - 1));
    for (size_t i = 0; i < COUNT(labels); i++)
        if (slice_eq_nocase(t, slice_of(labels[i]))) return true;
    return false;
}

/* The words behind "Written by", "Posted by" and the like at the start of a line, or nothing. */
static struct slice behind_opening(struct slice t)
{
    static const char *const openings[] = {"written by", "posted by", "authored by", "article by", "words by", "story by", "this post was written by", "this article was written by", "contributors:", "contributor:", "author:", "authors:", "by:"};
    char room[32];
    struct slice low = line_lower(slice_cut(t, 0, 30), room);
    for (size_t i = 0; i < COUNT(openings); i++)
        if (slice_starts(low, slice_of(openings[i]))) return slice_trim(slice_cut(t, strlen(openings[i]), t.len));
    return none;
}

/* "Published 7 August 2023 by Ada Marsh": the words behind "by" in a line that has a date before it. */
static struct slice behind_date(struct slice t)
{
    struct date d;
    size_t by = slice_find(t, SLICE(" by "), 0);
    return by != SIZE_MAX && by >= 6 && date_read(slice_cut(t, 0, by), true, &d) ? slice_cut(t, by + 4, t.len) : none;
}

/* What stands behind a bare "by" is a name when a mark ends it after one or two words ("by ada", "By TPN, in News"): else it is prose. */
static struct slice short_name(struct slice t)
{
    static const char *const marks[] = {",", "|", "\n", "\xE2\x80\xA2", "\xC2\xB7", "\xE2\x97\x8F", " - ", " \xE2\x80\x93 ", " on ", " published "};
    size_t e = t.len;
    for (size_t i = 0; i < COUNT(marks); i++) {
        size_t at = slice_find(slice_cut(t, 0, e), slice_of(marks[i]), 0);
        if (at != SIZE_MAX) e = at;
    }
    struct slice name = slice_trim(slice_cut(t, 0, e));
    return line_words(name) <= 2 || name_is_plausible(name) ? name : none;
}

static void people_of_line(const struct author_search *s, size_t i, struct people *who)
{
    const struct page *p = s->p;
    struct slice t = block_text(p, &p->blocks[i]), name = line_look(t).byline;
    if (name.len == 0 && t.len <= 120) name = behind_opening(t);
    if (name.len == 0 && t.len <= 120 && (slice_starts(t, SLICE("by ")) || slice_starts(t, SLICE("By ")))) name = short_name(slice_cut(t, 3, t.len));
    if (name.len == 0 && t.len <= 120) name = behind_date(t);
    if (name.len) people_add(who, name, s->outlet);
    for (size_t k = i + 1; is_label(t) && k < p->n_blocks && k < i + 6; k++) {
        struct slice next = block_text(p, &p->blocks[k]);
        size_t before = who->n;
        if (next.len > 60 || line_words(next) > 5) return;
        people_add(who, next, s->outlet);
        if (who->n == before || p->blocks[k].link_bytes == 0) return;
    }
}

void byline_in_lines(const struct author_search *s, struct people *who)
{
    const struct page *p = s->p;
    for (size_t i = 0; i < p->n_blocks && who->n == 0; i++)
        if (by_headline(p, i)) people_of_line(s, i, who);
    for (size_t i = 0; i < p->n_blocks && who->n == 0; i++) {
        struct slice t = block_text(p, &p->blocks[i]);
        if (t.len < 60 && slice_starts(t, SLICE("Written by "))) people_add(who, t, s->outlet);
    }
}

/* --- names without a word that says so --- */

/* Somewhere on the page a block tells who he is: "Ada Marsh is a ...". */
static bool has_life(const struct page *p, struct slice name)
{
    static const char *const verbs[] = {" is a", " is the ", " is our ", " is currently ", " has been ", " has worked ", " has written ", " writes ", " covers ", " joined ", " works ", " was born ", " ist ", " arbeitet ", " est ", " es un", " \xC3\xA8 "};
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct slice t = block_text(p, &p->blocks[i]), rest = slice_cut(t, name.len, t.len);
        if (t.len < name.len + 20 || !slice_starts(t, name)) continue;
        for (size_t k = 0; k < COUNT(verbs); k++)
            if (slice_starts(rest, slice_of(verbs[k]))) return true;
    }
    return false;
}

void byline_bare(const struct author_search *s, struct people *who)
{
    const struct page *p = s->p;
    for (size_t i = 0; i < p->n_blocks && who->n == 0; i++) {
        struct slice t = block_text(p, &p->blocks[i]);
        struct date d;
        size_t bar = slice_find(t, SLICE(" | "), 0);
        if (!next_to_headline(p, i) || i == p->headline || t.len > 80) continue;
        if (name_is_plausible(t) && has_life(p, t)) people_add(who, t, s->outlet);
        bool dated = bar != SIZE_MAX && p->blocks[i].link_bytes == 0 && name_is_plausible(slice_cut(t, 0, bar)) && date_read(slice_cut(t, bar, t.len), false, &d);
        if (dated) people_add(who, slice_cut(t, 0, bar), s->outlet);
    }
}

bool byline_helper(const struct page *p, struct slice name)
{
    for (size_t i = page_start(p); i < p->n_blocks; i++) {
        size_t at = slice_find(block_text(p, &p->blocks[i]), name, 0);
        if (at != SIZE_MAX) return helped(p, p->blocks[i].text.b + at);
    }
    return false;
}
