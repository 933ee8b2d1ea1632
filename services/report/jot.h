/* jot.h - writing JSON objects and lists with their commas and braces in the right places, over libcommon's json.h. */
#ifndef WD_REPORT_JOT_H
#define WD_REPORT_JOT_H

#include "../../libcommon/json.h"

/* Invariant: bit d of `more` says that level d has an element already. At most 63 levels. */
struct jot {
    struct buf *out; /* check out->failed at the end */
    uint64_t more;
    unsigned depth;
};

static inline struct jot jot_make(struct buf *out)
{
    return (struct jot){out, 0, 0};
}

/* In every call `key` is NULL inside a list and at the top. */
void jot_object(struct jot *j, const char *key);
void jot_list(struct jot *j, const char *key);
void jot_end_object(struct jot *j);
void jot_end_list(struct jot *j);
void jot_text(struct jot *j, const char *key, struct slice v);
void jot_count(struct jot *j, const char *key, uint64_t v);
void jot_real(struct jot *j, const char *key, double v);
void jot_bool(struct jot *j, const char *key, bool v);
/* JSON that is ready made. */
void jot_raw(struct jot *j, const char *key, struct slice json);
/* Members have been written past it into the open object or list. */
static inline void jot_after(struct jot *j)
{
    j->more |= (uint64_t)1 << j->depth;
}
/* Nothing at all when v is absent (ptr NULL). */
void jot_maybe(struct jot *j, const char *key, struct slice v);

#endif
