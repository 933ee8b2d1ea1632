/* boost.c - boosted oblivious trees: every level of a tree asks one question, so a tree is a short list of thresholds and a table. */
#include "boost.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* So many rows are asked at once: a question is one comparison of each half. */
enum { HALF = 4, LANES = 2 * HALF };
typedef float floats __attribute__((vector_size(HALF * sizeof(float))));
typedef int32_t bits __attribute__((vector_size(HALF * sizeof(int32_t))));

/* Rows as columns; what is behind the last row repeats it. */
static void turn(const float *rows, size_t n, size_t width, float *column)
{
    for (size_t k = 0; k < LANES; k++) {
        const float *row = rows + (k < n ? k : n - 1) * width;
        for (size_t f = 0; f < width; f++) column[f * LANES + k] = row[f];
    }
}

static void sum_up(const struct boost *b, const float *column, float *sum)
{
    for (size_t k = 0; k < LANES; k++) sum[k] = b->start;
    for (size_t t = 0; t < b->n; t++) {
        const struct boost_tree *tree = &b->tree[t];
        bits one = {0}, two = {0};
        int32_t leaf[LANES];
        for (int d = BOOST_DEPTH - 1; d >= 0; d--) { /* a true comparison is -1 */
            float at = tree->threshold[d];
            const float *from = column + (size_t)tree->feature[d] * LANES;
            floats x, y, limit = {at, at, at, at};
            memcpy(&x, from, sizeof x);
            memcpy(&y, from + HALF, sizeof y);
            one = one + one - (x > limit);
            two = two + two - (y > limit);
        }
        memcpy(leaf, &one, sizeof one);
        memcpy(leaf + HALF, &two, sizeof two);
        for (size_t k = 0; k < LANES; k++) sum[k] += tree->leaf[leaf[k]];
    }
}

void boost_score(const struct boost *b, const float *rows, size_t n, size_t width, float *out)
{
    float column[BOOST_WIDTH_MAX * LANES];
    assert(width <= BOOST_WIDTH_MAX);
    for (size_t i = 0; i < n; i += LANES) {
        size_t some = n - i < LANES ? n - i : LANES;
        float sum[LANES];
        turn(rows + i * width, some, width, column);
        sum_up(b, column, sum);
        for (size_t k = 0; k < some; k++) out[i + k] = 1.0F / (1.0F + expf(-sum[k]));
    }
}
