/* record.h - single stories and documents of a ledger, read through its views. */
#ifndef WD_CLI_RECORD_H
#define WD_CLI_RECORD_H

#include <jansson.h>

#include "screen.h"

struct records;

/* Opens a ledger for reading, beside its writer or without it. NULL when there is none. */
struct records *records_open(const char *path) MUST_CHECK;
void records_close(struct records **r);
const char *records_trouble(const struct records *r);

enum record_found { RECORD_NONE, RECORD_STORY, RECORD_MERGED, RECORD_DOCUMENT, RECORD_MANY, RECORD_ERROR };

/* The last line of that story; of a merged one that of the story it went to, whose id is put into `into`. */
enum record_found records_story(struct records *r, const char *id, char *into, size_t into_size, struct buf *line) MUST_CHECK;

/* The document with that key, beginning of a key (six digits or more) or name, as an object: the columns of the view `articles` or `rejects`,
 * and lists `entities` and `quotes`. The caller releases it. */
enum record_found records_document(struct records *r, const char *id, json_t **out) MUST_CHECK;

/* The whole key of the document that is called so. */
enum record_found records_key(struct records *r, const char *id, char key[256]) MUST_CHECK;
/* The hash of what was fed as that document, 64 hex digits; "" when the ledger does not have it, or not any more. */
void records_hash(struct records *r, const char *key, char hash[65]);

/* Appends it for people, or as one line of JSON. */
enum err record_put(const json_t *document, bool json, const struct screen *screen, struct buf *out) MUST_CHECK;

#endif
