/* main.c - the `wiredesk` command: finds the subcommand, prints help, version and completion. */
#include "command.h"

#include <stdio.h>

static const struct command commands[] = {
    {"up", &up_table, up_run},
    {"feed", &feed_table, feed_run},
    {"tail", &tail_table, tail_run},
    {"status", &status_table, status_run},
    {"show", &show_table, show_run},
    {"search", &search_table, search_run},
    {"export", &export_table, export_run},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

static int print_help(FILE *to)
{
    fputs("Usage: wiredesk COMMAND [OPTION...] ...\n"
          "The two ends of the pipe and the view of it.\n\n", to);
    for (size_t i = 0; i < COMMANDS; i++) fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].table->purpose);
    fputs("  completion Print the completion script for bash: source <(wiredesk completion bash)\n"
          "  help       Print this, or the help of a command: wiredesk help feed\n\n"
          "Each command has --help. All take --state DIR, the directory of one machine's pipe.\n", to);
    return fflush(to) == 0 ? 0 : EXIT_TRY_AGAIN;
}

/* The script asks the program for words, so it never disagrees with it. */
static int print_completion(int argc, char **argv)
{
    if (argc != 3 || strcmp(argv[2], "bash") != 0) {
        fputs("wiredesk: completion is for bash: wiredesk completion bash\n", stderr);
        return EXIT_NEEDS_PERSON;
    }
    puts("_wiredesk()\n"
         "{\n"
         "    local word=${COMP_WORDS[COMP_CWORD]}\n"
         "    COMPREPLY=()\n"
         "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "        mapfile -t COMPREPLY < <(compgen -W \"$(wiredesk completion-words)\" -- \"$word\")\n"
         "    elif [[ $word == -* ]]; then\n"
         "        mapfile -t COMPREPLY < <(compgen -W \"$(wiredesk completion-words \"${COMP_WORDS[1]}\" | cut -f1)\" -- \"$word\")\n"
         "    else\n"
         "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
         "        compopt -o filenames\n"
         "    fi\n"
         "}\n"
         "complete -F _wiredesk wiredesk");
    return 0;
}

static int print_words(int argc, char **argv)
{
    const struct command *c = argc > 2 ? find(argv[2]) : NULL;
    if (c != NULL) options_list(c->table);
    for (size_t i = 0; argc == 2 && i < COMMANDS; i++) puts(commands[i].name);
    if (argc == 2) puts("completion\nhelp");
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
    if (strcmp(word, "completion") == 0) return print_completion(argc, argv);
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
