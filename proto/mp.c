/* mp.c - a walker over msgpack that allocates nothing. */
#include "mp.h"

static uint64_t big_endian(const unsigned char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v = v << 8 | p[i];
    return v;
}

/* A head of 1 + `width` bytes with a number in it. */
static enum err number(struct slice in, size_t width, uint64_t *v)
{
    if (in.len < 1 + width) return ERR_MALFORMED;
    *v = big_endian((const unsigned char *)in.ptr + 1, width);
    return OK;
}

static enum err content(struct slice in, enum mp_kind kind, size_t at, uint64_t len, struct mp_head *h)
{
    if (len > in.len - at) return ERR_MALFORMED;
    h->kind = kind;
    h->bytes = slice_cut(in, at, at + len);
    h->size = at + len;
    return OK;
}

static enum err sized(struct slice in, enum mp_kind kind, size_t width, struct mp_head *h)
{
    uint64_t n;
    if (number(in, width, &n) != OK) return ERR_MALFORMED;
    h->size = 1 + width;
    if (kind == MP_STR || kind == MP_BIN) return content(in, kind, 1 + width, n, h);
    h->kind = kind;
    h->count = (uint32_t)n;
    return OK;
}

static enum err integer(struct slice in, size_t width, bool is_signed, struct mp_head *h)
{
    uint64_t v;
    if (number(in, width, &v) != OK) return ERR_MALFORMED;
    h->size = 1 + width;
    h->kind = MP_UINT;
    h->uint = v;
    if (is_signed && v >> (8 * width - 1)) {
        h->kind = MP_INT;
        h->sint = (int64_t)(width == 8 ? v : v | ~(uint64_t)0 << 8 * width);
    }
    return OK;
}

static enum err real(struct slice in, size_t width, struct mp_head *h)
{
    uint64_t v;
    if (number(in, width, &v) != OK) return ERR_MALFORMED;
    h->size = 1 + width;
    h->kind = MP_REAL;
    if (width == 4) {
        uint32_t low = (uint32_t)v;
        float f;
        memcpy(&f, &low, sizeof f);
        h->real = f;
    } else {
        memcpy(&h->real, &v, sizeof h->real);
    }
    return OK;
}

enum err mp_head(struct slice in, struct mp_head *h)
{
    *h = (struct mp_head){.size = 1};
    if (in.len == 0) return ERR_MALFORMED;
    unsigned char t = (unsigned char)in.ptr[0];
    if (t <= 0x7f) {
        h->kind = MP_UINT;
        h->uint = t;
    } else if (t <= 0x8f) {
        h->kind = MP_MAP;
        h->count = t & 0x0f;
    } else if (t <= 0x9f) {
        h->kind = MP_ARRAY;
        h->count = t & 0x0f;
    } else if (t <= 0xbf) {
        return content(in, MP_STR, 1, t & 0x1f, h);
    } else if (t >= 0xe0) {
        h->kind = MP_INT;
        h->sint = (signed char)t;
    } else {
        switch (t) {
        case 0xc0: h->kind = MP_NIL; break;
        case 0xc2: case 0xc3: h->kind = MP_BOOL; h->uint = t & 1; break;
        case 0xc4: return sized(in, MP_BIN, 1, h);
        case 0xc5: return sized(in, MP_BIN, 2, h);
        case 0xc6: return sized(in, MP_BIN, 4, h);
        case 0xca: return real(in, 4, h);
        case 0xcb: return real(in, 8, h);
        case 0xcc: return integer(in, 1, false, h);
        case 0xcd: return integer(in, 2, false, h);
        case 0xce: return integer(in, 4, false, h);
        case 0xcf: return integer(in, 8, false, h);
        case 0xd0: return integer(in, 1, true, h);
        case 0xd1: return integer(in, 2, true, h);
        case 0xd2: return integer(in, 4, true, h);
        case 0xd3: return integer(in, 8, true, h);
        case 0xd9: return sized(in, MP_STR, 1, h);
        case 0xda: return sized(in, MP_STR, 2, h);
        case 0xdb: return sized(in, MP_STR, 4, h);
        case 0xdc: return sized(in, MP_ARRAY, 2, h);
        case 0xdd: return sized(in, MP_ARRAY, 4, h);
        case 0xde: return sized(in, MP_MAP, 2, h);
        case 0xdf: return sized(in, MP_MAP, 4, h);
        default: return ERR_MALFORMED; /* 0xc1 and extension types */
        }
    }
    return OK;
}

/* Bytes of a value whose first byte says all (nil, booleans, numbers); 0 for any other. */
static const unsigned char scalar_bytes[256] = {
    [0x00 ... 0x7f] = 1, [0xc0] = 1, [0xc2 ... 0xc3] = 1, [0xe0 ... 0xff] = 1, [0xca] = 5, [0xcb] = 9,
    [0xcc] = 2, [0xcd] = 3, [0xce] = 5, [0xcf] = 9, [0xd0] = 2, [0xd1] = 3, [0xd2] = 5, [0xd3] = 9,
};

enum err mp_measure(struct slice in, unsigned depth, size_t *len)
{
    struct level {
        uint64_t left; /* values still to come in this array or map */
        bool map;
    } open[MP_DEPTH_MOST + 1] = {{1, false}}, *top = open; /* [0]: the value itself */
    size_t at = 0;
    if (depth > MP_DEPTH_MOST) depth = MP_DEPTH_MOST;
    for (;;) {
        bool is_key = top->map && top->left % 2 == 0;
        size_t scalar = at < in.len ? scalar_bytes[(unsigned char)in.ptr[at]] : 0;
        top->left--;
        if (scalar != 0) {
            if (scalar > in.len - at || is_key) return ERR_MALFORMED;
            at += scalar;
        } else {
            struct mp_head h;
            enum err e = mp_head(slice_cut(in, at, in.len), &h);
            if (e != OK) return e;
            if (h.kind == MP_STR && !utf8_valid(h.bytes)) return ERR_UTF8;
            if (is_key && h.kind != MP_STR) return ERR_MALFORMED;
            at += h.size;
            if (h.kind == MP_ARRAY || h.kind == MP_MAP) {
                uint64_t values = h.kind == MP_MAP ? 2 * (uint64_t)h.count : h.count;
                if (values > in.len - at) return ERR_MALFORMED; /* each takes at least a byte */
                if ((size_t)(top - open) == depth) return ERR_DEPTH;
                *++top = (struct level){values, h.kind == MP_MAP};
            }
        }
        while (top->left == 0) {
            if (top == open) {
                *len = at;
                return OK;
            }
            top--;
        }
    }
}
