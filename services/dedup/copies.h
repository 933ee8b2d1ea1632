/* copies.h - which earlier documents a text copies from. */
#ifndef WD_DEDUP_COPIES_H
#define WD_DEDUP_COPIES_H

#include "align.h"
#include "anchors.h"

enum { MATCHES_MAX = 24 /* earlier documents that are compared in full */ };

struct match {
    uint32_t doc;
    double of_new, of_old; /* how much of the new text is in the old one, and of the old in the new */
    uint32_t shared, least;
};

/* Reads the body of an earlier document; ERR_MISSING when it is no longer there. */
typedef enum err (*body_reader)(void *self, uint32_t doc, struct body *body);

/* Compares the text with the documents that share its rarest shingles, the likeliest first. *n matches into out, best first (most
 * contained, then the oldest). `scratch` is for the reader. */
enum err copies_find(const struct anchors *anchors, const struct sketch *sketch, body_reader read, void *self, struct body *scratch,
    struct match out[MATCHES_MAX], size_t *n) MUST_CHECK;

/* The shingles under which a text shall be found: the lowest that are no furniture; returns how many. */
size_t copies_post(const struct anchors *anchors, const struct sketch *sketch, struct arena *mem, uint32_t out[POSTED_MAX]);

#endif
