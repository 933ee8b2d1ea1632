/* features.c - the templates. A feature is its template's number in the low byte of what is hashed with the value. */
#include "features.h"

struct asking {
    const struct view *v;
    size_t i;
    uint64_t *out;
    size_t n;
    struct sentence in;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t h = a * 0x9E3779B97F4A7C15u ^ (b + 0x7F4A7C15u + (a << 6) + (a >> 2));
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ h >> 29;
}

/* The low bit of a feature's hash says whether its template is one that differs between corpora. */
static void ask(struct asking *q, unsigned template, uint64_t value, bool differs)
{
    if (q->n == FEATURES_MAX) return;
    uint64_t h = mix(template + 1, value);
    q->out[q->n++] = (h & ~(uint64_t)1) | differs;
}

bool features_differ(uint64_t feature)
{
    return feature & 1;
}

/* What stands at a distance: beyond the sentence's ends a look of nothing. */
struct near { uint64_t lower, brief, suffix; uint32_t coarse, fine, word; bool upper; };

static uint64_t suffix_hash(struct slice s, size_t n)
{
    return s.len < n ? 0 : mix(n, hash_exact(slice_cut(s, s.len - n, s.len)));
}

static struct near near_at(const struct asking *q, long d)
{
    long at = (long)q->i + d;
    if (at < (long)q->in.first || at >= (long)q->in.end) return (struct near){1, 1, 1, 1000, 2000, 0, false};
    const struct token *t = &q->v->t->ptr[at];
    const struct look *k = &q->v->look[at];
    return (struct near){t->lower, k->brief, suffix_hash(token_text(q->v->t, (size_t)at), 3), k->coarse, k->fine, t->word,
                         (t->kind & TOKEN_UPPER) != 0};
}

static void ask_words(struct asking *q, const struct near *n)
{
    const struct near *m2 = &n[0], *m1 = &n[1], *a = &n[2], *p1 = &n[3], *p2 = &n[4];
    ask(q, 0, 0, true);
    ask(q, 1, q->v->t->ptr[q->i].exact, true);
    ask(q, 2, a->lower, true);
    ask(q, 3, m1->lower, true);
    ask(q, 4, p1->lower, true);
    ask(q, 5, m2->lower, false);
    ask(q, 6, p2->lower, false);
    ask(q, 7, mix(m1->lower, a->lower), false);
    ask(q, 8, mix(a->lower, p1->lower), false);
    ask(q, 9, mix(m1->lower, p1->lower), false);
    ask(q, 10, mix(m2->lower, m1->lower), false);
    ask(q, 11, mix(p1->lower, p2->lower), false);
    ask(q, 12, mix(m1->lower, a->brief), false);
    ask(q, 13, mix(p1->lower, a->brief), false);
}

static void ask_shapes(struct asking *q, const struct near *n, unsigned headline)
{
    const struct near *m2 = &n[0], *m1 = &n[1], *a = &n[2], *p1 = &n[3], *p2 = &n[4];
    bool first = q->i == q->in.first;
    ask(q, 20, q->v->look[q->i].shape, true);
    ask(q, 21, a->brief, true);
    ask(q, 22, m1->brief, false);
    ask(q, 23, p1->brief, false);
    ask(q, 24, mix(m1->brief, a->brief), false);
    ask(q, 25, mix(a->brief, p1->brief), false);
    ask(q, 26, mix(mix(m1->brief, a->brief), p1->brief), false);
    ask(q, 27, mix(m2->brief, m1->brief), false);
    ask(q, 28, mix(p1->brief, p2->brief), false);
    ask(q, 29, first * 2u + a->upper + 4u * headline, false);
    ask(q, 30, mix(headline, a->brief), false);
    if (first) ask(q, 31, a->lower, false);
    if (q->i + 1 == q->in.end) ask(q, 32, 0, false);
    ask(q, 33, mix(q->v->t->ptr[q->i].kind & (TOKEN_PARAGRAPH | TOKEN_GLUED | TOKEN_DOTTED | TOKEN_OPEN | TOKEN_CLOSE), a->upper), false);
}

static void ask_affixes(struct asking *q, const struct near *n)
{
    struct slice s = token_text(q->v->t, q->i);
    for (size_t k = 1; k <= 5 && k <= s.len; k++) {
        ask(q, 40 + (unsigned)k, hash_exact(slice_cut(s, 0, k)), true);
        ask(q, 45 + (unsigned)k, suffix_hash(s, k), true);
    }
    ask(q, 52, n[1].suffix, false);
    ask(q, 53, n[3].suffix, false);
}

static void ask_clusters(struct asking *q, const struct near *n)
{
    for (unsigned d = 0; d < 5; d++) {
        ask(q, 60 + d, n[d].coarse, true);
        if (n[d].fine != 0) ask(q, 65 + d, n[d].fine, true);
    }
    const struct near *m1 = &n[1], *a = &n[2], *p1 = &n[3];
    ask(q, 70, mix(m1->coarse, a->coarse), true);
    ask(q, 71, mix(a->coarse, p1->coarse), true);
    ask(q, 72, mix(m1->coarse, p1->coarse), true);
    ask(q, 73, mix(mix(m1->coarse, a->brief), p1->coarse), false);
    ask(q, 74, mix(a->coarse, a->brief), true);
    ask(q, 75, mix(m1->fine, a->fine), false);
    ask(q, 76, mix(a->fine, p1->fine), false);
    ask(q, 77, mix(m1->fine, a->brief), false);
    ask(q, 78, mix(p1->fine, a->brief), false);
}

static void ask_known(struct asking *q, const struct near *n, unsigned headline)
{
    const struct look *k = &q->v->look[q->i];
    uint64_t around = headline * 8 + (q->i == q->in.first) * 4u + n[3].upper * 2u + n[1].upper, any = 0;
    for (unsigned place = 0; place < 4; place++) {
        any = mix(any, k->known[place]);
        for (uint32_t bits = k->known[place]; bits != 0; bits &= bits - 1) {
            uint64_t kind = (uint64_t)__builtin_ctz(bits) * 4 + place;
            ask(q, 81, kind, true);
            ask(q, 82, mix(kind, around), true);
            if (n[2].coarse != 0) ask(q, 83, mix(kind, n[2].coarse), false);
        }
    }
    ask(q, 84, any, true);
    if ((k->known[0] | k->known[1] | k->known[2] | k->known[3]) == 0) ask(q, 85, n[2].brief, false);
    for (int d = -1; d <= 1; d += 2) {
        long at = (long)q->i + d;
        if (at < (long)q->in.first || at >= (long)q->in.end) continue;
        for (unsigned place = 0; place < 4; place++)
            for (uint32_t bits = q->v->look[at].known[place]; bits != 0; bits &= bits - 1)
                ask(q, d < 0 ? 86 : 87, (uint64_t)__builtin_ctz(bits) * 4 + place, false);
    }
}

static struct look look_near(const struct asking *q, long d)
{
    long at = (long)q->i + d;
    return at < (long)q->in.first || at >= (long)q->in.end ? (struct look){0} : q->v->look[at];
}

static void ask_persons(struct asking *q, const struct near *n)
{
    struct look m1 = look_near(q, -1), a = q->v->look[q->i], p1 = look_near(q, 1);
    ask(q, 90, a.given * 8u + a.family, true);
    ask(q, 91, mix(m1.given * 8u + m1.family, a.given * 8u + a.family), false);
    ask(q, 92, mix(a.given * 8u + a.family, p1.given * 8u + p1.family), false);
    ask(q, 93, mix(a.given * 8u + a.family, n[2].coarse), false);
    ask(q, 94, mix(a.given * 8u + a.family, mix(n[1].brief, n[3].brief)), false);
}

static void ask_lexicon(struct asking *q, const struct near *n)
{
    enum { TELLING = WORD_TITLE | WORD_ROLE | WORD_ORG | WORD_PLACE | WORD_GROUP | WORD_SAY | WORD_FUNCTION | WORD_MONTH | WORD_WEEKDAY
        | WORD_LINK | WORD_PREPOSITION | WORD_DETERMINER | WORD_FEMALE | WORD_MALE | WORD_PRONOUN | WORD_CARDINAL };
    for (unsigned d = 1; d < 4; d++)
        if (n[d].word & TELLING) ask(q, 100 + d, n[d].word & TELLING, true);
    ask(q, 105, mix(n[1].word & TELLING, n[2].brief), false);
    ask(q, 106, mix(n[3].word & TELLING, n[2].brief), false);
}

static void ask_document(struct asking *q, const struct near *n, unsigned headline)
{
    const struct look *k = &q->v->look[q->i];
    if (!n[2].upper) return;
    unsigned seen = k->small * 3u + k->capital;
    ask(q, 110, seen + 9u * (q->i == q->in.first) + 18u * headline, true);
    ask(q, 111, mix(seen, n[2].brief), false);
    for (uint32_t bits = k->often > 1 ? k->ways : 0; bits != 0; bits &= bits - 1) {
        uint64_t way = (uint64_t)__builtin_ctz(bits);
        ask(q, 115, way, true);
        ask(q, 116, mix(way, n[2].brief), false);
    }
    if (headline != PROSE) ask(q, 112, mix(seen, mix(headline, n[2].coarse)), false);
}

/* The kinds of phrases that the token at a distance is known as in two places of theirs. */
static uint64_t known_at(const struct asking *q, long d, enum place one, enum place other)
{
    long at = (long)q->i + d;
    if (at < (long)q->in.first || at >= (long)q->in.end) return mix(0, 0);
    const uint32_t *known = q->v->look[at].known;
    return mix(known[one], known[other]);
}

/* Where names meet: "A and B", "A of B" is one or two. */
static void ask_links(struct asking *q, const struct near *n)
{
    enum { HEADS = WORD_TITLE | WORD_ROLE | WORD_ORG | WORD_PLACE | WORD_GROUP };
    const struct near *m2 = &n[0], *m1 = &n[1], *a = &n[2], *p1 = &n[3], *p2 = &n[4];
    if (!a->upper && m1->upper) {
        ask(q, 140, mix(a->lower, mix(known_at(q, -1, PLACE_LAST, PLACE_SINGLE), known_at(q, 1, PLACE_BEGIN, PLACE_SINGLE))), false);
        ask(q, 141, mix(a->lower, mix(m1->word & HEADS, p1->word & HEADS)), false);
        ask(q, 142, mix(a->lower, mix(m1->coarse, p1->coarse)), false);
        ask(q, 143, mix(a->lower, m2->upper * 4u + p1->upper * 2u + p2->upper), false);
    }
    if (!a->upper) return;
    if (!p1->upper && p2->upper) {
        ask(q, 144, mix(p1->lower, p2->coarse), false);
        ask(q, 145, mix(mix(p1->lower, p2->coarse), a->coarse), false);
        ask(q, 146, mix(p1->lower, mix(a->word & HEADS, p2->word & HEADS)), false);
        ask(q, 147, mix(p1->lower, mix(known_at(q, 0, PLACE_LAST, PLACE_SINGLE), known_at(q, 2, PLACE_BEGIN, PLACE_SINGLE))), false);
    }
    if (!m1->upper && m2->upper) {
        ask(q, 148, mix(m1->lower, m2->coarse), false);
        ask(q, 149, mix(mix(m1->lower, m2->coarse), a->coarse), false);
        ask(q, 150, mix(m1->lower, mix(a->word & HEADS, m2->word & HEADS)), false);
        ask(q, 151, mix(m1->lower, mix(known_at(q, -2, PLACE_LAST, PLACE_SINGLE), known_at(q, 0, PLACE_BEGIN, PLACE_SINGLE))), false);
    }
}

size_t features_of(const struct view *v, size_t i, uint64_t *out)
{
    uint32_t sentence = v->sentence[i];
    struct asking q = {v, i, out, 0, v->t->sentence[sentence]};
    unsigned headline = v->headline[sentence];
    struct near n[5];
    for (int d = -2; d <= 2; d++) n[d + 2] = near_at(&q, d);
    ask_words(&q, n);
    ask_shapes(&q, n, headline);
    ask_affixes(&q, n);
    ask_clusters(&q, n);
    ask_known(&q, n, headline);
    ask_persons(&q, n);
    ask_lexicon(&q, n);
    ask_document(&q, n, headline);
    ask_links(&q, n);
    return q.n;
}
