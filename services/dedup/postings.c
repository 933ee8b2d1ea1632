/* postings.c - a hash table of growing arrays. */
#include "postings.h"

#include <stdlib.h>

struct list {
    uint32_t *story;
    uint32_t term; /* 0: free cell */
    uint32_t len, cap;
};

enum { TALLY_MOST = POSTING_QUERY * POSTING_CAP, TALLY_CELLS = 1 << 16 };
_Static_assert(TALLY_MOST < TALLY_CELLS * 3 / 4, "every story that a question can meet finds a cell");

struct postings {
    struct list *list;
    size_t mask, used, bytes;
    struct posting tally[TALLY_CELLS]; /* free (0) between two questions */
    uint16_t touched[TALLY_MOST];
    size_t n_touched;
};

struct postings *postings_create(void)
{
    struct postings *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    p->mask = (1 << 12) - 1;
    p->list = calloc(p->mask + 1, sizeof *p->list);
    if (p->list == NULL) {
        free(p);
        return NULL;
    }
    return p;
}

void postings_destroy(struct postings **p)
{
    if (*p == NULL) return;
    for (size_t i = 0; i <= (*p)->mask; i++) free((*p)->list[i].story);
    free((*p)->list);
    free(*p);
    *p = NULL;
}

static size_t cell(const struct list *list, size_t mask, uint32_t term)
{
    size_t i = (term * 0x9E3779B1u >> 7) & mask;
    while (list[i].term != 0 && list[i].term != term) i = (i + 1) & mask;
    return i;
}

static enum err widen(struct postings *p)
{
    size_t mask = p->mask * 2 + 1;
    struct list *wide = calloc(mask + 1, sizeof *wide);
    if (wide == NULL) return ERR_NOMEM;
    size_t used = 0;
    for (size_t i = 0; i <= p->mask; i++) {
        if (p->list[i].len == 0) { /* terms that no story has any more go */
            free(p->list[i].story);
            p->bytes -= p->list[i].cap * sizeof(uint32_t);
            continue;
        }
        wide[cell(wide, mask, p->list[i].term)] = p->list[i];
        used++;
    }
    free(p->list);
    p->list = wide;
    p->mask = mask;
    p->used = used;
    return OK;
}

enum err postings_add(struct postings *p, uint32_t term, uint32_t story)
{
    if (p->used * 4 >= p->mask * 3) {
        enum err e = widen(p);
        if (e != OK) return e;
    }
    struct list *l = &p->list[cell(p->list, p->mask, term)];
    if (l->len == l->cap) {
        uint32_t cap = l->cap < 4 ? l->cap + 2 : l->cap + l->cap / 2;
        uint32_t *wide = realloc(l->story, cap * sizeof *wide);
        if (wide == NULL) return ERR_NOMEM;
        p->bytes += (cap - l->cap) * sizeof *wide;
        l->story = wide;
        l->cap = cap;
    }
    if (l->term == 0) {
        l->term = term;
        p->used++;
    }
    l->story[l->len++] = story;
    return OK;
}

void postings_drop(struct postings *p, uint32_t term, uint32_t story)
{
    struct list *l = &p->list[cell(p->list, p->mask, term)];
    for (uint32_t i = 0; i < l->len; i++) {
        if (l->story[i] != story) continue;
        l->story[i] = l->story[--l->len];
        return;
    }
}

bool postings_full(const struct postings *p, uint32_t term)
{
    return p->list[cell(p->list, p->mask, term)].len >= POSTING_CAP;
}

static void count(struct postings *p, uint32_t story, float weight)
{
    size_t i = (story * 0x9E3779B1u) >> 16;
    while (p->tally[i].id != 0 && p->tally[i].id != story) i = (i + 1) % TALLY_CELLS;
    if (p->tally[i].id == 0) {
        p->touched[p->n_touched++] = (uint16_t)i;
        p->tally[i].id = story;
    }
    p->tally[i].weight += weight;
}

static bool before(const struct posting *a, const struct posting *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->id < b->id;
}

size_t postings_ask(struct postings *p, const struct posting *question, size_t terms, struct posting *best, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < terms && i < POSTING_QUERY; i++) {
        const struct list *l = &p->list[cell(p->list, p->mask, question[i].id)];
        if (l->len >= POSTING_CAP) continue;
        for (uint32_t k = 0; k < l->len; k++) count(p, l->story[k], question[i].weight);
    }
    for (size_t i = 0; i < p->n_touched; i++) {
        struct posting *c = &p->tally[p->touched[i]];
        size_t at = n < most ? n++ : most;
        for (; at > 0 && before(c, &best[at - 1]); at--)
            if (at < most) best[at] = best[at - 1];
        if (at < most) best[at] = *c;
        *c = (struct posting){0, 0};
    }
    p->n_touched = 0;
    return n;
}

size_t postings_bytes(const struct postings *p)
{
    return sizeof *p + p->bytes + (p->mask + 1) * sizeof *p->list;
}
