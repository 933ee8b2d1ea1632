/* test_log.c - the log's lines: key=value, one line an event, levels, and repeats that are held back and counted. */
#include "test.h"

#include "../libcommon/log.h"

#include <fcntl.h>
#include <unistd.h>

static int real_stderr, file;
static char said[1 << 18];

/* What has been logged since the last call. */
static const char *hear(void)
{
    static const char nothing[] = "";
    ssize_t n = pread(file, said, sizeof said - 1, 0);
    if (n < 0 || ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) != 0) return nothing;
    said[n] = '\0';
    return said;
}

static int set_up(void **state)
{
    (void)state;
    char path[] = "/tmp/wd-log-XXXXXX";
    file = mkstemp(path);
    real_stderr = dup(2);
    return file < 0 || unlink(path) != 0 || real_stderr < 0 || dup2(file, 2) < 0;
}

static int tear_down(void **state)
{
    (void)state;
    return dup2(real_stderr, 2) < 0 || close(file) != 0;
}

static unsigned lines_of(const char *text)
{
    unsigned n = 0;
    for (; *text != '\0'; text++) n += *text == '\n';
    return n;
}

static void a_line_has_time_level_program_event_and_pairs(void **state)
{
    (void)state;
    char quoted[40];
    log_open("tag", LOG_INFO);
    log_event(LOG_WARN, "odd", "name=%s n=%d", log_quote(SLICE("a \"b\"\n"), quoted, sizeof quoted), 3);
    const char *line = hear();
    assert_string_equal(line + 24, " warn tag event=odd name=\"a \\\"b\\\"\\x0a\" n=3\n");
    assert_true(line[10] == 'T' && line[23] == 'Z');
}

static void what_it_is_given_cannot_begin_a_line(void **state)
{
    (void)state;
    log_event(LOG_INFO, "forged", "text=a\n2026-01-01T00:00:00.000Z error tag event=fire");
    assert_int_equal(lines_of(hear()), 1);
}

static void levels_beyond_the_one_asked_for_are_silent(void **state)
{
    (void)state;
    log_open("tag", LOG_WARN);
    struct log_counts before = log_counts();
    log_event(LOG_DEBUG, "quiet", NULL);
    log_event(LOG_INFO, "quiet", NULL);
    log_event(LOG_WARN, "loud", NULL);
    log_event(LOG_ERROR, "loud", NULL);
    assert_int_equal(lines_of(hear()), 2);
    struct log_counts after = log_counts();
    assert_true(after.warnings == before.warnings + 1 && after.errors == before.errors + 1);
    log_open("tag", LOG_INFO);
}

static void repeats_are_held_back_and_their_number_is_told(void **state)
{
    (void)state;
    struct log_counts before = log_counts();
    for (int i = 0; i < 500; i++) log_event(LOG_WARN, "flood", "i=%d", i);
    log_event(LOG_WARN, "other", NULL);
    assert_int_equal(lines_of(hear()), 21);
    log_settle(false);
    assert_string_equal(hear(), ""); /* its ten seconds are not over */
    log_settle(true);
    assert_string_equal(hear() + 24, " warn tag event=flood held=480\n");
    log_settle(true);
    assert_string_equal(hear(), ""); /* told once */
    struct log_counts after = log_counts();
    assert_true(after.held == before.held + 480 && after.warnings == before.warnings + 501);
}

static void errors_are_never_held_back(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) log_event(LOG_ERROR, "fire", NULL);
    assert_int_equal(lines_of(hear()), 100);
}

static void a_count_is_not_forgotten_for_new_events(void **state)
{
    (void)state;
    char name[20];
    for (int i = 0; i < 30; i++) log_event(LOG_INFO, "many", NULL);
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "event_%d", i);
        log_event(LOG_INFO, name, NULL);
    }
    hear();
    log_settle(true);
    assert_non_null(strstr(hear(), "event=many held=10\n"));
}

static void a_line_that_is_too_long_is_cut_and_keeps_its_count(void **state)
{
    (void)state;
    static char long_text[9000];
    memset(long_text, 'x', sizeof long_text - 1);
    log_event(LOG_INFO, "long", "text=%s", long_text);
    const char *line = hear();
    assert_true(strlen(line) < 4200 && lines_of(line) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_program_event_and_pairs),
        cmocka_unit_test(what_it_is_given_cannot_begin_a_line),
        cmocka_unit_test(levels_beyond_the_one_asked_for_are_silent),
        cmocka_unit_test(repeats_are_held_back_and_their_number_is_told),
        cmocka_unit_test(errors_are_never_held_back),
        cmocka_unit_test(a_count_is_not_forgotten_for_new_events),
        cmocka_unit_test(a_line_that_is_too_long_is_cut_and_keeps_its_count),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
