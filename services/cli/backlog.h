/* backlog.h - the newest lines of the stream before it is followed: as many as are wanted of those that will be shown, with what stands between them. */
#ifndef WD_CLI_BACKLOG_H
#define WD_CLI_BACKLOG_H

#include "stream.h"

struct backlog;

/* For the `most` newest lines that are shown. NULL: out of memory. */
struct backlog *backlog_create(uint64_t most) MUST_CHECK;
void backlog_destroy(struct backlog **b);

/* One more line, the newest; lines that stand before what is wanted are dropped. ERR_NOMEM. */
enum err backlog_add(struct backlog *b, uint64_t seq, struct slice line, bool shown) MUST_CHECK;
/* Gives all to `line` in order, until it returns something else than OK, and forgets them. */
enum err backlog_give(struct backlog *b, stream_line_fn line, void *self) MUST_CHECK;

#endif
