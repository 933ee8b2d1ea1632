/* test_http.c - the daemon's window: hooks on the daemon's own thread, health without it, what is stale but better than nothing. */
#include "test.h"

#include "../libcommon/http.h"
#include "../libcommon/log.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[200];
static pthread_t owner;
static int asked;

static void status(void *self, struct buf *json)
{
    (void)self;
    asked += pthread_equal(pthread_self(), owner) ? 1 : 1000;
    buf_printf(json, "{\"asked\":%d}", asked);
}

static unsigned other(void *self, const struct http_request *r, struct buf *body)
{
    (void)self;
    if (strcmp(http_path(r), "/ledger") != 0) return 0;
    const char *seq = http_argument(r, "seq");
    buf_printf(body, "{\"seq\":%s}", seq ? seq : "null");
    return 200;
}

static unsigned act(void *self, const struct http_request *r, struct buf *body)
{
    (void)self;
    if (strcmp(http_path(r), "/retract") != 0) return 0;
    const char *why = http_argument(r, "why");
    buf_str(body, why ? why : "no why");
    return 200;
}

static const struct http_hooks hooks = {.status = status, .other = other, .act = act};

struct get {
    const char *where, *target;
    bool post;
    unsigned status;
    enum err e;
    struct buf body;
    atomic_bool done;
};

static void *get_thread(void *arg)
{
    struct get *g = arg;
    g->body = buf_make(1 << 16);
    g->e = (g->post ? http_post : http_get)(g->where, g->target, 5000, &g->status, &g->body);
    atomic_store(&g->done, true);
    return NULL;
}

/* One GET from another thread while this one answers (or does not). */
static void get(struct http *h, struct get *g, bool answer)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, get_thread, g), 0);
    while (answer && !atomic_load(&g->done)) {
        struct pollfd p = {.fd = http_fd(h), .events = POLLIN};
        poll(&p, 1, 20);
        http_answer(h);
    }
    pthread_join(thread, NULL);
}

static const struct {
    const char *name, *target, *body;
    bool tcp, answer;
    unsigned status;
    bool post;
} cases[] = {
    {"status runs on the daemon's thread", "/status", "{\"asked\":1}", false, true, 200},
    {"and over the port", "/status", "{\"asked\":2}", true, true, 200},
    {"a busy daemon's last status is given again", "/status", "{\"asked\":2}", false, false, 200},
    {"health needs no daemon's thread", "/healthz", "ok\n", false, false, 200},
    {"not ready until it says so", "/readyz", "not now\n", false, false, 503},
    {"query arguments", "/ledger?instance=ab&seq=17", "{\"seq\":17}", false, true, 200},
    {"an unknown path", "/nothing", "", false, true, 404},
    {"no metrics without a hook", "/metrics", "", false, true, 404},
    {"nothing kept, nobody answers", "/ledger", "busy\n", false, false, 503},
    {"what changes something, with its argument decoded", "/retract?why=a%20%C3%A9%26%3D", "a \xC3\xA9&=", false, true, 200, true},
    {"not by a GET", "/retract?why=x", "", false, true, 404},
    {"not over the port", "/retract?why=x", "", true, true, 405, true},
    {"an unknown one", "/nothing", "", false, true, 404, true},
    {"what is only looked at is not posted", "/status", "", false, true, 404, true},
};

static void what_is_asked_is_answered(void **state)
{
    (void)state;
    struct trouble t;
    owner = pthread_self();
    asked = 0;
    struct http *h = http_start(path, "127.0.0.1:47591", false, &hooks, &t);
    if (h == NULL) fail_msg("%s", t.line);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct get g = {.where = cases[i].tcp ? "127.0.0.1:47591" : path, .target = cases[i].target, .post = cases[i].post};
        get(h, &g, cases[i].answer);
        if (g.e != OK || g.status != cases[i].status || !slice_eq(buf_slice(&g.body), slice_of(cases[i].body)))
            fail_msg("%s: %s, %u, %.*s", cases[i].name, err_name(g.e), g.status, (int)g.body.len, g.body.ptr);
        buf_free(&g.body);
    }
    http_set_ready(h, true);
    struct get g = {.where = path, .target = "/readyz"};
    get(h, &g, false);
    assert_int_equal(g.status, 200);
    buf_free(&g.body);
    http_stop(&h);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void a_stale_path_is_reclaimed_and_private(void **state)
{
    (void)state;
    struct trouble t;
    struct stat st;
    fclose(fopen(path, "w"));
    struct http *h = http_start(path, NULL, false, &hooks, &t);
    assert_non_null(h);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    http_stop(&h);
}

static void trouble_is_one_line(void **state)
{
    (void)state;
    struct trouble t;
    assert_null(http_start("/nonexistent-wd/x.http", NULL, false, &hooks, &t));
    assert_int_equal(t.status, EXIT_NEEDS_PERSON);
    assert_null(http_start(path, "0.0.0.0:47592", false, &hooks, &t));
    assert_non_null(strstr(t.line, "--trusted-network"));
    assert_null(http_start(path, "nonsense", false, &hooks, &t));
    assert_int_equal(t.status, EXIT_NEEDS_PERSON);
    struct http *h = http_start(path, "127.0.0.1:47593", false, &hooks, &t);
    assert_non_null(h);
    char second[220];
    snprintf(second, sizeof second, "%s2", path);
    assert_null(http_start(second, "127.0.0.1:47593", false, &hooks, &t));
    assert_int_equal(t.status, EXIT_TRY_AGAIN);
    http_stop(&h);
}

static void an_argument_survives_its_encoding(void **state)
{
    (void)state;
    struct buf out = buf_make(100);
    assert_err(http_encode(SLICE("a b&c=%/\n-._~\xC3"), &out), OK, "encoded");
    assert_true(slice_eq(buf_slice(&out), SLICE("a%20b%26c%3D%25%2F%0A-._~%C3")));
    buf_free(&out);
}

static void nobody_there_is_an_error_at_once(void **state)
{
    (void)state;
    unsigned s;
    struct buf body = buf_make(100);
    assert_err(http_get("/nonexistent-wd/x.http", "/status", 1000, &s, &body), ERR_IO, "no socket");
    assert_err(http_get("127.0.0.1:1", "/status", 1000, &s, &body), ERR_IO, "no port");
    buf_free(&body);
}

int main(void)
{
    char dir[] = "/tmp/wd-http-XXXXXX";
    if (mkdtemp(dir) == NULL) return 1;
    snprintf(path, sizeof path, "%s/x.http", dir);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_is_answered),
        cmocka_unit_test(a_stale_path_is_reclaimed_and_private),
        cmocka_unit_test(trouble_is_one_line),
        cmocka_unit_test(an_argument_survives_its_encoding),
        cmocka_unit_test(nobody_there_is_an_error_at_once),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(dir);
    return failed;
}
