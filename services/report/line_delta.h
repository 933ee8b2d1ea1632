/* line_delta.h - what changed between two lines of a story, from the digests of both. */
#ifndef WD_REPORT_LINE_DELTA_H
#define WD_REPORT_LINE_DELTA_H

#include "../../proto/span.h"
#include "jot.h"

struct delta_input {
    struct slice before, now;   /* digests: {"facts":["ID:HASH",...],...}; before absent for the first line */
    struct slices joined, left; /* keys of articles */
};

/* Writes the members of `delta` into the open object: for each section the ids added, changed and removed. */
void delta_put(struct jot *j, const struct delta_input *in);

#endif
