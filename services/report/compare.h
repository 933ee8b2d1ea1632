/* compare.h - what two aligned values say of each other. */
#ifndef WD_COMPARE_H
#define WD_COMPARE_H

#include "align.h"

enum finding { FINDING_NONE = 0, FINDING_AGREE, FINDING_CONFLICT, FINDING_DIFFERENCE, FINDING_UPDATE };

struct judged {
    enum finding finding;
    const char *rule; /* which rule said so; for FINDING_NONE the one that ruled the pair out */
};

/* What ties two values: all measures that the rules look at. */
struct tie {
    size_t sentence;       /* lemmas shared by the sentences */
    size_t near, close;    /* by the windows of 7 and 4 words */
    size_t small;          /* of the near ones, words that are no names in both */
    size_t names;          /* names shared by the sentences */
    double near_idf;       /* rarity of the shared near ones */
    double coverage;       /* their share of the poorer window's rarity */
    bool single;           /* the slot's key has one value in each text */
    bool narrated;         /* neither is quoted */
    double ratio;          /* the greater value over the smaller; 0 when one is 0 */
    double sentence_idf;   /* rarity of what the sentences share */
    double sentence_coverage; /* its share of the poorer sentence's rarity */
    double before, behind; /* rarity of what stands on the same side of both, within the clause */
    size_t beside;         /* of these, words that are no names in both */
    double margin;         /* of the match over its best rival */
    bool lead;             /* both stand in a title or the first three sentences */
    double likeness;       /* see likeness.c: above 0 they more likely state one thing than two */
};

enum { TIE_MEASURES = 13 };

/* What the likeness of two values is summed from, each within -1 to 1; `t` but for its likeness is known. */
void tie_measures(const struct scene *s, const struct match *m, const struct tie *t, double out[TIE_MEASURES]);
double likeness(const double measures[TIE_MEASURES]);

struct tie tie_of(const struct scene *s, const struct match *m);
/* Whether the same person or organization stands before both: 1, another -1, not known 0. */
int subjects(const struct scene *s, const struct match *m);
/* Two accounts of one event, not of two of a kind: their leads share two names, or one and much else, and they are of the same days. */
bool one_event(const struct scene *s, uint32_t a, uint32_t b);
/* An account of the story has both values: they are two things. */
bool both_known(const struct scene *s, const struct match *m);
/* Numbers in digits that a slip of the pen parts: two neighbours swapped, or one of five digits and more. */
bool slipped(const struct scene *s, const struct match *m);
struct judged judge(const struct scene *s, const struct match *m);

/* The same value: equal numbers, or the same vague words. */
bool value_equal(const struct value *a, const struct value *b);
/* They can both be right as rounding or hedges go. */
bool value_compatible(const struct value *a, const struct value *b);

/* Normal form: 11600000000, ~50, >400000, PT5H, 45%, 52-48; in the arena, ptr NULL when out of memory. */
struct slice value_text(const struct scene *s, uint32_t reading, const struct value *v);

#endif
