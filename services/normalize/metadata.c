/* metadata.c - what a document says of itself: where, by whom, when; each with what it rests on. */
#include "metadata.h"

#include "authors.h"
#include "dates.h"
#include "jsonld.h"
#include "lines.h"
#include "words.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct slice first_meta(const struct page *p, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct slice s = page_meta(p, names[i]);
        if (s.len) return s;
    }
    return (struct slice){NULL, 0};
}

/* --- dates --- */

enum { DATE_ABOVE = 6, DATE_BELOW = 16 }; /* blocks around the headline where its date stands */

struct dating { const struct doc *doc; struct page *p; bool month_first; };

/* Takes the date in s when there is one, it is not later than the document was accepted, and none is there yet. */
static void take_moment(const struct dating *g, struct moment *m, struct date d, struct slice basis)
{
    char text[DATE_MAX];
    int64_t accepted = (int64_t)g->doc->accepted;
    if (accepted > 0 && date_earliest(&d) > accepted) {
        d.precision = PRECISION_DAY;
        if (date_earliest(&d) > accepted) return;
    }
    m->value = arena_copy(g->p->mem, (struct slice){text, date_write(&d, text)});
    m->basis = basis;
    m->precision = d.precision;
}

static void take_date(const struct dating *g, struct moment *m, struct slice s, struct slice basis)
{
    struct date d;
    if (m->value.len == 0 && s.len > 0 && date_read(s, g->month_first, &d)) take_moment(g, m, d, basis);
}

static const char *const published_metas[] = {"article:published_time", "og:article:published_time", "article:published", "datepublished", "date_published", "publishdate", "publish-date",
    "publish_date", "pubdate", "publication_date", "publication-date", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.created", "dcterms.issued",
    "dc.date.created", "dcterms.date", "dc.date", "date", "article.published", "article_date_original", "originalpublicationdate", "cxenseparse:publishtime", "displaydate", "og:published_time",
    "og:pubdate", "created", "datecreated", "citation_publication_date", "citation_date", "published_at", "published", "last-published", "ptime", "issuedate", "rnews:datepublished", "bt:pubdate",
    "shareaholic:article_published_time", "vr:published_time", "timestamp", "content_create_date", "release_date", "article:post_time"};
static const char *const modified_metas[] = {"article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified", "dcterms.modified", "dc.date.modified", "modified", "revised"};

static struct slice capture_value(const struct page *p, const struct capture *c)
{
    return c->value.len ? c->value : slice_cut(slice_cut(p->clean.text ? (struct slice){p->clean.text, p->clean.len} : (struct slice){NULL, 0}, c->text.b, c->text.e), 0, 200);
}

/* Dates that elements hold: nearest to the headline first. */
static void captured_dates(const struct dating *g, struct moment *m, enum capture_kind kind, struct slice basis, bool aside)
{
    const struct page *p = g->p;
    size_t start = page_start(p), best = SIZE_MAX, best_far = SIZE_MAX;
    for (size_t i = 0; i < p->n_captures && m->value.len == 0; i++) {
        const struct capture *c = &p->captures[i];
        struct date d;
        if (c->kind != kind || c->aside != aside || !date_read(capture_value(p, c), g->month_first, &d)) continue;
        size_t far = c->order >= start ? c->order - start : (start - c->order) * 2;
        if (far >= best_far) continue;
        best = i;
        best_far = far;
    }
    if (best != SIZE_MAX) take_date(g, m, capture_value(p, &p->captures[best]), basis);
}

/* An element for a date stands by the headline: one far below it may be another article's. */
static bool dated_by_headline(const struct dating *g)
{
    const struct page *p = g->p;
    struct date d;
    size_t at = page_start(p);
    for (size_t i = 0; i < p->n_captures; i++) {
        const struct capture *c = &p->captures[i];
        if (c->kind == CAPTURE_DATE && !c->aside && c->order + DATE_ABOVE >= at && c->order <= at + DATE_BELOW && date_read(capture_value(p, c), g->month_first, &d)) return true;
    }
    return false;
}

static void visible_date(const struct dating *g, struct moment *m, const struct hints *hints)
{
    const struct page *p = g->p;
    take_date(g, m, hints->date, SLICE("text"));
    size_t start = page_start(p), from = start > DATE_ABOVE ? start - DATE_ABOVE : 0, to = p->headline == SIZE_MAX ? 40 : start + DATE_BELOW;
    for (size_t i = from; i < p->n_blocks && i < to && m->value.len == 0; i++) {
        struct slice t = block_text(p, &p->blocks[i]);
        if (t.len >= 6 && t.len <= 90) take_date(g, m, t, SLICE("text"));
    }
}

/* What JSON-LD and the head give in UTC the page may give in the outlet's own zone: then its day is the one that readers saw. */
static void at_home(const struct dating *g, struct moment *m)
{
    struct date utc, home;
    if (m->value.len == 0 || slice_eq(m->basis, SLICE("meta")) || !date_read(m->value, false, &utc) || !date_local(g->p->source, &utc, &home)) return;
    struct slice basis = m->basis;
    *m = (struct moment){.value = {NULL, 0}};
    take_moment(g, m, home, basis);
}

static void read_dates(const struct dating *g, const struct jsonld *ld, struct facts *f)
{
    take_date(g, &f->published, g->doc->meta.published, SLICE("meta"));
    take_date(g, &f->modified, g->doc->meta.modified, SLICE("meta"));
    take_date(g, &f->published, ld->published, SLICE("json-ld"));
    take_date(g, &f->modified, ld->modified, SLICE("json-ld"));
    for (size_t i = 0; i < COUNT(published_metas) && f->published.value.len == 0; i++) take_date(g, &f->published, page_meta(g->p, published_metas[i]), SLICE("html"));
    captured_dates(g, &f->published, CAPTURE_PUBLISHED, SLICE("html"), false);
    for (size_t i = 0; i < g->p->n_metas && f->published.value.len == 0; i++)
        if (slice_find(g->p->metas[i].name, SLICE("publish"), 0) != SIZE_MAX && slice_find(g->p->metas[i].name, SLICE("modif"), 0) == SIZE_MAX)
            take_date(g, &f->published, g->p->metas[i].content, SLICE("html"));
    at_home(g, &f->published);
    captured_dates(g, &f->modified, CAPTURE_MODIFIED, SLICE("html"), false);
    for (size_t i = 0; i < COUNT(modified_metas) && f->modified.value.len == 0; i++) take_date(g, &f->modified, page_meta(g->p, modified_metas[i]), SLICE("html"));
}

static void finish_dates(const struct dating *g, const struct hints *hints, struct facts *f)
{
    struct date d;
    struct slice basis = SLICE("url");
    captured_dates(g, &f->published, CAPTURE_TIME, SLICE("html"), false);
    if (f->published.value.len == 0 && date_in_url(f->url, &d)) take_moment(g, &f->published, d, basis);
    if (f->published.value.len == 0 && dated_by_headline(g)) captured_dates(g, &f->published, CAPTURE_DATE, SLICE("text"), false);
    captured_dates(g, &f->published, CAPTURE_PUBLISHED, SLICE("html"), true);
    if (g->p->markup || hints->date.len) visible_date(g, &f->published, hints);
    captured_dates(g, &f->published, CAPTURE_DATE, SLICE("text"), false);
    if (f->published.value.len == 0) captured_dates(g, &f->published, CAPTURE_TIME, SLICE("html"), true);
    if (f->published.value.len == 0) captured_dates(g, &f->published, CAPTURE_DATE, SLICE("text"), true);
}

/* --- outlet and address --- */

static struct slice host_of(struct slice url)
{
    size_t at = slice_find(url, SLICE("://"), 0);
    if (at == SIZE_MAX || at > 8) return (struct slice){NULL, 0};
    size_t e = at += 3;
    while (e < url.len && !strchr("/?#:", url.ptr[e])) e++;
    struct slice host = slice_cut(url, at, e);
    return slice_starts(host, SLICE("www.")) ? slice_cut(host, 4, host.len) : host;
}

/* A host made a name: ndtv.com is NDTV, since nobody can say it; others stay hosts. */
static struct slice outlet_of_host(struct arena *mem, struct slice host)
{
    size_t n = 0;
    while (n < host.len && host.ptr[n] != '.') n++;
    bool vowels = false;
    for (size_t i = 0; i < n; i++) vowels = vowels || strchr("aeiouy0123456789-", host.ptr[i]);
    if (vowels || n < 2 || n > 5) return host;
    char *p = arena_take(mem, n);
    if (p == NULL) return host;
    for (size_t i = 0; i < n; i++) p[i] = (char)(host.ptr[i] & ~32);
    return (struct slice){p, n};
}

static void take_outlet(struct facts *f, struct slice value, struct slice basis)
{
    if (f->outlet.value.len == 0 && value.len > 0 && value.len <= 200 && slice_find(value, SLICE("://"), 0) == SIZE_MAX) f->outlet = (struct sourced){value, basis};
}

static bool is_address(struct slice s)
{
    return (slice_starts(s, SLICE("http://")) || slice_starts(s, SLICE("https://"))) && s.len > 10 && s.len <= 4096 && !memchr(s.ptr, ' ', s.len);
}

static void take_url(struct facts *f, struct slice s)
{
    if (f->url.len == 0 && is_address(s)) f->url = s;
}

/* Whether 3/4 is March the fourth: in pages of no language, in English ones that do not come from where days stand first. */
static bool month_first(const struct page *p, struct slice url)
{
    static const char *const days_first[] = {".uk", ".au", ".ie", ".nz", ".za", ".in", ".pk", ".ng", ".ke", ".sg", ".my", ".eu", ".gh", ".mt"};
    struct slice lang = p->html_lang, host = host_of(url);
    if (lang.len >= 2 && !slice_eq_nocase(slice_cut(lang, 0, 2), SLICE("en"))) return false;
    if (lang.len >= 5) return slice_eq_nocase(slice_cut(lang, 3, 5), SLICE("us"));
    for (size_t i = 0; i < COUNT(days_first); i++)
        if (slice_ends(host, slice_of(days_first[i]))) return false;
    return true;
}

/* --- authors --- */

static enum err set_byline(const struct page *p, const struct people *who, struct facts *f)
{
    if (who->n == 0) return OK;
    struct slice *names = arena_array(p->mem, who->n, sizeof *names);
    if (names == NULL) return ERR_NOMEM;
    memcpy(names, who->name, who->n * sizeof *names);
    f->byline = (struct slices){names, who->n};
    return OK;
}

/* --- where the article begins --- */

/* The block is the headline, or all of it but the site's name behind it. */
static bool says_headline(struct slice block, struct slice headline)
{
    return line_words(block) >= 3 && block.len * 2 >= headline.len && slice_eq_nocase(block, slice_cut(headline, 0, block.len));
}

/* The first h1 when it says the headline, else the first heading that does, or the first block; or SIZE_MAX. */
static size_t find_headline(const struct page *p, struct slice headline)
{
    size_t plain_block = SIZE_MAX;
    if (p->h1 < p->n_blocks && says_headline(block_text(p, &p->blocks[p->h1]), headline)) return p->h1;
    for (size_t i = 0; i < p->n_blocks && headline.len > 0; i++) {
        if (!says_headline(block_text(p, &p->blocks[i]), headline)) continue;
        uint32_t node = p->blocks[i].node;
        if (node != NO_NODE && p->nodes[node].tag >= TAG_H1 && p->nodes[node].tag <= TAG_H4) return i;
        if (plain_block == SIZE_MAX) plain_block = i;
    }
    return plain_block;
}

/* --- the doors --- */

enum err facts_read(const struct doc *doc, struct page *p, struct facts *f)
{
    static const char *const titles[] = {"og:title", "twitter:title", "dc.title", "headline", "parsely-title", "sailthru.title"};
    static const char *const descriptions[] = {"og:description", "description", "twitter:description"};
    static const char *const sections[] = {"article:section", "parsely-section", "section"};
    struct jsonld ld;
    struct people who = {.n = 0};
    jsonld_read(p, &ld);
    take_url(f, doc->meta.url);
    take_url(f, p->canonical);
    take_url(f, page_meta(p, "og:url"));
    take_outlet(f, doc->meta.outlet, SLICE("meta"));
    take_outlet(f, words_plain(p->mem, page_meta(p, "og:site_name"), 200), SLICE("og"));
    take_outlet(f, ld.publisher, SLICE("json-ld"));
    take_outlet(f, words_plain(p->mem, page_meta(p, "application-name"), 200), SLICE("html"));
    f->headline = ld.headline.len && ld.rank == 3 ? ld.headline : words_plain(p->mem, first_meta(p, titles, COUNT(titles)), 2000);
    f->description = words_plain(p->mem, first_meta(p, descriptions, COUNT(descriptions)), 2000);
    if (f->description.len == 0) f->description = ld.description;
    f->section = doc->meta.section.len ? doc->meta.section : words_plain(p->mem, first_meta(p, sections, COUNT(sections)), 200);
    if (f->section.len == 0) f->section = ld.section;
    f->article_body = ld.body;
    f->article_lines = ld.lines;
    f->paywalled = ld.locked;
    p->headline = find_headline(p, f->headline);
    if (p->headline == SIZE_MAX) p->headline = find_headline(p, p->title);
    if (p->headline == SIZE_MAX) p->headline = p->h1;
    read_dates(&(struct dating){doc, p, month_first(p, f->url)}, &ld, f);
    authors_find(&(struct author_search){doc, p, &ld, f->outlet.value, host_of(f->url)}, &who);
    return set_byline(p, &who, f);
}

enum err facts_finish(const struct doc *doc, struct page *p, const struct hints *hints, struct facts *f)
{
    struct people who = {.n = 0};
    take_url(f, hints->url);
    take_outlet(f, hints->outlet, SLICE("footer"));
    take_outlet(f, doc->meta.agency, SLICE("meta"));
    if (f->outlet.value.len == 0 && host_of(f->url).len) take_outlet(f, outlet_of_host(p->mem, host_of(f->url)), SLICE("url"));
    finish_dates(&(struct dating){doc, p, month_first(p, f->url)}, hints, f);
    if (f->byline.len > 0) return OK;
    people_add(&who, hints->byline, f->outlet.value);
    return set_byline(p, &who, f);
}
