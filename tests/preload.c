/* preload.c - loaded before libc (LD_PRELOAD): tells what a daemon does to the files of its stores, lets the n-th of these calls fail, shifts the clock.
 *
 * PROOF_ROOT=DIR        only files in DIR/journal, DIR/index and DIR/report count, without pages and without locks and shared memory
 * PROOF_TRACE=FILE      each call that changed something is appended as a record: struct record, the path, the bytes. So is each message that is handed
 *                       to ZeroMQ, before it is: the records before it are what the process had done when it spoke
 * PROOF_FAIL=N:K:ERRNO  the N-th of these calls (from 1) and the K - 1 after it fail with that number; ERRNO 0: writes write half and all is well
 * PROOF_CALLS=FILE      gets a byte a call: it is as long as they were many
 * PROOF_CLOCK=FILE      its first eight bytes, a number of seconds, are added to the wall clock
 *
 * For Linux on 64 bits, where offsets have one width. System calls are made without libc, so that nothing here calls itself. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { FDS = 4096, PATH_BYTES = 4096, PIECES = 64 };
enum what { CREATED = 1, WRITTEN, CUT, SYNCED, FOLDER_SYNCED, RENAMED, UNLINKED, FOLDER_MADE, SENT, MAPPED };

struct record {
    uint32_t size, path_size; /* of the bytes and of the path behind it; the path of RENAMED is two, each ended by 0 */
    uint32_t what, durable;   /* durable: written through O_DSYNC */
    uint64_t file, at;        /* the inode's number; the offset, or the size of CUT */
};

/* What is known of a descriptor. */
struct open_file {
    bool ours, folder, durable, append;
    uint64_t file;
};

static struct open_file files[FDS]; /* shared: descriptors are the process's */
static atomic_long calls;           /* counted for PROOF_FAIL */

/* --- which files, and what is told of them --- */

static bool is_ours(const char *path)
{
    static const char *const stores[] = {"/journal", "/index", "/report"};
    const char *root = getenv("PROOF_ROOT");
    size_t n = root ? strlen(root) : 0, len = strlen(path);
    if (n == 0 || strncmp(path, root, n) != 0) return false;
    if (strstr(path + n, "lock") != NULL || strstr(path + n, "/pages") != NULL || (len > 4 && strcmp(path + len - 4, "-shm") == 0)) return false;
    for (int i = 0; i < 3; i++)
        if (strncmp(path + n, stores[i], strlen(stores[i])) == 0) return true;
    return strspn(path + n, "/") == strlen(path + n);
}

static struct open_file *file_of(int fd)
{
    static struct open_file none;
    return fd >= 0 && fd < FDS && files[fd].ours ? &files[fd] : &none;
}

static int opened(const char *variable, int flags)
{
    const char *name = getenv(variable);
    return name ? (int)syscall(SYS_openat, AT_FDCWD, name, flags | O_CLOEXEC, 0600) : -1;
}

static void tell(struct record r, const char *path, const struct iovec *v, int n)
{
    static atomic_int trace = -2;
    struct iovec all[PIECES + 2] = {{&r, sizeof r}, {(void *)(uintptr_t)path, r.path_size}};
    if (atomic_load(&trace) == -2) atomic_store(&trace, opened("PROOF_TRACE", O_WRONLY | O_CREAT | O_APPEND));
    if (atomic_load(&trace) < 0) return;
    if (n > PIECES) abort();
    for (int i = 0; i < n; i++) all[2 + i] = v[i];
    if (syscall(SYS_writev, atomic_load(&trace), all, n + 2) < (long)sizeof r) abort();
}

static void tell_path(enum what what, uint64_t file, const char *path)
{
    tell((struct record){.what = what, .file = file, .path_size = (uint32_t)strlen(path)}, path, NULL, 0);
}

/* Counts a call. 0, or what it shall fail with: an errno, or -1 for a write that shall be half. */
static int fails(void)
{
    const char *how = getenv("PROOF_FAIL");
    static atomic_int counted = -2;
    long first = 0, many = 0, number = 0, now = atomic_fetch_add(&calls, 1) + 1;
    if (atomic_load(&counted) == -2) atomic_store(&counted, opened("PROOF_CALLS", O_WRONLY | O_CREAT | O_APPEND));
    if (atomic_load(&counted) >= 0) (void)!syscall(SYS_write, atomic_load(&counted), ".", 1);
    if (how == NULL || sscanf(how, "%ld:%ld:%ld", &first, &many, &number) != 3 || now < first || now >= first + many) return 0;
    return number == 0 ? -1 : (int)number;
}

static bool failed(void)
{
    int number = fails();
    if (number <= 0) return false;
    errno = number;
    return true;
}

/* --- opening and closing --- */

static void remember(int fd, const char *path, int flags, bool made)
{
    struct stat st;
    if (fd < 0 || fd >= FDS) return;
    files[fd] = (struct open_file){0};
    if (syscall(SYS_fstat, fd, &st) != 0) return;
    files[fd] = (struct open_file){.ours = true, .folder = S_ISDIR(st.st_mode), .durable = (flags & (O_DSYNC | O_SYNC)) != 0,
                                   .append = (flags & O_APPEND) != 0, .file = st.st_ino};
    if (made) tell_path(CREATED, st.st_ino, path);
    if ((flags & O_TRUNC) && !made) tell((struct record){.what = CUT, .file = st.st_ino}, NULL, NULL, 0);
}

static int open_any(const char *path, int flags, unsigned mode)
{
    struct stat st;
    bool ours = is_ours(path), made = ours && (flags & O_CREAT) && syscall(SYS_stat, path, &st) != 0;
    if (made && failed()) return -1;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (ours) remember(fd, path, flags, made);
    else if (fd >= 0 && fd < FDS) files[fd] = (struct open_file){0};
    return fd;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = va_arg(args, unsigned);
    va_end(args);
    return open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = va_arg(args, unsigned);
    va_end(args);
    return open_any(path, flags, mode);
}

int close(int fd)
{
    if (fd >= 0 && fd < FDS) files[fd] = (struct open_file){0};
    return (int)syscall(SYS_close, fd);
}

/* --- writing --- */

static ssize_t write_any(int fd, const struct iovec *v, int n, off_t at, bool here)
{
    struct open_file *f = file_of(fd);
    struct iovec half = v[0];
    if (f->ours) {
        int number = fails();
        if (number > 0) {
            errno = number;
            return -1;
        }
        if (number < 0 && half.iov_len > 1) {
            half.iov_len /= 2;
            v = &half;
            n = 1;
        }
        if (here) at = f->append ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    }
    ssize_t done = here ? syscall(SYS_writev, fd, v, n) : syscall(SYS_pwritev, fd, v, n, at, 0);
    if (!f->ours || done <= 0) return done;
    size_t whole = 0;
    for (int i = 0; i < n; i++) whole += v[i].iov_len;
    if ((size_t)done != whole) abort(); /* a real disk ran full in the middle of a proof */
    tell((struct record){.what = WRITTEN, .durable = f->durable, .file = f->file, .at = (uint64_t)at, .size = (uint32_t)done}, NULL, v, n);
    return done;
}

ssize_t write(int fd, const void *p, size_t n)
{
    return write_any(fd, &(struct iovec){(void *)(uintptr_t)p, n}, 1, 0, true);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    return file_of(fd)->ours ? write_any(fd, v, n, 0, true) : syscall(SYS_writev, fd, v, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return write_any(fd, &(struct iovec){(void *)(uintptr_t)p, n}, 1, at, false);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    return write_any(fd, &(struct iovec){(void *)(uintptr_t)p, n}, 1, at, false);
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
    return file_of(fd)->ours ? write_any(fd, v, n, at, false) : syscall(SYS_pwritev, fd, v, n, at, 0);
}

static int cut_any(int fd, off_t size)
{
    struct open_file *f = file_of(fd);
    if (f->ours && failed()) return -1;
    int rc = (int)syscall(SYS_ftruncate, fd, size);
    if (f->ours && rc == 0) tell((struct record){.what = CUT, .file = f->file, .at = (uint64_t)size}, NULL, NULL, 0);
    return rc;
}

int ftruncate(int fd, off_t size)
{
    return cut_any(fd, size);
}

int ftruncate64(int fd, off_t size)
{
    return cut_any(fd, size);
}

/* --- making durable --- */

static int sync_any(int fd, long call)
{
    struct open_file *f = file_of(fd);
    char link[64], path[PATH_BYTES] = "";
    if (f->ours && failed()) return -1;
    int rc = (int)syscall(call, fd);
    if (!f->ours || rc != 0) return rc;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (f->folder && syscall(SYS_readlink, link, path, sizeof path - 1) < 0) abort();
    tell_path(f->folder ? FOLDER_SYNCED : SYNCED, f->file, path);
    return rc;
}

int fsync(int fd)
{
    return sync_any(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return sync_any(fd, SYS_fdatasync);
}

/* --- names --- */

int rename(const char *from, const char *to)
{
    char both[2 * PATH_BYTES];
    bool ours = is_ours(from) || is_ours(to);
    if (ours && failed()) return -1;
    int rc = (int)syscall(SYS_rename, from, to);
    int n = snprintf(both, sizeof both, "%s%c%s", from, 0, to);
    if (ours && rc == 0) tell((struct record){.what = RENAMED, .path_size = (uint32_t)n}, both, NULL, 0);
    return rc;
}

int unlink(const char *path)
{
    bool ours = is_ours(path);
    if (ours && failed()) return -1;
    int rc = (int)syscall(SYS_unlink, path);
    if (ours && rc == 0) tell_path(UNLINKED, 0, path);
    return rc;
}

int mkdir(const char *path, mode_t mode)
{
    struct stat st;
    bool made = is_ours(path) && syscall(SYS_stat, path, &st) != 0;
    if (made && failed()) return -1;
    int rc = (int)syscall(SYS_mkdir, path, mode);
    if (made && rc == 0) tell_path(FOLDER_MADE, 0, path);
    return rc;
}

static void *map_any(void *p, size_t n, int prot, int flags, int fd, off_t at)
{
    struct open_file *f = file_of(fd);
    if (f->ours && (flags & MAP_SHARED) && (prot & PROT_WRITE)) tell((struct record){.what = MAPPED, .file = f->file}, NULL, NULL, 0);
    return (void *)syscall(SYS_mmap, p, n, prot, flags, fd, at);
}

void *mmap(void *p, size_t n, int prot, int flags, int fd, off_t at)
{
    return map_any(p, n, prot, flags, fd, at);
}

void *mmap64(void *p, size_t n, int prot, int flags, int fd, off_t at)
{
    return map_any(p, n, prot, flags, fd, at);
}

/* --- messages --- */

static void tell_sent(zmq_msg_t *m)
{
    if (getenv("PROOF_TRACE") == NULL) return;
    struct iovec v = {zmq_msg_data(m), zmq_msg_size(m)};
    tell((struct record){.what = SENT, .size = (uint32_t)v.iov_len}, NULL, &v, 1);
}

int zmq_msg_send(zmq_msg_t *m, void *socket, int flags)
{
    static int (*real)(zmq_msg_t *, void *, int);
    if (real == NULL) real = (int (*)(zmq_msg_t *, void *, int))dlsym(RTLD_NEXT, "zmq_msg_send");
    tell_sent(m);
    return real(m, socket, flags);
}

int zmq_sendmsg(void *socket, zmq_msg_t *m, int flags)
{
    static int (*real)(void *, zmq_msg_t *, int);
    if (real == NULL) real = (int (*)(void *, zmq_msg_t *, int))dlsym(RTLD_NEXT, "zmq_sendmsg");
    tell_sent(m);
    return real(socket, m, flags);
}

/* --- the clock --- */

static int64_t shift(void)
{
    static atomic_int clock = -2;
    int64_t seconds = 0;
    if (atomic_load(&clock) == -2) atomic_store(&clock, opened("PROOF_CLOCK", O_RDONLY));
    if (atomic_load(&clock) >= 0 && syscall(SYS_pread64, atomic_load(&clock), &seconds, sizeof seconds, 0) != sizeof seconds) abort();
    return seconds;
}

int clock_gettime(clockid_t which, struct timespec *t)
{
    int rc = (int)syscall(SYS_clock_gettime, which, t);
    if (rc == 0 && which == CLOCK_REALTIME) t->tv_sec += shift();
    return rc;
}
