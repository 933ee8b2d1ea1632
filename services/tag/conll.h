/* conll.h - labelled corpora for training: a word and its BIO label a line, made into texts with the names' places. */
#ifndef WD_TAG_CONLL_H
#define WD_TAG_CONLL_H

#include "../../libcommon/buf.h"
#include "../../proto/span.h"

struct gold {
    uint32_t b, e;
    int type; /* 0 to 3: person, organization, location, misc */
};

struct labelled {
    char *text; /* UTF-8 */
    size_t len;
    struct gold *gold; /* in text order */
    size_t golds;
};

struct corpus {
    struct labelled *ptr;
    size_t len, cap;
};

/* Reads a file; sentences become paragraphs. With `headlines` some short sentences stand a second time at the text's end, in title
 * case or capitals, so that the model meets headlines. ERR_IO, ERR_MALFORMED, ERR_NOMEM. The corpus owns what it holds. */
enum err corpus_read(const char *path, bool headlines, struct corpus *out) MUST_CHECK;
void corpus_free(struct corpus *c);

#endif
