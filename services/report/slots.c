/* slots.c - finds the typed values of a text. */
#include "slots.h"

#include <math.h>

struct finder {
    struct lexicon *lex;
    const struct reading *r;
    struct values *out;
};

static bool is(const struct finder *f, uint32_t w, const char *lemmas)
{
    return w < f->r->n_words && word_is(f->lex, f->r, w, lemmas);
}

/* True when word w exists, lies in sentence `s`, and is one of them. */
static bool in(const struct finder *f, uint32_t w, uint32_t s, const char *lemmas)
{
    return w < f->r->n_words && f->r->words[w].sentence == s && is(f, w, lemmas);
}

static bool in_sentence(const struct finder *f, uint32_t w, uint32_t s)
{
    return w < f->r->n_words && f->r->words[w].sentence == s;
}

/* --- hedges and intervals --- */

static enum hedge hedge_before(const struct finder *f, uint32_t w, uint32_t s)
{
    while (w > 0 && in(f, w - 1, s, "a an the total of record estimat just only")) w--;
    if (in(f, w, s, "estimat")) return HEDGE_ABOUT;
    if (w == 0 || !in_sentence(f, w - 1, s)) return HEDGE_NONE;
    bool two = w > 1 && in_sentence(f, w - 2, s);
    if (is(f, w - 1, "than")) return two && is(f, w - 2, "more") ? HEDGE_OVER : two && is(f, w - 2, "less fewer") ? HEDGE_UNDER : HEDGE_NONE;
    if (is(f, w - 1, "least") || is(f, w - 1, "over exceed surpass beyond") || (is(f, w - 1, "of") && two && is(f, w - 2, "upward upwards"))) return HEDGE_OVER;
    if (is(f, w - 1, "under below")) return HEDGE_UNDER;
    if (is(f, w - 1, "to") && two) return is(f, w - 2, "up") ? HEDGE_UNDER : is(f, w - 2, "clos close") ? HEDGE_NEARLY : HEDGE_NONE;
    if (is(f, w - 1, "as") && two && is(f, w - 2, "many much")) return HEDGE_UNDER;
    if (is(f, w - 1, "nearly almost")) return HEDGE_NEARLY;
    if (is(f, w - 1, "about approximately around roughly some estimat perhap")) return HEDGE_ABOUT;
    return HEDGE_NONE;
}

static void interval(struct value *v)
{
    double x = v->value;
    v->lo = v->hi = x;
    switch (v->hedge) {
    case HEDGE_OVER: v->hi = x * (x > 20 ? 1.35 : 2); break;
    case HEDGE_UNDER: v->lo = x * .5; break;
    case HEDGE_NEARLY: v->lo = x * .85; break;
    case HEDGE_ABOUT: v->lo = x * .85, v->hi = x * 1.15; break;
    default:
        if ((v->step >= 10 && x >= 100) || v->step < 1) v->lo = x - v->step / 2, v->hi = x + v->step / 2;
    }
}

/* --- the words round a value --- */

static bool content(const struct word *w)
{
    return !(w->flags & (WORD_STOP | WORD_SHORT));
}

static enum err window(const struct finder *f, const struct value *v, uint32_t reach, struct ids *out)
{
    const struct sentence *s = &f->r->sentences[v->sentence];
    uint32_t b = v->w0 > s->w0 + reach ? v->w0 - reach : s->w0, e = v->w1 + reach < s->w1 ? v->w1 + reach : s->w1;
    out->ptr = arena_array(f->lex->mem, e - b + 1, sizeof *out->ptr);
    if (out->ptr == NULL) return ERR_NOMEM;
    out->len = 0;
    for (uint32_t w = b; w < e; w++)
        if ((w < v->w0 || w >= v->w1) && content(&f->r->words[w])) out->ptr[out->len++] = f->r->words[w].lemma;
    ids_sort(out);
    return OK;
}

static bool breaks(const struct finder *f, uint32_t w, bool left)
{
    return gap_has(f->r, w, ";:,") || is(f, left ? w : w + 1, "and but while whil who which wher that after when befor");
}

static enum err clause(const struct finder *f, struct value *v)
{
    const struct sentence *s = &f->r->sentences[v->sentence];
    uint32_t b = v->w0, e = v->w1;
    while (b > s->w0 && (v->w0 - b < 2 || !breaks(f, b - 1, true))) b--;
    while (e < s->w1 && (e - v->w1 < 1 || !breaks(f, e - 1, false))) e++;
    v->clause.ptr = arena_array(f->lex->mem, e - b + 1, sizeof *v->clause.ptr);
    if (v->clause.ptr == NULL) return ERR_NOMEM;
    for (uint32_t w = b; w < e; w++)
        if ((w < v->w0 || w >= v->w1) && content(&f->r->words[w])) v->clause.ptr[v->clause.len++] = f->r->words[w].lemma;
    ids_sort(&v->clause);
    return OK;
}

static bool increment(const struct finder *f, const struct value *v)
{
    static const char *const words = "another other others additional extra remain remaining further add additionally rest";
    uint32_t s = v->sentence;
    for (uint32_t k = 1; k <= 2; k++) {
        if (v->n0 >= k && in(f, v->n0 - k, s, words)) return true;
        if (v->n0 >= k && in(f, v->n0 - k, s, "new")) return true;
    }
    if (in(f, v->n1, s, words) || (in(f, v->n1, s, "more") && !in(f, v->n1 + 1, s, "than"))) return true;
    for (uint32_t w = v->n1; w < v->w1; w++)
        if (is(f, w, words) || is(f, w, "more new")) return true;
    return false;
}

/* "would cost $1.2 trillion over eight years": as long as, not longer. */
static bool spread(const struct finder *f, const struct value *v)
{
    const struct value *sum = f->out->len > 0 ? &f->out->ptr[f->out->len - 1] : NULL;
    if (sum == NULL || v->slot != SLOT_DURATION || (sum->slot != SLOT_MONEY && sum->slot != SLOT_PERCENT) || sum->sentence != v->sentence) return false;
    return v->n0 > 0 && in(f, v->n0 - 1, v->sentence, "over") && v->n0 - sum->w1 < 8;
}

/* "between $140 million and $150 million" is neither: takes the first out again. */
static bool ends_range(struct finder *f, const struct value *v)
{
    const struct value *low = f->out->len > 0 ? &f->out->ptr[f->out->len - 1] : NULL;
    if (low == NULL || low->slot != v->slot || low->sentence != v->sentence || low->w1 + 1 != v->n0 || low->n0 == 0) return false;
    if (!in(f, v->n0 - 1, v->sentence, "and") || !in(f, low->n0 - 1, v->sentence, "between")) return false;
    f->out->len--;
    return true;
}

static enum err put(struct finder *f, struct value v)
{
    if (f->out->len == SLOTS_MAX || ends_range(f, &v)) return OK;
    const struct reading *r = f->r;
    v.b = r->words[v.w0].b;
    v.e = r->words[v.w1 - 1].e;
    if (v.slot == SLOT_MONEY && v.b > 0)
        while (v.b > r->sentences[v.sentence].b && (r->text.ptr[v.b - 1] == '$' || (unsigned char)r->text.ptr[v.b - 1] >= 0x80)) v.b--;
    if (v.slot == SLOT_PERCENT && v.e < r->text.len && r->text.ptr[v.e] == '%') v.e++;
    v.quoted = (r->words[v.n0].flags & WORD_QUOTED) != 0;
    v.more = increment(f, &v);
    if (v.hedge == HEDGE_NONE && !spread(f, &v)) v.hedge = hedge_before(f, v.n0, v.sentence);
    if (v.hedge != HEDGE_VAGUE) interval(&v);
    enum err e = window(f, &v, NEAR, &v.near);
    if (e == OK) e = window(f, &v, CLOSE, &v.close);
    if (e == OK) e = clause(f, &v);
    if (e == OK) f->out->ptr[f->out->len++] = v;
    return e;
}

/* --- heads --- */

static bool plural(const struct finder *f, uint32_t w)
{
    static const char *const not_heads = "previou variou religiou seriou obviou famou numerou acros toward alway perhap plu les unles beside sometime thu";
    struct slice x = word_text(f->r, w);
    if (is(f, w, "person man woman child polic troop")) return x.len > 3 && !slice_eq_nocase(x, SLICE("man")) && !slice_eq_nocase(x, SLICE("woman"));
    if (x.len < 4 || !(slice_ends(x, SLICE("s"))) || slice_ends(x, SLICE("ss")) || slice_ends(x, SLICE("us"))) return false;
    return !(f->r->words[w].flags & (WORD_OWNS | WORD_STOP)) && !is(f, w, not_heads);
}

/* The plural noun that a number at [.., w) counts, at most four words on; 0 when none. Fills the modifiers. */
static uint32_t head_after(const struct finder *f, uint32_t w, uint32_t s, struct ids *mods, enum err *e)
{
    static const char *const no_heads = "other others way thing takeaway reason lesson term sid point cent dollar time percent hour day week month year minut decad second night p quarter euro pound mark yen franc crown rupe peso rubl basis dlr ct pct mln bln tonn mth qtr yr";
    mods->ptr = arena_array(f->lex->mem, 6, sizeof *mods->ptr);
    if (mods->ptr == NULL) {
        *e = ERR_NOMEM;
        return 0;
    }
    if (w == 0 || !words_joined(f->r, w - 1)) return 0;
    if (in(f, w, s, "of")) {
        w++;
        if (in(f, w, s, "the his her their its those these our my")) w++;
    }
    for (uint32_t k = 0; k < 4 && in_sentence(f, w, s); k++, w++) {
        if (plural(f, w)) return is(f, w, no_heads) ? 0 : w;
        if ((f->r->words[w].flags & WORD_STOP) && !is(f, w, "more other new")) return 0;
        if (!(f->r->words[w].flags & WORD_STOP)) mods->ptr[mods->len++] = f->r->words[w].lemma;
        if (!words_joined(f->r, w)) return 0;
    }
    return 0;
}

static const char *const units = "second minut minute hour day night week month year decad decade";

/* The noun behind word w: the next content word that is tied to it; 0 when none. */
static uint32_t noun_after(const struct finder *f, uint32_t w, uint32_t s)
{
    for (uint32_t k = 0; k < 3 && w > 0 && words_joined(f->r, w - 1) && in_sentence(f, w, s); k++, w++) {
        if (is(f, w, "due")) return 0;
        if (is(f, w, "in of for behind")) continue;
        return content(&f->r->words[w]) ? f->r->words[w].lemma : 0;
    }
    return 0;
}

/* --- one kind after the other; each says whether it took the number --- */

static bool find_age(struct finder *f, uint32_t w, const struct number *n, struct value *v)
{
    const struct reading *r = f->r;
    uint32_t s = v->sentence;
    if (in(f, n->end, s, "year") && in(f, n->end + 1, s, "old") && words_joined(r, n->end)) {
        v->w1 = n->end + 2;
        if (r->words[n->end + 1].flags & WORD_OWNS) return false; /* the 10-year-old's death */
        for (uint32_t k = v->w1; k < v->w1 + 5 && in_sentence(f, k, s); k++)
            if (r->words[k].flags & WORD_NAME) {
                uint32_t given = k;
                while (in_sentence(f, k + 1, s) && (r->words[k + 1].flags & WORD_NAME) && words_joined(r, k)) k++;
                v->key = r->words[k].lemma;
                v->head = given < k ? r->words[given].lemma : 0;
                return true;
            }
        v->key = in_sentence(f, v->w1, s) ? r->words[v->w1].lemma : 0;
        return v->key != 0;
    }
    if (!n->digits || n->value < 10 || n->value > 110 || w == 0 || !in_sentence(f, w - 1, s) || !(r->words[w - 1].flags & WORD_NAME)) return false;
    if (!slice_eq(gap_after(r, w - 1), SLICE(", ")) || gap_after(r, w).len == 0 || gap_after(r, w).ptr[0] != ',') return false;
    v->key = r->words[w - 1].lemma;
    uint32_t given = w - 1;
    while (given > 0 && in_sentence(f, given - 1, s) && (r->words[given - 1].flags & WORD_NAME) && words_joined(r, given - 1)) given--;
    v->head = given < w - 1 ? r->words[given].lemma : 0;
    return true;
}

/* "$US1 million ($1.52 million)": the same sum again, in other dollars. */
static bool converted(const struct finder *f, const struct value *v)
{
    struct slice open = v->w0 > 0 ? gap_after(f->r, v->w0 - 1) : (struct slice){NULL, 0};
    bool apart = open.len > 0 && memchr(open.ptr, '(', open.len) != NULL; /* "$US1 million ($1.52 million)": whatever the first was read as */
    if (apart && (in(f, v->w0 - 1, v->sentence, "thousand million billion trillion mln bln") || (f->r->words[v->w0 - 1].flags & WORD_DIGIT))) return true;
    const struct value *last = f->out->len > 0 ? &f->out->ptr[f->out->len - 1] : NULL;
    if (last == NULL || last->slot != SLOT_MONEY || last->sentence != v->sentence || last->w1 != v->w0) return false;
    struct slice gap = gap_after(f->r, v->w0 - 1);
    return memchr(gap.ptr, '(', gap.len) != NULL && memchr(gap.ptr, '$', gap.len) != NULL && slice_eq(lemma_text(f->lex, last->key), SLICE("#usd"));
}

/* "$140-150 million", "between $140 and $150 million": the scale stands behind the second number. */
static double shared_scale(const struct finder *f, const struct number *n)
{
    struct number next;
    uint32_t s = f->r->words[n->end - 1].sentence, k = n->end;
    if (n->value >= 1000 || !n->digits || !in_sentence(f, k, s)) return 1;
    struct slice gap = gap_after(f->r, k - 1);
    bool range = slice_starts(gap, SLICE("-")) || slice_starts(gap, SLICE("\u2013"));
    if (in(f, k, s, "and to")) k++, range = true;
    if (!range || !in_sentence(f, k, s) || !numeral_at(f->r, k, &next) || next.end == k + 1 || next.value < 1000) return 1;
    return next.value >= 1e12 ? 1e12 : next.value >= 1e9 ? 1e9 : next.value >= 1e6 ? 1e6 : 1e3;
}

static bool find_money(struct finder *f, const struct number *n, struct value *v)
{
    char c = n->currency;
    if (c == 0 && in(f, n->end, v->sentence, "dollar euro pound") && words_joined(f->r, n->end - 1)) {
        c = is(f, n->end, "dollar") ? '$' : is(f, n->end, "euro") ? 'E' : 'L';
        v->w1 = n->end + 1;
    }
    if (c == 0) return false;
    if (converted(f, v)) return false;
    v->key = lexicon_id(f->lex, c == '$' ? SLICE("#usd") : c == 'E' ? SLICE("#eur") : SLICE("#gbp"));
    return true;
}

static bool find_percent(struct finder *f, const struct number *n, struct value *v)
{
    static const char *const wholly = "fine sure certain behind right wrong correct committ agree safe true clear confident on with not"; /* "100 percent sure" */
    const struct reading *r = f->r;
    uint32_t end = r->words[n->end - 1].e;
    bool sign = end < r->text.len && r->text.ptr[end] == '%';
    bool word = in(f, n->end, v->sentence, "percent pct") || (in(f, n->end, v->sentence, "per") && in(f, n->end + 1, v->sentence, "cent"));
    if (!sign && !word) return false;
    if (word) v->w1 = n->end + (is(f, n->end, "per") ? 2 : 1);
    if (n->value == 100 && in(f, v->w1, v->sentence, wholly)) return false;
    v->key = lexicon_id(f->lex, in(f, v->w1, v->sentence, "point") ? SLICE("#points") : SLICE("#percent"));
    return true;
}

static bool find_duration(struct finder *f, uint32_t w, const struct number *n, struct value *v)
{
    uint32_t s = v->sentence;
    if (!in(f, n->end, s, units) || !words_joined(f->r, n->end - 1)) return false;
    if (n->value == 0) return false; /* a zero-day flaw */
    if (w > 0 && (f->r->words[w].flags & WORD_HYPHEN) && (f->r->words[w - 1].flags & WORD_DIGIT)) return false; /* "30-69 days" */
    bool one = !slice_ends(word_text(f->r, n->end), SLICE("s")) && n->value > 1;
    if (one && in(f, n->end + 1, s, "ago")) return false; /* "versus 130,000 week ago" */
    v->w1 = n->end + 1;
    v->key = f->r->words[n->end].lemma;
    bool lasting = (w > 2 && in(f, w - 1, s, "past last") && in(f, w - 2, s, "the") && in(f, w - 3, s, "for")) || (w > 0 && in(f, w - 1, s, "for"));
    /* "for the past three weeks", "for seven hours after": how long, not when */
    bool past = w > 0 && in(f, w - 1, s, "past last previou") && !slice_ends(word_text(f->r, w - 1), SLICE("ed"));
    if (in(f, v->w1, s, lasting ? "ago old" : "ago earlier befor old") || (!lasting && past)) v->lapse = LAPSE_BACK;
    else if ((in(f, v->w1, s, "later after from") && !lasting) || (w > 0 && in(f, w - 1, s, "within next")) || (w > 1 && in(f, w - 1, s, "the") && in(f, w - 2, s, "within"))) v->lapse = LAPSE_FORTH;
    v->head = noun_after(f, v->w1, s);
    return true;
}

static const char *harm_of(const struct finder *f, uint32_t w, uint32_t s)
{
    if (in(f, w, s, "die kill")) return "#killed";
    if (in(f, w, s, "injure hurt wound")) return "#injured";
    if (in(f, w, s, "arrest detain")) return "#arrested";
    if (in_sentence(f, w, s) && slice_eq_nocase(word_text(f->r, w), SLICE("missing"))) return "#missing"; /* not: missed nine games */
    return NULL;
}

struct slice harm_name(struct slice key)
{
    static const char *const names[] = {"killed", "injured", "arrested", "missing"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (key.len > 3 && slice_starts(slice_of(names[i]), slice_cut(key, 1, 4))) return slice_of(names[i]);
    return slice_cut(key, 1, SIZE_MAX);
}

/* "12 people were killed", "killed 12", "death toll rose to 12". */
static bool find_toll(struct finder *f, uint32_t w, const struct number *n, uint32_t head, struct value *v)
{
    uint32_t s = v->sentence, end = head ? head + 1 : n->end;
    const char *harm = NULL;
    uint32_t k = end;
    while (k < end + 3 && in(f, k, s, "be been have hav were was are people person other also left report confirm")) k++;
    harm = harm_of(f, k, s);
    if (harm != NULL && (head == 0 || is(f, head, "person man woman child student worker soldier civilian victim passenger officer troop militant resident protester demonstrator other other"))) {
        v->w1 = k + 1;
    } else if (harm != NULL && !slice_eq(slice_of(harm), SLICE("#killed"))) {
        return false; /* "a guard dead and two clerks wounded": these are not dead */
    } else {
        harm = NULL;
        for (k = 1; harm == NULL && k <= 4 && w >= k && in_sentence(f, w - k, s); k++) {
            harm = harm_of(f, w - k, s);
            if (harm == NULL && in(f, w - k, s, "at") && k == 1) break; /* dies at 75 */
            if (harm == NULL && !in(f, w - k, s, "at least more than up to as many about nearly some over and estimat toll rise to of a an around")) break;
        }
        if (head) v->w1 = head + 1;
    }
    if (harm == NULL) return false;
    v->slot = SLOT_TOLL;
    v->key = lexicon_id(f->lex, slice_of(harm));
    return true;
}

/* "214 people aboard", "214 passengers and crew", "241 on board": all who are on the same vessel, whatever they are called. */
static bool find_aboard(struct finder *f, const struct number *n, uint32_t head, struct value *v)
{
    uint32_t s = v->sentence, k = head ? head + 1 : n->end;
    if (head != 0 && !is(f, head, "person passenger man woman child traveler traveller soul occupant")) return false;
    if (in(f, k, s, "and") && in(f, k + 1, s, "crew") && head != 0) k += 2;
    else if (in(f, k, s, "aboard")) k++;
    else if (in(f, k, s, "on") && in(f, k + 1, s, "board") && words_joined(f->r, k)) k += 2;
    else return false;
    v->key = lexicon_id(f->lex, SLICE("#aboard"));
    v->w1 = k;
    return true;
}

static bool find_vote(struct finder *f, const struct number *n, struct value *v)
{
    const struct reading *r = f->r;
    uint32_t s = v->sentence, k = n->end;
    if (!n->digits || k >= r->n_words) return false;
    if (in(f, k, s, "vot vote") && in(f, k + 1, s, "to")) k++; /* "27 votes to 18" */
    if (in(f, k, s, "to")) k++;
    else if (!slice_eq(gap_after(r, k - 1), SLICE("-")) && !slice_eq(gap_after(r, k - 1), SLICE("\u2013"))) return false;
    if (!in_sentence(f, k, s) || !(r->words[k].flags & WORD_DIGIT) || word_text(r, k).len > 3) return false;
    bool vote = false;
    for (uint32_t w = r->sentences[s].w0; w < r->sentences[s].w1; w++) vote |= is(f, w, "vot vote pass approv approve ballot reject");
    if (!vote) return false;
    double b = 0;
    struct slice t = word_text(r, k);
    for (size_t i = 0; i < t.len; i++) b = b * 10 + (t.ptr[i] - '0');
    v->value = n->value * 1000 + b;
    v->key = lexicon_id(f->lex, SLICE("#vote"));
    v->w1 = k + 1;
    return true;
}

static bool find_ordinal(struct finder *f, const struct number *n, struct value *v)
{
    uint32_t s = v->sentence;
    if (in(f, n->end, s, "century quarter qtr half")) return false; /* a time, not a count of them */
    if (in(f, n->end, s, "way street avenu circuit district amendment precinct reich division fleet floor") && (f->r->words[n->end].flags & WORD_CAPITAL)) return false; /* names */
    for (uint32_t k = n->end; k < n->end + 3 && in_sentence(f, k, s) && words_joined(f->r, k - 1); k++) {
        if (f->r->words[k].flags & (WORD_STOP | WORD_DIGIT)) {
            if (!is(f, k, "year day week month time")) return false;
        } else if (k + 1 < f->r->n_words && words_joined(f->r, k) && in_sentence(f, k + 1, s) && content(&f->r->words[k + 1]) && k < n->end + 2) {
            continue;
        }
        v->key = f->r->words[k].lemma;
        v->w1 = k + 1;
        return true;
    }
    return false;
}

/* Numbers that say a year, a day of a month, a time, a page. */
static bool calendar(const struct finder *f, uint32_t w, const struct number *n)
{
    uint32_t s = f->r->words[w].sentence;
    if (n->digits && n->currency == 0 && word_text(f->r, w).len == 4 && n->value >= 1900 && n->value <= 2050 && n->end == w + 1) return true;
    static const char *const months = "january february march april may jun june july august september october november december jan feb mar apr aug sept sep oct nov dec";
    if (w > 0 && in(f, w - 1, s, months) && (f->r->words[w - 1].flags & WORD_CAPITAL)) return true;
    if (in(f, n->end, s, months) && n->value <= 31 && (f->r->words[n->end].flags & WORD_CAPITAL)) return true;
    if (in(f, n->end, s, "twenty thirty forty fifty sixty seventy eighty ninety") && slice_ends(word_text(f->r, n->end), SLICE("ies"))) return true; /* "nineteen seventies" */
    return in(f, n->end, s, "a.m p.m am pm o'clock") || (w > 0 && in(f, w - 1, s, "articl section chapter route highway flight no number room title level grad grade page"));
}

/* "three years and four months" is one span that is cut in two: neither half is a value. */
static bool half_of_span(const struct finder *f, uint32_t w, const struct value *v)
{
    uint32_t s = v->sentence;
    struct number n;
    if (w > 1 && in(f, w - 1, s, "and") && in(f, w - 2, s, units)) return true;
    if (w > 0 && in(f, w - 1, s, units) && slice_eq(gap_after(f->r, w - 1), SLICE(", "))) return true;
    uint32_t k = in(f, v->w1, s, "and") ? v->w1 + 1 : v->w1;
    return in_sentence(f, k, s) && numeral_at(f->r, k, &n) && in(f, n.end, s, units) && (k > v->w1 || slice_eq(gap_after(f->r, k - 1), SLICE(", ")));
}

/* Digits that are a part of something longer: "4, 051 yards", "$380, 600", "AK - 47", "16 - year - old", as some corpora are written. */
static bool torn(const struct finder *f, uint32_t w, const struct number *n)
{
    const struct reading *r = f->r;
    struct slice next = gap_after(r, n->end - 1), last = w > 0 ? gap_after(r, w - 1) : (struct slice){NULL, 0};
    bool three = n->digits && n->end == w + 1 && word_text(r, w).len == 3;
    bool digits_before = w > 0 && (r->words[w - 1].flags & WORD_DIGIT) && word_text(r, w - 1).len <= 3;
    bool digits_behind = n->end < r->n_words && (r->words[n->end].flags & WORD_DIGIT) && word_text(r, n->end).len == 3 && word_text(r, n->end - 1).len <= 3;
    if ((three && digits_before && slice_eq(last, SLICE(", "))) || (n->digits && digits_behind && slice_eq(next, SLICE(", ")))) return true;
    if (slice_eq(next, SLICE(" - ")) && in(f, n->end, r->words[w].sentence, "year") && in(f, n->end + 1, r->words[w].sentence, "old")) return true;
    return n->digits && slice_eq(last, SLICE(" - ")) && w > 0 && (r->words[w - 1].flags & WORD_CAPITAL) && word_text(r, w - 1).len <= 3;
}

/* "one in every 500 users", "one out of five": how often, not how many. */
static bool one_in(const struct finder *f, uint32_t w)
{
    uint32_t s = f->r->words[w].sentence;
    if (w > 0 && in(f, w - 1, s, "every each")) w--;
    if (w > 1 && in(f, w - 1, s, "of") && in(f, w - 2, s, "out")) w--;
    return w > 1 && in(f, w - 1, s, "in out") && in_sentence(f, w - 2, s) && (f->r->words[w - 2].flags & (WORD_DIGIT | WORD_NUMERAL));
}

/* "six to 13 days", "two or three men": the end of a range, which is no value; "from $600 to $2,000" and "voted 27 to 18" are none. */
static bool ends_span(const struct finder *f, uint32_t w, enum slot slot)
{
    uint32_t s = f->r->words[w].sentence;
    if (w < 2 || !in(f, w - 1, s, "to or") || !in_sentence(f, w - 2, s) || !(f->r->words[w - 2].flags & (WORD_DIGIT | WORD_NUMERAL))) return false;
    struct number low;
    if ((w > 2 && in(f, w - 3, s, "from")) || (slot == SLOT_MONEY && (!numeral_at(f->r, w - 2, &low) || low.currency == 0))) return false;
    return slot == SLOT_DURATION || slot == SLOT_COUNT || slot == SLOT_MONEY || slot == SLOT_PERCENT;
}

/* "$140-150 million", "six to 13 days": the beginning of one. */
static bool begins_span(const struct finder *f, uint32_t w, const struct number *n, enum slot slot)
{
    struct number next;
    uint32_t s = f->r->words[w].sentence;
    if (!in_sentence(f, n->end, s) || (w > 0 && in(f, w - 1, s, "from"))) return false;
    struct slice gap = gap_after(f->r, n->end - 1);
    bool tied = slice_eq(gap, SLICE("-")) || slice_eq(gap, SLICE("\u2013")) || slice_eq(gap, SLICE("- $"));
    uint32_t k = tied ? n->end : n->end + 1;
    if ((!tied && !in(f, n->end, s, "to")) || !in_sentence(f, k, s) || !numeral_at(f->r, k, &next) || next.value <= n->value || next.ordinal || (next.currency != 0 && n->currency == 0)) return false;
    return slot == SLOT_DURATION || slot == SLOT_COUNT || slot == SLOT_MONEY || slot == SLOT_PERCENT;
}

static enum err find_number(struct finder *f, uint32_t w, const struct number *n, uint32_t *next)
{
    struct value v = {.n0 = w, .n1 = n->end, .w0 = w, .w1 = n->end, .sentence = f->r->words[w].sentence, .value = n->value, .step = n->step, .digits = n->digits};
    enum err e = OK;
    *next = n->end;
    if (f->r->words[n->end - 1].sentence != v.sentence || torn(f, w, n)) return OK;
    if (n->ordinal) {
        if (!calendar(f, w, n) && find_ordinal(f, n, &v)) v.slot = SLOT_ORDINAL;
    } else if (find_money(f, n, &v)) {
        double scale = shared_scale(f, n);
        v.slot = SLOT_MONEY, v.value *= scale, v.step *= scale;
    } else if (find_percent(f, n, &v)) {
        v.slot = SLOT_PERCENT;
    } else if (find_age(f, w, n, &v)) {
        v.slot = SLOT_AGE;
    } else if (calendar(f, w, n)) {
        return OK;
    } else if (find_vote(f, n, &v)) {
        v.slot = SLOT_VOTE;
    } else if (find_duration(f, w, n, &v)) {
        if (!half_of_span(f, w, &v)) v.slot = SLOT_DURATION;
    } else {
        uint32_t head = head_after(f, n->end, v.sentence, &v.mods, &e);
        if (e == OK && find_aboard(f, n, head, &v)) v.slot = SLOT_COUNT;
        else if (e == OK && !find_toll(f, w, n, head, &v) && head != 0 && n->value != 1) {
            v.slot = SLOT_COUNT;
            v.key = f->r->words[head].lemma;
            v.w1 = head + 1;
        }
        for (size_t i = 0; v.slot == SLOT_TOLL && i < v.mods.len; i++) v.head = v.mods.ptr[0];
    }
    ids_sort(&v.mods);
    if (e != OK || v.slot == SLOT_NONE || one_in(f, w) || begins_span(f, w, n, v.slot) || ends_span(f, w, v.slot)) return e;
    *next = v.w1 > *next ? v.w1 : *next;
    return put(f, v);
}

/* "hundreds of thousands of casualties": the widest reading of the words. */
static bool vague_at(const struct finder *f, uint32_t w, struct value *v)
{
    static const struct { const char *word; double lo, hi; } rows[] = {
        {"dozens", 24, 199}, {"scores", 40, 199}, {"hundreds", 200, 2999}, {"thousands", 2000, 99999}, {"millions", 2e6, 2e8}, {"billions", 2e9, 2e11}};
    struct slice x = word_text(f->r, w);
    if (strchr("tdshmb", x.ptr[0] | 0x20) == NULL) return false;
    bool tens = slice_eq_nocase(x, SLICE("tens"));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!tens && !slice_eq_nocase(x, slice_of(rows[i].word))) continue;
        uint32_t s = f->r->words[w].sentence;
        v->lo = tens ? 20 : rows[i].lo, v->hi = tens ? 199 : rows[i].hi;
        v->n0 = v->w0 = w, v->n1 = w + 1, v->sentence = s, v->hedge = HEDGE_VAGUE, v->step = 0;
        if (in(f, w + 1, s, "of") && w + 2 < f->r->n_words)
            for (size_t k = 3; k < 6; k++)
                if (slice_eq_nocase(word_text(f->r, w + 2), slice_of(rows[k].word))) {
                    double scale = k == 3 ? 1e3 : k == 4 ? 1e6 : 1e9;
                    v->lo = (tens ? 20 : 200) * scale, v->hi = (tens ? 199 : 2000) * scale, v->n1 = w + 3;
                }
        v->value = v->lo;
        return !tens || v->n1 == w + 3;
    }
    return false;
}

/* "died on Thursday", "was sentenced late Friday": the weekday of an event, keyed by the event. */
static bool day_at(const struct finder *f, uint32_t w, struct value *v)
{
    static const char *const all_days = "monday tuesday wednesday thursday friday saturday sunday";
    static const char *const days[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    static const char *const happens = "die kill arrest resign fir oust indict sentenc charg execut marri crash collaps convict acquit suspend shoot hang elect debat sign vot testify attack "
                                       "explod explosion derail sink capsiz erupt kidnap abduct meet hear rally strik";
    uint32_t s = f->r->words[w].sentence, k = w;
    size_t day = 0;
    if (!(f->r->words[w].flags & WORD_CAPITAL) || !is(f, w, all_days)) return false;
    while (!is(f, w, days[day])) day++;
    while (k > 0 && w - k < 3 && in(f, k - 1, s, "on late early last this befor the night")) k--;
    if (k == 0 || !in(f, k - 1, s, happens) || is(f, k, "befor") || in(f, w + 1, s, days[day])) return false;
    *v = (struct value){.slot = SLOT_WHEN, .key = f->r->words[k - 1].lemma, .n0 = w, .n1 = w + 1, .w0 = w, .w1 = w + 1, .sentence = s, .value = (double)day + 1, .step = 1};
    return true;
}

static enum err find_vague(struct finder *f, struct value *v, uint32_t *next)
{
    enum err e = OK;
    uint32_t head = head_after(f, v->n1, v->sentence, &v->mods, &e);
    struct number n = {.value = v->value, .end = v->n1};
    *next = v->w1 = v->n1;
    if (e != OK) return e;
    if (!find_toll(f, v->n0, &n, head, v)) {
        if (head == 0) return OK;
        v->slot = SLOT_COUNT;
        v->key = f->r->words[head].lemma;
        v->w1 = head + 1;
    }
    ids_sort(&v->mods);
    return put(f, *v);
}

enum err slots_read(struct lexicon *lex, const struct reading *r, struct values *out)
{
    *out = (struct values){arena_take(lex->mem, SLOTS_MAX * sizeof *out->ptr), 0};
    if (out->ptr == NULL) return ERR_NOMEM;
    struct finder f = {lex, r, out};
    for (uint32_t w = 0; w < r->n_words;) {
        struct number n;
        struct value v = {0};
        uint32_t next = w + 1;
        enum err e = OK;
        if (vague_at(&f, w, &v)) e = find_vague(&f, &v, &next);
        else if (day_at(&f, w, &v)) e = put(&f, v);
        else if (numeral_at(r, w, &n)) e = find_number(&f, w, &n, &next);
        if (e != OK) return e;
        w = next;
    }
    return OK;
}
