/* filter.h - a stage as a filter: JSON Lines on standard input, JSON Lines on standard output. What --stdio is. */
#ifndef WD_FILTER_H
#define WD_FILTER_H

#include "arena.h"
#include "buf.h"

struct filter {
    const char *name;  /* "tag", for messages */
    size_t line_max;   /* bytes of a line in */
    size_t out_max;    /* bytes that one line may give */
    size_t arena_max;  /* memory for one line */
    uint64_t batch;    /* lines to a commit; 0 or 1: after each */

    /* One line without its newline; appends zero or more lines, each ended by a newline. An error refuses the line: it is
     * named on stderr with its number, and the rest goes on. ERR_FULL and ERR_IO end the run with 75. */
    enum err (*line)(void *self, struct arena *mem, struct slice in, struct buf *out);
    /* NULL, or: before what the last lines gave is printed. An error ends the run with 75. */
    enum err (*commit)(void *self);
    /* NULL, or: more about the last error of line(), for people. */
    const char *(*detail)(void *self);
    void *self;
};

/* Reads `in` to its end. Returns 0; 65 when any line was refused; 75 when the world failed (also when nobody reads `out` any
 * more). Memory: one line, one batch of output. */
int filter_run(const struct filter *f, int in, int out);

#endif
