/* reasons.c - prints the grounds of a story judgement. */
#include "reasons.h"

#include <stdlib.h>

enum { TERMS_SHOWN = 5 };

void reasons_begin(struct reasons *r, struct arena *mem)
{
    *r = (struct reasons){.mem = mem};
}

static void add(struct reasons *r, struct slice line)
{
    if (line.ptr == NULL) r->short_of_room = true;
    else if (r->n < REASONS_MAX) r->line[r->n++] = line;
}

struct common {
    uint32_t id;
    unsigned weight;
    bool name;
};

static int by_weight(const void *a, const void *b)
{
    const struct common *x = a, *y = b;
    if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* The text's first word of that term, where it stands without its possessive. */
static struct slice spelled(struct slice text, const struct words *w, uint32_t id)
{
    for (size_t i = 0; i < w->len; i++) {
        if (term_id(w->ptr[i].stem) != id) continue;
        struct slice word = slice_cut(text, w->ptr[i].b, w->ptr[i].e);
        if (slice_ends(word, SLICE("'s"))) word.len -= 2;
        if (slice_ends(word, SLICE("\xE2\x80\x99s"))) word.len -= 4;
        if (word.len > 40) word.len = 0; /* not a word */
        return word;
    }
    return (struct slice){NULL, 0};
}

static void add_list(struct reasons *r, const char *label, struct slice text, const struct words *w, const struct common *c, size_t n, bool names)
{
    struct slice line = {NULL, 0};
    size_t shown = 0;
    for (size_t i = 0; i < n && shown < TERMS_SHOWN; i++) {
        struct slice word = spelled(text, w, c[i].id);
        if (c[i].name != names || word.len == 0) continue;
        line = shown == 0 ? arena_printf(r->mem, "%s: %.*s", label, (int)word.len, word.ptr)
                          : arena_printf(r->mem, "%.*s, %.*s", (int)line.len, line.ptr, (int)word.len, word.ptr);
        if (line.ptr == NULL) break;
        shown++;
    }
    if (shown || line.ptr != NULL) add(r, line);
}

void reasons_terms(struct reasons *r, struct slice text, const struct words *words, const struct vector *a, const struct vector *b)
{
    struct common c[VECTOR_MAX];
    size_t n = 0;
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        const struct term *s = &a->term[i], *t = &b->term[k];
        if (s->id == t->id) c[n++] = (struct common){s->id, (unsigned)s->weight * t->weight, (s->flags & t->flags & TERM_NAME) != 0};
        if (s->id <= t->id) i++;
        if (t->id <= s->id) k++;
    }
    qsort(c, n, sizeof *c, by_weight);
    add_list(r, "names", text, words, c, n, true);
    add_list(r, "terms", text, words, c, n, false);
}

static struct slice duration_text(struct arena *mem, uint32_t minutes)
{
    if (minutes % 1440 == 0) return arena_printf(mem, "%u d", minutes / 1440);
    if (minutes % 60 == 0) return arena_printf(mem, "%u h", minutes / 60);
    return arena_printf(mem, "%u min", minutes);
}

bool reasons_slots(struct reasons *r, const struct slots *a, const struct slots *b)
{
    const struct slot_place *place = slots_same_place(a, b);
    const struct slot_duration *duration = slots_same_duration(a, b);
    if (place) add(r, arena_printf(r->mem, "place: %.*s", place->len, place->name));
    if (duration) {
        struct slice d = duration_text(r->mem, duration->minutes);
        add(r, d.ptr ? arena_printf(r->mem, "duration: %s", d.ptr) : d);
    }
    return place || duration;
}

void reasons_time(struct reasons *r, uint32_t minutes_a, uint32_t minutes_b)
{
    if (minutes_a == 0 || minutes_b == 0) return;
    uint32_t apart = minutes_a > minutes_b ? minutes_a - minutes_b : minutes_b - minutes_a;
    if (apart >= 2880) add(r, arena_printf(r->mem, "time: %u d apart", apart / 1440));
    else add(r, arena_printf(r->mem, "time: %u h apart", apart / 60));
}

void reasons_veto(struct reasons *r, struct slice story, enum veto veto, const struct slots *a, const struct slots *b)
{
    if (veto == VETO_DURATION) {
        struct slice mine = duration_text(r->mem, a->duration[0].minutes), theirs = duration_text(r->mem, b->duration[0].minutes);
        if (mine.ptr && theirs.ptr && story.ptr) add(r, arena_printf(r->mem, "veto: not %s, duration %s against %s", story.ptr, mine.ptr, theirs.ptr));
        else r->short_of_room = true;
    }
    const struct slot_place *both = veto == VETO_PHASE ? slots_other_phase(a, b) : NULL;
    if (both)
        add(r, arena_printf(r->mem, "veto: not %s, place %.*s: %s", story.ptr ? story.ptr : "", both->len, both->name,
                   both->phase == PLACE_AHEAD ? "what is to come there, not what was" : "what was there, not what is to come"));
    if (a->n_places && b->n_places && slots_same_place(a, b) == NULL) {
        const struct slot_place *mine = &a->place[0], *theirs = &b->place[0];
        add(r, arena_printf(r->mem, "veto: not %s, place %.*s against %.*s", story.ptr ? story.ptr : "", mine->len, mine->name, theirs->len, theirs->name));
    }
}

enum err reasons_end(struct reasons *r, struct slices *out)
{
    *out = (struct slices){NULL, 0};
    if (r->short_of_room) return ERR_NOMEM;
    if (r->n == 0) return OK;
    out->ptr = arena_take(r->mem, r->n * sizeof *out->ptr);
    if (out->ptr == NULL) return ERR_NOMEM;
    memcpy(out->ptr, r->line, r->n * sizeof *out->ptr);
    out->len = r->n;
    return OK;
}
