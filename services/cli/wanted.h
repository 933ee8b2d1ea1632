/* wanted.h - what a person types to find articles, as a query of SQLite's full-text index. Pure. */
#ifndef WD_CLI_WANTED_H
#define WD_CLI_WANTED_H

#include "../../libcommon/buf.h"

/* Words, each of which has to be there; "several words" in quotes stand so, one behind the other; word* is a beginning; -word and NOT word must
 * not be there; OR stands between two groups; title:, name: and outlet: before a word look there alone. Nothing in it is taken as SQLite's own
 * syntax, so no text is an error but one that asks for nothing: ERR_EMPTY. ERR_TOO_BIG: more than WANTED_WORDS_MAX words. */
enum err wanted_query(struct slice typed, struct buf *out) MUST_CHECK;

enum { WANTED_WORDS_MAX = 64 };

#endif
