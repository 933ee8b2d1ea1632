/* tokens.h - a block's words, and the class and id words around it, weighed by two tables that were learned. */
#ifndef WD_NORMALIZE_TOKENS_H
#define WD_NORMALIZE_TOKENS_H

#include "page.h"

enum { TEXT_TOKENS = 72, MARKUP_TOKENS = 42, TOKEN_TABLE = 1 << TOKEN_BITS };

struct tokens { uint16_t text[TEXT_TOKENS], markup[MARKUP_TOKENS]; size_t n_text, n_markup; };

struct tokens_model {
    const int8_t *text, *markup; /* TOKEN_TABLE weights each */
    float text_step, markup_step;   /* what 1 in them stands for */
};

void tokens_read(const struct page *p, const struct block *b, struct tokens *out);

/* The sums of the weights, each over the square root of how many there are. */
void tokens_weigh(const struct tokens_model *m, const struct tokens *t, float *text, float *markup);

#endif
