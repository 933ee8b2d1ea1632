/* store.c - opening a ledger read only. */
#include "store.h"

#include <stdio.h>

#include "../../libcommon/page_sums.h"
#include "../../libcommon/state.h"

enum { WAIT_MS = 5000 };

sqlite3 *store_open(const char *state, const char *program)
{
    char path[4200];
    sqlite3 *db = NULL;
    int rc = SQLITE_CANTOPEN;
    if (state_path(path, sizeof path, state, "report/ledger.db") == OK) rc = page_sums_open(path, &db, SQLITE_OPEN_READONLY);
    if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(db, WAIT_MS);
    if (rc == SQLITE_OK) rc = sqlite3_exec(db, "SELECT 1 FROM documents LIMIT 1", NULL, NULL, NULL);
    if (rc == SQLITE_OK) return db;
    if (rc == SQLITE_CANTOPEN) fprintf(stderr, "%s: no ledger in '%s': was wiredesk up with this --state?\n", program, state);
    else fprintf(stderr, "%s: the ledger in '%s' cannot be read: %s\n", program, state, db ? sqlite3_errmsg(db) : "no memory");
    sqlite3_close(db);
    return NULL;
}

struct slice store_column(sqlite3_stmt *s, int at)
{
    const char *text = (const char *)sqlite3_column_text(s, at);
    return (struct slice){text ? text : "", text ? (size_t)sqlite3_column_bytes(s, at) : 0};
}
