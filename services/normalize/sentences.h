/* sentences.h - where sentences begin and end: ICU's rules with a layer for abbreviations. */
#ifndef WD_NORMALIZE_SENTENCES_H
#define WD_NORMALIZE_SENTENCES_H

#include "../../libcommon/arena.h"
#include "../../proto/span.h"

struct sentences; /* ICU's iterator; not for two threads at once */

struct sentences *sentences_create(void) MUST_CHECK;
void sentences_destroy(struct sentences **s);

/* The sentences of text, in order, without the white space around them; none crosses a line break. ERR_NOMEM. */
enum err sentences_find(struct sentences *s, struct slice text, struct arena *mem, struct spans *out) MUST_CHECK;

#endif
