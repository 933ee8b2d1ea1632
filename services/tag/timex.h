/* timex.h - dates, times, durations, sets and ages as TIMEX3 values; relative ones from an anchor, else left open. */
#ifndef WD_TAG_TIMEX_H
#define WD_TAG_TIMEX_H

#include "../../proto/doc.h"
#include "tokens.h"

/* The times of a text in text order; they do not overlap. `published` anchors what is relative (today, Friday, March 3); without
 * it a dateline does; without that values stay open: XXXX-WXX-5, DCT-P1D. used[token] is set for tokens that are part of one
 * (t->len + 1 bytes, from the caller). English only for words; figures (2025-04-11) in any language. */
enum err timex_find(struct arena *mem, const struct tokens *t, const struct moment *published, bool english, uint8_t *used,
                    struct timexes *out) MUST_CHECK;

#endif
