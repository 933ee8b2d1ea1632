/* buf.c - one growing block; doubling, never over the ceiling. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEEP = 1 << 20 };

void buf_free(struct buf *b)
{
    free(b->ptr);
    *b = buf_make(b->max);
}

void buf_clear(struct buf *b)
{
    if (b->cap > KEEP) buf_free(b);
    b->len = 0;
    b->failed = OK;
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->failed != OK) return NULL;
    if (n > b->max - b->len) {
        b->failed = ERR_TOO_BIG;
        return NULL;
    }
    if (b->cap - b->len < n) {
        size_t cap = b->cap < 256 ? 256 : b->cap;
        while (cap - b->len < n) cap = cap > b->max / 2 ? b->max : cap * 2;
        if (cap > b->max) cap = b->max;
        char *p = realloc(b->ptr, cap);
        if (p == NULL) {
            b->failed = ERR_NOMEM;
            return NULL;
        }
        b->ptr = p;
        b->cap = cap;
    }
    return b->ptr + b->len;
}

enum err buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (n == 0) return b->failed;
    char *p = buf_room(b, n);
    if (p == NULL) return b->failed;
    memcpy(p, bytes, n);
    b->len += n;
    return OK;
}

enum err buf_put(struct buf *b, struct slice s)
{
    return buf_add(b, s.ptr, s.len);
}

enum err buf_str(struct buf *b, const char *cstr)
{
    return buf_add(b, cstr, strlen(cstr));
}

enum err buf_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

enum err buf_count(struct buf *b, uint64_t v)
{
    char digits[20];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    return buf_add(b, digits + at, sizeof digits - at);
}

enum err buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    char few[128];
    int n = vsnprintf(few, sizeof few, fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof few) {
        buf_add(b, few, (size_t)n);
    } else if (n >= 0) {
        char *p = buf_room(b, (size_t)n + 1);
        if (p != NULL) {
            vsnprintf(p, (size_t)n + 1, fmt, again);
            b->len += (size_t)n;
        }
    }
    va_end(again);
    return b->failed;
}

const char *buf_cstr(struct buf *b)
{
    char *p = buf_room(b, 1);
    if (p == NULL) return NULL;
    *p = '\0';
    return b->ptr;
}
