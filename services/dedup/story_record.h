/* story_record.h - how a story's record grows with its members, for those who judge and for those who make one anew. */
#ifndef WD_DEDUP_STORY_RECORD_H
#define WD_DEDUP_STORY_RECORD_H

#include "record.h"

enum {
    POSTED_TERMS = 12, /* a text's heaviest terms under which its story is found later */
    STORY_BYTES = 512, /* more than its record takes */
};

/* One more member, published at `minutes` (0: unknown). A copy adds nothing but itself. Clock and terms are the caller's. */
void story_add_member(struct story_record *r, uint32_t number, uint32_t minutes, bool copy);
/* The first members stay, of the rest the latest do. */
void story_add_representative(struct story_record *r, uint32_t number);
void story_add_time(struct story_record *r, uint32_t minutes);
bool story_found_under(const struct story_record *r, uint32_t term);

#endif
