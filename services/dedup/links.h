/* links.h - how likely two texts tell of one event: features of the pair and the learned model over them. */
#ifndef WD_DEDUP_LINKS_H
#define WD_DEDUP_LINKS_H

#include "vector.h"

enum link_feature {
    LINK_ALL,       /* cosine over all terms */
    LINK_NAMES,     /* over names */
    LINK_PLAIN,     /* over the rest */
    LINK_TITLES,    /* over the titles */
    LINK_LEADS,     /* over titles and first words */
    LINK_TITLE_MOST,  /* how much of one title's weight the other text has: the larger of the two */
    LINK_TITLE_LEAST, /* and the smaller */
    LINK_COVER_MOST,  /* the same for all terms */
    LINK_COVER_LEAST,
    LINK_NAME_COVER, /* how much of the weight of the names of the text with fewer */
    LINK_NUMBERS,   /* numbers in both, up to 3, as a share */
    LINK_SHARED,    /* ln(1 + terms in both) */
    LINK_RAREST,    /* weight of the heaviest term in both */
    LINK_NEAR,      /* exp(-days apart / 2); 0 when either has no date */
    LINK_FAR,       /* exp(-days apart / 10) */
    LINK_DATED,     /* both have one */
    LINK_SHORTER,   /* ln(1 + content words) of the shorter text */
    LINK_LONGER,
    LINK_COUNT
};

enum { LINK_TITLE_WORDS = 14 /* a text with fewer content words is judged as a title */ };

/* Squares of weights over classes of terms. */
struct link_mass {
    uint32_t all, names, plain, titles, leads;
};

enum { LINK_CELLS = 1024 };

/* A text made ready to be compared with many. Points to the vector, which must stay. */
struct link_text {
    const struct vector *vector;
    struct link_mass mass;
    uint8_t cell[LINK_CELLS]; /* 1 + a term's index by its id, next ones behind it; 0: none */
};

struct link_mass link_weigh(const struct vector *v);
void link_begin(const struct vector *v, struct link_text *t);

/* Of the text and another, which weighs `mass`. Times in minutes; either 0: unknown. */
void link_features(const struct link_text *a, const struct vector *b, const struct link_mass *mass, uint32_t minutes_a, uint32_t minutes_b, float f[LINK_COUNT]);

/* Whether the pair is judged by the model for titles. */
bool link_is_title(const float f[LINK_COUNT]);

/* The model's log odds for these features. */
double link_odds(const float f[LINK_COUNT]);

/* When a text was published or, only of one that does not say so, when it arrived; minutes since 1970, 0: unknown. */
struct link_time {
    uint32_t published, arrived;
};

/* How likely two texts tell of one event, 0 to 1. That two texts without a date arrived on one day says nothing (an archive does, fed at once);
 * that they arrived days apart speaks against them as much as dates would, and never for them. */
double link_probability(const struct link_text *a, const struct vector *b, const struct link_mass *mass, struct link_time time_a, struct link_time time_b);

#endif
