/* command.h - the subcommands of `wiredesk`: each a table of options and a function. */
#ifndef WD_CLI_COMMAND_H
#define WD_CLI_COMMAND_H

#include "../../libcommon/log.h"
#include "../../libcommon/option.h"

struct command {
    const char *name;
    const struct option_table *table;
    int (*run)(int argc, char **argv); /* argv[0] is "wiredesk NAME"; returns the exit status */
};

extern const struct option_table feed_table, tail_table, status_table, show_table, up_table, search_table, export_table, keygen_table, backup_table, restore_table,
    repair_table, retract_table, forget_table;
int feed_run(int argc, char **argv);
int tail_run(int argc, char **argv);
int status_run(int argc, char **argv);
int show_run(int argc, char **argv);
int up_run(int argc, char **argv);
int search_run(int argc, char **argv);
int export_run(int argc, char **argv);
int backup_run(int argc, char **argv);
int restore_run(int argc, char **argv);
int repair_run(int argc, char **argv);
int retract_run(int argc, char **argv);
int forget_run(int argc, char **argv);
int keygen_run(int argc, char **argv);

/* The script that completes commands, options and files in that shell, on standard output. */
int completion_print(const char *shell);

/* Besides 0, 64 and 75: it ran, and what it found is not as it should be. */
enum { EXIT_FOUND_WRONG = 1 };

#endif
