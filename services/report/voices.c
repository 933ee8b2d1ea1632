/* voices.c - one account names the spokesperson whom the other leaves unnamed. */
#include "differences.h"

static bool is(const struct scene *s, uint32_t r, uint32_t w, const char *lemmas)
{
    return w < s->readings[r].n_words && word_is(&s->lex, &s->readings[r], w, lemmas);
}

/* The spokesperson of a sentence: the word, and the name beside it when there is one. */
struct voice {
    uint32_t word;      /* spokesman, spokeswoman, spokesperson */
    uint32_t n0, n1;    /* the name's words; n0 == n1: unnamed */
};

/* A person named beside the word, other than the one spoken for: "Victoria Nuland, the department's spokeswoman". */
static bool names_voice(const struct scene *s, uint32_t r, const struct sentence *si, uint32_t w)
{
    const struct reading *rd = &s->readings[r];
    for (size_t i = 0; i < rd->doc->entities.len; i++) {
        const struct entity *x = &rd->doc->entities.ptr[i];
        for (size_t k = 0; x->type == ENTITY_PERSON && k < x->mentions.len; k++) {
            if (x->mentions.ptr[k].b < si->b || x->mentions.ptr[k].e > si->e) continue;
            uint32_t at = reading_word(rd, x->mentions.ptr[k].b), end = reading_word(rd, x->mentions.ptr[k].e);
            bool spoken_for = at > 0 && is(s, r, at - 1, "for of to");
            bool owner = end > 0 && (rd->words[end - 1].flags & WORD_OWNS);
            uint32_t apart = at > w ? at - w : w - at;
            if (!spoken_for && !owner && apart <= 10) return true;
        }
    }
    return false;
}

/* A word of saying stands before the spokesperson, or soon behind. */
static bool says(const struct scene *s, uint32_t r, const struct sentence *si, const struct voice *v)
{
    static const char *const sayings = "say tell announc indicat confirm note add state explain insist declar deny warn claim comment report acknowledg";
    for (uint32_t w = v->word; w > si->w0 && v->word - w < 5; w--)
        if (is(s, r, w - 1, sayings)) return true;
    for (uint32_t w = v->n1; w < si->w1 && w < v->n1 + 4; w++)
        if (is(s, r, w, sayings)) return true;
    return false;
}

static bool find_voice(const struct scene *s, uint32_t r, uint32_t sentence, struct voice *v)
{
    const struct reading *rd = &s->readings[r];
    const struct sentence *si = &rd->sentences[sentence];
    for (uint32_t w = si->w0; w < si->w1; w++) {
        if (!is(s, r, w, "spokesman spokeswoman spokesperson") || (rd->words[w].flags & WORD_QUOTED)) continue;
        *v = (struct voice){w, w + 1, w + 1};
        while (v->n1 < si->w1 && (rd->words[v->n1].flags & WORD_NAME) && words_joined(rd, v->n1 - 1)) v->n1++;
        return says(s, r, si, v) && (v->n1 > v->n0 || !names_voice(s, r, si, w));
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

enum { VOICES_MAX = 200 };

struct spoken { /* a sentence of a spokesperson */
    uint32_t reading, sentence;
    struct voice voice;
    bool used;
};
struct spokens { struct spoken at[VOICES_MAX]; uint32_t n; };

static bool named(const struct spoken *x)
{
    return x->voice.n1 > x->voice.n0;
}

/* An account that names a spokesperson somewhere leaves nobody unnamed: "the spokesman said" is that one. */
static bool names_any(const struct spokens *all, uint32_t reading)
{
    for (uint32_t i = 0; i < all->n; i++)
        if (all->at[i].reading == reading && named(&all->at[i])) return true;
    return false;
}

static struct cite cite_voice(const struct scene *s, const struct spoken *x)
{
    const struct reading *r = &s->readings[x->reading];
    return cite_of(r, r->words[x->voice.word].b, r->words[named(x) ? x->voice.n1 - 1 : x->voice.word].e);
}

/* All unnamed voices that say what the named one `x` says, in one difference; each is used once. */
static enum err compare_voice(struct scene *s, struct spokens *all, const struct spoken *x)
{
    struct conflict_view c;
    const struct reading *a = &s->readings[x->reading];
    enum err e = difference_begin(s, &c, SLOT_SAID, "speaker");
    for (uint32_t i = 0; i < all->n && e == OK; i++) {
        struct spoken *y = &all->at[i];
        const struct reading *b = &s->readings[y->reading];
        if (y->used || named(y) || names_any(all, y->reading) || !apart(s, x->reading, y->reading) || !same_matter(s, a, x->sentence, b, y->sentence)) continue;
        y->used = true;
        if (c.values.len == 0) e = difference_value(s, &c.values, cite_text(s, cite_voice(s, x)), cite_voice(s, x));
        if (c.values.len == 1 && e == OK) e = cites_add(s->mem, &c.evidence, cite_of(a, a->sentences[x->sentence].b, a->sentences[x->sentence].e));
        if (e == OK) e = difference_value(s, &c.values, cite_text(s, cite_voice(s, y)), cite_voice(s, y));
        if (e == OK) e = cites_add(s->mem, &c.evidence, cite_of(b, b->sentences[y->sentence].b, b->sentences[y->sentence].e));
    }
    c.subject = SLICE("speaker");
    return e == OK && c.values.len > 1 ? conflict_add(s, c) : e;
}

enum err compare_voices(struct scene *s)
{
    struct spokens *all = arena_array(s->mem, 1, sizeof *all);
    if (all == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_own; r++)
        for (uint32_t i = 0; i < s->readings[r].n_sentences && all->n < VOICES_MAX; i++) {
            struct voice v;
            if (s->readings[r].sentences[i].title || !find_voice(s, r, i, &v)) continue;
            all->at[all->n++] = (struct spoken){r, i, v, false};
        }
    enum err e = OK;
    for (uint32_t i = 0; i < all->n && e == OK; i++)
        if (named(&all->at[i])) e = compare_voice(s, all, &all->at[i]);
    return e;
}
