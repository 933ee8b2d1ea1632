/* copies.h - which earlier documents a text copies from. */
#ifndef WD_DEDUP_COPIES_H
#define WD_DEDUP_COPIES_H

#include "align.h"

enum { MATCHES_MAX = 24 /* earlier documents that are compared in full */ };

struct match {
    uint32_t doc;
    double of_new, of_old; /* how much of the new text is in the old one, and of the old in the new */
    uint32_t shared, least;
};

/* What is remembered of earlier documents: their rarest shingles. */
struct copies;

/* NULL when out of memory. */
struct copies *copies_create(void) MUST_CHECK;
void copies_destroy(struct copies **c);

/* Finds the record of an earlier document's sketch, which stays until the next one is asked for; ERR_MISSING when it is no longer there. */
typedef enum err (*sketch_reader)(void *self, uint32_t doc, struct slice *record);

/* Compares the text with the documents that share its rarest shingles, the likeliest first. *n matches into out, best first (most
 * contained, then the oldest). The answer hangs on what was posted and not on the order in which it was. ERR_IO: a record is damaged. */
enum err copies_find(struct copies *c, const struct aligner *aligner, sketch_reader read, void *self, struct match out[MATCHES_MAX], size_t *n) MUST_CHECK;

/* Posts the text under its lowest shingles that are no furniture; they go to out, *n of them. */
enum err copies_post(struct copies *c, const struct sketch *sketch, uint32_t doc, uint32_t out[POSTED_MAX], size_t *n) MUST_CHECK;
/* Forgets what was posted. */
void copies_drop(struct copies *c, const uint32_t *posted, size_t n, uint32_t doc);

/* After a restart: room for `documents`, then each with what it was posted under, then the end of it. */
enum err copies_load_begin(struct copies *c, size_t documents) MUST_CHECK;
enum err copies_load(struct copies *c, const uint32_t *posted, size_t n, uint32_t doc) MUST_CHECK;
enum err copies_load_end(struct copies *c) MUST_CHECK;

/* Bytes held. */
size_t copies_bytes(const struct copies *c);

#endif
