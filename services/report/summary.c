/* summary.c - headline and summary: the accounts' own titles and sentences, chosen by how near they stand to what all accounts say. */
#include "scene.h"

#include <math.h>
#include <stdlib.h>

enum { CANDIDATES_MAX = 400, MIN_WORDS = 8, MAX_WORDS = 48 };
static const double SAME = .2, ALSO = .6, NEAR_ENOUGH = .4, OVERLAP_PRICE = 2.5;

/* Per lemma: how many independent accounts have it, weighted by rarity. */
static double *centroid_of(const struct scene *s)
{
    double *c = arena_array(s->mem, s->lex.len, sizeof *c);
    uint32_t *last = arena_array(s->mem, s->lex.len, sizeof *last);
    if (c == NULL || last == NULL) return NULL;
    for (uint32_t r = 0; r < s->n_own; r++) {
        if (s->source[r] != r) continue;
        const struct reading *rd = &s->readings[r];
        for (uint32_t i = 0; i < rd->n_sentences; i++)
            for (size_t k = 0; k < rd->sentences[i].set.len; k++) {
                uint32_t id = rd->sentences[i].set.ptr[k];
                c[id] += last[id] != r + 1 ? 1 : .15;
                last[id] = r + 1;
            }
    }
    for (uint32_t i = 0; i < s->lex.len; i++) c[i] = c[i] > 0 ? log(1 + c[i]) * lexicon_idf(&s->lex, i) : 0;
    return c;
}

static double nearness(const double *centroid, struct ids set, double power)
{
    double sum = 0;
    for (size_t i = 0; i < set.len; i++) sum += centroid[set.ptr[i]];
    return set.len == 0 ? 0 : sum / pow((double)set.len + 2, power);
}

/* --- headline --- */

static enum err title_set(struct scene *s, const struct reading *r, struct ids *set, uint32_t *words)
{
    uint32_t w0 = reading_word(r, r->doc->title.b), w1 = reading_word(r, r->doc->title.e);
    set->ptr = arena_array(s->mem, w1 - w0, sizeof *set->ptr);
    if (set->ptr == NULL) return ERR_NOMEM;
    for (uint32_t w = w0; w < w1; w++)
        if (!(r->words[w].flags & (WORD_STOP | WORD_SHORT))) set->ptr[set->len++] = r->words[w].lemma;
    *words = w1 - w0;
    ids_sort(set);
    return OK;
}

enum err find_headline(struct scene *s)
{
    const double *centroid = centroid_of(s);
    double best = -1;
    if (centroid == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_own; r++) {
        const struct reading *rd = &s->readings[r];
        struct ids set = {0};
        uint32_t words = 0;
        if (span_empty(rd->doc->title) || rd->doc->title_basis == TITLE_LEAD || rd->doc->title.e > rd->text.len) continue;
        enum err e = title_set(s, rd, &set, &words);
        if (e != OK) return e;
        double x = nearness(centroid, set, .7) * (words < 4 || words > 20 ? .5 : 1) * (s->source[r] == r ? 1 : .8);
        if (x <= best) continue;
        best = x;
        s->out->headline = cite_of(rd, rd->doc->title.b, rd->doc->title.e);
    }
    for (uint32_t r = 0; r < s->n_own && best < 0; r++) {
        if (s->readings[r].n_sentences == 0) continue;
        s->out->headline = cite_of(&s->readings[r], s->readings[r].sentences[0].b, s->readings[r].sentences[0].e);
        best = 0;
    }
    return OK;
}

/* --- summary --- */

struct candidate {
    uint32_t reading, sentence;
    double score;
    uint32_t at;   /* 1 for the first sentence of its account */
    uint32_t acts; /* see acts_of */
    bool taken;
};

/* Somebody's words begin in it, and do not end. */
static bool cut_off(const struct reading *r, const struct sentence *si)
{
    int curled = 0;
    bool straight = false;
    for (uint32_t i = si->b; i < si->e; i++) {
        struct slice mark = slice_cut(r->text, i, i + 3 < si->e ? i + 3 : si->e);
        curled += slice_eq(mark, SLICE("\u201C")) - slice_eq(mark, SLICE("\u201D"));
        straight ^= r->text.ptr[i] == '"';
    }
    return curled > 0 || straight;
}

/* "One, Ada Lund of Calder, ...", "The other ...", "The 49-year-old ...": of whom the sentence before told. */
static bool points_back(const struct scene *s, const struct reading *r, const struct sentence *si)
{
    if (word_is(&s->lex, r, si->w0, "one") && gap_has(r, si->w0, ",")) return true;
    if (!word_is(&s->lex, r, si->w0, "the") || si->w0 + 2 >= si->w1) return false;
    return word_is(&s->lex, r, si->w0 + 1, "other others two three") || ((r->words[si->w0 + 1].flags & WORD_DIGIT) && word_is(&s->lex, r, si->w0 + 2, "year"));
}

/* A sentence that leans on the one before it, asks, or is mostly somebody's words. */
static bool leans(const struct scene *s, const struct reading *r, const struct sentence *si)
{
    uint32_t quoted = 0;
    for (uint32_t w = si->w0; w < si->w1; w++) quoted += (r->words[w].flags & WORD_QUOTED) != 0;
    if (quoted * 5 > (si->w1 - si->w0) * 2 || cut_off(r, si) || points_back(s, r, si)) return true;
    char last = r->text.ptr[si->e - 1];
    if (last == '?' || last == ':' || r->text.ptr[si->b] == '(' || r->text.ptr[si->b] == '"' || (unsigned char)r->text.ptr[si->b] == 0xE2) return true;
    if (word_is(&s->lex, r, si->w0, "he she it they we you i this these those that his her their its such still but and or so however meanwhile also then there ther thes thos if "
                                    "moreover furthermore additionally read click subscribe photo copyright follow")) return true;
    for (uint32_t w = si->w0; w < si->w1; w++)
        if (word_is(&s->lex, r, w, "i we my our your") && !(r->words[w].flags & WORD_QUOTED)) return true;
    return false;
}

static double likeness(const struct ids a, const struct ids b, const struct lexicon *lex)
{
    uint32_t shared[64];
    size_t n = ids_shared(a, b, shared, 64);
    double in = 0, all = 0;
    for (size_t i = 0; i < n && i < 64; i++) in += lexicon_idf(lex, shared[i]);
    double wa = 0, wb = 0;
    for (size_t i = 0; i < a.len; i++) wa += lexicon_idf(lex, a.ptr[i]);
    for (size_t i = 0; i < b.len; i++) wb += lexicon_idf(lex, b.ptr[i]);
    all = fmin(wa, wb);
    return all > 0 ? in / all : 0;
}

/* Which acts a sentence tells of, in whatever words: a bit each. */
static uint32_t acts_of(const struct scene *s, const struct reading *r, const struct sentence *si)
{
    static const char *const acts[] = {"pas pass adopt approv approve", "announc announce announcement declar unveil launch", "attend appear participat turn", "resign quit ouster oust",
                                       "die kill", "defeat upset lose beat unseat toppl topple", "endors endorse endorsement", "appoint appointment nam nominat", "indict charg convict guilty sentenc", "sue lawsuit",
                                       "apologiz apology regret", "meet talk", "arrest detain", "fir dismiss dismis", "subpoena", "sign"};
    uint32_t found = 0;
    for (uint32_t w = si->w0; w < si->w1; w++)
        for (uint32_t k = 0; k < sizeof acts / sizeof acts[0]; k++)
            if (!(r->words[w].flags & (WORD_QUOTED | WORD_CAPITAL)) && word_is(&s->lex, r, w, acts[k])) found |= 1u << k;
    return found;
}

static size_t collect(const struct scene *s, const double *centroid, struct candidate *c)
{
    size_t n = 0, each = CANDIDATES_MAX / s->n_own;
    if (each > 60) each = 60;
    for (uint32_t r = 0; r < s->n_own; r++) {
        const struct reading *rd = &s->readings[r];
        uint32_t at = 0;
        size_t taken = 0;
        if (s->source[r] != r) continue;
        for (uint32_t i = 0; i < rd->n_sentences && taken < each; i++) {
            const struct sentence *si = &rd->sentences[i];
            uint32_t words = si->w1 - si->w0;
            if (si->title || si->byline) continue;
            at++;
            if (words < MIN_WORDS || words > MAX_WORDS || leans(s, rd, si)) continue;
            double place = at == 1 ? 1.5 : at <= 3 ? 1.25 : at <= 8 ? 1.05 : .9;
            c[n++] = (struct candidate){r, i, nearness(centroid, si->set, .55) * place, at, acts_of(s, rd, si), false};
            taken++;
        }
    }
    return n;
}

static const struct sentence *sentence_of(const struct scene *s, const struct candidate *c)
{
    return &s->readings[c->reading].sentences[c->sentence];
}

/* Sentences of other accounts that say nearly the same as the chosen one. */
static enum err add_also(struct scene *s, const struct candidate *all, size_t n, const struct candidate *c, struct summary_sentence *out)
{
    for (size_t i = 0; i < n && out->also.len < 6; i++) {
        const struct sentence *si = sentence_of(s, &all[i]);
        size_t more = si->set.len > sentence_of(s, c)->set.len ? si->set.len : sentence_of(s, c)->set.len;
        if (all[i].reading == c->reading || likeness(si->set, sentence_of(s, c)->set, &s->lex) < ALSO || si->set.len < 4) continue;
        if (ids_shared(si->set, sentence_of(s, c)->set, NULL, 0) * 2 < more) continue; /* the same names, and much else */
        enum err e = cites_add(s->mem, &out->also, cite_of(&s->readings[all[i].reading], si->b, si->e));
        if (e != OK) return e;
    }
    return OK;
}

/* How much of the headline the sentence says. */
static double headlined(const struct scene *s, const struct candidate *c)
{
    uint32_t r = reading_of(s, s->out->headline);
    if (r == UINT32_MAX || s->out->headline.b >= s->out->headline.e) return 0;
    double all = 0, said = 0;
    for (uint32_t w = reading_word(&s->readings[r], s->out->headline.b); w < s->readings[r].n_words && s->readings[r].words[w].b < s->out->headline.e; w++) {
        const struct word *x = &s->readings[r].words[w];
        if (x->flags & (WORD_STOP | WORD_SHORT)) continue;
        all += lexicon_idf(&s->lex, x->lemma);
        if (ids_has(sentence_of(s, c)->set, x->lemma)) said += lexicon_idf(&s->lex, x->lemma);
    }
    return all > 0 ? said / all : 0;
}

/* Two accounts begin with the same event in other words, and an account says in its second sentence more exactly what it said in its first. */
static bool both_lead(const struct scene *s, const struct candidate *a, const struct candidate *b)
{
    if (a->at > 2 || b->at > 2) return false;
    size_t shared = ids_shared(sentence_of(s, a)->set, sentence_of(s, b)->set, NULL, 0);
    return a->reading == b->reading || shared >= (a->at == 1 && b->at == 1 ? 1 : 3);
}

/* The same act, and a word in common that is no name: the resolution that was passed is adopted. */
static bool same_act(const struct scene *s, const struct candidate *a, const struct candidate *b)
{
    enum { SHARED_MAX = 64 };
    uint32_t shared[SHARED_MAX];
    if ((a->acts & b->acts) == 0) return false;
    const struct reading *r = &s->readings[b->reading];
    size_t n = ids_shared(sentence_of(s, a)->set, sentence_of(s, b)->set, shared, SHARED_MAX);
    for (uint32_t w = sentence_of(s, b)->w0; w < sentence_of(s, b)->w1; w++)
        if (!(r->words[w].flags & WORD_CAPITAL) && ids_has((struct ids){shared, n < SHARED_MAX ? n : SHARED_MAX}, r->words[w].lemma)) return true;
    return false;
}

/* How much of a sentence the chosen ones have told, 1 for all of it. */
static double redundancy(const struct scene *s, const struct candidate *all, size_t n, const struct candidate *c)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        if (!all[i].taken) continue;
        if (both_lead(s, &all[i], c) || same_act(s, &all[i], c)) return 1;
        most = fmax(most, likeness(sentence_of(s, &all[i])->set, sentence_of(s, c)->set, &s->lex));
    }
    return fmin(most, 1);
}

enum err find_summary(struct scene *s)
{
    const double *centroid = centroid_of(s);
    struct candidate *all = arena_array(s->mem, CANDIDATES_MAX + 64, sizeof *all);
    struct summary *out = &s->out->summary;
    out->ptr = arena_array(s->mem, VIEW_SUMMARY_MAX, sizeof *out->ptr);
    if (centroid == NULL || all == NULL || out->ptr == NULL) return ERR_NOMEM;
    size_t n = collect(s, centroid, all);
    double first = 0; /* the first one's score: what is far below it is hardly of the event, and fewer sentences are better than that */
    while (out->len < VIEW_SUMMARY_MAX) {
        size_t best = n;
        double top = 0;
        for (size_t i = 0; i < n; i++) {
            double red = all[i].taken ? 1 : redundancy(s, all, n, &all[i]);
            double x = all[i].score * (1 - OVERLAP_PRICE * red);
            if (out->len == 0) x *= 1 + headlined(s, &all[i]); /* the first one tells what the story is called by */
            if (red < SAME && all[i].score >= NEAR_ENOUGH * first && x > top) top = x, best = i;
        }
        if (best == n) break;
        all[best].taken = true;
        if (out->len == 0) first = all[best].score;
        const struct sentence *si = sentence_of(s, &all[best]);
        struct summary_sentence *x = &out->ptr[out->len++];
        *x = (struct summary_sentence){.sentence = cite_of(&s->readings[all[best].reading], si->b, si->e)};
        enum err e = add_also(s, all, n, &all[best], x);
        if (e != OK) return e;
    }
    return OK;
}
