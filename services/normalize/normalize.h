/* normalize.h - from a document's bytes to its clean text, what it says of itself, and what was left out. */
#ifndef WD_NORMALIZE_NORMALIZE_H
#define WD_NORMALIZE_NORMALIZE_H

#include "../../proto/doc.h"

/* What does not change between documents. Not for two threads at once. */
struct normalizer;

/* NULL when out of memory. */
struct normalizer *normalizer_create(void) MUST_CHECK;
/* The same with another block model, which must outlive it: for whoever trains one. */
struct blocks_model;
struct normalizer *normalizer_create_with(const struct blocks_model *model) MUST_CHECK;
void normalizer_destroy(struct normalizer **n);

/* Fields that normalize_doc() reads and sets. */
#define NORMALIZE_READS \
    (DOC_BIT(DOC_ACCEPTED) | DOC_BIT(DOC_SOURCE) | DOC_BIT(DOC_NAME) | DOC_BIT(DOC_TYPE) | DOC_BIT(DOC_META) | DOC_BIT(DOC_RAW))
#define NORMALIZE_WRITES \
    (DOC_BIT(DOC_TEXT) | DOC_BIT(DOC_TITLE) | DOC_BIT(DOC_TITLE_BASIS) | DOC_BIT(DOC_STANDFIRST) | DOC_BIT(DOC_BODY) | DOC_BIT(DOC_STUB) | \
     DOC_BIT(DOC_MAP) | DOC_BIT(DOC_SENTENCES) | DOC_BIT(DOC_OUTLET) | DOC_BIT(DOC_BYLINE) | DOC_BIT(DOC_URL) | DOC_BIT(DOC_PUBLISHED) | \
     DOC_BIT(DOC_MODIFIED) | DOC_BIT(DOC_SECTION) | DOC_BIT(DOC_LANG) | DOC_BIT(DOC_DROPPED))

/* Reads doc->raw and what the feeder said of it; sets the fields above where there is something to say. Memory from mem. Errors: ERR_EMPTY
 * (nothing to read in it), ERR_UNSUPPORTED (not text), ERR_DEPTH, ERR_TOO_BIG, ERR_NOMEM. */
enum err normalize_doc(struct normalizer *n, struct arena *mem, struct doc *doc) MUST_CHECK;

/* The source that map and dropped are offsets of: raw in its UTF-8 form. For tests and fuzzers. */
enum err normalize_source(const struct doc *doc, struct arena *mem, struct slice *source) MUST_CHECK;

#endif
