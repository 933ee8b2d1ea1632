/* view_parts.h - what the event lines and the story blocks share. */
#ifndef WD_CLI_VIEW_PARTS_H
#define WD_CLI_VIEW_PARTS_H

#include <jansson.h>

#include "view.h"

struct view {
    struct view_choice choice;
    json_t *names;   /* key of an article -> what we call it */
    json_t *waiting; /* id of a story -> its last line */
};

/* A JSON string as a slice; empty when it is none. */
struct slice view_string(const json_t *s);
/* A text member as a slice; empty when it is none. */
struct slice view_text(const json_t *o, const char *key);
uint64_t view_count(const json_t *o, const char *key);
/* The words of the span under that key. */
struct slice view_span(const json_t *o, const char *key);

/* What we call the article with that key: the stem of its file's name, or the key's beginning. */
struct slice view_name(const struct view *v, struct slice key);
/* Remembers it. */
void view_remember(struct view *v, struct slice key, struct slice file);

/* Appends the names of the articles in which the spans of the list stand, each once. */
void view_put_names(const struct view *v, const json_t *spans, struct buf *out);
/* "place: Dunmore 101 | Old Port 103 -> open" */
void view_put_clash(const struct view *v, const json_t *clash, struct buf *out);

/* The whole state of a story. */
void view_put_block(const struct view *v, const json_t *line, struct buf *out);

#endif
