/* postings.h - which live stories have a term among their strongest. */
#ifndef WD_DEDUP_POSTINGS_H
#define WD_DEDUP_POSTINGS_H

#include "weighed.h"

enum {
    POSTING_CAP = 1504,  /* a term of this many live stories is a hub: it is posted no further and finds none */
    POSTING_QUERY = 24,  /* terms of one question */
};

struct postings;

/* NULL when out of memory. */
struct postings *postings_create(void) MUST_CHECK;
void postings_destroy(struct postings **p);
/* Adds `story` to `term` (24 bits), which is not full. The caller sees to it that no pair is added twice. */
enum err postings_add(struct postings *p, uint32_t term, uint32_t story) MUST_CHECK;
struct posted {
    uint32_t term, story;
};
/* Adds all into empty postings at once, after a restart; sorts them. */
enum err postings_load(struct postings *p, struct posted *all, size_t n) MUST_CHECK;
enum err postings_drop(struct postings *p, uint32_t term, uint32_t story) MUST_CHECK;
bool postings_full(const struct postings *p, uint32_t term);
/* The stories that have most of the question, up to POSTING_QUERY terms with their weights, into best: heaviest first, then the oldest. Returns how many, at
 * most `most`. The answer hangs on what was added and not on the order in which it was. */
size_t postings_ask(struct postings *p, const struct weighed *question, size_t terms, struct weighed *best, size_t most);
size_t postings_bytes(const struct postings *p);

#endif
