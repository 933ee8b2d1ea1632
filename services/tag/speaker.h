/* speaker.h - who speaks: finds the subject of a verb of saying and the person behind a pronoun. */
#ifndef WD_TAG_SPEAKER_H
#define WD_TAG_SPEAKER_H

#include "who.h"

struct stage_of_speech { /* what the search for a speaker looks at; built once a document */
    const struct tokens *t;
    const struct names *names;
    const struct cast *cast;
    uint32_t *name_at;     /* token -> 1 + index of the name that it is part of, or 0 */
    uint8_t *quoted;       /* token -> lies inside quotation marks */
    uint32_t *sentence_at; /* token -> its sentence */
    struct { uint64_t role; uint32_t entity; } *role; /* role words seen with a person, in text order of the names */
    size_t roles;
    uint32_t person, person_at; /* the person named first, and where */
    uint32_t second_at;         /* where another person is named for the first time; UINT32_MAX: nowhere */
};

enum err speech_prepare(struct arena *mem, const struct tokens *t, const struct names *names, const struct cast *cast,
                        struct stage_of_speech *out) MUST_CHECK;

struct speaker {
    bool found;
    uint32_t first, end; /* tokens */
    uint32_t entity;     /* resolved, or UINT32_MAX */
    bool relayed;        /* the words name a role or group, not a person */
    uint32_t as, as_end; /* tokens of the unnamed person that a pronoun stands for: "a former foreman"; empty: none */
};

/* The subject that begins at token i (behind a verb, or behind "according to"), within [i, end). */
struct speaker speaker_forward(const struct stage_of_speech *s, size_t i, size_t end);
/* The subject of the verb at token c, at or behind `first`. */
struct speaker speaker_backward(const struct stage_of_speech *s, size_t first, size_t c);
/* The subject of the sentence that begins at `first`: its first name, pronoun or role before `end`. */
struct speaker speaker_of_clause(const struct stage_of_speech *s, size_t first, size_t end);

/* The name that token i is part of, or NULL. */
static inline const struct name *speech_name(const struct stage_of_speech *s, size_t i)
{
    return i < s->t->len && s->name_at[i] != 0 ? &s->names->ptr[s->name_at[i] - 1] : NULL;
}

#endif
