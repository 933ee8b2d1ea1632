/* up.c - `wiredesk up`: the five daemons on this machine, started, watched over, ended in order. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/http.h"
#include "../../libcommon/signals.h"
#include "../../libcommon/state.h"
#include "../../proto/doc.h"

struct settings {
    const char *state;
    struct option_list scale;
    const char *http;
    uint64_t grace;
};
#define AT(member) offsetof(struct settings, member)

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, AT(state), ".wiredesk", 0, 0, "Where sockets, stores and slots live; made when it is not there"},
    {"scale", 0, "STAGE=N", OPTION_LIST, AT(scale), NULL, 0, 0, "Run N replicas of normalize or tag; may be given again"},
    {"http", 0, "HOST", OPTION_TEXT, AT(http), NULL, 0, 0,
     "Let each daemon answer /metrics and /status at HOST too: ingest at port 9551, normalize 9552, tag 9553, dedup 9554, report 9555; "
     "a further replica ten higher (tag.1: 9563)"},
    {"grace", 0, "TIME", OPTION_TIME, AT(grace), "10s", 100, 600000, "How long each stage may take to end before it is killed"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table up_table = {
    .program = "wiredesk up",
    .purpose = "Run the five daemons here, restart one that dies, end them in order",
    .operands = "",
    .epilog = "SIGINT and SIGTERM end it: ingest first, report last. Settings of the daemons are taken from the environment: WIREDESK_BATCH=32 and "
              "so on (wiredesk-ingest --help). Exit status: 0 asked to stop, 64 a daemon cannot run without a person's help, 75 try again.",
    .rows = tables,
};

enum { CHILDREN = 64, REPLICAS = 16, BACKOFF_FIRST_MS = 100, BACKOFF_MOST_MS = 10000, LIVED_MS = 10000, TURN_MS = 200, LINE_MOST = 8192, HTTP_PORT = 9550 };

struct child {
    enum stage stage;
    unsigned replica;
    pid_t pid;               /* 0: not running */
    int log;                 /* what it writes to stdout and stderr; -1: none */
    bool ready;
    uint64_t began, due, backoff; /* ms; due: when to start it again */
    char line[LINE_MOST];
    size_t len;
};

struct crew {
    struct settings set;
    char folder[4096]; /* of the programs */
    struct child child[CHILDREN];
    size_t len;
    int wake;          /* readable once we are to stop */
    int status;        /* what to leave with, when a child forces us to */
    bool stopping, told_ready;
};

/* --- starting --- */

static void become(const struct crew *c, const struct child *k, int log)
{
    char program[4200], replica[16], http[300];
    const char *extra = c->set.http != NULL ? "--http" : NULL; /* ends the list otherwise */
    snprintf(program, sizeof program, "%s/wiredesk-%s", c->folder, stage_name(k->stage));
    snprintf(replica, sizeof replica, "%u", k->replica);
    snprintf(http, sizeof http, "%s:%u", c->set.http ? c->set.http : "", HTTP_PORT + (unsigned)k->stage + 10 * k->replica);
    setpgid(0, 0); /* Ctrl-C is for us: we end them in order */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_DFL);
    if (dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) _exit(EXIT_TRY_AGAIN);
    execl(program, program, "--state", c->set.state, "--replica", replica, extra, http, (char *)NULL);
    fprintf(stderr, "cannot run %s: %s\n", program, strerror(errno));
    _exit(EXIT_NEEDS_PERSON);
}

static void start(struct crew *c, struct child *k)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        k->due = clock_mono_ms() + BACKOFF_MOST_MS;
        log_event(LOG_ERROR, "pipe", "error=\"%s\"", strerror(errno));
        return;
    }
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        if (getppid() != parent) _exit(EXIT_TRY_AGAIN);
        become(c, k, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        k->due = clock_mono_ms() + BACKOFF_MOST_MS;
        log_event(LOG_ERROR, "fork", "error=\"%s\"", strerror(errno));
        return;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    k->pid = pid;
    k->log = ends[0];
    k->len = 0;
    k->ready = false;
    k->began = clock_mono_ms();
}

/* --- what they say --- */

/* A daemon's own log lines name it; anything else (an assert, the loader) gets its name here. */
static void forward(const struct child *k, const char *line, size_t len)
{
    bool named = len > 20 && line[4] == '-' && line[10] == 'T';
    char name[32] = "";
    if (!named) snprintf(name, sizeof name, "%s.%u: ", stage_name(k->stage), k->replica);
    fprintf(stderr, "%s%.*s\n", name, (int)len, line);
}

static void forward_lines(struct child *k)
{
    size_t begin = 0;
    for (char *nl; (nl = memchr(k->line + begin, '\n', k->len - begin)) != NULL; begin = (size_t)(nl - k->line) + 1)
        forward(k, k->line + begin, (size_t)(nl - k->line) - begin);
    if (begin == 0 && k->len == sizeof k->line) {
        forward(k, k->line, k->len);
        begin = k->len;
    }
    memmove(k->line, k->line + begin, k->len - begin);
    k->len -= begin;
}

static void listen_to(struct child *k)
{
    for (;;) {
        ssize_t n = read(k->log, k->line + k->len, sizeof k->line - k->len);
        if (n > 0) {
            k->len += (size_t)n;
            forward_lines(k);
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (k->len > 0) forward(k, k->line, k->len);
        close(k->log);
        k->log = -1;
        k->len = 0;
        return;
    }
}

/* --- ending --- */

static void buried(struct crew *c, struct child *k, int status)
{
    uint64_t lived = clock_mono_ms() - k->began;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (k->log >= 0) listen_to(k);
    if (k->log >= 0) close(k->log);
    k->log = -1;
    k->pid = 0;
    k->ready = false;
    if (c->stopping) return;
    if (code == EXIT_NEEDS_PERSON) {
        log_event(LOG_ERROR, "needs_person", "stage=%s replica=%u status=64", stage_name(k->stage), k->replica);
        c->status = EXIT_NEEDS_PERSON;
        return;
    }
    k->backoff = lived > LIVED_MS || k->backoff == 0 ? BACKOFF_FIRST_MS : k->backoff * 2 < BACKOFF_MOST_MS ? k->backoff * 2 : BACKOFF_MOST_MS;
    k->due = clock_mono_ms() + k->backoff;
    log_event(LOG_WARN, "died", "stage=%s replica=%u %s=%d lived_ms=%llu again_in_ms=%llu", stage_name(k->stage), k->replica,
              WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : code, (unsigned long long)lived,
              (unsigned long long)k->backoff);
}

static void bury_the_dead(struct crew *c)
{
    int status;
    for (size_t i = 0; i < c->len; i++) {
        struct child *k = &c->child[i];
        if (k->pid > 0 && waitpid(k->pid, &status, WNOHANG) == k->pid) buried(c, k, status);
    }
}

/* Waits for what they say, a signal, or `ms`. */
static void turn(struct crew *c, uint64_t ms)
{
    struct pollfd fds[CHILDREN + 1];
    size_t whose[CHILDREN + 1], n = 0;
    if (!c->stopping) fds[n++] = (struct pollfd){.fd = c->wake, .events = POLLIN};
    for (size_t i = 0; i < c->len; i++) {
        if (c->child[i].log < 0) continue;
        whose[n] = i;
        fds[n++] = (struct pollfd){.fd = c->child[i].log, .events = POLLIN};
    }
    poll(fds, n, (int)ms);
    for (size_t i = c->stopping ? 0 : 1; i < n; i++)
        if (fds[i].revents != 0) listen_to(&c->child[whose[i]]);
    bury_the_dead(c);
}

static bool any_alive(const struct crew *c, enum stage stage)
{
    for (size_t i = 0; i < c->len; i++)
        if (c->child[i].stage == stage && c->child[i].pid > 0) return true;
    return false;
}

static void send_all(const struct crew *c, enum stage stage, int number)
{
    for (size_t i = 0; i < c->len; i++)
        if (c->child[i].stage == stage && c->child[i].pid > 0) kill(c->child[i].pid, number);
}

/* Upstream first: what a stage still has in hand finds the next one alive. */
static void end_all(struct crew *c)
{
    c->stopping = true;
    for (enum stage s = STAGE_INGEST; s <= STAGE_REPORT; s++) {
        uint64_t until = clock_mono_ms() + c->set.grace;
        send_all(c, s, SIGTERM);
        while (any_alive(c, s) && clock_mono_ms() < until) turn(c, 20);
        if (!any_alive(c, s)) continue;
        log_event(LOG_WARN, "killed", "stage=%s after_ms=%llu", stage_name(s), (unsigned long long)c->set.grace);
        send_all(c, s, SIGKILL);
        while (any_alive(c, s)) turn(c, 20);
    }
}

/* --- the run --- */

static void look_for_ready(struct crew *c)
{
    size_t ready = 0;
    for (size_t i = 0; i < c->len; i++) {
        struct child *k = &c->child[i];
        char path[4200];
        unsigned status = 0;
        struct buf body = buf_make(1 << 16);
        if (!k->ready && k->pid > 0 && state_path(path, sizeof path, c->set.state, "sock/%s.%u.http", stage_name(k->stage), k->replica) == OK
            && access(path, F_OK) == 0 && http_get(path, "/readyz", TURN_MS, &status, &body) == OK)
            k->ready = status == 200;
        ready += k->ready;
        buf_free(&body);
    }
    if (ready < c->len) return;
    char quoted[4200];
    c->told_ready = true;
    log_event(LOG_INFO, "ready", "daemons=%zu state=%s", c->len, log_quote(slice_of(c->set.state), quoted, sizeof quoted));
}

static int watch_over(struct crew *c)
{
    while (!signals_stop() && c->status == 0) {
        for (size_t i = 0; i < c->len; i++) {
            struct child *k = &c->child[i];
            if (k->pid == 0 && clock_mono_ms() >= k->due) start(c, k);
        }
        turn(c, c->told_ready ? TURN_MS : 50);
        if (!c->told_ready) look_for_ready(c);
    }
    end_all(c);
    return c->status;
}

/* "tag=3" into counts; false when it is anything else. */
static bool read_scale(const char *text, unsigned counts[STAGE_COUNT])
{
    const char *equals = strchr(text, '=');
    char *end;
    unsigned long n = equals != NULL ? strtoul(equals + 1, &end, 10) : 0;
    if (n < 1 || n > REPLICAS || *end != '\0') return false;
    for (enum stage s = STAGE_INGEST; s <= STAGE_REPORT; s++) {
        if (!slice_eq((struct slice){text, (size_t)(equals - text)}, slice_of(stage_name(s)))) continue;
        if (n > 1 && s != STAGE_NORMALIZE && s != STAGE_TAG) return false;
        counts[s] = (unsigned)n;
        return true;
    }
    return false;
}

static bool man(struct crew *c)
{
    unsigned counts[STAGE_COUNT] = {0, 1, 1, 1, 1, 1};
    for (size_t i = 0; i < c->set.scale.len; i++) {
        if (read_scale(c->set.scale.item[i], counts)) continue;
        fprintf(stderr, "wiredesk up: --scale '%s' must be normalize=N or tag=N with N from 1 to %d (the other stages have one writer each)\n",
                c->set.scale.item[i], REPLICAS);
        return false;
    }
    /* downstream first, so that each finds its next one */
    for (enum stage s = STAGE_REPORT; s >= STAGE_INGEST; s--)
        for (unsigned r = 0; r < counts[s]; r++) c->child[c->len++] = (struct child){.stage = s, .replica = r, .log = -1};
    return true;
}

static bool find_programs(struct crew *c)
{
    ssize_t n = readlink("/proc/self/exe", c->folder, sizeof c->folder - 1);
    if (n <= 0) return false;
    c->folder[n] = '\0';
    char *slash = strrchr(c->folder, '/');
    if (slash != NULL) *slash = '\0';
    return slash != NULL;
}

int up_run(int argc, char **argv)
{
    struct crew *c = calloc(1, sizeof *c);
    if (c == NULL) return EXIT_TRY_AGAIN;
    if (options_read(&up_table, &c->set, argc, argv) < argc) {
        fputs("wiredesk up: takes no operands (see --help)\n", stderr);
        free(c);
        return EXIT_NEEDS_PERSON;
    }
    int holder = 0, status = EXIT_NEEDS_PERSON;
    log_open("up", LOG_INFO);
    c->wake = signals_open();
    if (c->wake < 0 || !find_programs(c)) {
        fprintf(stderr, "wiredesk up: %s\n", strerror(errno));
        status = EXIT_TRY_AGAIN;
    } else if (state_folder(c->set.state, "run") != OK || state_folder(c->set.state, "sock") != OK) {
        fprintf(stderr, "wiredesk up: cannot make '%s': %s\n", c->set.state, strerror(errno));
    } else if (state_lock(c->set.state, "up", &holder) != OK && holder == 0) {
        fprintf(stderr, "wiredesk up: cannot lock '%s': %s\n", c->set.state, strerror(errno));
    } else if (holder != 0) {
        fprintf(stderr, "wiredesk up: another one runs in '%s' (pid %d)\n", c->set.state, holder);
    } else if (man(c)) {
        status = watch_over(c);
    }
    free(c);
    return status;
}
