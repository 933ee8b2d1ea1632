/* tool.h - the daemons' programs run as tools on a store: `wiredesk-report --state DIR --backup FILE`, beside this program. */
#ifndef WD_CLI_TOOL_H
#define WD_CLI_TOOL_H

#include "../../libcommon/buf.h"

/* Runs wiredesk-STAGE with these arguments (NULL-ended) and waits for it; what it prints goes to `out`, what it complains of to our stderr.
 * `turn` (or NULL) is called a few times a second meanwhile; when it returns false the tool is ended. The exit status; 75 when it could not be
 * run or was ended. */
int tool_run(const char *stage, const char *const *arguments, struct buf *out, bool (*turn)(void *self), void *self) MUST_CHECK;

#endif
