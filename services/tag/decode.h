/* decode.h - the best labels of a run of tokens under the model, and how likely each name in them is. */
#ifndef WD_TAG_DECODE_H
#define WD_TAG_DECODE_H

#include "features.h"

enum { RUN_MAX = 200 }; /* tokens: no sentence is longer */

/* Which label may follow which, and what that is worth; made once for a model. */
struct chain {
    float score[LABELS][LABELS]; /* from, to; the logarithm */
    double odds[LABELS][LABELS]; /* exp(score), 0 where it may not follow */
    uint8_t before[LABELS][LABELS], befores[LABELS]; /* the labels that may stand before one */
    uint8_t after[LABELS][LABELS], afters[LABELS];
};
void chain_make(struct chain *c, const float transition[LABELS][LABELS]);

/* True when label b may follow label a: names begin, go on and end in order. Runs begin and end with O outside. */
bool labels_follow(int a, int b);

struct lattice { /* about 100 KB: one for a worker's stack */
    size_t n;
    float score[RUN_MAX][LABELS];
    double weight[RUN_MAX][LABELS];  /* exp(score), scaled by the token's largest */
    double forward[RUN_MAX][LABELS]; /* sums to 1 at each token */
    double backward[RUN_MAX][LABELS]; /* forward times backward is the likelihood of a label */
    double sum[RUN_MAX + 1];         /* what each token was scaled by; the last: the end */
    double total;                    /* the log of the sum over all labellings */
    uint8_t label[RUN_MAX];
};

/* Scores of the active tokens [first, end) by the model's features. */
void lattice_score(const struct view *v, size_t first, size_t end, struct lattice *l);
/* The best labels, from l->score. */
void lattice_best(const struct chain *c, struct lattice *l);
/* Forward and backward sums, and total. */
void lattice_sums(const struct chain *c, struct lattice *l);
/* The likelihood that exactly tokens [b, e) are a name of `type` (0 to 3); after lattice_sums(). */
double lattice_likely(const struct chain *c, const struct lattice *l, size_t b, size_t e, int type);

#endif
