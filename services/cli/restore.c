/* restore.c - `wiredesk restore`: a backup becomes the stores of a state directory, all of them or none. */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "../../libcommon/state.h"
#include "ask.h"
#include "stores.h"

struct settings {
    const char *state;
};

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, offsetof(struct settings, state), ".wiredesk", 0, 0, "The directory to restore into, which has no stores yet"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table restore_table = {
    .program = "wiredesk restore",
    .purpose = "Make the stores of a state directory from a backup",
    .operands = "FOLDER",
    .epilog = "FOLDER was made by wiredesk backup; every file of it is held against its sum first. The restored journals are the same instances as those that "
              "were copied: do not run both against one report. Exit status: 0, 64 a person must act, 75 try again.",
    .rows = tables,
};

struct restore {
    struct settings set;
    const char *from;
    json_t *manifest;
};

static int complain(const char *about, int status, const char *what)
{
    fprintf(stderr, "wiredesk restore: %s: %s\n", about, what);
    return status;
}

/* --- the backup --- */

static bool known_name(const char *name)
{
    static const char *const plain[] = {"ledger.db", "index/data.mdb", "journal/data.mdb"};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, plain[i]) == 0) return true;
    }
    const char *digits = strncmp(name, "journal.", 8) == 0 ? name + 8 : "";
    size_t n = strspn(digits, "0123456789");
    return n > 0 && n <= 4 && strcmp(digits + n, "/data.mdb") == 0;
}

static int check(struct restore *r)
{
    char path[4200], hex[2 * STORES_SUM + 1];
    const char *name;
    json_t *entry;
    uint64_t size;
    if (state_path(path, sizeof path, r->from, "manifest.json") == OK) r->manifest = json_load_file(path, 0, NULL);
    const json_t *files = json_object_get(r->manifest, "files");
    if (ask_count(r->manifest, "v") != 1 || !json_is_object(files) || json_object_size(files) == 0)
        return complain(r->from, EXIT_NEEDS_PERSON, "no manifest.json of a finished backup in it");
    json_object_foreach((json_t *)files, name, entry)
    {
        const char *sum = json_string_value(json_object_get(entry, "blake2b"));
        if (!known_name(name) || sum == NULL) return complain(r->from, EXIT_NEEDS_PERSON, "its manifest.json names what is no part of a backup");
        enum err e = state_path(path, sizeof path, r->from, "%s", name);
        if (e == OK) e = stores_sum(path, hex, &size);
        if (e != OK) return complain(path, EXIT_NEEDS_PERSON, e == ERR_IO ? strerror(errno) : err_name(e));
        if (strcmp(hex, sum) != 0) return complain(path, EXIT_NEEDS_PERSON, "damaged: it is not what the manifest says; take another backup");
    }
    return 0;
}

/* --- the state directory --- */

static bool lock(const char *state, const char *name)
{
    int holder = 0;
    if (state_lock(state, name, &holder) == OK) return true;
    fprintf(stderr, "wiredesk restore: %s: %s runs in it%s\n", state, name, holder ? "" : ", or its lock cannot be taken");
    return false;
}

/* Nobody runs there, and there is nothing there but what an unfinished restore has left. */
static int claim(const struct restore *r)
{
    static const char *const stores[] = {"journal", "index", "report"};
    const char *state = r->set.state;
    if (state_folder(state, "run") != OK) return complain(state, EXIT_NEEDS_PERSON, strerror(errno));
    if (!lock(state, "ingest.0") || !lock(state, "dedup.0") || !lock(state, "ledger")) return EXIT_NEEDS_PERSON;
    if (stores_there(state, ".restoring")) return 0;
    unsigned replicas[STORES_JOURNALS];
    bool any = stores_journals(state, replicas) > 0;
    for (size_t i = 0; i < 3; i++) any = any || (stores_there(state, stores[i]) && (i != 2 || stores_there(state, "report/ledger.db")));
    if (any) return complain(state, EXIT_NEEDS_PERSON, "has stores already: move them away, or restore into another directory");
    return 0;
}

static int put_file(const struct restore *r, const char *name)
{
    char from[4200], to[4200], folder[64];
    const char *slash = strchr(name, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - name) : 6, slash ? name : "report");
    enum err e = state_folder(r->set.state, folder);
    if (e == OK) e = state_path(from, sizeof from, r->from, "%s", name);
    if (e == OK) e = state_path(to, sizeof to, r->set.state, "%s/%s", folder, slash ? slash + 1 : name);
    if (e == OK && unlink(to) != 0 && errno != ENOENT) e = ERR_IO;
    if (e == OK) e = stores_copy(from, to);
    if (e == OK && state_path(to, sizeof to, r->set.state, "%s", folder) == OK) e = state_keep(to);
    if (e == OK) return 0;
    fprintf(stderr, "wiredesk restore: %s to %s: %s; what is there is not used: restore again\n", name, r->set.state, e == ERR_IO ? strerror(errno) : err_name(e));
    return EXIT_TRY_AGAIN;
}

/* While the folder .restoring is there no daemon starts. */
static int put_all(const struct restore *r)
{
    char mark[4200];
    const char *name;
    json_t *entry;
    int status = 0;
    if (state_folder(r->set.state, ".restoring") != OK || state_keep(r->set.state) != OK || state_path(mark, sizeof mark, r->set.state, ".restoring") != OK)
        return complain(r->set.state, EXIT_TRY_AGAIN, strerror(errno));
    json_object_foreach(json_object_get(r->manifest, "files"), name, entry)
    {
        if (status == 0) status = put_file(r, name);
    }
    if (status == 0 && (state_keep(r->set.state) != OK || rmdir(mark) != 0 || state_keep(r->set.state) != OK))
        status = complain(r->set.state, EXIT_TRY_AGAIN, strerror(errno));
    return status;
}

static void print_summary(const struct restore *r)
{
    uint64_t in_flight = 0, seq = ask_count(json_object_get(json_object_get(r->manifest, "stores"), "ledger.db"), "seq");
    const char *name, *made = json_string_value(json_object_get(r->manifest, "made"));
    json_t *entry;
    json_object_foreach(json_object_get(r->manifest, "stores"), name, entry) in_flight += ask_count(entry, "in_flight");
    printf("%s is as it was at %s: the stream up to line %ju, and %ju documents under way, which go on with `wiredesk up`.\n"
           "Feed again what was fed since: what is known is counted and changes nothing.\n"
           "Readers that have lines beyond %ju drop them: the numbers are given again (wiredesk tail --from %ju).\n"
           "The pipe that was copied and this one must not run with the same report.\n",
           r->set.state, made ? made : "?", (uintmax_t)seq, (uintmax_t)in_flight, (uintmax_t)seq, (uintmax_t)seq + 1);
}

int restore_run(int argc, char **argv)
{
    struct restore r = {.manifest = NULL};
    int first = options_read(&restore_table, &r.set, argc, argv);
    if (first + 1 != argc) {
        fputs("wiredesk restore: name the one folder of the backup (see --help)\n", stderr);
        return EXIT_NEEDS_PERSON;
    }
    r.from = argv[first];
    int status = check(&r);
    if (status == 0) status = claim(&r);
    if (status == 0) status = put_all(&r);
    if (status == 0) print_summary(&r);
    json_decref(r.manifest);
    return fflush(stdout) == 0 ? status : EXIT_TRY_AGAIN;
}
