/* normalize_fixture.h - a normalizer and its arena for a group of tests, and documents for it. */
#ifndef WD_TESTS_NORMALIZE_FIXTURE_H
#define WD_TESTS_NORMALIZE_FIXTURE_H

#include "../services/normalize/normalize.h"
#include "test.h"

struct fixture { struct normalizer *n; struct arena *mem; };

static int set_up(void **state)
{
    static struct fixture f;
    f.n = normalizer_create();
    f.mem = arena_create(DOC_ARENA_MAX);
    *state = &f;
    return f.n && f.mem ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    normalizer_destroy(&f->n);
    arena_destroy(&f->mem);
    return 0;
}

static struct doc document(const char *type, struct slice raw)
{
    struct doc doc;
    doc_init(&doc);
    doc.key = SLICE("k");
    doc.type = slice_of(type);
    doc.raw = raw;
    doc_set(&doc, DOC_KEY);
    doc_set(&doc, DOC_RAW);
    return doc;
}

#endif
