/* dayfile_check.c - a day's file held against the ledger, line by line from the last mark on. */
#include "dayfile_check.h"

#include <jansson.h>
#include <unistd.h>

#include "lines.h"

enum { CHUNK = 1000, BLOCK = 65536 };

struct check {
    int fd;
    const char *day;
    off_t at, size;    /* so far the file is the ledger's; its end */
    uint64_t seq;      /* of the last line that is */
    unsigned n;        /* lines asked for in this chunk */
    bool ended;
    struct buf bytes;
};

/* --- the mark --- */

static struct slice mark_name(const char *type, const char *of, char out[64])
{
    int n = snprintf(out, 64, "filed_%s%s%s", of, type ? "_" : "", type ? type : "");
    return (struct slice){out, (size_t)n};
}

enum err dayfile_read_mark(struct ledger *ledger, const char *type, struct dayfile_mark *mark)
{
    char name[64];
    enum err e = ledger_meta(ledger, mark_name(type, "seq", name), &mark->seq);
    return e == OK ? ledger_meta(ledger, mark_name(type, "size", name), &mark->size) : e;
}

enum err dayfile_set_mark(struct ledger *ledger, const char *type, struct dayfile_mark mark)
{
    char name[64];
    enum err e = ledger_begin(ledger);
    if (e == OK) e = ledger_put_meta(ledger, mark_name(type, "seq", name), mark.seq);
    if (e == OK) e = ledger_put_meta(ledger, mark_name(type, "size", name), mark.size);
    if (e == OK) e = ledger_commit(ledger);
    if (e != OK) ledger_rollback(ledger);
    return e;
}

/* --- bytes of the file --- */

/* Whether line and newline stand at `at`. */
static enum err stands(struct check *c, off_t at, struct slice line, bool *same)
{
    *same = at >= 0 && (uint64_t)(c->size - at) > line.len;
    if (!*same) return OK;
    buf_clear(&c->bytes);
    char *p = buf_room(&c->bytes, line.len + 1);
    if (p == NULL) return c->bytes.failed;
    if (pread(c->fd, p, line.len + 1, at) != (ssize_t)line.len + 1) return ERR_IO;
    *same = memcmp(p, line.ptr, line.len) == 0 && p[line.len] == '\n';
    return OK;
}

uint64_t dayfile_line_seq(struct slice line)
{
    json_t *v = json_loadb(line.ptr, line.len, 0, NULL);
    json_int_t seq = json_integer_value(json_object_get(v, "seq"));
    json_decref(v);
    return seq > 0 ? (uint64_t)seq : 0;
}

/* The number of the whole line at c->at, or 0 when there is none. */
static enum err line_number(struct check *c, uint64_t *seq)
{
    *seq = 0;
    buf_clear(&c->bytes);
    for (off_t at = c->at; at < c->size && c->bytes.len < LINE_MAX_BYTES; at += BLOCK) {
        size_t n = c->size - at < BLOCK ? (size_t)(c->size - at) : BLOCK;
        char *p = buf_room(&c->bytes, n);
        if (p == NULL) return c->bytes.failed;
        if (pread(c->fd, p, n, at) != (ssize_t)n) return ERR_IO;
        const char *newline = memchr(p, '\n', n);
        c->bytes.len += newline ? (size_t)(newline - p) : n;
        if (newline == NULL) continue;
        *seq = dayfile_line_seq(buf_slice(&c->bytes));
        return OK;
    }
    return OK;
}

/* --- against the ledger --- */

static bool of_day(const struct check *c, const struct ledger_line *line)
{
    return slice_eq(line->day, (struct slice){c->day, LEDGER_DAY});
}

static enum err next_line(void *self, const struct ledger_line *line)
{
    struct check *c = self;
    bool same = false;
    c->n++;
    if (!c->ended && of_day(c, line)) {
        enum err e = stands(c, c->at, line->line, &same);
        if (e != OK) return e;
    }
    c->ended = !same;
    if (!same) return OK;
    c->at += (off_t)line->line.len + 1;
    c->seq = line->seq;
    return OK;
}

/* The mark's line ends where the mark says: then the file is good up to there. */
static enum err at_mark(void *self, const struct ledger_line *line)
{
    struct check *c = self;
    bool same = false;
    off_t end = c->at;
    enum err e = line->seq == c->seq && of_day(c, line) ? stands(c, end - (off_t)line->line.len - 1, line->line, &same) : OK;
    c->ended = !same;
    return e;
}

static enum err begin(struct check *c, const char *type, struct ledger *ledger)
{
    struct dayfile_mark mark;
    enum err e = dayfile_read_mark(ledger, type, &mark);
    c->at = (off_t)mark.size;
    c->seq = mark.seq;
    c->ended = true;
    if (e == OK && mark.size > 0 && mark.size <= (uint64_t)c->size) e = ledger_lines(ledger, mark.seq, 1, slice_of(type), at_mark, c);
    if (e != OK || !c->ended) return e;
    c->at = 0;
    e = line_number(c, &c->seq); /* the first line of the day says where in the ledger the day begins */
    if (c->seq > 0) c->seq--;
    return e;
}

enum err dayfile_check(int fd, const char *day, off_t size, const char *type, struct ledger *ledger, struct dayfile_found *found)
{
    struct check c = {.fd = fd, .day = day, .size = size, .bytes = buf_make(LINE_MAX_BYTES + BLOCK)};
    enum err e = begin(&c, type, ledger);
    c.ended = false;
    for (c.n = CHUNK; e == OK && !c.ended && c.n == CHUNK;) {
        c.n = 0;
        e = ledger_lines(ledger, c.seq + 1, CHUNK, slice_of(type), next_line, &c);
    }
    *found = (struct dayfile_found){.good = c.at, .seq = c.at > 0 ? c.seq : 0};
    if (e == OK && c.at < c.size) e = line_number(&c, &found->foreign);
    buf_free(&c.bytes);
    return e;
}
