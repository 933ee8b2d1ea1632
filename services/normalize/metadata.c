/* metadata.c - what a document says of itself: where, by whom, when; each with what it rests on. */
#include "metadata.h"

static struct slice meta_named(const struct page *p, const char *name)
{
    for (size_t i = 0; i < p->n_metas; i++)
        if (slice_eq(p->metas[i].name, slice_of(name)) && p->metas[i].content.len) return p->metas[i].content;
    return (struct slice){NULL, 0};
}

enum err facts_read(const struct doc *doc, struct page *p, struct facts *f)
{
    f->headline = meta_named(p, "og:title");
    f->url = doc->meta.url.len ? doc->meta.url : p->canonical;
    return OK;
}

enum err facts_finish(const struct doc *doc, struct page *p, const struct hints *hints, struct facts *f)
{
    (void)p;
    if (doc->meta.outlet.len) f->outlet = (struct sourced){doc->meta.outlet, SLICE("meta")};
    else if (hints->outlet.len) f->outlet = (struct sourced){hints->outlet, SLICE("footer")};
    if (f->url.len == 0) f->url = hints->url;
    f->byline = doc->meta.byline;
    f->section = doc->meta.section;
    return OK;
}
