/* terminal.c - looks at standard output. */
#include "terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_screen(const char *colour, unsigned columns, struct screen *screen)
{
    struct winsize size = {0};
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
    bool terminal = isatty(STDOUT_FILENO), automatic = strcmp(colour, "auto") == 0;
    if (!automatic && strcmp(colour, "always") != 0 && strcmp(colour, "never") != 0) return false;
    screen->colour = strcmp(colour, "always") == 0
                     || (automatic && terminal && (no == NULL || *no == '\0') && (term == NULL || strcmp(term, "dumb") != 0));
    if (columns == 0) columns = terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 100;
    screen->whole = !terminal;
    screen->columns = columns;
    return true;
}
