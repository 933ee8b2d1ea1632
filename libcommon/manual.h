/* manual.h - manual pages for man(1), printed on standard output from the tables that --help is printed from. */
#ifndef WD_MANUAL_H
#define WD_MANUAL_H

#include "option.h"

/* The whole page of a program. "wiredesk-tag" is a daemon (section 8), "wiredesk feed" a command (section 1). 0, or EXIT_TRY_AGAIN
 * when it could not be written. */
int manual_print(const struct option_table *table) MUST_CHECK;

/* The parts, for a page that has no table: title with name and purpose, then sections with text and items. */
void manual_title(const char *program, const char *purpose);
void manual_section(const char *name);
void manual_text(const char *text);                   /* paragraphs, an empty line between two */
void manual_item(const char *name, const char *text); /* the name stands out */

#endif
