/* origin.h - clean text being made from pieces of the source, with the map of what was copied verbatim.
 *
 * White space is collapsed, control and invisible characters vanish. Invariants: runs are in text order, do not overlap, and each says
 * text[run.text, + len) == source[run.source, + len). */
#ifndef WD_NORMALIZE_ORIGIN_H
#define WD_NORMALIZE_ORIGIN_H

#include "../../libcommon/arena.h"
#include "../../proto/span.h"

enum { NOWHERE = 0xFFFFFFFFu }; /* "not in the source" */

struct origin {
    struct arena *mem;
    struct slice source;
    char *text;
    size_t len, cap;
    struct run *runs;
    size_t n_runs, cap_runs;
    size_t floor;      /* where the current block began: no white space is written there */
    bool gap;          /* white space is due before the next character */
    bool line;         /* ... and it is a line break */
    uint32_t gap_at;   /* where that white space is a plain space in the source, or NOWHERE */
    bool cramped;      /* something did not fit: the text is not whole */
};

/* Room for `cap` bytes of text. ERR_NOMEM. */
enum err origin_init(struct origin *o, struct arena *mem, struct slice source, size_t cap) MUST_CHECK;
/* Adds bytes that stand in the source at `at` (or NOWHERE); at is not trusted: bytes that differ there are not mapped. */
void origin_add(struct origin *o, struct slice bytes, size_t at);
/* A line break before what comes next. */
void origin_line(struct origin *o);
/* A space before what comes next. */
void origin_space(struct origin *o);
/* Ends a block: returns its text's place; what follows begins a new one after a newline byte. */
struct span origin_end(struct origin *o);
/* Appends text[from] of another origin over the same source, byte for byte, with its runs. */
void origin_copy(struct origin *o, const struct origin *from, struct span what);
/* Appends bytes as they are, without a place in the source. */
void origin_literal(struct origin *o, struct slice bytes);
/* Brings the text to NFC; `marks` are n positions in the text that move with it. ERR_NOMEM. */
enum err origin_compose(struct origin *o, uint32_t **marks, size_t n) MUST_CHECK;

#endif
