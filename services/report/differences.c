/* differences.c - what differs without clashing: titles of one person, wording of one utterance, how a thing is described, whether the
 * speaker is named. */
#include "statements.h"

#include <stdlib.h>

enum { VALUES_MAX = 6, HITS_MAX = 200, ROLE_WORDS = 12 };

static enum err add_value(struct scene *s, struct value_views *v, struct slice value, struct cite c)
{
    size_t at = 0;
    while (at < v->len && !slice_eq(v->ptr[at].value, value)) at++;
    if (at == VALUES_MAX) return OK;
    if (at == v->len) v->ptr[v->len++] = (struct value_view){.value = value, .shown = cite_text(s, c)};
    return cites_add(s->mem, &v->ptr[at].cites, c);
}

static enum err begin(struct scene *s, struct conflict_view *c, enum slot slot, const char *rule)
{
    *c = (struct conflict_view){.level = LEVEL_DIFFERENCE, .slot = slot, .resolved = -1, .rule = slice_of(rule)};
    c->values.ptr = arena_array(s->mem, VALUES_MAX, sizeof *c->values.ptr);
    return c->values.ptr ? OK : ERR_NOMEM;
}

/* Whether its values come from two sources at least. */
static bool two_sources(const struct scene *s, const struct conflict_view *c)
{
    struct cites all = {0};
    uint32_t accounts, independent;
    for (size_t i = 0; i < c->values.len; i++)
        for (size_t k = 0; k < c->values.ptr[i].cites.len; k++)
            if (cites_add(s->mem, &all, c->values.ptr[i].cites.ptr[k]) != OK) return false;
    count_sources(s, all, &accounts, &independent);
    return independent >= 2;
}

/* --- titles of one person --- */

/* Content lemmas of a role; countries and "special", "top" and the like tell no difference. */
static enum err role_words(struct scene *s, struct cite c, struct ids *out)
{
    uint32_t r = reading_of(s, c);
    *out = (struct ids){arena_array(s->mem, ROLE_WORDS, sizeof *out->ptr), 0};
    if (out->ptr == NULL) return ERR_NOMEM;
    if (r == UINT32_MAX) return OK;
    const struct reading *rd = &s->readings[r];
    for (uint32_t w = reading_word(rd, c.b); w < rd->n_words && rd->words[w].b < c.e && out->len < ROLE_WORDS; w++) {
        bool empty = (rd->words[w].flags & WORD_STOP) || word_is(&s->lex, rd, w, "u.s special top senior longtime chief new former current then");
        if (!empty) out->ptr[out->len++] = rd->words[w].lemma;
    }
    ids_sort(out);
    return OK;
}

/* They share a word (the office), and each has one that the other lacks. */
static bool titles_differ(struct ids a, struct ids b)
{
    size_t n = ids_shared(a, b, NULL, 0);
    return n > 0 && n < a.len && n < b.len;
}

static enum err compare_titles(struct scene *s, const struct actor *a)
{
    struct conflict_view c;
    enum err e = begin(s, &c, SLOT_ROLE, "titles");
    bool differ = false;
    struct ids words[VALUES_MAX];
    for (size_t i = 0; i < a->roles.len && i < VALUES_MAX && e == OK; i++) {
        e = role_words(s, a->roles.ptr[i].cites.ptr[0], &words[i]);
        for (size_t k = 0; k < i && e == OK; k++) differ |= titles_differ(words[i], words[k]);
        for (size_t k = 0; k < a->roles.ptr[i].cites.len && e == OK; k++) e = add_value(s, &c.values, a->roles.ptr[i].role, a->roles.ptr[i].cites.ptr[k]);
    }
    if (e != OK || !differ || !two_sources(s, &c)) return e;
    c.subject = a->name;
    c.id = arena_printf(s->mem, "titles|%.*s", (int)(a->name.len > 100 ? 100 : a->name.len), a->name.ptr);
    return c.id.ptr == NULL ? ERR_NOMEM : conflict_add(s, c);
}

/* --- wording of one utterance --- */

/* The versions differ inside the words that both have. */
static enum err compare_wording(struct scene *s, const struct quote_view *q)
{
    struct conflict_view c;
    if (q->independent < 2) return OK;
    enum err e = begin(s, &c, SLOT_QUOTE, "wording");
    for (size_t i = 1; i < q->versions_len && e == OK && c.values.len < VALUES_MAX; i++) {
        const struct version *v = &q->versions[i];
        if (v->diffs_len == 0 || v->quote.account == q->versions[0].quote.account) continue;
        if (c.values.len == 0) e = add_value(s, &c.values, cite_text(s, q->versions[0].quote), q->versions[0].quote);
        if (e == OK) e = add_value(s, &c.values, cite_text(s, v->quote), v->quote);
    }
    if (e != OK || c.values.len < 2 || !two_sources(s, &c)) return e;
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
            e = begin(s, &c, SLOT_SAID, "description");
            if (e == OK) e = add_value(s, &c.values, slice_cut(a->text, x->b, x->e), cite_of(a, x->b, x->e));
            if (e == OK) e = add_value(s, &c.values, slice_cut(b->text, y->b, y->e), cite_of(b, y->b, y->e));
            if (e != OK) return e;
            const struct slice name = s->out->actors.ptr[d[i].actor].name, thing = word_text(a, d[i].thing);
            c.subject = arena_printf(s->mem, "%.*s on the %.*s", (int)(name.len > 60 ? 60 : name.len), name.ptr, (int)thing.len, thing.ptr);
            e = c.subject.ptr == NULL ? ERR_NOMEM : conflict_add(s, c);
        }
    return e;
}

/* --- one names the speaker, the other does not --- */

/* The spokesperson of a sentence: the word, and the name beside it when there is one. */
struct voice {
    uint32_t word;      /* spokesman, spokeswoman, spokesperson */
    uint32_t n0, n1;    /* the name's words; n0 == n1: unnamed */
};

static bool find_voice(const struct scene *s, uint32_t r, uint32_t sentence, struct voice *v)
{
    const struct reading *rd = &s->readings[r];
    const struct sentence *si = &rd->sentences[sentence];
    for (uint32_t w = si->w0; w < si->w1; w++) {
        if (!is(s, r, w, "spokesman spokeswoman spokesperson") || (rd->words[w].flags & WORD_QUOTED)) continue;
        *v = (struct voice){w, w + 1, w + 1};
        while (v->n1 < si->w1 && (rd->words[v->n1].flags & WORD_NAME) && words_joined(rd, v->n1 - 1)) v->n1++;
        if (v->n1 > v->n0) return true;
        return true;
    }
    return false;
}

/* The two sentences of spokespersons share two rare words at least, one of them no name. */
static bool same_matter(const struct scene *s, const struct reading *a, uint32_t sa, const struct reading *b, uint32_t sb)
{
    uint32_t shared[32];
    size_t n = ids_shared(a->sentences[sa].set, b->sentences[sb].set, shared, 32), small = 0, rare = 0;
    double sum = 0;
    for (size_t i = 0; i < n && i < 32; i++) {
        struct slice t = lemma_text(&s->lex, shared[i]);
        if (slice_starts(t, SLICE("spokes"))) continue;
        sum += lexicon_idf(&s->lex, shared[i]);
        rare++;
        small += (lemma_seen(&s->lex, shared[i]).ptr[0] & 32) != 0;
    }
    return rare >= 3 && small >= 1 && sum >= 4.5;
}

static enum err compare_voices_in(struct scene *s, uint32_t ra, uint32_t sa, uint32_t rb, uint32_t sb)
{
    struct voice va, vb;
    struct conflict_view c;
    if (!find_voice(s, ra, sa, &va) || !find_voice(s, rb, sb, &vb)) return OK;
    if ((va.n1 > va.n0) == (vb.n1 > vb.n0)) return OK;
    if (!same_matter(s, &s->readings[ra], sa, &s->readings[rb], sb)) return OK;
    enum err e = begin(s, &c, SLOT_SAID, "speaker");
    const struct reading *a = &s->readings[ra], *b = &s->readings[rb];
    struct cite x = cite_of(a, a->words[va.word].b, a->words[va.n1 > va.n0 ? va.n1 - 1 : va.word].e);
    struct cite y = cite_of(b, b->words[vb.word].b, b->words[vb.n1 > vb.n0 ? vb.n1 - 1 : vb.word].e);
    if (e == OK) e = add_value(s, &c.values, cite_text(s, x), x);
    if (e == OK) e = add_value(s, &c.values, cite_text(s, y), y);
    if (e != OK) return e;
    c.subject = SLICE("speaker");
    e = cites_add(s->mem, &c.evidence, cite_of(a, a->sentences[sa].b, a->sentences[sa].e));
    if (e == OK) e = cites_add(s->mem, &c.evidence, cite_of(b, b->sentences[sb].b, b->sentences[sb].e));
    return e == OK ? conflict_add(s, c) : e;
}

static enum err compare_voices(struct scene *s)
{
    enum { VOICES_MAX = 200 };
    struct { uint32_t reading, sentence; } at[VOICES_MAX];
    uint32_t n = 0;
    for (uint32_t r = 0; r < s->n_own; r++)
        for (uint32_t i = 0; i < s->readings[r].n_sentences && n < VOICES_MAX; i++) {
            struct voice v;
            if (s->readings[r].sentences[i].title || !find_voice(s, r, i, &v)) continue;
            at[n].reading = r;
            at[n++].sentence = i;
        }
    enum err e = OK;
    for (uint32_t i = 0; i < n && e == OK; i++)
        for (uint32_t k = i + 1; k < n && e == OK; k++)
            if (apart(s, at[i].reading, at[k].reading)) e = compare_voices_in(s, at[i].reading, at[i].sentence, at[k].reading, at[k].sentence);
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
