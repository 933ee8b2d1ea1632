/* quantities.h - numbers with what they count: money, percentages, ranges, "more than", ages, ordinals. */
#ifndef WD_TAG_QUANTITIES_H
#define WD_TAG_QUANTITIES_H

#include "../../proto/doc.h"
#include "tokens.h"

enum used { USED_TIME = 1, USED_NAME };

/* The quantities of a text in text order; they do not overlap. used[token] (t->len + 1 bytes, enum used or 0): the token belongs to a time
 * or a name and is left alone. Not English: only figures with a currency or a percent sign. All in mem. ERR_NOMEM only. */
enum err quantities_find(struct arena *mem, const struct tokens *t, bool english, const uint8_t *used, struct quantities *out) MUST_CHECK;

#endif
