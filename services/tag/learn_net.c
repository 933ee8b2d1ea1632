/* learn_net.c - forward, backward, Adam, and rows of eight bits out of the weights. */
#include "learn_net.h"

#include <math.h>
#include <stdlib.h>

enum { RUNS_A_STEP = 32, DROPPED_OF_1024 = 410 };

static const float RATE = 0.002f, DECAY = 1e-6f, FADE_FIRST = 0.9f, FADE_SECOND = 0.999f;

static uint32_t roll(struct net_learner *l)
{
    l->dice ^= l->dice << 13;
    l->dice ^= l->dice >> 17;
    return l->dice ^= l->dice << 5;
}

struct net_learner *net_learner_create(const struct vectors *vectors)
{
    struct net_learner *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    l->vectors = vectors;
    l->dice = 2463534242u;
    for (size_t i = 0; i < NET_WEIGHTS; i++) l->weight.all[i] = ((float)(roll(l) & 0xffff) / 32768.0f - 1) * 0.1f;
    return l;
}

static void add(float *restrict to, const float *restrict from, float times)
{
    for (size_t k = 0; k < NET_HIDDEN; k++) to[k] += times * from[k];
}

void net_learner_score(struct net_learner *l, const struct net_input *in, size_t i, float *score)
{
    const union net_weights *w = &l->weight;
    float *h = l->hidden[i];
    memcpy(h, w->bias, sizeof w->bias);
    for (size_t d = 0; d < NET_AROUND; d++) {
        for (uint32_t bits = in->bits[d]; bits != 0; bits &= bits - 1) add(h, w->bit[d][__builtin_ctz(bits)], 1);
        if (in->word[d] == 0) continue;
        const float *x = l->vectors->value[in->word[d] - 1];
        for (size_t k = 0; k < VECTOR_DIMS; k++) add(h, w->vector[d][k], x[k]);
    }
    for (size_t k = 0; k < NET_HIDDEN; k++) {
        h[k] = net_squash(h[k]);
        l->kept[i][k] = (roll(l) & 1023) < DROPPED_OF_1024 ? 0 : 1024.0f / (1024 - DROPPED_OF_1024);
        for (size_t b = 0; b < ROW && l->kept[i][k] > 0; b++) score[b + 1] += h[k] * l->kept[i][k] * w->out[k][b];
    }
}

void net_learner_back(struct net_learner *l, const struct net_input *in, size_t i, const float *slope)
{
    union net_weights *g = &l->slope;
    float down[NET_HIDDEN];
    for (size_t k = 0; k < NET_HIDDEN; k++) {
        float h = l->hidden[i][k], kept = l->kept[i][k];
        down[k] = 0;
        for (size_t b = 0; b < ROW && kept > 0; b++) {
            g->out[k][b] += slope[b + 1] * h * kept;
            down[k] += slope[b + 1] * l->weight.out[k][b] * kept * (1 - h * h);
        }
    }
    add(g->bias, down, 1);
    for (size_t d = 0; d < NET_AROUND; d++) {
        for (uint32_t bits = in->bits[d]; bits != 0; bits &= bits - 1) add(g->bit[d][__builtin_ctz(bits)], down, 1);
        if (in->word[d] == 0) continue;
        const float *x = l->vectors->value[in->word[d] - 1];
        for (size_t k = 0; k < VECTOR_DIMS; k++) add(g->vector[d][k], down, x[k]);
    }
}

void net_learner_step(struct net_learner *l, float left)
{
    if (++l->pending < RUNS_A_STEP) return;
    l->steps++;
    float first = 1 / (1 - powf(FADE_FIRST, (float)l->steps)), second = 1 / (1 - powf(FADE_SECOND, (float)l->steps));
    for (size_t i = 0; i < NET_WEIGHTS; i++) {
        float *w = &l->weight.all[i], *a = &l->first.all[i], *b = &l->second.all[i], d = l->slope.all[i] + DECAY * *w * (float)l->pending;
        *a = FADE_FIRST * *a + (1 - FADE_FIRST) * d;
        *b = FADE_SECOND * *b + (1 - FADE_SECOND) * d * d;
        *w -= RATE * left * *a * first / (sqrtf(*b * second) + 1e-6f);
    }
    memset(&l->slope, 0, sizeof l->slope);
    l->pending = 0;
}

void net_learner_add_to_mean(struct net_learner *l, float share)
{
    for (size_t i = 0; i < NET_WEIGHTS; i++) l->mean.all[i] += share * l->weight.all[i];
}

void net_learner_take_mean(struct net_learner *l)
{
    l->weight = l->mean;
}

/* --- the model's rows --- */

struct rounding { float scale; float largest; }; /* scale 0: only looks for the largest */

static void put(struct rounding *r, const float *row, int8_t *out)
{
    for (size_t k = 0; k < NET_HIDDEN; k++) {
        if (fabsf(row[k]) > r->largest) r->largest = fabsf(row[k]);
        if (r->scale > 0) out[k] = (int8_t)roundf(row[k] / r->scale);
    }
}

static void put_all(const struct net_learner *l, struct rounding *r, struct net *out)
{
    for (size_t d = 0; d < NET_AROUND; d++) {
        for (size_t b = 0; b < NET_BITS; b++) put(r, l->weight.bit[d][b], out->bit[d][b]);
        for (size_t p = 0; p < NET_CODES; p++)
            for (size_t c = 0; c < NET_VALUES; c++) {
                float row[NET_HIDDEN] = {0};
                for (size_t k = 0; k < CODE_DIMS; k++) add(row, l->weight.vector[d][p * CODE_DIMS + k], l->vectors->way[p][k][c]);
                put(r, row, out->code[d][p][c]);
            }
    }
}

void net_learner_export(const struct net_learner *l, struct net *out)
{
    struct rounding r = {0};
    put_all(l, &r, out);
    r.scale = out->scale = r.largest / 127;
    put_all(l, &r, out);
    memcpy(out->bias, l->weight.bias, sizeof out->bias);
    memcpy(out->out, l->weight.out, sizeof out->out);
}
