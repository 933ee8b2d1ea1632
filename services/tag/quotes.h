/* quotes.h - who said what: quoted words, blocks behind "saying:", and what is reported without quotation marks. */
#ifndef WD_TAG_QUOTES_H
#define WD_TAG_QUOTES_H

#include "speaker.h"

/* The quotes of a text in text order. All in mem. ERR_NOMEM only. */
enum err quotes_find(struct arena *mem, const struct tokens *t, const struct names *names, const struct cast *cast, struct quotes *out) MUST_CHECK;

struct finding { /* a quote while it is being judged; spans are tokens */
    uint32_t first, end;     /* the words */
    uint32_t open, close;    /* the marks; close is one past the last token when it lacks */
    bool closed, single;
    enum quote_kind kind;    /* NONE: not taken for a quote */
    uint32_t cue, cue_end;   /* empty: none */
    struct speaker speaker;
    uint32_t holder;         /* entity, or UINT32_MAX */
    float score;
    const char *rule;
};

struct findings {
    struct finding *ptr;
    size_t len, cap;
};

/* indirect.c: statements without marks of sentence `n`, added to f. */
void indirect_find(const struct stage_of_speech *s, struct sentence sentence, struct findings *f);

/* The clause's end: where what is said at `i` stops, at most `end`. */
size_t clause_end(const struct stage_of_speech *s, size_t i, size_t end);

#endif
