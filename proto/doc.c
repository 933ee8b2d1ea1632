/* doc.c - frames in and out: the document's envelope, its fields by the table, the unknown ones byte for byte. */
#include "doc.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "doc_fields.h"
#include "mp.h"

const char *stage_name(enum stage s)
{
    return (unsigned)s < STAGE_COUNT ? doc_stage_choices[s] : "none";
}

/* The search begins at `from`: fields mostly come in the table's order. */
static enum doc_field field_named(struct slice key, unsigned from)
{
    for (unsigned i = 0, f = from; i < DOC_FIELD_COUNT; i++, f++) {
        if (f >= DOC_FIELD_COUNT) f = 0;
        if (slice_eq(key, slice_of(doc_fields[f].column.key))) return (enum doc_field)f;
    }
    return DOC_FIELD_COUNT;
}

static bool unknown_before(const struct doc *doc, struct slice key)
{
    for (size_t i = 0; i < doc->unknown.len; i++) {
        struct mp_head h;
        if (mp_head(doc->unknown.ptr[i], &h) == OK && slice_eq(h.bytes, key)) return true;
    }
    return false;
}

enum { UNKNOWN_MAX = 64 }; /* fields of later releases in one message */

/* One pair at in[*at], measured, noted in wire[] or among the unknown. *next: the field that is likely to come behind it. */
static enum err split_pair(struct slice in, size_t *at, unsigned *next, struct doc *doc)
{
    struct mp_head key;
    size_t len, begin = *at;
    enum err e = mp_head(slice_cut(in, begin, in.len), &key);
    if (e != OK) return e;
    if (key.kind != MP_STR) return ERR_MALFORMED;
    if (!utf8_valid(key.bytes)) return ERR_UTF8;
    size_t value = begin + key.size;
    e = mp_measure(slice_cut(in, value, in.len), DOC_DEPTH_MAX - 1, &len);
    if (e != OK) return e;
    *at = value + len;
    enum doc_field f = field_named(key.bytes, *next);
    *next = f + 1;
    if (f == DOC_FIELD_COUNT) {
        if (unknown_before(doc, key.bytes)) return ERR_DUPLICATE;
        if (doc->unknown.len == UNKNOWN_MAX) return ERR_TOO_BIG;
        doc->unknown.ptr[doc->unknown.len++] = slice_cut(in, begin, *at);
        return OK;
    }
    doc->culprit = f;
    if (doc_has(doc, f)) return ERR_DUPLICATE;
    doc->culprit = DOC_FIELD_COUNT;
    doc->has |= DOC_BIT(f);
    doc->wire[f] = slice_cut(in, value, *at);
    return OK;
}

void doc_init(struct doc *doc)
{
    memset(doc, 0, sizeof *doc);
    doc->culprit = DOC_FIELD_COUNT;
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++) {
        enum column_kind kind = doc_fields[f].column.kind;
        if (kind == COLUMN_REAL || kind == COLUMN_RECORD) codec_clear(&doc_fields[f].column, doc); /* for the others zero is absent */
    }
}

/* nil is the same as absent, but for a span: there it says "looked for, and there is none". */
static void clear_nils(struct doc *doc)
{
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++)
        if (doc->wire[f].len == 1 && doc->wire[f].ptr[0] == '\xc0' && doc_fields[f].column.kind != COLUMN_SPAN)
            doc_clear(doc, (enum doc_field)f);
}

enum err doc_decode(struct slice frame, doc_mask want, struct arena *mem, struct doc *doc)
{
    struct mp_head map;
    doc_init(doc);
    if (frame.len > DOC_FRAME_MAX) return ERR_TOO_BIG;
    enum err e = mp_head(frame, &map);
    if (e != OK) return e;
    if (map.kind != MP_MAP) return ERR_MALFORMED;
    doc->unknown.ptr = arena_array(mem, UNKNOWN_MAX, sizeof *doc->unknown.ptr);
    if (doc->unknown.ptr == NULL) return ERR_NOMEM;
    size_t at = map.size;
    unsigned next = 0;
    for (uint32_t i = 0; i < map.count; i++) {
        e = split_pair(frame, &at, &next, doc);
        if (e != OK) return e;
    }
    if (at != frame.len) return ERR_MALFORMED;
    clear_nils(doc);
    e = doc_open(doc, DOC_BIT(DOC_V), mem);
    if (e != OK) return e;
    if (!doc_has(doc, DOC_V)) return ERR_MISSING;
    if (doc->v != DOC_VERSION) return ERR_VERSION;
    if (!doc_has(doc, DOC_KEY)) return ERR_MISSING;
    return doc_open(doc, want | DOC_BIT(DOC_KEY) | DOC_BIT(DOC_TO), mem);
}

enum err doc_peek(struct slice frame, doc_mask want, struct arena *mem, struct doc *doc)
{
    struct mp_head map;
    doc_init(doc);
    if (mp_head(frame, &map) != OK || map.kind != MP_MAP) return ERR_MALFORMED;
    doc->unknown.ptr = arena_array(mem, UNKNOWN_MAX, sizeof *doc->unknown.ptr);
    if (doc->unknown.ptr == NULL) return ERR_NOMEM;
    size_t at = map.size;
    unsigned next = 0;
    for (uint32_t i = 0; i < map.count; i++)
        if (split_pair(frame, &at, &next, doc) != OK) break;
    want = (want | DOC_BIT(DOC_KEY)) & doc->has;
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++) {
        if (!(want & DOC_BIT(f))) continue;
        if (codec_unpack(&doc_fields[f].column, doc->wire[f], mem, doc) == OK) doc->typed |= DOC_BIT(f);
        else doc_clear(doc, (enum doc_field)f);
    }
    return doc_has(doc, DOC_KEY) && doc->key.len > 0 && doc_check(doc, DOC_KEY) == OK ? OK : ERR_MISSING;
}

/* A field's limits; what came in a frame was measured, and its texts are UTF-8. */
static enum err check(const struct doc *doc, enum doc_field f)
{
    bool text = doc->typed & DOC_BIT(DOC_TEXT);
    struct slice in = text ? doc->text : (struct slice){NULL, 0};
    return doc->wire[f].ptr != NULL ? codec_check_measured(&doc_fields[f].column, doc, in) : codec_check(&doc_fields[f].column, doc, in);
}

enum err doc_open(struct doc *doc, doc_mask want, struct arena *mem)
{
    doc_mask todo = want & doc->has & ~doc->typed;
    for (doc_mask left = todo; left != 0; left &= left - 1) {
        unsigned f = (unsigned)__builtin_ctzll(left);
        doc->culprit = (enum doc_field)f;
        enum err e = codec_unpack(&doc_fields[f].column, doc->wire[f], mem, doc);
        if (e != OK) return e;
        doc->typed |= DOC_BIT(f);
        if (doc_fields[f].column.kind == COLUMN_RECORD && codec_absent(&doc_fields[f].column, doc))
            doc_clear(doc, (enum doc_field)f); /* a record that says nothing */
    }
    todo &= doc->has;
    if (todo & DOC_BIT(DOC_TEXT)) todo = doc->typed; /* spans that were opened before their text */
    for (doc_mask left = todo; left != 0; left &= left - 1) { /* a span that does not fit must not get further in */
        unsigned f = (unsigned)__builtin_ctzll(left);
        doc->culprit = (enum doc_field)f;
        enum err e = check(doc, (enum doc_field)f);
        if (e != OK) return e;
    }
    doc->culprit = DOC_FIELD_COUNT;
    return OK;
}

enum err doc_check(const struct doc *doc, enum doc_field f)
{
    return check(doc, f);
}

enum doc_field doc_culprit(const struct doc *doc)
{
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++)
        if ((doc->typed & DOC_BIT(f)) && doc_check(doc, (enum doc_field)f) != OK) return (enum doc_field)f;
    return DOC_FIELD_COUNT;
}

doc_mask doc_behind(enum stage to)
{
    doc_mask behind = 0;
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++)
        if (doc_fields[f].reader < to) behind |= DOC_BIT(f);
    return behind;
}

enum err doc_encode(const struct doc *doc, struct buf *out)
{
    doc_mask fields = doc->has & ~doc_behind(doc->to);
    codec_map(out, (uint32_t)(__builtin_popcountll(fields) + doc->unknown.len));
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++) {
        if (!(fields & DOC_BIT(f))) continue;
        const struct column *c = &doc_fields[f].column;
        codec_key(out, c->key);
        if (doc->wire[f].ptr != NULL) {
            buf_put(out, doc->wire[f]);
            continue;
        }
        enum err e = doc_check(doc, (enum doc_field)f);
        if (e == OK) e = codec_pack(c, doc, out);
        if (e != OK) return e;
    }
    for (size_t i = 0; i < doc->unknown.len; i++) buf_put(out, doc->unknown.ptr[i]);
    if (out->failed == OK && out->len > DOC_FRAME_MAX) return ERR_TOO_BIG;
    return out->failed;
}

void doc_fail(struct doc *doc, struct arena *mem, enum stage stage, enum err e, const char *fmt, ...)
{
    if (doc_has(doc, DOC_FAIL)) return;
    char line[1024];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
    while (len > 0 && !utf8_valid((struct slice){line, len})) len--; /* the cut may have hit a character */
    doc->fail.stage = stage;
    doc->fail.error = slice_of(err_name(e));
    doc->fail.detail = arena_copy(mem, (struct slice){line, len});
    if (doc->fail.detail.ptr == NULL) doc->fail.detail = SLICE("");
    doc_set(doc, DOC_FAIL);
}
