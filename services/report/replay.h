/* replay.h - earlier lines on request: a thread with a ledger reader of its own behind a ROUTER.
 *
 * Request (a DEALER sends REQ's empty delimiter first), a msgpack map: {v: 1, from: SEQ, n: MOST}. Reply: {v: 1, lines: [str...],
 * first: SEQ, next: SEQ, last: SEQ}: the lines from `from` on, the first line that is kept at all (--keep), where to go on, and the newest line's number. A reader that has reached `last`
 * joins the PUB socket. A request that cannot be read gets {v: 1, error: NAME}. */
#ifndef WD_REPORT_REPLAY_H
#define WD_REPORT_REPLAY_H

#include "../../libcommon/buf.h"
#include "../../libcommon/link.h"

enum {
    REPLAY_LINES_MAX = 1000,       /* lines in one reply */
    REPLAY_BYTES_MAX = 4 << 20,    /* after which a reply is full */
    REPLAY_REQUEST_MAX = 256,
};

struct replay;

struct replay_settings {
    const char *ledger;           /* its path */
    const char *state, *endpoint; /* as link_bind() takes them */
    bool trusted_network;
    struct doors *doors;          /* NULL: no keys, anybody may read */
};

/* Binds the endpoint and answers until replay_stop(). NULL with the trouble. */
struct replay *replay_start(const struct replay_settings *s, struct trouble *t) MUST_CHECK;
void replay_stop(struct replay **r);

/* The answer to one request's bytes: what the thread sends. Exposed for tests. `reader` is the ledger's. */
struct ledger;
enum err replay_answer(struct ledger *reader, struct slice request, struct buf *out) MUST_CHECK;

#endif
