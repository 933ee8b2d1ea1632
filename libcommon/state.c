/* state.c - paths, endpoints and locks below the state directory. */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

enum { PATH_BYTES = 4096 };

enum err state_keep(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return ERR_IO;
    int why = fsync(fd) == 0 || errno == EINVAL ? 0 : errno; /* EINVAL: this file system has nothing to make last */
    close(fd);
    errno = why;
    return why == 0 ? OK : ERR_IO;
}

/* Of a new folder. One above it that we may write but not read is nothing that we can make last. */
static enum err keep_name(const char *path)
{
    char above[PATH_BYTES];
    const char *end = path + strlen(path);
    while (end > path + 1 && end[-1] == '/') end--;
    while (end > path && end[-1] != '/') end--;
    snprintf(above, sizeof above, "%.*s", (int)(end - path), path);
    return state_keep(above[0] ? above : ".") == OK || errno == EACCES ? OK : ERR_IO;
}

int state_status(int why)
{
    static const int passing[] = {EIO, ENOSPC, EDQUOT, ENOMEM, EMFILE, ENFILE, EAGAIN};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (why == passing[i]) return EXIT_TRY_AGAIN;
    return EXIT_NEEDS_PERSON;
}

static enum err folder(const char *path)
{
    struct stat st;
    if (mkdir(path, 0700) == 0) return keep_name(path);
    if (errno != EEXIST) return ERR_IO;
    if (stat(path, &st) != 0) return ERR_IO;
    if (S_ISDIR(st.st_mode)) return OK;
    errno = ENOTDIR;
    return ERR_IO;
}

enum err state_folder(const char *dir, const char *sub)
{
    char path[PATH_BYTES];
    enum err e = folder(dir);
    if (e != OK || sub == NULL) return e;
    int n = snprintf(path, sizeof path, "%s/", dir);
    if (n < 0 || (size_t)n + strlen(sub) >= sizeof path) {
        errno = ENAMETOOLONG;
        return ERR_IO;
    }
    size_t at = (size_t)n;
    for (const char *p = sub; e == OK; p++) {
        if (*p == '/' || *p == '\0') {
            path[at] = '\0';
            e = folder(path);
            if (*p == '\0') break;
        }
        path[at++] = *p;
    }
    return e;
}

enum err state_path(char *out, size_t size, const char *dir, const char *fmt, ...)
{
    int n = snprintf(out, size, "%s/", dir);
    if (n < 0 || (size_t)n >= size) return ERR_TOO_BIG;
    va_list args;
    va_start(args, fmt);
    int m = vsnprintf(out + n, size - (size_t)n, fmt, args);
    va_end(args);
    return m < 0 || (size_t)m >= size - (size_t)n ? ERR_TOO_BIG : OK;
}

/* A descriptor of a folder that stays open for the life of the process, one for each folder asked for. -1 with errno. */
static int folder_fd(const char *path)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static struct {
        char path[PATH_BYTES];
        int fd;
    } *kept;
    static size_t count;
    int fd = -1;
    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < count && fd < 0; i++)
        if (strcmp(kept[i].path, path) == 0) fd = kept[i].fd;
    void *more = fd < 0 ? realloc(kept, (count + 1) * sizeof *kept) : NULL;
    if (more != NULL) {
        kept = more;
        fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0) {
            snprintf(kept[count].path, sizeof kept[count].path, "%s", path);
            kept[count++].fd = fd;
        }
    }
    pthread_mutex_unlock(&mutex);
    return fd;
}

enum err state_ipc(char *out, size_t size, const char *path)
{
    char folder_path[PATH_BYTES];
    int n;
    if (strlen(path) < sizeof((struct sockaddr_un *)NULL)->sun_path) {
        n = snprintf(out, size, "ipc://%s", path);
    } else {
        const char *slash = strrchr(path, '/');
        if (slash == NULL || (size_t)(slash - path) >= sizeof folder_path || strlen(slash + 1) > 70) return ERR_TOO_BIG;
        snprintf(folder_path, sizeof folder_path, "%.*s", (int)(slash - path), path);
        int fd = folder_fd(folder_path);
        if (fd < 0) return ERR_IO;
        n = snprintf(out, size, "ipc:///proc/self/fd/%d/%s", fd, slash + 1);
    }
    return n < 0 || (size_t)n >= size ? ERR_TOO_BIG : OK;
}

enum err state_endpoint(char *out, size_t size, const char *dir, const char *fmt, ...)
{
    char path[PATH_BYTES];
    int n = snprintf(path, sizeof path, "%s/sock/", dir);
    if (n < 0 || (size_t)n >= sizeof path) return ERR_TOO_BIG;
    va_list args;
    va_start(args, fmt);
    int m = vsnprintf(path + n, sizeof path - (size_t)n, fmt, args);
    va_end(args);
    if (m < 0 || (size_t)m >= sizeof path - (size_t)n) return ERR_TOO_BIG;
    return state_ipc(out, size, path);
}

enum err state_lock(const char *dir, const char *name, int *holder)
{
    char path[PATH_BYTES], pid[32];
    *holder = 0;
    if (state_folder(dir, "run") != OK || state_path(path, sizeof path, dir, "run/%s.lock", name) != OK) return ERR_IO;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return ERR_IO;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int why = errno;
        ssize_t n = pread(fd, pid, sizeof pid - 1, 0);
        pid[n > 0 ? n : 0] = '\0';
        if (why == EWOULDBLOCK) *holder = (int)strtol(pid, NULL, 10);
        close(fd);
        errno = why;
        return ERR_IO;
    }
    int n = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n) { /* the lock holds all the same; only its pid is unknown */
        if (ftruncate(fd, 0) != 0) errno = 0;
    }
    return OK; /* fd stays open: the kernel gives the lock back when the process ends, however it ends */
}

bool state_held(const char *dir, const char *name)
{
    char path[PATH_BYTES];
    if (state_path(path, sizeof path, dir, "run/%s.lock", name) != OK) return false;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (fd >= 0) close(fd); /* and gives the lock back */
    return held;
}

enum err state_sync(const char *folder_path, const char *name)
{
    char path[PATH_BYTES];
    if (state_path(path, sizeof path, folder_path, "%s", name) != OK) return ERR_IO;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return ERR_IO;
    int rc = fsync(fd), why = errno;
    close(fd);
    errno = why;
    return rc == 0 ? state_keep(folder_path) : ERR_IO;
}

bool state_disk_full(int fd)
{
    struct statvfs st;
    return fstatvfs(fd, &st) == 0 && (uint64_t)st.f_bavail * st.f_frsize < 1 << 20;
}
