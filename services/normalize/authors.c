/* authors.c - who wrote it: what the head of the page says, weighed against the names that stand by the headline. */
#include "authors.h"

#include "bylines.h"
#include "names.h"
#include "words.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct slice none = {NULL, 0};

/* --- names --- */

/* The site's own name, whole or in part. */
static bool is_site(const struct author_search *s, struct slice name)
{
    struct slice host = s->host;
    while (host.len && host.ptr[host.len - 1] != '.') host.len--;
    return name_holds(name, s->outlet) || name_holds(name, host) || name_holds(name, s->ld->publisher);
}

/* --- what the head says --- */

static const char *const author_metas[] = {"author", "article:author_name", "dc.creator", "dcterms.creator", "byl", "parsely-author", "sailthru.author", "cxenseparse:author", "citation_author",
                                           "article.author", "twitter:data1:author", "article:author", "citation_authors", "rbauthors", "authors", "og:author", "author-name", "creator", "rnews:author", "articleauthor"};

struct said { struct people people, site; }; /* names, and names that are or hold the site's own */

static void add_said(const struct author_search *s, struct slice words, struct slice outlet, struct said *to)
{
    struct people all = {.n = 0};
    bool whole = is_site(s, words);
    people_add(&all, words, outlet);
    for (size_t i = 0; i < all.n; i++) people_add(whole || is_site(s, all.name[i]) ? &to->site : &to->people, all.name[i], none);
}

static void said_by_meta(const struct author_search *s, const char *name, struct said *to)
{
    const struct page *p = s->p;
    for (size_t k = 0; k < p->n_metas; k++)
        if (slice_eq(p->metas[k].name, slice_of(name))) add_said(s, words_plain(p->mem, p->metas[k].content, 400), name_is_person_s(p->metas[k].content) ? none : s->outlet, to);
}

/* JSON-LD's persons, or the first meta elements that name any, or others besides. */
static void said_by_head(const struct author_search *s, struct said *to)
{
    for (size_t i = 0; i < s->ld->n_authors && !s->ld->by_firm; i++) add_said(s, s->ld->author[i], none, to);
    for (size_t i = 0; i < COUNT(author_metas) && to->people.n < 2; i++) {
        struct said those = {.people = {.n = 0}};
        said_by_meta(s, author_metas[i], &those);
        if (to->people.n == 0 || people_hold_all(&those.people, &to->people)) to->people = those.people;
        if (to->site.n == 0) to->site = those.site;
    }
}

static void said_by_card(const struct author_search *s, struct slice outlet, struct people *who)
{
    const struct page *p = s->p;
    static const char *const labels[] = {"written by", "geschrieben von", "verfasst von", ("\xC3\x89" "crit par"), "escrito por", "scritto da", "geschreven door", "skrevet af", "skriven av", "napisane przez"};
    struct slice label = page_meta(p, "twitter:label1");
    for (size_t i = 0; i < COUNT(labels); i++)
        if (slice_eq_nocase(label, slice_of(labels[i]))) people_add(who, words_plain(p->mem, page_meta(p, "twitter:data1"), 400), outlet);
}

/* --- the whole --- */

/* The head often names the first author only: then the line by the headline that has him and others is the byline. Or it names those too who
 * took the pictures. */
static void compare_with_shown(const struct author_search *s, struct people *who)
{
    struct people seen = {.n = 0}, left = {.n = 0};
    for (size_t i = 0; i < who->n; i++)
        if (!byline_helper(s->p, who->name[i])) left.name[left.n++] = who->name[i];
    if (left.n > 0) *who = left;
    byline_captured(s, (struct byline_place){CAPTURE_AUTHOR, false, true}, &seen);
    if (!people_hold_all(&seen, who)) {
        seen.n = 0;
        byline_captured(s, (struct byline_place){CAPTURE_BYLINE, false, true}, &seen);
    }
    for (size_t i = 0; i < seen.n; i++)
        if (!name_is_plausible(seen.name[i])) return;
    if (people_hold_all(&seen, who) || (left.n == 0 && seen.n > 0)) *who = seen;
}

/* --- the door --- */

/* Who is named where only a person is looked for: from the surest place on. */
static void seek(const struct author_search *s, struct people *who)
{
    static const struct byline_place places[] = {
        {CAPTURE_BYLINE, false, false}, {CAPTURE_AUTHOR_LINK, false, false}, {CAPTURE_AUTHOR, true, true}, {CAPTURE_BYLINE, true, true}, {CAPTURE_AUTHOR_LINK, true, true}};
    byline_captured(s, (struct byline_place){CAPTURE_AUTHOR, false, false}, who);
    if (who->n == 0) said_by_card(s, s->outlet, who);
    for (size_t i = 0; i < COUNT(places) && who->n == 0; i++)
        if (places[i].kind == CAPTURE_AUTHOR_LINK) byline_linked(s, places[i].aside, who);
        else byline_captured(s, places[i], who);
    if (who->n == 0 && s->p->markup) byline_in_lines(s, who);
    if (who->n == 0 && s->p->markup) byline_bare(s, who);
}

void authors_find(const struct author_search *s, struct people *who)
{
    struct said head = {.people = {.n = 0}};
    for (size_t i = 0; i < s->doc->meta.byline.len; i++) people_add(who, s->doc->meta.byline.ptr[i], s->outlet);
    if (who->n > 0) return;
    said_by_head(s, &head);
    *who = head.people;
    if (who->n > 0) compare_with_shown(s, who);
    else seek(s, who);
    if (who->n == 0) *who = head.site;
    if (who->n == 0 && name_is_person_s(page_meta(s->p, "twitter:data1"))) said_by_card(s, none, who);
    for (size_t i = 0; i < s->ld->n_authors && s->doc->meta.byline.len == 0 && who->n == 0; i++) people_add(who, s->ld->author[i], none);
}
