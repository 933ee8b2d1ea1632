/* page_text.c - escaping, what may be linked to, names of files. */
#include "page_text.h"

#include <sodium.h>
#include <stdio.h>

uint32_t page_harmless(uint32_t c)
{
    if (c == '\n' || c == '\t' || c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x85) return ' ';
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return 0xFFFD;
    if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return 0xFFFD; /* embeddings, overrides, isolates */
    if ((c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) || c == 0xFEFF) return 0xFFFD;
    return c;
}

/* The next character, harmless, with runs of white space as one. False at the end. */
static bool next(struct slice s, size_t *at, uint32_t *c)
{
    if (*at >= s.len) return false;
    *c = page_harmless(utf8_next(s, at));
    while (*c == ' ' && *at < s.len) {
        size_t ahead = *at;
        if (page_harmless(utf8_next(s, &ahead)) != ' ') break;
        *at = ahead;
    }
    return true;
}

enum { HTML = 1, MD = 2 }; /* where a character does not stand for itself */
static const unsigned char marks[128] = {
    ['&'] = HTML | MD, ['<'] = HTML | MD, ['>'] = HTML | MD, ['"'] = HTML, ['\''] = HTML, ['\\'] = MD, ['`'] = MD, ['*'] = MD, ['_'] = MD, ['['] = MD, [']'] = MD,
    ['|'] = MD, ['~'] = MD, ['#'] = MD, ['$'] = MD, [':'] = MD, ['@'] = MD, ['.'] = MD, /* a dot only behind "www" */
};

static bool plain_at(struct slice s, size_t at, unsigned char mark)
{
    return at < s.len && s.ptr[at] > ' ' && s.ptr[at] < 0x7F && !(marks[(unsigned char)s.ptr[at]] & mark);
}

/* What goes out as it came in: ASCII without marks, and single spaces in it. */
static void put_plain(struct buf *out, struct slice s, size_t *at, unsigned char mark)
{
    size_t end = *at;
    while (plain_at(s, end, mark) || (end < s.len && s.ptr[end] == ' ' && plain_at(s, end + 1, mark))) end++;
    if (end > *at) buf_add(out, s.ptr + *at, end - *at);
    *at = end;
}

static void put(struct buf *out, uint32_t c)
{
    char bytes[4];
    size_t n = utf8_put(c, bytes);
    buf_add(out, bytes, n);
}

enum err page_escape(struct buf *out, struct slice s)
{
    size_t at = 0;
    for (uint32_t c; put_plain(out, s, &at, HTML), next(s, &at, &c);) {
        switch (c) {
        case '&': buf_str(out, "&amp;"); break;
        case '<': buf_str(out, "&lt;"); break;
        case '>': buf_str(out, "&gt;"); break;
        case '"': buf_str(out, "&quot;"); break;
        case '\'': buf_str(out, "&#39;"); break;
        default: put(out, c);
        }
    }
    return out->failed;
}

enum err page_escape_md(struct buf *out, struct slice s)
{
    size_t at = 0;
    for (uint32_t c; put_plain(out, s, &at, MD), next(s, &at, &c);) {
        bool www = at >= 4 && slice_eq_nocase(slice_cut(s, at - 4, at - 1), SLICE("www")); /* a dot would begin an address */
        if (c < 0x80 && marks[c] & MD && (c != '.' || www)) buf_char(out, '\\');
        put(out, c);
    }
    return out->failed;
}

bool page_may_link(struct slice url)
{
    static const struct slice heads[] = {{"http://", 7}, {"https://", 8}};
    size_t begin = 0;
    for (size_t i = 0; i < 2; i++)
        if (slice_eq_nocase(slice_cut(url, 0, heads[i].len), heads[i])) begin = heads[i].len;
    if (begin == 0 || url.len == begin || url.len > 2000 || !utf8_valid(url)) return false;
    bool host = true;
    for (size_t at = begin; at < url.len;) {
        uint32_t c = utf8_next(url, &at);
        if (c <= 0x20 || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' || c == '`' || page_harmless(c) != c) return false;
        if (c == '/' || c == '?' || c == '#') host = false;
        if (c == '@' && host) return false;
    }
    return strchr("/?#:.", url.ptr[begin]) == NULL;
}

static bool plain(struct slice id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    if (id.len == 0 || id.len > 64) return false;
    for (size_t i = 0; i < id.len; i++)
        if (id.ptr[i] == '\0' || strchr(letters, id.ptr[i]) == NULL) return false;
    return true;
}

void page_file(struct slice id, char out[PAGE_FILE_MAX])
{
    unsigned char hash[16];
    if (plain(id)) {
        snprintf(out, PAGE_FILE_MAX, "%.*s", (int)id.len, id.ptr);
        return;
    }
    crypto_generichash(hash, sizeof hash, (const unsigned char *)(id.ptr ? id.ptr : ""), id.len, NULL, 0);
    memcpy(out, "x-", 2);
    hex_encode(hash, sizeof hash, out + 2);
}

void page_uuid(struct slice a, struct slice b, char out[37])
{
    unsigned char hash[16];
    char hex[33];
    crypto_generichash_state st;
    crypto_generichash_init(&st, NULL, 0, sizeof hash);
    crypto_generichash_update(&st, (const unsigned char *)(a.ptr ? a.ptr : ""), a.len);
    crypto_generichash_update(&st, (const unsigned char *)"", 1);
    crypto_generichash_update(&st, (const unsigned char *)(b.ptr ? b.ptr : ""), b.len);
    crypto_generichash_final(&st, hash, sizeof hash);
    hash[6] = (unsigned char)((hash[6] & 0x0F) | 0x80); /* version 8: made of a hash of our own */
    hash[8] = (unsigned char)((hash[8] & 0x3F) | 0x80);
    hex_encode(hash, sizeof hash, hex);
    snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}
