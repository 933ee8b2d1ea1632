/* paths.h - which files a feeder shall feed, and what each is called. */
#ifndef WD_CLI_PATHS_H
#define WD_CLI_PATHS_H

#include "../../libcommon/buf.h"

struct path {
    char *at;      /* where to open it; "-": standard input */
    char *id;      /* what it is called: relative, forward slashes, valid UTF-8 */
    uint64_t size; /* bytes when it was found */
    size_t unanswered; /* the caller's: its requests on their way */
    bool read;         /* the caller's: there is no more of it to send */
};

struct paths {
    struct path *ptr;
    size_t len, cap;
};

/* Adds a file, or all files in a folder and below it, in the order of their names. Files and folders whose name begins with a dot, and those that
 * someone is still making (.part, .tmp, .crdownload, ~), are left out unless they are named. Ids are `at` as given, without what leads up or
 * to the root, or relative to `base` when it is not NULL. ERR_IO with errno set: it is not there; what could not be read in a folder is told to
 * `unread` and skipped. */
enum err paths_add(struct paths *p, const char *at, const char *base,
                   void (*unread)(void *self, const char *at, int error), void *self) MUST_CHECK;
/* Adds one as it is; both texts are copied. */
enum err paths_put(struct paths *p, const char *at, const char *id, uint64_t size) MUST_CHECK;
void paths_free(struct paths *p);

/* --- watching a folder: is a file whole yet? --- */

struct seen { /* what one look at a file showed */
    uint64_t size, inode;
    int64_t mtime_ns;
};

struct watched {
    struct seen seen;
    uint64_t since_ms; /* looked like this since then */
    bool fed;          /* and was fed like this */
};

enum { WATCH_QUIET_MS = 1000, WATCH_OPEN_MS = 30000 };

enum writers { WRITERS_UNKNOWN, WRITERS_NONE, WRITERS_SOME };

/* Takes a look at time now_ms and says whether the file shall be fed now. It shall when it is not empty and either unchanged for a second, or
 * unchanged since the last look and held open by no writer; a file that a writer holds open must be unchanged for half a minute. */
bool watched_ready(struct watched *w, const struct seen *seen, enum writers writers, uint64_t now_ms);

#endif
