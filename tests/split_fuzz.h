/* split_fuzz.h - what every format's fuzzer holds against what split() gives: limits, UTF-8, an order to the records, encodable documents. */
#ifndef WD_SPLIT_FUZZ_H
#define WD_SPLIT_FUZZ_H

#include <stdlib.h>

#include "../proto/doc_fields.h"
#include "../services/ingest/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void check(int ok)
{
    if (!ok) abort();
}

static inline void check_document(const struct feed_request *q, const struct split_doc *d, struct arena *mem, struct buf *frame)
{
    struct doc doc;
    check(d->fail < ERR_COUNT && (d->fail == OK) == (d->raw.ptr != NULL));
    check(d->raw.len <= DOC_RAW_MAX);
    bool transported = slice_starts(d->bytes, SLICE("WARC/")); /* HTTP's word for it */
    check(transported || !slice_eq(d->meta.charset, SLICE("utf-8")) || utf8_valid(d->raw));
    check(split_document(q, d, mem, &doc) == OK);
    doc.v = DOC_VERSION;
    doc.to = STAGE_NORMALIZE;
    doc_set(&doc, DOC_V);
    doc_set(&doc, DOC_TO);
    buf_clear(frame);
    check(doc_encode(&doc, frame) == OK);
}

/* Splits the bytes as a body of that type and name. */
static inline int split_any(const char *type, const char *name, const uint8_t *data, size_t size)
{
    struct feed_request q = {.source = SLICE("s"), .id = slice_of(name), .name = slice_of(name), .type = slice_of(type), .body = {(const char *)data, size}};
    struct split_docs docs = {0};
    struct split_trouble why = {0};
    struct arena *mem = arena_create(SPLIT_ARENA);
    struct buf frame = buf_make(DOC_FRAME_MAX);
    check(mem != NULL);
    enum err e = split(&q, mem, &docs, &why);
    check(e < ERR_COUNT && (e == OK) == (why.detail[0] == '\0'));
    check(e == OK || utf8_valid(slice_of(why.detail)));
    for (size_t i = 0; e == OK && i < docs.len; i++) check_document(&q, &docs.ptr[i], mem, &frame);
    buf_free(&frame);
    arena_destroy(&mem);
    return 0;
}

#endif
