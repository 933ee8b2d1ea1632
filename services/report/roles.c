/* roles.c - what somebody is, from the words before and behind a name. */
#include "roles.h"

static bool widens(const struct reading *r, const struct lexicon *lex, uint32_t w)
{
    if (r->words[w].flags & (WORD_STOP | WORD_OWNS | WORD_DIGIT)) return false;
    return (r->words[w].flags & WORD_CAPITAL) || word_is(lex, r, w, "special senior deputy chief top presidential national press foreign prime former political security");
}

/* Words that are no part of the office before a name: "believe President", "Although Rep.", another person's name. Returns where the role begins. */
static uint32_t first_word(const struct scene *s, const struct reading *r, uint32_t w, uint32_t last)
{
    bool capital = (r->words[last - 1].flags & WORD_CAPITAL) != 0;
    for (uint32_t k = last; k-- > w;) {
        bool of = word_is(&s->lex, r, k, "of for the and to at"), small = !(r->words[k].flags & WORD_CAPITAL);
        bool stop = (r->words[k].flags & WORD_STOP) && !of && !word_is(&s->lex, r, k, "former first second new");
        if (stop || (k + 1 < last && capital && small && !of) || entity_at(r, ENTITY_PERSON, r->words[k].b, r->words[k].e) != UINT32_MAX) return k + 1;
    }
    return w;
}

/* A role phrase with the words that belong to it: "Special Middle East envoy", "envoy for peace negotiations". */
bool role_whole(const struct scene *s, const struct reading *r, struct span role, struct span *out)
{
    uint32_t w = reading_word(r, role.b), last = reading_word(r, role.e);
    if (w >= r->n_words || last <= w) return false;
    for (uint32_t k = 0; k < 3 && w > 0 && r->words[w - 1].sentence == r->words[w].sentence && slice_eq(gap_after(r, w - 1), SLICE(" ")) && widens(r, &s->lex, w - 1); k++) w--;
    uint32_t e = last;
    if (e < r->n_words && words_joined(r, e - 1) && word_is(&s->lex, r, e, "for to of") && r->words[e].sentence == r->words[w].sentence)
        for (uint32_t k = e + 1; k < e + 5 && k < r->n_words && r->words[k].sentence == r->words[w].sentence && words_joined(r, k - 1); k++) {
            if (!(r->words[k].flags & WORD_STOP)) e = k + 1;
            else if (!word_is(&s->lex, r, k, "the and")) break;
        }
    w = first_word(s, r, w, last);
    bool verb = w > 0 && w + 1 < last && r->words[w - 1].sentence == r->words[w].sentence && !(r->words[w].flags & WORD_CAPITAL) &&
                (((r->words[w - 1].flags & WORD_CAPITAL) && !(r->words[w - 1].flags & WORD_OWNS)) || word_is(&s->lex, r, w - 1, "to will would not has had"));
    if (verb && slice_eq(gap_after(r, w - 1), SLICE(" "))) w++; /* "Trump fires communications director", "to charge former officer" */
    if (w == last || (last - w == 1 && word_is(&s->lex, r, w, "mr mrs ms miss sir mx mister"))) return false;
    *out = (struct span){r->words[w].b, e == last ? role.e : r->words[e - 1].e};
    return true;
}

/* ", President Trump's special envoy for peace negotiations," behind a name: the words behind the possessive, up to the comma. */
bool role_behind(const struct scene *s, const struct reading *r, const struct mention *m, struct span *out)
{
    static const char *const officers = "envoy president minister secretary spokesman spokeswoman director chairman chief leader adviser advisor ambassador negotiator mayor governor senator commissioner "
                                        "analyst professor lawyer attorney prosecutor judg commander general founder editor executiv";
    uint32_t w = reading_word(r, m->e), office = 0;
    if (w == 0 || w >= r->n_words || r->words[w].sentence != r->words[w - 1].sentence || !slice_eq(gap_after(r, w - 1), SLICE(", ")) || (r->words[w - 1].flags & WORD_OWNS)) return false;
    uint32_t first = w, e = w;
    for (; e < w + 12 && e < r->n_words && r->words[e].sentence == r->words[w].sentence; e++) {
        if (word_is(&s->lex, r, e, "who which whos and but")) return false;
        if (r->words[e].flags & WORD_OWNS) first = e + 1, office = 0;
        if (office == 0 && e >= first && word_is(&s->lex, r, e, officers)) office = e;
        if (slice_starts(gap_after(r, e), SLICE(","))) break;
        if (!words_joined(r, e) && (r->words[e].flags & WORD_OWNS) == 0) return false;
    }
    if (office == 0 || office < first || e >= r->n_words || e >= w + 12) return false;
    while (first < office && word_is(&s->lex, r, first, "a an the his her their its former")) first++;
    for (uint32_t k = first; k < office; k++)
        if ((r->words[k].flags & WORD_STOP) && !word_is(&s->lex, r, k, "of for")) return false;
    *out = (struct span){r->words[first].b, r->words[e].e};
    return true;
}
