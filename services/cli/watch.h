/* watch.h - a folder that is looked at again and again: which of its files are whole and new. */
#ifndef WD_CLI_WATCH_H
#define WD_CLI_WATCH_H

#include "paths.h"

struct watch_entry {
    char *at;
    struct watched watched;
};

struct watch {
    struct watch_entry *ptr; /* sorted by `at` */
    size_t len;
};

/* Looks at all files below `dir` at time now_ms; those that shall be fed now are added to `ready`. A folder that is not there has no files. */
enum err watch_look(struct watch *w, const char *dir, uint64_t now_ms, struct paths *ready) MUST_CHECK;
void watch_free(struct watch *w);

#endif
