/* store.h - the ledger of a state directory, opened for reading beside its writer or without it. */
#ifndef WD_CLI_STORE_H
#define WD_CLI_STORE_H

#include <sqlite3.h>

#include "../../libcommon/base.h"

/* The ledger of the state directory, read only; every statement sees one state of it. NULL after a line on stderr that begins with
 * `program`. The caller closes it with sqlite3_close(). */
sqlite3 *store_open(const char *state, const char *program) MUST_CHECK;

/* A text column as a slice (empty when NULL), valid until the next step. */
struct slice store_column(sqlite3_stmt *s, int at);

#endif
