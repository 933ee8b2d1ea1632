/* postings.h - which live stories have a term among their strongest: an array of story numbers a term. */
#ifndef WD_DEDUP_POSTINGS_H
#define WD_DEDUP_POSTINGS_H

#include "../../libcommon/base.h"

struct postings;

struct posting_list {
    const uint32_t *story; /* in no particular order; valid until the next change */
    uint32_t len;
};

/* NULL when out of memory. */
struct postings *postings_create(void) MUST_CHECK;
void postings_destroy(struct postings **p);
/* Adds `story` to `term` (not 0). The caller sees to it that no pair is added twice. */
enum err postings_add(struct postings *p, uint32_t term, uint32_t story) MUST_CHECK;
void postings_drop(struct postings *p, uint32_t term, uint32_t story);
struct posting_list postings_find(const struct postings *p, uint32_t term);
size_t postings_bytes(const struct postings *p);

#endif
