/* test_stage.c - the runtime as a process between real sockets: pass, batch, refuse, busy, strike, stop, and bad worlds.
 *
 * The stage runs in a child. Its step obeys the message: "bad" is refused, "slow" takes its time, "crash" dies, "disk" is a
 * failed world, "big" gives more than may be sent; anything else is sent on as "<" message ">". Step and commit leave a trace. */
#include "test.h"

#include "../libcommon/clock.h"
#include "../libcommon/http.h"
#include "../libcommon/log.h"
#include "../libcommon/returns.h"
#include "../libcommon/stage.h"
#include "../libcommon/state.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

enum { FRAME_MAX = 1 << 16, WAIT_MS = 5000, SLOW_MS = 700 };

static char dir[200];
static void *context;
static void *opened[16]; /* sockets and children of the running test, so that a failed one leaves nothing behind */
static pid_t started[16];
static size_t opened_count, started_count;

/* --- the stage --- */

struct probe {
    int trace; /* descriptor */
    bool fail_commit;
};

static void leave_trace(const struct probe *p, char c)
{
    if (write(p->trace, &c, 1) != 1) abort();
}

static enum err on_step(void *self, struct arena *mem, struct slice in, struct buf *out)
{
    if (arena_take(mem, 100) == NULL) return ERR_NOMEM;
    leave_trace(self, 's');
    if (slice_eq(in, SLICE("bad"))) return ERR_MALFORMED;
    if (slice_eq(in, SLICE("disk"))) return ERR_IO;
    if (slice_eq(in, SLICE("crash"))) raise(SIGSEGV);
    if (slice_eq(in, SLICE("slow"))) usleep(SLOW_MS * 1000);
    if (slice_eq(in, SLICE("big")) && buf_room(out, FRAME_MAX + 1) == NULL) return OK; /* out says why */
    buf_char(out, '<');
    buf_put(out, in);
    return buf_char(out, '>');
}

static enum err on_commit(void *self)
{
    struct probe *p = self;
    leave_trace(p, 'c');
    return p->fail_commit ? ERR_FULL : OK;
}

static void say(const char *kind, struct slice in, struct buf *notice)
{
    buf_printf(notice, "topic %s ", kind);
    buf_put(notice, in);
}

static void on_refuse(void *self, struct slice in, enum err why, struct buf *notice)
{
    (void)self;
    say(err_name(why), in, notice);
}

static void on_busy(void *self, struct slice in, uint64_t ms, struct buf *notice)
{
    (void)self;
    say(ms >= BUSY_MS ? "busy" : "hasty", in, notice);
}

static void on_strike(void *self, const struct strike *s, struct buf *notice)
{
    (void)self;
    say(s->faulted ? "faulted" : "interrupted", (struct slice){s->bytes, s->len}, notice);
}

static void on_metrics(void *self, struct metrics *m)
{
    static const struct metric_row rows[] = {{"probe", NULL, METRIC_GAUGE, 0, "probe", "Seven."}, {0}};
    uint64_t seven = 7;
    (void)self;
    metrics_add(m, rows, &seven, sizeof seven);
}

/* --- its world --- */

enum { COMMITS = 1, COMMIT_FAILS = 2 };

static void run(const struct stage_settings *given, int how) __attribute__((noreturn));

static void run(const struct stage_settings *given, int how)
{
    char path[300];
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    snprintf(path, sizeof path, "%s/stderr", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    snprintf(path, sizeof path, "%s/trace", dir);
    struct probe probe = {.trace = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600), .fail_commit = how == COMMIT_FAILS};
    if (fd < 0 || probe.trace < 0 || dup2(fd, 2) < 0) _exit(99);
    struct stage_hooks hooks = {.name = "probe", .next = "after", .frame_max = FRAME_MAX, .arena_max = 1 << 20, .water_in = 64,
                                .water_out = 64, .step = on_step, .commit = how != 0 ? on_commit : NULL, .refuse = on_refuse,
                                .busy = on_busy, .strike = on_strike, .metrics = on_metrics, .self = &probe};
    struct stage_settings settings = *given;
    if (settings.state == NULL) settings.state = dir;
    if (settings.batch == 0) settings.batch = 64;
    settings.log_level = "info";
    _exit(stage_run(&hooks, &settings));
}

/* What a spare is told to be. */
struct order { int how; struct stage_settings settings; const char *next; char listen[300]; };

/* Processes that wait to be a stage, made while this one has no thread but its own: what libzmq's threads hold at a fork (a sanitizer's allocator, for one)
 * would stay held in the child. */
enum { SPARES = 10 };
static struct { pid_t pid; int orders; } spares[SPARES];
static size_t spares_used;

static void be_spare(int orders)
{
    struct order o;
    if (read(orders, &o, sizeof o) != (ssize_t)sizeof o) _exit(99);
    if (o.settings.listen != NULL) o.settings.listen = o.listen;
    if (o.settings.next.len > 0) o.settings.next.item = &o.next;
    run(&o.settings, o.how);
}

static bool make_spares(void)
{
    spares_used = 0;
    for (size_t i = 0; i < SPARES; i++) {
        int ends[2];
        if (pipe(ends) != 0) return false;
        spares[i].orders = ends[1];
        spares[i].pid = fork();
        if (spares[i].pid < 0) return false;
        if (spares[i].pid == 0) {
            close(ends[1]); /* so that it ends with this process */
            be_spare(ends[0]);
        }
        close(ends[0]);
    }
    return true;
}

static void end_spares(void)
{
    for (size_t i = 0; i < SPARES; i++) {
        close(spares[i].orders);
        if (i < spares_used) continue;
        kill(spares[i].pid, SIGKILL);
        waitpid(spares[i].pid, NULL, 0);
    }
}

/* Starts the stage `probe`; its standard error goes to DIR/stderr. */
static pid_t start(const struct stage_settings *given, int how)
{
    struct order o = {.how = how, .settings = *given, .next = given->next.len > 0 ? given->next.item[0] : NULL};
    assert_true(spares_used < SPARES && given->next.len < 2);
    if (given->listen != NULL) snprintf(o.listen, sizeof o.listen, "%s", given->listen);
    assert_int_equal(write(spares[spares_used].orders, &o, sizeof o), (ssize_t)sizeof o);
    if (started_count < 16) started[started_count++] = spares[spares_used].pid;
    return spares[spares_used++].pid;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/wd-stage-XXXXXX");
    opened_count = started_count = 0;
    if (mkdtemp(dir) == NULL || state_folder(dir, "sock") != OK || !make_spares()) return 1;
    context = zmq_ctx_new();
    return context == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    char command[300];
    for (size_t i = 0; i < opened_count; i++) zmq_close(opened[i]);
    for (size_t i = 0; i < started_count; i++) {
        if (waitpid(started[i], NULL, WNOHANG) != 0) continue; /* it ended, and was seen to */
        kill(started[i], SIGKILL);
        waitpid(started[i], NULL, 0);
    }
    end_spares();
    zmq_ctx_term(context);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static const struct stage_settings plain;

/* Waits for the end, at most WAIT_MS; the exit status, or 1000 + the signal's number. */
static int end_of(pid_t child)
{
    int status;
    for (uint64_t end = clock_mono_ns() + (uint64_t)WAIT_MS * 1000000u; clock_mono_ns() < end; usleep(5000)) {
        if (waitpid(child, &status, WNOHANG) != child) continue;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    fail_msg("it does not end");
    return -1;
}

static int stop(pid_t child)
{
    kill(child, SIGTERM);
    return end_of(child);
}

static void *open_socket(int type, bool bind, const char *name)
{
    char endpoint[300];
    int wait = WAIT_MS, linger = 0, one = 1;
    void *sock = zmq_socket(context, type);
    assert_true(sock != NULL && opened_count < 16);
    opened[opened_count++] = sock;
    zmq_setsockopt(sock, ZMQ_RCVTIMEO, &wait, sizeof wait);
    zmq_setsockopt(sock, ZMQ_SNDTIMEO, &wait, sizeof wait);
    zmq_setsockopt(sock, ZMQ_LINGER, &linger, sizeof linger);
    if (type == ZMQ_PUSH) zmq_setsockopt(sock, ZMQ_IMMEDIATE, &one, sizeof one);
    if (type == ZMQ_SUB) zmq_setsockopt(sock, ZMQ_SUBSCRIBE, "topic", 5);
    if (strstr(name, "://") != NULL) snprintf(endpoint, sizeof endpoint, "%s", name);
    else snprintf(endpoint, sizeof endpoint, "ipc://%s/sock/%s", dir, name);
    assert_int_equal(bind ? zmq_bind(sock, endpoint) : zmq_connect(sock, endpoint), 0);
    return sock;
}

static void put(void *sock, const char *text)
{
    if (zmq_send(sock, text, strlen(text), 0) < 0) fail_msg("cannot send '%s': %s", text, zmq_strerror(zmq_errno()));
}

static void expect(void *sock, const char *want)
{
    char got[300] = "";
    int n = zmq_recv(sock, got, sizeof got - 1, 0);
    if (n < 0) fail_msg("nothing came, want '%s'", want);
    got[n] = '\0';
    assert_string_equal(got, want);
}

static void expect_nothing(void *sock)
{
    char got[10];
    int wait = 100;
    zmq_setsockopt(sock, ZMQ_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(zmq_recv(sock, got, sizeof got, 0), -1);
}

static char *file_text(const char *name)
{
    char path[300];
    size_t len;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return read_whole(path, &len);
}

static void expect_trace(const char *want)
{
    char *text = file_text("trace");
    assert_non_null(text);
    assert_string_equal(text, want);
    free(text);
}

/* Until step and commit have left `n` marks. */
static void await_trace(size_t n)
{
    for (int i = 0; i < 500; i++, usleep(10000)) {
        char *text = file_text("trace");
        size_t len = text ? strlen(text) : 0;
        free(text);
        if (len >= n) return;
    }
    fail_msg("it does not get to work");
}

static void expect_stderr(const char *part)
{
    char *text = file_text("stderr");
    assert_non_null(text);
    if (strstr(text, part) == NULL) fail_msg("want '%s' in:\n%s", part, text);
    free(text);
}

/* The pipe around the stage: the sender, the one behind it, and the one whom it tells. */
struct pipe {
    void *in, *out, *returns;
};

static struct pipe open_pipe(void)
{
    return (struct pipe){.out = open_socket(ZMQ_PULL, true, "after.0.in"), .in = open_socket(ZMQ_PUSH, false, "probe.0.in"),
                         .returns = open_socket(ZMQ_SUB, false, "probe.0.returns")};
}

/* --- the facts --- */

static void test_messages_pass_in_order(void **state)
{
    (void)state;
    char text[20];
    struct pipe p = open_pipe();
    pid_t child = start(&plain, 0);
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "%d", i);
        put(p.in, text);
        if (i < 60) continue;
        snprintf(text, sizeof text, "<%d>", i - 60);
        expect(p.out, text);
    }
    for (int i = 440; i < 500; i++) {
        snprintf(text, sizeof text, "<%d>", i);
        expect(p.out, text);
    }
    assert_int_equal(stop(child), 0);
    expect_stderr("ready");
    expect_stderr("in=500 out=500 refused=0 lost=0");
}

static void test_batch_is_committed_once_and_before_it_is_sent(void **state)
{
    (void)state;
    struct pipe p = open_pipe();
    pid_t child = start(&plain, COMMITS);
    put(p.in, "slow");
    expect(p.out, "<slow>");
    expect_trace("sc");
    put(p.in, "slow");
    await_trace(3); /* it is at work, too long to be kept for company: what comes now is one batch behind it */
    for (int i = 0; i < 5; i++) put(p.in, "x");
    expect(p.out, "<slow>");
    for (int i = 0; i < 5; i++) expect(p.out, "<x>");
    expect_trace("scscsssssc");
    assert_int_equal(stop(child), 0);
}

static void test_what_cannot_be_committed_is_not_sent(void **state)
{
    (void)state;
    struct pipe p = open_pipe();
    pid_t child = start(&plain, COMMIT_FAILS);
    put(p.in, "x");
    assert_int_equal(end_of(child), 75);
    expect_stderr("what=\"commit\" error=full");
    expect_nothing(p.out);
}

static void test_failed_world_ends_the_process_with_nothing_of_the_batch_sent(void **state)
{
    (void)state;
    struct pipe p = open_pipe();
    pid_t child = start(&plain, COMMITS);
    put(p.in, "slow");
    await_trace(1);
    put(p.in, "x");
    put(p.in, "disk");
    assert_int_equal(end_of(child), 75);
    expect(p.out, "<slow>");
    expect_trace("scss");
    expect_nothing(p.out);
}

static void test_refused_frame_is_kept_told_and_stops_nothing(void **state)
{
    (void)state;
    char path[600];
    struct pipe p = open_pipe();
    pid_t child = start(&plain, 0);
    put(p.in, "x");
    expect(p.out, "<x>");
    usleep(500000); /* the subscription arrives */
    put(p.in, "bad");
    expect(p.returns, "topic malformed bad");
    put(p.in, "big");
    expect(p.returns, "topic too_big big");
    put(p.in, "y");
    expect(p.out, "<y>");
    snprintf(path, sizeof path, "%s/quarantine/probe", dir);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    unsigned seen = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        size_t len;
        snprintf(path, sizeof path, "%s/quarantine/probe/%s", dir, entry->d_name);
        char *bytes = read_whole(path, &len);
        assert_non_null(bytes);
        if (strstr(path, ".malformed.frame") && strcmp(bytes, "bad") == 0) seen |= 1;
        if (strstr(path, ".too_big.frame") && strcmp(bytes, "big") == 0) seen |= 2;
        free(bytes);
    }
    closedir(folder);
    assert_int_equal(seen, 3);
    assert_int_equal(stop(child), 0);
    expect_stderr("refused=2");
}

static void test_slow_document_is_said_to_be_busy(void **state)
{
    (void)state;
    struct pipe p = open_pipe();
    pid_t child = start(&plain, 0);
    put(p.in, "x");
    expect(p.out, "<x>");
    usleep(500000);
    put(p.in, "slow");
    expect(p.returns, "topic busy slow");
    expect(p.returns, "topic busy slow");
    expect(p.out, "<slow>");
    expect_nothing(p.returns);
    assert_int_equal(stop(child), 0);
}

static void test_death_is_told_by_the_next_worker(void **state)
{
    (void)state;
    struct pipe p = open_pipe();
    pid_t child = start(&plain, 0);
    put(p.in, "crash");
    assert_int_equal(end_of(child), 1000 + SIGSEGV);
    child = start(&plain, 0);
    expect(p.returns, "topic faulted crash");
    expect(p.returns, "topic faulted crash"); /* and again */
    put(p.in, "slow");
    await_trace(2);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(end_of(child), 1000 + SIGKILL);
    child = start(&plain, 0);
    expect(p.returns, "topic faulted crash");
    expect(p.returns, "topic interrupted slow");
    assert_int_equal(stop(child), 0);
}

static void test_what_is_in_hand_is_finished_when_asked_to_stop(void **state)
{
    (void)state;
    struct pipe p = open_pipe();
    pid_t child = start(&plain, COMMITS);
    put(p.in, "slow");
    await_trace(1);
    kill(child, SIGTERM);
    expect(p.out, "<slow>");
    assert_int_equal(end_of(child), 0);
    expect_trace("sc");
    char path[300];
    snprintf(path, sizeof path, "%s/sock/probe.0.in", dir);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void test_stop_is_bounded_when_nobody_takes_the_result(void **state)
{
    (void)state;
    void *in = open_socket(ZMQ_PUSH, false, "probe.0.in");
    pid_t child = start(&plain, 0);
    put(in, "x");
    await_trace(1);
    uint64_t begin = clock_mono_ns();
    assert_int_equal(stop(child), 0);
    assert_true(clock_mono_ns() - begin < 4000000000u);
    expect_stderr("lost=1");
}

static void test_status_counts(void **state)
{
    (void)state;
    static const char *const wants[] = {"\"stage\":\"probe\"", "\"replica\":0", "\"in\":2", "\"out\":1", "\"refused\":1", "\"connected\":1",
                                        "\"probe\":7}"};
    char path[300];
    unsigned status;
    struct buf body = buf_make(1 << 16);
    struct pipe p = open_pipe();
    pid_t child = start(&plain, 0);
    put(p.in, "bad");
    put(p.in, "x");
    expect(p.out, "<x>");
    snprintf(path, sizeof path, "%s/sock/probe.0.http", dir);
    assert_err(http_get(path, "/status", 3000, &status, &body), OK, "/status");
    assert_int_equal(status, 200);
    const char *text = buf_cstr(&body);
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        if (strstr(text, wants[i]) == NULL) fail_msg("want %s in %s", wants[i], text);
    buf_clear(&body);
    assert_err(http_get(path, "/metrics", 3000, &status, &body), OK, "/metrics");
    assert_non_null(strstr(buf_cstr(&body), "wiredesk_documents_in_total{stage=\"probe\"} 2\n"));
    buf_clear(&body);
    assert_err(http_get(path, "/readyz", 3000, &status, &body), OK, "/readyz");
    assert_int_equal(status, 200);
    buf_free(&body);
    assert_int_equal(stop(child), 0);
}

static void test_not_ready_without_anyone_behind(void **state)
{
    (void)state;
    char path[300];
    unsigned status = 0;
    struct buf body = buf_make(1 << 16);
    pid_t child = start(&plain, 0);
    snprintf(path, sizeof path, "%s/sock/probe.0.http", dir);
    for (int i = 0; i < 200 && http_get(path, "/readyz", 3000, &status, &body) != OK; i++) usleep(10000);
    assert_int_equal(status, 503);
    buf_clear(&body);
    assert_err(http_get(path, "/healthz", 3000, &status, &body), OK, "/healthz");
    assert_int_equal(status, 200);
    buf_free(&body);
    assert_int_equal(stop(child), 0);
}

/* An address alone is not enough: somebody must take what is sent there. */
static void test_not_ready_where_nobody_listens(void **state)
{
    (void)state;
    char path[300];
    unsigned status = 0;
    struct buf body = buf_make(1 << 16);
    const char *nobody = "tcp://127.0.0.1:1";
    struct stage_settings settings = {.next = {&nobody, 1}};
    pid_t child = start(&settings, 0);
    snprintf(path, sizeof path, "%s/sock/probe.0.http", dir);
    for (int i = 0; i < 500 && (body.len == 0 || strstr(buf_cstr(&body), "\"connected\":1") == NULL); i++) {
        buf_clear(&body);
        if (http_get(path, "/status", 3000, &status, &body) != OK) usleep(10000);
    }
    assert_non_null(strstr(buf_cstr(&body), "\"connected\":1,\"ready\":false"));
    buf_clear(&body);
    assert_err(http_get(path, "/readyz", 3000, &status, &body), OK, "/readyz");
    assert_int_equal(status, 503);
    buf_free(&body);
    assert_int_equal(stop(child), 0);
}

static void test_second_of_the_same_name_is_told_to_go(void **state)
{
    (void)state;
    char taken[300];
    struct pipe p = open_pipe();
    pid_t first = start(&plain, 0);
    put(p.in, "x");
    expect(p.out, "<x>");
    assert_int_equal(end_of(start(&plain, 0)), 75);
    expect_stderr("wiredesk-probe: replica 0 runs already in");
    snprintf(taken, sizeof taken, "ipc://%s/elsewhere", dir);
    pid_t second = start(&(struct stage_settings){.replica = 1, .listen = taken}, 0);
    void *in = open_socket(ZMQ_PUSH, false, taken);
    put(in, "y");
    expect(p.out, "<y>");
    assert_int_equal(end_of(start(&(struct stage_settings){.replica = 2, .listen = taken}, 0)), 75);
    expect_stderr("another process does");
    put(in, "z");
    expect(p.out, "<z>");
    assert_int_equal(stop(first), 0);
    assert_int_equal(stop(second), 0);
}

static void test_taken_port_says_so(void **state)
{
    (void)state;
    char endpoint[60];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", ntohs(at.sin_port));
    assert_int_equal(end_of(start(&(struct stage_settings){.listen = endpoint}, 0)), 75);
    expect_stderr("the port is taken");
    close(fd);
}

static const struct {
    const char *name;
    struct stage_settings settings;
    int status;
    const char *says;
} worlds[] = {
    {"missing folder", {.state = "/nowhere/at/all"}, 64, "there is no folder /nowhere/at/"},
    {"state is a file", {.state = "/etc/passwd"}, 64, "not a directory"},
    {"strange endpoint", {.listen = "udp://x"}, 64, "want tcp://HOST:PORT or ipc://PATH"},
    {"no number of a port", {.listen = "tcp://127.0.0.1:http"}, 64, "want tcp://HOST:PORT or ipc://PATH"},
    {"no such port", {.returns = "tcp://127.0.0.1:70000"}, 64, "want tcp://HOST:PORT or ipc://PATH"},
    {"open to the world", {.listen = "tcp://0.0.0.0:5999"}, 64, "--trusted-network"},
    {"folder of the path is missing", {.listen = "ipc:///nowhere/x"}, 64, "cannot listen at ipc:///nowhere/x"},
};

static void test_bad_world_is_one_line_and_a_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
        int status = end_of(start(&worlds[i].settings, 0));
        char *text = file_text("stderr");
        if (status != worlds[i].status || !strstr(text, worlds[i].says) || strchr(text, '\n') != text + strlen(text) - 1)
            fail_msg("%s: status %d, says: %s", worlds[i].name, status, text);
        free(text);
    }
}

static void test_stale_path_is_reclaimed(void **state)
{
    (void)state;
    struct pipe p = open_pipe();
    pid_t child = start(&plain, 0);
    put(p.in, "x");
    expect(p.out, "<x>");
    kill(child, SIGKILL);
    end_of(child);
    char path[300];
    snprintf(path, sizeof path, "%s/sock/probe.0.in", dir);
    assert_int_equal(access(path, F_OK), 0); /* the dead one's */
    child = start(&plain, 0);
    int n = -1, wait = 200;
    char got[10];
    zmq_setsockopt(p.out, ZMQ_RCVTIMEO, &wait, sizeof wait);
    for (int i = 0; i < 50 && n < 0; i++) { /* what went to the dead one before it was missed is lost: ingest would send it again */
        put(p.in, "y");
        n = zmq_recv(p.out, got, sizeof got, 0);
    }
    assert_int_equal(n, 3);
    assert_memory_equal(got, "<y>", 3);
    assert_int_equal(stop(child), 0);
}

int main(void)
{
#define FACT(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        FACT(test_messages_pass_in_order),
        FACT(test_batch_is_committed_once_and_before_it_is_sent),
        FACT(test_what_cannot_be_committed_is_not_sent),
        FACT(test_failed_world_ends_the_process_with_nothing_of_the_batch_sent),
        FACT(test_refused_frame_is_kept_told_and_stops_nothing),
        FACT(test_slow_document_is_said_to_be_busy),
        FACT(test_death_is_told_by_the_next_worker),
        FACT(test_what_is_in_hand_is_finished_when_asked_to_stop),
        FACT(test_stop_is_bounded_when_nobody_takes_the_result),
        FACT(test_status_counts),
        FACT(test_not_ready_without_anyone_behind),
        FACT(test_not_ready_where_nobody_listens),
        FACT(test_second_of_the_same_name_is_told_to_go),
        FACT(test_taken_port_says_so),
        FACT(test_bad_world_is_one_line_and_a_status),
        FACT(test_stale_path_is_reclaimed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
