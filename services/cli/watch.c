/* watch.c - looks at a folder: no event queue that could overflow, and it works on any file system and through any mount. */
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether somebody has the file open for writing: the kernel grants a read lease only when nobody has. */
static enum writers writers_of(const char *at)
{
    int fd = open(at, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return WRITERS_UNKNOWN;
    enum writers w = WRITERS_UNKNOWN;
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
        w = WRITERS_NONE;
        if (fcntl(fd, F_SETLEASE, F_UNLCK) != 0) w = WRITERS_UNKNOWN;
    } else if (errno == EAGAIN) {
        w = WRITERS_SOME;
    }
    close(fd);
    return w;
}

static int by_place(const void *a, const void *b)
{
    return strcmp(((const struct path *)a)->at, ((const struct path *)b)->at);
}

static void leave_out(void *self, const char *at, int error)
{
    (void)self, (void)at, (void)error; /* it may be there at the next look */
}

static bool look_at(struct watch_entry *e, uint64_t now_ms)
{
    struct stat st;
    if (stat(e->at, &st) != 0) return false;
    struct seen seen = {(uint64_t)st.st_size, st.st_ino, st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec};
    /* the lease is asked for only when its answer matters */
    bool fresh = e->watched.seen.mtime_ns != seen.mtime_ns || e->watched.seen.size != seen.size || e->watched.seen.inode != seen.inode;
    enum writers writers = fresh || e->watched.fed ? WRITERS_UNKNOWN : writers_of(e->at);
    return watched_ready(&e->watched, &seen, writers, now_ms);
}

enum err watch_look(struct watch *w, const char *dir, uint64_t now_ms, struct paths *ready)
{
    struct paths found = {0};
    enum err e = paths_add(&found, dir, dir, leave_out, NULL);
    if (e == ERR_IO) e = OK;
    struct watch next = {calloc(found.len + 1, sizeof *next.ptr), 0};
    if (next.ptr == NULL) e = ERR_NOMEM;
    if (e == OK && found.len > 1) qsort(found.ptr, found.len, sizeof *found.ptr, by_place);
    size_t old = 0;
    for (size_t i = 0; e == OK && i < found.len; i++) {
        struct path *p = &found.ptr[i];
        while (old < w->len && strcmp(w->ptr[old].at, p->at) < 0) old++;
        struct watch_entry *entry = &next.ptr[next.len++];
        if (old < w->len && strcmp(w->ptr[old].at, p->at) == 0) entry->watched = w->ptr[old].watched;
        entry->at = p->at;
        p->at = NULL; /* the entry's from now on */
        bool was = entry->watched.fed;
        if (!look_at(entry, now_ms)) continue;
        e = paths_put(ready, entry->at, p->id, p->size);
        if (e != OK) entry->watched.fed = was;
    }
    paths_free(&found);
    watch_free(w);
    *w = next;
    return e;
}

void watch_free(struct watch *w)
{
    for (size_t i = 0; i < w->len; i++) free(w->ptr[i].at);
    free(w->ptr);
    *w = (struct watch){0};
}
