/* fuzz_warc.c - any bytes as a web archive. */
#include "split_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return split_any("application/warc", "a/b.warc", data, size);
}
