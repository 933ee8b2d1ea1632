/* quarantine.c - one file a frame, written beside and renamed. */
#include "quarantine.h"

#include "log.h"
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_MS = 300000 };

void quarantine_open(struct quarantine *q, const char *state, const char *name, uint64_t keep_ms)
{
    *q = (struct quarantine){.count = SIZE_MAX, .count_max = QUARANTINE_COUNT, .bytes_max = QUARANTINE_BYTES, .keep_ms = keep_ms, .clock = clock_watch_begin()};
    if (state_path(q->folder, sizeof q->folder, state, "quarantine/%s", name) != OK) q->folder[0] = '\0';
}

/* Makes the folder and those above it, up to the state directory. */
static bool make_folder(const char *folder)
{
    char above[4096];
    if (mkdir(folder, 0700) == 0 || errno == EEXIST) return true;
    if (errno != ENOENT) return false;
    snprintf(above, sizeof above, "%s", folder);
    *strrchr(above, '/') = '\0';
    return mkdir(above, 0700) == 0 && mkdir(folder, 0700) == 0;
}

static int is_frame(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && slice_ends(slice_of(entry->d_name), SLICE(".frame"));
}

/* Counts what is there; removes what is too old, and while it is over nine tenths of a limit the oldest (their names begin with the time). */
static void tidy(struct quarantine *q)
{
    struct dirent **entry;
    char path[4400];
    struct stat st;
    uint64_t now = clock_wall_ms(), oldest = 0;
    if (q->keep_ms != 0 && clock_watch_believed(&q->clock) && q->keep_ms < now) oldest = now - q->keep_ms;
    int n = scandir(q->folder, &entry, is_frame, alphasort);
    q->count = q->bytes = 0;
    for (int i = n - 1; i >= 0; i--) {
        snprintf(path, sizeof path, "%s/%s", q->folder, entry[i]->d_name);
        size_t size = stat(path, &st) == 0 ? (size_t)st.st_size : 0;
        bool keep = strtoull(entry[i]->d_name, NULL, 10) >= oldest && q->count + 1 <= q->count_max / 10 * 9 && q->bytes + size <= q->bytes_max / 10 * 9;
        if (keep || unlink(path) != 0) {
            q->count++;
            q->bytes += size;
        }
        free(entry[i]);
    }
    if (n >= 0) free(entry);
}

void quarantine_settle(struct quarantine *q)
{
    uint64_t now = clock_mono_ms();
    if (q->keep_ms == 0 || q->folder[0] == '\0' || (q->looked != 0 && now - q->looked < LOOK_MS)) return;
    q->looked = now;
    tidy(q);
}

static bool write_file(const char *path, struct slice frame)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    bool good = write_all(fd, frame);
    return close(fd) == 0 && good;
}

void quarantine_put(struct quarantine *q, struct slice frame, enum err why)
{
    char path[4400], temporary[4400];
    if (q->folder[0] != '\0' && make_folder(q->folder) && frame.len <= q->bytes_max / 2) {
        if (q->count >= q->count_max || q->bytes + frame.len > q->bytes_max) tidy(q);
        snprintf(temporary, sizeof temporary, "%s/.%d", q->folder, (int)getpid());
        snprintf(path, sizeof path, "%s/%013ju-%d-%06ju.%s.frame", q->folder, (uintmax_t)clock_wall_ms(), (int)getpid(),
                 (uintmax_t)q->serial++, err_name(why));
        if (write_file(temporary, frame) && rename(temporary, path) == 0) {
            q->count++;
            q->bytes += frame.len;
            return;
        }
        unlink(temporary);
    }
    log_event(LOG_WARN, "quarantine_failed", "bytes=%zu error=\"%s\"", frame.len, strerror(errno));
}
