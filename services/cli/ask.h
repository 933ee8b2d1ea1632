/* ask.h - what daemons say of themselves over HTTP, and whether the pipe has come to rest. */
#ifndef WD_CLI_ASK_H
#define WD_CLI_ASK_H

#include <jansson.h>

#include "../../libcommon/option.h"

/* GET `target` from `where` (a socket's path or HOST:PORT) as JSON, the caller's to release; NULL with a line in `why`. */
json_t *ask_json(const char *where, const char *target, uint64_t timeout_ms, char *why, size_t why_size) MUST_CHECK;

/* A member that counts: 0 when it is absent or no number above 0. */
uint64_t ask_count(const json_t *o, const char *key);

/* Calls `found` for each daemon of that stage with an HTTP socket in the state directory: "tag.0" and the socket's path. ERR_TOO_BIG, ERR_NOMEM. */
enum err ask_each(const char *state, const char *stage, void (*found)(void *self, const char *name, const char *where), void *self) MUST_CHECK;

/* The same for every address that HOST of HOST:PORT has: "tag@10.0.0.7" (or HOST alone when it has one) and "10.0.0.7:9553". A host that has none is
 * handed on as it is. */
void ask_each_address(const char *host_port, void (*found)(void *self, const char *name, const char *where), void *self);

enum rest { REST_UNKNOWN, REST_WORKING, REST_DONE };

/* DONE: every ingest there is has an outcome for each document that it accepted, and report owes no story line; *seq is then the number of the
 * stream's last line. UNKNOWN: one of them does not answer. `at` empty: the daemons under `state`; else those at these addresses. */
enum rest ask_rest(const char *state, const struct option_list *at, uint64_t timeout_ms, uint64_t *seq) MUST_CHECK;

#endif
