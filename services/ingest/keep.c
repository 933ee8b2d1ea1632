/* keep.c - the journal looked after: copied for a backup. */
#include "keep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "../../libcommon/daemon.h"
#include "../../libcommon/state.h"
#include "journal.h"

enum err ingest_journal_folder(const struct stage_settings *s, char *out, size_t size)
{
    return s->replica == 0 ? state_path(out, size, s->state, "journal") : state_path(out, size, s->state, "journal.%ju", (uintmax_t)s->replica);
}

int ingest_backup(const struct ingest_settings *settings, const char *to)
{
    struct trouble t;
    struct journal_counts c;
    char from[4200];
    trouble_say(&t, EXIT_NEEDS_PERSON, "the path of '%s' is too long", settings->common.state);
    if (ingest_journal_folder(&settings->common, from, sizeof from) != OK) return daemon_fail("ingest", &t);
    trouble_say(&t, EXIT_NEEDS_PERSON, "cannot make '%s'", to);
    if (state_folder(to, NULL) != OK || !journal_copy(from, to, &c, &t)) return daemon_fail("ingest", &t);
    printf("{\"accepted\":%ju,\"in_flight\":%ju,\"bytes\":%ju}\n", (uintmax_t)c.accepted, (uintmax_t)c.in_flight, (uintmax_t)c.bytes);
    return fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}
