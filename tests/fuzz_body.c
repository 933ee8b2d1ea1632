/* fuzz_body.c - any bytes as a body that says nothing of itself. */
#include "split_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return split_any(NULL, "a/b", data, size);
}
