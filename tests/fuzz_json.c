/* fuzz_json.c - any bytes as JSON and JSON Lines; and what simdjson reads of them is what jansson reads. */
#include "split_fuzz.h"

#include "../libcommon/json_read.h"
#include "../services/ingest/split.h"

static void read_both(struct slice text, size_t flags)
{
    struct json_reader *r = json_reader_create(SPLIT_JSON_DEPTH);
    json_t *quick = r ? json_read(r, text, flags) : NULL;
    json_t *slow = quick ? json_loadb(text.ptr, text.len, flags | JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL) : NULL;
    if (quick != NULL && !json_equal(quick, slow)) abort();
    json_decref(quick);
    json_decref(slow);
    json_reader_destroy(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_both((struct slice){(const char *)data, size}, 0);
    read_both((struct slice){(const char *)data, size}, JSON_REJECT_DUPLICATES);
    return split_any("application/json", "a/b.json", data, size);
}
