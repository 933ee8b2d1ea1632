/* html.c - a page: one document, its bytes as they came; what is in it is normalize's business. */
#include "split.h"

enum err split_html(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    struct split_doc *d = split_add(out, in, mem, why);
    if (d == NULL) return why->record > SPLIT_DOCS_MAX ? ERR_TOO_BIG : ERR_NOMEM;
    struct slice said = split_said(in->type, 256);
    d->type = slice_find(said, SLICE("html"), 0) != SIZE_MAX ? said : SLICE("text/html");
    d->raw = d->bytes = in->body;
    return OK;
}
