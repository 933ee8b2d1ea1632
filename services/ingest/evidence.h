/* evidence.h - what workers tell against a document, weighed: when it goes to the reject file, and with which words. */
#ifndef WD_INGEST_EVIDENCE_H
#define WD_INGEST_EVIDENCE_H

#include "journal.h"

/* Two faults are enough when the last was the CPU limit: seconds of a worker's own CPU on one document are no accident of its neighbours or its host,
 * and a third try would keep a hang from being convicted within a minute where a worker has less than half a core. */
enum { FAULTS_CONVICT = 3, SPENT_CONVICT = 2, INTERRUPTIONS_CONVICT = 8 };

struct condemnation {
    bool guilty;
    enum err error;
    struct slice detail; /* in mem */
};

/* Counts a NOTE_FAULTED, NOTE_INTERRUPTED or NOTE_REFUSED. One that says less than guilty only means that the copy is gone: also a
 * frame that a stage would not take because it was meant for another (addresses are reused). Errors are the journal's. */
enum err evidence_weigh(struct journal *j, const struct note *n, struct arena *mem, struct condemnation *out) MUST_CHECK;

/* Its entry becomes one that carries the failure, without the content that nobody could take. `frame` is scratch. A document that
 * is not held, or that carries a failure already, stays as it is: *done says whether it was changed. */
enum err evidence_condemn(struct journal *j, const struct note *n, const struct condemnation *c, struct arena *mem, struct buf *frame, bool *done)
    MUST_CHECK;

#endif
