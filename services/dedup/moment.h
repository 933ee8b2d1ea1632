/* moment.h - ISO 8601 as minutes since 1970. */
#ifndef WD_DEDUP_MOMENT_H
#define WD_DEDUP_MOMENT_H

#include "../../libcommon/base.h"

/* "2025-04-11", "2025-04-11T10:30", with seconds, fraction and offset or not (then UTC); 0 for anything else and for times before 1970. */
uint32_t moment_minutes(struct slice iso);

#endif
