/* parts.c - each account's part in the story: who leads, who adds what, who only repeats. */
#include "compare.h"

static enum err adds_cite(struct scene *s, struct part *p, struct cite c)
{
    return p->adds.len < VIEW_ADDS_MAX ? cites_add(s->mem, &p->adds, c) : OK;
}

/* Whether an earlier source has the actor. */
static bool known_actor(const struct scene *s, uint32_t r, uint32_t actor)
{
    for (uint32_t o = 0; o < r; o++)
        for (size_t i = 0; i < s->readings[o].doc->entities.len; i++)
            if (s->actor[o][i] == actor) return true;
    return false;
}

static enum err add_people(struct scene *s, uint32_t r, struct part *p)
{
    const struct entities *es = &s->readings[r].doc->entities;
    for (uint32_t i = 0; i < es->len; i++) {
        uint32_t a = s->actor[r][i];
        if (a == UINT32_MAX || s->out->actors.ptr[a].type != ENTITY_PERSON || es->ptr[i].mentions.len == 0 || known_actor(s, r, a)) continue;
        enum err e = adds_cite(s, p, cite_of(&s->readings[r], es->ptr[i].mentions.ptr[0].b, es->ptr[i].mentions.ptr[0].e));
        if (e != OK) return e;
    }
    return OK;
}

static bool known_value(const struct scene *s, uint32_t r, const struct value *v)
{
    for (uint32_t o = 0; o < r; o++)
        for (size_t i = 0; i < s->values[o].len; i++)
            if (s->values[o].ptr[i].slot == v->slot && value_compatible(&s->values[o].ptr[i], v)) return true;
    return false;
}

static enum err add_values(struct scene *s, uint32_t r, struct part *p)
{
    for (size_t i = 0; i < s->values[r].len; i++) {
        const struct value *v = &s->values[r].ptr[i];
        bool tells = v->slot == SLOT_MONEY || v->slot == SLOT_PERCENT || v->slot == SLOT_TOLL || v->slot == SLOT_VOTE || (v->slot == SLOT_DURATION && !v->lapse) ||
                     (v->slot == SLOT_COUNT && v->value >= 3);
        if (!tells || s->readings[r].sentences[v->sentence].title || known_value(s, r, v)) continue;
        enum err e = adds_cite(s, p, cite_of(&s->readings[r], v->b, v->e));
        if (e != OK) return e;
    }
    return OK;
}

/* Utterances of four words or more whose first account this is; at most two, so that values and people are seen too. */
static enum err add_quotes(struct scene *s, uint32_t r, struct part *p)
{
    size_t added = 0;
    for (size_t i = 0; i < s->out->quotes.len && added < 2; i++) {
        const struct quote_view *q = &s->out->quotes.ptr[i];
        const struct version *first = &q->versions[0];
        for (size_t k = 1; k < q->versions_len; k++)
            if (q->versions[k].quote.account < first->quote.account) first = &q->versions[k];
        const struct reading *rd = &s->readings[r];
        if (first->quote.account != rd->account || reading_word(rd, first->quote.e) < reading_word(rd, first->quote.b) + 4) continue;
        added++;
        enum err e = adds_cite(s, p, first->quote);
        if (e != OK) return e;
    }
    return OK;
}

enum err find_parts(struct scene *s)
{
    uint32_t lead = UINT32_MAX;
    for (uint32_t i = 0; i < s->story.len; i++) {
        struct part *p = &s->out->parts.ptr[i];
        uint32_t r = s->read_as[i];
        if (!p->independent) {
            p->role = ROLE_COPY;
            continue;
        }
        if (r == UINT32_MAX) continue;
        if (lead == UINT32_MAX) lead = i;
        enum err e = add_quotes(s, r, p);
        if (e == OK) e = add_values(s, r, p);
        if (e == OK) e = add_people(s, r, p);
        if (e != OK) return e;
        p->role = lead == i ? ROLE_LEAD : p->adds.len > 0 ? ROLE_ADDS : ROLE_REPEATS;
    }
    return OK;
}
