/* backlog.c - a list that is cut at its head. */
#include "backlog.h"

#include <stdlib.h>

struct kept {
    struct kept *next;
    uint64_t seq;
    bool shown;
    size_t len;
    char text[];
};

struct backlog {
    struct kept *first, *last;
    uint64_t shown, most;
};

struct backlog *backlog_create(uint64_t most)
{
    struct backlog *b = calloc(1, sizeof *b);
    if (b != NULL) b->most = most;
    return b;
}

static void drop_first(struct backlog *b)
{
    struct kept *k = b->first;
    b->first = k->next;
    if (b->first == NULL) b->last = NULL;
    if (k->shown) b->shown--;
    free(k);
}

void backlog_destroy(struct backlog **b)
{
    if (*b == NULL) return;
    while ((*b)->first != NULL) drop_first(*b);
    free(*b);
    *b = NULL;
}

enum err backlog_add(struct backlog *b, uint64_t seq, struct slice line, bool shown)
{
    struct kept *k = malloc(sizeof *k + line.len);
    if (k == NULL) return ERR_NOMEM;
    *k = (struct kept){.seq = seq, .shown = shown, .len = line.len};
    if (line.len > 0) memcpy(k->text, line.ptr, line.len);
    if (b->last != NULL) b->last->next = k;
    else b->first = k;
    b->last = k;
    b->shown += shown;
    while (b->first != NULL && (b->shown > b->most || !b->first->shown)) drop_first(b);
    return OK;
}

enum err backlog_give(struct backlog *b, stream_line_fn line, void *self)
{
    enum err e = OK;
    while (b->first != NULL && e == OK) {
        e = line(self, b->first->seq, (struct slice){b->first->text, b->first->len});
        drop_first(b);
    }
    return e;
}
