/* json_read.h - JSON text into jansson's values, read by simdjson. */
#ifndef WD_JSON_READ_H
#define WD_JSON_READ_H

#include <jansson.h>

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One reader for one thread; it keeps its memory (up to some 20 times JSON_READ_MAX) from text to text. */
struct json_reader;

enum { JSON_READ_MAX = 1 << 20 }; /* bytes of a text: longer ones are left to the caller */

/* For texts nested up to `depth` deep. NULL when out of memory. */
struct json_reader *json_reader_create(size_t depth) MUST_CHECK;
/* Frees *r and sets it to NULL. NULL is fine. */
void json_reader_destroy(struct json_reader **r);

/* The value that json_loadb(text, flags | JSON_ALLOW_NUL | JSON_DECODE_ANY) gives: the caller's, to be released by json_decref(). NULL when the text is
 * none, is nested too deep, is too long, has a number that jansson does not hold, or when memory is short: json_loadb() then says what it is.
 * Of equal names in an object the last one holds, but NULL with JSON_REJECT_DUPLICATES, the only flag that is looked at.
 * Source: Langdale and Lemire, Parsing Gigabytes of JSON per Second, VLDB Journal 28 (2019). */
json_t *json_read(struct json_reader *r, struct slice text, size_t flags) MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
