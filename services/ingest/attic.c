/* attic.c - the archive's folder, its age, one original printed. */
#include "attic.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/log.h"
#include "../../libcommon/state.h"
#include "../../proto/doc.h"

enum { PATH_MOST = 4200, PASS_MS = 600000, BUSY_MS = 1000, AGED = 64 /* originals to a step */ };

static enum err note_path(const struct ingest_settings *s, char *out, size_t size, const char *more)
{
    return state_path(out, size, s->common.state, "run/ingest.%ju.archive%s", (uintmax_t)s->common.replica, more);
}

/* Written beside and renamed: a reader finds the old one or the new one. */
static bool note(const struct ingest_settings *s, const char *where)
{
    char path[PATH_MOST], beside[PATH_MOST];
    if (state_folder(s->common.state, "run") != OK || note_path(s, path, sizeof path, "") != OK || note_path(s, beside, sizeof beside, ".new") != OK) return false;
    FILE *f = fopen(beside, "we");
    bool ok = f != NULL && fputs(where, f) >= 0;
    if (f != NULL && fclose(f) != 0) ok = false;
    return ok && rename(beside, path) == 0;
}

bool attic_make(const struct ingest_settings *s, struct trouble *t)
{
    if (s->archive == NULL) return true;
    if (state_folder(s->archive, NULL) == OK) return true;
    trouble_say(t, state_status(errno), "cannot make the archive's folder %s: %s", s->archive, strerror(errno));
    return false;
}

/* Notes where it lies. */
static bool note_folder(const struct ingest_settings *s, struct trouble *t)
{
    char *real = realpath(s->archive, NULL);
    bool ok = real != NULL && strlen(real) < 4000 && note(s, real);
    if (!ok) trouble_say(t, state_status(errno), "cannot note under %s where the archive is: %s", s->common.state, strerror(errno));
    free(real);
    return ok;
}

bool attic_open(struct attic *a, const struct ingest_settings *s, struct trouble *t)
{
    char before[PATH_MOST];
    *a = (struct attic){.keep = s->common.keep, .clock = clock_watch_begin()};
    if (s->archive != NULL) {
        a->originals = originals_open(s->archive, s->archive_max, t);
        return a->originals != NULL && note_folder(s, t);
    }
    if (attic_folder(s, before, sizeof before) == OK)
        log_event(LOG_WARN, "archive_left", "what=\"an archive was kept here before; without --archive nothing is added to it, grows old or can be forgotten in it\"");
    return true;
}

enum err attic_settle(struct attic *a, bool busy)
{
    uint64_t mono = clock_mono_ms(), now = clock_wall_ms(), n = 0;
    if (a->originals == NULL || a->keep == 0 || mono < a->next) return OK;
    a->next = mono + PASS_MS;
    if (!clock_watch_believed(&a->clock) || now <= a->keep) return OK;
    enum err e = originals_age(a->originals, now - a->keep, AGED, &n);
    a->expired += n;
    if (e != OK || n == AGED) a->next = e != OK || busy ? mono + BUSY_MS : mono;
    return e;
}

enum err attic_folder(const struct ingest_settings *s, char *out, size_t size)
{
    char path[PATH_MOST];
    if (s->archive != NULL) return (size_t)snprintf(out, size, "%s", s->archive) < size ? OK : ERR_TOO_BIG;
    if (note_path(s, path, sizeof path, "") != OK) return ERR_TOO_BIG;
    FILE *f = fopen(path, "re");
    if (f == NULL) return ERR_MISSING;
    size_t n = fread(out, 1, size - 1, f);
    out[n] = '\0';
    fclose(f);
    return n > 0 && access(out, F_OK) == 0 ? OK : ERR_MISSING;
}

int attic_print(const struct ingest_settings *s, const char *key, int to)
{
    char dir[PATH_MOST], hash[65];
    struct buf raw = buf_make(DOC_RAW_MAX + 2);
    enum err e = attic_folder(s, dir, sizeof dir);
    if (e != OK) {
        fprintf(stderr, "wiredesk-ingest: no archive is known in %s: originals are kept when ingest runs with --archive DIR; name that DIR here\n", s->common.state);
        return EXIT_NEEDS_PERSON;
    }
    e = originals_read(dir, slice_of(key), &raw, hash);
    int status = e == OK ? 0 : e == ERR_MISSING ? 1 : e == ERR_MALFORMED ? EXIT_NEEDS_PERSON : EXIT_TRY_AGAIN;
    if (e == ERR_MISSING) fprintf(stderr, "wiredesk-ingest: the archive in %s has no original of %s: fed before there was one, too old for --keep, or forgotten\n", dir, key);
    else if (e == ERR_MALFORMED) fprintf(stderr, "wiredesk-ingest: the original of %s in %s is damaged: its bytes are not those of hash %s\n", key, dir, hash);
    else if (e != OK) fprintf(stderr, "wiredesk-ingest: cannot read the archive in %s: %s\n", dir, e == ERR_IO ? strerror(errno) : err_name(e));
    if (e == OK && !write_all(to, buf_slice(&raw))) status = EXIT_TRY_AGAIN;
    buf_free(&raw);
    return status;
}
