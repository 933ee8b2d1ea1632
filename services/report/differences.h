/* differences.h - what the files that look for differences share. */
#ifndef WD_DIFFERENCES_H
#define WD_DIFFERENCES_H

#include "statements.h"

enum { DIFFERENCE_VALUES_MAX = 6 };

/* An empty difference of a slot, found by a rule. ERR_NOMEM. */
enum err difference_begin(struct scene *s, struct conflict_view *c, enum slot slot, const char *rule) MUST_CHECK;
/* Adds a value, or a place to the value that has that text; beyond DIFFERENCE_VALUES_MAX it is left out. ERR_NOMEM. */
enum err difference_value(struct scene *s, struct value_views *v, struct slice value, struct cite c) MUST_CHECK;
/* Whether its values come from two sources at least. */
bool difference_known(const struct scene *s, const struct conflict_view *c);

/* titles.c, voices.c: add what they find. ERR_NOMEM. */
enum err compare_titles(struct scene *s, const struct actor *a) MUST_CHECK;
enum err compare_voices(struct scene *s) MUST_CHECK;

#endif
