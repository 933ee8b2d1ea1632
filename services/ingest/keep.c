/* keep.c - the journal looked after: copied for a backup, repaired; what was let go of overwritten. */
#include "keep.h"

#include "attic.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "../../libcommon/daemon.h"
#include "../../libcommon/state.h"
#include "journal_repair.h"

enum err ingest_journal_folder(const struct stage_settings *s, char *out, size_t size)
{
    return s->replica == 0 ? state_path(out, size, s->state, "journal") : state_path(out, size, s->state, "journal.%ju", (uintmax_t)s->replica);
}

int ingest_backup(const struct ingest_settings *settings, const char *to)
{
    struct trouble t;
    struct journal_counts c;
    char from[4200];
    trouble_say(&t, EXIT_NEEDS_PERSON, "the path of '%s' is too long", settings->common.state);
    if (ingest_journal_folder(&settings->common, from, sizeof from) != OK) return daemon_fail("ingest", &t);
    trouble_say(&t, EXIT_NEEDS_PERSON, "cannot make '%s'", to);
    if (state_folder(to, NULL) != OK || !journal_copy(from, to, &c, &t)) return daemon_fail("ingest", &t);
    printf("{\"accepted\":%ju,\"in_flight\":%ju,\"bytes\":%ju}\n", (uintmax_t)c.accepted, (uintmax_t)c.in_flight, (uintmax_t)c.bytes);
    return fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}

static bool forget_original(const struct ingest_settings *s, const char *key, struct trouble *t)
{
    char dir[4200];
    if (attic_folder(s, dir, sizeof dir) != OK) return true;
    struct originals *o = originals_open(dir, s->archive_max, t);
    enum err e = o != NULL ? originals_forget(o, slice_of(key)) : ERR_IO;
    if (o != NULL && e != OK) trouble_say(t, EXIT_TRY_AGAIN, "the archive in %.400s: %s", dir, err_name(e));
    originals_close(&o);
    return e == OK;
}

/* The journal's folder, and nobody else has the journal while this process lives. */
static bool hold(const struct stage_settings *s, char dir[4200], const char *instead, struct trouble *t)
{
    char name[64];
    snprintf(name, sizeof name, "ingest.%ju", (uintmax_t)s->replica);
    if (ingest_journal_folder(s, dir, 4200) == OK) return daemon_hold(s->state, name, "journal", instead, t);
    trouble_say(t, EXIT_NEEDS_PERSON, "the path of '%s' is too long", s->state);
    return false;
}

int ingest_repair(const struct ingest_settings *settings, const char *how)
{
    struct trouble t;
    char dir[4200];
    bool dry = strcmp(how, "look") == 0;
    trouble_say(&t, EXIT_NEEDS_PERSON, "--repair '%s' must be look or save", how);
    if ((!dry && strcmp(how, "save") != 0) || !hold(&settings->common, dir, "stop it first", &t)) return daemon_fail("ingest", &t);
    json_t *said = journal_repair(dir, dry, &t);
    if (said == NULL) return daemon_fail("ingest", &t);
    bool printed = json_dumpf(said, stdout, JSON_COMPACT) == 0;
    json_decref(said);
    return printed && fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}

int ingest_forget(const struct ingest_settings *settings, const char *key)
{
    struct trouble t;
    char dir[4200];
    uint64_t seq = 0;
    if (!daemon_whole(settings->common.state, &t) || !hold(&settings->common, dir, "ask it (wiredesk forget)", &t)) return daemon_fail("ingest", &t);
    struct journal *j = journal_open(dir, settings->journal_max, &t);
    if (j == NULL) return daemon_fail("ingest", &t);
    enum err e = journal_find(j, slice_of(key), &seq);
    if (e == OK && seq == 0 && !forget_original(settings, key, &t)) {
        journal_close(&j);
        return daemon_fail("ingest", &t);
    }
    if (e == OK && seq == 0) e = journal_scrub(j);
    journal_close(&j);
    if (e == OK && seq == 0) return 0;
    trouble_say(&t, EXIT_TRY_AGAIN, "%.400s: %s", dir, e == OK ? "the document is still under way: start the daemons, and forget it when it has its outcome" : err_name(e));
    return daemon_fail("ingest", &t);
}
