/* main.c - wiredesk-report: options, then the filter or the daemon. */
#include <stddef.h>

#include "keep.h"
#include "shape.h"

#define AT(member) offsetof(struct report_settings, member)

static const struct option_row report_options[] = {
    {"coalesce", 0, "TIME", OPTION_TIME, AT(coalesce), "2s", 0, 3600e3, "At most one line of a story in this time, and always a last one"},
    {"stats-every", 0, "TIME", OPTION_TIME, AT(stats_every), "60s", 100, 86400e3, "A stats line this often while documents come"},
    {"ledger-max", 0, "SIZE", OPTION_SIZE, AT(ledger_max), "0", 0, 0, "Let the ledger grow to this size at most, then wait; 0: as the disk has room"},
    {"stream", 0, "ENDPOINT", OPTION_TEXT, AT(stream), NULL, 0, 0, "Publish lines here: tcp://HOST:PORT instead of the socket under --state"},
    {"replay", 0, "ENDPOINT", OPTION_TEXT, AT(replay), NULL, 0, 0, "Answer for earlier lines here: tcp://HOST:PORT"},
    {"watch-list", 0, "FILE", OPTION_TEXT, AT(watch), NULL, 0, 0,
     "Alert lines for articles that fulfil a rule of this file: words, name:, speaker:, outlet:, AND, OR, NOT, ( ); read again on SIGHUP"},
    {"no-pages", 0, NULL, OPTION_FLAG, AT(no_pages), NULL, 0, 0, "Do not write the stories' pages (report/pages under --state)"},
    {"backup", 0, "FILE", OPTION_TEXT, AT(backup), NULL, 0, 0, "Copy the ledger to the new FILE, beside a daemon that runs, and leave (see wiredesk backup)"},
    {"retract", 0, "KEY", OPTION_TEXT, AT(retract), NULL, 0, 0, "Take that document back while no daemon runs, and leave (see wiredesk retract)"},
    {"forget", 0, "KEY", OPTION_TEXT, AT(forget), NULL, 0, 0, "The same, and its text and all that quotes it go (see wiredesk forget)"},
    {"why", 0, "TEXT", OPTION_TEXT, AT(why), NULL, 0, 0, "The reason that its retract line gives"},
    {"repair", 0, "HOW", OPTION_TEXT, AT(repair), NULL, 0, 0,
     "Write what is damaged of ledger and day files anew while no daemon runs (save), or say what that would save (look), and leave (see wiredesk repair)"},
    {"schema", 0, NULL, OPTION_FLAG, AT(schema), NULL, 0, 0, "Print the JSON Schemas of all line types, one a line, and leave"},
    {"schema-dir", 0, "DIR", OPTION_TEXT, AT(schema_dir), NULL, 0, 0, "Write them to DIR/TYPE.json instead"},
    {NULL},
};

static int print_schemas(const char *dir)
{
    for (size_t i = 0; line_shapes[i] != NULL; i++) {
        struct buf out = buf_make(1 << 22);
        char path[4096];
        FILE *to = stdout;
        if (dir != NULL) {
            snprintf(path, sizeof path, "%s/%s.json", dir, line_shapes[i]->name);
            to = fopen(path, "w");
        }
        bool ok = to != NULL && shape_schema(line_shapes[i], &out) == OK && fwrite(out.ptr, 1, out.len, to) == out.len;
        if (to != NULL && to != stdout && fclose(to) != 0) ok = false;
        buf_free(&out);
        if (!ok) {
            fprintf(stderr, "wiredesk-report: cannot write the schema of %s\n", line_shapes[i]->name);
            return EXIT_TRY_AGAIN;
        }
    }
    return fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}

/* The options of every stage; a group of documents has a ceiling of its own here. */
static void share_options(struct option_row *to, size_t room)
{
    size_t n = 0;
    for (; stage_options[n].name != NULL && n + 1 < room; n++) {
        to[n] = stage_options[n];
        if (strcmp(to[n].name, "batch") == 0) to[n].most = 256;
    }
    to[n] = (struct option_row){0};
}

int main(int argc, char **argv)
{
    struct option_row shared[64];
    share_options(shared, sizeof shared / sizeof *shared);
    const struct option_row *const rows[] = {shared, sandbox_options, report_options, NULL};
    const struct option_table table = {
        .program = "wiredesk-report",
        .purpose = "Write documents into the ledger and the stream, and tell what their stories say together.",
        .operands = "",
        .rows = rows,
    };
    struct report_settings s = {0};
    options_read(&table, &s, argc, argv);
    if (s.schema || s.schema_dir != NULL) return print_schemas(s.schema_dir);
    if (s.backup != NULL) return report_backup(&s, s.backup);
    if (s.retract != NULL || s.forget != NULL) return report_retract(&s);
    if (s.repair != NULL) return report_repair(&s, s.repair);
    if (s.stage.stdio) return report_filter(&s);
    return report_daemon(&s);
}
