/* json.h - writing JSON piece by piece (reading is jansson's). */
#ifndef WD_JSON_H
#define WD_JSON_H

#include "buf.h"

/* s as a JSON string with its quotes. s must be valid UTF-8; control characters, quotes and backslashes are escaped, and so
 * are U+2028 and U+2029, so that a line stays a line for every reader. */
enum err json_put_text(struct buf *out, struct slice s);
/* The shortest decimal that reads back as the same double; null when it is not finite. Independent of the locale. */
enum err json_put_real(struct buf *out, double v);
/* `"key":` with a comma before it unless *first; sets *first to false. key needs no escaping. */
enum err json_put_key(struct buf *out, bool *first, const char *key);

#endif
