/* office.h - ledger, desk and files together: a group of documents committed, published, its stories told. What the daemon and
 * the filter share. */
#ifndef WD_REPORT_OFFICE_H
#define WD_REPORT_OFFICE_H

#include "../../libcommon/stage.h"
#include "../../libcommon/trouble.h"
#include "dayfile.h"
#include "desk.h"

struct report_settings {
    struct stage_settings stage; /* first: see stage_options */
    uint64_t coalesce;           /* ms */
    uint64_t stats_every;        /* ms */
    uint64_t ledger_max;         /* bytes; 0: no ceiling */
    const char *stream, *replay; /* endpoints, or NULL: sockets under --state */
    const char *watch;           /* --watch-list, or NULL */
    bool no_pages;               /* --no-pages */
    const char *backup;          /* --backup, or NULL */
    const char *retract, *forget, *why; /* --retract, --forget, --why, or NULL */
    const char *repair;          /* --repair, or NULL */
    bool schema;                 /* --schema */
    const char *schema_dir;      /* --schema-dir */
};

/* Called for each line once it is committed and in its file. */
typedef enum err (*office_line_fn)(void *self, uint64_t seq, struct slice line);

struct office {
    struct ledger *ledger;
    struct desk *desk;
    struct alert_rules *watch;     /* or NULL */
    struct arena *mem;             /* for one document or one story */
    struct dayfile *days, *rejects; /* NULL in the filter */
    office_line_fn line;
    void *self;
    uint64_t coalesce;
    uint64_t first_new;            /* the first line that the files did not have when they were opened; 0: they had all */
    char path[4096];               /* of the ledger */
};

/* Opens DIR/report/ledger.db and, with `files`, the day files. */
bool office_open(struct office *o, const struct report_settings *s, bool files, struct trouble *t) MUST_CHECK;
void office_close(struct office *o);

/* Reads the watch list again. False with the trouble: the one that was goes on. */
bool office_watch(struct office *o, const char *path, struct trouble *t) MUST_CHECK;

/* Rolls back what a failed transaction left. */
void office_undo(struct office *o);
/* After a commit: the gathered lines go to the files and to `line`. ERR_FULL, ERR_IO: call it again, nothing is lost or said twice. */
enum err office_publish(struct office *o) MUST_CHECK;

/* Tells stories that are due at `now` (UINT64_MAX: all that owe a line), at most `most`, within the open transaction. *told: how many. */
enum err office_tell(struct office *o, uint64_t due, uint64_t now, unsigned most, unsigned *told) MUST_CHECK;

/* Takes a document back, in a transaction of its own; the caller publishes. */
enum err office_retract(struct office *o, const struct desk_retraction *r, uint64_t now, struct desk_retracted *out) MUST_CHECK;
/* After that with `forget`, and publishing: day files, pages and the ledger's own remains; also when a first try failed after the ledger's commit. ERR_FULL,
 * ERR_IO: call it again. */
enum err office_forget(struct office *o, const struct desk_retracted *done) MUST_CHECK;
/* Ends one that was cut short: before the day files are opened. */
enum err office_forget_pending(struct office *o) MUST_CHECK;
/* The path of DIR/report/SUB. */
void office_folder(const struct office *o, const char *sub, char *out, size_t size);

/* The filter: JSON documents on standard input, stream lines on standard output. Returns an exit status. */
int report_filter(const struct report_settings *s);
/* The daemon. Returns an exit status. */
int report_daemon(const struct report_settings *s);

#endif
