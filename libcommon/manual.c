/* manual.c - manual pages in roff: every text is escaped, so that none of it is taken for a request. */
#include "manual.h"

#include <ctype.h>
#include <stdio.h>

#include "log.h"
#include "option_text.h"

/* Text within a line. What roff would read or make prettier is written as what it is. */
static void put_part(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (text[i]) {
        case '\\': fputs("\\e", stdout); break;
        case '-': fputs("\\-", stdout); break;
        case '\'': fputs("\\(aq", stdout); break;
        case '`': fputs("\\(ga", stdout); break;
        case '^': fputs("\\(ha", stdout); break;
        case '~': fputs("\\(ti", stdout); break;
        case '"': fputs("\\(dq", stdout); break;
        default: putchar(text[i]); break;
        }
    }
}

static void put(const char *text)
{
    put_part(text, strlen(text));
}

static void put_lines(const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        const char *nl = memchr(text + at, '\n', len - at);
        size_t n = nl != NULL ? (size_t)(nl - text) - at : len - at;
        if (n == 0) fputs(".PP", stdout);
        else if (text[at] == '.') fputs("\\&", stdout);
        put_part(text + at, n);
        putchar('\n');
        at += n + 1;
    }
}

void manual_text(const char *text)
{
    put_lines(text, strlen(text));
}

void manual_section(const char *name)
{
    printf(".SH %s\n", name);
}

void manual_item(const char *name, const char *text)
{
    fputs(".TP\n\\fB", stdout);
    put(name);
    fputs("\\fR\n", stdout);
    manual_text(text);
}

static bool is_command(const char *program)
{
    return strchr(program, '-') == NULL;
}

/* As man(1) looks for it: "wiredesk feed" has the page wiredesk-feed. */
static void page_name(const char *program, char *out, size_t size)
{
    snprintf(out, size, "%s", program);
    for (char *c = out; *c != '\0'; c++)
        if (*c == ' ') *c = '-';
}

/* The purpose as whatis(1) wants it: no capital, no full stop. */
void manual_title(const char *program, const char *purpose)
{
    char name[64], shout[64], line[512];
    page_name(program, name, sizeof name);
    snprintf(shout, sizeof shout, "%s", name);
    for (char *c = shout; *c != '\0'; c++) *c = (char)toupper((unsigned char)*c);
    snprintf(line, sizeof line, "%s", purpose);
    line[0] = (char)tolower((unsigned char)line[0]);
    size_t len = strlen(line);
    if (len > 0 && line[len - 1] == '.') line[len - 1] = '\0';
    fputs(".TH ", stdout);
    put(shout);
    printf(" %d \"\" \"wiredesk " WD_VERSION "\" wiredesk\n", is_command(program) ? 1 : 8);
    manual_section("NAME");
    put(name);
    fputs(" \\- ", stdout);
    put(line);
    putchar('\n');
}

static void print_option(const struct option_row *row)
{
    char limits[160], variable[80];
    const char *value = option_value(row);
    fputs(".TP\n", stdout);
    if (row->letter) printf("\\fB\\-%c\\fR, ", row->letter);
    fputs("\\fB\\-\\-", stdout);
    put(row->name);
    fputs("\\fR", stdout);
    if (value != NULL) {
        fputs("=\\fI", stdout);
        put(value);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    manual_text(row->help);
    option_limits(row, limits, sizeof limits);
    option_variable(row->name, variable, sizeof variable);
    fputs("(", stdout);
    if (*limits != '\0') {
        put(limits);
        fputs("; ", stdout);
    }
    put(variable);
    fputs(")\n", stdout);
}

static void print_options(const struct option_table *table)
{
    manual_section("OPTIONS");
    manual_text("Each option can be given in the environment as well, under the name in brackets; a list has commas there, a flag yes or no. "
                "The command line wins.");
    for (const struct option_row *const *t = table->rows; *t != NULL; t++)
        for (const struct option_row *row = *t; row->name != NULL; row++) print_option(row);
    manual_item("--help", "Print a summary and leave.");
    manual_item("--man", "Print this page and leave.");
    manual_item("--version", "Print the version and leave.");
}

/* An epilog that tells its exit status tells it last. */
static void print_behind(const struct option_table *table, const char *exits)
{
    static const char usual[] = "0 it did what it was asked, 64 a person must act: the line on standard error says how, 75 trying again can help.";
    static const char heading[] = "Exit status: ";
    manual_section("EXIT STATUS");
    manual_text(exits != NULL ? exits + sizeof heading - 1 : usual);
    if (!is_command(table->program)) {
        const char *stage = strchr(table->program, '-') + 1;
        char own[80];
        snprintf(own, sizeof own, "/etc/wiredesk/%s.conf", stage);
        manual_section("FILES");
        manual_item("/etc/wiredesk/all.conf", "Options of all daemons, as variables, where they run as services.");
        manual_item(own, "Options of this one; they win.");
    }
    manual_section("SEE ALSO");
    puts("\\fBwiredesk\\fR(1)");
}

int manual_print(const struct option_table *table)
{
    const char *exits = table->epilog != NULL ? strstr(table->epilog, "Exit status: ") : NULL;
    manual_title(table->program, table->purpose);
    manual_section("SYNOPSIS");
    fputs("\\fB", stdout);
    put(table->program);
    fputs("\\fR [\\fIOPTION\\fR...] ", stdout);
    put(table->operands != NULL ? table->operands : "");
    putchar('\n');
    manual_section("DESCRIPTION");
    manual_text(table->purpose);
    if (table->epilog != NULL && exits != table->epilog) {
        puts(".PP");
        put_lines(table->epilog, exits != NULL ? (size_t)(exits - table->epilog) : strlen(table->epilog));
    }
    print_options(table);
    print_behind(table, exits);
    return fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}
