/* outcomes.h - outcomes on their way to the ingests that wait for them: kept while the one that they are for is not listening.
 *
 * After a start of report or of ingest some documents are through before ingest has found this report's returns; without this,
 * each of them would be sent again. What is kept is bounded and forgotten at exit: a lost outcome costs a resend. One thread. */
#ifndef WD_REPORT_OUTCOMES_H
#define WD_REPORT_OUTCOMES_H

#include "../../libcommon/base.h"

typedef struct _zsock_t zsock_t;
struct outcomes;

/* Over the XPUB `returns`, which stays the caller's. NULL: out of memory. */
struct outcomes *outcomes_open(zsock_t *returns) MUST_CHECK;
/* Forgets what is kept; sets *o to NULL. NULL is fine. */
void outcomes_close(struct outcomes **o);

/* Takes note of who listens now, and sends what was kept for those who have come. */
void outcomes_hear(struct outcomes *o);

/* Sends one note (its first INSTANCE_SIZE bytes name the ingest), or keeps it. ERR_FULL: it was given up, no more can be kept or queued. */
enum err outcomes_send(struct outcomes *o, struct slice note) MUST_CHECK;

#endif
