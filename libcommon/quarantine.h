/* quarantine.h - where frames go that a stage could not read: kept for a person, bounded in count and bytes, the oldest give way. */
#ifndef WD_QUARANTINE_H
#define WD_QUARANTINE_H

#include "trouble.h"

enum { QUARANTINE_COUNT = 1000, QUARANTINE_BYTES = 256 << 20 };

struct quarantine {
    char folder[4096];
    uint64_t serial;
    size_t count, bytes, count_max, bytes_max;
};

/* Uses DIR/quarantine/NAME/, made when the first frame comes. */
void quarantine_open(struct quarantine *q, const char *state, const char *name);

/* Keeps a frame as "MS-PID-N.ERROR.frame". What cannot be kept is logged and goes. */
void quarantine_put(struct quarantine *q, struct slice frame, enum err why);

#endif
