/* dayfile.c - a file a day, caught up from the ledger. */
#include "dayfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../libcommon/log.h"
#include "lines.h"

enum { HELD_MAX = 4 << 20, CATCH_UP = 1000 };

struct dayfile {
    char folder[4000];
    const char *type;
    int fd;
    char day[LEDGER_DAY + 1]; /* of the open file; "" when none is */
    uint64_t seq;             /* the last line that is in the files or held */
    off_t size;               /* of the open file up to its last whole line */
    uint64_t written;         /* the first line that opening wrote, or 0 */
    bool behind;              /* a write failed */
    struct buf held;
};

static enum err os_error(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

static bool is_day(const char *name)
{
    if (strlen(name) != LEDGER_DAY + 6 || strcmp(name + LEDGER_DAY, ".jsonl") != 0) return false;
    for (int i = 0; i < LEDGER_DAY; i++) {
        if (i == 4 || i == 7 ? name[i] != '-' : name[i] < '0' || name[i] > '9') return false;
    }
    return true;
}

/* The newest file's day, or "". */
static enum err newest(const char *folder, char day[LEDGER_DAY + 1])
{
    DIR *dir = opendir(folder);
    if (dir == NULL) return ERR_IO;
    day[0] = '\0';
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (!is_day(e->d_name) || memcmp(e->d_name, day, LEDGER_DAY) <= 0) continue;
        memcpy(day, e->d_name, LEDGER_DAY);
        day[LEDGER_DAY] = '\0';
    }
    closedir(dir);
    return OK;
}

static enum err open_day(struct dayfile *f, const char *day)
{
    char path[4096];
    if (f->fd >= 0) {
        (void)fdatasync(f->fd); /* what is lost is written again at the next start */
        close(f->fd);
        f->fd = -1;
    }
    snprintf(path, sizeof path, "%s/%.10s.jsonl", f->folder, day);
    f->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    struct stat st;
    if (f->fd < 0 || fstat(f->fd, &st) != 0) return os_error();
    f->size = st.st_size;
    memcpy(f->day, day, LEDGER_DAY);
    f->day[LEDGER_DAY] = '\0';
    return OK;
}

/* --- the end of a file --- */

/* Where the line begins that ends at `end` (behind its newline); 0 at the file's start. */
static enum err line_start(int fd, off_t end, off_t *start)
{
    char block[65536];
    for (off_t to = end - 1; to > 0;) {
        off_t from = to > (off_t)sizeof block ? to - (off_t)sizeof block : 0;
        if (pread(fd, block, (size_t)(to - from), from) != to - from) return ERR_IO;
        for (off_t i = to - from; i > 0; i--) {
            if (block[i - 1] != '\n') continue;
            *start = from + i;
            return OK;
        }
        to = from;
    }
    *start = 0;
    return OK;
}

static enum err read_bytes(int fd, off_t from, off_t to, struct buf *out)
{
    buf_clear(out);
    char *p = to > from ? buf_room(out, (size_t)(to - from)) : buf_room(out, 1);
    if (p == NULL) return out->failed;
    if (pread(fd, p, (size_t)(to - from), from) != to - from) return ERR_IO;
    out->len = (size_t)(to - from);
    return OK;
}

/* The line's seq, or 0 when these bytes are no line of ours. */
static uint64_t seq_of(struct slice line)
{
    json_t *v = json_loadb(line.ptr, line.len, 0, NULL);
    json_int_t seq = json_integer_value(json_object_get(v, "seq"));
    json_decref(v);
    return seq > 0 ? (uint64_t)seq : 0;
}

struct same { struct slice line; bool found, equal; };

static enum err compare(void *self, const struct ledger_line *line)
{
    struct same *s = self;
    s->found = true;
    s->equal = slice_eq(s->line, line->line);
    return OK;
}

static enum err cut(struct dayfile *f, off_t to, const char *why)
{
    char path[64];
    log_event(LOG_WARN, "stream_file_cut", "day=%s from=%lld to=%lld why=%s", f->day, (long long)f->size, (long long)to,
              log_quote(slice_of(why), path, sizeof path));
    if (ftruncate(f->fd, to) != 0) return os_error();
    f->size = to;
    return OK;
}

/* Cuts the open file back to its last whole line that the ledger has, and learns its seq. */
static enum err settle(struct dayfile *f, struct ledger *ledger, struct trouble *t)
{
    struct buf line = buf_make(LINE_MAX_BYTES * 2);
    enum err e = OK;
    while (e == OK && f->size > 0) {
        char last;
        off_t start = 0;
        if (pread(f->fd, &last, 1, f->size - 1) != 1) e = ERR_IO;
        if (e == OK) e = line_start(f->fd, last == '\n' ? f->size : f->size + 1, &start);
        if (e == OK && last != '\n') {
            e = cut(f, start, "torn line");
            continue;
        }
        if (e == OK) e = read_bytes(f->fd, start, f->size - 1, &line);
        uint64_t seq = e == OK ? seq_of(buf_slice(&line)) : 0;
        if (e == OK && seq == 0) {
            e = cut(f, start, "no line");
            continue;
        }
        struct same s = {.line = buf_slice(&line)};
        if (e == OK) e = ledger_lines(ledger, seq, 1, (struct slice){NULL, 0}, compare, &s);
        if (e == OK && !s.equal) {
            trouble_say(t, 64, "%.300s/%s.jsonl ends with line %llu, which the ledger %s: this is not the ledger that wrote these files",
                        f->folder, f->day, (unsigned long long)seq, s.found ? "has otherwise" : "does not have");
            e = ERR_SCHEMA;
        }
        f->seq = seq;
        break;
    }
    buf_free(&line);
    return e;
}

/* --- writing --- */

static enum err write_held(struct dayfile *f)
{
    size_t done = 0;
    while (done < f->held.len) {
        ssize_t n = write(f->fd, f->held.ptr + done, f->held.len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n == 0 ? ERR_IO : os_error();
        done += (size_t)n;
    }
    f->size += (off_t)done;
    buf_clear(&f->held);
    return OK;
}

/* After a failed write: the file is cut back to what it held whole, and the lines that were held are forgotten. */
static void retreat(struct dayfile *f, uint64_t seq)
{
    if (ftruncate(f->fd, f->size) != 0) log_event(LOG_ERROR, "stream_file_cut_failed", "day=%s", f->day);
    buf_clear(&f->held);
    f->seq = seq;
    f->behind = true;
}

static uint64_t first_held(const struct dayfile *f)
{
    return f->held.len == 0 ? f->seq + 1 : seq_of(slice_cut(buf_slice(&f->held), 0, slice_find(buf_slice(&f->held), SLICE("\n"), 0)));
}

enum err dayfile_flush(struct dayfile *f)
{
    if (f->held.len == 0) return OK;
    uint64_t first = first_held(f);
    enum err e = write_held(f);
    if (e != OK) retreat(f, first - 1);
    return e;
}

enum err dayfile_add(struct dayfile *f, uint64_t seq, const char *day, struct slice line)
{
    if (seq <= f->seq) return OK;
    enum err e = OK;
    if (memcmp(day, f->day, LEDGER_DAY) != 0) {
        e = dayfile_flush(f);
        if (e == OK) e = open_day(f, day);
    }
    if (e == OK && f->held.len + line.len > HELD_MAX) e = dayfile_flush(f);
    if (e != OK) return e;
    if (buf_put(&f->held, line) != OK || buf_char(&f->held, '\n') != OK) return ERR_NOMEM;
    f->seq = seq;
    return OK;
}

struct follower { struct dayfile *file; uint64_t next; unsigned n; };

static enum err add_line(void *self, const struct ledger_line *line)
{
    struct follower *w = self;
    char day[LEDGER_DAY + 1] = "";
    if (line->day.len != LEDGER_DAY) return ERR_MALFORMED;
    memcpy(day, line->day.ptr, LEDGER_DAY);
    w->n++;
    w->next = line->seq + 1;
    return dayfile_add(w->file, line->seq, day, line->line);
}

enum err dayfile_follow(struct dayfile *f, struct ledger *ledger)
{
    enum err e = dayfile_flush(f);
    struct follower w = {.file = f, .next = f->seq + 1, .n = CATCH_UP};
    while (e == OK && w.n == CATCH_UP) {
        w.n = 0;
        e = ledger_lines(ledger, w.next, CATCH_UP, slice_of(f->type), add_line, &w);
        if (e == OK) e = dayfile_flush(f);
    }
    return e;
}

enum err dayfile_mend(struct dayfile *f, struct ledger *ledger)
{
    if (!f->behind) return OK;
    enum err e = dayfile_follow(f, ledger);
    if (e == OK) f->behind = false;
    return e;
}

uint64_t dayfile_written(const struct dayfile *f)
{
    return f->written;
}

enum err dayfile_sync(struct dayfile *f)
{
    if (f->fd < 0) return OK;
    return fdatasync(f->fd) == 0 ? OK : os_error();
}

/* Opens the newest file that has a whole line; emptied ones go. */
static enum err open_newest(struct dayfile *f, struct ledger *ledger, struct trouble *t)
{
    for (;;) {
        char day[LEDGER_DAY + 1], path[4096];
        enum err e = newest(f->folder, day);
        if (e == OK && day[0] == '\0') {
            f->day[0] = '\0';
            return OK;
        }
        if (e == OK) e = open_day(f, day);
        if (e == OK) e = settle(f, ledger, t);
        if (e != OK || f->size > 0) return e;
        snprintf(path, sizeof path, "%s/%.10s.jsonl", f->folder, day);
        close(f->fd);
        f->fd = -1;
        if (unlink(path) != 0) return os_error();
    }
}

struct dayfile *dayfile_open(const char *folder, const char *type, struct ledger *ledger, struct trouble *t)
{
    struct dayfile *f = calloc(1, sizeof *f);
    if (f == NULL || strlen(folder) >= sizeof f->folder) {
        trouble_say(t, 75, "cannot keep stream files in %.300s: %s", folder, f == NULL ? "out of memory" : "the path is too long");
        free(f);
        return NULL;
    }
    memcpy(f->folder, folder, strlen(folder) + 1);
    f->type = type;
    f->fd = -1;
    f->held = buf_make(HELD_MAX + LINE_MAX_BYTES + 2);
    t->line[0] = '\0';
    enum err e = open_newest(f, ledger, t);
    uint64_t had = f->seq;
    if (e == OK) e = dayfile_follow(f, ledger);
    if (e == OK && f->seq > had) f->written = had + 1;
    if (e == OK) return f;
    if (t->line[0] == '\0')
        trouble_say(t, 75, "cannot write stream files in %.300s: %s", folder, e == ERR_IO || e == ERR_FULL ? strerror(errno) : err_name(e));
    dayfile_close(&f);
    return NULL;
}

void dayfile_close(struct dayfile **f)
{
    if (*f == NULL) return;
    if ((*f)->fd >= 0) {
        if (dayfile_flush(*f) != OK) log_event(LOG_WARN, "stream_file_behind", "day=%s", (*f)->day); /* the next start catches up */
        (void)fdatasync((*f)->fd);
        close((*f)->fd);
    }
    buf_free(&(*f)->held);
    free(*f);
    *f = NULL;
}
