/* view.h - the stream for people: each line as an event, each story as a block once it has gone quiet.
 *
 * Pure: lines in, text out. A line that it cannot read becomes one line that says so. */
#ifndef WD_CLI_VIEW_H
#define WD_CLI_VIEW_H

#include "pick.h"
#include "screen.h"

struct view;

struct view_choice {
    struct screen screen;
    bool all;          /* articles, quotes, differences and counts too, not only what stories do */
    struct pick *pick; /* only these lines; NULL: all */
    bool blocks;       /* whether stories are shown whole */
    bool summary;      /* with their summary */
};

/* NULL when out of memory. */
struct view *view_create(const struct view_choice *choice) MUST_CHECK;
void view_destroy(struct view **v);

/* Appends what the line says, perhaps nothing. ERR_NOMEM, ERR_TOO_BIG. */
enum err view_line(struct view *v, struct slice line, struct buf *out) MUST_CHECK;
/* The stream has gone quiet: appends the blocks of the stories that changed since the last call. */
enum err view_quiet(struct view *v, struct buf *out) MUST_CHECK;
/* True when view_quiet has something to say. */
bool view_owes(const struct view *v);

#endif
