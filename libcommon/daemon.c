/* daemon.c - start and end, the same for all. */
#include "daemon.h"

#include "chaos.h"
#include "clock.h"
#include "http.h"
#include "signals.h"
#include "state.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROBE_MS = 5000, ALLOC_APART = 1 << 20, ALLOC_KEPT = 8 << 20 };

/* A target may have #NAME behind it: the key that is expected there. */
static bool endpoint_good(const char *text, bool target, struct trouble *t)
{
    const char *colon = text ? strrchr(text, ':') : NULL;
    if (text == NULL || (strncmp(text, "ipc://", 6) == 0 && text[6] != '\0')) return true;
    if (strncmp(text, "tcp://", 6) == 0 && colon > text + 6) {
        size_t digits = strspn(colon + 1, "0123456789");
        unsigned long port = strtoul(colon + 1, NULL, 10);
        if (digits > 0 && digits <= 5 && (colon[1 + digits] == '\0' || (target && colon[1 + digits] == '#')) && port >= 1 && port <= 65535)
            return true;
    }
    trouble_say(t, EXIT_NEEDS_PERSON, "'%s' is no endpoint: want tcp://HOST:PORT or ipc://PATH", text);
    return false;
}

/* What the daemon's own key is called. */
static const char *key_of(const char *name, const struct stage_settings *s)
{
    return s->key ? s->key : name;
}

static bool keys_good(const char *name, const struct stage_settings *s, struct trouble *t)
{
    struct key_pair own;
    struct key_list list;
    if (s->keys == NULL || s->stdio) return true; /* a filter has no sockets */
    if (!keys_secret(s->keys, key_of(name, s), &own, t) || !keys_public(s->keys, &list, t)) return false;
    explicit_bzero(&own, sizeof own);
    keys_free(&list);
    return true;
}

bool daemon_doors(const char *name, const struct stage_settings *s, struct doors **out, struct trouble *t)
{
    return doors_open(s->keys, key_of(name, s), out, t);
}

/* We may make folders in DIR; or those that all daemons need are there, and DIR itself is closed to us. */
static bool may_use(const char *dir)
{
    static const char *const shared[] = {"sock", "run"};
    char path[4200];
    int why;
    if (access(dir, W_OK | X_OK) == 0) return true;
    why = errno;
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        if (state_path(path, sizeof path, dir, "%s", shared[i]) == OK && access(path, W_OK | X_OK) == 0) continue;
        errno = why;
        return false;
    }
    return true;
}

bool daemon_check(const char *name, const struct stage_settings *s, struct trouble *t)
{
    enum log_level level;
    struct stat st;
    char above[4096];
    if (!log_level_named(s->log_level, &level)) {
        trouble_say(t, EXIT_NEEDS_PERSON, "--log-level '%s' must be error, warn, info or debug", s->log_level);
        return false;
    }
    if (!sandbox_check(&s->sandbox, t)) return false;
    if (!endpoint_good(s->listen, false, t) || !endpoint_good(s->returns, false, t) || !keys_good(name, s, t)) return false;
    for (size_t i = 0; i < s->next.len; i++)
        if (!endpoint_good(s->next.item[i], true, t)) return false;
    if (stat(s->state, &st) == 0) {
        if (S_ISDIR(st.st_mode) && may_use(s->state)) return true;
        trouble_say(t, EXIT_NEEDS_PERSON, "--state %s: %s", s->state, S_ISDIR(st.st_mode) ? strerror(errno) : "not a directory");
        return false;
    }
    snprintf(above, sizeof above, "%s/..", s->state);
    char *end = above + strlen(above) - 3; /* the folder above the one that will be made */
    while (end > above && end[-1] == '/') end--;
    while (end > above && end[-1] != '/') end--;
    *end = '\0';
    if (*above == '\0' || (stat(above, &st) == 0 && S_ISDIR(st.st_mode))) return true;
    trouble_say(t, EXIT_NEEDS_PERSON, "--state %s: there is no folder %s", s->state, above);
    return false;
}

/* The endpoints and keys that every daemon has, with what is in `more`. */
static bool begin_sandbox(const char *name, const struct stage_settings *s, const struct sandbox_needs *more, struct trouble *t)
{
    char public[4200], secret[4300];
    struct sandbox_needs needs = *more;
    const char *all[] = {s->listen, s->returns, s->http};
    for (size_t i = 0, at = 0; i < sizeof all / sizeof *all; i++) {
        while (needs.endpoint[at] != NULL) at++, assert(at < SANDBOX_ENDPOINTS);
        needs.endpoint[at] = all[i];
    }
    assert(needs.list[SANDBOX_LISTS - 1] == NULL && needs.read[SANDBOX_READS - 1] == NULL && needs.file == NULL);
    needs.list[SANDBOX_LISTS - 1] = &s->next;
    if (s->keys != NULL) {
        snprintf(public, sizeof public, "%s/public", s->keys);
        snprintf(secret, sizeof secret, "%s/secret/%s.key", s->keys, key_of(name, s));
        needs.read[SANDBOX_READS - 1] = public;
        needs.file = secret;
    }
    return sandbox_begin(&s->sandbox, s->state, &needs, t);
}

bool daemon_hold(const char *state, const char *lock, const char *what, const char *instead, struct trouble *t)
{
    int holder = 0;
    if (state_lock(state, lock, &holder) == OK) return true;
    if (holder != 0) trouble_say(t, EXIT_TRY_AGAIN, "the %s in %s is in use by process %d: %s", what, state, holder, instead);
    else trouble_say(t, state_status(errno), "cannot lock the %s in %s: %s", what, state, strerror(errno));
    return false;
}

bool daemon_whole(const char *state, struct trouble *t)
{
    static const struct { const char *mark, *what, *again; } works[] = {{".restoring", "a restore into it", "restore"}, {".repairing", "its repair", "repair"}};
    char path[4200];
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        if (state_path(path, sizeof path, state, "%s", works[i].mark) != OK || access(path, F_OK) != 0) continue;
        trouble_say(t, EXIT_NEEDS_PERSON, "--state %s: %s was cut short: run wiredesk %s again", state, works[i].what, works[i].again);
        return false;
    }
    return true;
}

int daemon_open(const char *name, const struct stage_settings *s, const struct sandbox_needs *needs, struct trouble *t)
{
    enum log_level level = LOG_INFO;
    char lock[100];
    int holder, fd;
    if (!daemon_check(name, s, t)) return -1;
    if (log_level_named(s->log_level, &level)) log_open(name, level);
    mallopt(M_MMAP_THRESHOLD, ALLOC_APART); /* fixed, so that one giant document's memory goes back */
    mallopt(M_TRIM_THRESHOLD, ALLOC_KEPT);   /* below it what one document needed stays for the next: no page faults for each */
    mallopt(M_ARENA_MAX, 2);
    if (state_folder(s->state, "sock") != OK || state_folder(s->state, "run") != OK) {
        trouble_say(t, state_status(errno), "--state %s: %s", s->state, strerror(errno));
        return -1;
    }
    if (!daemon_whole(s->state, t)) return -1;
    snprintf(lock, sizeof lock, "%s.%ju", name, (uintmax_t)s->replica);
    if (state_lock(s->state, lock, &holder) != OK) {
        if (holder != 0) {
            trouble_say(t, EXIT_TRY_AGAIN, "replica %ju runs already in %s (pid %d): give another --replica or --state",
                        (uintmax_t)s->replica, s->state, holder);
        } else {
            trouble_say(t, state_status(errno), "cannot lock %s/run/%s.lock: %s", s->state, lock, strerror(errno));
        }
        return -1;
    }
    fd = signals_open();
    if (fd < 0) trouble_say(t, EXIT_TRY_AGAIN, "cannot take signals: %s", strerror(errno));
    return fd < 0 || begin_sandbox(name, s, needs, t) ? fd : -1;
}

bool daemon_ready(const char *name, const struct stage_settings *s, struct trouble *t)
{
    if (!sandbox_seal(&s->sandbox, t)) return false;
    chaos_forbidden(name);
    return true;
}

int daemon_fail(const char *name, const struct trouble *t)
{
    fprintf(stderr, "wiredesk-%s: %s\n", name, t->line);
    return t->status;
}

int daemon_broken(const char *what, enum err e)
{
    int why = errno;
    log_event(LOG_ERROR, "failed", "what=\"%s\" error=%s reason=\"%s\"", what, err_name(e), e == ERR_IO ? strerror(why) : "");
    return e == ERR_IO && why == EBADMSG ? EXIT_NEEDS_PERSON : EXIT_TRY_AGAIN;
}

int daemon_probe(const char *name, const struct stage_settings *s)
{
    char path[4096];
    unsigned status = 0;
    struct buf body = buf_make(65536);
    enum err e = state_path(path, sizeof path, s->state, "sock/%s.%ju.http", name, (uintmax_t)s->replica);
    if (e == OK) e = http_get(path, "/healthz", PROBE_MS, &status, &body);
    if (e != OK) {
        fprintf(stderr, "wiredesk-%s: no answer at %s: %s\n", name, path, e == ERR_IO ? strerror(errno) : err_name(e));
    } else {
        printf("%s\n", status == 200 ? "healthy" : "not healthy");
    }
    buf_free(&body);
    return e == OK && status == 200 ? 0 : 1;
}

void daemon_endpoint(char *out, size_t size, const char *given, const char *state, const char *fmt, ...)
{
    if (given != NULL) {
        snprintf(out, size, "%s", given);
        return;
    }
    int n = snprintf(out, size, "ipc://%s/sock/", state);
    if (n < 0 || (size_t)n >= size) return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(out + n, size - (size_t)n, fmt, args);
    va_end(args);
}

struct process {
    const char *name, *version;
    uint64_t replica, pid, up, rss, size, cpu, files, files_max; /* times in ns */
    double rss_mb;
    struct log_counts log;
    struct sandbox_facts sandbox;
    const char *lack;
    bool one;
};
#define AT(member) offsetof(struct process, member)

static const struct metric_row process_rows[] = {
    {NULL, NULL, METRIC_TEXT, AT(name), "stage", NULL},
    {NULL, NULL, METRIC_COUNTER, AT(replica), "replica", NULL},
    {NULL, NULL, METRIC_TEXT, AT(version), "version", NULL},
    {NULL, NULL, METRIC_COUNTER, AT(pid), "pid", NULL},
    {"build_info", "version=\"" WD_VERSION "\"", METRIC_FLAG, AT(one), NULL, "Always 1; its label says which version runs."},
    {"up_seconds", NULL, METRIC_TIME, AT(up), "up_s", "Since the process started."},
    {NULL, NULL, METRIC_REAL, AT(rss_mb), "rss_mb", NULL},
    {"process_resident_memory_bytes", NULL, METRIC_GAUGE, AT(rss), NULL, "Memory of the process that is in use."},
    {"process_virtual_memory_bytes", NULL, METRIC_GAUGE, AT(size), NULL, "Address space of the process, mapped files included."},
    {"process_cpu_seconds_total", NULL, METRIC_TIME_TOTAL, AT(cpu), NULL, "CPU time of the process, in user and kernel mode."},
    {"process_open_fds", NULL, METRIC_GAUGE, AT(files), NULL, "Open file descriptors."},
    {"process_max_fds", NULL, METRIC_GAUGE, AT(files_max), NULL, "How many file descriptors the process may have."},
    {"sandbox", "part=\"privileges\"", METRIC_FLAG, AT(sandbox.no_new_privileges), "sandbox.no_new_privileges", "1 for each part of the sandbox that is closed."},
    {"sandbox", "part=\"capabilities\"", METRIC_FLAG, AT(sandbox.no_capabilities), "sandbox.no_capabilities", NULL},
    {"sandbox", "part=\"core_dumps\"", METRIC_FLAG, AT(sandbox.no_core_dumps), "sandbox.no_core_dumps", NULL},
    {"sandbox", "part=\"landlock\"", METRIC_FLAG, AT(sandbox.landlock), "sandbox.landlock", NULL},
    {"sandbox", "part=\"seccomp\"", METRIC_FLAG, AT(sandbox.seccomp), "sandbox.seccomp", NULL},
    {NULL, NULL, METRIC_TEXT, AT(lack), "sandbox.lack", NULL},
    {"log_events_total", "level=\"error\"", METRIC_COUNTER, AT(log.errors), NULL, "Events logged, or held back because they repeat, by level."},
    {"log_events_total", "level=\"warn\"", METRIC_COUNTER, AT(log.warnings), NULL, NULL},
    {"log_held_total", NULL, METRIC_COUNTER, AT(log.held), NULL, "Log lines held back because they repeat."},
    {0},
};

static void measure_memory(struct process *p)
{
    unsigned long size = 0, pages = 0, page = (unsigned long)sysconf(_SC_PAGESIZE);
    FILE *f = fopen("/proc/self/statm", "re");
    if (f != NULL && fscanf(f, "%lu %lu", &size, &pages) != 2) size = pages = 0;
    if (f != NULL) fclose(f);
    p->size = size * page;
    p->rss = pages * page;
    p->rss_mb = (double)p->rss / 1e6;
}

static void measure_files(struct process *p)
{
    struct rlimit most;
    DIR *dir = opendir("/proc/self/fd");
    if (getrlimit(RLIMIT_NOFILE, &most) == 0) p->files_max = most.rlim_cur;
    if (dir == NULL) return;
    while (readdir(dir) != NULL) p->files++;
    closedir(dir);
    p->files -= p->files < 3 ? p->files : 3; /* . and .. and the folder itself */
}

static uint64_t ns_of(struct timeval t)
{
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

void daemon_metrics(struct metrics *m, const char *name, const struct stage_settings *s, uint64_t started_ns)
{
    struct rusage used;
    struct process p = {.name = name, .version = WD_VERSION, .replica = s->replica, .pid = (uint64_t)getpid(), .up = clock_mono_ns() - started_ns,
                        .log = log_counts(), .sandbox = sandbox_facts(), .lack = sandbox_lack(), .one = true};
    measure_memory(&p);
    measure_files(&p);
    if (getrusage(RUSAGE_SELF, &used) == 0) p.cpu = ns_of(used.ru_utime) + ns_of(used.ru_stime);
    metrics_begin(m, name);
    metrics_add(m, process_rows, &p, sizeof p);
}

static const struct metric_row door_rows[] = {
    {"handshakes_total", "result=\"admitted\"", METRIC_COUNTER, offsetof(struct doors_stats, admitted), "doors.admitted", "Handshakes at its ports that have keys, by what became of them."},
    {"handshakes_total", "result=\"turned_away\"", METRIC_COUNTER, offsetof(struct doors_stats, turned_away), "doors.turned_away", NULL},
    {"public_keys", NULL, METRIC_GAUGE, offsetof(struct doors_stats, keys), "doors.keys", "Public keys in the list that the doors ask."},
    {0},
};

void daemon_metrics_doors(struct metrics *m, struct doors *d)
{
    if (d == NULL) return;
    struct doors_stats s = doors_stats(d);
    metrics_add(m, door_rows, &s, sizeof s);
}
