/* filter.c - lines in, lines out, with ceilings; an over-long line is skipped to its end and named, not read. */
#include "filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 256 << 10, FLUSH = 1 << 20 };

enum { STATUS_OK = 0, STATUS_DATA = 65, STATUS_WORLD = 75 };

struct run {
    const struct filter *f;
    struct arena *mem;
    struct buf line, out;
    uint64_t number, pending;
    bool skipping, refused, broken;
    int to;
};

static void refuse(struct run *r, enum err e)
{
    const char *detail = r->f->detail ? r->f->detail(r->f->self) : NULL;
    r->refused = true;
    fprintf(stderr, "%s: line %llu: %s%s%s\n", r->f->name, (unsigned long long)r->number, err_name(e), detail && *detail ? ": " : "",
            detail ? detail : "");
}

/* Commits, then prints: what was printed is durable. */
static void settle(struct run *r)
{
    if (r->broken) return;
    enum err e = r->pending > 0 && r->f->commit ? r->f->commit(r->f->self) : OK;
    if (e != OK) {
        fprintf(stderr, "%s: line %llu: could not commit (%s); nothing of the last %llu lines was printed\n", r->f->name,
                (unsigned long long)r->number, e == ERR_IO ? strerror(errno) : err_name(e), (unsigned long long)r->pending);
        r->broken = true;
        return;
    }
    r->pending = 0;
    if (!write_all(r->to, buf_slice(&r->out))) {
        if (errno != EPIPE) perror(r->f->name);
        r->broken = true;
    }
    buf_clear(&r->out);
}

static void take_line(struct run *r)
{
    struct slice in = buf_slice(&r->line);
    r->number++;
    if (in.len > 0 && in.ptr[in.len - 1] == '\r') in.len--;
    if (slice_trim(in).len > 0) {
        size_t before = r->out.len;
        enum err e = r->f->line(r->f->self, r->mem, in, &r->out);
        if (e == OK) e = r->out.failed;
        arena_reset(r->mem);
        if (e != OK) {
            r->out.len = before;
            r->out.failed = OK;
            refuse(r, e);
        }
        if (e == ERR_IO || e == ERR_FULL) r->broken = true;
        r->pending++;
        if (r->pending >= r->f->batch || r->out.len > FLUSH) settle(r);
    }
    buf_clear(&r->line);
}

static void take_chunk(struct run *r, struct slice chunk)
{
    while (chunk.len > 0 && !r->broken) {
        const char *end = memchr(chunk.ptr, '\n', chunk.len);
        struct slice part = slice_cut(chunk, 0, end ? (size_t)(end - chunk.ptr) : chunk.len);
        if (!r->skipping && buf_put(&r->line, part) != OK) {
            r->skipping = true;
            r->number++;
            refuse(r, r->line.failed);
            buf_clear(&r->line);
        }
        if (end && !r->skipping) take_line(r);
        if (end) r->skipping = false;
        chunk = slice_cut(chunk, part.len + (end != NULL), chunk.len);
    }
}

static void read_all(struct run *r, int from)
{
    char *chunk = malloc(CHUNK);
    ssize_t n = chunk ? 1 : 0;
    if (chunk == NULL) r->broken = true;
    while (n > 0 && !r->broken) {
        n = read(from, chunk, CHUNK);
        if (n < 0 && errno == EINTR) {
            n = 1;
            continue;
        }
        if (n < 0) {
            perror(r->f->name);
            r->broken = true;
        }
        if (n > 0) take_chunk(r, (struct slice){chunk, (size_t)n});
        if (n > 0 && n < CHUNK) settle(r); /* a terminal or a slow pipe: the reader waits for this */
    }
    if (r->line.len > 0 && !r->broken) take_line(r);
    settle(r);
    free(chunk);
}

int filter_run(const struct filter *f, int in, int out)
{
    struct run r = {.f = f, .mem = arena_create(f->arena_max), .line = buf_make(f->line_max), .out = buf_make(f->out_max + FLUSH), .to = out};
    if (r.mem == NULL) r.broken = true;
    else read_all(&r, in);
    arena_destroy(&r.mem);
    buf_free(&r.line);
    buf_free(&r.out);
    return r.broken ? STATUS_WORLD : r.refused ? STATUS_DATA : STATUS_OK;
}
