/* members.h - a large ZIP or tar on disk, read member by member: what is too large for one request goes in many. */
#ifndef WD_CLI_MEMBERS_H
#define WD_CLI_MEMBERS_H

#include "pieces.h"

struct members;

/* True when the file (a regular one, open at fd) is an archive large enough to be worth it: smaller ones go whole. Its place stays. */
bool members_worth(int fd, const char *path);

/* Reads the archive from `fd`, which stays the caller's. ERR_NOMEM, ERR_MALFORMED. */
enum err members_open(int fd, struct members **out) MUST_CHECK;
/* The next member into piece->body and piece->member; piece->skipped counts pictures and litter that were passed over. *more is false at the end.
 * ERR_TOO_BIG, ERR_MALFORMED, ERR_UNSUPPORTED: this member cannot be read, piece->why says why; the next call goes on behind it, if *more. ERR_NOMEM. */
enum err members_next(struct members *m, size_t most, struct piece *piece, bool *more) MUST_CHECK;
/* NULL is fine. */
void members_close(struct members **m);

#endif
