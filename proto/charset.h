/* charset.h - from a file's bytes to UTF-8: mark, label, validity, statistics. */
#ifndef WD_CHARSET_H
#define WD_CHARSET_H

#include "../libcommon/arena.h"

struct decoded {
    struct slice text;   /* valid UTF-8 without NUL; the raw bytes themselves where those are UTF-8 */
    size_t skip;         /* bytes of a byte order mark at the front of text */
    const char *charset; /* ICU's name of what it was read as, "UTF-8" */
    const char *basis;   /* mark, utf8, transport, declared, detected, default */
    bool mojibake;       /* it looks like UTF-8 that somebody read as windows-1252 */
};

/* Reads raw as text. `transport` is the label that HTTP or the feeder gave (may be empty); `markup` says that a meta element or an
 * XML declaration may name the charset. Single bad bytes in text that is otherwise UTF-8 become SUB (0x1A), as do NULs, so that offsets
 * stay those of raw. Memory from mem or raw itself. ERR_UNSUPPORTED when it is not text at all, ERR_NOMEM. */
enum err charset_decode(struct slice raw, struct slice transport, bool markup, struct arena *mem, struct decoded *out) MUST_CHECK;

/* The converter that a label stands for by WHATWG's table (latin1 is windows-1252 ...), or NULL when it is none of them. */
const char *charset_of_label(struct slice label);

/* Reads all of raw as `charset` (ICU's name). bad: how many characters could not be read. ERR_UNSUPPORTED, ERR_NOMEM. */
enum err charset_convert(struct slice raw, const char *charset, struct arena *mem, struct slice *text, size_t *bad) MUST_CHECK;

#endif
