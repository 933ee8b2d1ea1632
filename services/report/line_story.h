/* line_story.h - a story's view as a stream line, as rows of the ledger and as what changed since its last line. */
#ifndef WD_REPORT_LINE_STORY_H
#define WD_REPORT_LINE_STORY_H

#include "account.h"
#include "lines.h"

enum {
    LINE_PARTS_MAX = 512, /* articles listed in a story line: the first and the last of more */
    LINE_CITES_MAX = 24,  /* spans of one value, the first ones */
    LINE_SAME_MAX = 8,    /* other versions listed in a quote's line */
};

struct story_told { /* all that a story line is made of; points into what the caller keeps */
    struct slice id, storyline;
    uint64_t rev;
    const struct story_view *view;
    struct accounts accounts;
    struct neighbours others;
    struct slices joined, left; /* keys of articles since the last line */
    struct slice digest;        /* of the last line, or absent */
};

/* Appends the line to out and what the next delta is measured against to digest (JSON). */
enum err line_story(const struct line_head *head, const struct story_told *t, struct arena *mem, struct buf *out, struct buf *digest) MUST_CHECK;

/* The members of one conflict as in the story's line, without braces' outer head: a whole JSON object {"level":...}. */
enum err line_conflict_body(const struct story_told *t, const struct conflict_view *c, struct buf *out) MUST_CHECK;
/* A conflict line whose members are that object. */
enum err line_conflict(const struct line_head *head, struct slice body, struct buf *out) MUST_CHECK;
/* A conflict's id in the stream: STORY/ID, or STORYLINE/ID when it spans stories. In mem; ptr NULL when out of memory. */
struct slice line_conflict_id(const struct story_told *t, const struct conflict_view *c, struct arena *mem) MUST_CHECK;

/* False for a version in a copy: it repeats what another article has, and its quote has no line. */
bool line_version_counts(const struct story_told *t, const struct version *v);
/* The id of the quote's line that a version stands in; absent when it has none. */
struct slice line_version_id(const struct story_told *t, const struct version *v, struct arena *mem) MUST_CHECK;
/* The list same_as of version `at` of an utterance: of the first, the others; of the others, the first.
 * Versions in copies do not count. */
enum err line_same_as(const struct story_told *t, const struct quote_view *q, size_t at, struct arena *mem, struct buf *out) MUST_CHECK;

/* Cites as the JSON list of their spans. */
enum err line_cites(const struct story_told *t, struct cites cites, struct buf *out) MUST_CHECK;

#endif
