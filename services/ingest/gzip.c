/* gzip.c - packed data (gzip with all its members, zlib, raw deflate) into one piece of memory under a ceiling. */
#include "split.h"

#include <zlib.h>

enum { FIRST_LEAST = 4 << 10, FIRST_MOST = 256 << 10, FREE_EXPANSION = 1 << 20 };

/* A larger piece with what is there so far; the ceiling holds for the sum of all pieces too (they double). */
static enum err grow(struct arena *mem, char **ptr, size_t len, size_t *cap, size_t first, size_t at, struct split_trouble *why)
{
    if (*cap >= SPLIT_EXPANDED_MAX)
        return split_refuse(why, ERR_TOO_BIG, 0, at, "packed data expands to more than %d MiB", SPLIT_EXPANDED_MAX >> 20);
    size_t more = *cap == 0 ? first : *cap * 2;
    if (more > SPLIT_EXPANDED_MAX) more = SPLIT_EXPANDED_MAX;
    char *p = arena_take(mem, more);
    if (p == NULL) return split_refuse(why, ERR_NOMEM, 0, at, "out of memory while expanding packed data");
    if (len > 0) memcpy(p, *ptr, len);
    *ptr = p;
    *cap = more;
    return OK;
}

/* Reads members until the input ends. Zero bytes behind the last member are padding. */
static enum err expand(z_stream *z, struct slice packed, struct arena *mem, struct slice *out, struct split_trouble *why)
{
    char *ptr = NULL;
    size_t len = 0, cap = 0, first = packed.len * 4;
    if (first < FIRST_LEAST) first = FIRST_LEAST;
    if (first > FIRST_MOST) first = FIRST_MOST;
    z->next_in = (Bytef *)(uintptr_t)packed.ptr;
    z->avail_in = (uInt)packed.len;
    for (;;) {
        size_t at = packed.len - z->avail_in;
        enum err e = len == cap ? grow(mem, &ptr, len, &cap, first, at, why) : OK;
        if (e != OK) return e;
        z->next_out = (Bytef *)ptr + len;
        z->avail_out = (uInt)(cap - len);
        int rc = inflate(z, Z_NO_FLUSH);
        len = cap - z->avail_out;
        at = packed.len - z->avail_in;
        if (len > FREE_EXPANSION && len / SPLIT_RATIO_MAX > packed.len)
            return split_refuse(why, ERR_TOO_BIG, 0, at, "packed data expands more than %d times", SPLIT_RATIO_MAX);
        if (rc == Z_STREAM_END) {
            while (z->avail_in > 0 && *z->next_in == 0) z->next_in++, z->avail_in--;
            if (z->avail_in == 0) break;
            if (inflateReset(z) != Z_OK) return split_refuse(why, ERR_NOMEM, 0, at, "out of memory while expanding packed data");
            continue;
        }
        if (rc == Z_MEM_ERROR) return split_refuse(why, ERR_NOMEM, 0, at, "out of memory while expanding packed data");
        if (rc != Z_OK && rc != Z_BUF_ERROR) return split_refuse(why, ERR_MALFORMED, 0, at, "broken packed data: %s", z->msg ? z->msg : "a dictionary");
        if (z->avail_in == 0 && z->avail_out > 0) return split_refuse(why, ERR_MALFORMED, 0, at, "packed data that ends early");
    }
    *out = (struct slice){ptr, len};
    return OK;
}

static enum err unpack(struct slice packed, int bits, struct arena *mem, struct slice *out, struct split_trouble *why)
{
    z_stream z = {0};
    if (inflateInit2(&z, bits) != Z_OK) return split_refuse(why, ERR_NOMEM, 0, 0, "out of memory while expanding packed data");
    enum err e = expand(&z, packed, mem, out, why);
    inflateEnd(&z);
    return e;
}

enum err split_gunzip(struct slice packed, struct arena *mem, struct slice *out, struct split_trouble *why)
{
    return unpack(packed, 16 + MAX_WBITS, mem, out, why);
}

enum err split_inflate(struct slice packed, struct arena *mem, struct slice *out, struct split_trouble *why)
{
    enum err e = unpack(packed, 32 + MAX_WBITS, mem, out, why);
    return e == ERR_MALFORMED ? unpack(packed, -MAX_WBITS, mem, out, why) : e;
}
