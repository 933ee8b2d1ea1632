/* evidence.h - what workers tell against a document, weighed: when it goes to the reject file, and with which words. */
#ifndef WD_INGEST_EVIDENCE_H
#define WD_INGEST_EVIDENCE_H

#include "journal.h"

enum { FAULTS_CONVICT = 3, INTERRUPTIONS_CONVICT = 8 };

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
