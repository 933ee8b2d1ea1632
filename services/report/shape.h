/* shape.h - what a stream line looks like: one table a type. JSON Schemas are printed from it, and lines are held against it. */
#ifndef WD_REPORT_SHAPE_H
#define WD_REPORT_SHAPE_H

#include <jansson.h>

#include "../../libcommon/buf.h"

enum shape_kind {
    SHAPE_TEXT,
    SHAPE_COUNT,  /* an integer from 0 */
    SHAPE_REAL,
    SHAPE_BOOL,
    SHAPE_WORD,   /* one of `words` */
    SHAPE_RECORD, /* an object as `of` says */
    SHAPE_ANY,
};

struct shape_row {
    const char *key;
    enum shape_kind kind;
    bool list;     /* a list of them */
    bool required;
    const struct shape *of;
    const char *const *words; /* ended by NULL */
    const char *help;
};

struct shape {
    const char *name;
    const struct shape_row *rows; /* ended by a row without a key */
    const char *help;
};

/* One table for each type and set of ops, ended by NULL: article, quote, story, story_turn, conflict, alert, reject, stats. */
extern const struct shape *const line_shapes[];

/* The JSON Schema (draft 2020-12) of one line type, pretty printed. */
enum err shape_schema(const struct shape *shape, struct buf *out) MUST_CHECK;

/* Holds one stream line against the table of its type and op: known members only, the required ones there, each of its kind. `why` gets a
 * line for people when it is not so. */
bool shape_holds(const json_t *line, char *why, size_t why_size) MUST_CHECK;

#endif
