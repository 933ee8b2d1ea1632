/* boost.c - boosted oblivious trees: every level of a tree asks one question, so a tree is a short list of thresholds and a table. */
#include "boost.h"

#include <math.h>

static float sum_of(const struct boost *b, const float *row)
{
    float sum = b->start;
    for (size_t t = 0; t < b->n; t++) {
        const struct boost_tree *tree = &b->tree[t];
        unsigned leaf = 0;
        for (unsigned d = 0; d < BOOST_DEPTH; d++) leaf |= (unsigned)(row[tree->feature[d]] > tree->threshold[d]) << d;
        sum += tree->leaf[leaf];
    }
    return sum;
}

void boost_score(const struct boost *b, const float *rows, size_t n, size_t width, float *out)
{
    for (size_t i = 0; i < n; i++) out[i] = 1.0F / (1.0F + expf(-sum_of(b, rows + i * width)));
}
