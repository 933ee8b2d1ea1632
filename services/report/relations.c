/* relations.c - how the story stands to the other stories of its storyline: shared people, another place, another length, before or after. */
#include "scene.h"

enum { PEOPLE_MAX = 5, REASONS_MAX = 4 };

/* The person under the same name in the neighbour, or NULL. */
static const struct actor *named_in(const struct scene *s, uint16_t neighbour, const struct actor *a)
{
    const struct actors *all = &s->near[neighbour].actors;
    for (size_t i = 0; i < all->len; i++)
        if (all->ptr[i].type == ENTITY_PERSON && slice_eq(all->ptr[i].name, a->name)) return &all->ptr[i];
    return NULL;
}

static enum err share_people(struct scene *s, struct relation_view *v)
{
    struct slice names = {NULL, 0};
    uint32_t n = 0;
    for (size_t i = 0; i < s->out->actors.len && n < PEOPLE_MAX; i++) {
        const struct actor *a = &s->out->actors.ptr[i];
        const struct actor *other = a->type == ENTITY_PERSON && !a->open ? named_in(s, v->neighbour, a) : NULL;
        if (other == NULL) continue;
        names = arena_printf(s->mem, "%.*s%s%.*s", (int)names.len, names.ptr ? names.ptr : "", n ? ", " : "", (int)a->name.len, a->name.ptr);
        enum err e = names.ptr == NULL ? ERR_NOMEM : cites_add(s->mem, &v->cites, a->first);
        if (e == OK) e = cites_add(s->mem, &v->cites, other->first);
        if (e != OK) return e;
        n++;
    }
    if (n == 0) return OK;
    v->reasons.ptr[v->reasons.len] = arena_printf(s->mem, "people: %.*s", (int)names.len, names.ptr);
    return v->reasons.ptr[v->reasons.len++].ptr == NULL ? ERR_NOMEM : OK;
}

/* The day on which an account was published; false when it does not say. */
static bool published(const struct account *a, int64_t *day)
{
    return a->doc != NULL && iso_day(a->doc->published.value, day);
}

static bool span_of_days(const struct accounts *in, int64_t *from, int64_t *to)
{
    bool any = false;
    for (size_t i = 0; i < in->len; i++) {
        int64_t d;
        if (!published(&in->ptr[i], &d)) continue;
        if (!any || d < *from) *from = d;
        if (!any || d > *to) *to = d;
        any = true;
    }
    return any;
}

static struct slice order_in_time(const struct scene *s, const struct neighbour *n)
{
    int64_t a, b, c, d;
    if (!span_of_days(&s->story, &a, &b) || !span_of_days(&n->accounts, &c, &d)) return SLICE("same actors");
    return b < c ? SLICE("before") : d < a ? SLICE("after") : SLICE("same actors");
}

static enum err add_reason(struct scene *s, struct relation_view *v, const char *what, struct slice theirs, struct slice ours, bool same)
{
    if (v->reasons.len == REASONS_MAX) return OK;
    int tn = (int)theirs.len, on = (int)ours.len;
    struct slice text = same ? arena_printf(s->mem, "%s: %.*s", what, tn, theirs.ptr) : arena_printf(s->mem, "%s: %.*s, not %.*s", what, tn, theirs.ptr, on, ours.ptr);
    v->reasons.ptr[v->reasons.len++] = text;
    return text.ptr == NULL ? ERR_NOMEM : OK;
}

static enum err add_cites(struct scene *s, struct relation_view *v, struct cites c)
{
    enum err e = OK;
    for (size_t i = 0; i < c.len && i < 2 && e == OK; i++) e = cites_add(s->mem, &v->cites, c.ptr[i]);
    return e;
}

static enum err compare_event(struct scene *s, struct relation_view *v)
{
    const struct event_view *ours = &s->out->event, *theirs = &s->near[v->neighbour].event;
    enum err e = OK;
    if (ours->place.value.len > 0 && theirs->place.value.len > 0) {
        e = add_reason(s, v, "place", theirs->place.value, ours->place.value, same_name(s, theirs->place.value, ours->place.value));
        if (e == OK) e = add_cites(s, v, theirs->place.cites);
    }
    bool both = ours->duration.value.len > 0 && theirs->duration.value.len > 0;
    if (e == OK && both && !slice_eq(ours->duration.value, theirs->duration.value)) {
        e = add_reason(s, v, "duration", theirs->duration.value, ours->duration.value, false);
        if (e == OK) e = add_cites(s, v, theirs->duration.cites);
    }
    return e;
}

enum err find_relations(struct scene *s)
{
    struct relations *out = &s->out->relations;
    size_t n = s->others.len < VIEW_NEIGHBOURS_MAX ? s->others.len : VIEW_NEIGHBOURS_MAX;
    out->ptr = arena_array(s->mem, n, sizeof *out->ptr);
    if (out->ptr == NULL) return ERR_NOMEM;
    for (uint16_t i = 0; i < n; i++) {
        struct relation_view v = {.neighbour = i, .type = order_in_time(s, &s->others.ptr[i])};
        v.reasons.ptr = arena_array(s->mem, REASONS_MAX, sizeof *v.reasons.ptr);
        enum err e = v.reasons.ptr ? share_people(s, &v) : ERR_NOMEM;
        if (e == OK) e = compare_event(s, &v);
        if (e != OK) return e;
        if (v.reasons.len > 0) out->ptr[out->len++] = v;
    }
    return OK;
}
