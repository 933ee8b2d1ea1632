/* dayfile_check.h - how much of a day's file is a copy of the ledger's lines. */
#ifndef WD_REPORT_DAYFILE_CHECK_H
#define WD_REPORT_DAYFILE_CHECK_H

#include <sys/types.h>

#include "ledger.h"

/* Up to where a file was known to be on disk: its size then, and the last line in it. */
struct dayfile_mark {
    uint64_t seq, size;
};

struct dayfile_found {
    off_t good;       /* the file is the ledger's up to here */
    uint64_t seq;     /* of the last line in that */
    uint64_t foreign; /* what stands behind is a whole line of that number, which the ledger has not or has otherwise; 0: no line */
};

/* The line's seq, or 0 when these bytes are no line of ours. */
uint64_t dayfile_line_seq(struct slice line);

/* Reads the mark that was set for files of that type (NULL: all lines), {0, 0} when there is none; sets it, in a transaction of its own. */
enum err dayfile_read_mark(struct ledger *ledger, const char *type, struct dayfile_mark *mark) MUST_CHECK;
enum err dayfile_set_mark(struct ledger *ledger, const char *type, struct dayfile_mark mark) MUST_CHECK;

/* Holds the file of `day`, `size` bytes long, against the ledger from the mark on, line by line: after a power loss any part of what was not yet
 * on disk may be missing, also in the middle. A mark that does not fit the file counts for nothing. ERR_IO, ERR_NOMEM and the ledger's errors. */
enum err dayfile_check(int fd, const char *day, off_t size, const char *type, struct ledger *ledger, struct dayfile_found *found) MUST_CHECK;

#endif
