/* align.h - which value of one account speaks of the same thing as which value of another. */
#ifndef WD_ALIGN_H
#define WD_ALIGN_H

#include "scene.h"

struct match { /* two values of two independent accounts, each the other's best */
    uint32_t ra, rb; /* readings, ra < rb */
    uint32_t va, vb; /* values of theirs */
    double score;
    double margin;   /* over the best rival with another value */
};
struct matches { struct match *ptr; size_t len; };

/* Mutual best matches over all values with the same slot and key, equal ones included. Sorted by ra, rb, va. ERR_NOMEM. */
enum err align(struct scene *s, struct matches *out) MUST_CHECK;

#endif
