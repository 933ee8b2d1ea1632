/* blocks.c - the block model: two passes of boosted trees, the second sees what the first thought of the neighbours. */
#include "blocks.h"

enum err blocks_score(const struct blocks_model *m, struct page *p, const struct facts *f)
{
    struct family *families = arena_take(p->mem, (p->n_blocks + 1) * sizeof *families);
    float *scores = arena_take(p->mem, (p->n_blocks + 1) * sizeof *scores);
    if (families == NULL || scores == NULL || says_read(p) != OK) return ERR_NOMEM;
    families_read(p, families);
    float *rows = features_read(p, f, &m->tokens, families);
    if (rows == NULL) return ERR_NOMEM;
    boost_score(&m->first, rows, p->n_blocks, FEATURES_SECOND, scores);
    features_second(p->n_blocks, families, scores, rows);
    boost_score(&m->second, rows, p->n_blocks, FEATURES_SECOND, scores);
    for (size_t i = 0; i < p->n_blocks; i++) p->blocks[i].score = scores[i];
    return OK;
}
