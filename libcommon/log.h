/* log.h - one line an event, key=value, to stderr: `2026-01-02T03:04:05.678Z info tag event=started replica=0`. */
#ifndef WD_LOG_H
#define WD_LOG_H

#include "base.h"

#include <syslog.h>

/* With syslog.h's LOG_INFO and LOG_DEBUG: czmq.h brings that header along, so the levels are its. */
enum log_level { LOG_ERROR = LOG_ERR, LOG_WARN = LOG_WARNING };

/* The name in each line and the highest level printed. Call once, before threads. */
void log_open(const char *program, enum log_level most);

/* "error", "warn", "info", "debug"; false when it is none of them. */
bool log_level_named(const char *name, enum log_level *level) MUST_CHECK;

/* `event` is a short fixed word with underscores; fmt gives further key=value pairs (values with spaces in double quotes:
 * use %s through log_quote). Safe from any thread; a line is one write. The same event more than 20 times in 10 s is
 * held back and counted in the next line (`held=N`); errors never are. */
void log_event(enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Says of events that are not said any more how often they were held back, once their 10 s are over (`all`: at once, before the end).
 * Call it now and then. */
void log_settle(bool all);

/* Since the start, whether they were printed or held back, and whatever --log-level says. */
struct log_counts {
    uint64_t errors, warnings, held;
};
struct log_counts log_counts(void);

/* s in double quotes with control characters, quotes and backslashes escaped, cut to fit `out`. Returns out. */
const char *log_quote(struct slice s, char *out, size_t size);

/* Exit statuses that tell a supervisor whether trying again can help. */
enum { EXIT_TRY_AGAIN = 75, EXIT_NEEDS_PERSON = 64 };

#endif
