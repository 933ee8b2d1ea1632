/* hashes.h - a growing map from 64-bit hashes to 32-bit values, for training. */
#ifndef WD_TAG_HASHES_H
#define WD_TAG_HASHES_H

#include "../../libcommon/base.h"

struct hashes { /* {0} is an empty one */
    struct { uint64_t key; uint32_t value; } *slot; /* key 0: free */
    size_t mask, len;
};

/* The value at key, made 0 when it was not there and `add`; NULL when absent or out of memory. Valid until the next add. */
uint32_t *hashes_at(struct hashes *h, uint64_t key, bool add);
void hashes_free(struct hashes *h);

#endif
