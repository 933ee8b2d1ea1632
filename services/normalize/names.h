/* names.h - what the letters of a name tell. */
#ifndef WD_NORMALIZE_NAMES_H
#define WD_NORMALIZE_NAMES_H

#include "../../libcommon/base.h"

/* Letters and digits of s in lower case, at most `cap` bytes; returns how many. */
size_t name_squeeze(struct slice s, char *out, size_t cap);

/* One holds the other and is at least half of it: "Telegram & Courier", "Ellery Telegram & Courier". */
bool name_holds(struct slice a, struct slice b);

/* A site may bear its author's name: two or three words with capitals, none of which a firm or paper has. */
bool name_is_person_s(struct slice s);

/* Two to five words, each with a capital but for what stands within names ("van der"), or of a script without. */
bool name_is_plausible(struct slice s);

/* What stands before the names of those who checked, edited or translated a text or took its pictures: "photos by". The last is NULL. */
extern const char *const name_helpers[];

/* "Ada Marsh", seen as "Ada Marsh" or "Dr. Ada Marsh". */
bool name_same(struct slice said, struct slice seen);

#endif
