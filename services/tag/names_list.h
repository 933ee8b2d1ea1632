/* names_list.h - names that a user knows: they win over the model, and phrases that are no names are forbidden. */
#ifndef WD_TAG_NAMES_LIST_H
#define WD_TAG_NAMES_LIST_H

#include "names.h"

struct names_list;

/* Reads a list, a line each: `person TAB Anna Berg TAB Berg TAB A. Berg` (type, name, what else it is called; the types are person,
 * organization, location, misc), or `none TAB phrase` for what is never a name. Empty lines and lines that begin with # are left out.
 * Case counts. ERR_MALFORMED: *line is the number of the wrong line. ERR_TOO_BIG: more than 100,000 phrases. ERR_NOMEM. */
enum err names_list_read(const struct lexicon *lex, struct slice text, struct names_list **out, size_t *line) MUST_CHECK;
void names_list_destroy(struct names_list **l);

/* Puts the list's names into `names`, in place of those that they overlap, and takes forbidden ones out. */
enum err names_list_apply(const struct names_list *l, struct arena *mem, const struct tokens *t, struct names *names) MUST_CHECK;

#endif
