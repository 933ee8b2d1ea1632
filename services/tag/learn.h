/* learn.h - learns the weights of the model from labelled corpora: a linear-chain CRF by stochastic AdaGrad. Training only. */
#ifndef WD_TAG_LEARN_H
#define WD_TAG_LEARN_H

#include "conll.h"
#include "decode.h"
#include "vectors.h"

struct learn_settings {
    unsigned rounds; /* how often all is learnt anew, in other orders; the weights are the mean */
    unsigned epochs;
    unsigned least;  /* features met less often are left out */
    float rate, decay; /* AdaGrad's step; L2 */
    float dropout;   /* share of features that a step does not see */
    size_t features_max; /* rows to keep, those with the largest weights */
    bool copies;     /* a copy of the features that differ for each corpus */
    const struct vectors *vectors; /* a network over them is learnt, too; NULL: none */
};

struct learner;

/* `model` gives the tables for looks (words, phrases, parts; its features are not used) and outlives the learner. NULL: out of memory. */
struct learner *learner_create(const struct model *model, const struct world *world, const struct lexicon *lex,
                               const struct learn_settings *settings) MUST_CHECK;
void learner_destroy(struct learner **l);

/* Adds a corpus to learn from; the first one's labelling is the one that the model will speak. `weight`: what a
 * step on it counts. ERR_TOO_BIG: too many. */
enum err learner_add(struct learner *l, const struct corpus *c, float weight) MUST_CHECK;

/* Learns from all that was added; one line an epoch on stderr. */
enum err learner_run(struct learner *l) MUST_CHECK;

/* The learnt rows as the model's table of `*slots` features (malloc'ed), its scale and transitions. */
enum err learner_export(struct learner *l, struct feature **table, uint32_t *slots, float *scale, float transition[LABELS][LABELS]) MUST_CHECK;

/* The network that was learnt with vectors. */
void learner_export_net(const struct learner *l, struct net *out);

#endif
