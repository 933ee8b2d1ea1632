/* tag.h - the stage's core: who and what a document names, who says what, when, and how much. */
#ifndef WD_TAG_H
#define WD_TAG_H

#include "../../proto/doc.h"

struct tagger;
struct model;

/* Builds the tables. `names` is the learned part, which outlives the tagger; NULL: names are found by rule. NULL when out of
 * memory. Read-only afterwards: the same document gives the same bytes, whatever ran before. */
struct tagger *tagger_create(const struct model *names) MUST_CHECK;
/* Names that a user knows, see names_list.h for the form of `text` and for errors; before the first document. */
enum err tagger_names(struct tagger *t, struct slice text, size_t *line) MUST_CHECK;
/* Frees *t and sets it to NULL. NULL is fine. */
void tagger_destroy(struct tagger **t);

/* What tag_doc reads when it is there, needs, and sets. */
#define TAG_READS (DOC_BIT(DOC_TEXT) | DOC_BIT(DOC_SENTENCES) | DOC_BIT(DOC_PUBLISHED) | DOC_BIT(DOC_LANG))
#define TAG_NEEDS DOC_BIT(DOC_TEXT)
#define TAG_WRITES (DOC_BIT(DOC_ENTITIES) | DOC_BIT(DOC_QUOTES) | DOC_BIT(DOC_TIMES) | DOC_BIT(DOC_QUANTITIES))

/* Sets the stage's fields. A document in another language than English gets times and quantities that are safe, and no quotes,
 * and no entities but those of the user's list: absent fields say that nobody looked. Without `lang` its common words decide. ERR_NOMEM only. */
enum err tag_doc(const struct tagger *t, struct arena *mem, struct doc *doc) MUST_CHECK;

#endif
