/* paths.c - walks folders with fts, names files, and decides when a watched file is whole. */
#include "paths.h"

#include "../../proto/feed.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { ID_MAX = 4096 };

enum err paths_put(struct paths *p, const char *at, const char *id, uint64_t size)
{
    struct path path = {.at = strdup(at), .id = strdup(id), .size = size};
    enum err e = path.at == NULL || path.id == NULL ? ERR_NOMEM : OK;
    if (e == OK && p->len == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 64;
        struct path *more = realloc(p->ptr, cap * sizeof *more);
        if (more == NULL) e = ERR_NOMEM;
        else p->ptr = more, p->cap = cap;
    }
    if (e == OK) {
        p->ptr[p->len++] = path;
    } else {
        free(path.at);
        free(path.id);
    }
    return e;
}

static enum err add(struct paths *p, const char *at, const char *id_of, uint64_t size)
{
    struct buf id = buf_make(ID_MAX);
    enum err e = feed_id(id_of, &id);
    const char *text = e == OK ? buf_cstr(&id) : NULL;
    e = text != NULL ? paths_put(p, at, text, size) : id.failed;
    buf_free(&id);
    return e;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static const char *behind(const char *at, const char *base)
{
    size_t n = base ? strlen(base) : 0;
    return n > 0 && strncmp(at, base, n) == 0 ? at + n : at;
}

enum err paths_add(struct paths *p, const char *at, const char *base, void (*unread)(void *, const char *, int), void *self)
{
    struct stat st;
    if (strcmp(at, "-") == 0) return add(p, at, "-", 0);
    if (stat(at, &st) != 0) return ERR_IO;
    char *roots[] = {(char *)(uintptr_t)at, NULL};
    FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (fts == NULL) return ERR_NOMEM;
    enum err e = OK;
    FTSENT *f;
    while (e == OK && (errno = 0, f = fts_read(fts)) != NULL) {
        bool hidden = f->fts_level > 0 && feed_hidden(f->fts_name);
        if (f->fts_info == FTS_D && hidden) fts_set(fts, f, FTS_SKIP);
        if (f->fts_info == FTS_DNR || f->fts_info == FTS_ERR || f->fts_info == FTS_NS || f->fts_info == FTS_SLNONE) {
            if (!hidden) unread(self, f->fts_path, f->fts_errno ? f->fts_errno : ENOENT);
        }
        /* a pipe or device is read only when it is named */
        bool file = f->fts_info == FTS_F || (f->fts_info == FTS_DEFAULT && f->fts_level == 0);
        if (file && !hidden) e = add(p, f->fts_path, behind(f->fts_path, base), (uint64_t)f->fts_statp->st_size);
    }
    if (e == OK && f == NULL && errno != 0) e = ERR_IO;
    int saved = errno;
    fts_close(fts);
    errno = saved;
    return e;
}

void paths_free(struct paths *p)
{
    for (size_t i = 0; i < p->len; i++) {
        free(p->ptr[i].at);
        free(p->ptr[i].id);
    }
    free(p->ptr);
    *p = (struct paths){0};
}

static bool same(const struct seen *a, const struct seen *b)
{
    return a->size == b->size && a->inode == b->inode && a->mtime_ns == b->mtime_ns;
}

bool watched_ready(struct watched *w, const struct seen *seen, enum writers writers, uint64_t now_ms)
{
    if (!same(&w->seen, seen)) {
        *w = (struct watched){*seen, now_ms, false};
        return false;
    }
    if (w->fed || seen->size == 0) return false;
    uint64_t quiet = now_ms - w->since_ms;
    if (quiet < (writers == WRITERS_SOME ? WATCH_OPEN_MS : writers == WRITERS_NONE ? 1 : WATCH_QUIET_MS)) return false;
    w->fed = true;
    return true;
}
