/* test_quarantine.c - what goes from the quarantine for its age, and what does not. */
#include "test.h"

#include "../libcommon/quarantine.h"

#include <sys/stat.h>
#include <unistd.h>

enum { DAY_MS = 86400000, HOUR_MS = 3600000 };

static char dir[] = "/tmp/wd-quarantine-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/quarantine/probe/%s", dir, name);
    return path;
}

/* A frame that was put there so many days ago; its name. */
static const char *frame_of(int days)
{
    static char name[100];
    snprintf(name, sizeof name, "%013ju-1-000000.malformed.frame", (uintmax_t)(clock_wall_ms() - (uint64_t)days * DAY_MS));
    FILE *f = fopen(path_of(name), "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
    return name;
}

static int begin(void **state)
{
    char path[100];
    (void)state;
    memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
    if (mkdtemp(dir) == NULL) return 1;
    snprintf(path, sizeof path, "%s/quarantine", dir);
    return mkdir(path, 0700) != 0 || mkdir(path_of(""), 0700) != 0;
}

static int end(void **state)
{
    char command[100];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void what_is_older_than_is_kept_goes(void **state)
{
    static const struct { int keep_days, age_days; bool stays; } cases[] = {{0, 400, true}, {30, 40, false}, {30, 10, true}, {30, -400, true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct quarantine q;
        const char *name = frame_of(cases[i].age_days);
        quarantine_open(&q, dir, "probe", (uint64_t)cases[i].keep_days * DAY_MS);
        quarantine_settle(&q);
        if ((access(path_of(name), F_OK) == 0) != cases[i].stays) fail_msg("kept for %d days: one of %d days ago", cases[i].keep_days, cases[i].age_days);
    }
}

static void nothing_goes_for_its_age_while_the_clock_has_jumped(void **state)
{
    struct quarantine q;
    (void)state;
    const char *name = frame_of(40);
    quarantine_open(&q, dir, "probe", (uint64_t)30 * DAY_MS);
    q.clock.ahead -= 2 * HOUR_MS;
    quarantine_settle(&q);
    quarantine_put(&q, SLICE("x"), ERR_MALFORMED);
    assert_int_equal(access(path_of(name), F_OK), 0);
    q.clock.ahead += 2 * HOUR_MS;
    q.looked = 0;
    quarantine_settle(&q);
    assert_int_equal(access(path_of(name), F_OK), -1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(what_is_older_than_is_kept_goes),
        T(nothing_goes_for_its_age_while_the_clock_has_jumped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
