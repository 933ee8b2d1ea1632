/* stories.h - which event a text tells of: live stories, found by their terms and judged by their members. */
#ifndef WD_DEDUP_STORIES_H
#define WD_DEDUP_STORIES_H

#include "index.h"
#include "links.h"
#include "postings.h"
#include "record.h"

struct stories {
    struct index *index;
    struct postings *postings;
    struct counters *counters;
};

/* One document as the stories see it. */
struct telling {
    uint32_t number;  /* of the document */
    struct link_time time;
    const struct vector *vector;
    const struct slots *slots;
    const struct words *words; /* for the reasons' wording */
    struct slice text;
};

struct placing {
    uint32_t story, storyline;
    bool fresh;
    double similarity; /* NAN for a fresh one */
    struct slices reasons;
    struct changes changes;
};

/* Finds the story of an original or opens one, updates it, and merges what has grown together. Memory from mem. */
enum err stories_place(struct stories *s, struct arena *mem, const struct telling *t, struct placing *p) MUST_CHECK;
/* A copy joins its original's story, or what that has become, and adds nothing to it but itself. */
enum err stories_follow(struct stories *s, struct arena *mem, const struct telling *t, uint32_t story, struct placing *p) MUST_CHECK;
/* The story that `story` has become by merges, with its record; ERR_MISSING when it is closed. */
enum err stories_find(struct stories *s, uint32_t story, uint32_t *now, struct story_record *record) MUST_CHECK;
/* Closes stories that have been silent for `minutes`, a few at a call; appends to p->changes. */
enum err stories_close_silent(struct stories *s, struct arena *mem, uint32_t minutes, struct placing *p) MUST_CHECK;
/* Loads the terms of live stories after a restart. */
enum err stories_load(struct stories *s) MUST_CHECK;

/* "s12", "l3". ptr NULL when out of room. */
struct slice story_name(struct arena *mem, uint32_t story);
struct slice storyline_name(struct arena *mem, uint32_t storyline);

#endif
