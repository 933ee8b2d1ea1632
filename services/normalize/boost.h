/* boost.h - boosted oblivious trees: every level of a tree asks one question, so a tree is a short list of thresholds and a table. */
#ifndef WD_NORMALIZE_BOOST_H
#define WD_NORMALIZE_BOOST_H

#include <stddef.h>
#include <stdint.h>

enum { BOOST_DEPTH = 6, BOOST_LEAVES = 1 << BOOST_DEPTH, BOOST_WIDTH_MAX = 320 };

struct boost_tree {
    uint16_t feature[BOOST_DEPTH];
    float threshold[BOOST_DEPTH];  /* bit i of the leaf's number: feature[i] > threshold[i] */
    float leaf[BOOST_LEAVES];
};

struct boost {
    const struct boost_tree *tree;
    size_t n;
    float start; /* the sum before the first tree */
};

/* For n rows of `width` features each, at most BOOST_WIDTH_MAX: the probability that the row is of the class, 0 to 1. */
void boost_score(const struct boost *b, const float *rows, size_t n, size_t width, float *out);

#endif
