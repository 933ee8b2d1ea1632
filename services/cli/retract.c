/* retract.c - `wiredesk retract` and `wiredesk forget`: a document taken back, by the daemons that run, or by their programs where none does. */
#include "command.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/http.h"
#include "../../libcommon/state.h"
#include "../../proto/doc.h"
#include "ask.h"
#include "stores.h"
#include "tool.h"

struct settings {
    const char *state, *why;
};

#define AT(member) offsetof(struct settings, member)
static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, AT(state), ".wiredesk", 0, 0, "The pipe's directory; its daemons may run or not"},
    {"why", 'w', "TEXT", OPTION_TEXT, AT(why), NULL, 0, 0, "The reason, which the stream gives to its readers"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table retract_table = {
    .program = "wiredesk retract",
    .purpose = "Take a document back: it leaves its story, and the stream says so",
    .operands = "KEY",
    .epilog = "A retract line is written, the story's next line is without the document, and so are pages, search and the views of SQL; its outcome and its text "
              "stay in the ledger. Fed again with the same key it stays retracted. Copies of it are documents of their own. Exit status: 0, 1 there "
              "is no such document, 64 a person must act, 75 try again.",
    .rows = tables,
};
const struct option_table forget_table = {
    .program = "wiredesk forget",
    .purpose = "Take a document back, and its text and all that quotes it out of every store",
    .operands = "KEY",
    .epilog = "Also from day files and pages, the full-text index, what databases keep of deleted rows, the archive of originals, quarantine and slots. Its key, number and outcome "
              "stay, so that the sum holds and it is not taken again. Exit status: 0, 1 there is no such document, 64 a person must act, 75 try again.",
    .rows = tables,
};

enum { ANSWER_MS = 600000, PATIENCE_MS = 20000, PAUSE_US = 200000, FILE_MOST = 64 << 20 };

struct job {
    struct settings set;
    const char *key, *program;
    bool forget;
    int status;   /* of what was asked of a stage's daemons */
    size_t asked;
};

static int complain(const struct job *j, const char *whom, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", j->program, whom, what);
    return EXIT_TRY_AGAIN;
}

/* --- daemons --- */

/* POST, again while it says that it is too early. NULL with *reached: whether anybody is there. */
static json_t *post(const struct job *j, const char *name, const char *where, const char *target, bool *reached)
{
    for (uint64_t end = clock_mono_ms() + PATIENCE_MS;;) {
        unsigned status = 0;
        struct buf body = buf_make(1 << 20);
        enum err e = http_post(where, target, ANSWER_MS, &status, &body);
        int why = errno;
        *reached = e != ERR_IO || (why != ECONNREFUSED && why != ENOENT);
        json_t *o = e == OK ? json_loadb(body.ptr ? body.ptr : "", body.len, 0, NULL) : NULL;
        buf_free(&body);
        if (!*reached || (status == 200 && o != NULL)) return o;
        const char *said = json_string_value(json_object_get(o, "error"));
        bool early = status == 409 || status == 503;
        if (!early || clock_mono_ms() > end) {
            complain(j, name, e == ERR_IO ? strerror(why) : said != NULL ? said : "it does not know how: is it of an earlier release?");
            json_decref(o);
            return NULL;
        }
        json_decref(o);
        usleep(PAUSE_US);
    }
}

static void forget_at(void *self, const char *name, const char *where)
{
    struct job *j = self;
    char target[1024];
    struct buf key = buf_make(800);
    bool reached = false;
    if (http_encode(slice_of(j->key), &key) != OK || buf_cstr(&key) == NULL) return;
    snprintf(target, sizeof target, "/forget?key=%s", key.ptr);
    json_t *o = post(j, name, where, target, &reached);
    if (reached) j->asked++;
    if (reached && o == NULL) j->status = EXIT_TRY_AGAIN;
    json_decref(o);
    buf_free(&key);
}

/* All daemons of a stage that run; *n: how many. */
static int forget_stage(struct job *j, enum stage stage, size_t *n)
{
    j->status = 0;
    j->asked = 0;
    enum err e = ask_each(j->set.state, stage_name(stage), forget_at, j);
    *n = j->asked;
    return e != OK ? EXIT_TRY_AGAIN : j->status;
}

/* --- the ledger --- */

static json_t *ask_ledger(const struct job *j, bool *reached)
{
    char where[4200];
    struct buf target = buf_make(65536);
    json_t *o = NULL;
    *reached = true;
    buf_str(&target, "/retract?key=");
    if (http_encode(slice_of(j->key), &target) == OK) buf_str(&target, "&why=");
    enum err e = http_encode(slice_of(j->set.why), &target);
    if (e == OK && j->forget) e = buf_str(&target, "&forget=1");
    if (e == OK && buf_cstr(&target) != NULL && state_path(where, sizeof where, j->set.state, "sock/report.0.http") == OK)
        o = post(j, "report", where, target.ptr, reached);
    else complain(j, "report", "key or reason are too long");
    buf_free(&target);
    return o;
}

static json_t *run_ledger(const struct job *j, int *status)
{
    struct buf out = buf_make(65536);
    const char *const arguments[] = {"--state", j->set.state, j->forget ? "--forget" : "--retract", j->key, "--why", j->set.why, NULL};
    *status = tool_run("report", arguments, &out, NULL, NULL);
    json_t *o = *status == 0 ? json_loadb(out.ptr ? out.ptr : "", out.len, 0, NULL) : NULL;
    buf_free(&out);
    return o;
}

static int in_ledger(const struct job *j, json_t **answer)
{
    bool reached;
    int status = EXIT_TRY_AGAIN;
    *answer = ask_ledger(j, &reached);
    if (*answer == NULL && !reached) *answer = run_ledger(j, &status);
    if (*answer == NULL) return status;
    if (json_is_true(json_object_get(*answer, "found"))) return 0;
    fprintf(stderr, "%s: no document has the key %s in the ledger of %s; one that is under way is there when it has its outcome\n", j->program, j->key, j->set.state);
    return EXIT_FOUND_WRONG;
}

/* --- the rest of what is forgotten --- */

static bool holds(const char *path, struct slice needle)
{
    FILE *f = fopen(path, "re");
    struct buf all = buf_make(FILE_MOST);
    char part[65536];
    for (size_t n; f != NULL && (n = fread(part, 1, sizeof part, f)) > 0 && all.failed == OK;) buf_add(&all, part, n);
    bool found = slice_find(buf_slice(&all), needle, 0) != SIZE_MAX;
    if (f != NULL) fclose(f);
    buf_free(&all);
    return found;
}

/* Files in which the key stands, unlinked; with `owned` only those whose owner does not run. */
static int drop_files(const struct job *j, const char *pattern, bool owned)
{
    char path[4200], name[256];
    glob_t found = {0};
    int status = 0, holder;
    if (state_path(path, sizeof path, j->set.state, "%s", pattern) != OK || glob(path, 0, NULL, &found) != 0) return 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        if (!holds(found.gl_pathv[i], slice_of(j->key))) continue;
        const char *base = strrchr(found.gl_pathv[i], '/') + 1, *dot = strrchr(base, '.');
        snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - base) : 0, base);
        if (owned && state_lock(j->set.state, name, &holder) != OK) continue; /* it has wiped it itself */
        if (unlink(found.gl_pathv[i]) != 0) status = complain(j, found.gl_pathv[i], strerror(errno));
    }
    globfree(&found);
    return status;
}

static int forget_index(struct job *j)
{
    size_t n;
    struct buf out = buf_make(65536);
    const char *const arguments[] = {"--state", j->set.state, "--forget", j->key, NULL};
    int status = forget_stage(j, STAGE_DEDUP, &n);
    if (status == 0 && n == 0 && stores_there(j->set.state, "index/data.mdb")) status = tool_run("dedup", arguments, &out, NULL, NULL);
    buf_free(&out);
    return status;
}

static int forget_journals(struct job *j)
{
    unsigned replicas[STORES_JOURNALS];
    char where[4200], name[64], number[16];
    int status = 0;
    size_t n = stores_journals(j->set.state, replicas);
    for (size_t i = 0; i < n && status == 0; i++) {
        struct buf out = buf_make(65536);
        snprintf(name, sizeof name, "ingest.%u", replicas[i]);
        snprintf(number, sizeof number, "%u", replicas[i]);
        const char *const arguments[] = {"--state", j->set.state, "--replica", number, "--forget", j->key, NULL};
        j->status = 0;
        j->asked = 0;
        if (state_path(where, sizeof where, j->set.state, "sock/%s.http", name) == OK) forget_at(j, name, where);
        status = j->asked > 0 ? j->status : tool_run("ingest", arguments, &out, NULL, NULL);
        buf_free(&out);
    }
    return status;
}

static int forget_rest(struct job *j)
{
    size_t n;
    int status = forget_index(j);
    if (status == 0) status = forget_journals(j);
    for (enum stage s = STAGE_NORMALIZE; s <= STAGE_TAG && status == 0; s++) status = forget_stage(j, s, &n);
    if (status == 0) status = drop_files(j, "quarantine/*/*.frame", false);
    if (status == 0) status = drop_files(j, "run/*.strikes", false);
    return status == 0 ? drop_files(j, "run/*.slot", true) : status;
}

static void print_answer(const struct job *j, const json_t *answer)
{
    const char *was = json_string_value(json_object_get(answer, "was")), *story = json_string_value(json_object_get(answer, "story"));
    bool before = was != NULL && strcmp(was, "known") != 0 && (!j->forget || strcmp(was, "retracted") != 0);
    printf("%s: ", j->key);
    if (before) printf("was %s already\n", was);
    else if (!j->forget) printf("retracted%s%s; fed again with the same key it stays so\n", story ? "; out of story " : "", story ? story : "");
    else printf("forgotten%s%s, %ju lines that quoted it blanked; key and outcome stay, and fed again it is not taken\n", story ? "; out of story " : "", story ? story : "",
                (uintmax_t)ask_count(answer, "blanked"));
}

static int take_back(const struct option_table *table, bool forget, int argc, char **argv)
{
    struct job j = {.program = table->program, .forget = forget};
    int first = options_read(table, &j.set, argc, argv);
    if (first + 1 != argc || (!forget && j.set.why == NULL)) {
        fprintf(stderr, "%s: name one document by its key%s (see --help)\n", table->program, forget ? "" : ", and give the reason with --why");
        return EXIT_NEEDS_PERSON;
    }
    if (j.set.why == NULL) j.set.why = "forgotten";
    j.key = argv[first];
    if (*j.key == '\0' || strlen(j.key) > DOC_KEY_MAX) {
        fprintf(stderr, "%s: a key has 1 to %d bytes: wiredesk show NAME and the lines of the stream give it\n", table->program, DOC_KEY_MAX);
        return EXIT_NEEDS_PERSON;
    }
    if (!stores_there(j.set.state, "report/ledger.db")) {
        fprintf(stderr, "%s: no ledger in '%s': was wiredesk up with this --state?\n", table->program, j.set.state);
        return EXIT_NEEDS_PERSON;
    }
    json_t *answer = NULL;
    int status = in_ledger(&j, &answer);
    if (status == 0 && forget) status = forget_rest(&j);
    if (status == 0) print_answer(&j, answer);
    else if (status == EXIT_TRY_AGAIN) fprintf(stderr, "%s: not all is done: run it again\n", table->program);
    json_decref(answer);
    return fflush(stdout) == 0 ? status : EXIT_TRY_AGAIN;
}

int retract_run(int argc, char **argv)
{
    return take_back(&retract_table, false, argc, argv);
}

int forget_run(int argc, char **argv)
{
    return take_back(&forget_table, true, argc, argv);
}
