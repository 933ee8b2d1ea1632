/* vector.c - counts a text's terms, weighs them and keeps the heaviest. */
#include "vector.h"

#include <math.h>
#include <stdlib.h>

struct tally {
    uint32_t id;
    uint16_t count, capitals, middles; /* times; with a capital and without, where a capital says something */
    uint8_t flags;
    float weight;
};

enum { TITLE_COUNTS = 3 /* a word of the title is counted like this many of the body */ };

/* Headlines Like This One say nothing about names; nor does SHOUTING. */
static bool title_is_capitals(const struct words *w)
{
    size_t all = 0, capital = 0;
    for (size_t i = 0; i < w->len && (w->ptr[i].flags & WORD_TITLE); i++) {
        if (w->ptr[i].flags & (WORD_STOP | WORD_NUMBER)) continue;
        all++;
        capital += (w->ptr[i].flags & WORD_CAPITAL) != 0;
    }
    return capital * 10 > all * 7;
}

static void tally_word(struct tally *t, const struct word *w, bool blind_title)
{
    bool title = w->flags & WORD_TITLE;
    t->count = (uint16_t)(t->count + (title ? TITLE_COUNTS : 1));
    if (title) t->flags |= TERM_TITLE;
    if (w->flags & WORD_LEAD) t->flags |= TERM_LEAD;
    if (w->flags & WORD_NUMBER) t->flags |= TERM_NUMBER;
    if ((title && blind_title) || (w->flags & WORD_START)) return;
    if (w->flags & WORD_CAPITAL) t->capitals++;
    else t->middles++;
}

static int by_weight(const void *a, const void *b)
{
    const struct tally *x = a, *y = b;
    if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_id(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static size_t tally_words(const struct words *words, struct tally *cell, size_t mask, struct vector *v)
{
    bool blind = title_is_capitals(words);
    size_t content = 0, used = 0;
    for (size_t i = 0; i < words->len; i++) {
        const struct word *w = &words->ptr[i];
        if (w->flags & WORD_STOP) continue;
        content++;
        uint32_t id = term_id(w->stem);
        size_t c = id & mask;
        while (cell[c].id != 0 && cell[c].id != id) c = (c + 1) & mask;
        used += cell[c].id == 0;
        cell[c].id = id;
        tally_word(&cell[c], w, blind);
    }
    v->words = (uint16_t)(content < UINT16_MAX ? content : UINT16_MAX);
    return used;
}

enum err vector_make(const struct words *words, const struct lexicon *lexicon, struct arena *mem, struct vector *v)
{
    size_t cells = 64;
    while (cells < words->len * 2) cells *= 2;
    struct tally *cell = arena_array(mem, cells, sizeof *cell);
    if (cell == NULL) return ERR_NOMEM;
    v->n = 0;
    tally_words(words, cell, cells - 1, v);
    size_t n = 0;
    double documents = lexicon_log_documents(lexicon);
    for (size_t i = 0; i < cells; i++) {
        if (cell[i].id == 0) continue;
        cell[n] = cell[i];
        cell[n].weight = (float)((cell[n].count == 1 ? 1 : 1 + log(cell[n].count)) * lexicon_rarity(lexicon, documents, cell[n].id));
        n++;
    }
    qsort(cell, n, sizeof *cell, by_weight);
    if (n > VECTOR_MAX) n = VECTOR_MAX;
    double square = 0;
    for (size_t i = 0; i < n; i++) square += (double)cell[i].weight * cell[i].weight;
    double scale = square > 0 ? 255 / sqrt(square) : 0;
    for (size_t i = 0; i < n; i++) {
        double weight = cell[i].weight * scale + 0.5;
        if (weight < 1) break;
        uint8_t flags = cell[i].flags | (cell[i].capitals > cell[i].middles ? TERM_NAME : 0);
        v->term[v->n++] = (struct term){cell[i].id, (uint8_t)weight, flags};
    }
    qsort(v->term, v->n, sizeof *v->term, by_id);
    return OK;
}

size_t vector_heaviest(const struct vector *v, size_t most, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++) { /* insertion into a short sorted list */
        size_t at = n < most ? n++ : most;
        while (at > 0 && v->term[out[at - 1]].weight < v->term[i].weight) {
            if (at < most) out[at] = out[at - 1];
            at--;
        }
        if (at < most) out[at] = (uint8_t)i;
    }
    return n;
}
