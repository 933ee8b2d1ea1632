/* filter.c - report --stdio: JSON documents in, stream lines out, with the daemon's own desk and ledger. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/clock.h"
#include "lines.h"
#include "office.h"

enum { READ_SIZE = 1 << 20, BATCH = 256 };

struct filter {
    struct office office;
    struct buf in;   /* read and not yet taken */
    struct buf out;  /* committed and not yet written */
    struct arena *mem;
    uint64_t clock;  /* the latest `accepted`; wall time until there is one */
    bool told_time;
    uint64_t refused;
};

static enum err collect(void *self, uint64_t seq, struct slice line)
{
    struct filter *f = self;
    (void)seq;
    buf_put(&f->out, line);
    return buf_char(&f->out, '\n');
}

static bool write_all(struct buf *b)
{
    for (size_t done = 0; done < b->len;) {
        ssize_t n = write(STDOUT_FILENO, b->ptr + done, b->len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        done += (size_t)n;
    }
    buf_clear(b);
    return true;
}

static enum err take(struct filter *f, struct slice line)
{
    struct doc doc;
    struct desk_taken taken;
    unsigned told;
    arena_reset(f->mem);
    enum err e = doc_from_json(line, f->mem, &doc);
    if (e == ERR_NOMEM) return e;
    if (e != OK) {
        f->refused++;
        log_event(LOG_WARN, "line_refused", "error=%s", err_name(e));
        return OK;
    }
    if (doc_has(&doc, DOC_ACCEPTED) && doc.accepted > 0 && (!f->told_time || doc.accepted > f->clock)) {
        f->clock = doc.accepted;
        f->told_time = true;
    }
    if (!f->told_time) f->clock = clock_wall_ms();
    e = desk_take(f->office.desk, f->mem, &doc, f->clock, &taken);
    return e == OK ? office_tell(&f->office, f->clock, f->clock, BATCH, &told) : e;
}

/* Everything that is still owed: lines of stories, then the stats. */
static enum err finish(struct filter *f)
{
    unsigned told = 1;
    enum err e = OK;
    while (e == OK && told > 0) e = office_tell(&f->office, UINT64_MAX, f->clock, BATCH, &told);
    if (e == OK && desk_taken_since(f->office.desk) > 0) e = desk_stats(f->office.desk, &(struct desk_gauges){0}, f->clock);
    return e;
}

static enum err commit(struct filter *f, enum err e)
{
    if (e == OK) e = ledger_commit(f->office.ledger);
    if (e == OK) e = office_publish(&f->office);
    if (e == OK && !write_all(&f->out)) e = ERR_IO;
    return e;
}

/* The whole lines that have been read, up to a batch; at the end of input also one without a newline. */
static enum err take_batch(struct filter *f, bool end)
{
    size_t at = 0, n = 0;
    enum err e = ledger_begin(f->office.ledger);
    while (e == OK && n < BATCH && at < f->in.len) {
        struct slice in = buf_slice(&f->in);
        size_t stop = slice_find(in, SLICE("\n"), at);
        if (stop == SIZE_MAX && !end) break;
        if (stop == SIZE_MAX) stop = in.len;
        struct slice line = slice_trim(slice_cut(in, at, stop));
        if (line.len > 0) e = take(f, line);
        n++;
        at = stop < in.len ? stop + 1 : in.len;
    }
    e = commit(f, e);
    if (at > 0) {
        memmove(f->in.ptr, f->in.ptr + at, f->in.len - at);
        f->in.len -= at;
    }
    return e;
}

static enum err fill(struct filter *f, bool *end)
{
    char *p = buf_room(&f->in, READ_SIZE);
    if (p == NULL) return ERR_TOO_BIG;
    ssize_t n = read(STDIN_FILENO, p, READ_SIZE);
    if (n < 0) return errno == EINTR ? OK : ERR_IO;
    *end = n == 0;
    f->in.len += (size_t)n;
    return OK;
}

static enum err run(struct filter *f)
{
    bool end = false;
    enum err e = OK;
    while (e == OK && !end) {
        e = fill(f, &end);
        while (e == OK && f->in.len > 0 && (end || memchr(f->in.ptr, '\n', f->in.len) != NULL)) e = take_batch(f, end);
    }
    if (e == OK) e = ledger_begin(f->office.ledger);
    return e == OK ? commit(f, finish(f)) : e;
}

int report_filter(const struct report_settings *s)
{
    struct filter f = {.in = buf_make((size_t)4 * DOC_FRAME_MAX), .out = buf_make(SIZE_MAX), .mem = arena_create(DOC_ARENA_MAX)};
    struct trouble t = {EXIT_TRY_AGAIN, "out of memory"};
    f.office.line = collect;
    f.office.self = &f;
    bool open = f.mem != NULL && office_open(&f.office, s, false, &t);
    enum err e = OK;
    if (open) {
        e = run(&f);
        if (e != OK) {
            trouble_say(&t, EXIT_TRY_AGAIN, "%s: %s", err_name(e), ledger_trouble(f.office.ledger));
            office_undo(&f.office);
        }
    }
    if (!open || e != OK) fprintf(stderr, "wiredesk-report: %s\n", t.line);
    office_close(&f.office);
    arena_destroy(&f.mem);
    buf_free(&f.in);
    buf_free(&f.out);
    return open && e == OK ? 0 : t.status;
}
