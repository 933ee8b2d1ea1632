/* follow.c - prints moved documents. */
#include "follow.h"

#include <math.h>

static enum err follow_change(const struct change *c, struct arena *mem, struct buf *out)
{
    for (size_t i = 0; i < c->docs.len; i++) {
        struct doc moved = {.key = c->docs.ptr[i], .story = {.id = c->into, .storyline = c->storyline, .reasons = c->reasons, .similarity = NAN}};
        doc_set(&moved, DOC_KEY);
        doc_set(&moved, DOC_STORY);
        enum err e = doc_to_json(&moved, 0, mem, out);
        if (e == OK) e = buf_char(out, '\n');
        if (e != OK) return e;
    }
    return OK;
}

enum err follow_lines(const struct doc *doc, struct arena *mem, struct buf *out)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < doc->changes.len; i++) {
        const struct change *c = &doc->changes.ptr[i];
        if (c->op == CHANGE_MERGE || c->op == CHANGE_SPLIT) e = follow_change(c, mem, out);
    }
    return e;
}
