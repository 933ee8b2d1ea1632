/* alerts_parts.h - what reading and matching of the watch list share; nobody else includes it. */
#ifndef WD_REPORT_ALERTS_PARTS_H
#define WD_REPORT_ALERTS_PARTS_H

#include "alerts.h"

enum {
    WISHES_MAX = 64,       /* in one rule */
    WISH_WORDS_MAX = 24,   /* in one wish */
    OPS_MAX = 256,         /* of one rule */
    NEST_MAX = 32,
    WORD_MAX = 120,        /* bytes of a word that are compared */
};

enum wish_kind { WISH_TEXT, WISH_NAME, WISH_SPEAKER, WISH_OUTLET, WISH_KINDS };

/* A word of a text: where it stands, and folded. */
struct word_at { uint32_t b, e; struct slice folded; };

struct wish {
    enum wish_kind kind;
    struct slice words[WISH_WORDS_MAX]; /* folded */
    unsigned n;
    bool prefix;            /* the last word may go on */
    bool negated;           /* under a NOT: where it stands is not told */
    struct slice capitals;  /* to be written so, or absent */
    unsigned rule;
    uint32_t next;          /* in its chain, + 1 */
};

/* A rule in reverse Polish: a wish's number, or one of these. */
enum { OP_AND = -1, OP_OR = -2, OP_NOT = -3 };

struct rule { struct slice text; unsigned line; uint32_t ops, n_ops; };

struct alert_rules {
    char *text;            /* the file; rules point into it */
    struct arena *mem;     /* folded words */
    struct wish *wishes;
    struct rule *rules;
    int32_t *ops;
    size_t n_wishes, n_rules, n_ops, room_wishes, room_rules, room_ops;
    uint32_t *table;       /* hash of kind and first word -> wish + 1 */
    size_t table_size;     /* a power of two */
    uint32_t begun;        /* chain of the wishes whose first word may be only begun, + 1 */
};

/* The next word of s at or after *at: letters, digits and marks; folded into mem. False at the end. ERR_NOMEM through *e. */
bool alert_word(struct slice s, size_t *at, struct arena *mem, struct word_at *w, enum err *e);
/* Where in the table a wish of that kind with that first word begins. */
size_t alert_slot(const struct alert_rules *r, enum wish_kind kind, struct slice word);
/* True when the rule holds with these wishes fulfilled. */
bool alert_rule_holds(const struct alert_rules *r, const struct rule *rule, const bool *fulfilled);

#endif
