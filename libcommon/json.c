/* json.c - JSON strings, numbers and keys into a buffer. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* How many bytes at p can be copied as they are. */
static size_t plain(const char *p, size_t n)
{
    size_t i = 0;
    for (; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0xE2) break;
    }
    return i;
}

enum err json_put_text(struct buf *out, struct slice s)
{
    buf_char(out, '"');
    for (size_t at = 0; at < s.len;) {
        size_t n = plain(s.ptr + at, s.len - at);
        buf_add(out, s.ptr + at, n);
        at += n;
        if (at == s.len) break;
        unsigned char c = (unsigned char)s.ptr[at];
        if (c == 0xE2 && s.len - at >= 3 && s.ptr[at + 1] == '\x80' && (s.ptr[at + 2] & '\xFE') == '\xA8') {
            buf_str(out, s.ptr[at + 2] == '\xA8' ? "\\u2028" : "\\u2029");
            at += 3;
            continue;
        }
        switch (c) {
        case '"': buf_str(out, "\\\""); break;
        case '\\': buf_str(out, "\\\\"); break;
        case '\n': buf_str(out, "\\n"); break;
        case '\r': buf_str(out, "\\r"); break;
        case '\t': buf_str(out, "\\t"); break;
        default:
            if (c < 0x20) buf_printf(out, "\\u%04x", c);
            else buf_char(out, (char)c);
        }
        at++;
    }
    return buf_char(out, '"');
}

enum err json_put_real(struct buf *out, double v)
{
    if (!isfinite(v)) return buf_str(out, "null");
    char s[40];
    for (int digits = 6; digits <= 17; digits += digits < 15 ? 9 : 1) {
        snprintf(s, sizeof s, "%.*g", digits, v);
        if (strtod(s, NULL) == v) break;
    }
    for (char *p = s; *p; p++)
        if (*p == ',') *p = '.';
    return buf_str(out, s);
}

enum err json_put_key(struct buf *out, bool *first, const char *key)
{
    if (!*first) buf_char(out, ',');
    *first = false;
    buf_char(out, '"');
    buf_str(out, key);
    return buf_str(out, "\":");
}
