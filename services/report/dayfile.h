/* dayfile.h - the stream as files: FOLDER/YYYY-MM-DD.jsonl, appended to, always a copy of the ledger's lines. Never rewritten but for
 * what is forgotten.
 *
 * The ledger is the truth; the files follow it. At the start the newest file is held against the ledger from where it was last known to be
 * on disk; from the first byte that differs on it is cut off, and what the ledger has beyond it is written. */
#ifndef WD_REPORT_DAYFILE_H
#define WD_REPORT_DAYFILE_H

#include "../../libcommon/trouble.h"
#include "ledger.h"

struct dayfile;

/* Opens the folder (which exists). `type`: only lines of that type stand in these files ("reject"), or NULL for all. The files are
 * brought up to the ledger. NULL with the trouble: the folder cannot be written, or a line in the newest is not the ledger's. */
struct dayfile *dayfile_open(const char *folder, const char *type, struct ledger *ledger, struct trouble *t) MUST_CHECK;

/* The first line that dayfile_open() had to write, or 0: the files had all. */
uint64_t dayfile_written(const struct dayfile *f);

/* Appends all lines that the ledger has committed and the files have not. ERR_FULL, ERR_IO: what was written whole stands, the
 * rest is written by the next call. */
enum err dayfile_follow(struct dayfile *f, struct ledger *ledger) MUST_CHECK;

/* The same when a failed write has left the files behind; nothing otherwise. */
enum err dayfile_mend(struct dayfile *f, struct ledger *ledger) MUST_CHECK;

/* Appends one committed line, which is the next one. `line` is followed by a newline in memory: it is written with it. */
enum err dayfile_add(struct dayfile *f, uint64_t seq, const char *day, struct slice line) MUST_CHECK;
/* Writes what was added; lines are held until then. Errors as dayfile_follow(), which mends them. */
enum err dayfile_flush(struct dayfile *f) MUST_CHECK;
/* What was written is on disk when this returns OK, and the ledger knows it (in a transaction of its own). Held lines are not. */
enum err dayfile_sync(struct dayfile *f, struct ledger *ledger) MUST_CHECK;

/* Writes over the lines that the ledger has blanked (ledger_blank_line): as many bytes as they had, in their places. What was added must have been
 * flushed. ERR_FULL, ERR_IO: call it again. ERR_SCHEMA: a line is of another length. */
enum err dayfile_blank(const char *folder, const char *type, struct ledger *ledger) MUST_CHECK;

/* Whether that is the name of a day's file. */
bool dayfile_named(const char *name);
/* The newest file's day, or "". ERR_IO. */
enum err dayfile_newest(const char *folder, char day[LEDGER_DAY + 1]) MUST_CHECK;
/* The number in a line's head, without reading the rest; false when it has none. */
bool dayfile_number(const char *line, uint64_t *seq);

/* Removes the files of days before `day`, also one that is open: no line of such a day comes any more. They stay away. ERR_IO. */
enum err dayfile_drop(const char *folder, const char *day) MUST_CHECK;

void dayfile_close(struct dayfile **f);

#endif
