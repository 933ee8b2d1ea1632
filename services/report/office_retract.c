/* office_retract.c - a document taken back in ledger and files together; a forgetting that was cut short is ended at the next start. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../../libcommon/chaos.h"
#include "office.h"
#include "page.h"

enum err office_retract(struct office *o, const struct desk_retraction *r, uint64_t now, struct desk_retracted *out)
{
    arena_reset(o->mem);
    enum err e = ledger_begin(o->ledger);
    if (e == OK) e = desk_retract(o->desk, o->mem, r, now, out);
    if (e == OK) e = ledger_commit(o->ledger);
    if (e != OK) office_undo(o);
    return e;
}

void office_folder(const struct office *o, const char *sub, char *out, size_t size)
{
    int n = (int)strlen(o->path) - (int)strlen("/ledger.db");
    snprintf(out, size, "%.*s/%s", n, o->path, sub);
}

/* Pages that quoted it, and the lists with their titles: those of open stories are written again from the lines that have just been told. */
static enum err drop_pages(const struct office *o, struct slices stories)
{
    static const char *const lists[] = {"index.html", "index.md", "feed.atom"}, *const endings[] = {".html", ".md"};
    char folder[4200], name[PAGE_FILE_MAX + 32], file[PAGE_FILE_MAX];
    bool gone = true;
    office_folder(o, "pages", folder, sizeof folder);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? OK : ERR_IO;
    for (size_t i = 0; i < stories.len * 2; i++) {
        page_file(stories.ptr[i / 2], file);
        snprintf(name, sizeof name, "stories/%s%s", file, endings[i % 2]);
        gone = (unlinkat(fd, name, 0) == 0 || errno == ENOENT) && gone;
    }
    for (size_t i = 0; i < 3 && stories.len > 0; i++) gone = (unlinkat(fd, lists[i], 0) == 0 || errno == ENOENT) && gone;
    close(fd);
    return gone ? OK : ERR_IO;
}

static enum err forget(struct office *o, struct slices stories)
{
    char folder[4200];
    chaos_point("report.forgetting");
    office_folder(o, "stream", folder, sizeof folder);
    enum err e = dayfile_blank(folder, NULL, o->ledger);
    office_folder(o, "rejects", folder, sizeof folder);
    if (e == OK) e = dayfile_blank(folder, "reject", o->ledger);
    if (e == OK) e = drop_pages(o, stories);
    return e == OK ? ledger_scrub(o->ledger) : e;
}

struct stories { struct arena *mem; struct slices all; size_t room; };

static enum err note_story(void *self, const struct ledger_line *line)
{
    struct stories *s = self;
    if (!slice_eq(line->type, SLICE("story")) || (s->all.len > 0 && slice_eq(s->all.ptr[s->all.len - 1], line->id))) return OK;
    if (s->all.len == s->room) {
        struct slice *more = arena_array(s->mem, s->room * 2 + 64, sizeof *more);
        if (more == NULL) return ERR_NOMEM;
        if (s->room > 0) memcpy(more, s->all.ptr, s->all.len * sizeof *more);
        s->all.ptr = more;
        s->room = s->room * 2 + 64;
    }
    s->all.ptr[s->all.len] = arena_copy(s->mem, line->id);
    return s->all.ptr[s->all.len++].ptr != NULL ? OK : ERR_NOMEM;
}

/* The stories that had lines blanked, in o->mem. */
static enum err blanked(struct office *o, struct slices *all)
{
    arena_reset(o->mem);
    struct stories s = {.mem = o->mem};
    enum err e = ledger_blank_lines(o->ledger, note_story, &s);
    *all = s.all;
    return e;
}

/* An open story whose page goes owes a line, with which it is written again. */
static enum err owe(struct office *o, struct slices all)
{
    enum err e = ledger_begin(o->ledger);
    for (size_t i = 0; i < all.len && e == OK; i++) {
        struct ledger_story s;
        bool found = false;
        e = ledger_story(o->ledger, all.ptr[i], o->mem, &s, &found);
        if (e != OK || !found || s.state != STORY_OPEN || s.due != 0) continue;
        s.due = 1;
        e = ledger_put_story(o->ledger, &s);
    }
    if (e == OK) e = ledger_commit(o->ledger);
    if (e != OK) ledger_rollback(o->ledger);
    return e;
}

/* When the first try failed after the ledger's commit: which stories it is about is found in the ledger. */
static enum err forget_again(struct office *o)
{
    struct slices all;
    enum err e = blanked(o, &all);
    if (e == OK) e = owe(o, all);
    return e == OK ? forget(o, all) : e;
}

enum err office_forget(struct office *o, const struct desk_retracted *done)
{
    return done->before == FORGETTING ? forget_again(o) : forget(o, done->stories);
}

enum err office_forget_pending(struct office *o)
{
    bool any = false;
    char cursor[4200];
    enum err e = ledger_forgetting(o->ledger, &any);
    if (e != OK || !any) return e;
    struct slices all;
    e = blanked(o, &all);
    office_folder(o, "pages/.cursor", cursor, sizeof cursor);
    if (e == OK && unlink(cursor) != 0 && errno != ENOENT) e = ERR_IO; /* which of them are old is not known any more: all are written again */
    return e == OK ? forget(o, all) : e;
}
