/* habits.c - one count for each word that has a capital somewhere in the document; headlines are not counted. */
#include "habits.h"

enum way { /* bits of look.ways: what stands right before or behind the word in one of its places */
    WAY_TITLE = 1u << 0,          /* Mr. */
    WAY_ROLE = 1u << 1,           /* spokesman */
    WAY_IN = 1u << 2,
    WAY_FROM = 1u << 3,           /* at, from, to */
    WAY_THE = 1u << 4,
    WAY_OF = 1u << 5,
    WAY_SAID = 1u << 6,
    WAY_GIVEN_NAME = 1u << 7,
    WAY_ORG = 1u << 8,            /* Bank */
    WAY_PLACE = 1u << 9,          /* Lake */
    WAY_CAPITAL = 1u << 10,       /* another word with a capital */
    WAY_BRACKET = 1u << 11,
    WAY_PLACE_COMMA = 1u << 12,   /* Oslo, … */
    WAY_SAYS = 1u << 13,          /* from here on behind it */
    WAY_OWNS = 1u << 14,          /* 's */
    WAY_ORG_BEHIND = 1u << 15,    /* Inc. */
    WAY_PLACE_BEHIND = 1u << 16,  /* River */
    WAY_CAPITAL_BEHIND = 1u << 17,
    WAY_PEOPLE_BEHIND = 1u << 18, /* officials */
    WAY_SMALL_PLACE = 1u << 19,   /* province */
    WAY_SMALL_ORG = 1u << 20,     /* police */
    WAY_COMMA_CAPITAL = 1u << 21, /* …, Norway */
    WAY_DOES = 1u << 22,          /* has, was */
    WAY_COMMA_ROLE = 1u << 23,    /* …, the mayor */
};

struct habit { uint64_t word; uint32_t ways; uint8_t small, capital, often; };
struct habits { struct habit *slot; size_t mask; };

static struct habit *habit_at(const struct habits *h, uint64_t word)
{
    uint64_t key = word ? word : 1;
    size_t i = (key ^ key >> 31) & h->mask;
    while (h->slot[i].word != 0 && h->slot[i].word != key) i = (i + 1) & h->mask;
    return &h->slot[i];
}

static uint32_t ways_before(const struct view *v, size_t i, size_t first)
{
    const struct tokens *t = v->t;
    if (i == first) return 0;
    const struct token *k = &t->ptr[i - 1];
    uint32_t ways = 0;
    if (k->word & WORD_TITLE) ways |= WAY_TITLE;
    if ((k->word & WORD_ROLE) && !token_capital(k)) ways |= WAY_ROLE;
    if (k->word & WORD_SAY) ways |= WAY_SAID;
    if (k->word & WORD_PREPOSITION) {
        if (token_is_word(t, i - 1, "in") || token_is_word(t, i - 1, "near")) ways |= WAY_IN;
        if (token_is_word(t, i - 1, "at") || token_is_word(t, i - 1, "from") || token_is_word(t, i - 1, "to")) ways |= WAY_FROM;
    }
    if (token_is_word(t, i - 1, "the")) ways |= WAY_THE;
    if (token_is_word(t, i - 1, "of")) ways |= WAY_OF;
    if (token_is(t, i - 1, '(')) ways |= WAY_BRACKET;
    if (token_is(t, i - 1, ',') && i > first + 1 && token_capital(&t->ptr[i - 2])) ways |= WAY_PLACE_COMMA;
    if (!token_capital(k)) return ways;
    if (v->look[i - 1].given > 1) ways |= WAY_GIVEN_NAME;
    return ways | (k->word & WORD_ORG ? WAY_ORG : k->word & WORD_PLACE ? WAY_PLACE : WAY_CAPITAL);
}

static uint32_t ways_behind(const struct tokens *t, size_t i, size_t end)
{
    if (i + 1 == end) return 0;
    const struct token *k = &t->ptr[i + 1];
    uint32_t ways = 0;
    if (k->word & WORD_SAY) ways |= WAY_SAYS;
    if (k->word & WORD_AUXILIARY) ways |= WAY_DOES;
    if (token_is_word(t, i + 1, "'s") || token_is_word(t, i + 1, "’s")) ways |= WAY_OWNS;
    if (token_is(t, i + 1, ',') && i + 2 < end) {
        if (token_capital(&t->ptr[i + 2])) ways |= WAY_COMMA_CAPITAL;
        if (t->ptr[i + 2].word & (WORD_DETERMINER | WORD_ROLE | WORD_NEWS | WORD_PRONOUN)) ways |= WAY_COMMA_ROLE;
    }
    if (token_capital(k)) return ways | (k->word & WORD_ORG ? WAY_ORG_BEHIND : k->word & WORD_PLACE ? WAY_PLACE_BEHIND : WAY_CAPITAL_BEHIND);
    if (k->word & (WORD_ROLE | WORD_GROUP)) return ways | WAY_PEOPLE_BEHIND;
    return ways | (k->word & WORD_PLACE ? WAY_SMALL_PLACE : k->word & WORD_ORG ? WAY_SMALL_ORG : 0);
}

static void count_one(const struct view *v, const struct habits *all, size_t i)
{
    const struct token *k = &v->t->ptr[i];
    struct habit *h = habit_at(all, k->lower);
    if (h->word == 0 || v->headline[v->sentence[i]] != PROSE) return;
    if (!token_capital(k)) {
        if (h->small < 2) h->small++;
        return;
    }
    struct sentence s = v->t->sentence[v->sentence[i]];
    h->ways |= ways_before(v, i, s.first) | ways_behind(v->t, i, s.end);
    if (h->often < 2) h->often++;
    if (i > s.first && (v->t->ptr[i - 1].kind & TOKEN_WORD) && !token_capital(&v->t->ptr[i - 1]) && h->capital < 2) h->capital++;
}

enum err habits_count(const struct view *v, struct arena *mem)
{
    const struct tokens *t = v->t;
    size_t most = 16, capitals = 0;
    for (size_t i = 0; i < t->len; i++) capitals += token_capital(&t->ptr[i]);
    while (most < capitals * 2) most *= 2;
    struct habits all = {arena_array(mem, most, sizeof *all.slot), most - 1};
    if (all.slot == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < t->len; i++)
        if (token_capital(&t->ptr[i])) habit_at(&all, t->ptr[i].lower)->word = t->ptr[i].lower ? t->ptr[i].lower : 1;
    for (size_t i = 0; i < t->len; i++)
        if (t->ptr[i].kind & TOKEN_WORD) count_one(v, &all, i);
    for (size_t i = 0; i < t->len; i++) {
        if (!token_capital(&t->ptr[i])) continue;
        const struct habit *h = habit_at(&all, t->ptr[i].lower);
        struct look *k = &v->look[i];
        k->small = h->small;
        k->capital = h->capital;
        k->often = h->often;
        k->ways = h->ways;
    }
    return OK;
}
