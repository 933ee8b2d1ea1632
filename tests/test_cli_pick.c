/* test_cli_pick.c - tail's filters let through what they say, and nothing else. */
#include "test.h"

#include "../services/cli/pick.h"

static const char *const lines[] = {
    "{\"type\":\"article\",\"id\":\"a1\",\"outlet\":{\"value\":\"Northern Wire\"},\"entities\":[{\"name\":\"Katrin Osei\"}],\"story\":\"s1\"}",
    "{\"type\":\"article\",\"id\":\"a2\",\"outlet\":{\"value\":\"Fenwick Mail\"},\"entities\":[{\"name\":\"Emil Vranken\",\"id\":\"e00000000000000aa\"}],\"story\":\"s2\"}",
    "{\"type\":\"quote\",\"id\":\"q1\",\"article\":\"a1\",\"speaker\":\"Emil Vranken\",\"speaker_id\":\"e00000000000000aa\",\"story\":\"s1\"}",
    "{\"type\":\"quote\",\"id\":\"q2\",\"article\":\"a2\",\"story\":\"s2\"}",
    "{\"type\":\"story\",\"op\":\"new\",\"id\":\"s1\",\"articles\":[{\"id\":\"a1\",\"outlet\":\"Northern Wire\"}],\"entities\":[{\"name\":\"Katrin Osei\",\"aliases\":[\"Osei\"]}]}",
    "{\"type\":\"story\",\"op\":\"new\",\"id\":\"s2\",\"articles\":[{\"id\":\"a2\",\"outlet\":\"Fenwick Mail\"}],\"entities\":[{\"name\":\"Emil Vranken\"}]}",
    "{\"type\":\"conflict\",\"id\":\"c1\",\"stories\":[\"s1\"],\"values\":[{\"spans\":[{\"d\":\"a1\"}]}]}",
    "{\"type\":\"alert\",\"id\":\"w1\",\"article\":\"a2\",\"names\":[\"Emil Vranken\"],\"story\":\"s2\"}",
    "{\"type\":\"story\",\"op\":\"merge\",\"id\":\"s2\",\"into\":\"s1\"}",
    "{\"type\":\"reject\",\"id\":\"r1\"}",
    "{\"type\":\"stats\",\"id\":\"report\"}",
};

static const struct { const char *name; struct pick pick; const char *want; } cases[] = {
    {"everything", {0}, "a1 a2 q1 q2 s1 s2 c1 w1 s2 r1 report"},
    {"a story and what is merged into it", {.story = "s1"}, "a1 q1 s1 c1 s2"},
    {"another story", {.story = "s2"}, "a2 q2 s2 w1 s2"},
    {"an outlet, with its quotes and stories", {.outlet = "northern wire"}, "a1 q1 s1 c1"},
    {"a name, and what that person says elsewhere", {.entity = "Vranken"}, "a2 q1 q2 s2 w1 s2"},
    {"an id, whatever the line calls it", {.entity = "e00000000000000aa"}, "a2 q1 q2 w1"},
    {"a part of a word is no name", {.entity = "Vrank"}, ""},
    {"a name in one story", {.story = "s1", .entity = "osei"}, "a1 q1 s1 c1"},
    {"an outlet and a name", {.outlet = "Fenwick Mail", .entity = "Osei"}, ""},
};

static void each_filter_lets_through_what_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pick p = cases[i].pick;
        char got[200] = "";
        size_t n = 0;
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
            json_t *line = json_loads(lines[k], 0, NULL);
            assert_non_null(line);
            if (pick_line(&p, line)) n += (size_t)snprintf(got + n, sizeof got - n, "%s%s", n > 0 ? " " : "", json_string_value(json_object_get(line, "id")));
            json_decref(line);
        }
        if (strcmp(got, cases[i].want) != 0) print_error("%s: got '%s', want '%s'\n", cases[i].name, got, cases[i].want);
        assert_string_equal(got, cases[i].want);
        pick_forget(&p);
    }
}

static void names_are_found_by_whole_words(void **state)
{
    (void)state;
    assert_true(pick_name(SLICE("Katrin Osei"), SLICE("osei")) && pick_name(SLICE("Katrin Osei"), SLICE("KATRIN OSEI")));
    assert_true(pick_name(SLICE("Dr. Osei-Lund"), SLICE("Osei")));
    assert_false(pick_name(SLICE("Katrin Oseian"), SLICE("Osei")) || pick_name(SLICE("Osei"), SLICE("Katrin Osei")) || pick_name(SLICE("Osei"), SLICE("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_filter_lets_through_what_it_says), cmocka_unit_test(names_are_found_by_whole_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
