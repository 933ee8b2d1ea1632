/* show.c - `wiredesk show`: one story or one document, from the ledger. */
#include "command.h"
#include "record.h"
#include "terminal.h"
#include "tool.h"
#include "view.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../libcommon/state.h"
#include "../../proto/feed.h"

struct settings {
    const char *state, *colour, *archive;
    uint64_t columns;
    bool json, original;
};
#define AT(member) offsetof(struct settings, member)

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, AT(state), ".wiredesk", 0, 0, "The pipe's directory: its ledger is read"},
    {"json", 'j', NULL, OPTION_FLAG, AT(json), NULL, 0, 0, "A story's last line as it is, or a document as one JSON object"},
    {"original", 0, NULL, OPTION_FLAG, AT(original), NULL, 0, 0, "What was fed as the document, byte for byte, out of ingest's archive and held against its hash"},
    {"archive", 0, "DIR", OPTION_TEXT, AT(archive), NULL, 0, 0, "With --original: the archive, where ingest of --state has another one or runs elsewhere"},
    {"colour", 0, "WHEN", OPTION_TEXT, AT(colour), "auto", 0, 0, "auto, always or never"},
    {"columns", 0, "N", OPTION_NUMBER, AT(columns), "0", 0, 1000, "Width of the view; 0: the terminal's"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table show_table = {
    .program = "wiredesk show",
    .purpose = "Show one story or one document",
    .operands = "ID...",
    .epilog = "ID is a story's id as tail shows it (s1), a document's key or its first six or more digits, or the name of a file as it was fed. "
              "The daemons need not run. Exit status: 0, 1 when there is no such thing, 64 when the original is damaged or no archive is known.",
    .rows = tables,
};

static enum err show_story(const struct settings *set, const struct screen *screen, struct slice line, struct buf *out)
{
    struct view_choice choice = {.screen = *screen, .blocks = true, .summary = true};
    struct buf events = buf_make(64 << 20); /* the line as an event, which is not wanted here */
    if (set->json) {
        buf_put(out, line);
        return buf_char(out, '\n');
    }
    struct view *v = view_create(&choice);
    enum err e = v != NULL ? view_line(v, line, &events) : ERR_NOMEM;
    if (e == OK) e = view_quiet(v, out);
    view_destroy(&v);
    buf_free(&events);
    return e;
}

static int show(const struct settings *set, const struct screen *screen, struct records *records, const char *id)
{
    struct buf line = buf_make(64 << 20), out = buf_make(64 << 20);
    char into[256];
    enum record_found found = records_story(records, id, into, sizeof into, &line);
    enum err e = OK;
    if (found == RECORD_MERGED) fprintf(stderr, "%s was merged into %s\n", id, into);
    if (found == RECORD_STORY || found == RECORD_MERGED) {
        e = show_story(set, screen, buf_slice(&line), &out);
    } else {
        json_t *document = NULL;
        found = records_document(records, id, &document);
        if (document != NULL) e = record_put(document, set->json, screen, &out);
        json_decref(document);
    }
    if (found == RECORD_NONE) fprintf(stderr, "wiredesk show: nothing here is called '%s'\n", id);
    if (found == RECORD_MANY) fprintf(stderr, "wiredesk show: several documents are called '%s'; give more of the key\n", id);
    if (found == RECORD_ERROR) fprintf(stderr, "wiredesk show: %s\n", records_trouble(records));
    if (e != OK) fprintf(stderr, "wiredesk show: %s\n", err_name(e));
    fwrite(out.ptr ? out.ptr : "", 1, out.len, stdout);
    buf_free(&line);
    buf_free(&out);
    if (found == RECORD_ERROR || e != OK) return EXIT_TRY_AGAIN;
    return found == RECORD_NONE || found == RECORD_MANY ? EXIT_FOUND_WRONG : 0;
}

/* The original as ingest's program prints it, once its hash is the one that the ledger has. */
static int show_original(const struct settings *set, struct records *records, const char *id)
{
    char key[256], want[65], is[65];
    enum record_found found = records_key(records, id, key);
    if (found != RECORD_DOCUMENT) {
        if (found == RECORD_ERROR) fprintf(stderr, "wiredesk show: %s\n", records_trouble(records));
        else fprintf(stderr, "wiredesk show: %s called '%s'\n", found == RECORD_MANY ? "several documents are" : "no document here is", id);
        return found == RECORD_ERROR ? EXIT_TRY_AGAIN : EXIT_FOUND_WRONG;
    }
    struct buf raw = buf_make(DOC_RAW_MAX + 65536);
    const char *const arguments[] = {"--state", set->state, "--original", key, set->archive != NULL ? "--archive" : NULL, set->archive, NULL};
    int status = tool_run("ingest", arguments, &raw, NULL, NULL);
    records_hash(records, key, want);
    feed_hash(buf_slice(&raw), is);
    if (status == 0 && want[0] != '\0' && strcmp(want, is) != 0) {
        fprintf(stderr, "wiredesk show: the archive's original of %s has the hash %s, the ledger says %s: they do not belong together\n", key, is, want);
        status = EXIT_FOUND_WRONG;
    }
    if (status == 0 && fwrite(raw.ptr ? raw.ptr : "", 1, raw.len, stdout) != raw.len) status = EXIT_TRY_AGAIN;
    buf_free(&raw);
    return status;
}

int show_run(int argc, char **argv)
{
    struct settings set = {0};
    struct screen screen;
    struct records *records;
    char path[4200];
    int first = options_read(&show_table, &set, argc, argv), status = 0;
    if (first == argc) {
        fputs("wiredesk show: name a story or a document (see --help)\n", stderr);
        return EXIT_NEEDS_PERSON;
    }
    if (!terminal_screen(set.colour, (unsigned)set.columns, &screen)) {
        fprintf(stderr, "wiredesk show: --colour '%s' must be auto, always or never\n", set.colour);
        return EXIT_NEEDS_PERSON;
    }
    if (state_path(path, sizeof path, set.state, "report/ledger.db") != OK || (records = records_open(path)) == NULL) {
        fprintf(stderr, "wiredesk show: no ledger in '%s': was wiredesk up with this --state?\n", set.state);
        return EXIT_TRY_AGAIN;
    }
    for (int i = first; i < argc; i++) {
        int one = set.original ? show_original(&set, records, argv[i]) : show(&set, &screen, records, argv[i]);
        if (one > status) status = one;
    }
    records_close(&records);
    return fflush(stdout) == 0 ? status : EXIT_TRY_AGAIN;
}
