/* desk_parts.h - what the desk's files share; nobody else includes it. */
#ifndef WD_REPORT_DESK_PARTS_H
#define WD_REPORT_DESK_PARTS_H

#include "desk.h"
#include "lines.h"

struct desk_counts { uint64_t in, reported, duplicate, rejected, again, repeated, since; };

struct desk {
    struct ledger *ledger;
    struct desk_settings settings;
    const struct alert_rules *watch; /* or NULL */
    char day[LEDGER_DAY + 1], committed_day[LEDGER_DAY + 1]; /* of the last line: never goes back */
    struct buf text;          /* the gathered lines */
    struct buf scratch, digest, frame;
    struct desk_line *lines;
    size_t n_lines, room_lines;
    struct desk_counts counts, committed_counts;
};

/* The head of the next line. */
struct line_head desk_head(const struct desk *d, uint64_t now, const char *type, const char *op, struct slice id);
/* Takes the line that was appended to d->text from `at` on: a newline, its row in the ledger, its place among the gathered. */
enum err desk_add(struct desk *d, const struct line_head *head, size_t at) MUST_CHECK;

/* The alert lines that a document causes. */
enum err desk_tell_alerts(struct desk *d, struct arena *mem, const struct doc *doc, uint64_t now) MUST_CHECK;

/* The story owes a line: when it is due is set unless it is already. */
void desk_owe(const struct desk *d, struct ledger_story *s, uint64_t now);
/* Applies what a document set off among the stories: merges, splits, closings, relations. */
enum err desk_change(struct desk *d, struct arena *mem, const struct doc *doc, const struct change *c, uint64_t now) MUST_CHECK;

#endif
