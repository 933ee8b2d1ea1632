/* terminal.h - what standard output is: how wide, and whether it takes colours. */
#ifndef WD_CLI_TERMINAL_H
#define WD_CLI_TERMINAL_H

#include "screen.h"

/* `colour` is auto, always or never (false: it is neither); auto: on a terminal, unless NO_COLOR is set or TERM is dumb. `columns` 0: the
 * terminal's width, or 100 where there is no terminal. */
bool terminal_screen(const char *colour, unsigned columns, struct screen *screen) MUST_CHECK;

#endif
