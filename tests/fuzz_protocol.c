/* fuzz_protocol.c - any bytes as a feed request, a feed reply and a note; what is accepted survives its own encoding. */
#include <stdlib.h>

#include "../proto/feed.h"
#include "../proto/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *mem = arena_create(16 << 20);
    struct buf out = buf_make(1 << 22);
    struct slice in = {(const char *)data, size};
    struct feed_request request, request2;
    struct feed_reply reply, reply2;
    struct note note, note2;
    if (mem == NULL) return 0;
    if (feed_request_decode(in, mem, &request) == OK) {
        if (feed_request_encode(&request, &out) != OK || feed_request_decode(buf_slice(&out), mem, &request2) != OK) abort();
        if (!slice_eq(request.body, request2.body) || !slice_eq(request.ref, request2.ref)) abort();
    }
    buf_clear(&out);
    if (feed_reply_decode(in, mem, &reply) == OK) {
        if (feed_reply_encode(&reply, &out) != OK || feed_reply_decode(buf_slice(&out), mem, &reply2) != OK) abort();
        if (reply.status != reply2.status || reply.keys.len != reply2.keys.len) abort();
    }
    buf_clear(&out);
    if (note_decode(in, mem, &note) == OK && note.kind != NOTE_NONE) {
        if (note_encode(&note, &out) != OK || note_decode(buf_slice(&out), mem, &note2) != OK) abort();
        if (note.kind != note2.kind || note.seq != note2.seq || !slice_eq(note.key, note2.key)) abort();
    }
    buf_free(&out);
    arena_destroy(&mem);
    return 0;
}
