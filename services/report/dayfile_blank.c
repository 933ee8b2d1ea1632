/* dayfile_blank.c - lines of the day files written over with what the ledger has left of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dayfile.h"

struct sweep {
    const char *folder, *type;
    char day[LEDGER_DAY + 1];
    FILE *file; /* of the day, or NULL when it has none */
    off_t at;   /* where the next line of it begins */
    char *line;
    size_t room;
};

static enum err world(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

static enum err leave_day(struct sweep *s)
{
    if (s->file == NULL) return OK;
    enum err e = fdatasync(fileno(s->file)) == 0 ? OK : world();
    fclose(s->file);
    s->file = NULL;
    return e;
}

static enum err enter_day(struct sweep *s, struct slice day)
{
    char path[4200];
    enum err e = leave_day(s);
    snprintf(s->day, sizeof s->day, "%.*s", (int)day.len, day.ptr);
    snprintf(path, sizeof path, "%s/%s.jsonl", s->folder, s->day);
    s->file = fopen(path, "r+e");
    s->at = 0;
    return e == OK && s->file == NULL && errno != ENOENT ? world() : e;
}

/* The next line of that number is written over when it is as long. */
static enum err on_line(void *self, const struct ledger_line *line)
{
    struct sweep *s = self;
    uint64_t seq = 0;
    if (s->type != NULL && !slice_eq(line->type, slice_of(s->type))) return OK;
    if (!slice_eq(line->day, slice_of(s->day))) {
        enum err e = enter_day(s, line->day);
        if (e != OK) return e;
    }
    while (s->file != NULL && seq < line->seq) {
        ssize_t n = getline(&s->line, &s->room, s->file);
        if (n < 0) return ferror(s->file) ? ERR_IO : OK; /* it is not there yet: the ledger's is written later */
        off_t at = s->at;
        s->at += n;
        if (!dayfile_number(s->line, &seq) || seq != line->seq) continue;
        if (s->line[n - 1] != '\n') return OK; /* torn by a power loss: it is cut off when the files are opened, and the ledger's is written */
        if ((size_t)n != line->line.len + 1) return ERR_SCHEMA;
        if (pwrite(fileno(s->file), line->line.ptr, line->line.len, at) != (ssize_t)line->line.len) return world();
    }
    return OK;
}

enum err dayfile_blank(const char *folder, const char *type, struct ledger *ledger)
{
    struct sweep s = {.folder = folder, .type = type};
    enum err e = ledger_blank_lines(ledger, on_line, &s);
    enum err left = leave_day(&s);
    free(s.line);
    return e == OK ? left : e;
}
