/* keep.h - what is done to a journal besides running it: a copy for a backup, documents forgotten, a repair. */
#ifndef WD_INGEST_KEEP_H
#define WD_INGEST_KEEP_H

#include "ingest.h"

/* The folder of the replica's journal under --state, in out. */
enum err ingest_journal_folder(const struct stage_settings *s, char *out, size_t size) MUST_CHECK;

/* --backup DIR: copies the journal into DIR, which is made; the daemon may run. Prints what the copy holds as one JSON object. The exit
 * status. */
int ingest_backup(const struct ingest_settings *settings, const char *to);
/* --forget KEY: overwrites what the journal has let go of, while no daemon holds it. The exit status; 75 when that document is held. */
int ingest_forget(const struct ingest_settings *settings, const char *key);

/* --repair HOW, while no daemon holds the journal: "save" writes a damaged one anew, "look" only says what there is. Prints it as one JSON object. The exit
 * status. */
int ingest_repair(const struct ingest_settings *settings, const char *how);

#endif
