/* fuzz_xml.c - any bytes as XML: RSS, Atom, RDF. */
#include "split_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return split_any("application/xml", "a/feed.xml", data, size);
}
