/* main.c - the `wiredesk` command: finds the subcommand, prints help, manual page, version and what the completion scripts ask. */
#include "command.h"

#include <stdio.h>

#include "../../libcommon/manual.h"
#include "../../proto/doc.h"

static const struct command commands[] = {
    {"up", &up_table, up_run},
    {"feed", &feed_table, feed_run},
    {"tail", &tail_table, tail_run},
    {"status", &status_table, status_run},
    {"show", &show_table, show_run},
    {"search", &search_table, search_run},
    {"export", &export_table, export_run},
    {"backup", &backup_table, backup_run},
    {"restore", &restore_table, restore_run},
    {"repair", &repair_table, repair_run},
    {"retract", &retract_table, retract_run},
    {"forget", &forget_table, forget_run},
    {"keygen", &keygen_table, keygen_run},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

/* Those that need no pipe and have no options. */
static const struct {
    const char *name, *purpose;
} words[] = {
    {"completion", "Print the completion script for bash, zsh or fish: source <(wiredesk completion bash)"},
    {"help", "Print this, or the help of a command: wiredesk help feed"},
};
enum { WORDS = sizeof words / sizeof *words };

static const char purpose[] = "The two ends of the pipe and the view of it.";
static const char hint[] = "Each command has --help. All but keygen and completion take --state DIR, the directory of one machine's pipe.";

static int print_help(FILE *to)
{
    fprintf(to, "Usage: wiredesk COMMAND [OPTION...] ...\n%s\n\n", purpose);
    for (size_t i = 0; i < COMMANDS; i++) fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].table->purpose);
    for (size_t i = 0; i < WORDS; i++) fprintf(to, "  %-10s %s\n", words[i].name, words[i].purpose);
    fprintf(to, "\n%s\n", hint);
    return fflush(to) == 0 ? 0 : EXIT_TRY_AGAIN;
}

static int print_manual(void)
{
    char name[64];
    manual_title("wiredesk", purpose);
    manual_section("SYNOPSIS");
    puts("\\fBwiredesk\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] ...");
    manual_section("COMMANDS");
    for (size_t i = 0; i < COMMANDS; i++) manual_item(commands[i].name, commands[i].table->purpose);
    for (size_t i = 0; i < WORDS; i++) manual_item(words[i].name, words[i].purpose);
    manual_section("DESCRIPTION");
    manual_text(hint);
    manual_section("EXIT STATUS");
    manual_text("0, 1 what was found is not as it should be, 64 a person must act, 75 try again, 130 interrupted.");
    manual_section("SEE ALSO");
    for (size_t i = 0; i < COMMANDS; i++) {
        snprintf(name, sizeof name, "wiredesk-%s", commands[i].name);
        printf("\\fB%s\\fR(1),\n", name);
    }
    for (enum stage stage = STAGE_INGEST; stage < STAGE_COUNT; stage++)
        printf("\\fBwiredesk-%s\\fR(8)%s\n", stage_name(stage), stage + 1 < STAGE_COUNT ? "," : "");
    return fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}

static int print_words(int argc, char **argv)
{
    const struct command *c = argc > 2 ? find(argv[2]) : NULL;
    if (c != NULL) options_list(c->table);
    for (size_t i = 0; argc == 2 && i < COMMANDS; i++) printf("%s\t%s\n", commands[i].name, commands[i].table->purpose);
    for (size_t i = 0; argc == 2 && i < WORDS; i++) printf("%s\t%s\n", words[i].name, words[i].purpose);
    return 0;
}

static int run(const struct command *c, int argc, char **argv)
{
    static char name[40];
    snprintf(name, sizeof name, "wiredesk %s", c->name);
    argv[1] = name;
    return c->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    const struct command *c = find(word);
    if (c != NULL) return run(c, argc, argv);
    if (strcmp(word, "--version") == 0) {
        puts("wiredesk " WD_VERSION);
        return 0;
    }
    if (strcmp(word, "--man") == 0) return print_manual();
    if (strcmp(word, "completion") == 0) return completion_print(argc == 3 ? argv[2] : "");
    if (strcmp(word, "completion-words") == 0) return print_words(argc, argv);
    if (strcmp(word, "help") == 0 && argc > 2 && (c = find(argv[2])) != NULL) {
        char *help[] = {NULL, NULL, "--help", NULL};
        return run(c, 3, help);
    }
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0) return print_help(stdout);
    if (argc > 1) fprintf(stderr, "wiredesk: no command '%s'; wiredesk help lists them\n", word);
    else print_help(stderr);
    return EXIT_NEEDS_PERSON;
}
