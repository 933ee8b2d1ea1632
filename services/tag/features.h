/* features.h - what is asked of the model about a token: hashes of facts about it and its neighbours. */
#ifndef WD_TAG_FEATURES_H
#define WD_TAG_FEATURES_H

#include "look.h"

enum { FEATURES_MAX = 240 };

/* The features of token i into out[FEATURES_MAX]; returns how many. The view must have looked at it: look[i].active. */
size_t features_of(const struct view *v, size_t i, uint64_t *out);

/* True for features of the kind that differ between corpora: training keeps a copy of them for each. */
bool features_differ(uint64_t feature);

#endif
