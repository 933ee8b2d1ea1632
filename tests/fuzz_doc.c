/* fuzz_doc.c - any bytes into the document codec; what is accepted is a fixed point, in wire form and as JSON. */
#include <stdlib.h>

#include "../proto/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
    if (!ok) abort();
}

static void json_and_back(struct doc *doc, struct arena *mem)
{
    struct buf line = buf_make(8 << 20), again = buf_make(8 << 20);
    struct doc read;
    if (doc_to_json(doc, 0, mem, &line) == OK && doc_from_json(buf_slice(&line), mem, &read) == OK)
        check(doc_to_json(&read, 0, mem, &again) == OK && slice_eq(buf_slice(&line), buf_slice(&again)));
    buf_free(&line);
    buf_free(&again);
}

static void wire_and_back(struct doc *doc, struct arena *mem)
{
    struct buf first = buf_make(8 << 20), second = buf_make(8 << 20);
    struct doc read;
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++)
        if (doc_has(doc, (enum doc_field)f)) doc_set(doc, (enum doc_field)f);
    check(doc_encode(doc, &first) == OK);
    check(doc_decode(buf_slice(&first), DOC_ALL, mem, &read) == OK && read.unknown.len == doc->unknown.len);
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++)
        if (doc_has(&read, (enum doc_field)f)) doc_set(&read, (enum doc_field)f);
    check(doc_encode(&read, &second) == OK && slice_eq(buf_slice(&first), buf_slice(&second)));
    buf_free(&first);
    buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *mem = arena_create(64 << 20);
    struct slice in = {(const char *)data, size};
    struct doc doc;
    if (mem == NULL) return 0;
    if (doc_decode(in, DOC_ALL, mem, &doc) == OK) {
        json_and_back(&doc, mem);
        wire_and_back(&doc, mem);
    }
    if (doc_from_json(in, mem, &doc) == OK) json_and_back(&doc, mem);
    arena_destroy(&mem);
    return 0;
}
