/* numbers.h - numbers as a text writes them: 400,000 - 2.5 million - twenty-five - hundreds of thousands. */
#ifndef WD_TAG_NUMBERS_H
#define WD_TAG_NUMBERS_H

#include "tokens.h"

struct number {
    bool found;
    double value;
    size_t end;     /* token behind it */
    bool words;     /* written in words */
    bool plural;    /* "hundreds", "millions": at least twice so many */
    bool scaled;    /* has a hundred, thousand, million … in it */
};

/* The number that begins at token i and ends at or before `end`. Not ordinals, not links, not "1990s". */
struct number number_at(const struct tokens *t, size_t i, size_t end);

/* The value of an ordinal token (third, 3rd), or 0. */
int ordinal_at(const struct tokens *t, size_t i);

/* The digits of token i as a whole number when it is 1 to 9 digits and nothing else, or -1. */
long digits_at(const struct tokens *t, size_t i);

#endif
