/* desk_parts.h - what the desk's files share; nobody else includes it. */
#ifndef WD_REPORT_DESK_PARTS_H
#define WD_REPORT_DESK_PARTS_H

#include "desk.h"
#include "account.h"
#include "identity.h"
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

/* A document of the ledger with its text and those fields, in mem; *out: NULL when either is gone or cannot be read any more. */
enum err desk_read(struct desk *d, struct arena *mem, struct slice key, doc_mask fields, const struct doc **out) MUST_CHECK;

/* The alert lines that a document causes. */
enum err desk_tell_alerts(struct desk *d, struct arena *mem, const struct doc *doc, uint64_t now) MUST_CHECK;

/* Who a document's names are, one row an entity, in mem: by the name itself; a short one by what the article, the last days and the story's articles
 * call so in full. What several bear stays open. */
enum err desk_name(struct desk *d, struct arena *mem, const struct doc *doc, struct named **out) MUST_CHECK;
/* The row of the entity that bears the name; NULL when there is none. */
const struct named *desk_named(const struct doc *doc, const struct named *all, struct slice name);
/* Notes whom the document names in full, for the short names of other documents of these days. */
enum err desk_show(struct desk *d, const struct doc *doc) MUST_CHECK;
/* What the last days know of the short names in the accounts that are read. */
enum err desk_known(struct desk *d, struct arena *mem, struct accounts story, struct known_names *out) MUST_CHECK;
/* Who an entity of an account is by the story's view. */
struct named desk_actor(const struct story_view *v, uint32_t account, size_t entity, struct slice name);
/* Puts into the ledger's names what the view found; rows[i]: of story.ptr[i]. */
enum err desk_settle(struct desk *d, const struct story_view *v, struct accounts story, const int64_t *rows) MUST_CHECK;

/* The story owes a line: when it is due is set unless it is already. */
void desk_owe(const struct desk *d, struct ledger_story *s, uint64_t now);
/* The story's next line says that these articles have left it. */
enum err desk_note_left(struct desk *d, struct arena *mem, struct slice story, struct slices keys) MUST_CHECK;
/* Applies what a document set off among the stories: merges, splits, closings, relations. */
enum err desk_change(struct desk *d, struct arena *mem, const struct doc *doc, const struct change *c, uint64_t now) MUST_CHECK;

#endif
