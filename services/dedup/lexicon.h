/* lexicon.h - how common terms are: a table learned from other news, and what has come by since. */
#ifndef WD_DEDUP_LEXICON_H
#define WD_DEDUP_LEXICON_H

#include "../../libcommon/buf.h"

struct lexicon;

enum { TERM_MASK = 0xFFFFFF };

/* The 24 bits of a stem's hash that name a term. */
static inline uint32_t term_id(uint32_t stem)
{
    uint32_t id = stem & TERM_MASK;
    return id ? id : 1;
}

/* With the shipped table only. NULL when out of memory. */
struct lexicon *terms_create(void) MUST_CHECK;
void terms_destroy(struct lexicon **l);

/* ln(documents / documents with the term), 0.3 at least. The first logarithm is asked for once a text. */
double lexicon_log_documents(const struct lexicon *l);
double lexicon_rarity(const struct lexicon *l, double log_documents, uint32_t term);
/* Brings nearer what lexicon_rarity() will look at. */
void lexicon_prefetch(const struct lexicon *l, uint32_t term);
/* Counts one document that holds `term`; call lexicon_next() once a document. */
void lexicon_count(struct lexicon *l, uint32_t term);
void lexicon_next(struct lexicon *l);

/* What was counted, as bytes, and back. ERR_SCHEMA for bytes that are not such. */
enum err lexicon_save(const struct lexicon *l, struct buf *out) MUST_CHECK;
enum err lexicon_load(struct lexicon *l, struct slice bytes) MUST_CHECK;

#endif
