/* codec.c - one codec for all structs that a table describes: packing, unpacking, limits. JSON is in codec_json.c.
 *
 * msgpack-c packs. Reading walks the measured bytes itself: msgpack-c would build its object tree (24 bytes for each byte of a
 * hostile array) before any limit of ours could be looked at. */
#include "codec.h"

#include <math.h>

#include "mp.h"

/* Every {ptr, len} of a struct doc has this shape. */
struct list {
    char *ptr;
    size_t len;
};

static struct list list_at(const void *base, size_t at)
{
    struct list l;
    memcpy(&l, (const char *)base + at, sizeof l);
    return l;
}

static void list_set(void *base, size_t at, void *ptr, size_t len)
{
    struct list l = {ptr, len};
    memcpy((char *)base + at, &l, sizeof l);
}

#define MEMBER(type, c, base) (*(type *)((char *)(base) + (c)->at))
#define CONST_MEMBER(type, c, base) (*(const type *)((const char *)(base) + (c)->at))

static int choice_at(const struct column *c, const void *base)
{
    int v; /* enums without negative values are unsigned int here, of the same size */
    memcpy(&v, (const char *)base + c->at, sizeof v);
    return v;
}

static int choice_count(const struct column *c)
{
    int n = 1;
    while (c->choices[n] != NULL) n++;
    return n;
}

bool codec_absent(const struct column *c, const void *base)
{
    switch (c->kind) {
    case COLUMN_BOOL: return !CONST_MEMBER(bool, c, base);
    case COLUMN_U32: return false;
    case COLUMN_U64: return !c->required && CONST_MEMBER(uint64_t, c, base) == 0;
    case COLUMN_REAL: return isnan(CONST_MEMBER(double, c, base)) != 0;
    case COLUMN_TEXT:
    case COLUMN_BYTES: return CONST_MEMBER(struct slice, c, base).ptr == NULL;
    case COLUMN_CHOICE: return choice_at(c, base) == 0;
    case COLUMN_SPAN: return span_empty(CONST_MEMBER(struct span, c, base));
    case COLUMN_SPANS:
    case COLUMN_TEXTS:
    case COLUMN_RUNS:
    case COLUMN_RECORDS: return list_at(base, c->at).len == 0;
    case COLUMN_RECORD:
        for (size_t i = 0; i < c->record->n; i++)
            if (!codec_absent(&c->record->columns[i], (const char *)base + c->at)) return false;
        return true;
    }
    return true;
}

void codec_clear(const struct column *c, void *base)
{
    switch (c->kind) {
    case COLUMN_BOOL: MEMBER(bool, c, base) = false; break;
    case COLUMN_U32: MEMBER(uint32_t, c, base) = 0; break;
    case COLUMN_U64: MEMBER(uint64_t, c, base) = 0; break;
    case COLUMN_REAL: MEMBER(double, c, base) = NAN; break;
    case COLUMN_TEXT:
    case COLUMN_BYTES: MEMBER(struct slice, c, base) = (struct slice){NULL, 0}; break;
    case COLUMN_CHOICE: memset((char *)base + c->at, 0, sizeof(int)); break;
    case COLUMN_SPAN: MEMBER(struct span, c, base) = (struct span){0, 0}; break;
    case COLUMN_SPANS:
    case COLUMN_TEXTS:
    case COLUMN_RUNS:
    case COLUMN_RECORDS: list_set(base, c->at, NULL, 0); break;
    case COLUMN_RECORD:
        for (size_t i = 0; i < c->record->n; i++) codec_clear(&c->record->columns[i], (char *)base + c->at);
        break;
    }
}

/* --- limits --- */

/* `measured`: the texts were unpacked from bytes that mp_measure() has found to be UTF-8. */

static enum err check_text(const struct column *c, struct slice s, bool measured)
{
    if (s.ptr == NULL) return c->required ? ERR_MISSING : OK;
    if (s.len > c->max) return ERR_TOO_BIG;
    return c->kind == COLUMN_BYTES || measured || utf8_valid(s) ? OK : ERR_UTF8;
}

static enum err check(const struct column *c, const void *base, struct slice text, bool measured);

static enum err check_record(const struct record *r, const void *base, struct slice text, bool measured)
{
    for (size_t i = 0; i < r->n; i++) {
        enum err e = check(&r->columns[i], base, text, measured);
        if (e != OK) return e;
    }
    if (r->place == PLACE_NONE) return OK;
    struct span s = {CONST_MEMBER(uint32_t, &r->columns[0], base), CONST_MEMBER(uint32_t, &r->columns[1], base)};
    if (span_empty(s)) return ERR_SCHEMA;
    return r->place == PLACE_SOURCE || text.ptr == NULL || span_fits(text, s) ? OK : ERR_SCHEMA;
}

static enum err check_texts(const struct column *c, struct list l, bool measured)
{
    const struct slice *s = (const void *)l.ptr;
    for (size_t i = 0; i < l.len; i++) {
        if (s[i].len > c->each) return ERR_TOO_BIG;
        if (!measured && !utf8_valid(s[i])) return ERR_UTF8;
    }
    return OK;
}

static enum err check_spans(struct list l, struct slice text)
{
    const struct span *s = (const void *)l.ptr;
    for (size_t i = 0; i < l.len; i++)
        if (span_empty(s[i]) || (text.ptr != NULL && !span_fits(text, s[i]))) return ERR_SCHEMA;
    return OK;
}

static enum err check(const struct column *c, const void *base, struct slice text, bool measured)
{
    switch (c->kind) {
    case COLUMN_BOOL: return OK;
    case COLUMN_U32: return c->max && CONST_MEMBER(uint32_t, c, base) > c->max ? ERR_TOO_BIG : OK;
    case COLUMN_U64: return c->max && CONST_MEMBER(uint64_t, c, base) > c->max ? ERR_TOO_BIG : OK;
    case COLUMN_REAL: {
        double v = CONST_MEMBER(double, c, base);
        if (isnan(v)) return c->required ? ERR_MISSING : OK;
        return isinf(v) ? ERR_SCHEMA : OK;
    }
    case COLUMN_TEXT:
    case COLUMN_BYTES: return check_text(c, CONST_MEMBER(struct slice, c, base), measured);
    case COLUMN_CHOICE: {
        int v = choice_at(c, base);
        if (v == 0) return c->required ? ERR_MISSING : OK;
        return v > 0 && v < choice_count(c) ? OK : ERR_SCHEMA;
    }
    case COLUMN_SPAN: {
        struct span s = CONST_MEMBER(struct span, c, base);
        if (span_empty(s)) return c->required ? ERR_MISSING : OK;
        return text.ptr == NULL || span_fits(text, s) ? OK : ERR_SCHEMA;
    }
    case COLUMN_RECORD:
        if (!c->required && codec_absent(c, base)) return OK;
        return check_record(c->record, (const char *)base + c->at, text, measured);
    default: break;
    }
    struct list l = list_at(base, c->at);
    if (l.len > c->max) return ERR_TOO_BIG;
    if (l.len == 0) return c->required ? ERR_MISSING : OK;
    if (c->kind == COLUMN_TEXTS) return check_texts(c, l, measured);
    if (c->kind == COLUMN_SPANS) return check_spans(l, text);
    if (c->kind == COLUMN_RUNS) return OK;
    for (size_t i = 0; i < l.len; i++) {
        enum err e = check_record(c->record, l.ptr + i * c->record->size, text, measured);
        if (e != OK) return e;
    }
    return OK;
}

enum err codec_check(const struct column *c, const void *base, struct slice text)
{
    return check(c, base, text, false);
}

enum err codec_check_measured(const struct column *c, const void *base, struct slice text)
{
    return check(c, base, text, true);
}

/* --- packing --- */

static int write_to(void *out, const char *bytes, size_t n)
{
    return buf_add(out, bytes, n) == OK ? 0 : -1;
}

static msgpack_packer packer(struct buf *out)
{
    msgpack_packer p;
    msgpack_packer_init(&p, out, write_to);
    return p;
}

void codec_map(struct buf *out, uint32_t n)
{
    msgpack_packer p = packer(out);
    msgpack_pack_map(&p, n);
}

void codec_key(struct buf *out, const char *key)
{
    msgpack_packer p = packer(out);
    msgpack_pack_str_with_body(&p, key, strlen(key));
}

static void pack_span(msgpack_packer *p, struct span s)
{
    msgpack_pack_array(p, 2);
    msgpack_pack_uint32(p, s.b);
    msgpack_pack_uint32(p, s.e);
}

static void pack_record(const struct record *r, const char *base, struct buf *out);

static void pack_list(const struct column *c, struct list l, struct buf *out)
{
    msgpack_packer p = packer(out);
    msgpack_pack_array(&p, l.len);
    for (size_t i = 0; i < l.len; i++) {
        if (c->kind == COLUMN_SPANS) {
            pack_span(&p, ((const struct span *)(const void *)l.ptr)[i]);
        } else if (c->kind == COLUMN_TEXTS) {
            struct slice s = ((const struct slice *)(const void *)l.ptr)[i];
            msgpack_pack_str_with_body(&p, s.ptr, s.len);
        } else if (c->kind == COLUMN_RUNS) {
            struct run r = ((const struct run *)(const void *)l.ptr)[i];
            msgpack_pack_array(&p, 3);
            msgpack_pack_uint32(&p, r.text);
            msgpack_pack_uint32(&p, r.source);
            msgpack_pack_uint32(&p, r.len);
        } else {
            pack_record(c->record, l.ptr + i * c->record->size, out);
        }
    }
}

static void pack_value(const struct column *c, const void *base, struct buf *out)
{
    msgpack_packer p = packer(out);
    struct slice s;
    switch (c->kind) {
    case COLUMN_BOOL: CONST_MEMBER(bool, c, base) ? msgpack_pack_true(&p) : msgpack_pack_false(&p); break;
    case COLUMN_U32: msgpack_pack_uint32(&p, CONST_MEMBER(uint32_t, c, base)); break;
    case COLUMN_U64: msgpack_pack_uint64(&p, CONST_MEMBER(uint64_t, c, base)); break;
    case COLUMN_REAL: msgpack_pack_double(&p, CONST_MEMBER(double, c, base)); break;
    case COLUMN_TEXT:
        s = CONST_MEMBER(struct slice, c, base);
        msgpack_pack_str_with_body(&p, s.ptr, s.len);
        break;
    case COLUMN_BYTES:
        s = CONST_MEMBER(struct slice, c, base);
        msgpack_pack_bin_with_body(&p, s.ptr, s.len);
        break;
    case COLUMN_CHOICE: s = slice_of(c->choices[choice_at(c, base)]); msgpack_pack_str_with_body(&p, s.ptr, s.len); break;
    case COLUMN_SPAN: pack_span(&p, CONST_MEMBER(struct span, c, base)); break;
    case COLUMN_RECORD: pack_record(c->record, (const char *)base + c->at, out); break;
    default: pack_list(c, list_at(base, c->at), out);
    }
}

/* Whether the column stands in its record's map at all. */
static bool written(const struct column *c, const void *base)
{
    return c->required || !codec_absent(c, base);
}

static void pack_record(const struct record *r, const char *base, struct buf *out)
{
    uint32_t n = 0;
    for (size_t i = 0; i < r->n; i++) n += written(&r->columns[i], base);
    codec_map(out, n);
    for (size_t i = 0; i < r->n; i++) {
        if (!written(&r->columns[i], base)) continue;
        codec_key(out, r->columns[i].key);
        pack_value(&r->columns[i], base, out);
    }
}

enum err codec_pack(const struct column *c, const void *base, struct buf *out)
{
    enum err e = codec_check(c, base, (struct slice){NULL, 0});
    if (e != OK) return e;
    bool list = c->kind == COLUMN_SPANS || c->kind == COLUMN_TEXTS || c->kind == COLUMN_RUNS || c->kind == COLUMN_RECORDS;
    if (!list && c->kind != COLUMN_BOOL && c->kind != COLUMN_U64 && codec_absent(c, base)) {
        msgpack_packer p = packer(out);
        msgpack_pack_nil(&p);
    } else {
        pack_value(c, base, out);
    }
    return out->failed;
}

enum err codec_pack_record(const struct record *r, const void *base, struct buf *out)
{
    enum err e = check_record(r, base, (struct slice){NULL, 0}, false);
    if (e != OK) return e;
    pack_record(r, base, out);
    return out->failed;
}

/* --- unpacking: `in` is moved past what was read --- */

static enum err take(struct slice *in, struct mp_head *h)
{
    enum err e = mp_head(*in, h);
    if (e == OK) *in = slice_cut(*in, h->size, in->len);
    return e;
}

static enum err take_u32(struct slice *in, uint32_t *v)
{
    struct mp_head h;
    const unsigned char *p = (const unsigned char *)in->ptr;
    if (in->len >= 3 && (p[0] <= 0x7f || p[0] == 0xcd)) { /* offsets are short, and many */
        *v = p[0] == 0xcd ? (uint32_t)p[1] << 8 | p[2] : p[0];
        *in = slice_cut(*in, p[0] == 0xcd ? 3 : 1, in->len);
        return OK;
    }
    enum err e = take(in, &h);
    if (e != OK) return e;
    if (h.kind != MP_UINT) return ERR_SCHEMA;
    if (h.uint > UINT32_MAX) return ERR_TOO_BIG;
    *v = (uint32_t)h.uint;
    return OK;
}

static enum err take_tuple(struct slice *in, uint32_t n, uint32_t *v)
{
    struct mp_head h;
    enum err e = take(in, &h);
    if (e != OK) return e;
    if (h.kind != MP_ARRAY || h.count != n) return ERR_SCHEMA;
    for (uint32_t i = 0; i < n && e == OK; i++) e = take_u32(in, &v[i]);
    return e;
}

static enum err take_record(const struct record *r, struct slice *in, struct arena *mem, void *base);

static size_t element_size(const struct column *c)
{
    switch (c->kind) {
    case COLUMN_SPANS: return sizeof(struct span);
    case COLUMN_TEXTS: return sizeof(struct slice);
    case COLUMN_RUNS: return sizeof(struct run);
    default: return c->record->size;
    }
}

static enum err take_element(const struct column *c, struct slice *in, struct arena *mem, char *at)
{
    if (c->kind == COLUMN_RECORDS) return take_record(c->record, in, mem, at);
    if (c->kind == COLUMN_TEXTS) {
        struct mp_head h;
        enum err e = take(in, &h);
        if (e != OK) return e;
        if (h.kind != MP_STR) return ERR_SCHEMA;
        if (h.bytes.len > c->each) return ERR_TOO_BIG;
        memcpy(at, &h.bytes, sizeof h.bytes);
        return OK;
    }
    uint32_t v[3];
    uint32_t n = c->kind == COLUMN_SPANS ? 2 : 3;
    enum err e = take_tuple(in, n, v);
    if (e == OK) memcpy(at, v, n * sizeof *v);
    return e;
}

static enum err take_list(const struct column *c, struct mp_head h, struct slice *in, struct arena *mem, void *base)
{
    if (h.kind != MP_ARRAY) return ERR_SCHEMA;
    if (h.count > c->max) return ERR_TOO_BIG;
    size_t size = element_size(c);
    char *p = arena_array(mem, h.count, size);
    if (p == NULL) return ERR_NOMEM;
    enum err e = OK;
    for (uint32_t i = 0; i < h.count && e == OK; i++) e = take_element(c, in, mem, p + i * size);
    if (e == OK) list_set(base, c->at, h.count ? p : NULL, h.count);
    return e;
}

static enum err take_choice(const struct column *c, struct slice word, void *base)
{
    for (int i = 1; c->choices[i] != NULL; i++)
        if (slice_eq(word, slice_of(c->choices[i]))) {
            memcpy((char *)base + c->at, &i, sizeof i);
            return OK;
        }
    return ERR_SCHEMA;
}

static enum err take_real(struct mp_head h, double *v)
{
    if (h.kind == MP_REAL) *v = h.real;
    else if (h.kind == MP_UINT) *v = (double)h.uint;
    else if (h.kind == MP_INT) *v = (double)h.sint;
    else return ERR_SCHEMA;
    return isfinite(*v) ? OK : ERR_SCHEMA;
}

static enum err take_value(const struct column *c, struct slice *in, struct arena *mem, void *base)
{
    struct slice before = *in;
    struct mp_head h;
    enum err e = take(in, &h);
    if (e != OK) return e;
    if (h.kind == MP_NIL) {
        codec_clear(c, base);
        return c->required && c->kind != COLUMN_RECORD ? ERR_MISSING : OK;
    }
    switch (c->kind) {
    case COLUMN_BOOL:
        if (h.kind != MP_BOOL) return ERR_SCHEMA;
        MEMBER(bool, c, base) = h.uint != 0;
        return OK;
    case COLUMN_U32:
    case COLUMN_U64:
        if (h.kind != MP_UINT) return ERR_SCHEMA;
        if ((c->max && h.uint > c->max) || (c->kind == COLUMN_U32 && h.uint > UINT32_MAX)) return ERR_TOO_BIG;
        if (c->kind == COLUMN_U32) MEMBER(uint32_t, c, base) = (uint32_t)h.uint;
        else MEMBER(uint64_t, c, base) = h.uint;
        return OK;
    case COLUMN_REAL: return take_real(h, &MEMBER(double, c, base));
    case COLUMN_TEXT:
    case COLUMN_BYTES:
        if (h.kind != MP_STR && (h.kind != MP_BIN || c->kind == COLUMN_TEXT)) return ERR_SCHEMA; /* text is bytes, not the reverse */
        if (h.bytes.len > c->max) return ERR_TOO_BIG;
        MEMBER(struct slice, c, base) = h.bytes;
        return OK;
    case COLUMN_CHOICE: return h.kind == MP_STR ? take_choice(c, h.bytes, base) : ERR_SCHEMA;
    case COLUMN_SPAN: {
        uint32_t v[2] = {0, 0};
        *in = before;
        e = take_tuple(in, 2, v);
        if (e == OK && v[0] > v[1]) e = ERR_SCHEMA;
        MEMBER(struct span, c, base) = (struct span){v[0], v[1]};
        return e;
    }
    case COLUMN_RECORD:
        *in = before;
        return take_record(c->record, in, mem, (char *)base + c->at);
    default: return take_list(c, h, in, mem, base);
    }
}

static const struct column *column_named(const struct record *r, struct slice key)
{
    for (size_t i = 0; key.len && i < r->n; i++) /* no column's name is empty */
        if (r->columns[i].key[0] == key.ptr[0] && slice_eq(key, slice_of(r->columns[i].key))) return &r->columns[i];
    return NULL;
}

static enum err take_record(const struct record *r, struct slice *in, struct arena *mem, void *base)
{
    struct mp_head h, key;
    enum err e = take(in, &h);
    if (e != OK) return e;
    if (h.kind != MP_MAP) return ERR_SCHEMA;
    uint64_t seen = 0;
    for (size_t i = 0; i < r->n; i++) codec_clear(&r->columns[i], base);
    for (uint32_t i = 0; i < h.count; i++) {
        e = take(in, &key);
        if (e != OK) return e;
        const struct column *c = key.kind == MP_STR ? column_named(r, key.bytes) : NULL;
        if (c == NULL) { /* a later release's: passed over */
            size_t n;
            e = mp_measure(*in, MP_DEPTH_MOST, &n);
            if (e != OK) return e;
            *in = slice_cut(*in, n, in->len);
            continue;
        }
        uint64_t bit = (uint64_t)1 << (c - r->columns);
        if (seen & bit) return ERR_DUPLICATE;
        seen |= bit;
        e = take_value(c, in, mem, base);
        if (e != OK) return e;
    }
    for (size_t i = 0; i < r->n; i++)
        if (r->columns[i].required && !(seen >> i & 1)) return ERR_MISSING;
    return OK;
}

enum err codec_unpack(const struct column *c, struct slice value, struct arena *mem, void *base)
{
    return take_value(c, &value, mem, base);
}

enum err codec_unpack_record(const struct record *r, struct slice value, struct arena *mem, void *base)
{
    return take_record(r, &value, mem, base);
}
