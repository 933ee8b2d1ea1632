/* sandbox.h - what a daemon gives up, so that whoever takes it over through a hostile document has gained little.
 *
 * Before any thread: no new privileges, no capabilities, no core dumps, limits, and of the file system what it needs (Landlock).
 * Before the first document, once all threads and listening sockets are there: no system call that it does not use (seccomp).
 * What the kernel has not is left out and told of by /healthz, /status and /metrics. */
#ifndef WD_SANDBOX_H
#define WD_SANDBOX_H

#include "option.h"
#include "trouble.h"

struct sandbox_settings {
    const char *mode;     /* --sandbox: auto, require or off */
    bool core_dumps;      /* --core-dumps: for debugging, with a debugger allowed to attach */
    uint64_t memory_max;  /* --memory-max: bytes of its own, mapped files not counted; 0: no limit */
    uint64_t files_max;   /* --files-max: descriptors; 0: as many as the system lets it have */
};

/* What it needs of the file system besides its state directory. Members may be NULL. */
enum { SANDBOX_READS = 6, SANDBOX_ENDPOINTS = 8, SANDBOX_LISTS = 3 };
struct sandbox_needs {
    const char *read[SANDBOX_READS];          /* files and folders; of a file its folder, since it may be replaced */
    const char *file;                         /* that file alone, to read */
    const char *folder;                       /* as the state directory */
    const char *endpoint[SANDBOX_ENDPOINTS];  /* ipc://: the socket's folder; tcp://: what looking up a name takes */
    const struct option_list *list[SANDBOX_LISTS]; /* endpoints too */
};

/* False with the trouble when the settings are wrong; nothing is changed. */
bool sandbox_check(const struct sandbox_settings *s, struct trouble *t) MUST_CHECK;

/* The first half, for the calling thread and those that it will make. `state` is the state directory, which must exist. Call
 * before any thread. False with the trouble: mode require, and the kernel has no Landlock; or a limit that cannot be set. */
bool sandbox_begin(const struct sandbox_settings *s, const char *state, const struct sandbox_needs *needs, struct trouble *t) MUST_CHECK;

/* The second half, for all threads. False with the trouble as above. */
bool sandbox_seal(const struct sandbox_settings *s, struct trouble *t) MUST_CHECK;

/* How things are now. */
struct sandbox_facts {
    bool no_new_privileges, no_capabilities, no_core_dumps, landlock, seccomp;
};
struct sandbox_facts sandbox_facts(void);

/* What a daemon that began its sandbox lacks: "off", "without landlock", "without seccomp", "without landlock and seccomp"; NULL:
 * nothing, or it has not begun. Any thread. */
const char *sandbox_lack(void);

#endif
