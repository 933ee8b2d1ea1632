/* pick.h - which lines of the stream somebody wants to see: of a story, of an outlet, about a name. Pure. */
#ifndef WD_CLI_PICK_H
#define WD_CLI_PICK_H

#include <jansson.h>

#include "../../libcommon/base.h"

struct pick {
    /* Each may be NULL: any. All that are given have to hold. */
    const char *story;  /* an id */
    const char *outlet; /* its name, whatever its case */
    const char *entity; /* an id, or words of a name, whatever their case: "Osei" is in "Katrin Osei" */
    json_t *articles, *stories; /* what has been seen to hold: quotes and conflicts name only these. NULL at first */
};

/* True when the line is wanted. Quotes, alerts and conflicts follow their article or story as far as its line has been seen; rejects and stats are of no
 * story, outlet or name. */
bool pick_line(struct pick *p, const json_t *line) MUST_CHECK;
/* Frees what it remembers. */
void pick_forget(struct pick *p);

/* True when `words` stand in `name` from the beginning to the end of words of it. */
bool pick_name(struct slice name, struct slice words);

#endif
