/* features.h - a page's blocks as rows of numbers for the block model. What a number means is the order in features.c. */
#ifndef WD_NORMALIZE_FEATURES_H
#define WD_NORMALIZE_FEATURES_H

#include "attribute_words.h"
#include "metadata.h"
#include "tokens.h"

enum {
    FEATURES_OWN = 91,                             /* of the block itself, its ancestors and their share of the page */
    FEATURES_MARKS = MARK_COUNT,                   /* how far up the nearest ancestor with that mark is */
    FEATURES_NEAR = 6 * 10 + 6,                    /* some of those of the three blocks before and behind, and of the heading above */
    FEATURES_FIRST = FEATURES_OWN + FEATURES_MARKS + FEATURES_NEAR,
    FEATURES_SECOND = FEATURES_FIRST + 17 + 4,     /* and the first pass's scores around it, and of its families */
    FEATURES_BYTES = FEATURES_OWN - 3,             /* the column with the bytes of the block's text */
    FEATURES_TOKENS = FEATURES_OWN - 2,            /* and the two that tokens_weigh() gives */
};

/* The families of a block as slots of a table: what has the same parent, the same grandparent, the same elements and classes around it,
 * the same heading above it. */
enum family_kind { FAMILY_PARENT, FAMILY_GRANDPARENT, FAMILY_LOOKS, FAMILY_SECTION, FAMILY_KINDS };
enum { FAMILIES = 4096 };
struct family { uint16_t of[FAMILY_KINDS]; };

/* One a block. */
void families_read(const struct page *p, struct family *out);

/* Sets p->says, which features_read() reads. ERR_NOMEM. */
enum err says_read(struct page *p) MUST_CHECK;

/* FEATURES_SECOND floats a block, those from FEATURES_FIRST on 0. NULL when out of memory. */
float *features_read(const struct page *p, const struct facts *f, const struct tokens_model *m, const struct family *families) MUST_CHECK;

/* Fills in the columns that are copies of the neighbours' columns; features_read() has done so. */
void features_near(size_t n, float *rows);

/* Fills in those from FEATURES_FIRST on, from the first pass's scores (one a block). */
void features_second(size_t n, const struct family *families, const float *scores, float *rows);

#endif
