/* identity.h - who or what a name stands for, judged by the name alone: the same id in every story, on every day and in every ledger.
 *
 * The id is a function of the name's folded form: titles, accents, case, "the", a middle initial and Jr. are dropped; short first names (Joe,
 * Joseph), other spellings (Kyiv, Kiev; Zelensky, Zelenskyy) and bodies that everybody knows by their initials (UN, United Nations) are folded. So it does
 * not depend on which document came first, and a name that nobody has met yet has its id already.
 *
 * A surname alone, or behind an initial, says less than that: it has no id, only the form under which those who bear it are looked for. */
#ifndef WD_IDENTITY_H
#define WD_IDENTITY_H

#include "../../proto/doc.h"

enum {
    IDENTITY_ID = 17,        /* bytes of an id: "e" and 16 hexadecimal digits */
    IDENTITY_FOLD_MAX = 240, /* bytes of a folded name: longer ones are told apart by these */
};

struct identity {
    struct slice whole;   /* the name without titles and Jr.; a part of the name as given */
    struct slice first;   /* first word of a person's full name, or the initial before a surname; else empty */
    struct slice last;    /* a person's surname, as written; empty for others */
    char id[IDENTITY_ID + 1];             /* "" when the name alone does not say who it is */
    char form[IDENTITY_FOLD_MAX + 1];     /* how it is called for short: a surname, folded; the initials of two and more capitals, as capitals; or "" */
    bool person;
    bool acronym;         /* the name itself is such initials: `form` is the name */
};

/* Cuts and folds a name. Nothing is kept but what points into `name`. An empty name, or one of titles alone, has neither id nor form. */
void identity_of(struct slice name, enum entity_type type, struct identity *out);

/* True when a surname alone or behind an initial may mean this bearer: the same form, and the initial fits. */
bool identity_fits(const struct identity *part, const struct identity *bearer);

/* False when both have middle names, or initials of them, and these are not the same. */
bool identity_same_middle(const struct identity *a, const struct identity *b);
/* True when two first names are one: Joe and Joseph. */
bool identity_same_first(struct slice a, struct slice b);
/* True for "J" and "J.". */
bool identity_initial(struct slice word);

/* Days since 1970 of an ISO date with a day ("2025-04-11..."); false for anything coarser. */
bool iso_day(struct slice value, int64_t *days);
/* The day of which a document tells: days since 1970 of its date of publication when that has a day and is no later than the day after it was
 * accepted, else of its acceptance. */
int64_t identity_day(struct slice published, uint64_t accepted);

#endif
