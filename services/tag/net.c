/* net.c - what the hidden layer sums up is looked up ready multiplied: a row for each fact and each part of a word's code. */
#include "net.h"

enum { BIT_UPPER = KNOWN_COUNT, BIT_CAPITALS, BIT_FIRST, BIT_NUMBER, BIT_GIVEN, BIT_FAMILY, BIT_SMALL, BIT_UNKNOWN, BIT_OUTSIDE, BITS };
_Static_assert((int)BITS <= (int)NET_BITS, "a row for each fact");

enum { PART = 16, PARTS = NET_HIDDEN / PART };

typedef int16_t sums __attribute__((vector_size(2 * PART)));
typedef int8_t weights __attribute__((vector_size(PART)));
typedef float scores __attribute__((vector_size(4 * ROW)));

static uint32_t facts_of(const struct view *v, size_t i)
{
    const struct token *t = &v->t->ptr[i];
    const struct look *k = &v->look[i];
    uint32_t bits = k->known[PLACE_BEGIN] | k->known[PLACE_INSIDE] | k->known[PLACE_LAST] | k->known[PLACE_SINGLE];
    if (t->kind & TOKEN_UPPER) bits |= 1u << BIT_UPPER;
    if (t->kind & TOKEN_CAPITALS) bits |= 1u << BIT_CAPITALS;
    if (i == v->t->sentence[v->sentence[i]].first) bits |= 1u << BIT_FIRST;
    if (t->kind & TOKEN_NUMBER) bits |= 1u << BIT_NUMBER;
    if (k->given > 1) bits |= 1u << BIT_GIVEN;
    if (k->family > 1) bits |= 1u << BIT_FAMILY;
    if (k->small) bits |= 1u << BIT_SMALL;
    if (k->slot == 0) bits |= 1u << BIT_UNKNOWN;
    return bits;
}

struct net_input net_input_of(const struct view *v, size_t i)
{
    struct net_input in = {0};
    struct sentence s = v->t->sentence[v->sentence[i]];
    for (size_t d = 0; d < NET_AROUND; d++) {
        size_t at = i + d - NET_AROUND / 2; /* before the text's first token: beyond any end */
        bool inside = at >= s.first && at < s.end;
        in.word[d] = inside ? v->look[at].slot : 0;
        in.bits[d] = inside ? facts_of(v, at) : 1u << BIT_OUTSIDE;
    }
    return in;
}

static void add_row(sums sum[PARTS], const int8_t *row)
{
    for (size_t p = 0; p < PARTS; p++) {
        weights w;
        memcpy(&w, row + p * PART, sizeof w);
        sum[p] += __builtin_convertvector(w, sums);
    }
}

void net_add(const struct view *v, size_t i, float *score)
{
    const struct net *net = v->model->net;
    if (net == NULL) return;
    struct net_input in = net_input_of(v, i);
    sums sum[PARTS] = {{0}};
    for (size_t d = 0; d < NET_AROUND; d++) {
        for (uint32_t bits = in.bits[d]; bits != 0; bits &= bits - 1) add_row(sum, net->bit[d][__builtin_ctz(bits)]);
        if (in.word[d] == 0) continue;
        const uint8_t *code = v->model->code[in.word[d] - 1];
        for (size_t c = 0; c < NET_CODES; c++) add_row(sum, net->code[d][c][code[c]]);
    }
    scores total = {0};
    for (size_t k = 0; k < NET_HIDDEN; k++) {
        scores out;
        memcpy(&out, net->out[k], sizeof out);
        total += out * net_squash(net->bias[k] + net->scale * sum[k / PART][k % PART]);
    }
    for (size_t b = 0; b < ROW; b++) score[b + 1] += total[b];
}
