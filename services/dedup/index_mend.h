/* index_mend.h - the tables of an index that was read in parts, held against each other until nothing refers to what is not there. */
#ifndef WD_DEDUP_INDEX_MEND_H
#define WD_DEDUP_INDEX_MEND_H

#include <jansson.h>

#include "../../libcommon/mdb_repair.h"
#include "index.h"
#include "record.h"

struct mend {
    struct mdb_fresh fresh; /* begun and closed by the caller, who has put into it what was found */
    struct arena *mem;
    struct counters counters; /* as found; zeros when they were not */
    bool has_counters, has_lexicon;
    uint32_t documents, stories, storylines; /* the highest numbers seen */
    uint32_t silence;
    uint64_t verdicts;
    unsigned char *has;              /* by document: what of it is there */
    uint32_t *member_of, *told, *at; /* by document: its story, the story that it was judged into, the clock when it came */
    uint32_t *into, *clock;          /* by story, of its record */
    unsigned char *there;            /* by story: it has a record */
    json_t *lost, *faded, *remade;   /* see index_repair.h */
};

/* 0, an errno or LMDB's number. */
int mend(struct mend *m) MUST_CHECK;
void mend_free(struct mend *m);

#endif
