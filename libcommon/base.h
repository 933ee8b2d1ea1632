/* base.h - what every file here speaks: slices of bytes, named errors, results that must be looked at. */
#ifndef WD_BASE_H
#define WD_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define WD_VERSION "0.1.0"

/* Bytes that someone else owns. ptr may be NULL when len is 0; a NULL ptr also means "absent". */
struct slice {
    const char *ptr;
    size_t len;
};

/* A string literal as a slice. */
#define SLICE(lit) ((struct slice){"" lit, sizeof(lit) - 1})

/* One list of errors for all stages. A message that ends in one of them is counted and rejected; see err_name(). */
enum err {
    OK = 0,
    ERR_MALFORMED,   /* not the format that it says it is */
    ERR_SCHEMA,      /* well formed, but not of the shape that the schema asks for */
    ERR_VERSION,     /* another major version */
    ERR_MISSING,     /* a field that this step needs is absent */
    ERR_TOO_BIG,     /* over a ceiling: size, count, depth, expansion or time */
    ERR_NOMEM,       /* out of memory, or over the ceiling for one message */
    ERR_UTF8,        /* text that is not valid UTF-8 */
    ERR_DUPLICATE,   /* the same field twice */
    ERR_DEPTH,       /* nested deeper than allowed */
    ERR_EMPTY,       /* nothing readable in it */
    ERR_UNSUPPORTED, /* a format, charset or language that we do not read */
    ERR_ADDRESS,     /* a message meant for another stage */
    ERR_IO,          /* the world failed: file, socket, store */
    ERR_FULL,        /* a store or disk is full: try again later */
    ERR_FAULT,       /* a worker died of it: signal or CPU budget */
    ERR_COUNT
};

/* "malformed", "too_big" ...; "unknown" for a number that is not in the list. Static, never NULL. */
const char *err_name(enum err e);

/* The error of that name, or ERR_COUNT. */
enum err err_named(struct slice name);

static inline struct slice slice_of(const char *cstr)
{
    return (struct slice){cstr, cstr ? strlen(cstr) : 0};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* bytes [b, e) of s; both are clamped to s. */
static inline struct slice slice_cut(struct slice s, size_t b, size_t e)
{
    if (e > s.len) e = s.len;
    if (b > e) b = e;
    return (struct slice){s.ptr ? s.ptr + b : NULL, e - b};
}

bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
/* ASCII letters only are folded. */
bool slice_eq_nocase(struct slice a, struct slice b);
/* Without ASCII white space at both ends. */
struct slice slice_trim(struct slice s);
/* Where `needle` begins in `s` at or after `from`, or SIZE_MAX. An empty needle is never found. */
size_t slice_find(struct slice s, struct slice needle, size_t from);
/* memcmp order, a shorter prefix first: for sorting. */
int slice_cmp(struct slice a, struct slice b);
/* The same for a search among many literals: how a C string stands to s. Most differ in their first bytes, so no length is asked for. */
static inline int cstr_cmp(const char *cstr, struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (cstr[i] != s.ptr[i] || cstr[i] == '\0') return cstr[i] == '\0' || (unsigned char)cstr[i] < (unsigned char)s.ptr[i] ? -1 : 1;
    return cstr[s.len] != '\0';
}
static inline bool cstr_eq(const char *cstr, struct slice s)
{
    return cstr_cmp(cstr, s) == 0;
}

/* True when s is valid UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing over U+10FFFF). */
bool utf8_valid(struct slice s) MUST_CHECK;
/* True when `at` lies on a character boundary of s (0 and s.len do). */
static inline bool utf8_boundary(struct slice s, size_t at)
{
    return at == s.len || (at < s.len && ((unsigned char)s.ptr[at] & 0xC0) != 0x80);
}
/* The first `most` bytes of s, or fewer: whole characters. */
static inline struct slice utf8_start(struct slice s, size_t most)
{
    if (s.len <= most) return s;
    while (most > 0 && !utf8_boundary(s, most)) most--;
    return (struct slice){s.ptr, most};
}
/* Decodes the character at *at, moves *at past it and returns its code point. s must be valid UTF-8 and *at < s.len on a boundary. */
uint32_t utf8_next(struct slice s, size_t *at);
/* Writes cp's 1 to 4 bytes to out and returns how many. cp must be a scalar value. */
size_t utf8_put(uint32_t cp, char out[4]);

/* Writes all of s to the file; false with errno. */
bool write_all(int fd, struct slice s) MUST_CHECK;

/* Lower-case hex of n bytes into out[2n + 1]. */
void hex_encode(const void *bytes, size_t n, char *out);
/* The n bytes that 2n hex digits stand for; false when s is anything else. */
bool hex_decode(struct slice s, void *bytes, size_t n) MUST_CHECK;

#endif
