/* ledger_mend.h - a ledger into which rows were put that were found, and what follows from them for those that were not. */
#ifndef WD_REPORT_LEDGER_MEND_H
#define WD_REPORT_LEDGER_MEND_H

#include <jansson.h>

#include "ledger.h"

/* What the caller has put into the ledger besides its tables, as temporary ones: where documents stood in indices that are not damaged. */
#define MEND_TABLES "CREATE TEMP TABLE seqs(id INTEGER PRIMARY KEY, instance INTEGER, seq INTEGER, outcome INTEGER);" \
                    "CREATE TEMP TABLE pairs(id INTEGER, text TEXT);"

/* Adds to `said` what ledger_repair.h names. `days`: the folder of the stream's files. The ledger's own errors, ERR_NOMEM. */
enum err ledger_mend(struct ledger *l, const char *days, json_t *said) MUST_CHECK;

#endif
