/* sandbox_calls.c - seccomp: the system calls that a daemon at work uses, and no others.
 *
 * The filter is written out here as the kernel takes it, sixty lines of it, rather than by a library that every machine would have to
 * install. What it does not list is answered as a kernel would that has no such call, so that a C library of next year falls
 * back to what it did before; what it lists with another argument is not permitted. */
#include "sandbox_parts.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH 0 /* no list for it */
#endif

enum test {
    ANY,     /* whatever its arguments are */
    EQUALS,  /* the argument is `value` */
    WITH,    /* it has a bit of `value` */
    WITHOUT, /* it has not all bits of `value` */
    OWN,     /* it is this process */
};

struct rule {
    int call;
    enum test test;
    unsigned arg;
    uint32_t value;
};

/* The frequent ones first: the kernel goes through them in order, and remembers those that depend on no argument. */
static const struct rule rules[] = {
    /* at work */
    {SYS_read, ANY, 0, 0}, {SYS_write, ANY, 0, 0}, {SYS_futex, ANY, 0, 0}, {SYS_sendto, ANY, 0, 0}, {SYS_recvfrom, ANY, 0, 0},
    {SYS_sendmsg, ANY, 0, 0}, {SYS_recvmsg, ANY, 0, 0}, {SYS_ppoll, ANY, 0, 0}, {SYS_epoll_ctl, ANY, 0, 0}, {SYS_epoll_pwait, ANY, 0, 0},
    {SYS_clock_gettime, ANY, 0, 0}, {SYS_madvise, ANY, 0, 0}, {SYS_munmap, ANY, 0, 0}, {SYS_mremap, ANY, 0, 0}, {SYS_brk, ANY, 0, 0},
    {SYS_pread64, ANY, 0, 0}, {SYS_pwrite64, ANY, 0, 0}, {SYS_readv, ANY, 0, 0}, {SYS_writev, ANY, 0, 0}, {SYS_preadv, ANY, 0, 0},
    {SYS_pwritev, ANY, 0, 0}, {SYS_lseek, ANY, 0, 0}, {SYS_fsync, ANY, 0, 0}, {SYS_fdatasync, ANY, 0, 0}, {SYS_msync, ANY, 0, 0},
    {SYS_sync_file_range, ANY, 0, 0}, {SYS_syncfs, ANY, 0, 0}, {SYS_mmap, WITHOUT, 2, PROT_WRITE | PROT_EXEC}, {SYS_mprotect, WITHOUT, 2, PROT_EXEC},
    /* files */
    {SYS_openat, ANY, 0, 0}, {SYS_close, ANY, 0, 0}, {SYS_close_range, ANY, 0, 0}, {SYS_fstat, ANY, 0, 0}, {SYS_newfstatat, ANY, 0, 0},
    {SYS_statx, ANY, 0, 0}, {SYS_statfs, ANY, 0, 0}, {SYS_fstatfs, ANY, 0, 0}, {SYS_fcntl, ANY, 0, 0}, {SYS_flock, ANY, 0, 0},
    {SYS_ftruncate, ANY, 0, 0}, {SYS_truncate, ANY, 0, 0}, {SYS_fallocate, ANY, 0, 0}, {SYS_fadvise64, ANY, 0, 0}, {SYS_getdents64, ANY, 0, 0},
    {SYS_getcwd, ANY, 0, 0}, {SYS_faccessat, ANY, 0, 0}, {SYS_faccessat2, ANY, 0, 0}, {SYS_readlinkat, ANY, 0, 0}, {SYS_mkdirat, ANY, 0, 0},
    {SYS_unlinkat, ANY, 0, 0}, {SYS_renameat, ANY, 0, 0}, {SYS_renameat2, ANY, 0, 0}, {SYS_linkat, ANY, 0, 0}, {SYS_fchmod, ANY, 0, 0},
    {SYS_fchmodat, ANY, 0, 0}, {SYS_fchown, ANY, 0, 0}, {SYS_utimensat, ANY, 0, 0}, {SYS_umask, ANY, 0, 0}, {SYS_dup, ANY, 0, 0},
    {SYS_dup3, ANY, 0, 0}, {SYS_pipe2, ANY, 0, 0}, {SYS_eventfd2, ANY, 0, 0}, {SYS_epoll_create1, ANY, 0, 0}, {SYS_pselect6, ANY, 0, 0},
    {SYS_ioctl, EQUALS, 1, FIONREAD}, {SYS_ioctl, EQUALS, 1, FIONBIO}, {SYS_ioctl, EQUALS, 1, TCGETS},
    /* sockets: those that listen do so by now */
    {SYS_socket, EQUALS, 0, AF_UNIX}, {SYS_socket, EQUALS, 0, AF_INET}, {SYS_socket, EQUALS, 0, AF_INET6}, {SYS_socket, EQUALS, 0, AF_NETLINK},
    {SYS_socketpair, EQUALS, 0, AF_UNIX}, {SYS_connect, ANY, 0, 0}, {SYS_accept, ANY, 0, 0}, {SYS_accept4, ANY, 0, 0}, {SYS_bind, ANY, 0, 0},
    {SYS_getsockopt, ANY, 0, 0}, {SYS_setsockopt, ANY, 0, 0}, {SYS_getsockname, ANY, 0, 0}, {SYS_getpeername, ANY, 0, 0}, {SYS_shutdown, ANY, 0, 0},
    {SYS_sendmmsg, ANY, 0, 0}, {SYS_recvmmsg, ANY, 0, 0},
    /* threads, signals, time */
    {SYS_clone, WITH, 0, CLONE_THREAD}, {SYS_set_robust_list, ANY, 0, 0}, {SYS_rseq, ANY, 0, 0}, {SYS_set_tid_address, ANY, 0, 0},
    {SYS_gettid, ANY, 0, 0}, {SYS_exit, ANY, 0, 0}, {SYS_exit_group, ANY, 0, 0}, {SYS_rt_sigaction, ANY, 0, 0}, {SYS_rt_sigprocmask, ANY, 0, 0},
    {SYS_rt_sigreturn, ANY, 0, 0}, {SYS_rt_sigtimedwait, ANY, 0, 0}, {SYS_sigaltstack, ANY, 0, 0}, {SYS_tgkill, OWN, 0, 0},
    {SYS_restart_syscall, ANY, 0, 0}, {SYS_nanosleep, ANY, 0, 0}, {SYS_clock_nanosleep, ANY, 0, 0}, {SYS_clock_getres, ANY, 0, 0},
    {SYS_gettimeofday, ANY, 0, 0}, {SYS_timer_settime, ANY, 0, 0}, {SYS_timer_gettime, ANY, 0, 0}, {SYS_timer_delete, ANY, 0, 0},
    {SYS_sched_yield, ANY, 0, 0}, {SYS_sched_getaffinity, ANY, 0, 0}, {SYS_sched_getscheduler, ANY, 0, 0}, {SYS_sched_setscheduler, ANY, 0, 0}, {SYS_sched_getparam, ANY, 0, 0},
    {SYS_sched_get_priority_max, ANY, 0, 0}, {SYS_sched_get_priority_min, ANY, 0, 0}, {SYS_membarrier, ANY, 0, 0}, {SYS_setpriority, ANY, 0, 0},
    {SYS_getpriority, ANY, 0, 0}, {SYS_prctl, EQUALS, 0, PR_SET_NAME}, {SYS_prctl, EQUALS, 0, PR_GET_NO_NEW_PRIVS},
    {SYS_prctl, EQUALS, 0, PR_GET_SECCOMP}, {SYS_prctl, EQUALS, 0, PR_GET_DUMPABLE},
    /* what it may know */
    {SYS_getpid, ANY, 0, 0}, {SYS_getppid, ANY, 0, 0}, {SYS_getuid, ANY, 0, 0}, {SYS_geteuid, ANY, 0, 0}, {SYS_getgid, ANY, 0, 0},
    {SYS_getegid, ANY, 0, 0}, {SYS_uname, ANY, 0, 0}, {SYS_sysinfo, ANY, 0, 0}, {SYS_getrusage, ANY, 0, 0}, {SYS_times, ANY, 0, 0},
    {SYS_getrandom, ANY, 0, 0}, {SYS_getcpu, ANY, 0, 0}, {SYS_capget, ANY, 0, 0},
    {SYS_prlimit64, EQUALS, 2, 0}, /* asked, not set */
#ifdef SYS_open /* older calls, which some machines never had */
    {SYS_open, ANY, 0, 0}, {SYS_stat, ANY, 0, 0}, {SYS_lstat, ANY, 0, 0}, {SYS_poll, ANY, 0, 0}, {SYS_select, ANY, 0, 0},
    {SYS_access, ANY, 0, 0}, {SYS_readlink, ANY, 0, 0}, {SYS_mkdir, ANY, 0, 0}, {SYS_rmdir, ANY, 0, 0}, {SYS_unlink, ANY, 0, 0},
    {SYS_rename, ANY, 0, 0}, {SYS_link, ANY, 0, 0}, {SYS_chmod, ANY, 0, 0}, {SYS_dup2, ANY, 0, 0}, {SYS_pipe, ANY, 0, 0},
    {SYS_eventfd, ANY, 0, 0}, {SYS_epoll_create, ANY, 0, 0}, {SYS_epoll_wait, ANY, 0, 0}, {SYS_time, ANY, 0, 0}, {SYS_getrlimit, ANY, 0, 0},
    {SYS_arch_prctl, ANY, 0, 0},
#endif
#if SANDBOX_SANITIZED
    {SYS_clone, ANY, 0, 0}, {SYS_ptrace, ANY, 0, 0}, {SYS_wait4, ANY, 0, 0}, {SYS_prctl, ANY, 0, 0}, {SYS_process_vm_readv, ANY, 0, 0},
    {SYS_tkill, ANY, 0, 0}, {SYS_kill, ANY, 0, 0},
#ifdef SYS_getdents
    {SYS_getdents, ANY, 0, 0},
#endif
#endif
};

enum { RULES = sizeof rules / sizeof *rules, RULE_WORDS = 6, HEAD = 4, TAIL = 1, WORDS = HEAD + RULES * RULE_WORDS + TAIL };

struct program {
    struct sock_filter word[WORDS];
    unsigned short len;
};

static void put(struct program *p, unsigned code, uint32_t k, unsigned yes, unsigned no)
{
    p->word[p->len++] = (struct sock_filter){.code = (uint16_t)code, .jt = (uint8_t)yes, .jf = (uint8_t)no, .k = k};
}

enum { LOAD = BPF_LD | BPF_W | BPF_ABS, IF_EQUAL = BPF_JMP | BPF_JEQ | BPF_K, IF_BITS = BPF_JMP | BPF_JSET | BPF_K, GIVE = BPF_RET | BPF_K };
#define OFFSET_CALL ((uint32_t)offsetof(struct seccomp_data, nr))
#define OFFSET_ARG(n) ((uint32_t)(offsetof(struct seccomp_data, args) + (n) * sizeof(uint64_t))) /* its lower half: what these calls look at */
#define NOT_PERMITTED (SECCOMP_RET_ERRNO | EPERM)
#define NO_SUCH_CALL (SECCOMP_RET_ERRNO | ENOSYS)

/* Whether a later rule is about the same call: then one that does not hold passes on to it. */
static bool another_follows(size_t i)
{
    for (size_t k = i + 1; k < RULES; k++)
        if (rules[k].call == rules[i].call) return true;
    return false;
}

/* With the call's number loaded, before and after. */
static void put_rule(struct program *p, size_t i)
{
    const struct rule *r = &rules[i];
    uint32_t value = r->test == OWN ? (uint32_t)getpid() : r->value;
    if (r->test == ANY) {
        put(p, IF_EQUAL, (uint32_t)r->call, 0, 1);
        put(p, GIVE, SECCOMP_RET_ALLOW, 0, 0);
        return;
    }
    put(p, IF_EQUAL, (uint32_t)r->call, 0, r->test == WITHOUT ? 5 : 4);
    put(p, LOAD, OFFSET_ARG(r->arg), 0, 0);
    if (r->test == WITHOUT) {
        put(p, BPF_ALU | BPF_AND | BPF_K, value, 0, 0);
        put(p, IF_EQUAL, value, 1, 0);
    } else {
        put(p, r->test == WITH ? IF_BITS : IF_EQUAL, value, 0, 1);
    }
    put(p, GIVE, SECCOMP_RET_ALLOW, 0, 0);
    if (another_follows(i)) put(p, LOAD, OFFSET_CALL, 0, 0);
    else put(p, GIVE, NOT_PERMITTED, 0, 0);
}

int sandbox_calls(void)
{
    if (ARCH == 0) return ENOSYS;
    struct program *p = calloc(1, sizeof *p);
    if (p == NULL) return ENOMEM;
    put(p, LOAD, (uint32_t)offsetof(struct seccomp_data, arch), 0, 0);
    put(p, IF_EQUAL, ARCH, 1, 0);
    put(p, GIVE, SECCOMP_RET_KILL_PROCESS, 0, 0);
    put(p, LOAD, OFFSET_CALL, 0, 0);
    for (size_t i = 0; i < RULES; i++) put_rule(p, i);
    put(p, GIVE, NO_SUCH_CALL, 0, 0);
    struct sock_fprog whole = {.len = p->len, .filter = p->word};
    long done = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &whole);
    int error = done < 0 ? errno : done > 0 ? EBUSY : 0; /* a thread that would not follow */
    free(p);
    return error == EINVAL ? ENOSYS : error;
}
