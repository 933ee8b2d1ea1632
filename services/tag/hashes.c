/* hashes.c - open addressing, grown at two thirds. */
#include "hashes.h"

#include <stdlib.h>

static bool grow(struct hashes *h)
{
    struct hashes big = {.mask = h->slot == NULL ? 1023 : h->mask * 2 + 1};
    big.slot = calloc(big.mask + 1, sizeof *big.slot);
    if (big.slot == NULL) return false;
    for (size_t i = 0; h->slot != NULL && i <= h->mask; i++)
        if (h->slot[i].key != 0) *hashes_at(&big, h->slot[i].key, true) = h->slot[i].value;
    free(h->slot);
    *h = big;
    return true;
}

uint32_t *hashes_at(struct hashes *h, uint64_t key, bool add)
{
    if (key == 0) key = 1;
    if (h->slot == NULL || (add && h->len * 3 > h->mask * 2)) {
        if (!add || !grow(h)) return NULL;
    }
    size_t i = (key ^ key >> 32) & h->mask;
    while (h->slot[i].key != 0 && h->slot[i].key != key) i = (i + 1) & h->mask;
    if (h->slot[i].key == 0) {
        if (!add) return NULL;
        h->slot[i].key = key;
        h->len++;
    }
    return &h->slot[i].value;
}

void hashes_free(struct hashes *h)
{
    free(h->slot);
    *h = (struct hashes){0};
}
