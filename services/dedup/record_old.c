/* record_old.c - reads what the index's first format kept of a text in one record, and writes it as the two of today. */
#include <stdlib.h>

#include "record.h"

static bool take_sketch(struct slice *in, struct stored_sketch *s)
{
    uint64_t folded, n, step;
    uint32_t hash, at = 0;
    if (!get_fixed(in, 4, &s->below) || !get_number(in, UINT32_MAX, &folded) || !get_number(in, DENSE_MAX, &n)) return false;
    s->n = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        if (!get_number(in, UINT32_MAX - at, &step) || !get_fixed(in, 2, &hash)) return false;
        s->at[i] = at += (uint32_t)step;
        s->hash[i] = (uint16_t)hash;
    }
    return true;
}

static bool take_slots(struct slice *in, struct slots *s)
{
    uint64_t n, len, minutes;
    *s = (struct slots){0};
    if (!get_number(in, SLOT_PLACES, &n)) return false;
    for (s->n_places = 0; s->n_places < n; s->n_places++) {
        struct slot_place *p = &s->place[s->n_places];
        if (!get_fixed(in, 4, &p->stem) || !get_number(in, PLACE_NAME + 1, &len) || len == 0 || in->len < len - 1) return false;
        p->len = (uint8_t)(len - 1);
        memcpy(p->name, in->ptr, p->len);
        *in = slice_cut(*in, p->len, in->len);
    }
    if (!get_number(in, SLOT_DURATIONS, &n)) return false;
    for (s->n_durations = 0; s->n_durations < n; s->n_durations++) {
        if (!get_number(in, UINT32_MAX, &minutes)) return false;
        s->duration[s->n_durations].minutes = (uint32_t)minutes;
    }
    return true;
}

enum { OLD_TERMS = 96 };

static int by_weight(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    return x->weight != y->weight ? y->weight - x->weight : x->id < y->id ? -1 : x->id > y->id;
}

static int by_id(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* It held more terms: the heaviest stay. */
static bool take_vector(struct slice *in, struct vector *v)
{
    struct term term[OLD_TERMS];
    uint64_t n, words, step;
    uint32_t id = 0, weight;
    if (!get_number(in, OLD_TERMS, &n) || !get_number(in, UINT16_MAX, &words)) return false;
    for (size_t i = 0; i < n; i++) {
        if (!get_number(in, (uint64_t)TERM_MASK << 3 | 7, &step) || !get_fixed(in, 1, &weight)) return false;
        id += (uint32_t)(step >> 3);
        if (id > TERM_MASK || step >> 3 == 0) return false;
        term[i] = (struct term){id, (uint8_t)weight, step & 7};
    }
    qsort(term, n, sizeof *term, by_weight);
    v->n = (uint16_t)(n < VECTOR_MAX ? n : VECTOR_MAX);
    v->words = (uint16_t)words;
    qsort(term, v->n, sizeof *term, by_id);
    memcpy(v->term, term, v->n * sizeof *term);
    return true;
}

enum err move_body(struct slice in, struct buf *sketch, struct buf *member)
{
    struct stored_sketch s;
    struct member m;
    uint64_t time;
    if (!get_number(&in, UINT32_MAX, &time) || !take_sketch(&in, &s) || !take_slots(&in, &m.slots) || !take_vector(&in, &m.vector) || in.len != 0)
        return ERR_MALFORMED;
    m.time = time >> 31 ? (struct link_time){0, (uint32_t)time & INT32_MAX} : (struct link_time){(uint32_t)time, 0};
    enum err e = put_stored_sketch(&s, sketch);
    return e == OK ? put_member(m.time, &m.slots, &m.vector, member) : e;
}
