/* lexicon.c - document frequencies: the shipped table under two rows of counters (count-min), halved when they grow old. */
#include "lexicon.h"

#include <math.h>
#include <stdlib.h>

#include "lexicon_table.h"

enum {
    CELLS = 1 << 17,     /* a row: 512 KiB */
    OLD = 200000,        /* documents after which all counters are halved: what is common today is what counts */
    SLOTS = 1 << 15,     /* of the hash table over the shipped terms */
    LOGS = 512,          /* frequencies whose logarithm is at hand */
};

struct lexicon {
    uint32_t documents;
    uint32_t row[2][CELLS];
    uint16_t slot[SLOTS]; /* 1 + index into lexicon_terms */
    double log_of[LOGS];  /* of the number and a half */
};

static size_t slot_of(const struct lexicon *l, uint32_t term)
{
    size_t i = (term * 0x9E3779B1u) >> 17;
    while (l->slot[i] != 0 && lexicon_terms[l->slot[i] - 1].id != term) i = (i + 1) % SLOTS;
    return i;
}

struct lexicon *terms_create(void)
{
    _Static_assert(LEXICON_TERMS < SLOTS * 3 / 4, "the table of shipped terms must stay sparse");
    struct lexicon *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    for (size_t i = 0; i < LOGS; i++) l->log_of[i] = log((double)i + 0.5);
    for (size_t i = 0; i < LEXICON_TERMS; i++) l->slot[slot_of(l, lexicon_terms[i].id)] = (uint16_t)(i + 1);
    return l;
}

void terms_destroy(struct lexicon **l)
{
    free(*l);
    *l = NULL;
}

static size_t cell(int row, uint32_t term)
{
    return (term * (row ? 0x85EBCA6Bu : 0xC2B2AE35u)) >> 15;
}

double lexicon_log_documents(const struct lexicon *l)
{
    return log(l->documents + LEXICON_DOCUMENTS + 1.0);
}

void lexicon_prefetch(const struct lexicon *l, uint32_t term)
{
    __builtin_prefetch(&l->slot[(term * 0x9E3779B1u) >> 17]);
    for (int row = 0; row < 2; row++) __builtin_prefetch(&l->row[row][cell(row, term)]);
}

double lexicon_rarity(const struct lexicon *l, double log_documents, uint32_t term)
{
    uint16_t slot = l->slot[slot_of(l, term)];
    uint32_t a = l->row[0][cell(0, term)], b = l->row[1][cell(1, term)];
    uint32_t seen = (a < b ? a : b) + (slot ? lexicon_terms[slot - 1].documents : 0u);
    double idf = log_documents - (seen < LOGS ? l->log_of[seen] : log(seen + 0.5));
    return idf > 0.3 ? idf : 0.3;
}

void lexicon_count(struct lexicon *l, uint32_t term)
{
    uint32_t *a = &l->row[0][cell(0, term)], *b = &l->row[1][cell(1, term)];
    uint32_t least = *a < *b ? *a : *b; /* only the smaller grows: it bounds the truth already */
    if (*a == least) ++*a;
    if (*b == least) ++*b;
}

void lexicon_next(struct lexicon *l)
{
    if (++l->documents < OLD) return;
    l->documents /= 2;
    for (int r = 0; r < 2; r++)
        for (size_t i = 0; i < CELLS; i++) l->row[r][i] /= 2;
}

enum err lexicon_save(const struct lexicon *l, struct buf *out)
{
    buf_add(out, &l->documents, sizeof l->documents);
    return buf_add(out, l->row, sizeof l->row);
}

enum err lexicon_load(struct lexicon *l, struct slice bytes)
{
    if (bytes.len != sizeof l->documents + sizeof l->row) return ERR_SCHEMA;
    memcpy(&l->documents, bytes.ptr, sizeof l->documents);
    memcpy(l->row, bytes.ptr + sizeof l->documents, sizeof l->row);
    return OK;
}
