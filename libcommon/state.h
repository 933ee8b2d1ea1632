/* state.h - the state directory of one machine's pipe: where sockets, journal, index and ledger live.
 *
 *   DIR/sock/feed                     ROUTER, feeders -> ingest
 *   DIR/sock/NAME.R.in                PULL of replica R of stage NAME (upstreams connect to NAME.*.in)
 *   DIR/sock/NAME.R.returns           XPUB: outcomes and notices -> ingest (SUB to *.returns)
 *   DIR/sock/NAME.R.http              HTTP on a Unix socket: /healthz /readyz /status /metrics
 *   DIR/sock/stream  DIR/sock/replay  PUB and ROUTER of report
 *   DIR/run/NAME.R.lock               flock'ed by the process that holds the sockets of that name
 *   DIR/run/NAME.R.slot               what a worker is busy with: full after a crash
 *   DIR/run/NAME.R.strikes            what earlier workers of that name died of, until all have been told
 *   DIR/quarantine/NAME/              frames that could not be read
 *   DIR/journal/  DIR/index/  DIR/report/ledger.db  DIR/report/stream/YYYY-MM-DD.jsonl  DIR/report/rejects/ */
#ifndef WD_STATE_H
#define WD_STATE_H

#include "base.h"

/* Makes DIR and the folder `sub` ("sock", "report/stream"; NULL for DIR alone) below it, mode 0700 where they are new; what
 * is new is on disk under its name. ERR_IO with errno set. */
enum err state_folder(const char *dir, const char *sub) MUST_CHECK;

/* With what status to leave when a file or folder could not be had: EXIT_TRY_AGAIN when the disk or the machine has trouble that may pass (an
 * I/O error, no room, no memory, too many open files), else EXIT_NEEDS_PERSON. */
int state_status(int why);

/* Makes what was made, renamed or removed in the folder last: its names are on disk when this returns OK. ERR_IO with errno set. */
enum err state_keep(const char *folder) MUST_CHECK;

/* "DIR/fmt..." into out; ERR_TOO_BIG when it does not fit. */
enum err state_path(char *out, size_t size, const char *dir, const char *fmt, ...) PRINTF_LIKE(4, 5) MUST_CHECK;

/* "ipc://DIR/sock/fmt..." for bind or connect. A Unix socket's path holds 107 bytes: where DIR is too long for that the
 * endpoint goes through /proc/self/fd, so that any DIR works. The endpoint is good for this process only. */
enum err state_endpoint(char *out, size_t size, const char *dir, const char *fmt, ...) PRINTF_LIKE(4, 5) MUST_CHECK;

/* "ipc://PATH" for any path, the long way round where needed, as above. */
enum err state_ipc(char *out, size_t size, const char *path) MUST_CHECK;

/* Takes DIR/run/NAME.lock for the life of the process. ERR_IO when another process holds it (its pid in *holder, else 0). */
enum err state_lock(const char *dir, const char *name, int *holder) MUST_CHECK;

/* True while a process holds that lock (also this one). */
bool state_held(const char *dir, const char *name) MUST_CHECK;

/* Puts the file `name` of the folder, and the folder's list of names, on disk. ERR_IO with errno. */
enum err state_sync(const char *folder, const char *name) MUST_CHECK;

/* True when the file system of that open file has no room to speak of. LMDB calls a write that a full disk cut short an I/O error. */
bool state_disk_full(int fd);

#endif
