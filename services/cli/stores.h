/* stores.h - the stores of a state directory as folders and files: what there is, their parts of a backup, checksums, copies. */
#ifndef WD_CLI_STORES_H
#define WD_CLI_STORES_H

#include <jansson.h>

#include "../../libcommon/trouble.h"

enum { STORES_JOURNALS = 64, STORES_SUM = 32 };

/* The replicas of ingest that have a journal in DIR, in order; how many. */
size_t stores_journals(const char *state, unsigned replicas[STORES_JOURNALS]);
/* "journal" or "journal.3". */
const char *stores_journal_name(unsigned replica, char out[32]);
bool stores_there(const char *state, const char *name);

/* BLAKE2b-256 of a file, in hex, and its size. */
enum err stores_sum(const char *path, char hex[2 * STORES_SUM + 1], uint64_t *size) MUST_CHECK;
/* Copies a file to a new one, which is on disk when OK is returned. ERR_IO, ERR_FULL with errno. */
enum err stores_copy(const char *from, const char *to) MUST_CHECK;

#endif
