/* pack.c - tells the two ways in which a frame is kept apart by its first byte. */
#include "pack.h"

#include <zlib.h>

bool frame_plain(struct slice packed, size_t size)
{
    return packed.len == size && size > 0 && (packed.ptr[0] & 0x80) != 0;
}

enum err frame_unpack(struct slice packed, int64_t size, struct arena *mem, struct slice *frame)
{
    if (size < 0 || size > DOC_FRAME_MAX) return ERR_MALFORMED;
    char *to = arena_take(mem, (size_t)size + 1);
    if (to == NULL) return ERR_NOMEM;
    uLongf n = (uLongf)size;
    if (frame_plain(packed, n)) memcpy(to, packed.ptr, n);
    else if (uncompress((Bytef *)to, &n, (const Bytef *)packed.ptr, packed.len) != Z_OK || n != (uLongf)size) return ERR_MALFORMED;
    *frame = (struct slice){to, n};
    return OK;
}
