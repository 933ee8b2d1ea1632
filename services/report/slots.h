/* slots.h - typed values that a text states: money, counts, durations, percentages, ages, tolls, votes, ordinals, each with
 * what it is about and the words round it. */
#ifndef WD_SLOTS_H
#define WD_SLOTS_H

#include "words.h"

enum { SLOTS_MAX = 400, NEAR = 7, CLOSE = 4 }; /* values taken of one text; words each side of one that are near, close */

enum hedge { HEDGE_NONE = 0, HEDGE_ABOUT, HEDGE_OVER, HEDGE_UNDER, HEDGE_NEARLY, HEDGE_VAGUE };

enum lapse { LAPSE_NONE = 0, LAPSE_BACK, LAPSE_FORTH }; /* ago, earlier, before, past; later, after, from, within, next */

struct value {
    enum slot slot;
    uint32_t key;      /* what must be equal for two values to be compared: lemma of head, unit, currency, surname, harm, event */
    uint32_t head;     /* for durations, ordinals: the noun it modifies; 0 when none */
    uint32_t b, e;     /* the words: number, unit, head */
    uint32_t w0, w1;   /* the same in words */
    uint32_t n0, n1;   /* the number alone, in words */
    uint32_t sentence;
    double value, lo, hi; /* lo to hi is what it may stand for */
    double step;          /* what it is rounded to; 1 for a plain number under 100 */
    enum hedge hedge;
    bool quoted;       /* between quotation marks: somebody's words */
    bool more;         /* more, another, additional: an increment */
    enum lapse lapse;  /* a duration that says when, not how long */
    bool digits;       /* written in digits */
    struct ids near, close, clause, mods;
};
struct values { struct value *ptr; size_t len; };

/* All values of a text, in text order. ERR_NOMEM. */
enum err slots_read(struct lexicon *lex, const struct reading *r, struct values *out) MUST_CHECK;

/* The word for a toll's key: killed, injured, arrested, missing. */
struct slice harm_name(struct slice key);

struct number {
    double value, step;
    uint32_t end;      /* the word behind it */
    bool digits, ordinal;
    char currency;     /* '$', 'L' for pounds, 'E' for euros, or 0 */
};
/* The number that begins with word w; false when none does. */
bool numeral_at(const struct reading *r, uint32_t w, struct number *out);

/* True when only one space or one hyphen lies between word w and the next. */
bool words_joined(const struct reading *r, uint32_t w);

/* Bytes between word w and the next word (to the text's end for the last). */
struct slice gap_after(const struct reading *r, uint32_t w);
/* Whether one of the marks stands there, or a dash, a curled quotation mark or the like. */
bool gap_has(const struct reading *r, uint32_t w, const char *marks);

#endif
