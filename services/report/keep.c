/* keep.c - the ledger looked after: copied for a backup. */
#include "keep.h"

#include <stdio.h>

#include "../../libcommon/state.h"

int report_backup(const struct report_settings *s, const char *to)
{
    char path[4200], why[400] = "the path is too long";
    uint64_t seq = 0;
    enum err e = state_path(path, sizeof path, s->stage.state, "report/ledger.db");
    if (e == OK) e = ledger_copy(path, to, &seq, why, sizeof why);
    if (e != OK) {
        fprintf(stderr, "wiredesk-report: cannot copy the ledger in %s to %s: %s\n", s->stage.state, to, why);
        return e == ERR_MISSING || e == ERR_MALFORMED || e == ERR_TOO_BIG ? EXIT_NEEDS_PERSON : EXIT_TRY_AGAIN;
    }
    printf("{\"seq\":%ju}\n", (uintmax_t)seq);
    return fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}
