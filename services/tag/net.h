/* net.h - the small network beside the features: word vectors and known kinds of a token and its neighbours, one hidden layer. */
#ifndef WD_TAG_NET_H
#define WD_TAG_NET_H

#include "look.h"

/* What goes into the network for one token: of it and its neighbours, the word (look.slot) and facts as bits. */
struct net_input { uint32_t word[NET_AROUND], bits[NET_AROUND]; };

/* The view must have looked at the token and its neighbours. */
struct net_input net_input_of(const struct view *v, size_t i);

/* A hidden unit's answer to its sum: close to tanh, of a few multiplications. */
static inline float net_squash(float x)
{
    float y = x > 3 ? 3 : x < -3 ? -3 : x;
    return y * (27 + y * y) / (27 + 9 * y * y);
}

/* Adds what the model's network says of token i to the scores of the labels, score[LABELS]. A model without one adds nothing. */
void net_add(const struct view *v, size_t i, float *score);

#endif
