/* main.c - wiredesk-ingest: options, then the daemon or the filter. */
#include <stdio.h>
#include <unistd.h>

#include "../../libcommon/daemon.h"
#include "attic.h"
#include "ingest.h"
#include "keep.h"
#include "stdio.h"

struct settings {
    struct ingest_settings daemon; /* first: ingest_options point into it */
    const char *source, *type;
    uint64_t accepted;
    const char *backup, *forget, *original, *repair;
};
#define AT(member) offsetof(struct settings, member)

static const struct option_row filter_options[] = {
    {"source", 0, "NAME", OPTION_TEXT, AT(source), NULL, 0, 0, "--stdio: who fed it; part of each document's key"},
    {"type", 0, "TYPE", OPTION_TEXT, AT(type), NULL, 0, 0, "--stdio: media type of everything given, instead of looking at each"},
    {"accepted", 0, "MS", OPTION_NUMBER, AT(accepted), "0", 0, 1e14, "--stdio: ms since 1970 to write as `accepted`; 0: none is written"},
    {NULL},
};

static const struct option_row keep_options[] = {
    {"backup", 0, "DIR", OPTION_TEXT, AT(backup), NULL, 0, 0, "Copy the journal into the new folder DIR, beside a daemon that runs, and leave (see wiredesk backup)"},
    {"original", 0, "KEY", OPTION_TEXT, AT(original), NULL, 0, 0, "Print what was fed as that document, from the archive, and leave (see wiredesk show --original)"},
    {"forget", 0, "KEY", OPTION_TEXT, AT(forget), NULL, 0, 0, "Overwrite what the journal has let go of, while no daemon runs, and leave (see wiredesk forget)"},
    {"repair", 0, "HOW", OPTION_TEXT, AT(repair), NULL, 0, 0, "Write a damaged journal anew while no daemon runs (save), or say what that would save (look), and leave (see wiredesk repair)"},
    {NULL},
};

static const struct option_row *const rows[] = {ingest_options, sandbox_options, filter_options, keep_options, NULL};

static const struct option_table table = {
    .program = "wiredesk-ingest",
    .purpose = "Takes files of news from feeders, keeps each document until it has its outcome, and sends it into the pipe.",
    .operands = "[--stdio FILE...]",
    .epilog = "Exit status: 0 stopped as asked (--stdio: all was read), 64 a person must act, 65 --stdio refused something, 75 trying again can help.",
    .rows = rows,
};

int main(int argc, char **argv)
{
    struct settings s = {0};
    int first = options_read(&table, &s, argc, argv);
    if (s.daemon.common.stdio && !s.daemon.common.check && !s.daemon.common.probe)
        return ingest_stdio(&(struct ingest_stdio){.paths = argv + first, .len = (size_t)(argc - first), .source = s.source, .type = s.type,
                                                   .accepted = s.accepted, .out = STDOUT_FILENO, .err = STDERR_FILENO});
    if (first < argc) {
        fprintf(stderr, "wiredesk-ingest: '%s': files come from feeders (wiredesk feed FILE...), or with --stdio\n", argv[first]);
        return EXIT_NEEDS_PERSON;
    }
    if (s.backup != NULL) return ingest_backup(&s.daemon, s.backup);
    if (s.original != NULL) return attic_print(&s.daemon, s.original, STDOUT_FILENO);
    if (s.forget != NULL) return ingest_forget(&s.daemon, s.forget);
    if (s.repair != NULL) return ingest_repair(&s.daemon, s.repair);
    return ingest_run(&s.daemon);
}
