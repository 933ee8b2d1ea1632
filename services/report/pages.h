/* pages.h - the stories as files: DIR/report/pages/stories/ID.html and ID.md, index.html, index.md, feed.atom.
 *
 * They follow the ledger and lag behind it; the main path knows nothing of them. Each file is replaced whole (written beside, renamed), so a reader sees the old
 * page or the new one. Where the pass stands is kept in the folder (file .cursor): pages of a folder that is new, of another ledger, of an earlier release or
 * from before a crash of the machine are all written again. After a kill the pass goes on where it stood. */
#ifndef WD_REPORT_PAGES_H
#define WD_REPORT_PAGES_H

#include "../../libcommon/trouble.h"
#include "ledger.h"

struct pages;

/* The ledger (a reader will do) stays the caller's and outlives the pages. NULL with the trouble: the folder cannot be made. */
struct pages *pages_open(const char *state, struct ledger *ledger, struct trouble *t) MUST_CHECK;

/* Goes on over the story lines that were told, until `most` pages are written or some lines are passed. A story that was told again by the time the sweep
 * began is written once. *wrote: how many pages; *moved: there was a line. ERR_FULL, ERR_IO: where it stands is as it was: try later. */
enum err pages_pass(struct pages *p, unsigned most, unsigned *wrote, bool *moved) MUST_CHECK;
/* Index, feed and cursor, when pages have been written since the last time. */
enum err pages_settle(struct pages *p) MUST_CHECK;
/* All of the above until nothing is left. */
enum err pages_follow(struct pages *p) MUST_CHECK;

/* Frees. `sound`: everything written is on the disk before the cursor says so, and stands after a crash of the machine. */
void pages_close(struct pages **p, bool sound);

/* --- in a thread of its own, gently: at most a fifth of a core, and PAGES_A_SECOND --- */

enum { PAGES_A_SECOND = 20 };

struct pages_thread;
struct pages_thread *pages_start(const char *ledger, const char *state, struct trouble *t) MUST_CHECK;
/* Ends it; up to two seconds for what is left. NULL is fine. */
void pages_stop(struct pages_thread **t);

#endif
