/* page_sums.h - a SQLite database whose pages carry a sum: a page that has changed in the file since it was written is an error to whoever reads it.
 *
 * The sums stand in the last 8 bytes of each page, which SQLite keeps free when it is told so (other programs read such a database as any other). They
 * are put and held against the page by a layer between SQLite and the file. A page of zeros has none: SQLite has never written it. In the write-ahead
 * log SQLite has sums of its own. */
#ifndef WD_PAGE_SUMS_H
#define WD_PAGE_SUMS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

enum { PAGE_SUM = 8 };

/* As sqlite3_open_v2(). A new database has sums, and so has its copy by VACUUM INTO; one without is read and written without until VACUUM writes it
 * anew. */
int page_sums_open(const char *path, sqlite3 **db, int flags) __attribute__((warn_unused_result));
/* Whether its pages have sums. */
bool page_sums_there(sqlite3 *db) __attribute__((warn_unused_result));

/* Whether the sum of page `number` (the first is 1), all its bytes, is right, or it is all zeros. */
bool page_sum_good(const void *page, int size, int64_t number) __attribute__((warn_unused_result));

#endif
