/* repair.c - `wiredesk repair`: damaged stores written anew from what is whole in them; what is lost is named, and what to do about it. */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <xxhash.h>

#include "../../libcommon/state.h"
#include "ask.h"
#include "store.h"
#include "stores.h"
#include "tool.h"

struct settings {
    const char *state;
    bool dry;
};

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, offsetof(struct settings, state), ".wiredesk", 0, 0, "The pipe's directory, in which no daemon runs"},
    {"dry-run", 'n', NULL, OPTION_FLAG, offsetof(struct settings, dry), NULL, 0, 0, "Say what is damaged and what would be saved, and change nothing"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table repair_table = {
    .program = "wiredesk repair",
    .purpose = "Look at every page and record of the stores, and write the damaged ones anew from what is whole",
    .operands = "",
    .epilog = "Stop the pipe first. A store that is whole is left alone; of a damaged one the old file is kept beside the new one as NAME.damaged. Nothing is guessed: what "
              "is not what was written, by its sum, is lost, and is named. A backup (wiredesk restore) may have it. Remove the old file when you need it no more: "
              "what is forgotten from now on stays in it. It takes room for a second copy of what is damaged, also with --dry-run. Exit status: 0 all is whole or could be "
              "saved, 1 something is lost (--dry-run: damaged), 64 a person must act, 75 try again.",
    .rows = tables,
};

/* What the stores' tools list, and what that means. */
static const struct list {
    const char *store, *member, *what;
    bool loss;
} lists[] = {
    {"journal", "lost", "documents that were acked and have no outcome: feed them again", true},
    {"index", "lost", "documents' verdicts: they are judged anew if they come again", true},
    {"index", "faded", "documents' sketches: a near copy of one of them would be taken for an original", true},
    {"index", "stories", "stories' records, from their members", false},
    {"ledger", "texts", "documents' texts; their outcomes and lines stand", true},
    {"ledger", "lines", "lines of the stream, of these numbers", true},
    {"ledger", "remade", "documents' rows, from their text or their line", false},
    {"ledger", "stories", "stories' records, from their last line", false},
    {"ledger", "days", "day files, from the ledger", false},
};
/* And what they count. */
static const struct { const char *store, *member, *what; bool loss; } counts[] = {
    {"journal", "saved", "documents under way", false}, {"journal", "unknown", "documents under way, of unknown keys: feed again what may be missing", true},
    {"index", "saved", "verdicts", false}, {"ledger", "documents", "documents", false}, {"ledger", "stream", "lines of the stream", false},
    {"ledger", "unknown", "documents' outcomes, of unknown keys: feed again what may be missing", true},
};

enum { SAID_MOST = 1 << 30 }; /* bytes that a tool may list: what it saved and did not get to name would never be named */

struct repair {
    struct settings set;
    bool damage, lost;
    bool blind;     /* the ledger is damaged and stays so: it is not asked */
    bool cut_short; /* a tool did not come to its end */
};

static int complain(const struct repair *r, int status, const char *what)
{
    fprintf(stderr, "wiredesk repair: %s: %s\n", r->set.state, what);
    return status;
}

/* --- what the ledger knows of what others lost --- */

static bool has_outcome(sqlite3 *db, const char *key)
{
    sqlite3_stmt *s = NULL;
    bool has = sqlite3_prepare_v2(db, "SELECT 1 FROM documents WHERE key = ?", -1, &s, NULL) == SQLITE_OK && sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC) == SQLITE_OK
               && sqlite3_step(s) == SQLITE_ROW;
    sqlite3_finalize(s);
    return has;
}

/* The journal lets go of a document after the ledger has its outcome. */
static void drop_done(sqlite3 *db, json_t *lost)
{
    size_t before = json_array_size(lost);
    for (size_t i = before; i-- > 0;)
        if (has_outcome(db, json_string_value(json_array_get(lost, i)))) json_array_remove(lost, i);
    if (json_array_size(lost) < before) printf("  %zu documents that were lost there have their outcome: nothing is missing\n", before - json_array_size(lost));
}

/* The index knows its documents by hashes of their keys. */
static void name_hashes(sqlite3 *db, json_t *lost)
{
    sqlite3_stmt *s = NULL;
    char hex[2 * sizeof(XXH128_canonical_t) + 1];
    if (sqlite3_prepare_v2(db, "SELECT key FROM documents", -1, &s, NULL) != SQLITE_OK) return;
    json_t *at = json_object(); /* where each hash stands: there may be as many as documents */
    for (size_t i = 0; i < json_array_size(lost); i++) json_object_set_new(at, json_string_value(json_array_get(lost, i)), json_integer((json_int_t)i));
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct slice key = store_column(s, 0);
        XXH128_canonical_t canonical;
        XXH128_canonicalFromHash(&canonical, XXH3_128bits(key.ptr, key.len));
        hex_encode(canonical.digest, sizeof canonical.digest, hex);
        const json_t *i = json_object_get(at, hex);
        if (i != NULL) json_array_set_new(lost, (size_t)json_integer_value(i), json_stringn(key.ptr, key.len));
    }
    json_decref(at);
    sqlite3_finalize(s);
}

static void ask_ledger(const struct repair *r, const char *store, json_t *said)
{
    json_t *lost = json_object_get(said, "lost");
    if (json_array_size(lost) == 0 || strcmp(store, "ledger") == 0 || r->blind || !stores_there(r->set.state, "report/ledger.db")) return;
    sqlite3 *db = store_open(r->set.state, "wiredesk repair");
    if (db == NULL) return;
    if (strcmp(store, "journal") == 0) drop_done(db, lost);
    else name_hashes(db, lost);
    sqlite3_close(db);
}

/* --- telling --- */

static void tell_list(struct repair *r, const struct list *l, const json_t *all)
{
    size_t n = json_array_size(all);
    if (n == 0) return;
    r->lost = r->lost || l->loss;
    printf("  %s (%zu): %s\n", l->loss ? "lost" : r->set.dry ? "would be made anew" : "made anew", n, l->what);
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(all, i);
        if (json_is_integer(one)) printf("    %lld\n", (long long)json_integer_value(one));
        else printf("    %s\n", json_string_value(one));
    }
}

static void tell(struct repair *r, const char *name, const char *store, json_t *said)
{
    const char *damage = json_string_value(json_object_get(said, "damage")), *kept = json_string_value(json_object_get(said, "kept"));
    printf("%s: %s\n", name, damage != NULL ? damage : "whole");
    if (damage == NULL) return;
    r->damage = true;
    r->blind = r->blind || (r->set.dry && strcmp(store, "ledger") == 0);
    ask_ledger(r, store, said);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const json_t *n = json_object_get(said, counts[i].member);
        if (strcmp(counts[i].store, store) != 0 || n == NULL || (counts[i].loss && json_integer_value(n) == 0)) continue;
        printf("  %s (%lld): %s\n", counts[i].loss ? "lost" : r->set.dry ? "would be saved" : "saved", (long long)json_integer_value(n), counts[i].what);
        r->lost = r->lost || counts[i].loss;
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(lists[i].store, store) == 0) tell_list(r, &lists[i], json_object_get(said, lists[i].member));
    if (json_is_true(json_object_get(said, "anew"))) puts("  it goes on as a journal of its own: documents that have an outcome already are counted once more, as `again`");
    if (kept != NULL) printf("  the old file is %s\n", kept);
}

/* --- the stores --- */

static int repair_store(struct repair *r, const char *stage, const char *name, const char *store, unsigned replica)
{
    char number[16];
    struct buf out = buf_make(SAID_MOST);
    snprintf(number, sizeof number, "%u", replica);
    const char *const arguments[] = {"--state", r->set.state, "--replica", number, "--repair", r->set.dry ? "look" : "save", NULL};
    int status = tool_run(stage, arguments, &out, NULL, NULL);
    json_t *said = status == 0 ? json_loadb(out.ptr ? out.ptr : "", out.len, 0, NULL) : NULL;
    if (said != NULL) tell(r, name, store, said);
    else if (status == 0) status = complain(r, EXIT_TRY_AGAIN, "the tool said nothing that can be read");
    r->cut_short = r->cut_short || (status == EXIT_TRY_AGAIN && !r->set.dry);
    json_decref(said);
    buf_free(&out);
    return status;
}

/* The ledger first: it knows what the others lost. */
static int repair_all(struct repair *r)
{
    unsigned replicas[STORES_JOURNALS];
    char name[32];
    const char *state = r->set.state;
    size_t journals = stores_journals(state, replicas);
    bool index = stores_there(state, "index/data.mdb"), ledger = stores_there(state, "report/ledger.db");
    if (journals == 0 && !index && !ledger) return complain(r, EXIT_NEEDS_PERSON, "no store in it: was wiredesk up with this --state?");
    int status = ledger ? repair_store(r, "report", "ledger", "ledger", 0) : 0, one = index ? repair_store(r, "dedup", "index", "index", 0) : 0;
    if (status == 0) status = one;
    for (size_t i = 0; i < journals; i++) {
        one = repair_store(r, "ingest", stores_journal_name(replicas[i], name), "journal", replicas[i]);
        if (status == 0) status = one;
    }
    return status;
}

static bool in_use(const struct repair *r)
{
    unsigned replicas[STORES_JOURNALS];
    char name[32];
    bool held = state_held(r->set.state, "dedup.0") || state_held(r->set.state, "ledger");
    for (size_t i = stores_journals(r->set.state, replicas); i-- > 0;) {
        snprintf(name, sizeof name, "ingest.%u", replicas[i]);
        held = held || state_held(r->set.state, name);
    }
    return held;
}

/* While the folder .repairing is there no daemon starts: a store that was to be put in its place may be there by half. */
static int begin(const struct repair *r)
{
    if (!stores_there(r->set.state, "")) return complain(r, EXIT_NEEDS_PERSON, "there is no such directory");
    if (stores_there(r->set.state, ".restoring")) return complain(r, EXIT_NEEDS_PERSON, "a restore into it was cut short: run wiredesk restore again");
    if (in_use(r)) return complain(r, EXIT_TRY_AGAIN, "daemons run in it: stop the pipe first");
    if (r->set.dry) return 0;
    bool made = state_folder(r->set.state, ".repairing") == OK && state_keep(r->set.state) == OK;
    return made ? 0 : complain(r, state_status(errno), strerror(errno));
}

static int end(const struct repair *r)
{
    char mark[4200];
    if (r->set.dry) return 0;
    if (r->cut_short) return complain(r, EXIT_TRY_AGAIN, "the repair was cut short, and no daemon starts on it: run wiredesk repair again, or wiredesk restore into another directory");
    bool gone = state_path(mark, sizeof mark, r->set.state, ".repairing") == OK && rmdir(mark) == 0 && state_keep(r->set.state) == OK;
    return gone ? 0 : complain(r, EXIT_TRY_AGAIN, strerror(errno));
}

int repair_run(int argc, char **argv)
{
    struct repair r = {.damage = false};
    int first = options_read(&repair_table, &r.set, argc, argv);
    if (first < argc) {
        fprintf(stderr, "wiredesk repair: '%s': it takes no operands (see --help)\n", argv[first]);
        return EXIT_NEEDS_PERSON;
    }
    int status = begin(&r);
    if (status == 0) {
        status = repair_all(&r);
        int ended = end(&r);
        if (status == 0) status = ended;
    }
    if (status == 0 && r.damage && !r.set.dry) puts("next: start the pipe (wiredesk up); feed again what is said to be lost");
    if (status == 0 && (r.lost || (r.set.dry && r.damage))) status = EXIT_FOUND_WRONG;
    return fflush(stdout) == 0 ? status : EXIT_TRY_AGAIN;
}
