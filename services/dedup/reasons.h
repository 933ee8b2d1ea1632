/* reasons.h - why a text is where it was put, in words of the text itself. */
#ifndef WD_DEDUP_REASONS_H
#define WD_DEDUP_REASONS_H

#include "record.h"

enum { REASONS_MAX = 6 };

struct reasons {
    struct arena *mem;
    struct slice line[REASONS_MAX];
    size_t n;
    bool short_of_room;
};

void reasons_begin(struct reasons *r, struct arena *mem);
/* "names: Putin, Witkoff" and "terms: ceasefire, envoy": the heaviest terms in both. */
void reasons_terms(struct reasons *r, struct slice text, const struct words *words, const struct vector *a, const struct vector *b);
/* "place: Moscow", "duration: 5 h" when both have it; true when there was one. */
bool reasons_slots(struct reasons *r, const struct slots *a, const struct slots *b);
/* "time: 3 h apart" when both have one. */
void reasons_time(struct reasons *r, uint32_t minutes_a, uint32_t minutes_b);
/* "veto: not s1, place Moscow against St. Petersburg", "veto: not s2, place Moscow: what is to come there, not what was". */
void reasons_veto(struct reasons *r, struct slice story, enum veto veto, const struct slots *a, const struct slots *b);
/* The lines, owned by mem. ERR_NOMEM when any found no room. */
enum err reasons_end(struct reasons *r, struct slices *out) MUST_CHECK;

#endif
