/* chaos.c - the named kill points of a test build; empty otherwise. */
#include "chaos.h"

#ifdef WD_CHAOS
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void chaos_point(const char *name)
{
    static atomic_ulong reached;
    const char *want = getenv("WIREDESK_CHAOS");
    if (want == NULL) return;
    const char *colon = strrchr(want, ':');
    size_t len = colon ? (size_t)(colon - want) : strlen(want);
    if (strlen(name) != len || memcmp(name, want, len) != 0) return;
    unsigned long at = colon ? strtoul(colon + 1, NULL, 10) : 1;
    if (atomic_fetch_add(&reached, 1) + 1 == at) raise(SIGKILL);
}

static bool holds(struct slice message, const char *word)
{
    return memmem(message.ptr, message.len, word, strlen(word)) != NULL;
}

/* Takes memory and uses it, a mebibyte at a time; gives it all back once it is refused more. */
static enum err eat(void)
{
    enum { BITE = 1 << 20 };
    struct bite {
        struct bite *before;
        char rest[BITE - sizeof(struct bite *)];
    } *last = NULL, *more;
    while ((more = malloc(sizeof *more)) != NULL) {
        memset(more, 1, sizeof *more);
        more->before = last;
        last = more;
    }
    while (last != NULL) {
        more = last->before;
        free(last);
        last = more;
    }
    return ERR_NOMEM;
}

enum err chaos_poison(const char *stage, struct slice message)
{
    static volatile unsigned turns;
    const char *who = getenv("WIREDESK_POISON");
    if (who == NULL || strcmp(who, stage) != 0) return OK;
    if (holds(message, "POISON-CRASH")) raise(SIGSEGV);
    while (holds(message, "POISON-HANG")) turns++;
    if (holds(message, "POISON-SLOW")) usleep(4000000);
    return holds(message, "POISON-MEMORY") ? eat() : OK;
}

void chaos_drag(const char *stage, struct slice message)
{
    enum { DEAR = 100 };
    const char *drag = getenv("WIREDESK_DRAG");
    size_t len = strlen(stage);
    if (drag == NULL || strncmp(drag, stage, len) != 0 || drag[len] != ':') return;
    unsigned long us = strtoul(drag + len + 1, NULL, 10) * (holds(message, "DRAG-DEAR") ? DEAR : 1);
    struct timespec t = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000 * 1000)};
    while (nanosleep(&t, &t) != 0) {}
}

bool chaos_idle(void)
{
    static int idle = -1;
    if (idle < 0) idle = getenv("WIREDESK_IDLE") != NULL;
    return idle > 0;
}
/* --- what a daemon that was taken over would try --- */

static int try_exec(void)
{
    char *argv[] = {NULL};
    return execve("/bin/true", argv, argv);
}

static int try_fork(void)
{
    long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    return (int)child;
}

static int try_read(void)
{
    return open("/root/.profile", O_RDONLY | O_CLOEXEC);
}

static int try_list(void)
{
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int try_write(void)
{
    return open("/tmp/wiredesk-forbidden", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static int try_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

static int try_to_make_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? 0 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int try_listen(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), n = listen(fd, 1), why = errno;
    if (fd >= 0) close(fd);
    errno = why;
    return n;
}

static int try_packets(void)
{
    return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static int try_kill(void)
{
    return (int)syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static int try_unshare(void)
{
    return unshare(CLONE_NEWUSER);
}

static int try_mount(void)
{
    return mount("none", "/mnt", "tmpfs", 0, NULL);
}

static int try_limit(void)
{
    struct rlimit files = {10, 10};
    return setrlimit(RLIMIT_NOFILE, &files);
}

static const struct {
    const char *name;
    int (*act)(void);
} forbidden[] = {
    {"exec", try_exec}, {"fork", try_fork}, {"read", try_read}, {"list", try_list}, {"write", try_write}, {"code", try_code},
    {"make_code", try_to_make_code}, {"listen", try_listen}, {"packets", try_packets}, {"kill", try_kill}, {"unshare", try_unshare},
    {"mount", try_mount}, {"limit", try_limit},
};

void chaos_forbidden(const char *stage)
{
    const char *who = getenv("WIREDESK_FORBIDDEN");
    if (who == NULL || strcmp(who, stage) != 0) return;
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        errno = 0;
        int n = forbidden[i].act();
        int why = errno;
        log_event(LOG_ERROR, "forbidden", "act=%s done=%s errno=%s", forbidden[i].name, n < 0 ? "no" : "yes", n < 0 ? strerrorname_np(why) : "0");
    }
}
#else
typedef int chaos_is_off; /* a translation unit holds something */
#endif
