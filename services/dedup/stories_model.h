/* stories_model.h - thresholds over mean link probabilities, chosen with the link model. */
#ifndef WD_DEDUP_STORIES_MODEL_H
#define WD_DEDUP_STORIES_MODEL_H

#define JOIN_LINK 0.45   /* a text joins a story */
#define MERGE_TRY 0.25   /* a story is looked at for a merge */
#define MERGE_LINK 0.50  /* two stories become one */
#define RELATE_LINK 0.08 /* a text's new story belongs to the same storyline */
enum { KEPT_FIRST = 3 /* members that stand for their story for good; the others change */ };

#endif
