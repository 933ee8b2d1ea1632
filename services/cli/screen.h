/* screen.h - text for a terminal: what strangers wrote made harmless, measured, wrapped, coloured where that is wanted. */
#ifndef WD_CLI_SCREEN_H
#define WD_CLI_SCREEN_H

#include "../../libcommon/buf.h"

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_GREEN, INK_YELLOW, INK_BLUE, INK_MAGENTA };

struct screen {
    unsigned columns;
    bool colour;
    bool whole; /* no terminal: events are not cut to its width */
};

/* Appends s as one line's worth of text: white space runs become one space, control characters (escape sequences with them) and characters
 * that reorder text become U+FFFD. s must be valid UTF-8. */
enum err screen_words(struct buf *out, struct slice s);

/* Columns that s takes on a terminal: wide East Asian characters count two, combining marks none. No control characters in it. */
size_t screen_width(struct slice s);

/* The longest beginning of s that fits `columns`, with "..." when something was cut; appends it. */
enum err screen_fit(struct buf *out, struct slice s, size_t columns);

/* Appends s in that colour, or plain. */
enum err screen_ink(struct buf *out, const struct screen *screen, enum ink ink, struct slice s);

/* Appends ` LABEL  text`, wrapped at the screen's width, following lines indented as far as the first; ends with a newline. `text` is clean
 * already. No label: only the indent. */
enum err screen_item(struct buf *out, const struct screen *screen, const char *label, enum ink ink, struct slice text);

enum { SCREEN_INDENT = 8 };

#endif
