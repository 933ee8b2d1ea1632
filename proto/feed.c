/* feed.c - requests of feeders, ingest's replies, and the names that documents get. */
#include "feed.h"

#include <sodium.h>

#include "doc_fields.h"
#include "mp.h"

static const char *const statuses[] = {"none", "ok", "busy", "refused", NULL};

const char *feed_status_name(enum feed_status s)
{
    return (unsigned)s <= FEED_REFUSED ? statuses[s] : "none";
}

/* The parts that the codec's tables describe; v and ref are handled by hand (ref is any value). */
static const struct column request_columns[] = {
    {"source", COLUMN_TEXT, offsetof(struct feed_request, source), .max = 1024},
    {"id", COLUMN_TEXT, offsetof(struct feed_request, id), .max = 4096},
    {"name", COLUMN_TEXT, offsetof(struct feed_request, name), .max = 4096},
    {"type", COLUMN_TEXT, offsetof(struct feed_request, type), .max = 256},
    {"body", COLUMN_BYTES, offsetof(struct feed_request, body), .max = FEED_BODY_MAX},
    {"meta", COLUMN_RECORD, offsetof(struct feed_request, meta), .record = &doc_meta_record},
    {"records", COLUMN_U64, offsetof(struct feed_request, records), .max = (size_t)1 << 52},
    {"bytes", COLUMN_U64, offsetof(struct feed_request, bytes), .max = (size_t)1 << 52},
};

struct feed_error {
    struct slice name, detail;
    uint64_t at;
};
static const struct column error_columns[] = {
    {"name", COLUMN_TEXT, offsetof(struct feed_error, name), .required = true, .max = 64},
    {"detail", COLUMN_TEXT, offsetof(struct feed_error, detail), .max = 4096},
    {"at", COLUMN_U64, offsetof(struct feed_error, at)},
};
static const struct record error_record = {.name = "error", .size = sizeof(struct feed_error), .columns = error_columns, .n = 3};

struct reply_parts {
    enum feed_status status;
    struct slices keys;
    struct feed_error error;
    uint64_t retry_ms, skipped;
};
static const struct column reply_columns[] = {
    {"status", COLUMN_CHOICE, offsetof(struct reply_parts, status), .required = true, .choices = statuses},
    {"keys", COLUMN_TEXTS, offsetof(struct reply_parts, keys), .max = 1 << 20, .each = DOC_KEY_MAX},
    {"error", COLUMN_RECORD, offsetof(struct reply_parts, error), .record = &error_record},
    {"retry_ms", COLUMN_U64, offsetof(struct reply_parts, retry_ms)},
    {"skipped", COLUMN_U64, offsetof(struct reply_parts, skipped)},
};

enum { REF_MAX = 256 }; /* bytes of an encoded ref */

/* One pair of a request or reply: v and ref here, the rest by the table. */
struct pairs {
    const struct column *columns;
    size_t n;
    void *base;
    struct slice *ref;
    uint64_t v, seen; /* bit 0: v, bit 1: ref, then the columns */
};

static enum err mark(struct pairs *p, unsigned bit)
{
    if (p->seen >> bit & 1) return ERR_DUPLICATE;
    p->seen |= (uint64_t)1 << bit;
    return OK;
}

static enum err take_pair(struct pairs *p, struct slice key, struct slice value, struct arena *mem)
{
    if (slice_eq(key, SLICE("v"))) {
        struct mp_head h;
        if (mp_head(value, &h) != OK || h.kind != MP_UINT) return ERR_SCHEMA;
        p->v = h.uint;
        return mark(p, 0);
    }
    if (slice_eq(key, SLICE("ref"))) {
        if (value.len > REF_MAX) return ERR_TOO_BIG;
        *p->ref = value;
        return mark(p, 1);
    }
    for (size_t i = 0; i < p->n; i++) {
        if (!slice_eq(key, slice_of(p->columns[i].key))) continue;
        enum err e = mark(p, (unsigned)i + 2);
        return e == OK ? codec_unpack(&p->columns[i], value, mem, p->base) : e;
    }
    return OK;
}

static enum err read_pairs(struct slice frame, size_t max, struct pairs *p, struct arena *mem)
{
    size_t len;
    struct mp_head map, key;
    for (size_t i = 0; i < p->n; i++) codec_clear(&p->columns[i], p->base);
    *p->ref = (struct slice){NULL, 0};
    if (frame.len > max) return ERR_TOO_BIG;
    enum err e = mp_measure(frame, DOC_DEPTH_MAX, &len);
    if (e != OK) return e;
    if (len != frame.len || mp_head(frame, &map) != OK || map.kind != MP_MAP) return ERR_MALFORMED;
    size_t at = map.size;
    enum err first = OK; /* goes on after an error, so that ref is known for the answer */
    for (uint32_t i = 0; i < map.count; i++) {
        e = mp_head(slice_cut(frame, at, frame.len), &key);
        if (e != OK) return e;
        at += key.size;
        e = mp_measure(slice_cut(frame, at, frame.len), DOC_DEPTH_MAX, &len);
        if (e != OK) return e;
        e = take_pair(p, key.bytes, slice_cut(frame, at, at + len), mem);
        if (first == OK) first = e;
        at += len;
    }
    if (first != OK) return first;
    if (!(p->seen & 1)) return ERR_MISSING;
    return p->v == FEED_VERSION ? OK : ERR_VERSION;
}

static void write_pairs(const struct pairs *p, const bool *with, struct buf *out, enum err *e)
{
    uint32_t n = 1 + (p->ref->ptr != NULL);
    for (size_t i = 0; i < p->n; i++) n += with[i];
    codec_map(out, n);
    codec_key(out, "v");
    buf_char(out, FEED_VERSION);
    if (p->ref->ptr != NULL) {
        codec_key(out, "ref");
        buf_put(out, *p->ref);
    }
    for (size_t i = 0; i < p->n && *e == OK; i++) {
        if (!with[i]) continue;
        codec_key(out, p->columns[i].key);
        *e = codec_pack(&p->columns[i], p->base, out);
    }
    if (*e == OK) *e = out->failed;
}

#define REQUEST_COLUMNS (sizeof request_columns / sizeof *request_columns)
#define REPLY_COLUMNS (sizeof reply_columns / sizeof *reply_columns)

enum err feed_request_decode(struct slice frame, struct arena *mem, struct feed_request *out)
{
    memset(out, 0, sizeof *out);
    struct pairs p = {request_columns, REQUEST_COLUMNS, out, &out->ref, 0, 0};
    enum err e = read_pairs(frame, FEED_FRAME_MAX, &p, mem);
    if (e != OK) return e;
    return out->body.ptr != NULL ? OK : ERR_MISSING;
}

enum err feed_request_encode(const struct feed_request *in, struct buf *out)
{
    struct feed_request copy = *in;
    bool with[REQUEST_COLUMNS];
    for (size_t i = 0; i < REQUEST_COLUMNS; i++) with[i] = !codec_absent(&request_columns[i], &copy);
    struct pairs p = {request_columns, REQUEST_COLUMNS, &copy, &copy.ref, 0, 0};
    enum err e = OK;
    write_pairs(&p, with, out, &e);
    return e;
}

enum err feed_reply_decode(struct slice frame, struct arena *mem, struct feed_reply *out)
{
    struct reply_parts parts = {0};
    memset(out, 0, sizeof *out);
    struct pairs p = {reply_columns, REPLY_COLUMNS, &parts, &out->ref, 0, 0};
    enum err e = read_pairs(frame, FEED_FRAME_MAX, &p, mem);
    if (e != OK) return e;
    if (parts.status == FEED_NONE) return ERR_MISSING;
    out->status = parts.status;
    out->keys = parts.keys;
    out->error = parts.error.name;
    out->detail = parts.error.detail;
    out->at = parts.error.at;
    out->retry_ms = parts.retry_ms;
    out->skipped = parts.skipped;
    return OK;
}

enum err feed_reply_encode(const struct feed_reply *in, struct buf *out)
{
    struct reply_parts parts = {.status = in->status, .keys = in->keys, .error = {in->error, in->detail, in->at}, .retry_ms = in->retry_ms,
                                .skipped = in->skipped};
    struct slice ref = in->ref;
    bool with[REPLY_COLUMNS] = {true, true, in->error.ptr != NULL, in->retry_ms != 0, in->skipped != 0};
    struct pairs p = {reply_columns, REPLY_COLUMNS, &parts, &ref, 0, 0};
    enum err e = OK;
    write_pairs(&p, with, out, &e);
    return e;
}

struct slice feed_ref(uint64_t n, char out[9])
{
    out[0] = (char)0xcf;
    for (int i = 0; i < 8; i++) out[1 + i] = (char)(n >> (56 - 8 * i));
    return (struct slice){out, 9};
}

bool feed_hidden(const char *name)
{
    static const char *const unfinished[] = {"~", ".part", ".tmp", ".crdownload", ".swp"};
    if (name[0] == '.') return true;
    for (size_t i = 0; i < sizeof unfinished / sizeof *unfinished; i++)
        if (slice_ends(slice_of(name), slice_of(unfinished[i]))) return true;
    return false;
}

/* The next part of a path: without slashes; empty at the end. */
static struct slice next_part(const char **p)
{
    while (**p == '/') ++*p;
    const char *begin = *p;
    while (**p != '\0' && **p != '/') ++*p;
    return (struct slice){begin, (size_t)(*p - begin)};
}

static enum err put_clean(struct slice part, struct buf *out)
{
    if (utf8_valid(part)) return buf_put(out, part);
    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.ptr[i];
        if (c < 0x80) buf_char(out, (char)c);
        else buf_printf(out, "%%%02X", c);
    }
    return out->failed;
}

enum err feed_id(const char *at, struct buf *out)
{
    size_t begin = out->len;
    for (;;) {
        struct slice part = next_part(&at);
        if (part.len == 0) break;
        if (slice_eq(part, SLICE(".")) || (slice_eq(part, SLICE("..")) && out->len == begin)) continue;
        if (out->len > begin) buf_char(out, '/');
        if (put_clean(part, out) != OK) break;
    }
    return out->failed;
}

static void hash_part(crypto_generichash_state *state, struct slice s)
{
    unsigned char len[8];
    for (int i = 0; i < 8; i++) len[i] = (unsigned char)((uint64_t)s.len >> 8 * i);
    crypto_generichash_update(state, len, sizeof len);
    crypto_generichash_update(state, (const unsigned char *)s.ptr, s.len);
}

void feed_key(struct slice source, struct slice id, struct slice body, char out[33])
{
    crypto_generichash_state state;
    unsigned char digest[16];
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    hash_part(&state, source);
    hash_part(&state, id);
    hash_part(&state, body);
    crypto_generichash_final(&state, digest, sizeof digest);
    hex_encode(digest, sizeof digest, out);
}

void feed_hash(struct slice body, char out[65])
{
    unsigned char digest[32];
    crypto_generichash(digest, sizeof digest, (const unsigned char *)body.ptr, body.len, NULL, 0);
    hex_encode(digest, sizeof digest, out);
}
