/* ledger_rows.h - rows that were found put into a ledger, each into the table whose shape it has. */
#ifndef WD_REPORT_LEDGER_ROWS_H
#define WD_REPORT_LEDGER_ROWS_H

#include "ledger_salvage.h"
#include "ledger_sql.h"

enum { LEDGER_SHAPES = 15 };

struct ledger_rows {
    struct ledger *ledger;
    sqlite3_stmt *put[LEDGER_SHAPES];
};

/* salvage_fn: `self` is a struct ledger_rows. All rows of a page have one shape, or it is no page of ours (the full-text index, say). */
enum err ledger_rows_put(void *self, const struct salvaged_row *rows, size_t n, bool table) MUST_CHECK;
void ledger_rows_end(struct ledger_rows *r);

#endif
