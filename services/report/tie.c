/* tie.c - measures how closely two values of two accounts speak of one thing: words shared near them, on the same side of them and in
 * their sentences, who stands before them, and whether one account knows both. */
#include "compare.h"

#include <math.h>

enum { SHARED_MAX = 64, SIDE = 6, SUBJECT_REACH = 14, LEAD_NAMES_MAX = 200, DAYS_MAX = 2, ONE_NAME_RARE = 20 };

static bool small_in(const struct reading *r, uint32_t sentence, uint32_t lemma)
{
    for (uint32_t w = r->sentences[sentence].w0; w < r->sentences[sentence].w1; w++)
        if (r->words[w].lemma == lemma && !(r->words[w].flags & WORD_CAPITAL)) return true;
    return false;
}

static bool name_in(const struct reading *r, uint32_t sentence, uint32_t lemma)
{
    for (uint32_t w = r->sentences[sentence].w0; w < r->sentences[sentence].w1; w++)
        if (r->words[w].lemma == lemma && (r->words[w].flags & WORD_NAME)) return true;
    return false;
}

static double idf_sum(const struct lexicon *lex, const uint32_t *ids, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += lexicon_idf(lex, ids[i]);
    return sum;
}

static uint32_t values_of_key(const struct values *all, const struct value *v)
{
    uint32_t n = 0;
    for (size_t i = 0; i < all->len; i++) {
        const struct value *x = &all->ptr[i];
        if (x->slot != v->slot || x->key != v->key) continue;
        bool again = false;
        for (size_t k = 0; k < i && !again; k++)
            again = all->ptr[k].slot == v->slot && all->ptr[k].key == v->key && value_equal(&all->ptr[k], x);
        n += !again;
    }
    return n;
}

/* Rarity of what the sentences share, and its part of the poorer one. */
static void sentences(const struct scene *s, const struct reading *ra, const struct value *a, const struct reading *rb, const struct value *b, struct tie *t)
{
    struct ids x = ra->sentences[a->sentence].set, y = rb->sentences[b->sentence].set;
    uint32_t shared[SHARED_MAX];
    size_t n = ids_shared(x, y, shared, SHARED_MAX);
    t->sentence_idf = idf_sum(&s->lex, shared, n < SHARED_MAX ? n : SHARED_MAX);
    t->sentence_coverage = t->sentence_idf / fmax(.1, fmin(idf_sum(&s->lex, x.ptr, x.len), idf_sum(&s->lex, y.ptr, y.len)));
    t->lead = in_lead(ra, a->sentence) && in_lead(rb, b->sentence);
}

/* Where one clause ends and the next begins. */
static bool breaks(const struct scene *s, const struct reading *r, uint32_t w)
{
    return gap_has(r, w, ";,(") || word_is(&s->lex, r, w + 1, "and but while whil who which that");
}

/* Content lemmas of one side of a value, within its clause. */
static size_t side_words(const struct scene *s, const struct reading *r, const struct value *v, bool before, uint32_t out[SIDE])
{
    const struct sentence *si = &r->sentences[v->sentence];
    size_t n = 0;
    for (uint32_t k = 1; k <= SIDE; k++) {
        if (before ? v->w0 < si->w0 + k : v->w1 + k > si->w1) break;
        uint32_t w = before ? v->w0 - k : v->w1 + k - 1;
        if (w > si->w0 && k > 1 && breaks(s, r, before ? w : w - 1)) break;
        if (!(r->words[w].flags & (WORD_STOP | WORD_SHORT))) out[n++] = r->words[w].lemma;
    }
    return n;
}

/* Rarity of the lemmas that stand on the same side of both; adds to `small` how many are no names. */
static double side_shared(const struct scene *s, const struct reading *ra, const struct value *a, const struct reading *rb, const struct value *b, bool before, size_t *small)
{
    uint32_t x[SIDE], y[SIDE];
    struct ids p = {x, side_words(s, ra, a, before, x)}, q = {y, side_words(s, rb, b, before, y)};
    uint32_t shared[SIDE];
    ids_sort(&p);
    ids_sort(&q);
    size_t n = ids_shared(p, q, shared, SIDE);
    for (size_t i = 0; i < n; i++) *small += small_in(ra, a->sentence, shared[i]) && small_in(rb, b->sentence, shared[i]);
    return idf_sum(&s->lex, shared, n);
}

struct tie tie_of(const struct scene *s, const struct match *m)
{
    const struct value *a = &s->values[m->ra].ptr[m->va], *b = &s->values[m->rb].ptr[m->vb];
    const struct reading *ra = &s->readings[m->ra], *rb = &s->readings[m->rb];
    uint32_t shared[SHARED_MAX];
    struct tie t = {.narrated = !a->quoted && !b->quoted, .margin = m->margin};
    t.sentence = ids_shared(ra->sentences[a->sentence].set, rb->sentences[b->sentence].set, shared, SHARED_MAX);
    for (size_t i = 0; i < t.sentence && i < SHARED_MAX; i++)
        t.names += name_in(ra, a->sentence, shared[i]) && name_in(rb, b->sentence, shared[i]);
    t.near = ids_shared(a->near, b->near, shared, SHARED_MAX);
    for (size_t i = 0; i < t.near && i < SHARED_MAX; i++)
        t.small += small_in(ra, a->sentence, shared[i]) && small_in(rb, b->sentence, shared[i]);
    t.near_idf = idf_sum(&s->lex, shared, t.near);
    t.close = ids_shared(a->close, b->close, NULL, 0);
    double poorer = fmin(idf_sum(&s->lex, a->near.ptr, a->near.len), idf_sum(&s->lex, b->near.ptr, b->near.len));
    t.coverage = t.near_idf / fmax(.1, poorer);
    t.single = values_of_key(&s->values[m->ra], a) == 1 && values_of_key(&s->values[m->rb], b) == 1;
    double lo = fmin(a->value, b->value), hi = fmax(a->value, b->value);
    t.ratio = lo > 0 ? hi / lo : 0;
    sentences(s, ra, a, rb, b, &t);
    t.before = side_shared(s, ra, a, rb, b, true, &t.beside);
    t.behind = side_shared(s, ra, a, rb, b, false, &t.beside);
    double measures[TIE_MEASURES];
    tie_measures(s, m, &t, measures);
    t.likeness = likeness(measures);
    return t;
}

/* --- who stands before a value --- */

/* The organization that the account names first: what it calls the company. */
static uint32_t first_organization(const struct scene *s, uint32_t ri)
{
    const struct reading *r = &s->readings[ri];
    uint32_t best = UINT32_MAX, b = UINT32_MAX;
    for (size_t i = 0; i < r->doc->entities.len; i++) {
        const struct entity *x = &r->doc->entities.ptr[i];
        if (x->type != ENTITY_ORGANIZATION || x->mentions.len == 0 || x->mentions.ptr[0].b >= b) continue;
        b = x->mentions.ptr[0].b;
        best = s->actor[ri][i];
    }
    return best;
}

/* The person or organization named last before word w of the value's sentence, or whom "he", "she" or "company" there stands for. */
static uint32_t subject_of(const struct scene *s, uint32_t ri, const struct value *v)
{
    const struct reading *r = &s->readings[ri];
    uint32_t first = r->sentences[v->sentence].w0;
    bool pronoun = false;
    for (uint32_t w = v->w0; w-- > 0 && v->w0 - w < (pronoun ? 60u : SUBJECT_REACH);) {
        if (w < first && !pronoun) return UINT32_MAX;
        if (word_is(&s->lex, r, w, "he she")) pronoun = true;
        if (!pronoun && word_is(&s->lex, r, w, "company")) return first_organization(s, ri);
        uint32_t i = r->words[w].flags & WORD_CAPITAL ? entity_at(r, ENTITY_NONE, r->words[w].b, r->words[w].e) : UINT32_MAX;
        if (i == UINT32_MAX) continue;
        enum entity_type type = r->doc->entities.ptr[i].type;
        if (type == ENTITY_PERSON || (type == ENTITY_ORGANIZATION && !pronoun)) return actor_at(s, ri, r->words[w].b, r->words[w].e);
    }
    return UINT32_MAX;
}

/* Whether the sentence of a value names the actor. */
static bool names_actor(const struct scene *s, uint32_t ri, const struct value *v, uint32_t actor)
{
    const struct reading *r = &s->readings[ri];
    const struct sentence *si = &r->sentences[v->sentence];
    for (size_t i = 0; i < r->doc->entities.len; i++) {
        const struct entity *x = &r->doc->entities.ptr[i];
        for (size_t k = 0; s->actor[ri][i] == actor && k < x->mentions.len; k++)
            if (x->mentions.ptr[k].b >= si->b && x->mentions.ptr[k].e <= si->e) return true;
    }
    return false;
}

int subjects(const struct scene *s, const struct match *m)
{
    const struct value *x = &s->values[m->ra].ptr[m->va], *y = &s->values[m->rb].ptr[m->vb];
    uint32_t a = subject_of(s, m->ra, x), b = subject_of(s, m->rb, y);
    if (a == UINT32_MAX || b == UINT32_MAX) return 0;
    if (a == b) return 1;
    return names_actor(s, m->rb, y, a) || names_actor(s, m->ra, x, b) ? 0 : -1;
}

/* --- one event --- */

/* The names in an account's lead, or all content words there. */
static size_t lead_words(const struct scene *s, uint32_t ri, bool names, uint32_t *out)
{
    static const char *const calendar = "january february march april may jun june july august september october november december u.s feb jan oct nov dec reuter ap afp";
    const struct reading *r = &s->readings[ri];
    struct ids set = {out, 0};
    for (uint32_t w = 0; w < r->n_words && in_lead(r, r->words[w].sentence) && set.len < LEAD_NAMES_MAX; w++)
        if ((!names || (r->words[w].flags & WORD_NAME)) && !(r->words[w].flags & (WORD_SHORT | WORD_DIGIT | WORD_STOP)) && !word_is(&s->lex, r, w, calendar)) out[set.len++] = r->words[w].lemma;
    ids_sort(&set);
    return set.len;
}

static bool tells_of(const struct reading *r, uint32_t lemma)
{
    for (uint32_t i = 0; i < r->n_sentences; i++)
        if (ids_has(r->sentences[i].set, lemma)) return true;
    return false;
}

/* How many organizations the title and the first sentence name; *known says whether the other account tells of any, by the first word of its name. */
static size_t principals(const struct reading *r, const struct reading *other, bool *known)
{
    uint32_t si = 0;
    while (si < r->n_sentences && (r->sentences[si].title || r->sentences[si].byline)) si++;
    size_t n = 0;
    for (size_t i = 0; i < r->doc->entities.len && si < r->n_sentences; i++) {
        const struct entity *x = &r->doc->entities.ptr[i];
        if (x->type != ENTITY_ORGANIZATION || x->mentions.len == 0 || x->mentions.ptr[0].b >= r->sentences[si].e) continue;
        uint32_t w = reading_word(r, x->mentions.ptr[0].b);
        while (w < r->n_words && r->words[w].e < x->mentions.ptr[0].e && (r->words[w].flags & (WORD_SHORT | WORD_STOP))) w++;
        if (w == r->n_words) continue;
        n++;
        *known |= tells_of(other, r->words[w].lemma);
    }
    return n;
}

/* Each begins with organizations, and tells of none of the other's: two firms that borrow on one day. */
static bool other_principals(const struct scene *s, uint32_t a, uint32_t b)
{
    bool known = false;
    size_t n = principals(&s->readings[a], &s->readings[b], &known), m = principals(&s->readings[b], &s->readings[a], &known);
    return n > 0 && m > 0 && !known;
}

bool one_event(const struct scene *s, uint32_t a, uint32_t b)
{
    if (other_principals(s, a, b)) return false;
    int64_t i, k;
    if (iso_day(s->readings[a].doc->published.value, &i) && iso_day(s->readings[b].doc->published.value, &k) && (i - k > DAYS_MAX || k - i > DAYS_MAX)) return false;
    uint32_t x[LEAD_NAMES_MAX], y[LEAD_NAMES_MAX];
    struct ids p = {x, lead_words(s, a, true, x)}, q = {y, lead_words(s, b, true, y)};
    size_t names = ids_shared(p, q, NULL, 0);
    if (names != 1) return names > 1;
    uint32_t shared[SHARED_MAX];
    p.len = lead_words(s, a, false, x), q.len = lead_words(s, b, false, y);
    size_t n = ids_shared(p, q, shared, SHARED_MAX);
    return idf_sum(&s->lex, shared, n < SHARED_MAX ? n : SHARED_MAX) >= ONE_NAME_RARE;
}

/* --- one account has both --- */

static bool has_value(const struct values *all, const struct value *v)
{
    for (size_t i = 0; i < all->len; i++)
        if (all->ptr[i].slot == v->slot && all->ptr[i].key == v->key && value_equal(&all->ptr[i], v)) return true;
    return false;
}

bool both_known(const struct scene *s, const struct match *m)
{
    const struct value *a = &s->values[m->ra].ptr[m->va], *b = &s->values[m->rb].ptr[m->vb];
    for (size_t r = 0; r < s->n_own; r++)
        if (has_value(&s->values[r], a) && has_value(&s->values[r], b)) return true;
    return false;
}

/* --- a slip of the pen: 214 and 241, 5,687.75 and 5,587.75 --- */

static size_t digits_of(const struct reading *r, const struct value *v, char *out, size_t max)
{
    size_t n = 0;
    struct slice t = word_text(r, v->n0);
    for (size_t i = 0; i < t.len && n < max; i++)
        if (t.ptr[i] >= '0' && t.ptr[i] <= '9') out[n++] = t.ptr[i];
    return n;
}

bool slipped(const struct scene *s, const struct match *m)
{
    const struct value *a = &s->values[m->ra].ptr[m->va], *b = &s->values[m->rb].ptr[m->vb];
    char x[16], y[16];
    if (!a->digits || !b->digits) return false;
    size_t n = digits_of(&s->readings[m->ra], a, x, sizeof x), k = digits_of(&s->readings[m->rb], b, y, sizeof y), first = 0, last = 0, apart = 0;
    if (n != k || n < 3) return false;
    for (size_t i = 0; i < n; i++) {
        if (x[i] == y[i]) continue;
        if (apart++ == 0) first = i;
        last = i;
    }
    bool swapped = apart == 2 && last == first + 1 && x[first] == y[last] && x[last] == y[first];
    return swapped || (apart == 1 && n >= 5);
}

