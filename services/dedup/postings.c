/* postings.c - a term's stories in blocks of sixteen, each block a hash of its own in a table of pairs, so that no list grows long. */
#include "postings.h"

#include <stdlib.h>

#include "anchors.h"

enum { BLOCK = 16 };
_Static_assert(POSTING_CAP / BLOCK < 256 && (int)BLOCK < (int)ANCHOR_CAP, "a block's number has a byte, and a block is found whole");

/* One to one: terms have 24 bits. */
static uint32_t block_key(uint32_t term, uint32_t block)
{
    return block << 24 | term;
}

enum { TALLY_MOST = POSTING_QUERY * POSTING_CAP, TALLY_CELLS = 1 << 16 };
_Static_assert(TALLY_MOST < TALLY_CELLS * 3 / 4, "every story that a question can meet finds a cell");

struct postings {
    struct anchors *blocks;
    struct posting tally[TALLY_CELLS]; /* free (0) between two questions */
    uint16_t touched[TALLY_MOST];
    size_t n_touched;
};

struct postings *postings_create(void)
{
    struct postings *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    p->blocks = anchors_create();
    if (p->blocks == NULL) postings_destroy(&p);
    return p;
}

void postings_destroy(struct postings **p)
{
    if (*p == NULL) return;
    anchors_destroy(&(*p)->blocks);
    free(*p);
    *p = NULL;
}

static size_t block_of(const struct postings *p, uint32_t term, uint32_t block, uint32_t stories[ANCHOR_CAP])
{
    return anchors_find(p->blocks, block_key(term, block), stories);
}

/* The first block that has room: by leaps, then by halves. */
static uint32_t last_block(const struct postings *p, uint32_t term)
{
    uint32_t stories[ANCHOR_CAP], full = 0, free = 1; /* blocks under `full` are, block `free` - 1 is not */
    while (block_of(p, term, free - 1, stories) == BLOCK) {
        full = free;
        free *= 2;
    }
    while (full + 1 < free) {
        uint32_t middle = (full + free) / 2;
        if (block_of(p, term, middle - 1, stories) == BLOCK) full = middle;
        else free = middle;
    }
    return full;
}

bool postings_full(const struct postings *p, uint32_t term)
{
    uint32_t stories[ANCHOR_CAP];
    return block_of(p, term, POSTING_CAP / BLOCK - 1, stories) == BLOCK;
}

enum err postings_add(struct postings *p, uint32_t term, uint32_t story)
{
    return anchors_add(p->blocks, block_key(term, last_block(p, term)), story);
}

/* By twelve bits of the term from `shift` on, stably. */
static void sort_by(const struct posted *from, size_t n, unsigned shift, struct posted *to)
{
    enum { KEYS = 1 << 12 };
    size_t at[KEYS] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++) at[from[i].term >> shift & (KEYS - 1)]++;
    for (size_t k = 0; k < KEYS; k++) {
        size_t count_of = at[k];
        at[k] = sum;
        sum += count_of;
    }
    for (size_t i = 0; i < n; i++) to[at[from[i].term >> shift & (KEYS - 1)]++] = from[i];
}

enum err postings_load(struct postings *p, struct posted *all, size_t n)
{
    struct posted *other = malloc((n + 1) * sizeof *other);
    if (other == NULL) return ERR_NOMEM;
    sort_by(all, n, 0, other);
    sort_by(other, n, 12, all);
    free(other);
    enum err e = anchors_reserve(p->blocks, n);
    for (size_t i = 0, first = 0; e == OK && i < n; i++) {
        if (all[i].term != all[first].term) first = i;
        if (i - first < POSTING_CAP) e = anchors_load(p->blocks, block_key(all[i].term, (uint32_t)(i - first) / BLOCK), all[i].story);
    }
    return e == OK ? anchors_loaded(p->blocks) : e;
}

static bool holds(const uint32_t *stories, size_t n, uint32_t story)
{
    for (size_t i = 0; i < n; i++)
        if (stories[i] == story) return true;
    return false;
}

/* The gap is filled from the last block. */
enum err postings_drop(struct postings *p, uint32_t term, uint32_t story)
{
    uint32_t stories[ANCHOR_CAP], moved = 0, block = 0;
    size_t n;
    while (!holds(stories, n = block_of(p, term, block, stories), story)) {
        if (n < BLOCK) return OK;
        block++;
    }
    anchors_drop(p->blocks, block_key(term, block), story);
    uint32_t end = block;
    while (n == BLOCK && (n = block_of(p, term, end + 1, stories)) > 0) {
        moved = stories[0];
        end++;
    }
    if (end == block) return OK;
    anchors_drop(p->blocks, block_key(term, end), moved);
    return anchors_add(p->blocks, block_key(term, block), moved);
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
        if (postings_full(p, question[i].id)) continue;
        uint32_t stories[ANCHOR_CAP], block = 0;
        size_t found;
        do {
            found = block_of(p, question[i].id, block++, stories);
            for (size_t k = 0; k < found; k++) count(p, stories[k], question[i].weight);
        } while (found == BLOCK);
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
    return sizeof *p + anchors_bytes(p->blocks);
}
