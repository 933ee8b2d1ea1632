/* said.c - names of slots in words. */
#include "said.h"

void said_slot(struct slice slot, struct buf *out)
{
    static const struct { const char *slot, *said; } names[] = {{"toll", "dead, hurt or missing"}, {"person", "named"}, {"said", "statement"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!slice_eq(slot, slice_of(names[i].slot))) continue;
        buf_str(out, names[i].said);
        return;
    }
    for (size_t i = 0; i < slot.len; i++) buf_char(out, slot.ptr[i] == '_' ? ' ' : slot.ptr[i]);
}
