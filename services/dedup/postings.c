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

enum { FOUND_MOST = POSTING_QUERY * POSTING_CAP, TALLY_CELLS = 1 << 16 };
_Static_assert(FOUND_MOST < TALLY_CELLS * 3 / 4, "every story that a question can meet finds a cell");

struct postings {
    struct anchors *blocks;
    struct weighed found[FOUND_MOST];  /* of a question: a story as often as it has a term of it, and what that weighs */
    struct weighed tally[TALLY_CELLS]; /* free (0) between two questions; few stories stay in few cells, at the front */
    uint16_t touched[FOUND_MOST];
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

/* Appends the term's stories to found[n...]; returns how many there are now. Of a hub none. */
static size_t gather(struct postings *p, const struct weighed *term, size_t n)
{
    uint32_t stories[ANCHOR_CAP], block = 0;
    size_t found, first = n;
    do {
        if (block > 0) anchors_prefetch(p->blocks, block_key(term->id, block + 1)); /* who fills one block often fills more */
        found = block_of(p, term->id, block++, stories);
        for (size_t k = 0; k < found; k++) p->found[n++] = (struct weighed){stories[k], term->weight};
    } while (found == BLOCK && block < POSTING_CAP / BLOCK);
    return found == BLOCK && block == POSTING_CAP / BLOCK ? first : n;
}

/* Adds up the first n of found by story; returns how many stories these are, touched[] says in which cells. */
static size_t add_up(struct postings *p, size_t n)
{
    size_t touched = 0;
    unsigned bits = 6;
    while ((size_t)1 << bits < 2 * n && 1 << bits < TALLY_CELLS) bits++;
    for (size_t k = 0; k < n; k++) {
        const struct weighed *f = &p->found[k];
        size_t i = (f->id * 0x9E3779B1u) >> (32 - bits);
        while (p->tally[i].id != 0 && p->tally[i].id != f->id) i = (i + 1) & (((size_t)1 << bits) - 1);
        if (p->tally[i].id == 0) {
            p->touched[touched++] = (uint16_t)i;
            p->tally[i].id = f->id;
        }
        p->tally[i].weight += f->weight;
    }
    return touched;
}

size_t postings_ask(struct postings *p, const struct weighed *question, size_t terms, struct weighed *best, size_t most)
{
    size_t n = 0, found = 0;
    if (terms > POSTING_QUERY) terms = POSTING_QUERY;
    for (size_t i = 0; i < terms; i++) anchors_prefetch(p->blocks, block_key(question[i].id, 0));
    for (size_t i = 0; i < terms; i++) found = gather(p, &question[i], found);
    size_t touched = add_up(p, found);
    for (size_t i = 0; i < touched; i++) {
        struct weighed *c = &p->tally[p->touched[i]];
        n = weighed_keep(best, n, most, *c);
        *c = (struct weighed){0, 0};
    }
    return n;
}

size_t postings_bytes(const struct postings *p)
{
    return sizeof *p + anchors_bytes(p->blocks);
}
