/* compare.c - judges two aligned values: agree, conflict, differ by rounding, moved on; or nothing, which is the normal case.
 *
 * A conflict needs words round both numbers that tie them to one subject (rare together, one of them no name), one value of the
 * key in each text, the narrator's voice, and no sign of another subject, time, part or increment. Whatever moves by nature (tolls,
 * polls, markets, scores) is never a conflict. */
#include "compare.h"

#include <math.h>

/* --- values --- */

bool value_equal(const struct value *a, const struct value *b)
{
    if ((a->hedge == HEDGE_VAGUE) != (b->hedge == HEDGE_VAGUE)) return false;
    if (a->hedge == HEDGE_VAGUE) return a->lo == b->lo && a->hi == b->hi;
    return fabs(a->value - b->value) <= 1e-9 * fabs(a->value);
}

/* The finer number rounds or truncates to the coarser one. */
static bool rounds_to(double fine, double coarse, double step)
{
    if (step <= 0) return false;
    double eps = 1e-6 * fabs(coarse);
    return fabs(round(fine / step) * step - coarse) <= eps || fabs(trunc(fine / step + 1e-9) * step - coarse) <= eps;
}

bool value_compatible(const struct value *a, const struct value *b)
{
    if (value_equal(a, b)) return true;
    bool plain = a->hedge == HEDGE_NONE && b->hedge == HEDGE_NONE;
    if (plain) {
        const struct value *coarse = a->step >= b->step ? a : b, *fine = coarse == a ? b : a;
        if (coarse->step == fine->step) return false;
        return rounds_to(fine->value, coarse->value, coarse->step);
    }
    double alo = a->lo, ahi = a->hi, blo = b->lo, bhi = b->hi;
    if (a->hedge == HEDGE_OVER) ahi = INFINITY;
    if (b->hedge == HEDGE_OVER) bhi = INFINITY;
    if (a->hedge == HEDGE_UNDER) alo = 0;
    if (b->hedge == HEDGE_UNDER) blo = 0;
    return fmax(alo, blo) <= fmin(ahi, bhi);
}

struct slice value_text(const struct scene *s, uint32_t reading, const struct value *v)
{
    const char *h = v->hedge == HEDGE_ABOUT || v->hedge == HEDGE_NEARLY ? "~" : v->hedge == HEDGE_OVER ? ">" : v->hedge == HEDGE_UNDER ? "<" : "";
    struct slice key = lemma_text(&s->lex, v->key);
    if (v->hedge == HEDGE_VAGUE) return slice_cut(s->readings[reading].text, s->readings[reading].words[v->n0].b, s->readings[reading].words[v->n1 - 1].e);
    if (v->slot == SLOT_WHEN) return arena_printf(s->mem, "XXXX-WXX-%.0f", v->value);
    if (v->slot == SLOT_VOTE) return arena_printf(s->mem, "%.0f-%.0f", floor(v->value / 1000), fmod(v->value, 1000));
    if (v->slot == SLOT_PERCENT) return arena_printf(s->mem, "%s%.15g%%", h, v->value);
    if (v->slot != SLOT_DURATION) return arena_printf(s->mem, "%s%.15g", h, v->value);
    char u = key.len > 0 ? key.ptr[0] : 'd';
    double x = v->value * (slice_starts(key, SLICE("decad")) ? 10 : 1);
    if (u == 'h' || u == 's' || slice_starts(key, SLICE("minut"))) return arena_printf(s->mem, "%sPT%.15g%c", h, x, u - 32);
    u = u == 'n' ? 'D' : slice_starts(key, SLICE("decad")) ? 'Y' : (char)(u - 32);
    return arena_printf(s->mem, "%sP%.15g%c", h, x, u);
}

/* --- signs of something else --- */

struct side { /* one of the two, with what the rules look at */
    const struct scene *s;
    const struct reading *r;
    const struct value *v;
    const struct sentence *sentence;
};

static bool any_word(const struct side *x, uint32_t b, uint32_t e, const char *lemmas)
{
    for (uint32_t w = b; w < e; w++)
        if (word_is(&x->s->lex, x->r, w, lemmas)) return true;
    return false;
}

static bool in_sentence(const struct side *x, const char *lemmas)
{
    return any_word(x, x->sentence->w0, x->sentence->w1, lemmas);
}

static bool near_words(const struct side *x, uint32_t left, uint32_t right, const char *lemmas)
{
    uint32_t b = x->v->w0 > x->sentence->w0 + left ? x->v->w0 - left : x->sentence->w0;
    uint32_t e = x->v->w1 + right < x->sentence->w1 ? x->v->w1 + right : x->sentence->w1;
    return any_word(x, b, e, lemmas);
}

/* Things that move by nature, or are counted differently by everybody. */
static bool moving(const struct side *x)
{
    return in_sentence(x, "dow nasdaq poll survey touchdown quarterback inning playoff yard rebound lap unemployment payroll") ||
           near_words(x, NEAR, NEAR, "index futur shar stock trad goal season seed case infection hospitalization dos vaccinat job claim rating approval box gross "
                                 "sale profit revenu earning shr net turnover dividend quarter interest yield coupon rais donat");
}

/* "Non-callable for five years", "10-year notes", "a seven-year credit facility": the terms of securities and credits, of which a wire has many a day. */
static bool of_securities(const struct side *x)
{
    return (x->v->slot == SLOT_DURATION || x->v->slot == SLOT_PERCENT) && near_words(x, NEAR, NEAR, "bond eurobond note debentur callabl refundabl coupon certificat matur treasury paper tender revolv facility libor facil");
}

static bool stat_head(const struct side *x)
{
    static const char *const heads = "yard point rebound pas pass game touchdown assist ko run goal inning carry catch seat cas case infection dos dose shot jobs job claim "
                                     "patient vot vote elector ballot test acre inch foot mil mile metr ton barrel bushel bale person woman man child hijacker reception republican democrat member stat state senator "
                                     "official sourc source american voter device star hous home win loss victory medal";
    return x->v->slot == SLOT_COUNT && any_word(x, x->v->w1 - 1, x->v->w1, heads);
}

/* A count of those who told: "two officials said". */
static bool counts_sources(const struct side *x)
{
    uint32_t e = x->v->w1 + 5 < x->sentence->w1 ? x->v->w1 + 5 : x->sentence->w1;
    return any_word(x, x->v->n1, x->v->w1, "official sourc source person aid aide lawmaker") && any_word(x, x->v->w1, e, "say tell familiar brief");
}

/* Goals, guesses, rates: not the thing itself. */
static bool projected(const struct side *x)
{
    return near_words(x, 8, 6, "expect forecast project predict goal aim target seek averag daily each every annually record previou prior initial originally could");
}

static bool parted(const struct side *x)
{
    return near_words(x, 4, 6, "exclud plu includ territory combin total altogether combined overall half remain besid");
}

/* Number word w is part of a value of another kind: two boats are no hours. */
static bool other_kind(const struct side *x, uint32_t w)
{
    const struct values *all = &x->s->values[x->r - x->s->readings];
    for (size_t i = 0; i < all->len; i++)
        if (w >= all->ptr[i].n0 && w < all->ptr[i].n1) return all->ptr[i].slot != x->v->slot || all->ptr[i].key != x->v->key;
    return false;
}

/* The value is a sum of the other with a third number in its sentence, or the other way. */
static bool adds_up(const struct side *a, const struct side *b)
{
    for (int turn = 0; turn < 2; turn++) {
        const struct side *x = turn ? b : a, *y = turn ? a : b;
        for (uint32_t w = x->sentence->w0; w < x->sentence->w1; w++) {
            struct number n;
            if ((w >= x->v->n0 && w < x->v->n1) || !numeral_at(x->r, w, &n) || n.ordinal || n.value <= 0 || other_kind(x, w)) continue;
            if (fabs(x->v->value + n.value - y->v->value) < 1e-6 || fabs(y->v->value + n.value - x->v->value) < 1e-6) return true;
        }
    }
    return false;
}

/* Somewhere an account has one of them beside a third number of the same kind, and they make the other: seven and two other rifles are nine. */
static bool sums_up(const struct scene *s, const struct value *a, const struct value *b)
{
    double less = fmin(a->value, b->value), more = fmax(a->value, b->value);
    for (size_t r = 0; r < s->n_own; r++)
        for (size_t i = 0; i < s->values[r].len; i++) {
            const struct value *x = &s->values[r].ptr[i];
            if (x->slot != a->slot || x->key != a->key || x->value != less) continue;
            for (size_t k = 0; k < s->values[r].len; k++) {
                const struct value *y = &s->values[r].ptr[k];
                if (k != i && y->sentence == x->sentence && y->slot == x->slot && y->key == x->key && fabs(x->value + y->value - more) < 1e-6 * more) return true;
            }
        }
    return false;
}

/* Names that stand close before or behind the number are about different ones: each has one, none is in the other's sentence. */
static bool other_names(const struct side *a, const struct side *b)
{
    bool has[2] = {false, false}, shared = false;
    for (int turn = 0; turn < 2; turn++) {
        const struct side *x = turn ? b : a, *y = turn ? a : b;
        uint32_t from = x->v->w0 > x->sentence->w0 + 8 ? x->v->w0 - 8 : x->sentence->w0;
        uint32_t to = x->v->w1 + 5 < x->sentence->w1 ? x->v->w1 + 5 : x->sentence->w1;
        for (uint32_t w = from; w < to; w++) {
            if (!(x->r->words[w].flags & WORD_NAME) || (x->r->words[w].flags & WORD_SHORT)) continue;
            has[turn] = true;
            shared |= ids_has(y->sentence->set, x->r->words[w].lemma);
        }
    }
    return has[0] && has[1] && !shared;
}

static bool is_year(const struct side *x, uint32_t w, double *year)
{
    struct number n;
    if (!(x->r->words[w].flags & WORD_DIGIT) || word_text(x->r, w).len != 4 || !numeral_at(x->r, w, &n) || n.currency != 0) return false;
    *year = n.value;
    return n.value >= 1900 && n.value <= 2050 && (w < x->v->w0 || w >= x->v->w1);
}

/* Both sentences name years, and none in common: last year's count and an earlier one. */
static bool other_years(const struct side *a, const struct side *b)
{
    bool has[2] = {false, false};
    double p, q;
    for (uint32_t w = a->sentence->w0; w < a->sentence->w1; w++) {
        if (!is_year(a, w, &p)) continue;
        has[0] = true;
        for (uint32_t k = b->sentence->w0; k < b->sentence->w1; k++)
            if (is_year(b, k, &q) && p == q) return false;
    }
    for (uint32_t k = b->sentence->w0; k < b->sentence->w1; k++) has[1] |= is_year(b, k, &q);
    return has[0] && has[1];
}

/* Thousands of one thing, each the only number of it in its text, and near to one another: so much is no accident. */
static bool one_mass(const struct side *x, const struct side *y, const struct tie *t)
{
    return x->v->slot == SLOT_COUNT && t->single && t->ratio <= 1.3 && fmin(x->v->value, y->v->value) >= 1000 && lexicon_idf(&x->s->lex, x->v->key) >= 2;
}

static bool mods_differ(const struct value *a, const struct value *b)
{
    if (a->head != 0 && b->head != 0 && a->head != b->head) return true;
    return a->mods.len > 0 && b->mods.len > 0 && ids_shared(a->mods, b->mods, NULL, 0) == 0;
}

/* --- the rules --- */

static struct judged no(const char *why)
{
    return (struct judged){FINDING_NONE, why};
}

/* "Nine people were injured." and no word of where or when: the story's own, near the top of both texts. */
static bool bare(const struct side *x)
{
    enum { HEAD = 8, FEW = 8 };
    for (uint32_t w = x->sentence->w0; w < x->v->w0; w++)
        if (x->r->words[w].flags & WORD_NAME) return false;
    return x->v->sentence < HEAD && x->v->w0 <= x->sentence->w0 + 4 && x->sentence->set.len <= FEW;
}

/* One number of its kind in each text, and the leads tell the same. */
static bool same_lead(const struct tie *t)
{
    if (!t->single || !t->lead || t->names == 0) return false;
    if (t->sentence >= 8 && t->sentence_idf >= 24 && t->sentence_coverage >= .5) return true;
    return t->sentence >= 4 && t->near + (t->before + t->behind > 0) >= 1 && t->sentence_idf >= 14 && t->sentence_coverage >= .25;
}

/* "the eight weeks ended February 28": the name of a period. */
static bool period(const struct side *x)
{
    return x->v->slot == SLOT_DURATION && x->v->w1 < x->sentence->w1 && word_is(&x->s->lex, x->r, x->v->w1, "end ended ending");
}

/* What every firm's report and every bond has: nine months, a coupon. */
static bool common_term(const struct side *x, const struct side *y)
{
    if (of_securities(x) && of_securities(y)) return true;
    static const char *const accounts = "shr shar net profit loss earning revenu turnover dividend ct qtr oper";
    return x->v->slot == SLOT_DURATION && (period(x) || period(y) || (near_words(x, NEAR, NEAR, accounts) && near_words(y, NEAR, NEAR, accounts)));
}

static struct judged judge_equal(const struct scene *s, const struct match *m, const struct side *x, const struct side *y, const struct tie *t)
{
    const struct value *a = x->v, *b = y->v;
    double need = a->slot == SLOT_MONEY || a->slot == SLOT_AGE ? 3 : 6;
    if (!t->narrated) return no("quoted");
    if (a->more || b->more) return no("increment");
    if (common_term(x, y)) return no("term");
    if (a->slot == SLOT_COUNT && (counts_sources(x) || counts_sources(y))) return no("sources");
    if (a->slot == SLOT_ORDINAL && a->value == 1) return no("first");
    if (a->slot == SLOT_WHEN) return t->sentence >= 3 && t->names >= 1 && t->sentence_idf >= 10 ? (struct judged){FINDING_AGREE, "weekday"} : no("day");
    if (mods_differ(a, b) && t->near_idf < 10) return no("other head");
    bool of_anybody = a->slot == SLOT_MONEY || a->slot == SLOT_COUNT || a->slot == SLOT_DURATION || a->slot == SLOT_PERCENT;
    if (of_anybody && !t->single && subjects(s, m) <= 0 && other_names(x, y)) return no("other subject"); /* two clubs' offers, of one sum */
    if (same_lead(t) || (a->slot == SLOT_TOLL && t->single && bare(x) && bare(y))) return (struct judged){FINDING_AGREE, "numbers"};
    if (t->sentence < 2 || t->near < 1) return no("few words");
    if (a->value <= 12 && a->step <= 1 && a->slot != SLOT_AGE) need = 8;
    return t->near_idf >= need ? (struct judged){FINDING_AGREE, "numbers"} : no("weak");
}

static struct judged judge_rounded(const struct scene *s, const struct match *m, const struct side *x, const struct side *y, const struct tie *t)
{
    const struct value *a = x->v, *b = y->v;
    if (a->slot == SLOT_TOLL) {
        bool ok = t->ratio <= 4 && t->near >= 2 && t->near_idf >= 8 && t->names >= 1 && t->single;
        return ok ? (struct judged){FINDING_UPDATE, "toll"} : no("toll");
    }
    if (a->hedge == HEDGE_VAGUE || b->hedge == HEDGE_VAGUE) return no("vague"); /* millions, and 2.7 million */
    if (t->ratio > 1.6 || a->lapse != b->lapse) return no("bounds far");
    int subject = subjects(s, m);
    if (both_known(s, m) || subject < 0 || (subject == 0 && other_names(x, y))) return no("other subject");
    if (a->slot == SLOT_PERCENT && !t->single) return no("percents in a list");
    bool about = a->hedge == HEDGE_ABOUT || b->hedge == HEDGE_ABOUT;
    if (about && t->before + t->behind == 0) return no("about");
    bool ok = t->near >= 2 && t->near_idf >= 7 && t->small >= 1 && !a->more && !b->more && (t->single || t->near_idf >= 12) && !mods_differ(a, b);
    return ok ? (struct judged){FINDING_DIFFERENCE, "rounding"} : no("rounding");
}

static struct judged judge_toll(const struct side *x, const struct side *y, const struct tie *t)
{
    bool vague = (x->v->hedge == HEDGE_VAGUE) != (y->v->hedge == HEDGE_VAGUE);
    if (t->single && t->ratio <= 3 && !vague && bare(x) && bare(y)) return (struct judged){FINDING_UPDATE, "toll"};
    bool ok = t->single && t->near >= 2 && t->sentence >= 3 && t->names >= 1 && t->near_idf >= 6 && !vague && !mods_differ(x->v, y->v) && t->ratio <= 3;
    return ok ? (struct judged){FINDING_UPDATE, "toll"} : no("toll");
}

/* Ages one apart may have a birthday between them, and more where nobody knows how much time lies between the texts. */
static struct judged judge_age(const struct side *x, const struct side *y, const struct tie *t)
{
    int64_t i, k;
    bool dated = iso_day(x->r->doc->published.value, &i) && iso_day(y->r->doc->published.value, &k) && i - k < 60 && k - i < 60;
    double gap = fabs(x->v->value - y->v->value);
    if (!dated && gap > 1) return no("age"); /* who was 27 at the arrest is 29 at the verdict */
    if (x->v->head != 0 && y->v->head != 0 && x->v->head != y->v->head) return no("other person");
    if (gap <= 1) return t->near_idf >= 3 ? (struct judged){FINDING_DIFFERENCE, "age"} : no("age");
    return t->names >= 2 && t->near_idf >= 8 ? (struct judged){FINDING_CONFLICT, "numbers"} : no("age");
}

/* By likeness alone: of the pairs of labelled stories that score as much, nine in ten are of one thing. */
static const double LIKELY = 1, CERTAIN = 2;

static struct judged judge_ordinal(const struct side *x, const struct side *y, const struct tie *t, int subject)
{
    if (fmin(x->v->value, y->v->value) < 2 || in_sentence(x, "sinc") != in_sentence(y, "sinc")) return no("first");
    bool told_alike = t->lead && t->single && t->names >= 2 && t->sentence_coverage >= .5 && (t->near_idf >= 7 || t->sentence >= 7);
    bool edition = x->r->words[x->v->w1 - 1].flags & WORD_NAME; /* the 79th and the 86th Oscars are two */
    if (any_word(x, x->v->n1, x->v->w1, "annual") || any_word(y, y->v->n1, y->v->w1, "annual")) return no("edition");
    told_alike |= t->lead && t->likeness >= LIKELY && !edition;
    if (subject >= 0 && told_alike && fmin(x->v->value, y->v->value) > 2) return (struct judged){FINDING_CONFLICT, "numbers"};
    static const char *const heads = "round meet summit visit year anniversary launch test shutdown trial term impeachment hear debat arrest strike attempt veto wav trip person president";
    if (!any_word(x, x->v->w1 - 1, x->v->w1, heads)) return no("ordinal of another kind");
    return t->sentence >= 4 && t->near >= 3 && t->near_idf >= 10 && t->small >= 1 ? (struct judged){FINDING_CONFLICT, "numbers"} : no("ordinal");
}

/* The weekday of one person's or one day's event, in texts of the same days. */
static struct judged judge_day(const struct side *x, const struct side *y, const struct tie *t, int subject)
{
    int64_t i, k;
    bool far = iso_day(x->r->doc->published.value, &i) && iso_day(y->r->doc->published.value, &k) && (i - k > 5 || k - i > 5);
    bool one = any_word(x, x->v->n0 > x->sentence->w0 + 4 ? x->v->n0 - 4 : x->sentence->w0, x->v->n0, "die arrest resign fir oust indict sentenc charg execut marri convict acquit suspend elect");
    if (far || !t->single || subject < 0 || t->names == 0) return no("day");
    bool death = slice_eq(lemma_text(&x->s->lex, x->v->key), SLICE("die")); /* nobody does that twice */
    if (death && t->lead && t->names >= 2 && t->sentence_idf >= 10 && t->sentence_coverage >= .4) return (struct judged){FINDING_CONFLICT, "weekday"};
    if (one ? subject > 0 && t->sentence >= 3 && t->sentence_idf >= 10 : t->lead && t->sentence >= 5 && t->sentence_idf >= 16 && t->sentence_coverage >= .4)
        return (struct judged){FINDING_CONFLICT, "weekday"};
    return no("day");
}

/* What is counted or measured says enough of itself: the people aboard, hours. Sums and shares are of anything. */
static bool specific(const struct scene *s, const struct match *m)
{
    enum slot slot = s->values[m->ra].ptr[m->va].slot;
    return slot == SLOT_COUNT || slot == SLOT_DURATION;
}

/* The same words stand before and behind, or rare ones on one side: "served N months in federal prison", "N hours negotiating with the suspect". */
static bool framed(const struct scene *s, const struct match *m, const struct tie *t)
{
    if (t->near >= 3 && t->coverage >= .8 && t->before > 0 && t->behind > 0) return true;
    return s->values[m->ra].ptr[m->va].slot == SLOT_DURATION && t->near >= 2 && t->small >= 2 && t->before + t->behind >= 4.5 && t->sentence_coverage >= .3 && t->margin >= 10;
}

/* Ways in which two numbers are about one thing. */
static bool tied(const struct scene *s, const struct match *m, const struct tie *t, int subject)
{
    bool named = s->values[m->ra].ptr[m->va].slot == SLOT_COUNT; /* boats say what they are, years do not */
    if ((t->likeness >= LIKELY && (named || t->small > 0)) || (slipped(s, m) && t->near_idf >= 6)) return true;
    bool one = t->lead && t->sentence >= 8 && t->sentence_coverage >= .5 && t->near_idf >= 7; /* the leads tell one thing in nearly the same words */
    if (!t->single && !one && (t->near_idf < 15 || subject <= 0)) return false;
    bool same = t->lead && t->sentence >= 8 && t->sentence_idf >= 24 && t->sentence_coverage >= .5;
    if (same && specific(s, m)) return true;
    if (t->small == 0) return false;
    if (t->near >= 2 && (t->near_idf >= 8 || (t->near_idf >= 6.5 && t->close >= 1))) return true;
    if (t->near >= 2 && t->near_idf >= 5 && t->lead && t->sentence >= 6) return true;
    if (framed(s, m, t)) return true;
    if (t->lead && t->sentence >= 4 && t->near >= 1 && t->sentence_idf >= 14 && t->sentence_coverage >= .55) return true;
    if (subject > 0 && t->near >= 1 && t->sentence >= 4 && t->sentence_coverage >= .45) return true;
    return t->lead && t->sentence >= 5 && t->near >= 1 && t->sentence_idf >= 14 && t->sentence_coverage >= .33;
}

static bool after(const struct side *x)
{
    return x->v->slot == SLOT_DURATION && x->v->w0 > x->sentence->w0 && word_is(&x->s->lex, x->r, x->v->w0 - 1, "after");
}

static struct judged judge_unequal(const struct scene *s, const struct match *m, const struct side *x, const struct side *y, const struct tie *t)
{
    const struct value *a = x->v, *b = y->v;
    if (a->hedge == HEDGE_VAGUE || b->hedge == HEDGE_VAGUE) return no("vague");
    if (a->slot == SLOT_WHEN) return judge_day(x, y, t, subjects(s, m));
    bool few = fmax(a->value, b->value) <= 12 && a->slot != SLOT_ORDINAL && a->slot != SLOT_MONEY; /* two or four */
    if (!(t->ratio > 1 && t->ratio <= (few ? 3 : 1.7))) return no("ratio");
    if (a->slot == SLOT_AGE) return judge_age(x, y, t);
    if (a->more || b->more) return no("increment");
    if (a->slot != SLOT_DURATION && (moving(x) || moving(y) || stat_head(x))) return no("moves");
    if (of_securities(x) && of_securities(y)) return no("securities");
    if (counts_sources(x) || counts_sources(y)) return no("sources");
    if (a->slot == SLOT_VOTE) return t->lead && t->single && t->sentence_idf >= 10 ? (struct judged){FINDING_CONFLICT, "numbers"} : no("vote");
    if (a->lapse != b->lapse || after(x) || after(y) || period(x) || period(y)) return no("ago");
    if (a->lapse != LAPSE_NONE && t->beside == 0) return no("since when"); /* eight months after one thing, four after another */
    bool mass = one_mass(x, y, t);
    if (mods_differ(a, b) && !mass) return no("other head");
    if (other_years(x, y)) return no("other year");
    if (adds_up(x, y) || sums_up(s, a, b)) return no("part");
    if (parted(x) != parted(y)) return no("part");
    bool leads = t->lead && t->likeness >= CERTAIN && a->slot != SLOT_PERCENT; /* one account tells of the other's figure, too */
    if (both_known(s, m) && !leads) return no("list");
    int subject = subjects(s, m);
    if (subject < 0 || (subject == 0 && other_names(x, y))) return no("other subject");
    if (a->slot == SLOT_ORDINAL) return judge_ordinal(x, y, t, subject);
    if (a->slot == SLOT_PERCENT && (projected(x) || projected(y) || !t->single)) return no("percent");
    if (projected(x) != projected(y)) return no("projected");
    return mass || tied(s, m, t, subject) ? (struct judged){FINDING_CONFLICT, "numbers"} : no("weak");
}

static size_t most_words(const struct side *x, const struct side *y)
{
    return x->sentence->set.len > y->sentence->set.len ? x->sentence->set.len : y->sentence->set.len;
}

struct judged judge(const struct scene *s, const struct match *m)
{
    const struct value *a = &s->values[m->ra].ptr[m->va], *b = &s->values[m->rb].ptr[m->vb];
    const struct reading *ra = &s->readings[m->ra], *rb = &s->readings[m->rb];
    struct side x = {s, ra, a, &ra->sentences[a->sentence]}, y = {s, rb, b, &rb->sentences[b->sentence]};
    struct tie t = tie_of(s, m);
    if (value_equal(a, b)) return judge_equal(s, m, &x, &y, &t);
    if (!t.narrated) return no("quoted");
    if (!apart(s, m->ra, m->rb) && t.sentence * 10 >= most_words(&x, &y) * 8) return no("revised");
    if (value_compatible(a, b)) return judge_rounded(s, m, &x, &y, &t);
    if (a->slot == SLOT_TOLL) return judge_toll(&x, &y, &t);
    struct judged j = judge_unequal(s, m, &x, &y, &t);
    return j.finding == FINDING_CONFLICT && !one_event(s, m->ra, m->rb) ? no("other event") : j;
}
