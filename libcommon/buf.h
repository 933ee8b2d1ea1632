/* buf.h - bytes being built, up to a ceiling.
 *
 * Invariants: len <= cap <= max; ptr holds cap bytes (NULL while cap is 0). Once an append has failed, `failed` names why,
 * len stays as it was, and every later append fails the same way: a run of appends may be checked once, at its end. */
#ifndef WD_BUF_H
#define WD_BUF_H

#include "base.h"

struct buf {
    char *ptr;
    size_t len, cap, max;
    enum err failed; /* OK, ERR_TOO_BIG or ERR_NOMEM */
};

/* An empty buffer that will hold at most `max` bytes. Takes no memory yet. */
static inline struct buf buf_make(size_t max)
{
    return (struct buf){NULL, 0, 0, max, OK};
}

/* Frees the bytes; the buffer is empty and usable again, with the same ceiling. */
void buf_free(struct buf *b);

/* Forgets content and failure, keeps the memory (all but 1 MiB of it, so one giant does not stay resident). */
void buf_clear(struct buf *b);

/* Each appends and returns b->failed. */
enum err buf_add(struct buf *b, const void *bytes, size_t n);
enum err buf_put(struct buf *b, struct slice s);
enum err buf_str(struct buf *b, const char *cstr);
enum err buf_char(struct buf *b, char c);
/* v in decimal digits. */
enum err buf_count(struct buf *b, uint64_t v);
enum err buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Room for n more bytes behind len, or NULL. Write there, then add what was written to b->len. */
char *buf_room(struct buf *b, size_t n) MUST_CHECK;

/* What was built so far. Valid until the next append. */
static inline struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->ptr ? b->ptr : "", b->len};
}

/* A zero byte behind the content (not counted), for the C library; NULL when there was no room. */
const char *buf_cstr(struct buf *b) MUST_CHECK;

#endif
