/* learn_net.h - learns the network beside the features, by Adam on what the features leave; used in training only. */
#ifndef WD_TAG_LEARN_NET_H
#define WD_TAG_LEARN_NET_H

#include "decode.h"
#include "net.h"
#include "vectors.h"

enum { NET_WEIGHTS = NET_HIDDEN * (NET_AROUND * (VECTOR_DIMS + NET_BITS) + 1 + ROW) };

union net_weights {
    struct {
        float vector[NET_AROUND][VECTOR_DIMS][NET_HIDDEN], bit[NET_AROUND][NET_BITS][NET_HIDDEN], bias[NET_HIDDEN], out[NET_HIDDEN][ROW];
    };
    float all[NET_WEIGHTS];
};

struct net_learner {
    const struct vectors *vectors;
    union net_weights weight, slope, mean, first, second; /* the last two: Adam's moments */
    unsigned pending, steps; /* runs in slope; steps made */
    uint32_t dice;
    float hidden[RUN_MAX][NET_HIDDEN], kept[RUN_MAX][NET_HIDDEN]; /* of a run's tokens: answers, and what dropout multiplies them with */
};

/* NULL: out of memory. */
struct net_learner *net_learner_create(const struct vectors *vectors) MUST_CHECK;

/* Adds to the scores of a run's token i, with part of the hidden units left out. */
void net_learner_score(struct net_learner *l, const struct net_input *in, size_t i, float *score);
/* Takes the slope of the loss by token i's scores. */
void net_learner_back(struct net_learner *l, const struct net_input *in, size_t i, const float *slope);
/* A run has ended; now and then a step is made, `left` (1 to 0) as long as the first. */
void net_learner_step(struct net_learner *l, float left);

/* Adds the weights to their mean; takes that for the weights. */
void net_learner_add_to_mean(struct net_learner *l, float share);
void net_learner_take_mean(struct net_learner *l);

/* The network as the model has it. */
void net_learner_export(const struct net_learner *l, struct net *out);

#endif
