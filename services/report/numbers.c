/* numbers.c - numbers as news writes them: 400,000, five, twenty-one, half a million, 3.5bn, third. */
#include "slots.h"

#include <math.h>

static const struct name { const char *word; double value; } cardinals[] = {
    {"zero", 0}, {"one", 1}, {"two", 2}, {"three", 3}, {"four", 4}, {"five", 5}, {"six", 6}, {"seven", 7}, {"eight", 8}, {"nine", 9}, {"ten", 10},
    {"eleven", 11}, {"twelve", 12}, {"thirteen", 13}, {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
    {"twenty", 20}, {"thirty", 30}, {"forty", 40}, {"fifty", 50}, {"sixty", 60}, {"seventy", 70}, {"eighty", 80}, {"ninety", 90},
};
static const struct name scales[] = {
    {"hundred", 100}, {"thousand", 1e3}, {"million", 1e6}, {"billion", 1e9}, {"trillion", 1e12}, {"dozen", 12},
    {"m", 1e6}, {"mn", 1e6}, {"bn", 1e9}, {"b", 1e9}, {"k", 1e3}, {"tn", 1e12},
};
static const struct name ordinals[] = {
    {"first", 1}, {"second", 2}, {"third", 3}, {"fourth", 4}, {"fifth", 5}, {"sixth", 6}, {"seventh", 7}, {"eighth", 8}, {"ninth", 9}, {"tenth", 10}, {"eleventh", 11},
    {"twelfth", 12},
};

static double named(const struct name *table, size_t n, struct slice w)
{
    if (w.len == 0) return -1;
    for (size_t i = 0; i < n; i++) /* nearly every word differs in its first letter */
        if (table[i].word[0] == (w.ptr[0] | 0x20) && slice_eq_nocase(slice_of(table[i].word), w)) return table[i].value;
    return -1;
}
#define NAMED(table, w) named((table), sizeof(table) / sizeof(table)[0], (w))

/* What cannot begin a number need not be looked at again: the tables' words, but for the two whose lemma is another. */
bool numeral_lemma(struct slice lemma)
{
    static const char *const others[] = {"thre", "twelv", "a", "half", "dozen"};
    if (lemma.len == 0 || strchr("zotfsenahd", lemma.ptr[0]) == NULL) return false; /* nearly all begin otherwise */
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (cstr_eq(others[i], lemma)) return true;
    return NAMED(cardinals, lemma) >= 0 || NAMED(ordinals, lemma) > 0;
}

struct slice gap_after(const struct reading *r, uint32_t w)
{
    size_t b = r->words[w].e, e = w + 1 < r->n_words ? r->words[w + 1].b : r->text.len;
    return slice_cut(r->text, b, e);
}

bool gap_has(const struct reading *r, uint32_t w, const char *marks)
{
    struct slice g = gap_after(r, w);
    for (size_t i = 0; i < g.len; i++)
        if ((unsigned char)g.ptr[i] == 0xE2 || (g.ptr[i] != '\0' && strchr(marks, g.ptr[i]) != NULL)) return true; /* U+2000 and on */
    return false;
}

bool words_joined(const struct reading *r, uint32_t w)
{
    struct slice g = gap_after(r, w);
    return w + 1 < r->n_words && (slice_eq(g, SLICE(" ")) || slice_eq(g, SLICE("-")));
}

/* A scale word behind word `w`, or -1. Short forms (m, bn) count only where they are tied to the digits. */
static double scale_after(const struct reading *r, uint32_t w)
{
    if (!words_joined(r, w)) return -1;
    struct slice next = word_text(r, w + 1);
    return next.len > 2 ? NAMED(scales, next) : -1;
}

static char currency_before(const struct reading *r, uint32_t b)
{
    struct slice t = r->text;
    if (b > 0 && t.ptr[b - 1] == ' ') b--;
    if (b >= 1 && t.ptr[b - 1] == '$') return '$';
    if (b >= 2 && slice_eq(slice_cut(t, b - 2, b), SLICE("\u00A3"))) return 'L';
    if (b >= 3 && slice_eq(slice_cut(t, b - 3, b), SLICE("\u20AC"))) return 'E';
    return 0;
}

/* Digits that are part of something else: COVID-19, 9/11, 3:30, 22 1/2. */
static bool entangled(const struct reading *r, uint32_t w)
{
    const struct word *x = &r->words[w];
    struct slice t = r->text;
    char before = x->b > 0 ? t.ptr[x->b - 1] : ' ', after = x->e < t.len ? t.ptr[x->e] : ' ';
    if (before == '/' || after == '/' || before == '#') return true;
    if (before == ' ' && x->b > 1 && t.ptr[x->b - 2] == '/') return true; /* 4 1 / 2 */
    if (after == ':' && x->e + 1 < t.len && t.ptr[x->e + 1] >= '0' && t.ptr[x->e + 1] <= '9') return true;
    if (before == ':' && x->b > 1 && t.ptr[x->b - 2] >= '0' && t.ptr[x->b - 2] <= '9') return true;
    if ((x->flags & WORD_HYPHEN) && w > 0 && !(r->words[w - 1].flags & WORD_DIGIT) && NAMED(cardinals, word_text(r, w - 1)) < 0) return true;
    if (w > 0 && (r->words[w - 1].flags & WORD_DIGIT) && slice_eq(gap_after(r, w - 1), SLICE(" "))) return true;
    return after == ' ' && w + 1 < r->n_words && (r->words[w + 1].flags & WORD_DIGIT) && slice_eq(gap_after(r, w), SLICE(" ")) &&
           r->words[w + 1].e < t.len && t.ptr[r->words[w + 1].e] == '/';
}

static bool digits_at(const struct reading *r, uint32_t w, struct number *out)
{
    struct slice x = word_text(r, w);
    double v = 0, unit = 1;
    size_t i = 0, decimals = 0, zeros = 0, n = 0;
    bool dot = false;
    for (; i < x.len && ((x.ptr[i] >= '0' && x.ptr[i] <= '9') || x.ptr[i] == ',' || x.ptr[i] == '.'); i++) {
        if (x.ptr[i] == ',') continue;
        if (x.ptr[i] == '.') {
            if (dot) return false;
            dot = true;
            continue;
        }
        v = v * 10 + (x.ptr[i] - '0');
        decimals += dot;
        zeros = x.ptr[i] == '0' ? zeros + 1 : 0;
        if (++n > 15) return false;
    }
    for (size_t k = 0; k < decimals; k++) unit /= 10;
    struct slice rest = slice_cut(x, i, x.len);
    out->currency = currency_before(r, r->words[w].b);
    if (rest.len > 0) {
        if (slice_eq(rest, SLICE("st")) || slice_eq(rest, SLICE("nd")) || slice_eq(rest, SLICE("rd")) || slice_eq(rest, SLICE("th"))) {
            *out = (struct number){v, 1, w + 1, true, true, 0};
            return decimals == 0;
        }
        double s = NAMED(scales, rest);
        if (s < 0) return false;
        unit *= s;
    }
    double s = rest.len == 0 ? scale_after(r, w) : -1;
    out->end = w + 1;
    if (s > 0) {
        unit *= s;
        out->end++;
    }
    out->step = unit;
    if (!dot && v * unit >= 100) /* below a hundred a number is exact */
        for (size_t k = 0; k < zeros && k + 1 < n; k++) out->step *= 10;
    out->value = v * unit;
    out->digits = true;
    return true;
}

static bool spelled_at(const struct reading *r, uint32_t w, struct number *out)
{
    uint32_t at = w;
    double total = 0, cur = -1, step = 1;
    if (slice_eq_nocase(word_text(r, at), SLICE("half")) && words_joined(r, at) && slice_eq(word_text(r, at + 1), SLICE("a"))) {
        double s = scale_after(r, at + 1);
        if (s < 12) return false;
        *out = (struct number){s / 2, s / 10, at + 3, false, false, 0};
        return true;
    }
    if (slice_eq_nocase(word_text(r, at), SLICE("a"))) {
        double s = scale_after(r, at);
        if (s < 0) return false;
        cur = 1;
        at++;
    }
    for (; at < r->n_words; at++) {
        struct slice x = word_text(r, at);
        double c = NAMED(cardinals, x), s = x.len > 2 ? NAMED(scales, x) : -1;
        if (c >= 0 && (cur < 0 || (cur >= 20 && cur < 100 && c < 10 && (r->words[at].flags & WORD_HYPHEN)))) cur = cur < 0 ? c : cur + c;
        else if (s > 0 && (cur >= 0 || s == 12)) {
            cur = (cur < 0 ? 1 : cur) * s;
            step = s;
            if (s >= 1000) {
                total += cur;
                cur = 0;
            }
        } else break;
        if (!words_joined(r, at)) {
            at++;
            break;
        }
    }
    if (at == w || cur < 0) return false;
    bool half = at + 2 < r->n_words && slice_eq(word_text(r, at), SLICE("and")) && slice_eq(word_text(r, at + 1), SLICE("a")) && slice_eq(word_text(r, at + 2), SLICE("half"));
    if (half && total + cur < 100 && words_joined(r, at - 1) && words_joined(r, at) && words_joined(r, at + 1)) cur += .5, at += 3; /* four and a half months */
    *out = (struct number){total + cur, step, at, false, false, 0};
    return true;
}

bool numeral_at(const struct reading *r, uint32_t w, struct number *out)
{
    *out = (struct number){0};
    if (!(r->words[w].flags & (WORD_DIGIT | WORD_NUMERAL))) return false;
    if (r->words[w].flags & WORD_DIGIT) return !entangled(r, w) && digits_at(r, w, out);
    double o = NAMED(ordinals, word_text(r, w));
    if (o > 0) {
        *out = (struct number){o, 1, w + 1, false, true, 0};
        return true;
    }
    return spelled_at(r, w, out);
}
