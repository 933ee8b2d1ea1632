/* keep.h - what is done to a ledger besides running it: a copy for a backup, documents taken back. */
#ifndef WD_REPORT_KEEP_H
#define WD_REPORT_KEEP_H

#include "office.h"

/* --backup FILE: copies the ledger to the new file FILE; the daemon may run. Prints what the copy holds as one JSON object. The exit
 * status. */
int report_backup(const struct report_settings *s, const char *to);

enum { RETRACT_WHY_MAX = 4096 }; /* bytes of a reason */

/* --retract KEY --why TEXT and --forget KEY, while no daemon holds the ledger. Prints what came of it as one JSON object. The exit status: 75 when
 * the ledger is in use. */
int report_retract(const struct report_settings *s);
/* What came of it as one JSON object: what the daemon answers, too. */
void retract_answer(const struct desk_retracted *done, struct buf *json);

/* --repair HOW, while no daemon holds the ledger: "save" writes what is damaged of ledger and day files anew, "look" only says what there is. Prints it as
 * one JSON object. The exit status. */
int report_repair(const struct report_settings *s, const char *how);

#endif
