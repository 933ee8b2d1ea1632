/* cursor.c - the pure half of following a stream: line numbers, the replay request and its answer. */
#include "stream.h"

#include <msgpack.h>

#include "../../proto/mp.h"

bool cursor_take(struct cursor *c, uint64_t seq)
{
    if (seq > c->known) c->known = seq;
    if (c->next == 0 || seq != c->next) return false;
    c->next++;
    return true;
}

uint64_t stream_seq(struct slice line)
{
    static const struct slice key = {"\"seq\":", 6};
    size_t at = slice_find(slice_cut(line, 0, 64), key, 0); /* it is one of the first members */
    uint64_t n = 0;
    if (line.len == 0 || line.ptr[0] != '{' || at == SIZE_MAX) return 0;
    for (at += key.len; at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9'; at++) {
        if (n > UINT64_MAX / 10 - 1) return 0;
        n = n * 10 + (uint64_t)(line.ptr[at] - '0');
    }
    return n;
}

static int append(void *to, const char *bytes, size_t n)
{
    return buf_add(to, bytes, n) == OK ? 0 : -1;
}

static void put(msgpack_packer *p, const char *key, uint64_t value)
{
    msgpack_pack_str(p, strlen(key));
    msgpack_pack_str_body(p, key, strlen(key));
    msgpack_pack_uint64(p, value);
}

enum err stream_ask(uint64_t from, uint64_t n, struct buf *out)
{
    msgpack_packer p;
    msgpack_packer_init(&p, out, append);
    msgpack_pack_map(&p, 3);
    put(&p, "v", 1);
    put(&p, "from", from);
    put(&p, "n", n);
    return out->failed;
}

/* The value's head, and `in` moved past all of it. */
static enum err next_value(struct slice *in, struct mp_head *head, struct slice *whole)
{
    size_t len;
    enum err e = mp_measure(*in, 4, &len);
    if (e == OK) e = mp_head(*in, head);
    if (e != OK) return ERR_MALFORMED;
    *whole = slice_cut(*in, 0, len);
    *in = slice_cut(*in, len, in->len);
    return OK;
}

static enum err each_line(struct slice array, stream_line_fn line, void *self)
{
    struct mp_head head;
    struct slice whole;
    if (mp_head(array, &head) != OK || head.kind != MP_ARRAY) return ERR_MALFORMED;
    struct slice in = slice_cut(array, head.size, array.len);
    for (uint32_t i = head.count; i > 0; i--) {
        enum err e = next_value(&in, &head, &whole);
        if (e != OK || head.kind != MP_STR) return ERR_MALFORMED;
        e = line(self, stream_seq(head.bytes), head.bytes);
        if (e != OK) return e;
    }
    return OK;
}

enum err stream_reply(struct slice reply, stream_line_fn line, void *self, struct stream_extent *extent)
{
    struct mp_head map, key, value;
    struct slice whole, lines = {NULL, 0};
    size_t len;
    bool has_last = false;
    if (mp_measure(reply, 4, &len) != OK || len != reply.len || mp_head(reply, &map) != OK || map.kind != MP_MAP) return ERR_MALFORMED;
    struct slice in = slice_cut(reply, map.size, reply.len);
    for (uint32_t i = map.count; i > 0; i--) {
        enum err e = next_value(&in, &key, &whole);
        if (e == OK) e = next_value(&in, &value, &whole);
        if (e != OK || key.kind != MP_STR) return ERR_MALFORMED;
        if (slice_eq(key.bytes, SLICE("error"))) return ERR_SCHEMA;
        if (slice_eq(key.bytes, SLICE("lines"))) lines = whole;
        if (slice_eq(key.bytes, SLICE("first")) && value.kind == MP_UINT) extent->first = value.uint;
        if (slice_eq(key.bytes, SLICE("last")) && value.kind == MP_UINT) extent->last = value.uint, has_last = true;
    }
    if (!has_last || lines.ptr == NULL) return ERR_MALFORMED;
    return each_line(lines, line, self);
}
