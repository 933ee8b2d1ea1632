/* ledger_pages_log.c - walks the frames of a write-ahead log by SQLite's own sums, past those that are damaged. */
#include "ledger_pages_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { HEADER = 32, FRAME = 24, MAGIC = 0x377f0682 };

struct sum { uint32_t a, b; };

static uint32_t get32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void add(struct sum *s, const unsigned char *p, size_t n, bool big)
{
    for (size_t i = 0; i + 8 <= n; i += 8) {
        uint32_t x = get32(p + i), y = get32(p + i + 4);
        s->a += (big ? x : __builtin_bswap32(x)) + s->b;
        s->b += (big ? y : __builtin_bswap32(y)) + s->a;
    }
}

/* Room for page n. */
static enum err widen(struct pages_log *log, uint64_t n)
{
    if (n <= log->room) return OK;
    uint64_t room = n * 2 + 1024;
    off_t *wide = realloc(log->at, room * sizeof *wide);
    if (wide == NULL) return ERR_NOMEM;
    memset(wide + log->room, 0, (room - log->room) * sizeof *wide);
    log->at = wide;
    log->room = room;
    return OK;
}

struct walk {
    struct pages_log *log;
    size_t page_size;
    unsigned char *frame;
    const unsigned char *head;
    bool big;
    off_t end; /* behind the last commit */
    uint64_t pages;
};

/* Calls `each` for the frames of this log: number, whether it is what was written. Stops where frames of an earlier log begin. */
static enum err frames(struct walk *w, off_t limit, enum err (*each)(struct walk *, off_t at, bool good))
{
    struct sum before = {get32(w->head + 24), get32(w->head + 28)};
    off_t step = FRAME + (off_t)w->page_size;
    enum err e = OK;
    for (off_t at = HEADER; e == OK && (limit == 0 || at < limit); at += step) {
        ssize_t n = pread(w->log->fd, w->frame, (size_t)step, at);
        if (n < 0) return ERR_IO;
        if (n != step) break;
        struct sum sum = before;
        add(&sum, w->frame, 8, w->big);
        add(&sum, w->frame + FRAME, w->page_size, w->big);
        before = (struct sum){get32(w->frame + 16), get32(w->frame + 20)}; /* as it stands there: what follows a damaged frame can be judged, too */
        bool ours = memcmp(w->frame + 8, w->head + 16, 8) == 0;
        e = each(w, at, ours && sum.a == before.a && sum.b == before.b && get32(w->frame) != 0);
    }
    return e;
}

static enum err find_end(struct walk *w, off_t at, bool good)
{
    uint32_t commit = get32(w->frame + 4);
    if (!good || commit == 0) return OK;
    w->end = at + FRAME + (off_t)w->page_size;
    w->pages = commit;
    return OK;
}

static enum err note(struct walk *w, off_t at, bool good)
{
    struct pages_log *log = w->log;
    uint32_t page = get32(w->frame);
    log->frames++;
    log->damaged += !good;
    if (log->damaged > 0 && good && get32(w->frame + 4) != 0) log->commits_behind++;
    if (page == 0 || page > w->pages) return OK;
    enum err e = widen(log, page);
    if (e == OK) log->at[page - 1] = good ? at + FRAME : LOG_DAMAGED;
    return e;
}

enum err pages_log_open(const char *path, size_t page_size, struct pages_log *log)
{
    unsigned char head[HEADER];
    struct sum sum = {0, 0};
    *log = (struct pages_log){.fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (log->fd < 0) return errno == ENOENT ? OK : ERR_IO;
    if (pread(log->fd, head, HEADER, 0) != HEADER || (get32(head) & ~1u) != MAGIC || (page_size != 0 && get32(head + 8) != page_size)) return OK;
    page_size = get32(head + 8);
    if (page_size < 512 || page_size > 65536) return OK;
    struct walk w = {.log = log, .page_size = page_size, .frame = malloc(FRAME + page_size), .head = head, .big = get32(head) & 1};
    add(&sum, head, 24, w.big);
    enum err e = w.frame == NULL ? ERR_NOMEM : OK;
    if (e == OK && sum.a == get32(head + 24) && sum.b == get32(head + 28)) {
        e = frames(&w, 0, find_end);
        log->pages = w.pages;
        if (e == OK && w.end > 0) e = frames(&w, w.end, note);
    }
    free(w.frame);
    return e;
}

void pages_log_close(struct pages_log *log)
{
    if (log->fd >= 0) close(log->fd);
    log->fd = -1;
    free(log->at);
    log->at = NULL;
}

bool pages_log_whole(const char *path, char *why, size_t size)
{
    char name[4300];
    struct pages_log log;
    snprintf(name, sizeof name, "%s-wal", path);
    bool good = pages_log_open(name, 0, &log) != OK || log.commits_behind < 2;
    if (!good) snprintf(why, size, "%.160s-wal is damaged: %ju of %ju frames are not what was written", path, (uintmax_t)log.damaged, (uintmax_t)log.frames);
    pages_log_close(&log);
    return good;
}
