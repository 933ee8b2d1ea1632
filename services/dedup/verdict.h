/* verdict.h - what a text's matches make it: original, copy, revision or part. */
#ifndef WD_DEDUP_VERDICT_H
#define WD_DEDUP_VERDICT_H

#include "copies.h"

/* One match with what the index knows of the earlier document. */
struct kin {
    struct match match;
    uint32_t root, outlet, source;
};

struct ruling {
    enum verdict_kind kind;
    size_t of;         /* index of the kin that it copies, when kind is no original */
    double similarity;
};

/* What is known of the new text besides its matches. */
struct newcomer {
    uint32_t outlet, source; /* 0: unknown */
    bool corrects;           /* it says of itself that it corrects an earlier version */
};

/* Chooses the earlier document that a text is a copy of, from its matches, best first. It joins the copies of one original only when
 * it matches more of them than it differs from, so that chains of updates do not grow. */
struct ruling verdict_choose(const struct kin *kin, size_t n, const struct newcomer *of);

/* True when a text carries a correction's note at its begin or end: "Correction:", "An earlier version of this article said". */
bool verdict_corrects(struct slice text);

/* The news agency that a text names as its own: in its first or last lines. ptr NULL when there is none. Static. */
struct slice verdict_agency(struct slice text);

#endif
