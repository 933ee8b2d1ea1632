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

/* Terms being counted, found by their id. */
struct tallies {
    struct tally *ptr;
    uint16_t *cell; /* 1 + an index, 0: free */
    size_t len, mask;
};

static enum err tallies_begin(struct tallies *t, size_t words, struct arena *mem)
{
    size_t cells = 64;
    while (cells < words * 2) cells *= 2;
    *t = (struct tallies){arena_take(mem, words * sizeof *t->ptr), arena_array(mem, cells, sizeof *t->cell), 0, cells - 1};
    return t->ptr && t->cell ? OK : ERR_NOMEM;
}

/* The term's cell: where its tally's index stands, or will. */
static uint16_t *cell_of(const struct tallies *t, uint32_t id)
{
    size_t c = id & t->mask;
    while (t->cell[c] != 0 && t->ptr[t->cell[c] - 1].id != id) c = (c + 1) & t->mask;
    return &t->cell[c];
}

/* Returns how many content words there are. */
static size_t tally_words(const struct words *words, const struct lexicon *lexicon, struct tallies *t)
{
    bool blind = title_is_capitals(words);
    size_t content = 0;
    for (size_t i = 0; i < words->len; i++) {
        const struct word *w = &words->ptr[i];
        if (w->flags & WORD_STOP) continue;
        uint32_t id = term_id(w->stem);
        uint16_t *cell = cell_of(t, id);
        if (*cell == 0) {
            lexicon_prefetch(lexicon, id);
            t->ptr[t->len++] = (struct tally){.id = id};
            *cell = (uint16_t)t->len;
        }
        tally_word(&t->ptr[*cell - 1], w, blind);
        content++;
    }
    return content;
}

static void weigh(const struct tallies *t, const struct lexicon *lexicon)
{
    double documents = lexicon_log_documents(lexicon);
    for (size_t i = 0; i < t->len; i++) {
        double often = t->ptr[i].count == 1 ? 1 : 1 + log(t->ptr[i].count);
        t->ptr[i].weight = (float)(often * lexicon_rarity(lexicon, documents, t->ptr[i].id));
    }
}

enum { STEPS = 256 };

/* Steps of weight: who stands on a higher one is heavier. */
static size_t step_of(const struct tally *t)
{
    float step = t->weight * 8;
    return step < STEPS - 1 ? (size_t)step : STEPS - 1;
}

static int by_weight(const void *a, const void *b)
{
    const struct tally *const *x = a, *const *y = b;
    if ((*x)->weight != (*y)->weight) return (*x)->weight > (*y)->weight ? -1 : 1;
    return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

/* The VECTOR_MAX heaviest (of equals those with the smaller ids), in the order of the text; returns how many. Only those on the step where the line
 * falls have to be sorted. */
static size_t heaviest(const struct tallies *t, const struct tally **kept, const struct tally **brim)
{
    uint16_t on[STEPS] = {0};
    size_t step = STEPS, above = 0, n = 0, brims = 0;
    for (size_t i = 0; i < t->len; i++) on[step_of(&t->ptr[i])]++;
    while (step > 0 && above + on[step - 1] <= VECTOR_MAX) above += on[--step];
    for (size_t i = 0; i < t->len; i++) {
        size_t at = step_of(&t->ptr[i]);
        if (at >= step) kept[n++] = &t->ptr[i];
        else if (at + 1 == step) brim[brims++] = &t->ptr[i];
    }
    qsort(brim, brims, sizeof *brim, by_weight);
    for (size_t i = 0; i < brims && n < VECTOR_MAX; i++) kept[n++] = brim[i];
    return n;
}

/* Puts terms in the order of their ids. These are bits of hashes, so that their top ones spread them evenly and little is left to sort. */
static void sort_terms(struct term *term, size_t n)
{
    enum { BITS = 7, LISTS = 1 << BITS };
    struct term old[VECTOR_MAX];
    uint8_t at[LISTS] = {0};
    memcpy(old, term, n * sizeof *term);
    for (size_t i = 0; i < n; i++) at[old[i].id >> (24 - BITS)]++;
    for (unsigned k = 0, sum = 0; k < LISTS; k++) {
        unsigned size = at[k];
        at[k] = (uint8_t)sum;
        sum += size;
    }
    for (size_t i = 0; i < n; i++) term[at[old[i].id >> (24 - BITS)]++] = old[i];
    for (size_t i = 1; i < n; i++) {
        struct term t = term[i];
        size_t k = i;
        for (; k > 0 && term[k - 1].id > t.id; k--) term[k] = term[k - 1];
        term[k] = t;
    }
}

static void take_terms(const struct tally *const *kept, size_t n, struct vector *v)
{
    double square = 0;
    for (size_t i = 0; i < n; i++) square += (double)kept[i]->weight * kept[i]->weight;
    double scale = square > 0 ? 255 / sqrt(square) : 0;
    v->n = 0;
    for (size_t i = 0; i < n; i++) {
        double weight = kept[i]->weight * scale + 0.5;
        if (weight < 1) continue;
        uint8_t flags = kept[i]->flags | (kept[i]->capitals > kept[i]->middles ? TERM_NAME : 0);
        v->term[v->n++] = (struct term){kept[i]->id, (uint8_t)weight, flags};
    }
    sort_terms(v->term, v->n);
}

enum err vector_make(const struct words *words, const struct lexicon *lexicon, struct arena *mem, struct vector *v)
{
    struct tallies t;
    const struct tally *kept[VECTOR_MAX], **brim = arena_take(mem, words->len * sizeof *brim);
    if (brim == NULL || tallies_begin(&t, words->len, mem) != OK) return ERR_NOMEM;
    size_t content = tally_words(words, lexicon, &t);
    weigh(&t, lexicon);
    v->words = (uint16_t)(content < UINT16_MAX ? content : UINT16_MAX);
    take_terms(kept, heaviest(&t, kept, brim), v);
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
