/* words.h - strings from markup's attributes and scripts made into plain words. */
#ifndef WD_NORMALIZE_WORDS_H
#define WD_NORMALIZE_WORDS_H

#include "../../libcommon/arena.h"

/* s with character references read, tags cut out, white space collapsed and cut at `most` bytes on a character boundary. Absent when
 * nothing is left or there is no room. s must be valid UTF-8. */
struct slice words_plain(struct arena *mem, struct slice s, size_t most) MUST_CHECK;

#endif
