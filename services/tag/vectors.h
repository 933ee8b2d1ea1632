/* vectors.h - word vectors in short: codes for the model's words, and what the codes stand for; used in training only. */
#ifndef WD_TAG_VECTORS_H
#define WD_TAG_VECTORS_H

#include "model.h"

enum { VECTOR_DIMS = 100, CODE_DIMS = VECTOR_DIMS / NET_CODES };

struct vectors {
    uint8_t (*code)[NET_CODES];   /* by slot of the model's words */
    float (*value)[VECTOR_DIMS];  /* by slot: the vector that the code stands for, or zeros */
    float way[NET_CODES][CODE_DIMS][NET_VALUES]; /* what a part of a vector may be */
};

/* Reads lines of a word and its VECTOR_DIMS numbers, common words first, plain or gzipped; words that the model's table does not hold are
 * skipped, and those that it holds but the file does not have the zero vector. ERR_IO, ERR_MALFORMED, ERR_NOMEM. */
enum err vectors_read(const char *path, const struct model *m, struct vectors **out) MUST_CHECK;
void vectors_free(struct vectors **v);

#endif
