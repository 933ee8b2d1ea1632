/* stories_model.h - thresholds over mean link probabilities, chosen with the link model. */
#ifndef WD_DEDUP_STORIES_MODEL_H
#define WD_DEDUP_STORIES_MODEL_H

/* A text joins a story; two stories become one: [0] texts, [1] titles. */
static const double join_link[2] = {0.25, 0.30}, merge_link[2] = {0.45, 0.35};
#define ALONE_LINK 0.05  /* a short text without a date joins the one story that is this near, */
#define ALONE_SHARE 0.3  /* when no other has more than this share of that link */
#define MERGE_TRY 0.15   /* a story is looked at for a merge */
#define FRAGMENT_LINK 0.10 /* by so much less a fragment is merged */
#define GLANCE_LINK 0.01 /* of a story whose first two members are below, the others are not asked */
#define RELATE_LINK 0.08 /* a text's new story belongs to the same storyline */
enum { ALONE_WORDS = 80 /* content words that a short text has at most: title and first paragraph */ };
enum { FRAGMENT = 2 /* texts of a story that may be a piece of another, opened before there was enough to tell */, MERGE_TRIES = 3 /* stories looked at for one text */ };
enum { KEPT_FIRST = 3 /* members that stand for their story for good; the others change */ };

#endif
