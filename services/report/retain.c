/* retain.c - a pass in steps: texts, files, lines, what is left of stories; then a rest. */
#include "retain.h"

#include <stdio.h>

#include "../../libcommon/chaos.h"
#include "../../libcommon/clock.h"
#include "lines.h"

enum {
    PASS_MS = 600000,     /* from the end of a pass to the next one */
    TEXTS = 32, LINES = 512, STORIES = 200, /* to a step */
};

struct retain retain_make(uint64_t keep)
{
    return (struct retain){.keep = keep, .clock = clock_watch_begin()};
}

bool retain_due(const struct retain *r)
{
    return r->keep != 0 && (r->at != RETAIN_REST || clock_mono_ms() >= r->next);
}

static void begin_pass(struct retain *r)
{
    r->row = 0;
    r->oldest = 0;
    r->at = RETAIN_TEXTS;
}

/* --- texts --- */

/* The next documents: those of them that are old go. The pass over them ends where none is, for they come in the order of their time, more or less; one
 * that was accepted in the future says that a clock was wrong, and is no such sign. */
static enum err drop_texts(struct retain *r, struct office *o, uint64_t now)
{
    struct ledger_doc *docs;
    size_t n = 0, strange = 0, went = 0;
    uint64_t before = now - r->keep;
    arena_reset(o->mem);
    enum err e = ledger_holding(o->ledger, r->row, TEXTS, o->mem, &docs, &n);
    for (size_t i = 0; i < n && e == OK; i++) {
        if (docs[i].accepted < before) {
            e = desk_expire(o->desk, o->mem, &docs[i]);
            went++;
        } else if (docs[i].accepted > now) {
            strange++;
        } else if (r->oldest == 0 || docs[i].accepted < r->oldest) {
            r->oldest = docs[i].accepted;
        }
    }
    if (e != OK) return e;
    r->documents += went;
    if (n > 0) r->row = docs[n - 1].row;
    if (n < TEXTS || went + strange == 0) r->at = RETAIN_FILES;
    return OK;
}

/* --- files and lines --- */

/* Which days are over: never the last line's, whose file is the one that is written. */
static enum err choose_day(struct retain *r, struct office *o, uint64_t now)
{
    char last[LEDGER_DAY + 1];
    line_day(now - r->keep, r->day);
    enum err e = ledger_last_day(o->ledger, last);
    if (e == OK && strcmp(last, r->day) < 0) memcpy(r->day, last, sizeof last);
    return e;
}

static enum err drop_files(struct retain *r, struct office *o, uint64_t now)
{
    char folder[4200];
    enum err e = choose_day(r, o, now);
    if (e == OK && r->day[0] != '\0') {
        office_folder(o, "stream", folder, sizeof folder);
        e = dayfile_drop(folder, r->day);
        office_folder(o, "rejects", folder, sizeof folder);
        if (e == OK) e = dayfile_drop(folder, r->day);
    }
    if (e == OK) r->at = r->day[0] != '\0' ? RETAIN_LINES : RETAIN_STORIES;
    return e;
}

static enum err drop_lines(struct retain *r, struct office *o)
{
    uint64_t n = 0;
    enum err e = ledger_drop_lines(o->ledger, slice_of(r->day), LINES, &n);
    if (e != OK) return e;
    r->lines += n;
    if (n + 1 < LINES) r->at = RETAIN_STORIES;
    return OK;
}

/* --- stories --- */

static enum err drop_stories(struct retain *r, struct office *o)
{
    struct ledger_told *told;
    size_t n = 0;
    uint64_t done = 0;
    arena_reset(o->mem);
    enum err e = ledger_meta(o->ledger, SLICE("silent"), &done);
    if (e == OK) e = ledger_silent(o->ledger, done, STORIES, o->mem, &told, &n);
    if (e == OK && n > 0) e = ledger_drop_silent(o->ledger, done, told[n - 1].seq);
    if (e == OK && n > 0) e = ledger_put_meta(o->ledger, SLICE("silent"), told[n - 1].seq);
    if (e == OK && n < STORIES) {
        r->at = RETAIN_REST;
        r->next = clock_mono_ms() + PASS_MS;
    }
    return e;
}

static enum err step(struct retain *r, struct office *o, uint64_t now)
{
    switch (r->at) {
    case RETAIN_REST: begin_pass(r); return drop_texts(r, o, now);
    case RETAIN_TEXTS: return drop_texts(r, o, now);
    case RETAIN_FILES: return drop_files(r, o, now);
    case RETAIN_LINES: return drop_lines(r, o);
    case RETAIN_STORIES: return drop_stories(r, o);
    }
    return OK;
}

enum err retain_step(struct retain *r, struct office *o)
{
    struct retain was = *r;
    uint64_t now = clock_wall_ms();
    if (!clock_watch_believed(&r->clock) || now <= r->keep) {
        r->at = RETAIN_REST;
        r->next = clock_mono_ms() + PASS_MS / 10;
        return OK;
    }
    enum err e = ledger_begin(o->ledger);
    if (e == OK) e = step(r, o, now);
    if (e == OK) chaos_point("report.before_removal");
    if (e == OK) e = ledger_commit(o->ledger);
    if (e == OK) {
        chaos_point("report.after_removal");
        return OK;
    }
    office_undo(o);
    *r = was;
    return e;
}
