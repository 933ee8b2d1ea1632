/* keep.h - what is done to a ledger besides running it: a copy for a backup. */
#ifndef WD_REPORT_KEEP_H
#define WD_REPORT_KEEP_H

#include "office.h"

/* --backup FILE: copies the ledger to the new file FILE; the daemon may run. Prints what the copy holds as one JSON object. The exit
 * status. */
int report_backup(const struct report_settings *s, const char *to);

#endif
