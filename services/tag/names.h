/* names.h - where a text names persons, organizations, places and other things, and of which type each is. */
#ifndef WD_TAG_NAMES_H
#define WD_TAG_NAMES_H

#include "../../proto/doc.h"
#include "model.h"
#include "tokens.h"
#include "world.h"

struct name {
    uint32_t first, end; /* tokens */
    enum entity_type type;
    float score;               /* 0 to 1 */
    const struct alias *alias; /* the fact that the words name, or NULL */
    uint32_t entity;           /* index, set by who() */
    struct slice known;        /* the canonical name that a user's list gives, or absent */
};

struct names {
    struct name *ptr;
    size_t len;
};

/* Names by rule alone: capitals, titles, the world's facts. For a tagger without a model. Names do not overlap, in text order. */
enum err names_by_rule(const struct world *w, struct arena *mem, const struct tokens *t, struct names *out) MUST_CHECK;

/* Names as the learned model reads them, each by itself. */
enum err names_decode(const struct model *m, const struct world *w, struct arena *mem, const struct tokens *t, struct names *out) MUST_CHECK;
/* The same, made to agree. */
enum err names_by_model(const struct model *m, const struct world *w, struct arena *mem, const struct tokens *t, struct names *out) MUST_CHECK;

/* Adds what a document's names say of its other words, and what the world's facts say; types of one word agree. */
enum err names_agree(const struct world *w, struct arena *mem, const struct tokens *t, struct names *names) MUST_CHECK;

/* Joins what is one name ("2019 Canadian federal election", "Washington, D.C."), drops what is money ("US $5"), and tells ships
 * from persons ("the ferry Maren Sund"). In place. */
void names_events(const struct tokens *t, struct names *names);

#endif
