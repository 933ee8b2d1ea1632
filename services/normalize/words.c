/* words.c - strings from markup's attributes and scripts made into plain words. */
#include "words.h"

#include <libxml/HTMLparser.h>

/* Reads the reference at s[at] == '&'; 0 when it is none, else its length. */
static size_t reference(struct slice s, size_t at, uint32_t *cp)
{
    char name[12];
    size_t i = at + 1, n = 0;
    bool space = slice_starts(slice_cut(s, at, s.len), SLICE("&nbsp"));
    if (i < s.len && s.ptr[i] == '#') {
        bool hex = ++i < s.len && (s.ptr[i] | 32) == 'x';
        uint32_t v = 0;
        for (i += hex; i < s.len && n < 8; i++, n++) {
            char c = (char)(s.ptr[i] | 32);
            if (s.ptr[i] >= '0' && s.ptr[i] <= '9') v = v * (hex ? 16 : 10) + (uint32_t)(s.ptr[i] - '0');
            else if (hex && c >= 'a' && c <= 'f') v = v * 16 + (uint32_t)(c - 'a' + 10);
            else break;
        }
        *cp = v >= 0x20 && v < 0x110000 && (v < 0xD800 || v > 0xDFFF) ? v : ' ';
    } else {
        while (i < s.len && n + 1 < sizeof name && ((s.ptr[i] | 32) >= 'a' && (s.ptr[i] | 32) <= 'z')) name[n++] = s.ptr[i++];
        name[n] = '\0';
        const htmlEntityDesc *e = n ? htmlEntityLookup((const xmlChar *)name) : NULL;
        if (e) *cp = e->value;
        else if (n == 4 && strcmp(name, "apos") == 0) *cp = '\'';
        else if (space) *cp = ' ';
        else return 0;
    }
    if (n && i < s.len && s.ptr[i] == ';') return i + 1 - at;
    return space ? 5 : 0;
}

struct slice words_plain(struct arena *mem, struct slice s, size_t most)
{
    char *out = arena_take(mem, s.len + 4);
    size_t n = 0;
    if (out == NULL) return (struct slice){NULL, 0};
    for (size_t i = 0; i < s.len;) {
        uint32_t cp = (unsigned char)s.ptr[i];
        size_t len = cp == '&' ? reference(s, i, &cp) : 0;
        if (cp == '<' && len == 0 && i + 1 < s.len && (s.ptr[i + 1] == '/' || ((s.ptr[i + 1] | 32) >= 'a' && (s.ptr[i + 1] | 32) <= 'z'))) {
            const char *close = memchr(s.ptr + i, '>', s.len - i);
            if (close) {
                i = (size_t)(close - s.ptr) + 1;
                continue;
            }
        }
        if (len == 0) {
            size_t at = i;
            cp = utf8_next(s, &at);
            len = at - i;
        }
        i += len;
        bool blank = cp <= ' ' || cp == 0xA0 || cp == 0x200B || cp == 0xFEFF || (cp >= 0x2000 && cp <= 0x200A);
        if (blank && (n == 0 || out[n - 1] == ' ')) continue;
        char bytes[4];
        size_t w = utf8_put(blank ? ' ' : cp, bytes);
        if (n + w > most || n + w > s.len) break;
        memcpy(out + n, bytes, w);
        n += w;
    }
    while (n && out[n - 1] == ' ') n--;
    return (struct slice){n ? out : NULL, n};
}
