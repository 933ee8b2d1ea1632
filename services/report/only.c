/* only.c - what a single account has: people who speak, lead or come again, and values that nobody else gives. */
#include "compare.h"

#include <stdlib.h>

enum { FOUND_MAX = 400 };

struct found {
    struct only_view view;
    double weight;
};

struct finder {
    struct scene *s;
    struct found *f;
    size_t len;
};

static void add(struct finder *x, uint32_t r, enum slot slot, struct slice subject, uint32_t b, uint32_t e, double weight)
{
    if (x->len == FOUND_MAX) return;
    const struct reading *rd = &x->s->readings[r];
    x->f[x->len++] = (struct found){{slot, subject, cite_of(rd, b, e), cite_sentence(rd, b, e)}, weight};
}

static bool speaks(const struct scene *s, uint32_t r, uint32_t actor)
{
    const struct quotes *qs = &s->readings[r].doc->quotes;
    for (size_t i = 0; i < qs->len; i++) {
        if (slice_eq(qs->ptr[i].speaker, s->out->actors.ptr[actor].name)) return true;
        if (!span_empty(qs->ptr[i].speaker_span) && actor_at(s, r, qs->ptr[i].speaker_span.b, qs->ptr[i].speaker_span.e) == actor) return true;
    }
    return false;
}

/* The sentence names somebody who takes part in the event, and its kind. */
static bool at_event(const struct scene *s, const struct reading *r, uint32_t b)
{
    uint32_t si = reading_sentence(r, b);
    if (si == UINT32_MAX) return false;
    for (size_t i = 0; i < s->out->event.type_cites.len; i++) {
        uint32_t lemma = 0, o = reading_of(s, s->out->event.type_cites.ptr[i]);
        if (o == UINT32_MAX) continue;
        uint32_t w = reading_word(&s->readings[o], s->out->event.type_cites.ptr[i].b);
        if (w < s->readings[o].n_words) lemma = s->readings[o].words[w].lemma;
        if (lemma != 0 && ids_has(r->sentences[si].set, lemma)) return true;
    }
    return false;
}

/* The first mention behind the title, where capitals make names of anything; NULL when there is none. */
static const struct mention *first_told(const struct reading *r, const struct entity *e)
{
    for (size_t i = 0; i < e->mentions.len; i++)
        if (e->mentions.ptr[i].b >= r->doc->title.e && e->mentions.ptr[i].b < r->text.len) return &e->mentions.ptr[i];
    return NULL;
}

static void find_people(struct finder *x, uint32_t r)
{
    struct scene *s = x->s;
    const struct entities *es = &s->readings[r].doc->entities;
    for (uint32_t i = 0; i < es->len; i++) {
        uint32_t a = s->actor[r][i];
        const struct mention *m = first_told(&s->readings[r], &es->ptr[i]);
        if (a == UINT32_MAX || m == NULL) continue;
        const struct actor *who = &s->out->actors.ptr[a];
        if (who->type != ENTITY_PERSON || who->independent > 1 || who->open) continue;
        uint32_t si = reading_sentence(&s->readings[r], m->b);
        bool lead = si != UINT32_MAX && in_lead(&s->readings[r], si), talks = speaks(s, r, a), present = at_event(s, &s->readings[r], m->b);
        if (!lead && !talks && !present && es->ptr[i].mentions.len < 2) continue;
        add(x, r, SLOT_PERSON, who->name, m->b, m->e, 4 + 3 * talks + 2 * lead + (double)(es->ptr[i].mentions.len > 4 ? 4 : es->ptr[i].mentions.len));
    }
}

/* Some other source gives a value of this slot and key that agrees, or the same number of anything. */
static bool elsewhere(const struct scene *s, uint32_t r, const struct value *v)
{
    for (uint32_t o = 0; o < s->n_own; o++) {
        if (!apart(s, o, r)) continue;
        for (size_t i = 0; i < s->values[o].len; i++) {
            const struct value *x = &s->values[o].ptr[i];
            if (value_equal(x, v) && (x->slot == v->slot || v->value > 100)) return true;
            if (x->slot == v->slot && x->key == v->key && value_compatible(x, v)) return true;
        }
    }
    return false;
}

static struct slice subject_of(const struct scene *s, const struct value *v)
{
    if (v->slot == SLOT_TOLL) return harm_name(lemma_text(&s->lex, v->key));
    if (v->slot == SLOT_COUNT && slice_starts(lemma_text(&s->lex, v->key), SLICE("#"))) return slice_cut(lemma_text(&s->lex, v->key), 1, SIZE_MAX);
    if (v->slot == SLOT_COUNT || v->slot == SLOT_AGE) return lemma_seen(&s->lex, v->key);
    return v->head != 0 ? lemma_seen(&s->lex, v->head) : (struct slice){NULL, 0};
}

static void find_values(struct finder *x, uint32_t r)
{
    const struct scene *s = x->s;
    for (size_t i = 0; i < s->values[r].len; i++) {
        const struct value *v = &s->values[r].ptr[i];
        bool small = v->slot == SLOT_ORDINAL || v->slot == SLOT_WHEN || v->slot == SLOT_AGE || (v->slot == SLOT_COUNT && v->value < 3) || v->lapse;
        if (small || v->quoted || s->readings[r].sentences[v->sentence].title || elsewhere(s, r, v)) continue;
        double big = v->slot == SLOT_TOLL ? 5 : v->slot == SLOT_MONEY ? 4 : v->slot == SLOT_PERCENT ? 4 : v->slot == SLOT_VOTE ? 4 : v->value >= 1000 ? 3 : 1;
        add(x, r, v->slot, subject_of(s, v), v->b, v->e, big + (in_lead(&s->readings[r], v->sentence) ? 3 : 0));
    }
}

static int by_weight(const void *x, const void *y)
{
    const struct found *a = x, *b = y;
    if (a->weight != b->weight) return a->weight > b->weight ? -1 : 1;
    return cite_cmp(&a->view.cite, &b->view.cite);
}

static int by_place(const void *x, const void *y)
{
    const struct only_view *a = x, *b = y;
    return cite_cmp(&a->cite, &b->cite);
}

static bool alone(const struct scene *s)
{
    for (uint32_t r = 1; r < s->n_own; r++)
        if (apart(s, 0, r)) return false;
    return true;
}

enum err find_only(struct scene *s)
{
    struct finder x = {.s = s, .f = arena_array(s->mem, FOUND_MAX, sizeof *x.f)};
    struct onlies *out = &s->out->only;
    out->ptr = arena_array(s->mem, VIEW_ONLY_MAX, sizeof *out->ptr);
    if (x.f == NULL || out->ptr == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_own && !alone(s); r++) {
        if (s->source[r] != r) continue;
        find_people(&x, r);
        find_values(&x, r);
    }
    if (x.len > 0) qsort(x.f, x.len, sizeof *x.f, by_weight);
    for (size_t i = 0; i < x.len && out->len < VIEW_ONLY_MAX; i++) out->ptr[out->len++] = x.f[i].view;
    if (out->len > 0) qsort(out->ptr, out->len, sizeof *out->ptr, by_place);
    return OK;
}
