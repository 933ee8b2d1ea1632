/* retain.h - what has grown old goes, a little at a time: texts by when they were accepted, lines, day files, pages and what was said of stories by when
 * they were told.
 *
 * Of a document key, number and outcome stay for ever, so that the sum holds and it is not reported twice however late it comes again. Files go before
 * the lines that they would be made anew from; whatever is cut short is done by the next pass. */
#ifndef WD_REPORT_RETAIN_H
#define WD_REPORT_RETAIN_H

#include "../../libcommon/clock.h"
#include "office.h"

enum retain_at { RETAIN_REST, RETAIN_TEXTS, RETAIN_FILES, RETAIN_LINES, RETAIN_STORIES };

struct retain {
    uint64_t keep;       /* ms; 0: nothing goes */
    enum retain_at at;
    uint64_t next;       /* when the next pass begins, by the clock that never jumps, ms */
    struct clock_watch clock;
    int64_t row;         /* of the last document that this pass has looked at */
    char day[LEDGER_DAY + 1]; /* lines of days before this one go in this pass */
    uint64_t documents, lines; /* that went since the start */
    uint64_t oldest;     /* when the oldest text that is kept was accepted, ms since 1970; 0: there is none, or it is not known yet */
};

/* keep: as --keep. */
struct retain retain_make(uint64_t keep);

/* True when retain_step() has something to do. */
bool retain_due(const struct retain *r);

/* One step, of some tens of ms, in a transaction of its own. What went is gone for good when OK is returned. ERR_FULL: later; ERR_IO. */
enum err retain_step(struct retain *r, struct office *o) MUST_CHECK;

#endif
