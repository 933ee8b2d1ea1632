/* base.c - slices, error names, UTF-8 and hex. */
#include "base.h"

#include <errno.h>
#include <unistd.h>

static const char *const names[ERR_COUNT] = {
    [OK] = "ok",
    [ERR_MALFORMED] = "malformed",
    [ERR_SCHEMA] = "schema",
    [ERR_VERSION] = "version",
    [ERR_MISSING] = "missing",
    [ERR_TOO_BIG] = "too_big",
    [ERR_NOMEM] = "no_memory",
    [ERR_UTF8] = "utf8",
    [ERR_DUPLICATE] = "duplicate",
    [ERR_DEPTH] = "depth",
    [ERR_EMPTY] = "empty",
    [ERR_UNSUPPORTED] = "unsupported",
    [ERR_ADDRESS] = "address",
    [ERR_IO] = "io",
    [ERR_FULL] = "full",
    [ERR_FAULT] = "fault",
};

const char *err_name(enum err e)
{
    return (unsigned)e < ERR_COUNT ? names[e] : "unknown";
}

enum err err_named(struct slice name)
{
    for (unsigned e = 0; e < ERR_COUNT; e++)
        if (slice_eq(name, slice_of(names[e]))) return (enum err)e;
    return ERR_COUNT;
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_eq(slice_cut(s, 0, prefix.len), prefix);
}

bool slice_ends(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len && slice_eq(slice_cut(s, s.len - suffix.len, s.len), suffix);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
    return true;
}

static bool space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice s)
{
    size_t b = 0, e = s.len;
    while (b < e && space(s.ptr[b])) b++;
    while (e > b && space(s.ptr[e - 1])) e--;
    return slice_cut(s, b, e);
}

size_t slice_find(struct slice s, struct slice needle, size_t from)
{
    if (needle.len == 0 || from >= s.len || s.len - from < needle.len) return SIZE_MAX;
    const char *at = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

int slice_cmp(struct slice a, struct slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* The length of the well-formed character at p with n bytes left, or 0 (Unicode 15, table 3-7). */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    if (p[0] < 0x80) return 1;
    if (p[0] < 0xC2) return 0;
    if (p[0] < 0xE0) return n > 1 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
    if (p[0] < 0xF0) {
        if (n < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80) return 0;
        if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
        return p[0] == 0xED && p[1] >= 0xA0 ? 0 : 3;
    }
    if (p[0] > 0xF4 || n < 4) return 0;
    if ((p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80) return 0;
    if (p[0] == 0xF0 && p[1] < 0x90) return 0;
    return p[0] == 0xF4 && p[1] >= 0x90 ? 0 : 4;
}

/* The end of the ASCII bytes that begin at `at`. */
static size_t ascii_end(const unsigned char *p, size_t at, size_t len)
{
    static const uint64_t high = 0x8080808080808080u;
    uint64_t w[4];
    while (len - at >= sizeof w && (memcpy(w, p + at, sizeof w), ((w[0] | w[1] | w[2] | w[3]) & high) == 0)) at += sizeof w;
    while (len - at >= sizeof *w && (memcpy(w, p + at, sizeof *w), (w[0] & high) == 0)) at += sizeof *w;
    while (at < len && p[at] < 0x80) at++;
    return at;
}

bool utf8_valid(struct slice s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t at = 0;
    while (at < s.len) {
        if (p[at] < 0x80) {
            at = ascii_end(p, at, s.len);
            continue;
        }
        size_t n = utf8_length(p + at, s.len - at);
        if (n == 0) return false;
        at += n;
    }
    return true;
}

uint32_t utf8_next(struct slice s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + *at;
    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (p[0] < 0xE0) {
        *at += 2;
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    }
    if (p[0] < 0xF0) {
        *at += 3;
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    }
    *at += 4;
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

size_t utf8_put(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

void hex_encode(const void *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool hex_decode(struct slice s, void *bytes, size_t n)
{
    unsigned char *out = bytes;
    if (s.len != 2 * n) return false;
    for (size_t i = 0; i < n; i++) {
        int hi = hex_digit(s.ptr[2 * i]), lo = hex_digit(s.ptr[2 * i + 1]);
        if (hi < 0 || lo < 0) return false;
        out[i] = (unsigned char)(hi << 4 | lo);
    }
    return true;
}

bool write_all(int fd, struct slice s)
{
    while (s.len > 0) {
        ssize_t n = write(fd, s.ptr, s.len);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) errno = EIO;
        if (n <= 0) return false;
        s = slice_cut(s, (size_t)n, s.len);
    }
    return true;
}
