/* stories_model.h - thresholds over mean link probabilities, chosen with the link model. */
#ifndef WD_DEDUP_STORIES_MODEL_H
#define WD_DEDUP_STORIES_MODEL_H

/* A text joins a story; two stories become one: [0] texts, [1] titles. */
static const double join_link[2] = {0.35, 0.35}, merge_link[2] = {0.45, 0.40};
#define MERGE_TRY 0.25   /* a story is looked at for a merge */
#define RELATE_LINK 0.08 /* a text's new story belongs to the same storyline */
enum { KEPT_FIRST = 3 /* members that stand for their story for good; the others change */ };

#endif
