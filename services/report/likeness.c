/* likeness.c - how likely two values of two accounts state one thing, by all that stands round them and not by what they are.
 *
 * Accounts that give the same exact number nearly always mean the same thing, and such that give different ones nearly always do not:
 * so the weights are learned from pairs of values of labelled stories (scripts/train-ties), of which nobody has to say which clash. */
#include "compare.h"

#include <math.h>

static const struct { double bias, weights[TIE_MEASURES]; } learned = {
#include "likeness_table.inc"
};

enum { SHARED_MAX = 64 };

static double within(double x, double most)
{
    return fmin(x, most) / most;
}

/* Lemmas of both, those of digits left out: a number is no word round a number. Returns how many. */
static size_t shared_words(const struct scene *s, struct ids a, struct ids b, uint32_t out[SHARED_MAX])
{
    size_t n = ids_shared(a, b, out, SHARED_MAX), kept = 0;
    for (size_t i = 0; i < n && i < SHARED_MAX; i++) {
        char first = lemma_text(&s->lex, out[i]).ptr[0];
        if (first < '0' || first > '9') out[kept++] = out[i];
    }
    return kept;
}

static double rarity(const struct scene *s, const uint32_t *lemmas, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += lexicon_idf(&s->lex, lemmas[i]);
    return sum;
}

static double whole(const struct scene *s, struct ids set)
{
    uint32_t all[SHARED_MAX];
    return fmax(.1, rarity(s, all, shared_words(s, set, set, all)));
}

static bool named(const struct reading *r, const struct sentence *in, uint32_t lemma)
{
    for (uint32_t w = in->w0; w < in->w1; w++)
        if (r->words[w].lemma == lemma && (r->words[w].flags & WORD_NAME)) return true;
    return false;
}

void tie_measures(const struct scene *s, const struct match *m, const struct tie *t, double out[TIE_MEASURES])
{
    const struct value *a = &s->values[m->ra].ptr[m->va], *b = &s->values[m->rb].ptr[m->vb];
    const struct reading *ra = &s->readings[m->ra], *rb = &s->readings[m->rb];
    const struct sentence *x = &ra->sentences[a->sentence], *y = &rb->sentences[b->sentence];
    uint32_t shared[SHARED_MAX];
    size_t n = shared_words(s, x->set, y->set, shared), names = 0, alike = ids_shared(a->mods, b->mods, NULL, 0);
    double all = rarity(s, shared, n);
    for (size_t i = 0; i < n; i++)
        if (named(ra, x, shared[i]) && named(rb, y, shared[i])) shared[names++] = shared[i];
    double of_names = rarity(s, shared, names);
    double clause = rarity(s, shared, shared_words(s, a->clause, b->clause, shared));
    double close = rarity(s, shared, shared_words(s, a->close, b->close, shared));
    const double measures[TIE_MEASURES] = {
        within(of_names, 25), within(all - of_names, 25), all / fmax(whole(s, x->set), whole(s, y->set)), within(clause / fmin(whole(s, a->clause), whole(s, b->clause)), 1),
        within(close, 12), within(t->before, 10), within(t->behind, 10), t->single, t->lead, subjects(s, m), a->mods.len > 0 && b->mods.len > 0 && alike == 0, alike > 0,
        a->head != 0 && a->head == b->head,
    };
    for (size_t i = 0; i < TIE_MEASURES; i++) out[i] = measures[i];
}

double likeness(const double measures[TIE_MEASURES])
{
    double sum = learned.bias;
    for (size_t i = 0; i < TIE_MEASURES; i++) sum += learned.weights[i] * measures[i];
    return sum;
}
