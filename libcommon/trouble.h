/* trouble.h - a bad world, said once: one line for a person and the status to leave with. */
#ifndef WD_TROUBLE_H
#define WD_TROUBLE_H

#include "base.h"

#include <stdio.h>

/* Filled by what could not be acquired; the program prints `line` with its name before it and leaves with `status`:
 * EXIT_NEEDS_PERSON (64) or EXIT_TRY_AGAIN (75), see log.h. */
struct trouble {
    int status;
    char line[600];
};

#define trouble_say(t, code, ...) ((t)->status = (code), (void)snprintf((t)->line, sizeof(t)->line, __VA_ARGS__))

#endif
