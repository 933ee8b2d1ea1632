/* daemon.h - what every daemon does the same at its start and end: log, signals, folders, lock, --check, --probe. */
#ifndef WD_DAEMON_H
#define WD_DAEMON_H

#include "doors.h"
#include "metric.h"
#include "stage.h"
#include "trouble.h"

/* The settings that all daemons share, looked at without touching anything: log level, endpoints, keys, the state directory's
 * parent. False with the trouble. */
bool daemon_check(const char *name, const struct stage_settings *s, struct trouble *t) MUST_CHECK;

/* Checks the settings, opens the log, takes the signals, makes DIR, DIR/sock and DIR/run, takes the lock NAME.R, which covers the
 * sockets and the slot of that name, and begins the sandbox: what is opened from here on lies in DIR, at an endpoint of the settings
 * or in `needs`. Returns a descriptor that becomes readable when the process is asked to stop (see signals.h); -1 with the trouble.
 * Call before any thread or socket. */
int daemon_open(const char *name, const struct stage_settings *s, const struct sandbox_needs *needs, struct trouble *t) MUST_CHECK;

/* For a work on a store that needs it alone: locks `lock` in DIR/run for the life of the process. False with the trouble: `what` is in use, and `instead`
 * says what to do. */
bool daemon_hold(const char *state, const char *lock, const char *what, const char *instead, struct trouble *t) MUST_CHECK;
/* Whether no restore or repair into DIR was cut short; then its stores may stand there by half, and all but these two leave them alone. False with the trouble. */
bool daemon_whole(const char *state, struct trouble *t) MUST_CHECK;

/* Closes the sandbox: all threads and listening sockets are there, documents may come. False with the trouble. */
bool daemon_ready(const char *name, const struct stage_settings *s, struct trouble *t) MUST_CHECK;

/* The keys that the settings name, for the daemon's doors and links; *out is NULL without an error when they name none. */
bool daemon_doors(const char *name, const struct stage_settings *s, struct doors **out, struct trouble *t) MUST_CHECK;

/* Prints the trouble as one line and returns its status, for main to return. */
int daemon_fail(const char *name, const struct trouble *t);

/* Logs what has failed while it ran (ERR_IO: with errno), and returns the status to end with: a person must see to a store that is damaged (EBADMSG). */
int daemon_broken(const char *what, enum err e) MUST_CHECK;

/* --probe: asks the running daemon's /healthz; prints one line; 0 when it is healthy, 1 when not. */
int daemon_probe(const char *name, const struct stage_settings *s);

/* `given`, or "ipc://DIR/sock/fmt..." when that is NULL, as link_bind() and follow_start() take it. */
void daemon_endpoint(char *out, size_t size, const char *given, const char *state, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* What every /status and /metrics begin with: stage, replica, version, pid, age, memory, descriptors, log lines. */
void daemon_metrics(struct metrics *m, const char *name, const struct stage_settings *s, uint64_t started_ns);
/* And of its doors; nothing without keys. */
void daemon_metrics_doors(struct metrics *m, struct doors *d);

#endif
