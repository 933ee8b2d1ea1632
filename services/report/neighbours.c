/* neighbours.c - looks at the other stories of the storyline as at stories of their own: who is in them, what, where and when. */
#include "scene.h"

/* The neighbour's readings stand together: [from, to). */
static void readings_of(const struct scene *s, uint32_t story, uint32_t *from, uint32_t *to)
{
    *from = (uint32_t)s->n_own;
    while (*from < s->n_readings && s->readings[*from].story < story) (*from)++;
    *to = *from;
    while (*to < s->n_readings && s->readings[*to].story == story) (*to)++;
}

static enum err look(struct scene *s, uint32_t i, struct story_view *out)
{
    uint32_t from, to;
    readings_of(s, i + 1, &from, &to);
    *out = (struct story_view){0};
    if (from == to) return OK;
    struct scene n = {.story = s->others.ptr[i].accounts, .known = s->known, .mem = s->mem, .lex = s->lex, .readings = s->readings + from, .n_readings = to - from,
                      .n_own = to - from, .values = s->values + from, .out = out};
    n.source = arena_array(s->mem, n.n_own, sizeof *n.source);
    if (n.source == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < n.n_own; r++) n.source[r] = s->source[from + r] >= from ? s->source[from + r] - from : r;
    enum err e = find_actors(&n);
    if (e == OK) e = find_event(&n);
    s->lex = n.lex;
    return e;
}

enum err find_neighbours(struct scene *s)
{
    size_t n = s->others.len < VIEW_NEIGHBOURS_MAX ? s->others.len : VIEW_NEIGHBOURS_MAX;
    s->near = arena_array(s->mem, n, sizeof *s->near);
    if (s->near == NULL) return ERR_NOMEM;
    enum err e = OK;
    for (uint32_t i = 0; i < n && e == OK; i++) e = look(s, i, &s->near[i]);
    return e;
}
