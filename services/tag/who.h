/* who.h - who is who in a document: names that mean the same person or thing become one entity. */
#ifndef WD_TAG_WHO_H
#define WD_TAG_WHO_H

#include "names.h"

enum gender { GENDER_UNKNOWN = 0, GENDER_MALE, GENDER_FEMALE };

struct member {
    struct slice name; /* canonical, or as the text has it at its longest */
    enum entity_type type;
    enum gender gender;      /* of a person, as far as the text tells */
    uint32_t mentions;
    uint64_t given, family;  /* hashes of a person's first and last word; 0 when only one word is known */
    const struct fact *fact; /* the world's, or NULL */
};

struct cast {
    struct member *ptr; /* in the order of their first mentions */
    size_t len;
};

/* Groups the names: sets each name's entity and fills cast. All in mem. ERR_NOMEM only. */
enum err who(const struct world *w, struct arena *mem, const struct tokens *t, struct names *names, struct cast *cast) MUST_CHECK;

/* The document's entities in the cast's order, with mentions and role phrases. */
enum err who_entities(struct arena *mem, const struct tokens *t, const struct names *names, const struct cast *cast,
                      struct entities *out) MUST_CHECK;

#endif
