/* fuzz_gzip.c - any bytes as gzip data. */
#include "split_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return split_any("application/gzip", "a/b.gz", data, size);
}
