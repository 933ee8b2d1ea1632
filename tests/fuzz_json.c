/* fuzz_json.c - any bytes as JSON and JSON Lines. */
#include "split_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return split_any("application/json", "a/b.json", data, size);
}
