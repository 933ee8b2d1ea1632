/* tables.h - builds the model's tables of words, phrases and parts from lists; used in training only. */
#ifndef WD_TAG_TABLES_H
#define WD_TAG_TABLES_H

#include "look.h"

struct tables {
    uint32_t *word, *phrase, *part; /* packed slots, see model.h; malloc'ed */
    uint32_t words, phrases, parts; /* slots */
    uint32_t set[SETS];
    uint32_t word_flip;
};

/* Reads `clusters` (word TAB coarse TAB fine) and `phrases` (KIND TAB phrase), plain or gzipped; NULL leaves a table empty.
 * Kinds that enum known does not have are skipped; PERSON gives the parts. At most words_max words are taken. ERR_IO, ERR_NOMEM. */
enum err tables_read(const char *clusters, const char *phrases, size_t words_max, const struct lexicon *lex, struct tables *out) MUST_CHECK;
void tables_free(struct tables *t);

#endif
