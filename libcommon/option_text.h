/* option_text.h - what --help and the manual page both say of an option. */
#ifndef WD_OPTION_TEXT_H
#define WD_OPTION_TEXT_H

#include "option.h"

/* `v` as the option's kind writes it: 64K, 30s. */
void option_number(enum option_kind kind, double v, char *out, size_t size);

/* "1 to 4096; default 64", or "" where there is neither. */
void option_limits(const struct option_row *row, char *out, size_t size);

/* What its value is called; NULL for a flag. */
const char *option_value(const struct option_row *row);

/* "max-bytes": "WIREDESK_MAX_BYTES". */
void option_variable(const char *name, char *out, size_t size);

#endif
