/* people.h - bylines cut into names. */
#ifndef WD_NORMALIZE_PEOPLE_H
#define WD_NORMALIZE_PEOPLE_H

#include "../../libcommon/arena.h"
#include "../../proto/span.h"

enum { PEOPLE_MAX = 24 };

struct people { struct slice name[PEOPLE_MAX]; size_t n; };

/* Adds the names in s ("By Ada Marsh and Jo Reed, in Port Ellery"). Addresses, handles, dates and `outlet` are no names; none twice.
 * The names point into s. */
void people_add(struct people *p, struct slice s, struct slice outlet);

/* Every one of `shorter` is in `longer`, which has more. */
bool people_hold_all(const struct people *longer, const struct people *shorter);

#endif
