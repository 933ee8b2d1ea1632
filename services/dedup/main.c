/* main.c - wiredesk-dedup: opens the index, runs the worker, closes the index. */
#include <errno.h>
#include <stdio.h>

#include "../../libcommon/chaos.h"
#include "../../libcommon/daemon.h"
#include "../../libcommon/mdb_check.h"
#include "../../libcommon/state.h"
#include "../../proto/worker.h"
#include "dedup.h"
#include "follow.h"
#include "index_repair.h"

struct settings {
    struct stage_settings stage; /* first: stage_options point into it */
    uint64_t horizon, silence, ceiling;
    const char *backup, *forget, *repair;
};

static const struct option_row options[] = {
    {"horizon", 0, "TIME", OPTION_TIME, offsetof(struct settings, horizon), "30d", 3600e3, 3650 * 86400e3,
     "How long a document can be recognised in a copy and holds up its story, by the time at which documents were accepted."},
    {"silence", 0, "TIME", OPTION_TIME, offsetof(struct settings, silence), "14d", 3600e3, 3650 * 86400e3, "How long a story lives without a new document."},
    {"index-ceiling", 0, "SIZE", OPTION_SIZE, offsetof(struct settings, ceiling), "256G", 1 << 20, 0x1p46, "The most that the index may take on disk."},
    {"backup", 0, "DIR", OPTION_TEXT, offsetof(struct settings, backup), NULL, 0, 0,
     "Copy the index into the new folder DIR, beside a daemon that runs, and leave (see wiredesk backup)"},
    {"forget", 0, "KEY", OPTION_TEXT, offsetof(struct settings, forget), NULL, 0, 0,
     "Drop what the index keeps of that document's words while no daemon runs, and leave (see wiredesk forget)"},
    {"repair", 0, "HOW", OPTION_TEXT, offsetof(struct settings, repair), NULL, 0, 0,
     "Write a damaged index anew while no daemon runs (save), or say what that would save (look), and leave (see wiredesk repair)"},
    {0},
};

static const struct option_row *const rows[] = {stage_options, sandbox_options, options, NULL};

static const struct option_table table = {
    .program = "wiredesk-dedup",
    .purpose = "Tells copies from news and puts each document into its story.",
    .operands = "",
    .rows = rows,
};

static enum err work(void *self, struct arena *mem, struct doc *doc)
{
    return dedup_doc(self, mem, doc);
}

static enum err commit(void *self)
{
    chaos_point("dedup.before_commit");
    enum err e = dedup_commit(self);
    chaos_point("dedup.after_commit");
    return e;
}

static enum err after_line(void *self, struct arena *mem, struct doc *doc, struct buf *out)
{
    (void)self;
    return follow_lines(doc, mem, out);
}

#define SIZE(member) offsetof(struct dedup_size, member)

static const struct metric_row size_rows[] = {
    {"index_documents", NULL, METRIC_GAUGE, SIZE(documents), "documents", "Documents that have been judged."},
    {"index_live_documents", NULL, METRIC_GAUGE, SIZE(live), "live", "Documents within the horizon: those that a copy is recognised of."},
    {"index_stories", NULL, METRIC_GAUGE, SIZE(stories), "stories", "Stories opened."},
    {"index_memory_bytes", NULL, METRIC_GAUGE, SIZE(memory), "memory", "Memory of the tables of what is live."},
    {"index_bytes", NULL, METRIC_GAUGE, SIZE(disk), "disk", "Size of the index on disk."},
    {0},
};

static void metrics(void *self, struct metrics *m)
{
    struct dedup_size size = dedup_size(self);
    metrics_add(m, size_rows, &size, sizeof size);
}

static unsigned forget(void *self, const char *key, struct buf *body)
{
    enum err e = dedup_forget(self, slice_of(key));
    if (e == OK) buf_str(body, "{}");
    else buf_printf(body, "{\"error\":\"the index: %s\"}", err_name(e));
    return e == OK ? 200 : 503;
}

static int trouble(enum err e, const char *dir)
{
    if (e == ERR_MALFORMED || (e == ERR_IO && errno == EBADMSG)) {
        fprintf(stderr, "wiredesk-dedup: %s/index/data.mdb is damaged: a record is none of ours; nothing was changed: wiredesk repair saves the rest, wiredesk restore a backup\n", dir);
        return EXIT_NEEDS_PERSON;
    }
    if (e == ERR_VERSION)
        fprintf(stderr,
            "wiredesk-dedup: the index in %s/index is in the format of another release. Run that release, or move the folder away: a new index is "
            "begun then, which knows no earlier article.\n",
            dir);
    else
        fprintf(stderr, "wiredesk-dedup: cannot open the index in %s/index: %s\n", dir, e == ERR_IO ? strerror(errno) : err_name(e));
    return e == ERR_VERSION ? EXIT_NEEDS_PERSON : e == ERR_IO ? state_status(errno) : EXIT_TRY_AGAIN;
}

static int forget_offline(const struct settings *s, struct deduper *d)
{
    enum err e = dedup_forget(d, slice_of(s->forget));
    if (e == OK) return 0;
    fprintf(stderr, "wiredesk-dedup: cannot forget it in the index in %s/index: %s\n", s->stage.state, err_name(e));
    return EXIT_TRY_AGAIN;
}

static int refuse(const char *why)
{
    fprintf(stderr, "wiredesk-dedup: %s; nothing was changed: wiredesk repair saves the rest, wiredesk restore a backup\n", why);
    return EXIT_NEEDS_PERSON;
}

/* An index that another process writes is neither looked at nor brought up to date. */
static bool in_use(const struct settings *s)
{
    int holder = 0;
    if (!state_held(s->stage.state, "dedup.0") || state_lock(s->stage.state, "dedup.0", &holder) == OK) return false;
    fprintf(stderr, "wiredesk-dedup: the index in %s is in use by process %d: replica 0 runs already\n", s->stage.state, holder);
    return true;
}

/* Opens what the work needs; runs; closes. */
static int run(const struct settings *s)
{
    char path[4096], why[500];
    struct index *index = NULL;
    struct deduper *deduper = NULL;
    enum err e = state_folder(s->stage.state, "index");
    if (e == OK) e = state_path(path, sizeof path, s->stage.state, "index");
    if (e == OK && s->forget == NULL && in_use(s)) return EXIT_TRY_AGAIN;
    if (e == OK && !mdb_check(path, why, sizeof why)) return refuse(why);
    if (e == OK) e = index_open(path, s->ceiling, &index);
    if (e == OK && !index_check(index, path, why, sizeof why)) {
        index_close(&index);
        return refuse(why);
    }
    if (e == OK) e = dedup_create(index, &(struct dedup_settings){s->horizon, s->silence}, &deduper);
    int exit_status;
    if (e != OK) {
        exit_status = trouble(e, s->stage.state);
    } else {
        struct worker worker = {.stage = STAGE_DEDUP, .reads = dedup_reads, .needs = dedup_needs, .writes = dedup_writes, .work = work,
            .commit = commit, .after_line = after_line, .metrics = metrics, .forget = forget, .self = deduper};
        exit_status = s->forget == NULL ? worker_run(&worker, &s->stage) : forget_offline(s, deduper);
    }
    dedup_destroy(&deduper);
    index_close(&index);
    return exit_status;
}

static int back_up(const struct settings *s)
{
    char from[4096];
    enum err e = state_path(from, sizeof from, s->stage.state, "index");
    if (e == OK) e = state_folder(s->backup, NULL);
    if (e == OK) e = index_copy(from, s->backup);
    if (e == OK) return 0;
    int why = errno;
    fprintf(stderr, "wiredesk-dedup: cannot copy the index in %s/index to %s: %s\n", s->stage.state, s->backup, e == ERR_IO ? strerror(why) : err_name(e));
    return e == ERR_IO && (why == ENOENT || why == EEXIST || why == EACCES) ? EXIT_NEEDS_PERSON : EXIT_TRY_AGAIN;
}

static bool hold(const struct settings *s, const char *instead, struct trouble *t)
{
    return daemon_hold(s->stage.state, "dedup.0", "index", instead, t);
}

static int repair(const struct settings *s)
{
    struct trouble t;
    char path[4096];
    bool dry = strcmp(s->repair, "look") == 0, held = hold(s, "stop it first", &t);
    json_t *said = NULL;
    if (held && !dry && strcmp(s->repair, "save") != 0) trouble_say(&t, EXIT_NEEDS_PERSON, "--repair '%s' must be look or save", s->repair);
    else if (held && state_path(path, sizeof path, s->stage.state, "index") != OK) trouble_say(&t, EXIT_NEEDS_PERSON, "the path is too long");
    else if (held) said = index_repair(path, (uint32_t)(s->silence / 60000), dry, &t);
    if (said == NULL) return daemon_fail("dedup", &t);
    bool printed = json_dumpf(said, stdout, JSON_COMPACT) == 0;
    json_decref(said);
    return printed && fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}

int main(int argc, char **argv)
{
    struct settings s = {0};
    int first = options_read(&table, &s, argc, argv);
    if (first < argc) {
        fprintf(stderr, "wiredesk-dedup: '%s': it takes no operands\n", argv[first]);
        return EXIT_NEEDS_PERSON;
    }
    if (s.stage.probe || s.stage.check) return worker_run(&(struct worker){.stage = STAGE_DEDUP}, &s.stage);
    if (s.backup != NULL) return back_up(&s);
    if (s.repair != NULL) return repair(&s);
    struct trouble t;
    if (s.forget != NULL && (!daemon_whole(s.stage.state, &t) || !hold(&s, "ask it (wiredesk forget)", &t))) return daemon_fail("dedup", &t);
    return run(&s);
}
