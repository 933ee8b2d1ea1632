/* habits.h - what a document does with a word elsewhere: how it is written, and what stands around it. A lone "Berg" is known by the places
 * where a title or a given name stands before it, a town by "in", a company by its Inc. */
#ifndef WD_TAG_HABITS_H
#define WD_TAG_HABITS_H

#include "look.h"

/* Fills in small, capital, often and ways of the looks at all tokens with a capital, from the rest of the looks. All in mem. ERR_NOMEM only. */
enum err habits_count(const struct view *v, struct arena *mem) MUST_CHECK;

#endif
