/* replay_answer.c - one replay request, one reply. */
#include <msgpack.h>

#include "../../proto/mp.h"
#include "ledger.h"
#include "replay.h"

struct request { uint64_t v, from, n; };

/* Reads the map; unknown members are passed over. */
static enum err read_request(struct slice in, struct request *r)
{
    size_t len;
    struct mp_head map, key, value;
    *r = (struct request){.n = REPLAY_LINES_MAX};
    if (in.len > REPLAY_REQUEST_MAX) return ERR_TOO_BIG;
    enum err e = mp_measure(in, 4, &len);
    if (e == OK) e = mp_head(in, &map);
    if (e == OK && (len != in.len || map.kind != MP_MAP)) e = ERR_MALFORMED;
    if (e != OK) return e;
    in = slice_cut(in, map.size, in.len);
    for (uint32_t i = 0; i < map.count; i++) {
        e = mp_head(in, &key);
        if (e != OK || key.kind != MP_STR) return ERR_MALFORMED;
        in = slice_cut(in, key.size, in.len);
        e = mp_measure(in, 4, &len);
        if (e == OK) e = mp_head(in, &value);
        if (e != OK) return e;
        uint64_t *to = slice_eq(key.bytes, SLICE("v")) ? &r->v : slice_eq(key.bytes, SLICE("from")) ? &r->from
                     : slice_eq(key.bytes, SLICE("n")) ? &r->n : NULL;
        if (to != NULL && value.kind != MP_UINT) return ERR_SCHEMA;
        if (to != NULL) *to = value.uint;
        in = slice_cut(in, len, in.len);
    }
    return r->v == 1 ? OK : ERR_VERSION;
}

static int append(void *to, const char *bytes, size_t n)
{
    return buf_add(to, bytes, n) == OK ? 0 : -1;
}

struct answer { struct buf lines; msgpack_packer pack; uint32_t count; uint64_t next; };

static enum err add_line(void *self, const struct ledger_line *line)
{
    struct answer *a = self;
    if (a->count > 0 && a->lines.len + line->line.len > REPLAY_BYTES_MAX) return ERR_TOO_BIG; /* full: the next request goes on here */
    msgpack_pack_str(&a->pack, line->line.len);
    msgpack_pack_str_body(&a->pack, line->line.ptr, line->line.len);
    a->count++;
    a->next = line->seq + 1;
    return a->lines.failed;
}

static void pack_key(msgpack_packer *p, const char *key)
{
    msgpack_pack_str(p, strlen(key));
    msgpack_pack_str_body(p, key, strlen(key));
}

static void refuse(msgpack_packer *p, enum err e)
{
    msgpack_pack_map(p, 2);
    pack_key(p, "v");
    msgpack_pack_uint64(p, 1);
    pack_key(p, "error");
    pack_key(p, err_name(e));
}

enum err replay_answer(struct ledger *reader, struct slice request, struct buf *out)
{
    struct request r;
    struct answer a = {.lines = buf_make((size_t)16 << 20)};
    msgpack_packer p;
    uint64_t last = 0, first = 0;
    msgpack_packer_init(&p, out, append);
    msgpack_packer_init(&a.pack, &a.lines, append);
    enum err e = read_request(request, &r);
    if (r.n > REPLAY_LINES_MAX) r.n = REPLAY_LINES_MAX;
    a.next = r.from > 0 ? r.from : 1;
    if (e == OK) e = ledger_last_seq(reader, &last);
    if (e == OK) e = ledger_first_seq(reader, &first);
    if (e == OK && r.n > 0) e = ledger_lines(reader, a.next, (unsigned)r.n, (struct slice){NULL, 0}, add_line, &a);
    if (e == ERR_TOO_BIG && a.count > 0) e = OK;
    if (e != OK) {
        refuse(&p, e);
    } else {
        msgpack_pack_map(&p, 5);
        pack_key(&p, "v");
        msgpack_pack_uint64(&p, 1);
        pack_key(&p, "lines");
        msgpack_pack_array(&p, a.count);
        buf_put(out, buf_slice(&a.lines));
        pack_key(&p, "first");
        msgpack_pack_uint64(&p, first);
        pack_key(&p, "next");
        msgpack_pack_uint64(&p, a.next);
        pack_key(&p, "last");
        msgpack_pack_uint64(&p, last > a.next - 1 ? last : a.next - 1);
    }
    buf_free(&a.lines);
    return out->failed;
}
