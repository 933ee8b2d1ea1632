/* vectors.c - product quantization: each part of a vector is the nearest of 256 means. */
#include "vectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "tokens.h"

enum { LINE_SIZE = 8192, SAMPLE = 60000, ROUNDS = 12, LENGTH = 4 /* of all vectors */ };

struct work {
    struct vectors *v;
    const struct model *m;
    uint32_t *order; /* slots in the file's order */
    size_t n;
};

static bool numbers(char *s, float *out)
{
    for (size_t k = 0; k < VECTOR_DIMS; k++) {
        char *end;
        out[k] = strtof(s, &end);
        if (end == s) return false;
        s = end;
    }
    return true;
}

static enum err read_file(struct work *w, const char *path)
{
    char line[LINE_SIZE];
    gzFile f = gzopen(path, "r");
    uint8_t *met = calloc(w->m->head->words + 1, 1);
    enum err e = f == NULL ? ERR_IO : met == NULL ? ERR_NOMEM : OK;
    while (e == OK && gzgets(f, line, sizeof line) != NULL) {
        char *space = strchr(line, ' ');
        struct slice word = {line, space == NULL ? 0 : (size_t)(space - line)};
        if (space == NULL || !utf8_valid(word)) continue;
        uint32_t at = packed_slot(w->m->word, w->m->head->words, hash_lower(word), WORD_BITS);
        if (at == 0 || met[at]) continue;
        met[at] = 1;
        w->order[w->n++] = at - 1;
        if (!numbers(space, w->v->value[at - 1])) e = ERR_MALFORMED;
    }
    if (f != NULL) gzclose(f);
    free(met);
    return e;
}

/* Around the mean of all, of one length. */
static void centre(struct work *w)
{
    double mean[VECTOR_DIMS] = {0};
    for (size_t i = 0; i < w->n; i++)
        for (size_t k = 0; k < VECTOR_DIMS; k++) mean[k] += (double)w->v->value[w->order[i]][k] / (double)w->n;
    for (size_t i = 0; i < w->n; i++) {
        float *x = w->v->value[w->order[i]], size = 1e-6f;
        for (size_t k = 0; k < VECTOR_DIMS; k++) {
            x[k] -= (float)mean[k];
            size += x[k] * x[k];
        }
        for (size_t k = 0; k < VECTOR_DIMS; k++) x[k] *= LENGTH / sqrtf(size);
    }
}

/* The way that is nearest to x[CODE_DIMS]. */
static size_t nearest(const float way[CODE_DIMS][NET_VALUES], const float *x)
{
    float far[NET_VALUES] = {0};
    size_t best = 0;
    for (size_t k = 0; k < CODE_DIMS; k++)
        for (size_t c = 0; c < NET_VALUES; c++) far[c] += (x[k] - way[k][c]) * (x[k] - way[k][c]);
    for (size_t c = 1; c < NET_VALUES; c++)
        if (far[c] < far[best]) best = c;
    return best;
}

static void move_means(const struct work *w, size_t part, size_t sample)
{
    float sum[NET_VALUES][CODE_DIMS] = {{0}};
    size_t n[NET_VALUES] = {0};
    float (*way)[NET_VALUES] = w->v->way[part];
    for (size_t i = 0; i < sample; i++) {
        const float *x = w->v->value[w->order[i]] + part * CODE_DIMS;
        size_t c = nearest((const float (*)[NET_VALUES])way, x);
        n[c]++;
        for (size_t k = 0; k < CODE_DIMS; k++) sum[c][k] += x[k];
    }
    for (size_t c = 0; c < NET_VALUES; c++)
        for (size_t k = 0; k < CODE_DIMS && n[c] > 0; k++) way[k][c] = sum[c][k] / (float)n[c];
}

static void take_codes(const struct work *w, size_t part)
{
    size_t sample = w->n < SAMPLE ? w->n : SAMPLE;
    float (*way)[NET_VALUES] = w->v->way[part];
    for (size_t c = 0; c < NET_VALUES && sample > 0; c++)
        for (size_t k = 0; k < CODE_DIMS; k++) way[k][c] = w->v->value[w->order[c * sample / NET_VALUES]][part * CODE_DIMS + k];
    for (int round = 0; round < ROUNDS; round++) move_means(w, part, sample);
    for (size_t i = 0; i < w->n; i++) {
        float *x = w->v->value[w->order[i]] + part * CODE_DIMS;
        size_t c = nearest((const float (*)[NET_VALUES])way, x);
        w->v->code[w->order[i]][part] = (uint8_t)c;
        for (size_t k = 0; k < CODE_DIMS; k++) x[k] = way[k][c];
    }
}

enum err vectors_read(const char *path, const struct model *m, struct vectors **out)
{
    size_t words = m->head->words;
    struct work w = {.v = calloc(1, sizeof **out), .m = m, .order = calloc(words + 1, sizeof *w.order)};
    *out = w.v;
    enum err e = w.v == NULL || w.order == NULL ? ERR_NOMEM : OK;
    if (e == OK) {
        w.v->code = calloc(words + 1, sizeof *w.v->code);
        w.v->value = calloc(words + 1, sizeof *w.v->value);
        e = w.v->code == NULL || w.v->value == NULL ? ERR_NOMEM : read_file(&w, path);
    }
    if (e == OK) {
        centre(&w);
        for (size_t part = 0; part < NET_CODES; part++) take_codes(&w, part);
    }
    free(w.order);
    return e;
}

void vectors_free(struct vectors **v)
{
    if (*v == NULL) return;
    free((*v)->code);
    free((*v)->value);
    free(*v);
    *v = NULL;
}
