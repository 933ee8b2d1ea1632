/* model.h - the learned part of the tagger: one read-only file, mapped, shared by all workers.
 *
 * Little-endian. A head, then four tables: features (what a token's look and neighbours say about its label), words (their clusters),
 * phrases (which kinds of names a run of words is known as), parts (how often a word begins or ends a person's name). Keys are kept
 * as hashes with a few bits to check, so a table answers for what it does not hold only once in tens of thousands of questions. */
#ifndef WD_TAG_MODEL_H
#define WD_TAG_MODEL_H

#include "../../libcommon/base.h"

enum {
    LABELS = 17,  /* O, then for each of person, organization, location, misc: begin, inside, last, single */
    ROW = 16,     /* a weight for each label but O, whose weight is 0 */
    SETS = 256,   /* sets of kinds of names that phrases are known as */
    CALIBRATION = 21, /* share that was right at raw scores 0, 0.05 ... 1 */
    MODEL_VERSION = 1,
    WORD_BITS = 17, PHRASE_BITS = 8, PART_BITS = 6, /* value bits of a packed slot; the rest checks the key */
};

enum place { PLACE_BEGIN, PLACE_INSIDE, PLACE_LAST, PLACE_SINGLE };

/* type 0 to 3: person, organization, location, misc */
static inline int label_of(int type, enum place place)
{
    return 1 + 4 * type + (int)place;
}

struct feature {
    uint32_t check; /* 0: free */
    int8_t w[ROW];
};

struct model_head {
    char magic[8]; /* "WDNAMES\0" */
    uint32_t version;
    uint32_t features, words, phrases, parts; /* slots of each table, in this order behind the head */
    float scale;                              /* of the features' weights */
    float transition[LABELS][LABELS];         /* from, to */
    uint32_t set[SETS];                       /* kinds as bits */
    float calibration[CALIBRATION];
    uint32_t word_flip; /* what word values are xored with, so that none of them is 0 */
    uint32_t reserved[2];
};

struct model {
    const struct model_head *head;
    const struct feature *feature;
    const uint32_t *word, *phrase, *part;
    void *map; /* what munmap gets, or NULL */
    size_t size;
};

/* Maps the file. ERR_IO: cannot be read; ERR_VERSION: of another version; ERR_MALFORMED: sizes do not add up. */
enum err model_open(const char *path, struct model *out) MUST_CHECK;
void model_close(struct model *m);

/* The same over bytes in memory that outlive the model, aligned to 8. */
enum err model_over(const void *bytes, size_t size, struct model *out) MUST_CHECK;

/* A table of packed 32-bit slots: the value behind a hash, or 0. */
uint32_t packed_find(const uint32_t *slot, uint32_t slots, uint64_t hash, unsigned bits);

/* Where a hash's search begins in a table of `slots`. */
static inline uint32_t slot_of(uint64_t hash, uint32_t slots)
{
    return (uint32_t)((hash & 0xffffffffu) * slots >> 32);
}

static inline uint32_t check_of(uint64_t hash)
{
    uint32_t check = (uint32_t)(hash >> 32);
    return check ? check : 1;
}

static inline uint32_t packed_check(uint64_t hash, unsigned bits)
{
    uint32_t check = (uint32_t)(hash >> 32) >> bits;
    return check ? check : 1;
}

#endif
