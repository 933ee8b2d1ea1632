/* statements.h - what ties two sentences of different accounts. */
#ifndef WD_STATEMENTS_H
#define WD_STATEMENTS_H

#include "scene.h"

enum { TIE_WORDS_MAX = 12 };

struct tie_words { /* of the best windows of 12 words of each */
    uint32_t names, content; /* shared names and numbers; other shared words */
    double rarity;           /* of all of them */
    double told;             /* of those that are no names or numbers */
    bool opposed;            /* a negation on one side only */
    bool lead;               /* both stand in a title or the first sentences */
    uint32_t lemmas[TIE_WORDS_MAX];
    uint32_t len;
};

/* All zero when the sentences share too little. */
struct tie_words tie_sentences(const struct scene *s, uint32_t ra, uint32_t sa, uint32_t rb, uint32_t sb);

#endif
