/* test_link.c - sockets between real endpoints: addresses that come and go, paths that are stale or held, ports that are taken. */
#include "test.h"

#include "../libcommon/clock.h"
#include "../libcommon/link.h"
#include "../libcommon/log.h"
#include "../libcommon/state.h"

#include <czmq.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char dir[200];

static int set_up(void **state)
{
    (void)state;
    log_open("test", LOG_ERROR);
    zsys_handler_set(NULL);
    snprintf(dir, sizeof dir, "/tmp/wd-link-XXXXXX");
    return mkdtemp(dir) == NULL || state_folder(dir, "sock") != OK || state_folder(dir, "run") != OK;
}

static int tear_down(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static const struct link_settings pull = {.type = ZMQ_PULL, .water = 4, .frame_max = 1 << 20};
static const struct link_settings push = {.type = ZMQ_PUSH, .water = 4, .frame_max = 1 << 20, .linger_ms = 100};

static zsock_t *bind_in(const char *folder, const char *name)
{
    struct trouble t;
    char endpoint[4200];
    snprintf(endpoint, sizeof endpoint, "ipc://%s/sock/%s", folder, name);
    zsock_t *sock = link_bind(&pull, folder, endpoint, &t);
    if (sock == NULL) fail_msg("%s", t.line);
    zsock_set_rcvtimeo(sock, 2000);
    return sock;
}

static size_t follow_until(struct follow *f, size_t want)
{
    size_t n = SIZE_MAX;
    uint64_t end = clock_mono_ns() + 4000000000u;
    while ((n = follow_apply(f)) != want && clock_mono_ns() < end) {
        zmq_pollitem_t item = {.fd = follow_fd(f), .events = ZMQ_POLLIN};
        zmq_poll(&item, 1, 50);
    }
    return n;
}

/* Sends until a peer takes it, for at most two seconds. */
static void send_word(zsock_t *sock, const char *word)
{
    enum err e = ERR_FULL;
    for (int i = 0; i < 400 && (e = link_try_send(sock, slice_of(word))) == ERR_FULL; i++) usleep(5000);
    assert_err(e, OK, word);
}

static void receive_word(zsock_t *sock, const char *want)
{
    char got[32];
    int n = zmq_recv(zsock_resolve(sock), got, sizeof got, 0);
    assert_int_equal(n, (int)strlen(want));
    assert_memory_equal(got, want, strlen(want));
}

static struct follow *follow_glob(zsock_t *sock, const char *folder, const char *pattern)
{
    struct trouble t;
    char target[4200];
    snprintf(target, sizeof target, "ipc://%s/sock/%s", folder, pattern);
    const char *item = target;
    struct option_list list = {&item, 1};
    struct follow *f = follow_start(sock, &push, &list, &t);
    if (f == NULL) fail_msg("%s", t.line);
    return f;
}

static void replicas_are_followed_as_they_come_and_go(void **state)
{
    (void)state;
    struct trouble t;
    zsock_t *out = link_open(&push, false, &t);
    struct follow *f = follow_glob(out, dir, "tag.*.in");
    assert_int_equal(follow_apply(f), 0);
    uint64_t begin = clock_mono_ns();
    zsock_t *a = bind_in(dir, "tag.0.in");
    assert_int_equal(follow_until(f, 1), 1);
    assert_true(clock_mono_ns() - begin < 500000000u); /* the first appears at once */
    send_word(out, "one");
    receive_word(a, "one");
    zsock_t *b = bind_in(dir, "tag.1.in");
    zsock_t *other = bind_in(dir, "dedup.0.in");
    assert_int_equal(follow_until(f, 2), 2);
    link_unbind(&a); /* takes its path away */
    assert_int_equal(follow_until(f, 1), 1);
    send_word(out, "two");
    receive_word(b, "two");
    follow_stop(&f);
    zsock_destroy(&out);
    link_unbind(&b);
    link_unbind(&other);
}

static void nothing_is_queued_for_nobody(void **state)
{
    (void)state;
    struct trouble t;
    zsock_t *out = link_open(&push, false, &t);
    assert_err(link_try_send(out, SLICE("x")), ERR_FULL, "no peer");
    zsock_destroy(&out);
}

/* A port of the kernel's choice, listened on until *fd is closed. */
static unsigned taken_port(int *fd)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    *fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(*fd >= 0);
    assert_int_equal(bind(*fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(*fd, 1), 0);
    assert_int_equal(getsockname(*fd, (struct sockaddr *)&at, &len), 0);
    return ntohs(at.sin_port);
}

/* tcp://127.0.0.1:PORT with a port that was free just now. */
static const char *free_endpoint(char room[100])
{
    int fd;
    snprintf(room, 100, "tcp://127.0.0.1:%u", taken_port(&fd));
    close(fd);
    return room;
}

/* What follows `endpoint` finds `in`, and a word comes through. */
static void follows_and_receives(zsock_t *in, const char *endpoint, bool tcp)
{
    struct trouble t;
    struct option_list list = {&endpoint, 1};
    zsock_t *out = link_open(&push, tcp, &t);
    struct follow *f = follow_start(out, &push, &list, &t);
    assert_non_null(f);
    zsock_set_rcvtimeo(in, 2000);
    for (int i = 0; i < 40 && follow_apply(f) == 0; i++) usleep(50000);
    send_word(out, "hello");
    receive_word(in, "hello");
    follow_stop(&f);
    zsock_destroy(&out);
}

static void a_name_is_followed_to_its_addresses(void **state)
{
    (void)state;
    struct trouble t;
    char endpoint[100], name[100];
    zsock_t *in = link_bind(&pull, dir, free_endpoint(endpoint), &t);
    if (in == NULL) fail_msg("%s", t.line);
    snprintf(name, sizeof name, "tcp://localhost%s", strrchr(endpoint, ':'));
    follows_and_receives(in, name, true);
    link_unbind(&in);
}

static void a_path_may_have_spaces_and_marks(void **state)
{
    (void)state;
    struct trouble t;
    char endpoint[4200];
    snprintf(endpoint, sizeof endpoint, "%s/a b#1", dir);
    assert_int_equal(mkdir(endpoint, 0700), 0);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/a b#1/tag.0.in", dir);
    zsock_t *in = link_bind(&pull, dir, endpoint, &t);
    if (in == NULL) fail_msg("%s", t.line);
    follows_and_receives(in, endpoint, false);
    link_unbind(&in);
}

static void a_deep_directory_goes_the_long_way_round(void **state)
{
    (void)state;
    struct trouble t;
    char deep[600], command[700];
    snprintf(deep, sizeof deep, "%s/%0120d", dir, 7);
    snprintf(command, sizeof command, "mkdir -p %s/sock", deep);
    assert_int_equal(system(command), 0);
    zsock_t *in = bind_in(deep, "tag.0.in");
    zsock_t *out = link_open(&push, false, &t);
    struct follow *f = follow_glob(out, deep, "tag.*.in");
    assert_int_equal(follow_until(f, 1), 1);
    send_word(out, "deep");
    receive_word(in, "deep");
    follow_stop(&f);
    zsock_destroy(&out);
    link_unbind(&in);
}

static void a_stale_path_is_reclaimed(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s/sock/stale.0.in", dir);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    assert_true(strlen(path) < sizeof a.sun_path);
    memcpy(a.sun_path, path, strlen(path) + 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    close(fd); /* what kill -9 leaves: the path without its process */
    assert_int_equal(access(path, F_OK), 0);
    struct trouble t;
    zsock_t *in = bind_in(dir, "stale.0.in"), *out = link_open(&push, false, &t);
    struct follow *f = follow_glob(out, dir, "stale.*.in");
    assert_int_equal(follow_until(f, 1), 1);
    send_word(out, "back");
    receive_word(in, "back");
    follow_stop(&f);
    zsock_destroy(&out);
    link_unbind(&in);
}

/* Runs `child` in a process of its own until `done`; it says ready by a byte. */
static void a_held_path_is_refused_with_one_line(void **state)
{
    (void)state;
    char endpoint[300];
    struct trouble t;
    snprintf(endpoint, sizeof endpoint, "ipc://%s/held", dir);
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        int holder, lock = open((snprintf(t.line, sizeof t.line, "%s/held.lock", dir), t.line), O_RDWR | O_CREAT, 0600);
        bool good = lock >= 0 && flock(lock, LOCK_EX) == 0 && state_lock(dir, "tag.0", &holder) == OK;
        if (write(pipes[1], good ? "y" : "n", 1) != 1) _exit(1);
        pause();
        _exit(0);
    }
    char ready;
    assert_int_equal(read(pipes[0], &ready, 1), 1);
    assert_int_equal(ready, 'y');
    assert_null(link_bind(&pull, dir, endpoint, &t));
    assert_int_equal(t.status, EXIT_TRY_AGAIN);
    assert_non_null(strstr(t.line, "another process does"));
    int holder = 0;
    assert_err(state_lock(dir, "tag.0", &holder), ERR_IO, "held lock");
    assert_int_equal(holder, child);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_err(state_lock(dir, "tag.0", &holder), OK, "the kernel gave the lock back");
    zsock_t *sock = link_bind(&pull, dir, endpoint, &t);
    assert_non_null(sock);
    link_unbind(&sock);
    close(pipes[0]);
    close(pipes[1]);
}

static const struct {
    const char *name, *endpoint, *line; /* %u: a port that is taken on loopback */
    int status;
} refused[] = {
    {"a port that is taken", "tcp://127.0.0.1:%u", "the port is taken", EXIT_TRY_AGAIN},
    {"beyond loopback without keys", "tcp://0.0.0.0:%u", "--trusted-network", EXIT_NEEDS_PERSON},
    {"any interface without keys", "tcp://*:%u", "--trusted-network", EXIT_NEEDS_PERSON},
    {"no endpoint", "localhost:%u", "is no endpoint", EXIT_NEEDS_PERSON},
    {"a missing directory", "ipc:///nonexistent-wd/%u.in", "No such file", EXIT_NEEDS_PERSON},
};

static void what_cannot_be_bound_gets_one_clear_line(void **state)
{
    (void)state;
    struct trouble t;
    int fd;
    char endpoint[100];
    unsigned port = taken_port(&fd);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        snprintf(endpoint, sizeof endpoint, refused[i].endpoint, port);
        zsock_t *sock = link_bind(&pull, dir, endpoint, &t);
        if (sock != NULL || t.status != refused[i].status || strstr(t.line, refused[i].line) == NULL)
            fail_msg("%s: status %d, %s", refused[i].name, t.status, t.line);
    }
    close(fd);
    struct link_settings trusted = pull;
    trusted.trusted_network = true;
    snprintf(endpoint, sizeof endpoint, "tcp://0.0.0.0:%u", port);
    zsock_t *wide = link_bind(&trusted, dir, endpoint, &t);
    if (wide == NULL) fail_msg("%s", t.line);
    link_unbind(&wide);
}

/* libzmq 4.3.4 aborts when its heartbeat is due at a socket whose queue is full and whose peer has gone. */
static void a_peer_that_goes_while_the_queue_is_full_takes_nobody_with_it(void **state)
{
    (void)state;
    struct trouble t;
    char bytes[10000] = "", endpoint[100];
    struct slice frame = {bytes, sizeof bytes};
    zsock_t *in = link_bind(&pull, dir, free_endpoint(endpoint), &t), *out = link_open(&push, true, &t);
    if (in == NULL || out == NULL) fail_msg("%s", t.line);
    assert_int_equal(zsock_connect(out, "%s", endpoint), 0);
    size_t sent = 0, got = 0;
    for (int idle = 0; idle < 40;) {
        enum err e = link_try_send(out, frame);
        if (e == OK) sent++, idle = 0;
        else usleep(5000), idle++;
    }
    assert_true(sent > 10); /* more than its queue holds */
    zsock_set_linger(out, 0);
    zsock_destroy(&out);
    usleep(4600000); /* longer than from one heartbeat to the next but one */
    zsock_set_rcvtimeo(in, 300);
    while (zmq_recv(zsock_resolve(in), bytes, sizeof bytes, 0) > 0) got++;
    assert_true(got > 0);
    link_unbind(&in);
}

/* What the sender puts into one segment, which on loopback is half of the widest window that it has seen: later windows are narrower, and then it waits for
 * its probe timer before each. */
static void segments_are_small_where_buffers_are(void **state)
{
    (void)state;
    struct trouble t;
    char endpoint[100];
    struct link_settings small = pull;
    small.small_buffers = true;
    zsock_t *in = link_bind(&small, dir, free_endpoint(endpoint), &t);
    if (in == NULL) fail_msg("%s", t.line);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(strrchr(endpoint, ':') + 1, NULL, 10)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), segment = 0;
    socklen_t n = sizeof segment;
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, &n), 0);
    assert_in_range(segment, 500, 1024);
    close(fd);
    link_unbind(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replicas_are_followed_as_they_come_and_go),
        cmocka_unit_test(nothing_is_queued_for_nobody),
        cmocka_unit_test(a_name_is_followed_to_its_addresses),
        cmocka_unit_test(a_path_may_have_spaces_and_marks),
        cmocka_unit_test(a_deep_directory_goes_the_long_way_round),
        cmocka_unit_test(a_stale_path_is_reclaimed),
        cmocka_unit_test(a_held_path_is_refused_with_one_line),
        cmocka_unit_test(what_cannot_be_bound_gets_one_clear_line),
        cmocka_unit_test(segments_are_small_where_buffers_are),
        cmocka_unit_test(a_peer_that_goes_while_the_queue_is_full_takes_nobody_with_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
