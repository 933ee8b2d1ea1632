/* fuzz_view.c - any bytes as a line of the stream, and as a reply of the replay socket: what tail does with them. */
#include <stdlib.h>

#include "../services/cli/stream.h"
#include "../services/cli/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err nothing(void *self, uint64_t seq, struct slice line)
{
    (void)self, (void)seq, (void)line;
    return OK;
}

/* Whatever the line says, the view's text has no control character but the newline. */
static void look(struct slice line, const struct view_choice *choice)
{
    struct view *v = view_create(choice);
    struct buf out = buf_make(64 << 20);
    if (v != NULL && view_line(v, line, &out) == OK && view_quiet(v, &out) == OK) {
        for (size_t i = 0; i < out.len; i++)
            if ((unsigned char)out.ptr[i] < 0x20 && out.ptr[i] != '\n') abort();
        if (!utf8_valid(buf_slice(&out))) abort();
    }
    view_destroy(&v);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = {(const char *)data, size};
    struct stream_extent there = {0};
    enum err e = stream_reply(in, nothing, NULL, &there);
    (void)e;
    (void)stream_seq(in);
    look(in, &(struct view_choice){.screen = {.columns = 80}, .all = true, .blocks = true, .summary = true});
    look(in, &(struct view_choice){.screen = {.columns = 20, .whole = true}, .blocks = true});
    return 0;
}
