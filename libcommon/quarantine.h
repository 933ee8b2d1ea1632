/* quarantine.h - where frames go that a stage could not read: kept for a person, bounded in count and bytes, the oldest give way; and in age when asked. */
#ifndef WD_QUARANTINE_H
#define WD_QUARANTINE_H

#include "clock.h"
#include "trouble.h"

enum { QUARANTINE_COUNT = 1000, QUARANTINE_BYTES = 256 << 20 };

struct quarantine {
    char folder[4096];
    uint64_t serial;
    size_t count, bytes, count_max, bytes_max;
    uint64_t keep_ms, looked; /* 0: of any age; when it was last looked for old ones, by the clock that never jumps, ms */
    struct clock_watch clock; /* frames go for their age only while it is believed */
};

/* Uses DIR/quarantine/NAME/, made when the first frame comes. `keep_ms`: frames older than that go; 0: none for its age. */
void quarantine_open(struct quarantine *q, const char *state, const char *name, uint64_t keep_ms);

/* Removes what has grown old; looks every few minutes, however often it is called. Not while the clock has jumped. */
void quarantine_settle(struct quarantine *q);

/* Keeps a frame as "MS-PID-N.ERROR.frame". What cannot be kept is logged and goes. */
void quarantine_put(struct quarantine *q, struct slice frame, enum err why);

#endif
