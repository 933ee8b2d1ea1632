/* test_option.c - what the command line, the environment and the defaults make of a settings struct. */
#include "test.h"

#include "../libcommon/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct settings {
    bool fast;
    const char *name;
    uint64_t count, bytes, wait;
    double share;
    struct option_list to;
};

#define AT(m) offsetof(struct settings, m)
static const struct option_row rows[] = {
    {"fast", 'f', NULL, OPTION_FLAG, AT(fast), NULL, 0, 0, "Hurry"},
    {"name", 0, "WORD", OPTION_TEXT, AT(name), "anna", 0, 0, "A name"},
    {"count", 'c', "N", OPTION_NUMBER, AT(count), "3", 1, 10, "How many"},
    {"max-bytes", 0, "SIZE", OPTION_SIZE, AT(bytes), "1M", 1024, 1 << 30, "How much"},
    {"wait", 0, "TIME", OPTION_TIME, AT(wait), "5s", 0, 0, "How long"},
    {"share", 0, "X", OPTION_REAL, AT(share), "0.5", 0, 1, "What part"},
    {"to", 't', "WHERE", OPTION_LIST, AT(to), NULL, 0, 0, "Where to"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
static const struct option_table table = {"wiredesk-test", "Tests options.", "", NULL, tables};
static const struct option_table with_operands = {"wiredesk-test", "Tests options.", "FILE...", NULL, tables};

static const struct {
    const char *name, *argv[6], *env[2], *want; /* want: what is read, or the mistake */
} cases[] = {
    {"defaults hold when nothing is said", {NULL}, {NULL}, "0 anna 3 1048576 5000 0.5 []"},
    {"a flag", {"--fast"}, {NULL}, "1 anna 3 1048576 5000 0.5 []"},
    {"letters may be joined to their value", {"-fc7"}, {NULL}, "1 anna 7 1048576 5000 0.5 []"},
    {"text with =", {"--name=bo"}, {NULL}, "0 bo 3 1048576 5000 0.5 []"},
    {"a size with its unit", {"--max-bytes", "64K"}, {NULL}, "0 anna 3 65536 5000 0.5 []"},
    {"a bare time is seconds", {"--wait", "2"}, {NULL}, "0 anna 3 1048576 2000 0.5 []"},
    {"milliseconds", {"--wait", "250ms"}, {NULL}, "0 anna 3 1048576 250 0.5 []"},
    {"days", {"--wait", "30d"}, {NULL}, "0 anna 3 1048576 2592000000 0.5 []"},
    {"a list grows", {"--to", "a", "-t", "b,c"}, {NULL}, "0 anna 3 1048576 5000 0.5 [a b,c]"},
    {"the environment beats the default", {NULL}, {"WIREDESK_MAX_BYTES", "2K"}, "0 anna 3 2048 5000 0.5 []"},
    {"the command line beats the environment", {"--count", "4"}, {"WIREDESK_COUNT", "5"}, "0 anna 4 1048576 5000 0.5 []"},
    {"a list in the environment has commas", {NULL}, {"WIREDESK_TO", "x,y"}, "0 anna 3 1048576 5000 0.5 [x y]"},
    {"a list on the command line replaces the environment's", {"--to", "z"}, {"WIREDESK_TO", "x,y"}, "0 anna 3 1048576 5000 0.5 [z]"},
    {"an empty variable is no variable", {NULL}, {"WIREDESK_COUNT", ""}, "0 anna 3 1048576 5000 0.5 []"},
    {"a flag in the environment", {NULL}, {"WIREDESK_FAST", "yes"}, "1 anna 3 1048576 5000 0.5 []"},
    {"an unknown option", {"--zebra"}, {NULL}, "no option '--zebra'"},
    {"a misspelt option", {"--cuont", "3"}, {NULL}, "no option '--cuont'; did you mean --count?"},
    {"an unknown letter", {"-z"}, {NULL}, "option '-z' is not known or lacks its value"},
    {"a missing value", {"--count"}, {NULL}, "option --count needs a value: --count N"},
    {"a value for a flag", {"--fast=3"}, {NULL}, "option --fast takes no value"},
    {"not a number", {"--count", "four"}, {NULL}, "--count 'four' must be a whole number"},
    {"a negative number", {"--count", "-4"}, {NULL}, "--count '-4' must be a whole number"},
    {"a number over its limit", {"--count", "11"}, {NULL}, "--count '11' must be 1 to 10"},
    {"a size under its limit", {"--max-bytes", "5"}, {NULL}, "--max-bytes '5' must be 1K to 1G"},
    {"a size that overflows", {"--max-bytes", "99999999999T"}, {NULL}, "--max-bytes '99999999999T' must be a size such as 512, 64K, 16M or 2G"},
    {"a time without sense", {"--wait", "5 parsecs"}, {NULL}, "--wait '5 parsecs' must be a time such as 250ms, 5s, 10m, 2h or 30d"},
    {"a real that is not finite", {"--share", "nan"}, {NULL}, "--share 'nan' must be a number"},
    {"a bad variable", {NULL}, {"WIREDESK_COUNT", "many"}, "WIREDESK_COUNT='many' in the environment must be a whole number"},
    {"an operand where none is wanted", {"file"}, {NULL}, "'file' is one word too many: only options are expected"},
};

static void print(const struct settings *s, char *out, size_t size)
{
    int n = snprintf(out, size, "%d %s %ju %ju %ju %g [", s->fast, s->name, (uintmax_t)s->count, (uintmax_t)s->bytes,
                     (uintmax_t)s->wait, s->share);
    for (size_t i = 0; i < s->to.len; i++) n += snprintf(out + n, size - (size_t)n, "%s%s", i ? " " : "", s->to.item[i]);
    snprintf(out + n, size - (size_t)n, "]");
}

static void options_are_read_or_the_mistake_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *argv[8] = {(char *)(uintptr_t)"test"}, got[512];
        int argc = 1;
        for (size_t j = 0; j < 6 && cases[i].argv[j] != NULL; j++) argv[argc++] = strdup(cases[i].argv[j]);
        if (cases[i].env[0] != NULL) setenv(cases[i].env[0], cases[i].env[1], 1);
        struct settings s = {.fast = false};
        if (options_try(&table, &s, argc, argv, got, sizeof got) >= 0) print(&s, got, sizeof got);
        if (cases[i].env[0] != NULL) unsetenv(cases[i].env[0]);
        if (strcmp(got, cases[i].want) != 0) fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name, got, cases[i].want);
        for (size_t j = 0; s.to.item != NULL && j < s.to.len && cases[i].env[0] == NULL; j++) free((void *)(uintptr_t)s.to.item[j]);
        if (s.to.item != NULL && cases[i].env[0] != NULL) free((void *)(uintptr_t)s.to.item[0]);
        free(s.to.item);
        for (int j = 1; j < argc; j++)
            if (argv[j] != s.name) free(argv[j]);
    }
}

static void operands_are_permuted_to_the_end(void **state)
{
    (void)state;
    char *argv[] = {strdup("test"), strdup("one"), strdup("--fast"), strdup("two"), strdup("--"), strdup("--three"), NULL};
    struct settings s = {.fast = false};
    char why[200];
    int first = options_try(&with_operands, &s, 6, argv, why, sizeof why);
    assert_int_equal(first, 3);
    assert_true(s.fast);
    assert_string_equal(argv[3], "one");
    assert_string_equal(argv[4], "two");
    assert_string_equal(argv[5], "--three");
    for (int i = 0; i < 6; i++) free(argv[i]);
}

static void version_is_asked_for(void **state)
{
    (void)state;
    char *argv[] = {strdup("test"), strdup("--version"), NULL};
    struct settings s = {.fast = false};
    char why[200];
    assert_int_equal(options_try(&table, &s, 2, argv, why, sizeof why), OPTIONS_VERSION);
    free(argv[0]);
    free(argv[1]);
}

/* What a program prints on standard output, the first bytes of it. */
static void printed(const struct option_table *t, char *argument, char *out, size_t size)
{
    char *argv[] = {(char *)(uintptr_t)"test", argument, NULL}, why[200];
    struct settings s = {.fast = false};
    FILE *file = tmpfile();
    int kept = dup(STDOUT_FILENO);
    assert_non_null(file);
    fflush(stdout);
    assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
    int first = options_try(t, &s, 2, argv, why, sizeof why);
    fflush(stdout);
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    close(kept);
    assert_int_equal(first, OPTIONS_MANUAL);
    ssize_t n = pread(fileno(file), out, size - 1, 0);
    assert_true(n >= 0);
    out[n] = '\0';
    fclose(file);
}

static void no_text_is_a_request_to_the_manuals_reader(void **state)
{
    (void)state;
    static const struct option_row strange[] = {{"odd", 'o', "X-Y", OPTION_TEXT, AT(name), "`a'", 0, 0, "'so it: \\fB\n\n.so /etc/passwd"}, {NULL}};
    static const struct option_row *const list[] = {strange, NULL};
    static const struct option_table odd = {"wiredesk odd", "Be odd.", "", ".SH NO\nExit status: 0.", list};
    char page[4096];
    printed(&odd, (char *)(uintptr_t)"--man", page, sizeof page);
    assert_non_null(strstr(page, ".TH WIREDESK\\-ODD 1 "));
    assert_non_null(strstr(page, "wiredesk\\-odd \\- be odd\n"));
    assert_non_null(strstr(page, "\n\\&.SH NO\n"));
    assert_non_null(strstr(page, ".TP\n\\fB\\-o\\fR, \\fB\\-\\-odd\\fR=\\fIX\\-Y\\fR\n"));
    assert_non_null(strstr(page, "\n\\(aqso it: \\efB\n.PP\n\\&.so /etc/passwd\n(default \\(gaa\\(aq; WIREDESK_ODD)\n"));
    assert_non_null(strstr(page, ".SH EXIT STATUS\n0.\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_or_the_mistake_is_named),
        cmocka_unit_test(operands_are_permuted_to_the_end),
        cmocka_unit_test(version_is_asked_for),
        cmocka_unit_test(no_text_is_a_request_to_the_manuals_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
