/* differences.c - what differs without clashing: titles of one person, wording of one utterance, how a thing is described, whether the
 * speaker is named. Titles and speakers have files of their own. */
#include "differences.h"

#include <stdlib.h>

enum { HITS_MAX = 200 };

enum err difference_value(struct scene *s, struct value_views *v, struct slice value, struct cite c)
{
    size_t at = 0;
    while (at < v->len && !slice_eq(v->ptr[at].value, value)) at++;
    if (at == DIFFERENCE_VALUES_MAX) return OK;
    if (at == v->len) v->ptr[v->len++] = (struct value_view){.value = value, .shown = cite_text(s, c)};
    return cites_add(s->mem, &v->ptr[at].cites, c);
}

enum err difference_begin(struct scene *s, struct conflict_view *c, enum slot slot, const char *rule)
{
    *c = (struct conflict_view){.level = LEVEL_DIFFERENCE, .slot = slot, .resolved = -1, .rule = slice_of(rule)};
    c->values.ptr = arena_array(s->mem, DIFFERENCE_VALUES_MAX, sizeof *c->values.ptr);
    return c->values.ptr ? OK : ERR_NOMEM;
}

/* Whether its values come from two sources at least. */
bool difference_known(const struct scene *s, const struct conflict_view *c)
{
    struct cites all = {0};
    uint32_t accounts, independent;
    for (size_t i = 0; i < c->values.len; i++)
        for (size_t k = 0; k < c->values.ptr[i].cites.len; k++)
            if (cites_add(s->mem, &all, c->values.ptr[i].cites.ptr[k]) != OK) return false;
    count_sources(s, all, &accounts, &independent);
    return independent >= 2;
}

/* --- wording of one utterance --- */

/* The letters and digits of a cite, for "F.B.I." and "FBI", "year 's" and "year's". */
static size_t letters(const struct scene *s, struct cite c, char *out, size_t max)
{
    struct slice t = c.b < c.e ? cite_text(s, c) : (struct slice){NULL, 0};
    size_t n = 0;
    for (size_t i = 0; i < t.len && n < max; i++) {
        unsigned char x = (unsigned char)t.ptr[i];
        if (x >= 0x80 && x < 0xC0) continue;
        if ((x >= 'A' && x <= 'Z') || (x >= 'a' && x <= 'z') || (x >= '0' && x <= '9') || (x >= 0xC3 && x < 0xE0)) out[n++] = (char)(x | 32);
    }
    return n;
}

/* Whether a word of content, two words or one word for another stand on one side only: "that" left out and a dot more change nothing. */
static bool changed(const struct scene *s, const struct wording *d)
{
    enum { LETTERS = 120 };
    char x[LETTERS], y[LETTERS];
    size_t n = letters(s, d->ours, x, LETTERS), m = letters(s, d->theirs, y, LETTERS);
    if (n == m && memcmp(x, y, n) == 0) return false;
    if (n > 0 && m > 0) return true;
    struct cite only = n > 0 ? d->ours : d->theirs;
    const struct reading *r = &s->readings[reading_of(s, only)];
    if (only.b > 0 && (r->text.ptr[only.b - 1] == '(' || r->text.ptr[only.b - 1] == '[')) return false; /* the editor's word */
    uint32_t w = reading_word(r, only.b), first = w;
    for (; w < r->n_words && r->words[w].b < only.e; w++)
        if (!(r->words[w].flags & (WORD_STOP | WORD_SHORT))) return true;
    return d->loud || w - first >= 2;
}

static bool differs(const struct scene *s, const struct version *v)
{
    for (size_t i = 0; i < v->diffs_len; i++)
        if (changed(s, &v->diffs[i])) return true;
    return false;
}

/* The versions differ inside the words that both have. */
static enum err compare_wording(struct scene *s, const struct quote_view *q)
{
    struct conflict_view c;
    if (q->independent < 2) return OK;
    enum err e = difference_begin(s, &c, SLOT_QUOTE, "wording");
    for (size_t i = 1; i < q->versions_len && e == OK && c.values.len < DIFFERENCE_VALUES_MAX; i++) {
        const struct version *v = &q->versions[i];
        if (!differs(s, v) || v->quote.account == q->versions[0].quote.account) continue;
        if (c.values.len == 0) e = difference_value(s, &c.values, cite_text(s, q->versions[0].quote), q->versions[0].quote);
        if (e == OK) e = difference_value(s, &c.values, cite_text(s, v->quote), v->quote);
    }
    if (e != OK || c.values.len < 2 || !difference_known(s, &c)) return e;
    c.subject = q->speaker;
    struct slice key = s->story.ptr[q->versions[0].quote.account].key;
    c.id = arena_printf(s->mem, "wording|%.*s|%u", (int)(key.len > 80 ? 80 : key.len), key.ptr, q->versions[0].quote.b);
    return c.id.ptr == NULL ? ERR_NOMEM : conflict_add(s, c);
}

/* --- how somebody describes a thing: "described the talks as productive" --- */

struct described {
    uint32_t reading, actor, thing, word; /* word index of what it is called */
};

static const char *const describing = "describ call characteriz acknowledg acknowledge hail label prais portray term denounc condemn dismis";

static bool is(const struct scene *s, uint32_t r, uint32_t w, const char *lemmas)
{
    return w < s->readings[r].n_words && word_is(&s->lex, &s->readings[r], w, lemmas);
}

static uint32_t actor_before(const struct scene *s, uint32_t r, uint32_t verb)
{
    const struct reading *rd = &s->readings[r];
    uint32_t first = rd->sentences[rd->words[verb].sentence].w0;
    for (uint32_t w = verb; w-- > first && verb - w <= 4;) {
        uint32_t a = actor_at(s, r, rd->words[w].b, rd->words[w].e);
        if (a != UINT32_MAX) return a;
    }
    return UINT32_MAX;
}

static bool meeting_word(const struct scene *s, uint32_t r, uint32_t w)
{
    return is(s, r, w, "meet talk discussion negotiation conversation session dialogu summit visit");
}

/* "VERB the THING as WORD" within one sentence, outside quotes but for WORD itself. */
static bool described_at(const struct scene *s, uint32_t r, uint32_t verb, struct described *out)
{
    const struct reading *rd = &s->readings[r];
    uint32_t end = rd->sentences[rd->words[verb].sentence].w1, as = 0;
    if (!is(s, r, verb, describing) || (rd->words[verb].flags & (WORD_QUOTED | WORD_TITLE))) return false;
    for (uint32_t w = verb + 2; w <= verb + 6 && w + 1 < end && as == 0; w++)
        if (is(s, r, w, "as")) as = w;
    if (as == 0) return false;
    uint32_t thing = as - 1, word = as + 1;
    while (word + 1 < end && is(s, r, word, "a an the very both highly")) word++;
    if (rd->words[word].flags & (WORD_STOP | WORD_CAPITAL | WORD_DIGIT)) return false;
    *out = (struct described){r, actor_before(s, r, verb), thing, word};
    return out->actor != UINT32_MAX;
}

static size_t find_described(const struct scene *s, struct described *out)
{
    size_t n = 0;
    for (uint32_t r = 0; r < s->n_own; r++)
        for (uint32_t w = 0; w < s->readings[r].n_words && n < HITS_MAX; w++) n += described_at(s, r, w, &out[n]);
    return n;
}

static bool same_thing(const struct scene *s, const struct described *a, const struct described *b)
{
    const struct word *x = &s->readings[a->reading].words[a->thing], *y = &s->readings[b->reading].words[b->thing];
    return x->lemma == y->lemma || (meeting_word(s, a->reading, a->thing) && meeting_word(s, b->reading, b->thing));
}

static enum err compare_descriptions(struct scene *s)
{
    struct described *d = arena_array(s->mem, HITS_MAX, sizeof *d);
    if (d == NULL) return ERR_NOMEM;
    size_t n = find_described(s, d);
    enum err e = OK;
    for (size_t i = 0; i < n && e == OK; i++)
        for (size_t k = i + 1; k < n && e == OK; k++) {
            const struct reading *a = &s->readings[d[i].reading], *b = &s->readings[d[k].reading];
            const struct word *x = &a->words[d[i].word], *y = &b->words[d[k].word];
            struct conflict_view c;
            if (!apart(s, d[i].reading, d[k].reading) || d[i].actor != d[k].actor || x->lemma == y->lemma || !same_thing(s, &d[i], &d[k])) continue;
            e = difference_begin(s, &c, SLOT_SAID, "description");
            if (e == OK) e = difference_value(s, &c.values, slice_cut(a->text, x->b, x->e), cite_of(a, x->b, x->e));
            if (e == OK) e = difference_value(s, &c.values, slice_cut(b->text, y->b, y->e), cite_of(b, y->b, y->e));
            if (e != OK) return e;
            const struct slice name = s->out->actors.ptr[d[i].actor].name, thing = word_text(a, d[i].thing);
            c.subject = arena_printf(s->mem, "%.*s on the %.*s", (int)(name.len > 60 ? 60 : name.len), name.ptr, (int)thing.len, thing.ptr);
            e = c.subject.ptr == NULL ? ERR_NOMEM : conflict_add(s, c);
        }
    return e;
}

static int by_level(const void *x, const void *y)
{
    static const int rank[] = {9, 0, 2, 1, 3}; /* conflict, open, difference, update */
    const struct conflict_view *a = x, *b = y;
    if (a->level != b->level) return rank[a->level] - rank[b->level];
    return slice_cmp(a->id, b->id);
}

enum err find_differences(struct scene *s)
{
    enum err e = compare_descriptions(s);
    for (size_t i = 0; i < s->out->quotes.len && e == OK; i++) e = compare_wording(s, &s->out->quotes.ptr[i]);
    if (e == OK) e = compare_voices(s);
    for (size_t i = 0; i < s->out->actors.len && e == OK; i++)
        if (s->out->actors.ptr[i].type == ENTITY_PERSON) e = compare_titles(s, &s->out->actors.ptr[i]);
    struct conflicts *c = &s->out->conflicts;
    if (e == OK && c->len > 0) qsort(c->ptr, c->len, sizeof *c->ptr, by_level);
    return e;
}
