/* model.h - the learned part of the tagger: one read-only file, mapped, shared by all workers.
 *
 * Little-endian. A head, then tables: features (what a token's look and neighbours say about its label), words (their clusters),
 * phrases (which kinds of names a run of words is known as), parts (how often a word begins or ends a person's name); then, where there is a network, its
 * rows and each word's code for them. Keys are kept as hashes with a few bits to check, so a table answers for what it does not hold only once
 * in tens of thousands of questions. */
#ifndef WD_TAG_MODEL_H
#define WD_TAG_MODEL_H

#include "../../libcommon/base.h"

enum {
    LABELS = 17,  /* O, then for each of person, organization, location, misc: begin, inside, last, single */
    ROW = 16,     /* a weight for each label but O, whose weight is 0 */
    SETS = 256,   /* sets of kinds of names that phrases are known as */
    CALIBRATION = 21, /* share that was right at raw scores 0, 0.05 ... 1 */
    MODEL_VERSION = 2,
    NET_AROUND = 5,   /* the network sees a token and two to each side */
    NET_BITS = 26,    /* facts about each of them */
    NET_HIDDEN = 64,
    NET_CODES = 10,   /* a word's vector has that many parts, each of them one of NET_VALUES that are kept */
    NET_VALUES = 256,
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

struct net { /* rows are what their fact or part of a vector adds to each hidden unit, in units of scale */
    float scale, bias[NET_HIDDEN];
    float out[NET_HIDDEN][ROW];
    int8_t bit[NET_AROUND][NET_BITS][NET_HIDDEN];
    int8_t code[NET_AROUND][NET_CODES][NET_VALUES][NET_HIDDEN];
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
    uint32_t nets;      /* 1: a struct net and a code for each slot of words end the file; 0: they do not */
    uint32_t reserved;
};

struct model {
    const struct model_head *head;
    const struct feature *feature;
    const uint32_t *word, *phrase, *part;
    const struct net *net; /* or NULL */
    const uint8_t (*code)[NET_CODES];
    void *map; /* what munmap gets, or NULL */
    size_t size;
};

/* Maps the file. ERR_IO: cannot be read; ERR_VERSION: of another version; ERR_MALFORMED: sizes do not add up. */
enum err model_open(const char *path, struct model *out) MUST_CHECK;
void model_close(struct model *m);

/* The same over bytes in memory that outlive the model, aligned to 8. */
enum err model_over(const void *bytes, size_t size, struct model *out) MUST_CHECK;

/* A table of packed 32-bit slots: 1 + the slot that holds a hash, or 0; the value behind it, or 0. */
uint32_t packed_slot(const uint32_t *slot, uint32_t slots, uint64_t hash, unsigned bits);
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
