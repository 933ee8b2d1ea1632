/* status.c - `wiredesk status`: which daemon is up, how fast it goes, and whether every document is accounted for. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/clock.h"
#include "../../proto/doc.h"
#include "ask.h"
#include "balance.h"

struct settings {
    const char *state;
    struct option_list at;
    uint64_t timeout, settle;
    bool json, up;
};
#define AT(member) offsetof(struct settings, member)

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, AT(state), ".wiredesk", 0, 0, "The pipe's directory: all daemons with a socket in it are asked"},
    {"at", 0, "HOST:PORT", OPTION_LIST, AT(at), NULL, 0, 0, "Ask the daemons at all addresses of that name instead; may be given again"},
    {"timeout", 0, "TIME", OPTION_TIME, AT(timeout), "3s", 10, 60000, "How long a daemon may take to answer"},
    {"settle", 0, "TIME", OPTION_TIME, AT(settle), "0", 0, 86400000, "First wait, at most so long, until nothing is in flight and no story line is due"},
    {"up", 0, NULL, OPTION_FLAG, AT(up), NULL, 0, 0, "Ask only whether the daemons are up: exit 0 when all are"},
    {"json", 'j', NULL, OPTION_FLAG, AT(json), NULL, 0, 0, "One JSON object instead of a table"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table status_table = {
    .program = "wiredesk status",
    .purpose = "Show each daemon, and whether every document is accounted for",
    .operands = "",
    .epilog = "The sum of each journal: accepted = reported + duplicate + rejected + again + in flight; and, up to the number below which every "
              "document has its outcome, the same counted from the ledger's own rows. Exit status: 0 all up and all accounted for, 1 not so.",
    .rows = tables,
};

enum { DAEMONS = 256, TURN_US = 200000 };

struct daemon {
    char name[256]; /* "tag.0", or the address it was asked at */
    char where[4200];
    json_t *status; /* NULL: down */
    char why[128];
};

struct view {
    struct settings set;
    struct daemon daemon[DAEMONS];
    size_t len;
    json_t *journals; /* one object each */
    bool held;
};

/* --- asking --- */

static void add(void *self, const char *name, const char *where)
{
    struct view *v = self;
    if (v->len == DAEMONS) return;
    struct daemon *d = &v->daemon[v->len++];
    snprintf(d->name, sizeof d->name, "%s", name);
    snprintf(d->where, sizeof d->where, "%s", where);
    d->status = ask_json(where, "/status", v->set.timeout, d->why, sizeof d->why);
}

static bool ask_all(struct view *v)
{
    for (size_t i = 0; i < v->set.at.len; i++) ask_each_address(v->set.at.item[i], add, v);
    for (enum stage s = STAGE_INGEST; v->set.at.len == 0 && s <= STAGE_REPORT; s++) {
        size_t before = v->len;
        if (ask_each(v->set.state, stage_name(s), add, v) != OK) return false;
        if (v->len > before || v->len == DAEMONS) continue;
        struct daemon *d = &v->daemon[v->len++];
        snprintf(d->name, sizeof d->name, "%s", stage_name(s));
        snprintf(d->why, sizeof d->why, "not started");
    }
    return true;
}

/* Waits for the pipe to come to rest, at most as long as --settle says. */
static void settle(const struct view *v)
{
    uint64_t until = clock_mono_ms() + v->set.settle, seq;
    while (clock_mono_ms() < until && ask_rest(v->set.state, &v->set.at, v->set.timeout, &seq) != REST_DONE) usleep(TURN_US);
}

/* --- adding up --- */

static struct counts counts_of(const json_t *o)
{
    return (struct counts){ask_count(o, "accepted"), ask_count(o, "reported"), ask_count(o, "duplicate"), ask_count(o, "rejected"),
                           ask_count(o, "again"), ask_count(o, "in_flight")};
}

static const struct daemon *stage_at(const struct view *v, const char *stage)
{
    for (size_t i = 0; i < v->len; i++) {
        const char *said = json_string_value(json_object_get(v->daemon[i].status, "stage"));
        if (said != NULL && strcmp(said, stage) == 0) return &v->daemon[i];
    }
    return NULL;
}

/* The journal's sum, and the ledger's up to the journal's watermark. */
static void balance(struct view *v, const struct daemon *ingest, const struct daemon *report)
{
    char target[128], why[256] = "", trouble[128] = "";
    const json_t *journal = json_object_get(ingest->status, "journal");
    const char *instance = json_string_value(json_object_get(ingest->status, "instance"));
    uint64_t watermark = ask_count(journal, "watermark");
    struct counts mine = counts_of(journal), its = {0};
    snprintf(target, sizeof target, "/ledger?instance=%.32s&seq=%llu", instance ? instance : "", (unsigned long long)watermark);
    json_t *ledger = report != NULL && instance != NULL ? ask_json(report->where, target, v->set.timeout, trouble, sizeof trouble) : NULL;
    if (ledger != NULL) its = counts_of(ledger);
    bool held = journal != NULL && ledger != NULL && balance_holds(&mine, &its, watermark, why, sizeof why);
    if (journal == NULL) snprintf(why, sizeof why, "ingest shows no journal");
    else if (ledger == NULL) snprintf(why, sizeof why, "the ledger cannot be asked%s%s", *trouble ? ": " : "", trouble);
    json_t *o = json_pack("{s:s, s:s?, s:b, s:s, s:O?, s:o?}", "daemon", ingest->name, "instance", instance, "holds", held, "why", why, "journal",
                          journal, "ledger", ledger);
    if (o == NULL || json_array_append_new(v->journals, o) != 0) held = false;
    if (!held) v->held = false;
}

static void balance_all(struct view *v)
{
    const struct daemon *report = stage_at(v, "report");
    size_t journals = 0;
    for (size_t i = 0; i < v->len; i++) {
        const struct daemon *d = &v->daemon[i];
        const char *said = json_string_value(json_object_get(d->status, "stage"));
        if (said == NULL || strcmp(said, "ingest") != 0) continue;
        balance(v, d, report);
        journals++;
    }
    if (journals == 0) v->held = false;
}

/* --- showing --- */

/* What waits in a stage: for ingest what has no outcome yet; for others what came in and has not gone out. */
static long long backlog(const json_t *s)
{
    const json_t *journal = json_object_get(s, "journal");
    if (journal != NULL) return (long long)ask_count(journal, "in_flight");
    json_t *said = json_object_get(s, "backlog");
    if (said != NULL) return json_integer_value(said);
    long long in = (long long)ask_count(s, "in"), out = (long long)ask_count(s, "out") + (long long)ask_count(s, "refused");
    return in > out ? in - out : 0;
}

static void print_daemon(const struct daemon *d)
{
    const json_t *s = d->status;
    if (s == NULL) {
        printf("%-14s DOWN  %s\n", d->name, d->why);
        return;
    }
    char up[24];
    uint64_t t = ask_count(s, "up_s");
    if (t < 120) snprintf(up, sizeof up, "%llus", (unsigned long long)t);
    else if (t < 7200) snprintf(up, sizeof up, "%llum", (unsigned long long)t / 60);
    else snprintf(up, sizeof up, "%lluh", (unsigned long long)t / 3600);
    printf("%-14s up %7s %10llu in %10llu out %8.1f/s %8lld waiting", d->name, up, (unsigned long long)ask_count(s, "in"),
           (unsigned long long)ask_count(s, "out"), json_number_value(json_object_get(s, "rate")), backlog(s));
    if (ask_count(s, "failed") > 0) printf("  %llu failed", (unsigned long long)ask_count(s, "failed"));
    if (ask_count(s, "refused") > 0) printf("  %llu refused", (unsigned long long)ask_count(s, "refused"));
    const char *lack = json_string_value(json_object_get(json_object_get(s, "sandbox"), "lack"));
    if (lack != NULL) printf("  sandbox %s", lack);
    putchar('\n');
}

/* What ingest knows of the pipe: copies sent again, and how long the oldest document has been under way. */
static void print_sender(const json_t *s)
{
    const json_t *sender = json_object_get(s, "sender"), *journal = json_object_get(s, "journal");
    if (sender == NULL) return;
    unsigned long long again = ask_count(sender, "resends"), wrong = ask_count(sender, "false_resends");
    printf("  sender   %llu sent again (%llu of them for nothing, %llu after a worker died), %llu probes", again, wrong,
           (unsigned long long)ask_count(sender, "struck"), (unsigned long long)ask_count(sender, "probes"));
    if (ask_count(journal, "in_flight") > 0) printf("; oldest under way for %.1f s", (double)ask_count(sender, "oldest_ms") / 1000);
    putchar('\n');
    if (json_is_true(json_object_get(journal, "full"))) puts("  the journal is at its ceiling: feeders are told to wait");
}

static void print_latency(const struct view *v)
{
    const struct daemon *report = stage_at(v, "report");
    if (report == NULL) return;
    if (ask_count(report->status, "p99_ms") > 0) /* 0: nothing was committed lately */
        printf("  latency  accepted to committed: p50 %llu ms, p99 %llu ms\n", (unsigned long long)ask_count(report->status, "p50_ms"),
               (unsigned long long)ask_count(report->status, "p99_ms"));
    const char *waits = json_string_value(json_object_get(report->status, "waiting_for"));
    if (waits != NULL) printf("  report waits: %s\n", waits);
}

static void print_counts(const char *label, const struct counts *c, bool journal)
{
    printf("  %-8s %10llu = %llu reported + %llu duplicate + %llu rejected + %llu again", label,
           (unsigned long long)(journal ? c->accepted : c->reported + c->duplicate + c->rejected + c->again), (unsigned long long)c->reported,
           (unsigned long long)c->duplicate, (unsigned long long)c->rejected, (unsigned long long)c->again);
    if (journal) printf(" + %llu in flight", (unsigned long long)c->in_flight);
    putchar('\n');
}

static void print_table(const struct view *v)
{
    size_t i;
    json_t *o;
    for (i = 0; i < v->len; i++) print_daemon(&v->daemon[i]);
    json_array_foreach(v->journals, i, o)
    {
        const json_t *journal = json_object_get(o, "journal"), *ledger = json_object_get(o, "ledger");
        const char *instance = json_string_value(json_object_get(o, "instance"));
        printf("journal %.8s of %s: %s%s\n", instance ? instance : "?", json_string_value(json_object_get(o, "daemon")),
               json_is_true(json_object_get(o, "holds")) ? "every document is accounted for" : "DOES NOT BALANCE: ",
               json_string_value(json_object_get(o, "why")));
        struct counts mine = counts_of(journal), its = counts_of(ledger);
        if (journal != NULL) print_counts("accepted", &mine, true);
        char label[40];
        snprintf(label, sizeof label, "to #%llu", (unsigned long long)ask_count(journal, "watermark"));
        if (ledger != NULL) print_counts(label, &its, false);
        for (size_t k = 0; k < v->len; k++)
            if (strcmp(v->daemon[k].name, json_string_value(json_object_get(o, "daemon"))) == 0) print_sender(v->daemon[k].status);
    }
    print_latency(v);
}

static int print_json(const struct view *v, bool good)
{
    json_t *daemons = json_array();
    for (size_t i = 0; i < v->len; i++) {
        const struct daemon *d = &v->daemon[i];
        json_t *o = json_pack("{s:s, s:b, s:s, s:O?}", "name", d->name, "up", d->status != NULL, "why", d->why, "status", d->status);
        if (o != NULL) json_array_append_new(daemons, o);
    }
    json_t *all = json_pack("{s:b, s:o, s:O}", "good", good, "daemons", daemons, "journals", v->journals);
    char *text = all != NULL ? json_dumps(all, JSON_COMPACT) : NULL;
    if (text != NULL) puts(text);
    free(text);
    json_decref(all);
    return text != NULL ? 0 : EXIT_TRY_AGAIN;
}

int status_run(int argc, char **argv)
{
    struct view *v = calloc(1, sizeof *v);
    if (v == NULL) return EXIT_TRY_AGAIN;
    if (options_read(&status_table, &v->set, argc, argv) < argc) {
        fputs("wiredesk status: takes no operands (see --help)\n", stderr);
        free(v);
        return EXIT_NEEDS_PERSON;
    }
    if (v->set.settle > 0) settle(v);
    v->held = true;
    v->journals = json_array();
    int status = EXIT_TRY_AGAIN;
    if (v->journals != NULL && ask_all(v)) {
        if (!v->set.up) balance_all(v);
        bool good = v->held;
        for (size_t i = 0; i < v->len; i++) good = good && v->daemon[i].status != NULL;
        status = good ? 0 : EXIT_FOUND_WRONG;
        if (!v->set.json) print_table(v);
        else if (print_json(v, good) != 0) status = EXIT_TRY_AGAIN;
    }
    for (size_t i = 0; i < v->len; i++) json_decref(v->daemon[i].status);
    json_decref(v->journals);
    free(v);
    return fflush(stdout) == 0 ? status : EXIT_TRY_AGAIN;
}
