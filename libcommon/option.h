/* option.h - the command line and the environment, against one table of options; --help is printed from it (by glibc's argp), and the manual page. */
#ifndef WD_OPTION_H
#define WD_OPTION_H

#include "base.h"

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_NUMBER,   /* uint64_t, `least` to `most` */
    OPTION_REAL,     /* double, `least` to `most` */
    OPTION_SIZE,     /* uint64_t bytes: 512, 64K, 16M, 2G */
    OPTION_TIME,     /* uint64_t milliseconds: 250ms, 5s, 10m, 2h, 30d; a bare number is seconds */
    OPTION_LIST,     /* struct option_list: may be given again, or comma-separated in the environment */
};

struct option_list {
    const char **item; /* owned by the option code for the life of the process */
    size_t len;
};

struct option_row {
    const char *name;  /* "state": --state, and WIREDESK_STATE in the environment ('-' becomes '_') */
    char letter;       /* 's' for -s, or 0 */
    const char *value; /* what --help calls the value: "DIR"; NULL for a flag */
    enum option_kind kind;
    size_t at;         /* offsetof in the settings struct */
    const char *preset; /* the default, as text; NULL leaves the member as it was */
    double least, most; /* for numbers, sizes and times (ms); both 0: no limits */
    const char *help;   /* one sentence */
};

struct option_table {
    const char *program; /* "wiredesk-tag" */
    const char *purpose; /* one line under usage */
    const char *operands; /* "FILE..." or "" */
    const char *epilog;   /* printed behind the options, or NULL */
    const struct option_row *const *rows; /* NULL-ended list of tables, each ended by a row without a name */
};

/* Fills *settings: defaults, then the environment, then argv. Prints --help, --man and --version (exit 0) by itself. At a mistake it
 * prints one line that says what is wrong and what would be right, and exits 64. Operands are permuted to the end of argv;
 * returns the index of the first. `--` ends options. */
int options_read(const struct option_table *table, void *settings, int argc, char **argv);

/* The same without ending the process, for tests: -1 with one line in `why` at a mistake, -2 when --help, -3 when --version and -4
 * when --man was asked for. */
enum { OPTIONS_WRONG = -1, OPTIONS_HELP = -2, OPTIONS_VERSION = -3, OPTIONS_MANUAL = -4 };
int options_try(const struct option_table *table, void *settings, int argc, char **argv, char *why, size_t why_size) MUST_CHECK;

/* Each option of the tables as a line for shell completion: "--name\thelp". */
void options_list(const struct option_table *table);

#endif
