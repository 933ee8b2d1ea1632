/* codec_json.c - the JSON side of the codec: printing by hand, reading through jansson. */
#include "codec.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

#include "../libcommon/json.h"

#define MEMBER(type, c, base) (*(type *)((char *)(base) + (c)->at))
#define CONST_MEMBER(type, c, base) (*(const type *)((const char *)(base) + (c)->at))

/* --- printing --- */

static void print_record(const struct record *r, const char *base, struct buf *out);

static void print_bytes(const struct column *c, struct slice s, struct buf *out)
{
    buf_char(out, '"');
    if (c->hex) {
        char hex[2 * 64 + 1];
        hex_encode(s.ptr, s.len < 64 ? s.len : 64, hex);
        buf_str(out, hex);
    } else {
        size_t need = sodium_base64_encoded_len(s.len, sodium_base64_VARIANT_ORIGINAL);
        char *p = buf_room(out, need);
        if (p == NULL) return;
        sodium_bin2base64(p, need, (const unsigned char *)s.ptr, s.len, sodium_base64_VARIANT_ORIGINAL);
        out->len += need - 1; /* without the zero byte */
    }
    buf_char(out, '"');
}

static void print_list(const struct column *c, const void *base, struct buf *out)
{
    struct spans any; /* every list has this shape */
    memcpy(&any, (const char *)base + c->at, sizeof any);
    const void *p = any.ptr;
    buf_char(out, '[');
    for (size_t i = 0; i < any.len; i++) {
        if (i) buf_char(out, ',');
        if (c->kind == COLUMN_SPANS) {
            struct span s = ((const struct span *)p)[i];
            buf_printf(out, "[%u,%u]", s.b, s.e);
        } else if (c->kind == COLUMN_RUNS) {
            struct run r = ((const struct run *)p)[i];
            buf_printf(out, "[%u,%u,%u]", r.text, r.source, r.len);
        } else if (c->kind == COLUMN_TEXTS) {
            json_put_text(out, ((const struct slice *)p)[i]);
        } else {
            print_record(c->record, (const char *)p + i * c->record->size, out);
        }
    }
    buf_char(out, ']');
}

static void print_value(const struct column *c, const void *base, struct buf *out)
{
    int choice;
    switch (c->kind) {
    case COLUMN_BOOL: buf_str(out, CONST_MEMBER(bool, c, base) ? "true" : "false"); return;
    case COLUMN_U32: buf_printf(out, "%u", CONST_MEMBER(uint32_t, c, base)); return;
    case COLUMN_U64: buf_printf(out, "%llu", (unsigned long long)CONST_MEMBER(uint64_t, c, base)); return;
    case COLUMN_SPANS:
    case COLUMN_TEXTS:
    case COLUMN_RUNS:
    case COLUMN_RECORDS: print_list(c, base, out); return;
    default: break;
    }
    if (codec_absent(c, base)) {
        buf_str(out, "null");
        return;
    }
    switch (c->kind) {
    case COLUMN_REAL: json_put_real(out, CONST_MEMBER(double, c, base)); return;
    case COLUMN_TEXT: json_put_text(out, CONST_MEMBER(struct slice, c, base)); return;
    case COLUMN_BYTES: print_bytes(c, CONST_MEMBER(struct slice, c, base), out); return;
    case COLUMN_CHOICE:
        memcpy(&choice, (const char *)base + c->at, sizeof choice);
        json_put_text(out, slice_of(c->choices[choice]));
        return;
    case COLUMN_SPAN: {
        struct span s = CONST_MEMBER(struct span, c, base);
        buf_printf(out, "[%u,%u]", s.b, s.e);
        return;
    }
    default: print_record(c->record, (const char *)base + c->at, out);
    }
}

static void print_record(const struct record *r, const char *base, struct buf *out)
{
    bool first = true;
    buf_char(out, '{');
    for (size_t i = 0; i < r->n; i++) {
        const struct column *c = &r->columns[i];
        if (!c->required && codec_absent(c, base)) continue;
        json_put_key(out, &first, c->key);
        print_value(c, base, out);
    }
    buf_char(out, '}');
}

enum err codec_print(const struct column *c, const void *base, struct buf *out)
{
    print_value(c, base, out);
    return out->failed;
}

/* --- reading --- */

static enum err read_record(const struct record *r, const json_t *v, struct arena *mem, void *base);

static enum err read_text(const json_t *v, size_t max, struct arena *mem, struct slice *out)
{
    if (!json_is_string(v)) return ERR_SCHEMA;
    struct slice s = {json_string_value(v), json_string_length(v)};
    if (s.len > max) return ERR_TOO_BIG;
    *out = arena_copy(mem, s);
    return out->ptr ? OK : ERR_NOMEM;
}

static enum err read_bytes(const struct column *c, const json_t *v, struct arena *mem, struct slice *out)
{
    if (!json_is_string(v)) return ERR_SCHEMA;
    struct slice s = {json_string_value(v), json_string_length(v)};
    size_t most = c->hex ? s.len / 2 : s.len / 4 * 3 + 3;
    if (most > c->max + 3) return ERR_TOO_BIG;
    char *p = arena_take(mem, most);
    if (p == NULL) return ERR_NOMEM;
    size_t n = s.len / 2;
    if (c->hex) {
        if (!hex_decode(s, p, n)) return ERR_MALFORMED;
    } else if (sodium_base642bin((unsigned char *)p, most, s.ptr, s.len, " \r\n\t", &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
        return ERR_MALFORMED;
    }
    if (n > c->max) return ERR_TOO_BIG;
    *out = (struct slice){p, n};
    return OK;
}

static enum err read_uint(const json_t *v, uint64_t max, uint64_t *out)
{
    if (!json_is_integer(v) || json_integer_value(v) < 0) return ERR_SCHEMA;
    *out = (uint64_t)json_integer_value(v);
    return max && *out > max ? ERR_TOO_BIG : OK;
}

static enum err read_tuple(const json_t *v, size_t n, uint32_t *out)
{
    if (!json_is_array(v) || json_array_size(v) != n) return ERR_SCHEMA;
    for (size_t i = 0; i < n; i++) {
        uint64_t u;
        enum err e = read_uint(json_array_get(v, i), UINT32_MAX, &u);
        if (e != OK) return e;
        out[i] = (uint32_t)u;
    }
    return OK;
}

static enum err read_element(const struct column *c, const json_t *v, struct arena *mem, char *at)
{
    if (c->kind == COLUMN_RECORDS) return read_record(c->record, v, mem, at);
    if (c->kind == COLUMN_TEXTS) {
        struct slice s;
        enum err e = read_text(v, c->each, mem, &s);
        if (e == OK) memcpy(at, &s, sizeof s);
        return e;
    }
    uint32_t t[3];
    size_t n = c->kind == COLUMN_SPANS ? 2 : 3;
    enum err e = read_tuple(v, n, t);
    if (e == OK) memcpy(at, t, n * sizeof *t);
    return e;
}

static enum err read_list(const struct column *c, const json_t *v, struct arena *mem, void *base)
{
    if (!json_is_array(v)) return ERR_SCHEMA;
    size_t n = json_array_size(v);
    if (n > c->max) return ERR_TOO_BIG;
    size_t size = c->kind == COLUMN_SPANS ? sizeof(struct span)
                  : c->kind == COLUMN_TEXTS ? sizeof(struct slice)
                  : c->kind == COLUMN_RUNS ? sizeof(struct run) : c->record->size;
    char *p = arena_array(mem, n, size);
    if (p == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        enum err e = read_element(c, json_array_get(v, i), mem, p + i * size);
        if (e != OK) return e;
    }
    struct spans any = {n ? (void *)p : NULL, n};
    memcpy((char *)base + c->at, &any, sizeof any);
    return OK;
}

static enum err read_choice(const struct column *c, const json_t *v, void *base)
{
    if (!json_is_string(v)) return ERR_SCHEMA;
    for (int i = 1; c->choices[i] != NULL; i++)
        if (strcmp(json_string_value(v), c->choices[i]) == 0) {
            memcpy((char *)base + c->at, &i, sizeof i);
            return OK;
        }
    return ERR_SCHEMA;
}

enum err codec_read(const struct column *c, const json_t *v, struct arena *mem, void *base)
{
    uint64_t u = 0;
    enum err e;
    if (json_is_null(v)) {
        codec_clear(c, base);
        return OK;
    }
    switch (c->kind) {
    case COLUMN_BOOL:
        if (!json_is_boolean(v)) return ERR_SCHEMA;
        MEMBER(bool, c, base) = json_is_true(v);
        return OK;
    case COLUMN_U32:
        e = read_uint(v, c->max ? c->max : UINT32_MAX, &u);
        if (e == OK) MEMBER(uint32_t, c, base) = (uint32_t)u;
        return e;
    case COLUMN_U64: return read_uint(v, c->max, &MEMBER(uint64_t, c, base));
    case COLUMN_REAL:
        if (!json_is_number(v)) return ERR_SCHEMA;
        MEMBER(double, c, base) = json_number_value(v);
        return isfinite(json_number_value(v)) ? OK : ERR_SCHEMA;
    case COLUMN_TEXT: return read_text(v, c->max, mem, &MEMBER(struct slice, c, base));
    case COLUMN_BYTES: return read_bytes(c, v, mem, &MEMBER(struct slice, c, base));
    case COLUMN_CHOICE: return read_choice(c, v, base);
    case COLUMN_SPAN: {
        uint32_t t[2];
        e = read_tuple(v, 2, t);
        if (e != OK) return e;
        MEMBER(struct span, c, base) = (struct span){t[0], t[1]};
        return t[0] <= t[1] ? OK : ERR_SCHEMA;
    }
    case COLUMN_RECORD: return read_record(c->record, v, mem, (char *)base + c->at);
    default: return read_list(c, v, mem, base);
    }
}

/* A record may be given as a bare text: that is its first column ("lang": "en" for {"value": "en"}). */
static enum err read_record(const struct record *r, const json_t *v, struct arena *mem, void *base)
{
    for (size_t i = 0; i < r->n; i++) codec_clear(&r->columns[i], base);
    if (json_is_string(v) && r->columns[0].kind == COLUMN_TEXT) return codec_read(&r->columns[0], v, mem, base);
    if (!json_is_object(v)) return ERR_SCHEMA;
    for (size_t i = 0; i < r->n; i++) {
        const json_t *member = json_object_get(v, r->columns[i].key);
        if (member == NULL && !r->columns[i].required) continue;
        if (member == NULL) return ERR_MISSING;
        enum err e = codec_read(&r->columns[i], member, mem, base);
        if (e != OK) return e;
    }
    return OK;
}
