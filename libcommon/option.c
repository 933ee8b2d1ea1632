/* option.c - settings from defaults, the environment and the command line; glibc's argp parses and prints the help. */
#include "option.h"

#include "log.h"
#include "manual.h"
#include "option_text.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_ROW = 0x100, KEY_HELP = 0x10000, KEY_VERSION, KEY_MANUAL, ROWS_MAX = 128, HELP_MAX = 400 };

enum source { FROM_PRESET, FROM_ENVIRONMENT, FROM_ARGV };

struct reading {
    const struct option_table *table;
    char *settings;
    const struct option_row *row[ROWS_MAX];
    enum source source[ROWS_MAX]; /* who set a list last: a nearer source replaces it, the same one adds to it */
    size_t count;
    int asked; /* OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_MANUAL or 0 */
    char *why;
    size_t why_size;
    struct argp_option argp[ROWS_MAX + 4];
    char help[ROWS_MAX][HELP_MAX];
};

/* --- values --- */

static bool whole(const char *text, uint64_t *out, const char **end)
{
    if (*text < '0' || *text > '9') return false;
    char *stop;
    errno = 0;
    *out = strtoull(text, &stop, 10);
    *end = stop;
    return errno == 0;
}

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit sizes[] = {{"", 1}, {"K", 1u << 10}, {"M", 1u << 20}, {"G", 1u << 30}, {"T", (uint64_t)1 << 40}, {NULL, 0}};
static const struct unit times[] = {
    {"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0},
};
static const struct unit plain[] = {{"", 1}, {NULL, 0}};

static bool scaled(const char *text, const struct unit *units, uint64_t *out)
{
    const char *end;
    if (!whole(text, out, &end)) return false;
    for (const struct unit *u = units; u->name != NULL; u++)
        if (strcmp(end, u->name) == 0) return !__builtin_mul_overflow(*out, u->factor, out);
    return false;
}

static bool flag(const char *text, bool *out)
{
    static const char *const words[][2] = {{"0", "1"}, {"no", "yes"}, {"false", "true"}, {"off", "on"}};
    for (size_t i = 0; i < 8; i++) {
        if (strcmp(text, words[i / 2][i % 2]) == 0) {
            *out = i % 2 == 1;
            return true;
        }
    }
    return false;
}

static const char *wanted(enum option_kind kind)
{
    switch (kind) {
    case OPTION_FLAG: return "yes or no";
    case OPTION_NUMBER: return "a whole number";
    case OPTION_REAL: return "a number";
    case OPTION_SIZE: return "a size such as 512, 64K, 16M or 2G";
    case OPTION_TIME: return "a time such as 250ms, 5s, 10m, 2h or 30d";
    case OPTION_TEXT:
    case OPTION_LIST: break;
    }
    return "text";
}

static bool within(const struct option_row *row, double v, char *why, size_t size)
{
    if (row->least == 0 && row->most == 0) return true;
    if (v >= row->least && v <= row->most) return true;
    char least[40], most[40];
    option_number(row->kind, row->least, least, sizeof least);
    option_number(row->kind, row->most, most, sizeof most);
    snprintf(why, size, "%s to %s", least, most);
    return false;
}

/* What lists own. They live as long as the process, also when the settings that point to them do not. */
static struct kept {
    struct kept *next;
    void *bytes;
} *kept; /* shared: as long as the process */

static bool keep(void *bytes)
{
    struct kept *k = bytes != NULL ? malloc(sizeof *k) : NULL;
    if (k == NULL) return false;
    *k = (struct kept){kept, bytes};
    kept = k;
    return true;
}

/* An array that has become too small stays kept: lists are short. */
static bool list_add(struct option_list *list, const char *item)
{
    if ((list->len & (list->len - 1)) == 0) { /* full: its room is a power of two */
        const char **more = calloc(list->len ? list->len * 2 : 1, sizeof *more);
        if (!keep(more)) return false;
        for (size_t i = 0; i < list->len; i++) more[i] = list->item[i];
        list->item = more;
    }
    list->item[list->len++] = item;
    return true;
}

/* Adds text (from the environment and presets: each of its comma-separated parts) to the list. */
static bool list_read(struct option_list *list, const char *text, bool split)
{
    char *copy = strdup(text), *rest = copy, *part;
    if (!keep(copy)) return false;
    if (!split) return list_add(list, copy);
    while ((part = strsep(&rest, ",")) != NULL)
        if (*part != '\0' && !list_add(list, part)) return false;
    return true;
}

/* Sets one member from text; false with what would be right in `why`. */
static bool set(struct reading *r, size_t i, const char *text, enum source source, char *why, size_t size)
{
    const struct option_row *row = r->row[i];
    void *at = r->settings + row->at;
    uint64_t n = 0;
    double real = 0;
    char *end;
    bool good = true;
    snprintf(why, size, "%s", wanted(row->kind));
    switch (row->kind) {
    case OPTION_FLAG: return flag(text, at);
    case OPTION_TEXT: *(const char **)at = text; return true;
    case OPTION_LIST:
        if (r->source[i] != source) *(struct option_list *)at = (struct option_list){NULL, 0};
        r->source[i] = source;
        return list_read(at, text, source != FROM_ARGV);
    case OPTION_REAL:
        real = strtod(text, &end);
        good = end != text && *end == '\0' && isfinite(real);
        break;
    case OPTION_NUMBER: good = scaled(text, plain, &n); break;
    case OPTION_SIZE: good = scaled(text, sizes, &n); break;
    case OPTION_TIME: good = scaled(text, times, &n); break;
    }
    if (!good || !within(row, row->kind == OPTION_REAL ? real : (double)n, why, size)) return false;
    if (row->kind == OPTION_REAL) *(double *)at = real;
    else *(uint64_t *)at = n;
    return true;
}

/* --- sources --- */

static bool load_rows(struct reading *r)
{
    for (const struct option_row *const *t = r->table->rows; *t != NULL; t++) {
        for (const struct option_row *row = *t; row->name != NULL; row++) {
            if (r->count == ROWS_MAX) return false;
            r->row[r->count++] = row;
        }
    }
    return true;
}

static bool read_presets_and_environment(struct reading *r)
{
    char name[80], right[120];
    for (size_t i = 0; i < r->count; i++) {
        const struct option_row *row = r->row[i];
        if (row->preset != NULL && !set(r, i, row->preset, FROM_PRESET, right, sizeof right)) {
            snprintf(r->why, r->why_size, "the default '%s' of --%s must be %s", row->preset, row->name, right);
            return false;
        }
        option_variable(row->name, name, sizeof name);
        const char *text = getenv(name);
        if (text == NULL || *text == '\0') continue;
        if (!set(r, i, text, FROM_ENVIRONMENT, right, sizeof right)) {
            snprintf(r->why, r->why_size, "%s='%s' in the environment must be %s", name, text, right);
            return false;
        }
    }
    return true;
}

static size_t distance(const char *a, const char *b)
{
    enum { MOST = 40 };
    size_t n = strlen(b), row[MOST + 1];
    if (n > MOST || strlen(a) > MOST) return SIZE_MAX;
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

/* Says what is wrong with an argument that getopt refused. */
static void explain(struct reading *r, const char *arg)
{
    char name[64];
    const char *equals = strchr(arg, '=');
    snprintf(name, sizeof name, "%.*s", (int)(equals ? equals - arg : (long)strlen(arg)), arg);
    if (strncmp(arg, "--", 2) != 0) {
        snprintf(r->why, r->why_size, "option '%s' is not known or lacks its value", arg);
        return;
    }
    size_t starts = 0, best = 3;
    const struct option_row *only = NULL, *nearest = NULL;
    for (size_t i = 0; i < r->count; i++) {
        const struct option_row *row = r->row[i];
        size_t d = distance(name + 2, row->name);
        if (strcmp(name + 2, row->name) == 0) {
            starts = 1;
            only = row;
            break;
        }
        if (strncmp(name + 2, row->name, strlen(name + 2)) == 0) starts++, only = row;
        if (d < best) best = d, nearest = row;
    }
    if (starts > 1) {
        snprintf(r->why, r->why_size, "option '%s' is ambiguous", name);
    } else if (starts == 1 && only->kind == OPTION_FLAG) {
        snprintf(r->why, r->why_size, "option --%s takes no value", only->name);
    } else if (starts == 1) {
        snprintf(r->why, r->why_size, "option --%s needs a value: --%s %s", only->name, only->name, only->value);
    } else if (nearest != NULL) {
        snprintf(r->why, r->why_size, "no option '%s'; did you mean --%s?", name, nearest->name);
    } else {
        snprintf(r->why, r->why_size, "no option '%s'", name);
    }
}

static error_t argp_step(int key, char *arg, struct argp_state *state)
{
    struct reading *r = state->input;
    char right[120];
    switch (key) {
    case KEY_HELP:
    case KEY_VERSION:
    case KEY_MANUAL:
        r->asked = key == KEY_HELP ? OPTIONS_HELP : key == KEY_VERSION ? OPTIONS_VERSION : OPTIONS_MANUAL;
        return ECANCELED;
    case ARGP_KEY_ERROR:
        if (r->asked == 0 && *r->why == '\0') explain(r, state->next > 0 ? state->argv[state->next - 1] : "");
        return 0;
    default: break;
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct option_row *row = r->row[i];
        if (key != (row->letter ? row->letter : (int)(KEY_ROW + i))) continue;
        if (set(r, i, row->kind == OPTION_FLAG ? "1" : arg, FROM_ARGV, right, sizeof right)) return 0;
        snprintf(r->why, r->why_size, "--%s '%s' must be %s", row->name, arg, right);
        return EINVAL;
    }
    return ARGP_ERR_UNKNOWN;
}

/* --- help --- */

static void describe(struct reading *r, size_t i)
{
    const struct option_row *row = r->row[i];
    char limits[160];
    option_limits(row, limits, sizeof limits);
    snprintf(r->help[i], HELP_MAX, "%s%s%s%s", row->help, *limits ? " [" : "", limits, *limits ? "]" : "");
    r->argp[i] = (struct argp_option){
        .name = row->name,
        .key = row->letter ? row->letter : (int)(KEY_ROW + i),
        .arg = option_value(row),
        .doc = r->help[i],
    };
}

static void describe_all(struct reading *r)
{
    for (size_t i = 0; i < r->count; i++) describe(r, i);
    struct argp_option *own = r->argp + r->count;
    own[0] = (struct argp_option){.name = "help", .key = KEY_HELP, .doc = "Print this and leave", .group = -1};
    own[1] = (struct argp_option){.name = "man", .key = KEY_MANUAL, .doc = "Print the manual page and leave (| man -l -)", .group = -1};
    own[2] = (struct argp_option){.name = "version", .key = KEY_VERSION, .doc = "Print the version and leave", .group = -1};
}

static int print_help(struct reading *r)
{
    char *doc = NULL, name[128];
    const struct option_table *t = r->table;
    snprintf(name, sizeof name, "%s", t->program);
    int n = asprintf(&doc, "%s\v%s%sEach option can be given in the environment as well: --some-option as WIREDESK_SOME_OPTION.",
                     t->purpose ? t->purpose : "", t->epilog ? t->epilog : "", t->epilog ? "\n\n" : "");
    if (n < 0) return 75;
    struct argp argp = {.options = r->argp, .parser = argp_step, .args_doc = t->operands, .doc = doc};
    argp_help(&argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
    free(doc);
    return fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}

/* --- outside --- */

static int reading_run(struct reading *r, int argc, char **argv)
{
    const struct option_table *t = r->table;
    int first = argc;
    *r->why = '\0';
    if (!load_rows(r)) {
        snprintf(r->why, r->why_size, "more than %d options in the table", ROWS_MAX);
        return OPTIONS_WRONG;
    }
    describe_all(r);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) { /* help must not fall over a bad environment */
        if (strcmp(argv[i], "--help") == 0) return OPTIONS_HELP;
        if (strcmp(argv[i], "--man") == 0) return OPTIONS_MANUAL;
    }
    if (!read_presets_and_environment(r)) return OPTIONS_WRONG;
    struct argp argp = {.options = r->argp, .parser = argp_step};
    error_t e = argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP | ARGP_NO_EXIT, &first, r);
    if (r->asked != 0) return r->asked;
    if (e != 0) {
        if (*r->why == '\0') snprintf(r->why, r->why_size, "%s", strerror(e));
        return OPTIONS_WRONG;
    }
    if (first < argc && (t->operands == NULL || *t->operands == '\0')) {
        snprintf(r->why, r->why_size, "'%s' is one word too many: only options are expected", argv[first]);
        return OPTIONS_WRONG;
    }
    return first;
}

int options_try(const struct option_table *table, void *settings, int argc, char **argv, char *why, size_t why_size)
{
    struct reading *r = calloc(1, sizeof *r);
    if (r == NULL) {
        snprintf(why, why_size, "out of memory");
        return OPTIONS_WRONG;
    }
    r->table = table;
    r->settings = settings;
    r->why = why;
    r->why_size = why_size;
    int first = reading_run(r, argc, argv);
    if (first == OPTIONS_HELP && print_help(r) != 0) first = OPTIONS_WRONG;
    if (first == OPTIONS_MANUAL && manual_print(table) != 0) first = OPTIONS_WRONG;
    free(r);
    return first;
}

int options_read(const struct option_table *table, void *settings, int argc, char **argv)
{
    char why[512];
    int first = options_try(table, settings, argc, argv, why, sizeof why);
    if (first >= 0) return first;
    if (first == OPTIONS_HELP || first == OPTIONS_MANUAL) exit(0);
    if (first == OPTIONS_VERSION) {
        printf("%s %s\n", table->program, WD_VERSION);
        exit(fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN);
    }
    fprintf(stderr, "%s: %s (see --help)\n", table->program, why);
    exit(EXIT_NEEDS_PERSON);
}

void options_list(const struct option_table *table)
{
    for (const struct option_row *const *t = table->rows; *t != NULL; t++)
        for (const struct option_row *row = *t; row->name != NULL; row++) printf("--%s\t%s\n", row->name, row->help);
    printf("--help\tPrint this and leave\n--man\tPrint the manual page and leave\n--version\tPrint the version and leave\n");
}
