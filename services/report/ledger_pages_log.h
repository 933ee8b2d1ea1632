/* ledger_pages_log.h - which pages of a SQLite database stand in its write-ahead log, and where. */
#ifndef WD_REPORT_LEDGER_PAGES_LOG_H
#define WD_REPORT_LEDGER_PAGES_LOG_H

#include <sys/types.h>

#include "../../libcommon/base.h"

#define LOG_DAMAGED ((off_t)-1)

struct pages_log {
    int fd;         /* -1: there is none */
    uint64_t pages; /* the database's size after its last commit; 0: the log says nothing */
    uint64_t room;
    off_t *at;      /* where page n + 1's latest state begins in the log; 0: not in it; LOG_DAMAGED: there, but not what was written */
    uint64_t frames, damaged; /* up to the last commit */
    uint64_t commits_behind;  /* commits behind the first damaged frame: each was synced before the next was begun, so more than one cannot be torn */
};

/* Whether the log of the database `path` is what was written, or ends as a crash leaves it: SQLite itself would read it up to the first wrong frame and
 * drop the rest. False with a line in `why`. */
bool pages_log_whole(const char *path, char *why, size_t size) MUST_CHECK;

/* Reads the log at `path`, of pages of that size (0: any). ERR_IO, ERR_NOMEM. One that is not there or not finished once is empty. */
enum err pages_log_open(const char *path, size_t page_size, struct pages_log *log) MUST_CHECK;
void pages_log_close(struct pages_log *log);

#endif
