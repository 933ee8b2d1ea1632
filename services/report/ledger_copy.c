/* ledger_copy.c - a copy of the ledger as of one moment, taken beside its writer. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../../libcommon/page_sums.h"
#include "ledger_sql.h"

static enum err on_disk(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return ERR_IO;
    enum err e = fsync(fd) == 0 ? OK : ERR_IO;
    close(fd);
    return e;
}

static enum err copy(sqlite3 *db, const char *to)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db, "VACUUM INTO ?", -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(s, 1, to, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    sqlite3_finalize(s);
    return ledger_err(rc);
}

enum err ledger_copy(const char *path, const char *to, uint64_t *seq, char *why, size_t why_size)
{
    struct ledger *reader = NULL;
    sqlite3 *db = NULL;
    if (access(path, F_OK) != 0 || access(to, F_OK) == 0) {
        snprintf(why, why_size, "%s", access(path, F_OK) != 0 ? "there is no ledger" : "the copy's file exists");
        return ERR_MISSING;
    }
    int rc = page_sums_open(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
    if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(db, 10000);
    enum err e = ledger_err(rc);
    if (e == OK) e = copy(db, to);
    if (e != OK) snprintf(why, why_size, "%s", db != NULL ? sqlite3_errmsg(db) : "out of memory");
    sqlite3_close(db);
    if (e != OK) return e;
    e = on_disk(to);
    if (e != OK) snprintf(why, why_size, "%s", strerror(errno));
    if (e == OK) e = ledger_open_reader(to, &reader, why, why_size);
    if (e == OK) e = ledger_last_seq(reader, seq);
    ledger_close(&reader);
    return e;
}
