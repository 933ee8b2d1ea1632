/* fuzz_archive.c - any bytes as an archive: ZIP by its mark, else tar. */
#include "split_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return split_any("application/x-tar", "a/b.tar", data, size);
}
