/* dayfile.c - a file a day, caught up from the ledger. */
#include "dayfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../libcommon/log.h"
#include "../../libcommon/state.h"
#include "dayfile_check.h"
#include "lines.h"

enum { HELD_MAX = 4 << 20, CATCH_UP = 1000 };

struct dayfile {
    char folder[4000];
    const char *type;
    int fd;
    char day[LEDGER_DAY + 1]; /* of the open file; "" when none is */
    uint64_t seq;             /* the last line that is in the files or held */
    uint64_t marked;          /* the last line of which the ledger says that it is on disk in its file */
    off_t size;               /* of the open file up to its last whole line */
    uint64_t written;         /* the first line that opening wrote, or 0 */
    bool behind;              /* a write failed */
    struct buf held;
};

static enum err os_error(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

bool dayfile_named(const char *name)
{
    if (strlen(name) != LEDGER_DAY + 6 || strcmp(name + LEDGER_DAY, ".jsonl") != 0) return false;
    for (int i = 0; i < LEDGER_DAY; i++) {
        if (i == 4 || i == 7 ? name[i] != '-' : name[i] < '0' || name[i] > '9') return false;
    }
    return true;
}

bool dayfile_number(const char *line, uint64_t *seq)
{
    return sscanf(line, "{\"v\":1,\"seq\":%" SCNu64, seq) == 1;
}

enum err dayfile_newest(const char *folder, char day[LEDGER_DAY + 1])
{
    DIR *dir = opendir(folder);
    if (dir == NULL) return ERR_IO;
    day[0] = '\0';
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (!dayfile_named(e->d_name) || memcmp(e->d_name, day, LEDGER_DAY) <= 0) continue;
        memcpy(day, e->d_name, LEDGER_DAY);
        day[LEDGER_DAY] = '\0';
    }
    closedir(dir);
    return OK;
}

enum err dayfile_drop(const char *folder, const char *day)
{
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = at >= 0 ? fdopendir(at) : NULL;
    bool some = false, gone = true;
    if (dir == NULL) {
        if (at >= 0) close(at);
        return ERR_IO;
    }
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (!dayfile_named(e->d_name) || memcmp(e->d_name, day, LEDGER_DAY) >= 0) continue;
        some = true;
        gone = unlinkat(at, e->d_name, 0) == 0 && gone;
    }
    if (gone && some) gone = fsync(at) == 0;
    closedir(dir);
    return gone ? OK : ERR_IO;
}

/* A file is on disk before the next one is begun, its name before its lines: only the newest can miss any. */
static enum err open_day(struct dayfile *f, const char *day)
{
    char path[4096];
    if (f->fd >= 0) {
        if (fdatasync(f->fd) != 0) return os_error();
        close(f->fd);
        f->fd = -1;
    }
    snprintf(path, sizeof path, "%s/%.10s.jsonl", f->folder, day);
    f->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    struct stat st;
    if (f->fd < 0 || fstat(f->fd, &st) != 0) return os_error();
    if (st.st_size == 0 && state_keep(f->folder) != OK) return os_error();
    f->size = st.st_size;
    memcpy(f->day, day, LEDGER_DAY);
    f->day[LEDGER_DAY] = '\0';
    return OK;
}

/* --- what the files hold --- */

static enum err cut(struct dayfile *f, off_t to, const char *why)
{
    log_event(LOG_WARN, "stream_file_cut", "day=%s from=%lld to=%lld why=\"%s\"", f->day, (long long)f->size, (long long)to, why);
    if (ftruncate(f->fd, to) != 0) return os_error();
    f->size = to;
    return OK;
}

/* Cuts the open file back to what in it is the ledger's, and learns the last line of that. */
static enum err settle(struct dayfile *f, struct ledger *ledger, struct trouble *t)
{
    struct dayfile_found found;
    enum err e = dayfile_check(f->fd, f->day, f->size, f->type, ledger, &found);
    if (e == OK && found.foreign != 0) {
        trouble_say(t, 64, "%.300s/%s.jsonl has a line %llu at byte %lld, which the ledger does not have or has otherwise: "
                    "this is not the ledger that wrote these files, or it is damaged (wiredesk repair)", f->folder, f->day, (unsigned long long)found.foreign, (long long)found.good);
        return ERR_SCHEMA;
    }
    if (e == OK && found.good < f->size) e = cut(f, found.good, "the rest is torn or never came to the disk");
    f->seq = found.seq;
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
    return f->held.len == 0 ? f->seq + 1 : dayfile_line_seq(slice_cut(buf_slice(&f->held), 0, slice_find(buf_slice(&f->held), SLICE("\n"), 0)));
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

enum err dayfile_sync(struct dayfile *f, struct ledger *ledger)
{
    if (f->fd < 0 || f->held.len > 0 || f->seq == f->marked) return OK;
    if (fdatasync(f->fd) != 0) return os_error();
    enum err e = dayfile_set_mark(ledger, f->type, (struct dayfile_mark){f->seq, (uint64_t)f->size});
    if (e == OK) f->marked = f->seq;
    return e;
}

/* Opens the newest file that has a whole line; emptied ones go. */
static enum err open_newest(struct dayfile *f, struct ledger *ledger, struct trouble *t)
{
    for (;;) {
        char day[LEDGER_DAY + 1], path[4096];
        enum err e = dayfile_newest(f->folder, day);
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
