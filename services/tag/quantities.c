/* quantities.c - what stands before a number (more than, $), the number or range, its unit, and the words for what it counts. */
#include "quantities.h"

#include <math.h>

#include "numbers.h"

enum { WHAT_MAX = 5, COUNTED = WORD_CARDINAL | WORD_ORDINAL | WORD_SCALE | WORD_DETERMINER };

struct counting {
    const struct tokens *t;
    const uint8_t *used;
    bool english;
    struct sentence in; /* the sentence at hand */
};

struct amount { /* tokens */
    size_t begin, end; /* end 0: nothing */
    double value, upper;
    enum quantity_op op;
    const char *unit;
    size_t what, what_end; /* empty: none */
};

static const struct amount nothing = {0};

static bool is(const struct counting *c, size_t i, const char *word)
{
    return i < c->in.end && token_is_word(c->t, i, word);
}

static bool free_at(const struct counting *c, size_t i)
{
    return i >= c->in.first && i < c->in.end && !c->used[i];
}

static bool glued(const struct counting *c, size_t i)
{
    return i < c->in.end && (c->t->ptr[i].kind & TOKEN_GLUED) != 0;
}

/* --- before the number --- */

static const struct before {
    const char *first, *second; /* second NULL: one word */
    enum quantity_op op;
} befores[] = {
    {"more", "than", OP_MORE}, {"greater", "than", OP_MORE}, {"at", "least", OP_MORE}, {"not", "least", OP_MORE}, {"over", NULL, OP_MORE},
    {"above", NULL, OP_MORE}, {"exceeding", NULL, OP_MORE}, {"less", "than", OP_LESS}, {"fewer", "than", OP_LESS}, {"up", "to", OP_LESS},
    {"at", "most", OP_LESS}, {"as", "many", OP_LESS}, {"under", NULL, OP_LESS}, {"below", NULL, OP_LESS}, {"nearly", NULL, OP_ABOUT},
    {"almost", NULL, OP_ABOUT}, {"about", NULL, OP_ABOUT}, {"around", NULL, OP_ABOUT}, {"roughly", NULL, OP_ABOUT},
    {"approximately", NULL, OP_ABOUT}, {"some", NULL, OP_ABOUT}, {"an", "estimated", OP_ABOUT}, {"estimated", NULL, OP_ABOUT},
    {"close", "to", OP_ABOUT}, {"circa", NULL, OP_ABOUT}, {"exactly", NULL, OP_EXACT}, {"only", NULL, OP_EXACT}, {"just", NULL, OP_EXACT},
    {"precisely", NULL, OP_EXACT},
};

/* Words before token *begin that say how exact the number is; moves *begin to the first of them. */
static enum quantity_op op_before(const struct counting *c, size_t *begin)
{
    size_t b = *begin;
    for (size_t k = 0; k < sizeof befores / sizeof *befores; k++) {
        const struct before *w = &befores[k];
        size_t n = w->second ? 2 : 1;
        if (b < c->in.first + n || !is(c, b - 1, w->second ? w->second : w->first)) continue;
        if (w->second && !is(c, b - 2, w->first)) continue;
        *begin = b - n;
        if (w->op == OP_ABOUT && *begin > c->in.first && is(c, *begin - 1, "than") && *begin > c->in.first + 1 && is(c, *begin - 2, "more")) {
            *begin -= 2;
            return OP_MORE;
        }
        return w->op;
    }
    return OP_EXACT;
}

static const struct currency { const char *mark, *unit; } currencies[] = {
    {"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}, {"¥", "JPY"}, {"₽", "RUB"}, {"₴", "UAH"}, {"₹", "INR"}, {"₩", "KRW"}, {"₺", "TRY"}, {"₪", "ILS"},
};

/* "$", "US$", "A$" right before the number: the unit, and *begin moves to it. */
static const char *currency_before(const struct counting *c, size_t *begin)
{
    if (*begin <= c->in.first || (!glued(c, *begin) && !is(c, *begin - 1, "$"))) return NULL;
    for (size_t k = 0; k < sizeof currencies / sizeof *currencies; k++) {
        if (!is(c, *begin - 1, currencies[k].mark)) continue;
        size_t b = --*begin;
        if (k != 0 || b <= c->in.first || !glued(c, b) || !(c->t->ptr[b - 1].kind & TOKEN_UPPER)) return currencies[k].unit;
        struct slice of = token_text(c->t, b - 1);
        if (of.len > 3) return currencies[k].unit;
        --*begin;
        return slice_eq(of, SLICE("A")) || slice_eq(of, SLICE("AU")) ? "AUD" : slice_eq(of, SLICE("C")) || slice_eq(of, SLICE("CA")) ? "CAD"
             : slice_eq(of, SLICE("HK")) ? "HKD" : slice_eq(of, SLICE("NZ")) ? "NZD" : slice_eq(of, SLICE("S")) ? "SGD" : "USD";
    }
    return NULL;
}

/* --- behind it --- */

static const char *const money_units[] = {"", "USD", "EUR", "GBP", "JPY", "RUB", "UAH", "INR", "CNY", "CHF"};

static const struct measure { const char *word, *unit; } measures[] = {
    {"km", "km"}, {"kilometer", "km"}, {"kilometers", "km"}, {"kilometre", "km"}, {"kilometres", "km"}, {"mile", "miles"}, {"miles", "miles"},
    {"meter", "m"}, {"meters", "m"}, {"metre", "m"}, {"metres", "m"}, {"feet", "feet"}, {"foot", "feet"}, {"kg", "kg"}, {"kilograms", "kg"},
    {"tons", "tons"}, {"ton", "tons"}, {"tonnes", "tonnes"}, {"tonne", "tonnes"}, {"barrels", "barrels"}, {"acres", "acres"},
    {"hectares", "hectares"}, {"degrees", "degrees"}, {"mph", "mph"}, {"kph", "kph"}, {"pounds", "GBP"},
};

/* %, percent, dollars, km: the unit behind token *end, which moves past it. */
static const char *unit_behind(const struct counting *c, size_t *end)
{
    size_t i = *end;
    if (is(c, i, "%") || is(c, i, "percent") || is(c, i, "pct")) {
        *end = i + 1;
        return "percent";
    }
    if (is(c, i, "per") && is(c, i + 1, "cent")) {
        *end = i + 2;
        return "percent";
    }
    if (is(c, i, "percentage") && (is(c, i + 1, "points") || is(c, i + 1, "point"))) {
        *end = i + 2;
        return "percentage points";
    }
    size_t w = i;
    if (w + 1 < c->in.end && (c->t->ptr[w].kind & TOKEN_DASH) && glued(c, w) && glued(c, w + 1)) w++;
    if (free_at(c, w) && token_in(c->t, w, WORD_MONEY)) {
        *end = w + 1;
        return money_units[c->t->ptr[w].value];
    }
    for (size_t k = 0; k < sizeof measures / sizeof *measures; k++)
        if (is(c, w, measures[k].word)) {
            *end = w + 1;
            return measures[k].unit;
        }
    return NULL;
}

static bool plural_noun(const struct tokens *t, size_t i)
{
    static const char *const odd[] = {"people", "men", "women", "children", "police", "staff", "personnel"};
    struct slice s = token_text(t, i);
    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++)
        if (slice_eq(s, slice_of(odd[k]))) return true;
    return s.len > 3 && slice_ends(s, SLICE("s")) && !slice_ends(s, SLICE("ss")) && !slice_ends(s, SLICE("us"));
}

/* The words for what is counted, from token i on. */
static void find_what(const struct counting *c, size_t i, struct amount *a)
{
    const struct tokens *t = c->t;
    if (is(c, i, "of") && token_in(t, ++i, WORD_DETERMINER)) i++;
    if (i < c->in.end && (t->ptr[i].kind & TOKEN_DASH)) return;
    size_t b = i;
    for (; i < c->in.end && i < b + WHAT_MAX + 1; i++) {
        const struct token *k = &t->ptr[i];
        struct slice s = token_text(t, i);
        bool owner = (k->kind & TOKEN_GLUED) && (slice_eq(s, SLICE("'s")) || slice_eq(s, SLICE("’s")));
        if (owner && i > b) continue;
        if (!(k->kind & TOKEN_WORD) || (k->kind & TOKEN_GLUED) || (k->word & (WORD_FUNCTION | WORD_SAY | WORD_AUXILIARY | WORD_ADVERB))) break;
        if (plural_noun(t, i) && !(i + 1 < c->in.end && glued(c, i + 1))) {
            i++;
            break;
        }
    }
    if (i == b) return;
    a->what = b;
    a->what_end = i;
}

/* --- one number --- */

/* A second number behind a dash or "to": 10-15, 10 to 15. */
static void take_range(const struct counting *c, struct amount *a, bool between)
{
    const struct tokens *t = c->t;
    size_t i = a->end;
    bool dashed = i < c->in.end && (t->ptr[i].kind & TOKEN_DASH) && glued(c, i) && glued(c, i + 1);
    if (!dashed && !is(c, i, "to") && !(between && is(c, i, "and"))) return;
    i++;
    if (i < c->in.end && token_is(t, i, '$')) i++;
    struct number n = number_at(t, i, c->in.end);
    if (!n.found || !free_at(c, i)) return;
    double low = a->value;
    if (n.scaled && low < n.value && low * 1000 < n.value && low < 1000) { /* 2 to 3 million */
        struct number bare = number_at(t, i, i + 1);
        if (bare.found && bare.value > 0) low *= n.value / bare.value;
    }
    if (n.value <= low) return;
    a->value = low;
    a->upper = n.value;
    a->op = OP_RANGE;
    a->end = n.end;
}

/* "Article 5", "Flight 12", "No. 3": a number that is a name. */
static bool numbers_a_name(const struct counting *c, size_t i, size_t end)
{
    const struct tokens *t = c->t;
    if (i <= c->in.first || (t->ptr[i].kind & TOKEN_FIRST)) return false;
    const struct token *k = &t->ptr[i - 1];
    if ((k->kind & TOKEN_DASH) && glued(c, i) && glued(c, i - 1)) return true; /* COVID-19, F-16 */
    if (!(k->kind & TOKEN_UPPER) || c->used[i - 1] == USED_TIME || (k->word & (WORD_FUNCTION | WORD_SAY))) return false;
    bool noun_follows = end < c->in.end && (t->ptr[end].kind & TOKEN_WORD) && !(t->ptr[end].kind & (TOKEN_UPPER | TOKEN_GLUED))
        && !(t->ptr[end].word & WORD_FUNCTION);
    return !noun_follows || (k->kind & TOKEN_DOTTED);
}

/* "Anna Berg, 68," and "aged 68": an age. */
static bool is_age(const struct counting *c, size_t i, double v)
{
    const struct tokens *t = c->t;
    if (v < 1 || v > 115 || v != floor(v) || i <= c->in.first) return false;
    if (is(c, i - 1, "aged") || is(c, i - 1, "age")) return true;
    bool commas = token_is(t, i - 1, ',') && (token_is(t, i + 1, ',') || token_is(t, i + 1, '.'));
    return commas && i >= c->in.first + 2 && (t->ptr[i - 2].kind & TOKEN_UPPER);
}

static bool alone_in_line(const struct counting *c, size_t i, size_t end)
{
    return (c->t->ptr[i].kind & TOKEN_PARAGRAPH) && (end >= c->t->len || (c->t->ptr[end].kind & TOKEN_PARAGRAPH));
}

static struct amount number_here(const struct counting *c, size_t i)
{
    const struct tokens *t = c->t;
    struct number n = number_at(t, i, c->in.end);
    if (!n.found || n.end <= i) return nothing;
    for (size_t k = i; k < n.end; k++)
        if (c->used[k]) return nothing;
    struct amount a = {.begin = i, .end = n.end, .value = n.value, .upper = NAN, .op = n.plural ? OP_MORE : OP_EXACT};
    bool between = i > c->in.first && is(c, i - 1, "between");
    const char *money = currency_before(c, &a.begin);
    take_range(c, &a, between);
    enum quantity_op op = op_before(c, &a.begin);
    if (op != OP_EXACT && a.op == OP_EXACT) a.op = op;
    a.unit = unit_behind(c, &a.end);
    if (money != NULL) a.unit = money;
    if (!c->english && a.unit == NULL) return nothing;
    bool bare = a.unit == NULL && a.op == OP_EXACT && !n.scaled;
    if (n.words && n.value <= 1 && bare) return nothing; /* one: hardly ever a count */
    if (bare && (alone_in_line(c, i, n.end) || numbers_a_name(c, i, n.end))) return nothing;
    if (bare && is_age(c, i, n.value)) {
        a.unit = "years";
        return a;
    }
    find_what(c, a.end, &a);
    if (bare && n.words && a.what == a.what_end) return nothing;
    return a;
}

/* "third extended meeting", "the third between": which one of a row. */
static struct amount ordinal_here(const struct counting *c, size_t i)
{
    const struct tokens *t = c->t;
    int n = ordinal_at(t, i);
    if (n < 2 || i + 1 >= c->in.end || (glued(c, i + 1) && (t->ptr[i + 1].kind & TOKEN_DASH)) || (t->ptr[i].kind & TOKEN_UPPER)) return nothing;
    bool led = i > c->in.first && (token_in(t, i - 1, WORD_DETERMINER) || token_is(t, i - 1, ','));
    struct amount a = {.begin = i, .end = i + 1, .value = n, .upper = NAN, .op = OP_ORDINAL};
    const struct token *next = &t->ptr[i + 1];
    if ((next->kind & TOKEN_WORD) && !(next->word & (WORD_FUNCTION | WORD_SAY | WORD_AUXILIARY))) find_what(c, i + 1, &a);
    if (a.what == a.what_end && !(led && (next->word & WORD_PREPOSITION))) return nothing;
    return a;
}

static bool is_half(const struct tokens *t, size_t i)
{
    const struct token *k = &t->ptr[i];
    return k->e - k->b == 4 && slice_eq_nocase(token_text(t, i), SLICE("half"));
}

/* The part that token i names behind a number: a third, two quarters. 0 for none. */
static int part_at(const struct counting *c, size_t i)
{
    static const struct { const char *one, *many; int parts; } rows[] = {{"half", "halves", 2}, {"third", "thirds", 3}, {"quarter", "quarters", 4}, {"fourth", "fourths", 4},
                                                                         {"fifth", "fifths", 5}, {"sixth", "sixths", 6}, {"eighth", "eighths", 8}, {"tenth", "tenths", 10}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (is(c, i, rows[k].one) || is(c, i, rows[k].many)) return rows[k].parts;
    return 0;
}

/* two-thirds, a quarter of, by half, half of, one in five, 9 out of 10 */
static struct amount fraction_here(const struct counting *c, size_t i)
{
    const struct tokens *t = c->t;
    struct amount a = {.begin = i, .upper = NAN, .op = OP_EXACT, .unit = "fraction"};
    bool article = is(c, i, "a") || is(c, i, "one"), by = i > c->in.first && is(c, i - 1, "by");
    size_t p = i + 1;
    if (is_half(t, i)) {
        if (!by && !is(c, p, "of")) return nothing;
        a.value = 0.5;
        a.end = p;
    } else if (article || (t->ptr[i].word & WORD_CARDINAL)) {
        if (p + 1 < c->in.end && (t->ptr[p].kind & TOKEN_DASH) && glued(c, p) && glued(c, p + 1)) p++;
        int parts = free_at(c, p) ? part_at(c, p) : 0;
        double n = article ? 1 : t->ptr[i].value;
        if (parts != 0 && n < parts && (n > 1 || by || is(c, p + 1, "of"))) {
            a.value = n / parts;
            a.end = p + 1;
        }
    }
    if (a.end == 0) {
        struct number n = number_at(t, i, c->in.end);
        bool out = n.found && is(c, n.end, "out") && is(c, n.end + 1, "of");
        if (!n.found || !(out || (n.words && is(c, n.end, "in")))) return nothing;
        struct number of = number_at(t, n.end + (out ? 2 : 1), c->in.end);
        if (!of.found || of.value <= n.value || n.value <= 0 || of.value > 1e6 || (!out && n.value > 9) || c->used[of.end - 1]) return nothing;
        a.value = n.value / of.value;
        a.end = of.end;
    }
    a.op = op_before(c, &a.begin);
    find_what(c, a.end, &a);
    return a;
}

static struct amount at(const struct counting *c, size_t i)
{
    const struct token *k = &c->t->ptr[i];
    if (c->used[i] || !((k->kind & TOKEN_NUMBER) || (k->word & COUNTED) || is_half(c->t, i))) return nothing;
    bool article = !(k->kind & TOKEN_NUMBER) && (k->word & COUNTED) == WORD_DETERMINER; /* of them, a number begins only with "a third", "a dozen" */
    if (article && !token_in(c->t, i + 1, WORD_SCALE | WORD_ORDINAL | WORD_UNIT)) return nothing;
    struct amount a = c->english ? fraction_here(c, i) : nothing;
    if (a.end == 0) a = number_here(c, i);
    return a.end != 0 || !c->english ? a : ordinal_here(c, i);
}

static struct quantity made(const struct tokens *t, const struct amount *a)
{
    struct quantity q = {.b = t->ptr[a->begin].b, .e = t->ptr[a->end - 1].e, .value = a->value, .upper = a->upper, .op = a->op};
    if (a->unit != NULL) q.unit = slice_of(a->unit);
    if (a->what < a->what_end) q.what = (struct span){t->ptr[a->what].b, t->ptr[a->what_end - 1].e};
    return q;
}

enum err quantities_find(struct arena *mem, const struct tokens *t, bool english, const uint8_t *used, struct quantities *out)
{
    struct counting c = {.t = t, .used = used, .english = english};
    size_t most = 1;
    for (size_t i = 0; i < t->len; i++)
        if ((t->ptr[i].kind & TOKEN_NUMBER) || (t->ptr[i].word & (WORD_CARDINAL | WORD_ORDINAL | WORD_SCALE | WORD_UNIT)) || is_half(t, i)) most++;
    *out = (struct quantities){arena_array(mem, most, sizeof *out->ptr), 0};
    if (out->ptr == NULL) return ERR_NOMEM;
    for (size_t n = 0; n < t->sentences; n++) {
        c.in = t->sentence[n];
        size_t free_from = c.in.first;
        for (size_t i = c.in.first; i < c.in.end;) {
            struct amount a = at(&c, i);
            bool take = a.end > i && a.begin >= free_from && isfinite(a.value) && out->len < most;
            if (take) {
                out->ptr[out->len++] = made(t, &a);
                free_from = a.end;
            }
            i = take ? a.end : i + 1;
        }
    }
    return OK;
}
