/* stream.h - the report's stream from any line on: the live socket, and the replay socket for what it did not bring.
 *
 * Lines are handed out in the order of their numbers, each once, none left out: what the live socket lost (it may) is asked for. */
#ifndef WD_CLI_STREAM_H
#define WD_CLI_STREAM_H

#include "../../libcommon/buf.h"
#include "entry.h"

/* --- pure: which line comes next --- */

struct cursor {
    uint64_t next;  /* the line to hand out next; 0: not known yet */
    uint64_t known; /* the newest line that is known to exist */
};

/* A line with that number has come: true when it is the next one (then the cursor moves on). */
bool cursor_take(struct cursor *c, uint64_t seq) MUST_CHECK;

/* True when lines exist that have not been handed out. */
static inline bool cursor_behind(const struct cursor *c)
{
    return c->next > 0 && c->next <= c->known;
}

/* The number of a stream line, or 0 when it is none. */
uint64_t stream_seq(struct slice line);

/* The request {v: 1, from, n}. */
enum err stream_ask(uint64_t from, uint64_t n, struct buf *out) MUST_CHECK;

struct stream_extent {
    uint64_t first, last; /* the first line that is kept (0: an earlier release does not say), and the newest there is */
};

/* Reads a reply: calls `line` for each line in order while it returns OK; *extent is known by then. ERR_MALFORMED; ERR_SCHEMA when the
 * reply is a refusal. */
typedef enum err (*stream_line_fn)(void *self, uint64_t seq, struct slice line);
enum err stream_reply(struct slice reply, stream_line_fn line, void *self, struct stream_extent *extent) MUST_CHECK;

/* --- the sockets --- */

struct stream;

struct stream_want {
    uint64_t from;   /* first line wanted; 0: only the newest `newest` lines, and what comes */
    uint64_t newest;
    stream_line_fn line;
    void *self;
    const char *live, *replay; /* endpoints; the text is the caller's */
    struct entry entry;        /* the keys; read anew with each new connection */
};

/* Connects. False with the trouble: not an endpoint, no keys. */
bool stream_make(const struct stream_want *want, struct stream **out, struct trouble *t) MUST_CHECK;
void stream_free(struct stream **s);

/* Takes what came, asks for what is missing, waits at most `most_ms` when there is neither. Returns what `line` returned when not OK. */
enum err stream_turn(struct stream *s, uint64_t most_ms) MUST_CHECK;

/* Where it stands. */
struct cursor stream_at(const struct stream *s);

/* The first line that it went on with because those before it are not kept any more; 0: there was none such. */
uint64_t stream_skipped_to(const struct stream *s);

/* True once the replay socket has answered a request that begins where it stands. */
bool stream_heard(const struct stream *s);

/* For how many ms an answer of the replay socket has been wanted; 0: none is. */
uint64_t stream_unheard_ms(const struct stream *s);

#endif
