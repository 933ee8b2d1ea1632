/* roles.h - what somebody is, from the words before and behind a name. */
#ifndef WD_ROLES_H
#define WD_ROLES_H

#include "scene.h"

/* The whole phrase of a role that tag found; false when nothing of it says what the person is ("Mr."). */
bool role_whole(const struct scene *s, const struct reading *r, struct span role, struct span *out);
/* The role in apposition behind a mention: ", the president of X,". */
bool role_behind(const struct scene *s, const struct reading *r, const struct mention *m, struct span *out);

#endif
