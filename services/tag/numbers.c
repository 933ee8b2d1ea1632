/* numbers.c - reads numbers from tokens. */
#include "numbers.h"

#include <math.h>

long digits_at(const struct tokens *t, size_t i)
{
    if (i >= t->len) return -1;
    struct slice s = token_text(t, i);
    long v = 0;
    if (s.len == 0 || s.len > 9) return -1;
    for (size_t k = 0; k < s.len; k++) {
        if (s.ptr[k] < '0' || s.ptr[k] > '9') return -1;
        v = v * 10 + (s.ptr[k] - '0');
    }
    return v;
}

int ordinal_at(const struct tokens *t, size_t i)
{
    if (i >= t->len) return 0;
    if (t->ptr[i].word & WORD_ORDINAL) return t->ptr[i].value;
    struct slice s = token_text(t, i);
    if (!(t->ptr[i].kind & TOKEN_NUMBER) || s.len < 3 || s.len > 6) return 0;
    struct slice tail = slice_cut(s, s.len - 2, s.len);
    if (!slice_eq_nocase(tail, SLICE("st")) && !slice_eq_nocase(tail, SLICE("nd")) && !slice_eq_nocase(tail, SLICE("rd"))
        && !slice_eq_nocase(tail, SLICE("th")))
        return 0;
    int v = 0;
    for (size_t k = 0; k + 2 < s.len; k++) {
        if (s.ptr[k] < '0' || s.ptr[k] > '9') return 0;
        v = v * 10 + (s.ptr[k] - '0');
    }
    return v;
}

/* 400,000 and 2.5 and 25, with an optional letter behind it for the scale (5m, 3bn). False for anything else. */
static bool figure(struct slice s, double *value, bool *scaled)
{
    double v = 0, unit = 0;
    size_t i = 0, since_comma = 0;
    bool comma = false;
    for (; i < s.len && i < 24; i++) {
        char c = s.ptr[i];
        if (c >= '0' && c <= '9') {
            if (unit > 0) {
                v += (c - '0') * unit;
                unit /= 10;
            } else {
                v = v * 10 + (c - '0');
                since_comma++;
            }
        } else if (c == ',' && unit == 0 && (!comma || since_comma == 3) && since_comma > 0 && since_comma <= 3) {
            comma = true;
            since_comma = 0;
        } else if (c == '.' && unit == 0) unit = 0.1;
        else break;
    }
    if (i == 0 || (comma && since_comma != 3)) return false;
    struct slice tail = slice_cut(s, i, s.len);
    *value = v;
    if (tail.len == 0) return true;
    *scaled = true;
    static const struct { const char *tail; double by; } tails[] = {{"m", 1e6}, {"mn", 1e6}, {"bn", 1e9}, {"b", 1e9}, {"tn", 1e12}, {"k", 1e3}};
    for (size_t k = 0; k < sizeof tails / sizeof *tails; k++)
        if (slice_eq_nocase(tail, slice_of(tails[k].tail))) {
            *value = v * tails[k].by;
            return true;
        }
    return false;
}

static bool is_plural_scale(const struct tokens *t, size_t i)
{
    return token_in(t, i, WORD_SCALE) && slice_ends(token_text(t, i), SLICE("s"));
}

static double scale_of(const struct token *k)
{
    return k->value == 0 ? 12 : pow(10, k->value);
}

/* Scales behind a number: million; hundred and so on up to three of them. */
static void scale_up(const struct tokens *t, size_t end, struct number *n)
{
    for (int k = 0; k < 3 && n->end < end; k++) {
        size_t i = n->end;
        if (i + 1 < end && (t->ptr[i].kind & TOKEN_DASH) && token_in(t, i + 1, WORD_SCALE) && (t->ptr[i + 1].kind & TOKEN_GLUED)) i++;
        if (!token_in(t, i, WORD_SCALE) || is_plural_scale(t, i)) return;
        n->value *= scale_of(&t->ptr[i]);
        n->scaled = true;
        n->end = i + 1;
    }
}

/* "hundreds of thousands", "dozens", "millions": at least two of them. */
static struct number plural_at(const struct tokens *t, size_t i, size_t end)
{
    struct number n = {true, 2 * scale_of(&t->ptr[i]), i + 1, true, true, true};
    if (i + 2 < end && slice_eq(token_text(t, i + 1), SLICE("of")) && is_plural_scale(t, i + 2)) {
        n.value *= scale_of(&t->ptr[i + 2]);
        n.end = i + 3;
    }
    return n;
}

struct number number_at(const struct tokens *t, size_t i, size_t end)
{
    struct number n = {.end = i};
    if (i >= end) return n;
    const struct token *k = &t->ptr[i];
    if (is_plural_scale(t, i)) return plural_at(t, i, end);
    if (k->kind & TOKEN_NUMBER) {
        if (!figure(token_text(t, i), &n.value, &n.scaled)) return n;
        n.end = i + 1;
    } else if (k->word & WORD_CARDINAL) {
        n.value = k->value;
        n.words = true;
        n.end = i + 1;
        if (k->value >= 20 && i + 2 < end && (t->ptr[i + 1].kind & TOKEN_DASH) && token_in(t, i + 2, WORD_CARDINAL) && t->ptr[i + 2].value < 10) {
            n.value += t->ptr[i + 2].value;
            n.end = i + 3;
        }
    } else if (i + 1 < end && (slice_eq_nocase(token_text(t, i), SLICE("a")) || slice_eq_nocase(token_text(t, i), SLICE("an")))
               && token_in(t, i + 1, WORD_SCALE) && !is_plural_scale(t, i + 1) && t->ptr[i + 1].e - t->ptr[i + 1].b > 2) {
        n.value = 1;
        n.words = true;
        n.end = i + 1;
    } else return n;
    n.found = true;
    scale_up(t, end, &n);
    return n;
}
