/* anchors.h - which documents hold a shingle: flat tables of (hash, document) pairs, about eleven bytes a pair. */
#ifndef WD_DEDUP_ANCHORS_H
#define WD_DEDUP_ANCHORS_H

#include "../../libcommon/base.h"

enum { ANCHOR_CAP = 40 /* a shingle in this many documents is furniture: it is posted no further and counts no more */ };

struct anchors;

/* NULL when out of memory. */
struct anchors *anchors_create(void) MUST_CHECK;
void anchors_destroy(struct anchors **a);

/* Adds the pair. ERR_NOMEM leaves the table as it was. */
enum err anchors_add(struct anchors *a, uint32_t hash, uint32_t doc) MUST_CHECK;
/* Makes room for so many pairs at once. */
enum err anchors_reserve(struct anchors *a, size_t pairs) MUST_CHECK;
/* Adds many pairs, in an order that is kind to memory; they may wait until anchors_loaded(). */
enum err anchors_load(struct anchors *a, uint32_t hash, uint32_t doc) MUST_CHECK;
enum err anchors_loaded(struct anchors *a) MUST_CHECK;
/* Takes the pair out; nothing happens when it is not there. */
void anchors_drop(struct anchors *a, uint32_t hash, uint32_t doc);
/* The documents of `hash` into docs, in no particular order but the same set whatever came before; returns how many. */
size_t anchors_find(const struct anchors *a, uint32_t hash, uint32_t docs[ANCHOR_CAP]);
/* Brings the cache line of `hash` nearer, where it has one; and the one where a pair of it is to be added. */
void anchors_prefetch(const struct anchors *a, uint32_t hash);
void anchors_prefetch_add(const struct anchors *a, uint32_t hash);
/* Bytes held. */
size_t anchors_bytes(const struct anchors *a);

#endif
