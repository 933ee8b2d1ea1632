/* world.h - plain facts that give a name its canonical form where the text has only "Trump", "NATO" or "Ukrainian". */
#ifndef WD_TAG_WORLD_H
#define WD_TAG_WORLD_H

#include "../../proto/doc.h"
#include "tokens.h"

struct fact {
    const char *name;      /* canonical: "Ukraine" */
    enum entity_type type; /* of the entity */
};

enum alias_kind { ALIAS_NAME = 1, ALIAS_DEMONYM, ALIAS_SURNAME };

struct alias {
    uint64_t hash;        /* world_hash() of its tokens */
    uint32_t fact;        /* index */
    enum alias_kind kind;
    bool only;            /* no other fact has this alias */
};

struct world;

/* Builds the tables. NULL when out of memory. Read-only afterwards. */
struct world *world_create(const struct lexicon *lex) MUST_CHECK;
void world_destroy(struct world **w);

const struct fact *world_fact(const struct world *w, uint32_t fact);

/* The fact that tokens [first, end) name, or NULL. Case counts, commas do not; St. and Saint are one. */
const struct alias *world_find(const struct world *w, const struct tokens *t, size_t first, size_t end);
/* The same by the hash of those tokens: hashes are combined with world_mix(), from WORLD_SEED on. */
const struct alias *world_by_hash(const struct world *w, uint64_t hash);
/* The longest alias that begins at token `first` and ends before `end`; *len gets its tokens. NULL when there is none. */
const struct alias *world_longest(const struct world *w, const struct tokens *t, size_t first, size_t end, size_t *len);

#define WORLD_SEED 0x51ed27u
uint64_t world_mix(uint64_t h, uint64_t token);

#endif
