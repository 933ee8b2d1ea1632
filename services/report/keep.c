/* keep.c - the ledger looked after: copied for a backup; documents taken back while no daemon runs. */
#include "keep.h"

#include <stdio.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/daemon.h"
#include "../../libcommon/state.h"
#include "jot.h"
#include "ledger_repair.h"
#include "pages.h"

int report_backup(const struct report_settings *s, const char *to)
{
    char path[4200], why[400] = "the path is too long";
    uint64_t seq = 0;
    enum err e = state_path(path, sizeof path, s->stage.state, "report/ledger.db");
    if (e == OK) e = ledger_copy(path, to, &seq, why, sizeof why);
    if (e != OK) {
        fprintf(stderr, "wiredesk-report: cannot copy the ledger in %s to %s: %s\n", s->stage.state, to, why);
        return e == ERR_MISSING || e == ERR_MALFORMED || e == ERR_TOO_BIG ? EXIT_NEEDS_PERSON : EXIT_TRY_AGAIN;
    }
    printf("{\"seq\":%ju}\n", (uintmax_t)seq);
    return fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}

void retract_answer(const struct desk_retracted *done, struct buf *json)
{
    static const char *const states[] = {"known", "retracted", "forgetting", "forgotten"};
    struct jot j = jot_make(json);
    jot_object(&j, NULL);
    jot_bool(&j, "found", done->found);
    if (done->found) jot_text(&j, "was", slice_of(states[done->before]));
    jot_maybe(&j, "story", done->story);
    jot_count(&j, "blanked", done->blanked);
    jot_end_object(&j);
}

static enum err nobody(void *self, uint64_t seq, struct slice line)
{
    (void)self, (void)seq, (void)line;
    return OK;
}

/* The same as the daemon does, and the stories' next lines at once. */
static enum err retract(struct office *o, const struct desk_retraction *r, struct buf *answer)
{
    struct desk_retracted done;
    uint64_t now = clock_wall_ms();
    unsigned told = 1;
    enum err e = office_retract(o, r, now, &done);
    if (e == OK) e = office_publish(o);
    if (e == OK && r->forget) e = office_forget(o, &done);
    if (e == OK) retract_answer(&done, answer);
    while (e == OK && told > 0) {
        e = ledger_begin(o->ledger);
        if (e == OK) e = office_tell(o, UINT64_MAX, now, 8, &told);
        if (e == OK) e = ledger_commit(o->ledger);
        if (e == OK) e = office_publish(o);
    }
    return e;
}

/* False after a line on stderr. */
static bool write_pages(struct office *o, const char *state)
{
    struct trouble t;
    struct pages *p = pages_open(state, o->ledger, &t);
    enum err e = p != NULL ? pages_follow(p) : OK;
    if (e != OK) trouble_say(&t, EXIT_TRY_AGAIN, "the pages cannot be written: %s", err_name(e));
    if (p == NULL || e != OK) (void)daemon_fail("report", &t);
    bool good = p != NULL && e == OK;
    pages_close(&p, false);
    return good;
}

int report_retract(const struct report_settings *s)
{
    struct office o = {.line = nobody};
    struct trouble t = {EXIT_TRY_AGAIN, "out of memory"};
    struct desk_retraction r = {slice_of(s->forget != NULL ? s->forget : s->retract), slice_of(s->why ? s->why : ""), s->forget != NULL};
    struct buf answer = buf_make(4096);
    if (r.why.len > RETRACT_WHY_MAX || !utf8_valid(r.why)) {
        fprintf(stderr, "wiredesk-report: --why must be UTF-8 and at most %d bytes\n", RETRACT_WHY_MAX);
        return EXIT_NEEDS_PERSON;
    }
    bool open = daemon_whole(s->stage.state, &t) && office_open(&o, s, true, &t);
    int status = open ? 0 : daemon_fail("report", &t);
    enum err e = open ? retract(&o, &r, &answer) : OK;
    if (open && e == OK && !s->no_pages && !write_pages(&o, s->stage.state)) status = EXIT_TRY_AGAIN;
    if (e != OK) {
        fprintf(stderr, "wiredesk-report: %s: %s\n", err_name(e), ledger_trouble(o.ledger));
        status = EXIT_TRY_AGAIN;
    }
    office_close(&o);
    if (status == 0) printf("%.*s\n", (int)answer.len, answer.ptr);
    buf_free(&answer);
    return fflush(stdout) == 0 ? status : EXIT_TRY_AGAIN;
}

int report_repair(const struct report_settings *s, const char *how)
{
    struct trouble t;
    char report[4200];
    bool dry = strcmp(how, "look") == 0;
    json_t *said = NULL;
    if (!daemon_hold(s->stage.state, "ledger", "ledger", "stop it first", &t)) return daemon_fail("report", &t);
    if (!dry && strcmp(how, "save") != 0) trouble_say(&t, EXIT_NEEDS_PERSON, "--repair '%s' must be look or save", how);
    else if (state_path(report, sizeof report, s->stage.state, "report") != OK) trouble_say(&t, EXIT_NEEDS_PERSON, "the path is too long");
    else said = ledger_repair(report, dry, &t);
    if (said == NULL) return daemon_fail("report", &t);
    bool printed = json_dumpf(said, stdout, JSON_COMPACT) == 0;
    json_decref(said);
    return printed && fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}
