/* office.c - opening, publishing, telling what is due. */
#include "office.h"

#include <errno.h>
#include <stdio.h>

#include "../../libcommon/chaos.h"
#include "../../libcommon/daemon.h"
#include "../../libcommon/state.h"

enum { DUE_HORIZON_MS = 60000 };

static struct dayfile *open_files(const char *state, const char *sub, const char *type, struct ledger *ledger, struct trouble *t)
{
    char folder[4096], name[64];
    snprintf(name, sizeof name, "report/%s", sub);
    if (state_folder(state, name) != OK || state_path(folder, sizeof folder, state, "%s", name) != OK) {
        trouble_say(t, state_status(errno), "cannot make the folder %s/%s: %s", state, name, strerror(errno));
        return NULL;
    }
    return dayfile_open(folder, type, ledger, t);
}

static int status_of(enum err e)
{
    return e == ERR_VERSION || e == ERR_MALFORMED ? EXIT_NEEDS_PERSON : EXIT_TRY_AGAIN;
}

bool office_open(struct office *o, const struct report_settings *s, bool files, struct trouble *t)
{
    char why[400];
    const char *state = s->stage.state;
    o->coalesce = s->coalesce;
    if (state_folder(state, "report") != OK || state_path(o->path, sizeof o->path, state, "report/ledger.db") != OK) {
        trouble_say(t, state_status(errno), "cannot make the folder %s/report: %s", state, strerror(errno));
        return false;
    }
    if (!daemon_hold(state, "ledger", "ledger", "it has one writer", t)) return false; /* whatever its --replica */
    enum err e = ledger_open(o->path, &o->ledger, why, sizeof why);
    if (e != OK) {
        trouble_say(t, status_of(e), "%s", why);
        return false;
    }
    ledger_keep_log(o->ledger, files);
    if (s->ledger_max != 0 && ledger_ceiling(o->ledger, s->ledger_max) != OK) {
        trouble_say(t, EXIT_TRY_AGAIN, "cannot set the ledger's ceiling: %s", ledger_trouble(o->ledger));
        return false;
    }
    o->desk = desk_create(o->ledger, &(struct desk_settings){.coalesce = s->coalesce});
    o->mem = arena_create(DOC_ARENA_MAX);
    if (o->desk == NULL || o->mem == NULL) {
        trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
        return false;
    }
    if (s->watch != NULL && !office_watch(o, s->watch, t)) return false;
    if (office_forget_pending(o) != OK) {
        trouble_say(t, EXIT_TRY_AGAIN, "cannot finish forgetting a document: %s", ledger_trouble(o->ledger));
        return false;
    }
    if (!files) return true;
    o->days = open_files(state, "stream", NULL, o->ledger, t);
    if (o->days != NULL) o->first_new = dayfile_written(o->days);
    if (o->days != NULL) o->rejects = open_files(state, "rejects", "reject", o->ledger, t);
    if (o->rejects != NULL) ledger_keep_log(o->ledger, false);
    return o->rejects != NULL;
}

static bool read_list(const char *path, struct buf *text, struct trouble *t)
{
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        trouble_say(t, EXIT_NEEDS_PERSON, "cannot read the watch list %s: %s", path, strerror(errno));
        return false;
    }
    char part[65536];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0 && text->failed == OK;) buf_add(text, part, n);
    bool read = ferror(f) == 0 && text->failed == OK;
    fclose(f);
    if (!read) trouble_say(t, EXIT_NEEDS_PERSON, "cannot read the watch list %s", path);
    return read;
}

bool office_watch(struct office *o, const char *path, struct trouble *t)
{
    char why[200];
    struct alert_rules *rules = NULL;
    struct buf text = buf_make(ALERTS_FILE_MAX + 65536);
    bool ok = read_list(path, &text, t);
    if (ok && alert_rules_read(buf_slice(&text), &rules, why, sizeof why) != OK) {
        trouble_say(t, EXIT_NEEDS_PERSON, "the watch list %s: %s", path, why);
        ok = false;
    }
    buf_free(&text);
    if (!ok) return false;
    desk_watch(o->desk, rules);
    alert_rules_free(&o->watch);
    o->watch = rules;
    return true;
}

void office_close(struct office *o)
{
    dayfile_close(&o->days);
    dayfile_close(&o->rejects);
    desk_destroy(&o->desk);
    alert_rules_free(&o->watch);
    ledger_close(&o->ledger);
    arena_destroy(&o->mem);
}

void office_undo(struct office *o)
{
    ledger_rollback(o->ledger);
    desk_undo(o->desk);
}

static enum err to_files(struct office *o, const struct desk_line *lines, size_t n, struct slice text)
{
    /* After a failure the files have fallen behind: the ledger brings them up. */
    enum err e = dayfile_mend(o->days, o->ledger);
    if (e == OK) e = dayfile_mend(o->rejects, o->ledger);
    for (size_t i = 0; i < n && e == OK; i++) {
        struct slice line = slice_cut(text, lines[i].at, lines[i].at + lines[i].len);
        e = dayfile_add(o->days, lines[i].seq, lines[i].day, line);
        if (e == OK && lines[i].reject) e = dayfile_add(o->rejects, lines[i].seq, lines[i].day, line);
    }
    if (e == OK) e = dayfile_flush(o->days);
    if (e == OK) e = dayfile_flush(o->rejects);
    return e;
}

enum err office_publish(struct office *o)
{
    size_t n;
    struct slice text;
    const struct desk_line *lines = desk_lines(o->desk, &n, &text);
    enum err e = OK;
    if (o->days != NULL) e = to_files(o, lines, n, text);
    for (size_t i = 0; i < n && e == OK; i++) e = o->line(o->self, lines[i].seq, slice_cut(text, lines[i].at, lines[i].at + lines[i].len));
    if (e == OK) desk_published(o->desk);
    return e;
}

enum err office_tell(struct office *o, uint64_t due, uint64_t now, unsigned most, unsigned *told)
{
    struct slices ids;
    struct arena *mem = arena_create(1 << 20);
    *told = 0;
    enum err e = mem == NULL ? ERR_NOMEM : ledger_due(o->ledger, due, DUE_HORIZON_MS + o->coalesce, most, mem, &ids);
    for (size_t i = 0; e == OK && i < ids.len; i++) {
        arena_reset(o->mem);
        e = desk_tell(o->desk, o->mem, ids.ptr[i], now);
        (*told)++;
    }
    arena_destroy(&mem);
    return e;
}
