/* look.h - how a token looks to the model: shape, clusters, known phrases, and how the document writes the same word elsewhere. */
#ifndef WD_TAG_LOOK_H
#define WD_TAG_LOOK_H

#include "model.h"
#include "world.h"

enum headline { PROSE, TITLE_CASE, ALL_CAPITALS };

/* Kinds of names that phrases are known as; bits of look.known. The lists' own kinds come first. */
enum known {
    KNOWN_ADMIN, KNOWN_AGENCY, KNOWN_AWARD, KNOWN_CITY, KNOWN_CITYBIG, KNOWN_COMPANY, KNOWN_FACILITY, KNOWN_LEAGUE, KNOWN_NEWS,
    KNOWN_PERSON, KNOWN_TEAM, KNOWN_UNIV, KNOWN_LISTS,
    KNOWN_PLACE = KNOWN_LISTS, KNOWN_BODY, KNOWN_DEMONYM, KNOWN_HEAD, KNOWN_SURNAME, /* the world's facts */
    KNOWN_COUNT
};
extern const char *const known_names[KNOWN_LISTS];

struct look {
    uint64_t shape, brief;  /* hashes: Xxxxx, Xx */
    uint32_t known[4];      /* by enum place: the kinds of phrases that the token is the begin, inside, last or single of */
    uint32_t slot;          /* 1 + the word's slot in the model's table of words; 0: unknown */
    uint16_t fine, coarse;  /* clusters; 0: unknown */
    uint8_t given, family;  /* 0 to 7: how often the word begins and ends a person's name */
    uint8_t small, capital; /* 0 to 2: how often the document has the word in small letters, and capitalised within a sentence */
    uint8_t often;          /* 0 to 2: how often it has the word with a capital */
    uint32_t ways;          /* what stands around it in these places, as bits: habits.c */
    bool active;            /* may be part of a name; all others are O */
    bool done;              /* the rest is filled in */
};

struct view {
    const struct tokens *t;
    const struct model *model;
    const struct world *world;
    struct look *look;  /* a token each */
    uint8_t *headline;  /* a sentence each: enum headline */
    uint32_t *sentence; /* token -> its sentence */
    bool wide;
};

/* Looks at a document. `wide`: names may also go on across any small word or a comma, as learning has it: what is read narrowly is learnt
 * better from runs with more around it. All in mem. ERR_NOMEM only. */
enum err view_make(const struct model *m, const struct world *w, struct arena *mem, const struct tokens *t, bool wide, struct view *out) MUST_CHECK;

/* The next run of active tokens of one sentence at or behind `from`: [*first, *end). False when there is none. */
bool view_next(const struct view *v, size_t from, size_t *first, size_t *end);

#endif
