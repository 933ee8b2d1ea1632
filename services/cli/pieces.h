/* pieces.h - what a feeder sends of one file: the whole of it, or JSON Lines cut at line ends, or a WARC cut at its records, or
 * the members of a large archive. */
#ifndef WD_CLI_PIECES_H
#define WD_CLI_PIECES_H

#include "../../libcommon/buf.h"

struct pieces;

enum pieces_how {
    PIECES_GUESS, /* as the name says (.jsonl, .ndjson, .jsonlines, .warc, .wet, each also .gz), or the first byte where the file is too large for one body */
    PIECES_WHOLE,
    PIECES_LINES,
    PIECES_WARC,
};

struct piece {
    struct buf body;   /* the bytes; the caller's, cleared and filled anew by each call */
    uint64_t line;     /* number of its first line in the file, from 1; 0: not made of lines */
    uint64_t records, bytes; /* of a WARC: what came before it, also of what was left out */
    struct buf member; /* its path in a large archive, whose members go one by one; empty: not of one */
    uint64_t skipped;  /* members that were passed over before it: pictures and the like */
    unsigned dropped;  /* lines taken out of it */
    const char *why;   /* after an error: a line for people, until the next call */
};

/* Opens `path`, or takes the descriptor `fd` when path is NULL (it is closed by pieces_close). Lines and records are cut into pieces of about `size`
 * bytes, never within one; gzip is unpacked for that. ERR_IO with errno set; ERR_NOMEM. */
enum err pieces_open(const char *path, int fd, enum pieces_how how, size_t size, struct pieces **out) MUST_CHECK;
/* The next piece. *more is false when there is none (then the piece is empty and the result OK). ERR_TOO_BIG: this line, record or file is over
 * `most` bytes; of lines, records and members the next call goes on behind it. ERR_FULL: a pipe has nothing yet, wait for
 * pieces_wait_fd() to be readable. ERR_MALFORMED (damaged gzip), ERR_IO, ERR_NOMEM: nothing more can be read. */
enum err pieces_next(struct pieces *p, size_t most, struct piece *piece, bool *more) MUST_CHECK;
/* What to wait for after ERR_FULL; -1: reading never has to wait. NULL is fine. */
int pieces_wait_fd(const struct pieces *p);
/* NULL is fine. */
void pieces_close(struct pieces **p);

/* Takes the line in which byte `at` lies out of the piece; *line gets its number. False when the
 * piece is not made of lines, `at` lies behind it, or a hundred lines were taken out of it already: it is no JSON Lines. */
bool piece_drop_line(struct piece *piece, uint64_t at, uint64_t *line) MUST_CHECK;

#endif
