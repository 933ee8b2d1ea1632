/* text.c - plain text as people and scrapers leave it: one document, its bytes as they came. */
#include "split.h"

/* The feeder's media type where it is a sound short text, else ours. */
static struct slice type_or(struct slice said, struct slice ours)
{
    struct slice s = split_said(said, 256);
    return s.ptr != NULL && slice_starts(s, SLICE("text/")) ? s : ours;
}

enum err split_text(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    struct slice nul = slice_cut(in->body, 0, 4096);
    size_t zeros = 0;
    for (size_t i = 0; i < nul.len; i++) zeros += nul.ptr[i] == '\0';
    bool wide = slice_starts(nul, SLICE("\xFF\xFE")) || slice_starts(nul, SLICE("\xFE\xFF")) || zeros * 3 > nul.len;
    if (zeros > 0 && !wide && zeros * 100 > nul.len)
        return split_refuse(why, ERR_UNSUPPORTED, 0, slice_find(nul, (struct slice){"\0", 1}, 0), "zero bytes: not text");
    struct split_doc *d = split_add(out, in, mem, why);
    if (d == NULL) return why->record > SPLIT_DOCS_MAX ? ERR_TOO_BIG : ERR_NOMEM;
    d->type = type_or(in->type, SLICE("text/plain"));
    d->raw = d->bytes = in->body;
    return OK;
}
