/* fuzz_normalize.c - any bytes into normalize: spans fit the text, every run of the map stands in the source, same in, same out. */
#include <stdlib.h>

#include "../services/normalize/normalize.h"
#include "laws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
    if (!ok) abort();
}

/* The first byte chooses what the feeder says of the rest. */
static struct doc document(const uint8_t *data, size_t size)
{
    static const char *const types[] = {"", "text/plain", "text/html", "text/html", "application/nitf+xml", "text/markdown", "application/xhtml+xml", "text/html"};
    static const char *const charsets[] = {"", "", "iso-8859-1", "utf-8"};
    struct doc doc;
    doc_init(&doc);
    unsigned how = size ? data[0] : 0;
    doc.key = SLICE("k");
    doc.type = slice_of(types[how & 7]);
    doc.meta.charset = slice_of(charsets[how >> 3 & 3]);
    if (how & 32) doc.meta.title = SLICE("A title that the feed gave");
    if (how & 64) doc.accepted = 1700000000000;
    doc.raw = (struct slice){(const char *)data + (size ? 1 : 0), size ? size - 1 : 0};
    doc_set(&doc, DOC_KEY);
    doc_set(&doc, DOC_RAW);
    return doc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct normalizer *normalizer;
    if (normalizer == NULL) normalizer = normalizer_create();
    struct arena *mem = arena_create(DOC_ARENA_MAX), *again = arena_create(DOC_ARENA_MAX);
    check(normalizer && mem && again);
    struct doc doc = document(data, size), second = document(data, size);
    enum err e = normalize_doc(normalizer, mem, &doc);
    check(normalize_doc(normalizer, again, &second) == e);
    if (e == OK) {
        struct slice source;
        check(normalize_source(&doc, mem, &source) == OK);
        check(broken_law(&doc, source) == NULL);
        check(doc_culprit(&doc) == DOC_FIELD_COUNT);
        struct buf one = buf_make(DOC_FRAME_MAX), two = buf_make(DOC_FRAME_MAX);
        check(doc_to_json(&doc, 0, mem, &one) == OK && doc_to_json(&second, 0, again, &two) == OK);
        check(slice_eq(buf_slice(&one), buf_slice(&two)));
        buf_free(&one);
        buf_free(&two);
    }
    arena_destroy(&mem);
    arena_destroy(&again);
    return 0;
}
