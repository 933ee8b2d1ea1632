/* backup.c - `wiredesk backup`: a copy of journal, index and ledger that belong together, taken while the pipe runs.
 *
 * Why the copy holds the promise. While it is taken every ingest holds: outcomes wait in its memory, and no document leaves its journal.
 * Then the ledger is copied (at L), after it the index (at I), after it the journals (at J); L < I < J.
 *   - A document acked before J is in the journal's copy, unless it was let go of; that was before the hold, so before L, and its outcome,
 *     which is committed before it is sent, is in the ledger's copy. So nothing acked is missing.
 *   - What the ledger's copy has, dedup had committed before: the index's copy has its verdict. A document that is sent again gets that verdict
 *     by its key and is no duplicate of itself, and no number of a story is given twice.
 *   - What the index's copy has was acked before I: it is in a journal's copy or in the ledger's. Nothing is a copy of what was never there.
 *   - Sequence numbers in the ledger's copy are below the journal's next one: none is given twice.
 * A hold that had a gap (ingest started anew meanwhile) makes the backup void. */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/http.h"
#include "../../libcommon/state.h"
#include "ask.h"
#include "stores.h"
#include "tool.h"

struct settings {
    const char *state;
};

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, offsetof(struct settings, state), ".wiredesk", 0, 0, "The pipe's directory, whose journal, index and ledger are copied"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table backup_table = {
    .program = "wiredesk backup",
    .purpose = "Copy journal, index and ledger into a new folder, while the pipe runs or not",
    .operands = "FOLDER",
    .epilog = "The copy is of one moment: each document that was acked before it is in it, in the journal or with its outcome in the ledger. Day files and "
              "pages are made anew from the ledger when it is restored; quarantine is not copied. Exit status: 0, 64 a person must act, 75 try again.",
    .rows = tables,
};

enum { HOLD_MS = 30000, RENEW_MS = 4000, ANSWER_MS = 20000 };

/* A journal that is held: by its ingest, or by us in its place. */
struct held {
    unsigned replica;
    bool running;
    uint64_t epoch;
    char where[4200];
};

struct backup {
    struct settings set;
    const char *to;
    struct held journal[STORES_JOURNALS];
    size_t journals;
    uint64_t began, renewed; /* ms of the clock that never jumps */
    char when[32];           /* when the journals were copied, at the latest */
    json_t *files, *said;    /* of the manifest */
};

static int complain(const struct backup *b, int status, const char *what)
{
    fprintf(stderr, "wiredesk backup: %s: %s\n", b->to, what);
    return status;
}

/* --- holding --- */

/* Asks one ingest to hold for `ms`. *since: how long it has. */
static bool ask_hold(struct held *h, unsigned ms, uint64_t *since)
{
    char target[64];
    unsigned status = 0;
    struct buf body = buf_make(4096);
    snprintf(target, sizeof target, "/hold?ms=%u", ms);
    bool ok = http_post(h->where, target, ANSWER_MS, &status, &body) == OK && status == 200;
    json_t *o = ok ? json_loadb(body.ptr, body.len, 0, NULL) : NULL;
    uint64_t epoch = ask_count(o, "epoch");
    *since = ask_count(o, "held_ms");
    ok = o != NULL && (h->epoch == 0 || epoch == h->epoch);
    h->epoch = epoch;
    json_decref(o);
    buf_free(&body);
    return ok;
}

/* True while all hold, without a gap since the backup began. */
static bool hold_on(void *self)
{
    struct backup *b = self;
    uint64_t now = clock_mono_ms(), since;
    if (now - b->renewed < RENEW_MS) return true;
    for (size_t i = 0; i < b->journals; i++) {
        if (b->journal[i].running && (!ask_hold(&b->journal[i], HOLD_MS, &since) || since + 1 < now - b->began)) return false;
    }
    b->renewed = now;
    return true;
}

static bool let_go(struct backup *b)
{
    bool held = true;
    uint64_t since, now = clock_mono_ms();
    for (size_t i = 0; i < b->journals; i++) {
        if (b->journal[i].running && (!ask_hold(&b->journal[i], 0, &since) || since + 1 < now - b->began)) held = false;
    }
    return held;
}

/* An ingest that does not answer must not start meanwhile: its lock is ours. */
static int hold(struct backup *b)
{
    uint64_t since;
    char name[64];
    unsigned replicas[STORES_JOURNALS];
    b->journals = stores_journals(b->set.state, replicas);
    for (size_t i = 0; i < b->journals; i++) {
        struct held *h = &b->journal[i];
        int holder = 0;
        h->replica = replicas[i];
        snprintf(name, sizeof name, "ingest.%u", h->replica);
        if (state_path(h->where, sizeof h->where, b->set.state, "sock/%s.http", name) != OK) return complain(b, EXIT_NEEDS_PERSON, "the path is too long");
        h->running = ask_hold(h, HOLD_MS, &since);
        if (h->running || state_lock(b->set.state, name, &holder) == OK) continue;
        fprintf(stderr, "wiredesk backup: %s runs%s but does not answer at %s\n", name, holder ? "" : " perhaps", h->where);
        return EXIT_TRY_AGAIN;
    }
    b->began = b->renewed = clock_mono_ms();
    return 0;
}

/* --- copying --- */

/* Runs the tool and keeps what it says of the copy, and the copy's sum. */
static int copy(struct backup *b, const char *stage, const char *name, unsigned replica, const char *file)
{
    char to[4200], path[4300], number[16], hex[2 * STORES_SUM + 1];
    uint64_t size;
    struct buf out = buf_make(65536);
    snprintf(number, sizeof number, "%u", replica);
    if (state_path(to, sizeof to, b->to, "%s", name) != OK) return complain(b, EXIT_NEEDS_PERSON, "the path is too long");
    const char *const arguments[] = {"--state", b->set.state, "--replica", number, "--backup", to, NULL};
    int status = tool_run(stage, arguments, &out, hold_on, b);
    json_t *said = json_loadb(out.ptr ? out.ptr : "", out.len, 0, NULL);
    if (said != NULL) json_object_set_new(b->said, name, said);
    buf_free(&out);
    if (status != 0) return status;
    snprintf(path, sizeof path, "%s%s%s", to, file ? "/" : "", file ? file : "");
    enum err e = stores_sum(path, hex, &size);
    if (e != OK) return complain(b, EXIT_TRY_AGAIN, "the copy cannot be read again");
    json_t *entry = json_pack("{s:I, s:s}", "size", (json_int_t)size, "blake2b", hex);
    snprintf(path, sizeof path, "%s%s%s", name, file ? "/" : "", file ? file : "");
    return json_object_set_new(b->files, path, entry) == 0 ? 0 : EXIT_TRY_AGAIN;
}

static int copy_all(struct backup *b)
{
    char name[32];
    int status = 0;
    if (stores_there(b->set.state, "report/ledger.db")) status = copy(b, "report", "ledger.db", 0, NULL);
    if (status == 0 && stores_there(b->set.state, "index/data.mdb")) status = copy(b, "dedup", "index", 0, "data.mdb");
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(b->when, sizeof b->when, "%Y-%m-%dT%H:%M:%SZ", &tm);
    for (size_t i = 0; i < b->journals && status == 0; i++)
        status = copy(b, "ingest", stores_journal_name(b->journal[i].replica, name), b->journal[i].replica, "data.mdb");
    return status;
}

/* --- the manifest: a folder without it is no backup --- */

static int write_manifest(const struct backup *b)
{
    char path[4200], beside[4200];
    json_t *o = json_pack("{s:i, s:s, s:s, s:O, s:O}", "v", 1, "made", b->when, "version", WD_VERSION, "files", b->files, "stores", b->said);
    bool ok = o != NULL && state_path(path, sizeof path, b->to, "manifest.json") == OK && state_path(beside, sizeof beside, b->to, ".manifest.json") == OK;
    if (ok) ok = json_dump_file(o, beside, JSON_INDENT(2) | JSON_SORT_KEYS) == 0 && state_sync(b->to, ".manifest.json") == OK && rename(beside, path) == 0;
    if (ok) ok = state_sync(b->to, "manifest.json") == OK;
    json_decref(o);
    return ok ? 0 : complain(b, EXIT_TRY_AGAIN, "the manifest cannot be written");
}

static void print_summary(const struct backup *b)
{
    const char *name;
    json_t *entry;
    uint64_t bytes = 0, in_flight = 0;
    json_object_foreach(b->files, name, entry) bytes += ask_count(entry, "size");
    json_object_foreach(b->said, name, entry) in_flight += ask_count(entry, "in_flight");
    printf("%s: %zu stores, %.1f MB, of %s: the stream up to line %ju, and %ju documents still under way\n", b->to, json_object_size(b->files),
           (double)bytes / 1e6, b->when, (uintmax_t)ask_count(json_object_get(b->said, "ledger.db"), "seq"), (uintmax_t)in_flight);
}

/* Originals are many times the rest, and never change: they are copied by other means. */
static void print_left_out(const struct backup *b)
{
    char path[4200], where[4200];
    for (size_t i = 0; i < b->journals; i++) {
        bool named = state_path(path, sizeof path, b->set.state, "run/ingest.%u.archive", b->journal[i].replica) == OK;
        FILE *f = named ? fopen(path, "re") : NULL;
        size_t n = f != NULL ? fread(where, 1, sizeof where - 1, f) : 0;
        where[n] = '\0';
        if (f != NULL) fclose(f);
        if (n > 0 && stores_there(where, "")) printf("Not in it: the originals in %s; `mdb_copy` (lmdb-utils) copies them, also while ingest runs.\n", where);
    }
}

static int back_up(struct backup *b)
{
    if (stores_there(b->to, "")) return complain(b, EXIT_NEEDS_PERSON, "is there already: name a new folder");
    int status = hold(b);
    if (status == 0 && b->journals == 0 && !stores_there(b->set.state, "index/data.mdb") && !stores_there(b->set.state, "report/ledger.db")) {
        fprintf(stderr, "wiredesk backup: no store in '%s': was wiredesk up with this --state?\n", b->set.state);
        return EXIT_NEEDS_PERSON;
    }
    if (status == 0 && state_folder(b->to, NULL) != OK) status = complain(b, EXIT_NEEDS_PERSON, strerror(errno));
    if (status == 0) status = copy_all(b);
    bool held = let_go(b);
    if (status == 0 && !held) status = complain(b, EXIT_TRY_AGAIN, "void: ingest was started anew or did not answer meanwhile; take another one");
    if (status == 0) status = write_manifest(b);
    if (status == 0) print_summary(b);
    if (status == 0) print_left_out(b);
    return status;
}

int backup_run(int argc, char **argv)
{
    struct backup *b = calloc(1, sizeof *b);
    if (b == NULL) return EXIT_TRY_AGAIN;
    int first = options_read(&backup_table, &b->set, argc, argv), status = EXIT_NEEDS_PERSON;
    if (first + 1 != argc) {
        fputs("wiredesk backup: name the one folder that the backup shall be (see --help)\n", stderr);
    } else {
        b->to = argv[first];
        b->files = json_object();
        b->said = json_object();
        status = b->files != NULL && b->said != NULL ? back_up(b) : EXIT_TRY_AGAIN;
    }
    json_decref(b->files);
    json_decref(b->said);
    free(b);
    return fflush(stdout) == 0 ? status : EXIT_TRY_AGAIN;
}
