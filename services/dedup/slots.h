/* slots.h - where an event was and how long it took, as its text says: what tells two meetings of the same people apart. */
#ifndef WD_DEDUP_SLOTS_H
#define WD_DEDUP_SLOTS_H

#include "../../proto/doc.h"
#include "words.h"

enum { SLOT_PLACES = 3, SLOT_DURATIONS = 2, PLACE_NAME = 24 };

enum { PLACE_HELD = 1, PLACE_AHEAD = 2 /* the text tells of what was there; of what is to come there */ };

struct slot_place {
    uint8_t phase; /* PLACE_ bits */
    uint32_t stem; /* of its name's last word, so that St. and Saint Petersburg meet */
    char name[PLACE_NAME]; /* as the text has it, cut to fit */
    uint8_t len;
};

struct slot_duration {
    uint32_t minutes;
    uint32_t b; /* where the text says so; 0 when read back from the index */
};

struct slots {
    struct slot_place place[SLOT_PLACES];
    struct slot_duration duration[SLOT_DURATIONS];
    uint8_t n_places, n_durations;
};

/* Looks for places and durations that stand with a word for a meeting or a journey. Uses the document's entities where it has them
 * (a place must be a location among them), else capitals. */
void slots_find(const struct doc *doc, const struct words *words, struct slots *slots);

enum veto { VETO_NONE = 0, VETO_DURATION, VETO_PLACE, VETO_PHASE };

/* Whether the two cannot be one event: durations that do not agree, or no place in common. */
enum veto slots_veto(const struct slots *a, const struct slots *b);

/* Whether one tells of what was held in a place and the other of what is yet to come there, and of nothing else: of two texts that state no date,
 * nothing says that it is the same meeting. That place in the first, or NULL. */
const struct slot_place *slots_other_phase(const struct slots *a, const struct slots *b);

/* A place or a duration that both have, or NULL. */
const struct slot_place *slots_same_place(const struct slots *a, const struct slots *b);
const struct slot_duration *slots_same_duration(const struct slots *a, const struct slots *b);

#endif
