/* sandbox.c - privileges, limits, and how far the kernel follows. */
#include "sandbox_parts.h"

#include "log.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BEGUN = 1, OFF = 2, LANDLOCK = 4, SEALED = 8, SECCOMP = 16 };

static atomic_uint reached; /* shared: what it says is true of the process */

static bool is(const struct sandbox_settings *s, const char *mode)
{
    return strcmp(s->mode ? s->mode : "auto", mode) == 0;
}

bool sandbox_check(const struct sandbox_settings *s, struct trouble *t)
{
    if (is(s, "auto") || is(s, "require") || is(s, "off")) return true;
    trouble_say(t, EXIT_NEEDS_PERSON, "--sandbox '%s' must be auto, require or off", s->mode);
    return false;
}

static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capset, &head, none) == 0;
}

static bool have_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct have[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capget, &head, have) != 0 || (have[0].effective | have[0].permitted | have[1].effective | have[1].permitted) != 0;
}

/* Both ends of the limit, so that it cannot be raised again; never above what the caller allows. */
static bool limit(int what, uint64_t most)
{
    struct rlimit l;
    if (getrlimit(what, &l) != 0) return false;
    rlim_t to = (rlim_t)most < l.rlim_max ? (rlim_t)most : l.rlim_max;
    if ((l.rlim_cur == to && l.rlim_max == to) || setrlimit(what, &(struct rlimit){to, to}) == 0) return true;
    if (errno != EPERM) return false;
    log_event(LOG_WARN, "sandbox", "without=limit number=%d why=\"whoever started it does not let it set limits\"", what);
    return true;
}

/* What no kernel lacks. The number of processes needs no limit: seccomp allows none, and RLIMIT_NPROC would count the threads of
 * all that the user runs. */
static bool limit_all(const struct sandbox_settings *s, struct trouble *t)
{
    trouble_say(t, EXIT_NEEDS_PERSON, "cannot limit itself");
    if (!s->core_dumps && !limit(RLIMIT_CORE, 0)) return false;
    if (!s->core_dumps && !SANDBOX_SANITIZED && prctl(PR_SET_DUMPABLE, 0) != 0) return false;
    if (!limit(RLIMIT_NOFILE, s->files_max != 0 ? s->files_max : UINT64_MAX)) return false;
    if (s->memory_max == 0) return true;
    if (SANDBOX_SANITIZED) log_event(LOG_WARN, "no_memory_limit", "why=\"a sanitizer's shadow does not fit into one\"");
    return SANDBOX_SANITIZED || limit(RLIMIT_DATA, s->memory_max);
}

/* Goes on without what the kernel has not, unless it is required. */
static bool follow(const struct sandbox_settings *s, const char *what, int error, unsigned mark, struct trouble *t)
{
    if (error == 0) atomic_fetch_or(&reached, mark);
    if (error == 0 || !is(s, "require")) {
        if (error != 0) log_event(LOG_WARN, "sandbox", "without=%s error=\"%s\"", what, strerror(error));
        return true;
    }
    trouble_say(t, EXIT_NEEDS_PERSON, "--sandbox=require, and here is no %s (%s): run it on a kernel that has it, or with --sandbox=auto", what, strerror(error));
    return false;
}

bool sandbox_begin(const struct sandbox_settings *s, const char *state, const struct sandbox_needs *needs, struct trouble *t)
{
    if (!limit_all(s, t)) return false;
    atomic_fetch_or(&reached, (unsigned)(is(s, "off") ? BEGUN | OFF : BEGUN));
    if (is(s, "off")) return true;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || (have_capabilities() && !drop_capabilities())) {
        trouble_say(t, EXIT_NEEDS_PERSON, "cannot give up its privileges: %s (--sandbox=off runs it with them)", strerror(errno));
        return false;
    }
    return follow(s, "landlock", sandbox_paths(state, needs), LANDLOCK, t);
}

bool sandbox_seal(const struct sandbox_settings *s, struct trouble *t)
{
    if (is(s, "off")) return true;
    int error = sandbox_calls();
    atomic_fetch_or(&reached, SEALED);
    return follow(s, "seccomp", error, SECCOMP, t);
}

struct sandbox_facts sandbox_facts(void)
{
    struct rlimit core = {1, 1};
    unsigned r = atomic_load(&reached);
    return (struct sandbox_facts){
        .no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1,
        .no_capabilities = !have_capabilities(),
        .no_core_dumps = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0,
        .landlock = (r & LANDLOCK) != 0,
        .seccomp = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER,
    };
}

const char *sandbox_lack(void)
{
    unsigned r = atomic_load(&reached);
    bool paths = (r & LANDLOCK) != 0, calls = (r & SECCOMP) != 0 || (r & SEALED) == 0;
    if ((r & BEGUN) == 0 || (paths && calls)) return NULL;
    if ((r & OFF) != 0) return "off";
    return paths ? "without seccomp" : calls ? "without landlock" : "without landlock and seccomp";
}
