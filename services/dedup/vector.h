/* vector.h - a text as weighted terms: what it is about, small enough to keep for every live document. */
#ifndef WD_DEDUP_VECTOR_H
#define WD_DEDUP_VECTOR_H

#include "lexicon.h"
#include "words.h"

enum { VECTOR_MAX = 88 /* terms kept of one text, the heaviest */ };

enum {
    TERM_NAME = 1,   /* written with a capital where a capital says something */
    TERM_TITLE = 2,  /* in the title */
    TERM_LEAD = 4,   /* among the body's first words */
    TERM_NUMBER = 8, /* a number */
};

struct term {
    uint32_t id;    /* 24 bits of the stem's hash, never 0 */
    uint8_t weight; /* of a vector of length 255 */
    uint8_t flags;
};

struct vector {
    struct term term[VECTOR_MAX]; /* by id */
    uint16_t n;
    uint16_t words;  /* content words of the text, at most 65535 */
};

/* Weighs the words by how often the text has them and how rare the lexicon says they are. */
enum err vector_make(const struct words *words, const struct lexicon *lexicon, struct arena *mem, struct vector *v) MUST_CHECK;

/* Which terms are the vector's heaviest: indices of at most `most` into out, heaviest first; returns how many. */
size_t vector_heaviest(const struct vector *v, size_t most, uint8_t *out);

#endif
