/* test_slot.c - what a dead worker leaves behind: real children that die in every way, and the strike that their successor finds. */
#include "test.h"

#include "../libcommon/clock.h"
#include "../libcommon/log.h"
#include "../libcommon/slot.h"
#include "../libcommon/state.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[200];

static int set_up(void **state)
{
    (void)state;
    log_open("test", LOG_ERROR);
    snprintf(dir, sizeof dir, "/tmp/wd-slot-XXXXXX");
    return mkdtemp(dir) == NULL || state_folder(dir, NULL) != OK;
}

static int tear_down(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static struct slot *open_slot(uint64_t cpu_budget_ms)
{
    struct trouble t;
    struct slot *s = slot_open(dir, "tag.0", cpu_budget_ms, &t);
    if (s == NULL) fail_msg("%s", t.line);
    return s;
}

static void burn(uint64_t ms)
{
    struct timespec ts;
    uint64_t end = 0, now;
    do {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
        now = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
        if (end == 0) end = now + ms;
    } while (now < end);
}

/* --- ways to die, each in a child that holds a slot --- */

static void by_segv(struct slot *s) { slot_note(s, SLICE("doc")); raise(SIGSEGV); }
static void by_bus(struct slot *s) { slot_note(s, SLICE("doc")); raise(SIGBUS); }
static void by_fpe(struct slot *s) { slot_note(s, SLICE("doc")); raise(SIGFPE); }
static void by_ill(struct slot *s) { slot_note(s, SLICE("doc")); raise(SIGILL); }
static void by_abort(struct slot *s) { slot_note(s, SLICE("doc")); abort(); }
static void by_cpu(struct slot *s) { slot_note(s, SLICE("doc")); burn(10000); }
static void by_kill(struct slot *s) { slot_note(s, SLICE("doc")); raise(SIGKILL); }
static void killed_idle(struct slot *s) { slot_note(s, SLICE("doc")); slot_clear(s); raise(SIGKILL); }
static void fault_idle(struct slot *s) { slot_note(s, SLICE("doc")); slot_clear(s); raise(SIGSEGV); }
static void good_end(struct slot *s) { slot_note(s, SLICE("doc")); slot_close(&s); }

static volatile char *volatile deepest;

static __attribute__((noinline)) int recurse(int n)
{
    volatile char frame[4096];
    frame[n % 4096] = (char)n;
    deepest = frame;
    return n < 0 ? 0 : recurse(n + 1) + frame[0];
}

static void by_deep_stack(struct slot *s)
{
    slot_note(s, SLICE("doc"));
    recurse(0);
}

static void *fault(void *arg)
{
    raise(SIGSEGV);
    return arg;
}

/* A fault on a thread that does not work on the document says nothing against it. */
static void by_other_thread(struct slot *s)
{
    pthread_t other;
    slot_note(s, SLICE("doc"));
    pthread_create(&other, NULL, fault, NULL);
    pthread_join(other, NULL);
}

/* Many quick documents: each has the whole budget. */
static void many_quick(struct slot *s)
{
    for (int i = 0; i < 40; i++) {
        slot_note(s, SLICE("doc"));
        burn(10);
        slot_clear(s);
    }
    raise(SIGKILL);
}

/* Waiting costs no CPU time. */
static void long_wait(struct slot *s)
{
    slot_note(s, SLICE("doc"));
    usleep(400000);
    slot_clear(s);
    raise(SIGKILL);
}

enum found { NOTHING, FAULT, INTERRUPT };

static const struct {
    const char *name;
    void (*die)(struct slot *s);
    uint64_t cpu_budget_ms;
    enum found want;
    int number;
} deaths[] = {
    {"segmentation fault", by_segv, 0, FAULT, SIGSEGV},
    {"bus error", by_bus, 0, FAULT, SIGBUS},
    {"arithmetic", by_fpe, 0, FAULT, SIGFPE},
    {"illegal instruction", by_ill, 0, FAULT, SIGILL},
    {"abort", by_abort, 0, FAULT, SIGABRT},
    {"stack overflow", by_deep_stack, 0, FAULT, SIGSEGV},
    {"over the CPU budget", by_cpu, 80, FAULT, SIGXCPU},
    {"killed from outside", by_kill, 0, INTERRUPT, 0},
    {"fault elsewhere", by_other_thread, 0, INTERRUPT, 0},
    {"killed between two documents", killed_idle, 0, NOTHING, 0},
    {"fault between two documents", fault_idle, 0, NOTHING, 0},
    {"many documents under the budget", many_quick, 200, NOTHING, 0},
    {"a long wait under the budget", long_wait, 80, NOTHING, 0},
    {"good end", good_end, 0, NOTHING, 0},
};

static void let_die(void (*die)(struct slot *s), uint64_t cpu_budget_ms)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        die(open_slot(cpu_budget_ms));
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
}

static void test_death_leaves_its_evidence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        char command[300];
        snprintf(command, sizeof command, "rm -rf %s/run", dir);
        assert_int_equal(system(command), 0);
        let_die(deaths[i].die, deaths[i].cpu_budget_ms);
        struct slot *s = open_slot(0);
        size_t n;
        const struct strike *strike = slot_strikes(s, &n);
        bool right = n == (deaths[i].want != NOTHING);
        if (n > 0) {
            right = right && (strike->faulted != 0) == (deaths[i].want == FAULT) && strike->signal == deaths[i].number;
            right = right && slice_eq((struct slice){strike->bytes, strike->len}, SLICE("doc")) && strcmp(strike->worker, "tag.0") == 0;
        }
        if (!right) fail_msg("%s: %zu strikes, faulted %d, signal %d", deaths[i].name, n, n ? (int)strike->faulted : -1, n ? strike->signal : -1);
        slot_close(&s);
    }
}

static void test_strike_is_told_again_under_the_same_name(void **state)
{
    (void)state;
    size_t n;
    let_die(by_segv, 0);
    struct slot *s = open_slot(0);
    assert_int_equal((slot_strikes(s, &n), n), 1);
    struct strike first = *slot_strikes(s, &n);
    slot_close(&s);
    let_die(by_kill, 0); /* the second worker dies of another cause, before it could tell anyone */
    s = open_slot(0);
    const struct strike *again = slot_strikes(s, &n);
    assert_int_equal(n, 2);
    assert_memory_equal(again[0].id, first.id, STRIKE_ID);
    assert_memory_not_equal(again[1].id, first.id, STRIKE_ID);
    assert_int_equal(again[1].faulted, 0);
    slot_close(&s);
}

static void test_strikes_have_a_ceiling(void **state)
{
    (void)state;
    size_t n;
    for (int i = 0; i < STRIKES_MAX + 3; i++) let_die(by_kill, 0);
    struct slot *s = open_slot(0);
    slot_strikes(s, &n);
    assert_int_equal(n, STRIKES_MAX);
    slot_close(&s);
}

static void test_strange_strikes_file_is_harmless(void **state)
{
    (void)state;
    char path[300], junk[3000];
    size_t n;
    memset(junk, 0xff, sizeof junk);
    snprintf(path, sizeof path, "%s/run/tag.0.strikes", dir);
    assert_int_equal(state_folder(dir, "run"), OK);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(junk, 1, sizeof junk, f), sizeof junk);
    assert_int_equal(fclose(f), 0);
    struct slot *s = open_slot(0);
    slot_strikes(s, &n);
    assert_int_equal(n, 0);
    slot_close(&s);
}

static void test_what_is_worked_on_can_be_seen(void **state)
{
    (void)state;
    char big[2 * SLOT_BYTES], seen[SLOT_BYTES];
    size_t len = 0;
    uint64_t since = 0, before = clock_mono_ns();
    struct slot *s = open_slot(0);
    assert_false(slot_current(s, seen, &len, &since));
    memset(big, 'a', sizeof big);
    slot_note(s, (struct slice){big, sizeof big});
    assert_true(slot_current(s, seen, &len, &since));
    assert_int_equal(len, SLOT_BYTES);
    assert_memory_equal(seen, big, SLOT_BYTES);
    assert_true(since >= before && since <= clock_mono_ns());
    slot_clear(s);
    assert_false(slot_current(s, seen, &len, &since));
    slot_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_death_leaves_its_evidence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strike_is_told_again_under_the_same_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strikes_have_a_ceiling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strange_strikes_file_is_harmless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_worked_on_can_be_seen, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
