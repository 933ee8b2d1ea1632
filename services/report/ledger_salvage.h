/* ledger_salvage.h - the rows of a damaged SQLite file, read page by page without SQLite and without its trees: each page says by its sum whether it is
 * what was written (libcommon/page_sums.h). */
#ifndef WD_REPORT_LEDGER_SALVAGE_H
#define WD_REPORT_LEDGER_SALVAGE_H

#include "../../libcommon/base.h"

enum { SALVAGED_COLUMNS = 40 };

struct salvaged_value {
    char type; /* n NULL, i integer, r real, t text, b blob */
    int64_t i;
    double r;
    struct slice s;
};

struct salvaged_row {
    int64_t rowid; /* in tables */
    size_t n;
    struct salvaged_value v[SALVAGED_COLUMNS];
};

/* Called with the rows of one page, in their order: of a table with row numbers, or of an index or a table without them. */
typedef enum err (*salvage_fn)(void *self, const struct salvaged_row *rows, size_t n, bool table);

/* Reads the database at `path` with what its write-ahead log has on top, all pages but those that its list says are free. *damaged: pages whose sum is
 * wrong; in a file without sums what can be read is taken for right. ERR_IO with errno, ERR_NOMEM, what fn answered. */
enum err ledger_salvage(const char *path, salvage_fn fn, void *self, uint64_t *damaged) MUST_CHECK;

#endif
