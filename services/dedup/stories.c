/* stories.c - finds the story of a text, opens, merges and closes stories. */
#include "stories.h"

#include <math.h>
#include <stdlib.h>

#include "reasons.h"
#include "stories_model.h"
#include "story_record.h"

enum {
    CANDIDATES = 12,   /* stories that are judged by their members */
    MERGE_MOST = 2000, /* members of a story that may still be merged into another: what one message can carry */
};

/* A story with the members that stand for it, read once a document. */
struct candidate {
    uint32_t story;
    struct story_record record;
    struct member *member[REPRESENTATIVES];
    struct link_mass mass[REPRESENTATIVES];
    double links[REPRESENTATIVES]; /* how likely the text and the member tell of one event */
    size_t n;
    double link;    /* mean probability that the text and a member tell of one event */
    enum veto veto;
    const struct member *against; /* the member whose slots veto */
};

struct slice story_name(struct arena *mem, uint32_t story)
{
    return arena_printf(mem, "s%u", story);
}

struct slice storyline_name(struct arena *mem, uint32_t storyline)
{
    return arena_printf(mem, "l%u", storyline);
}

static enum err read_story(struct stories *s, uint32_t story, struct story_record *r)
{
    struct number_key k;
    struct slice v;
    enum err e = index_get(s->index, TABLE_STORY, index_number(story, &k), &v);
    if (e != OK) return e;
    return get_story(v, r) == OK ? OK : ERR_IO; /* our own record, damaged: the store has failed */
}

static enum err write_story(struct stories *s, uint32_t story, const struct story_record *r, bool fresh)
{
    struct buf b = buf_make(STORY_BYTES);
    struct number_key k;
    enum err e = put_story(r, &b);
    if (e == OK) e = fresh ? index_append(s->index, TABLE_STORY, index_number(story, &k), buf_slice(&b))
                           : index_put(s->index, TABLE_STORY, index_number(story, &k), buf_slice(&b));
    buf_free(&b);
    return e;
}

enum err stories_find(struct stories *s, uint32_t story, uint32_t *now, struct story_record *r)
{
    for (*now = story;; *now = r->into) {
        enum err e = read_story(s, *now, r);
        if (e != OK) return e;
        if (r->into == 0) return OK;
    }
}

static enum err read_member(struct stories *s, uint32_t number, struct member *m)
{
    struct number_key k;
    struct slice v;
    enum err e = index_get(s->index, TABLE_VECTOR, index_number(number, &k), &v);
    if (e != OK) return e;
    return get_member(v, m) == OK ? OK : ERR_IO;
}

/* Reads representative i of the candidate; one that is past the horizon is left out. */
static enum err take_member(struct stories *s, struct arena *mem, struct candidate *c, size_t i)
{
    struct member *m = arena_take(mem, sizeof *m);
    if (m == NULL) return ERR_NOMEM;
    enum err e = read_member(s, c->record.representative[i], m);
    if (e != OK) return e == ERR_MISSING ? OK : e;
    c->mass[c->n] = link_weigh(&m->vector);
    c->member[c->n++] = m;
    return OK;
}

/* Reads those representatives of a live story from the `first` on that are still within the horizon. */
static enum err read_members(struct stories *s, struct arena *mem, struct candidate *c, size_t first)
{
    enum err e = OK;
    for (size_t i = first; e == OK && i < c->record.n_representatives; i++) e = take_member(s, mem, c, i);
    return e;
}

static bool is_title(const struct vector *v)
{
    return v->words < LINK_TITLE_WORDS;
}

/* Likely enough to be worth more than a glance: some member so far, if there is one, agrees a little. */
static bool promising(const struct candidate *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->links[i] >= GLANCE_LINK) return true;
    return c->n == 0;
}

static void link_members(struct candidate *c, const struct link_text *text, const struct telling *t, size_t first)
{
    for (size_t i = first; i < c->n; i++) c->links[i] = link_probability(text, &c->member[i]->vector, &c->mass[i], t->time, c->member[i]->time);
}

/* Reads a live story for the text, its first members alone when these are of something else. ERR_MISSING: nothing to judge by. */
static enum err read_candidate(struct stories *s, struct arena *mem, uint32_t story, const struct link_text *text, const struct telling *t, struct candidate *c)
{
    enum { GLANCE = 2 };
    *c = (struct candidate){.story = story};
    enum err e = read_story(s, story, &c->record);
    size_t n = c->record.n_representatives, first = n < GLANCE ? n : GLANCE;
    for (size_t i = 0; e == OK && i < first; i++) e = take_member(s, mem, c, i);
    if (e != OK) return e;
    link_members(c, text, t, 0);
    size_t linked = c->n;
    if (promising(c)) e = read_members(s, mem, c, first);
    if (e != OK) return e;
    link_members(c, text, t, linked);
    return c->n ? OK : ERR_MISSING;
}

/* Whether two texts cannot be of one event, by places, durations and, without dates, by what was and what is to be. */
static enum veto veto_between(const struct slots *a, struct link_time x, const struct slots *b, struct link_time y)
{
    enum veto v = slots_veto(a, b);
    bool undated = x.published == 0 && y.published == 0;
    return v == VETO_NONE && undated && slots_other_phase(a, b) ? VETO_PHASE : v;
}

/* The mean over the members, and whether more of those that name a place or duration speak against than for. */
static void judge(struct candidate *c, const struct telling *t)
{
    size_t against = 0, slotted = 0;
    enum veto veto = VETO_NONE;
    const struct member *by = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct member *m = c->member[i];
        c->link += c->links[i] / (double)c->n;
        enum veto v = veto_between(t->slots, t->time, &m->slots, m->time);
        bool same = slots_same_place(t->slots, &m->slots) || slots_same_duration(t->slots, &m->slots);
        slotted += v != VETO_NONE || same;
        against += v != VETO_NONE;
        if (v != VETO_NONE && (by == NULL || v < veto)) {
            veto = v;
            by = m;
        }
    }
    if (against * 2 > slotted) {
        c->veto = veto;
        c->against = by;
    }
}

/* The live stories that share most of the text's heaviest terms. */
static size_t look_up(const struct stories *s, const struct vector *v, struct weighed best[CANDIDATES])
{
    uint8_t heavy[POSTING_QUERY];
    struct weighed question[POSTING_QUERY];
    size_t terms = vector_heaviest(v, POSTING_QUERY, heavy);
    for (size_t i = 0; i < terms; i++) question[i] = (struct weighed){v->term[heavy[i]].id, (float)v->term[heavy[i]].weight * v->term[heavy[i]].weight};
    return postings_ask(s->postings, question, terms, best, CANDIDATES);
}

static enum err post_term(struct stories *s, uint32_t story, struct story_record *r, uint32_t term)
{
    if (r->n_terms == STORY_TERMS || story_found_under(r, term) || postings_full(s->postings, term)) return OK;
    enum err e = postings_add(s->postings, term, story);
    if (e == OK) r->term[r->n_terms++] = term;
    return e;
}

static enum err post_terms(struct stories *s, uint32_t story, struct story_record *r, const struct vector *v)
{
    uint8_t heavy[POSTED_TERMS];
    size_t n = vector_heaviest(v, POSTED_TERMS, heavy);
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) e = post_term(s, story, r, v->term[heavy[i]].id);
    return e;
}

static enum err add_member(struct stories *s, uint32_t story, uint32_t number)
{
    struct number_key k;
    return index_put(s->index, TABLE_MEMBER, index_pair(story, number, &k), SLICE(""));
}

static enum err join(struct stories *s, const struct telling *t, uint32_t story, struct story_record *r, bool copy)
{
    r->clock = s->counters->clock;
    story_add_member(r, t->number, t->time.published, copy);
    enum err e = add_member(s, story, t->number);
    if (e == OK && !copy) e = post_terms(s, story, r, t->vector);
    return e == OK ? write_story(s, story, r, false) : e;
}

static enum err open_story(struct stories *s, const struct telling *t, uint32_t storyline, struct placing *p)
{
    struct story_record r = {.storyline = storyline ? storyline : ++s->counters->storylines, .clock = s->counters->clock};
    uint32_t story = ++s->counters->stories;
    story_add_member(&r, t->number, t->time.published, false);
    p->story = story;
    p->storyline = r.storyline;
    p->fresh = true;
    p->similarity = NAN;
    enum err e = post_terms(s, story, &r, t->vector);
    if (e == OK) e = write_story(s, story, &r, true);
    return e == OK ? add_member(s, story, t->number) : e;
}

/* --- merges --- */

static double link_between(const struct candidate *a, const struct candidate *b, bool *vetoed)
{
    double sum = 0;
    size_t against = 0, slotted = 0;
    for (size_t i = 0; i < a->n; i++) {
        struct link_text text;
        link_begin(&a->member[i]->vector, &text);
        for (size_t k = 0; k < b->n; k++) {
            const struct member *m = a->member[i], *n = b->member[k];
            sum += link_probability(&text, &n->vector, &b->mass[k], m->time, n->time);
            enum veto v = veto_between(&m->slots, m->time, &n->slots, n->time);
            against += v != VETO_NONE;
            slotted += v != VETO_NONE || slots_same_place(&m->slots, &n->slots) || slots_same_duration(&m->slots, &n->slots);
        }
    }
    *vetoed = against * 2 > slotted;
    return sum / (double)(a->n * b->n);
}

static enum err add_change(struct arena *mem, struct placing *p, const struct change *c)
{
    struct change *all = arena_take(mem, (p->changes.len + 1) * sizeof *all);
    if (all == NULL) return ERR_NOMEM;
    if (p->changes.len) memcpy(all, p->changes.ptr, p->changes.len * sizeof *all);
    all[p->changes.len] = *c;
    p->changes = (struct changes){all, p->changes.len + 1};
    return OK;
}

/* Moves the members of `from` under `into`, one at a time (the store forgets a cursor with every write); their keys into `docs`,
 * all but that of document `now`, which is being judged and gets the story that it ends in. */
static enum err move_members(struct stories *s, struct arena *mem, uint32_t from, uint32_t into, uint32_t now, struct slices *docs, size_t room)
{
    struct number_key k;
    struct slice key, v, name;
    enum err e;
    while ((e = index_seek(s->index, TABLE_MEMBER, index_pair(from, 0, &k), &key, &v)) == OK && index_numbered(key, 0) == from) {
        uint32_t number = index_numbered(key, 4);
        if (number != now) {
            if (docs->len == room) return ERR_IO; /* more members than the record counts */
            e = index_get(s->index, TABLE_JUDGED, index_number(number, &k), &v);
            if (e == OK) e = get_judged_key(v, &name);
            if (e != OK) return ERR_IO;
            docs->ptr[docs->len] = arena_copy(mem, name);
            if (docs->ptr[docs->len++].ptr == NULL) return ERR_NOMEM;
        }
        e = index_drop(s->index, TABLE_MEMBER, index_pair(from, number, &k));
        if (e == OK) e = add_member(s, into, number);
        if (e != OK) return e;
    }
    return e == ERR_MISSING ? OK : e;
}

/* `b` ends in `a`. */
static enum err merge(struct stories *s, struct arena *mem, uint32_t now, uint32_t story_a, struct story_record *a, uint32_t story_b,
    struct story_record *b, double link, struct placing *p)
{
    struct change c = {.op = CHANGE_MERGE, .story = story_name(mem, story_b), .into = story_name(mem, story_a),
        .storyline = storyline_name(mem, a->storyline), .docs = {arena_array(mem, b->members, sizeof(struct slice)), 0}};
    struct slice *why = arena_take(mem, sizeof *why);
    if (c.docs.ptr == NULL || why == NULL) return ERR_NOMEM;
    *why = arena_printf(mem, "linked: members of both agree by %.2f", link);
    c.reasons = (struct slices){why, 1};
    enum err e = move_members(s, mem, story_b, story_a, now, &c.docs, b->members);
    for (size_t i = 0; e == OK && i < b->n_terms; i++) {
        e = postings_drop(s->postings, b->term[i], story_b);
        if (e == OK) e = post_term(s, story_a, a, b->term[i]);
    }
    if (e != OK) return e;
    for (size_t i = 0; i < b->n_representatives; i++) story_add_representative(a, b->representative[i]);
    a->weight += b->weight;
    a->members += b->members;
    story_add_time(a, b->first);
    story_add_time(a, b->last);
    b->into = story_a;
    b->n_terms = b->n_representatives = 0;
    b->clock = s->counters->clock;
    e = write_story(s, story_a, a, false);
    if (e == OK) e = write_story(s, story_b, b, false);
    return e == OK ? add_change(mem, p, &c) : e;
}

/* The story that the text has just joined, read at the first try, and another candidate: one story, now that there is more of it? */
static enum err try_merge(struct stories *s, struct arena *mem, uint32_t now, struct candidate *mine, const struct candidate *other, struct placing *p)
{
    bool vetoed;
    enum err e = mine->n == 0 ? read_members(s, mem, mine, 0) : OK;
    if (e != OK) return e;
    double link = link_between(mine, other, &vetoed), least = merge_link[is_title(&mine->member[0]->vector)];
    if (mine->record.weight <= FRAGMENT || other->record.weight <= FRAGMENT) least -= FRAGMENT_LINK;
    if (vetoed || link < least || other->record.members > MERGE_MOST || mine->record.members > MERGE_MOST) return OK;
    struct story_record theirs = other->record;
    bool older = other->record.members != mine->record.members ? other->record.members > mine->record.members : other->story < mine->story;
    if (!older) return merge(s, mem, now, mine->story, &mine->record, other->story, &theirs, link, p);
    e = merge(s, mem, now, other->story, &theirs, mine->story, &mine->record, link, p);
    p->story = other->story;
    p->storyline = theirs.storyline;
    return e;
}

/* --- placing --- */

static int by_link(const void *a, const void *b)
{
    const struct candidate *const *x = a, *const *y = b;
    if ((*x)->link != (*y)->link) return (*x)->link > (*y)->link ? -1 : 1;
    return (*x)->story < (*y)->story ? -1 : (*x)->story > (*y)->story;
}

static enum err gather(struct stories *s, struct arena *mem, const struct telling *t, struct candidate *list[CANDIDATES], size_t *n)
{
    struct weighed best[CANDIDATES];
    struct link_text text;
    size_t found = look_up(s, t->vector, best);
    link_begin(t->vector, &text);
    *n = 0;
    for (size_t i = 0; i < found; i++) {
        struct candidate *c = arena_take(mem, sizeof *c);
        if (c == NULL) return ERR_NOMEM;
        enum err e = read_candidate(s, mem, best[i].id, &text, t, c);
        if (e == ERR_MISSING) continue;
        if (e != OK) return e;
        judge(c, t);
        list[(*n)++] = c;
    }
    qsort(list, *n, sizeof *list, by_link);
    return OK;
}

static enum err give_reasons(struct arena *mem, const struct telling *t, const struct candidate *with, const struct candidate *vetoed,
    struct placing *p)
{
    struct reasons r;
    reasons_begin(&r, mem);
    if (with) {
        const struct member *nearest = with->member[0];
        double most = -1;
        for (size_t i = 0; i < with->n; i++) {
            if (with->links[i] <= most) continue;
            most = with->links[i];
            nearest = with->member[i];
        }
        reasons_terms(&r, t->text, t->words, t->vector, &nearest->vector);
        for (size_t i = 0; i < with->n; i++)
            if (reasons_slots(&r, t->slots, &with->member[i]->slots)) break;
        reasons_time(&r, t->time.published, nearest->time.published);
    }
    if (vetoed) reasons_veto(&r, story_name(mem, vetoed->story), vetoed->veto, t->slots, &vetoed->against->slots);
    return reasons_end(&r, &p->reasons);
}

/* Enough of a link; or, for a short text without a date, which gives little to go by, one with no rival. */
static bool joins(struct candidate *const list[CANDIDATES], size_t n, size_t i, const struct telling *t)
{
    if (list[i]->link >= join_link[is_title(t->vector)]) return true;
    if (is_title(t->vector) || t->vector->words >= ALONE_WORDS || t->time.published || list[i]->link < ALONE_LINK) return false;
    for (size_t k = 0; k < n; k++)
        if (k != i && list[k]->veto == VETO_NONE && list[k]->link > ALONE_SHARE * list[i]->link) return false;
    return true;
}

enum err stories_place(struct stories *s, struct arena *mem, const struct telling *t, struct placing *p)
{
    struct candidate *list[CANDIDATES], *best = NULL, *related = NULL, *vetoed = NULL;
    size_t n;
    *p = (struct placing){.similarity = NAN};
    enum err e = gather(s, mem, t, list, &n);
    if (e != OK) return e;
    for (size_t i = 0; i < n; i++) {
        if (related == NULL && list[i]->link >= RELATE_LINK) related = list[i];
        if (list[i]->veto != VETO_NONE) {
            if (vetoed == NULL && list[i]->link >= RELATE_LINK) vetoed = list[i];
        } else if (best == NULL && joins(list, n, i, t)) {
            best = list[i];
        }
    }
    if (best == NULL) {
        e = open_story(s, t, related ? related->record.storyline : 0, p);
        return e == OK ? give_reasons(mem, t, related, vetoed, p) : e;
    }
    p->story = best->story;
    p->storyline = best->record.storyline;
    p->similarity = best->link;
    struct candidate mine = {.story = best->story, .record = best->record};
    e = join(s, t, mine.story, &mine.record, false);
    if (e == OK) e = give_reasons(mem, t, best, vetoed, p);
    for (size_t i = 0, tries = 0; e == OK && i < n && tries < MERGE_TRIES && p->changes.len == 0; i++) {
        if (list[i] == best || list[i]->veto != VETO_NONE || list[i]->link < MERGE_TRY) continue;
        e = try_merge(s, mem, t->number, &mine, list[i], p);
        tries++;
    }
    return e;
}

enum err stories_follow(struct stories *s, struct arena *mem, const struct telling *t, uint32_t story, struct placing *p)
{
    struct story_record r;
    uint32_t now;
    enum err e = stories_find(s, story, &now, &r);
    if (e == ERR_MISSING) return stories_place(s, mem, t, p); /* closed long ago */
    if (e != OK) return e;
    *p = (struct placing){.story = now, .storyline = r.storyline, .similarity = 1};
    return join(s, t, now, &r, true);
}

/* --- the periodic pass --- */

static enum err close_story(struct stories *s, struct arena *mem, uint32_t story, const struct story_record *r, struct placing *p)
{
    struct number_key k;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < r->n_terms; i++) e = postings_drop(s->postings, r->term[i], story);
    if (e == OK) e = index_drop(s->index, TABLE_STORY, index_number(story, &k));
    if (e != OK || r->into != 0) return e;
    struct change c = {.op = CHANGE_CLOSE, .story = story_name(mem, story)};
    return c.story.ptr ? add_change(mem, p, &c) : ERR_NOMEM;
}

enum err stories_close_silent(struct stories *s, struct arena *mem, uint32_t minutes, struct placing *p)
{
    enum { LOOKS = 64 };
    for (int i = 0; i < LOOKS; i++) {
        struct number_key k;
        struct slice key, v;
        struct story_record r;
        enum err e = index_seek(s->index, TABLE_STORY, index_number(s->counters->closing, &k), &key, &v);
        if (e == ERR_MISSING) {
            s->counters->closing = 0;
            return OK;
        }
        if (e != OK || get_story(v, &r) != OK) return ERR_IO;
        uint32_t story = index_numbered(key, 0);
        s->counters->closing = story + 1;
        if (story == p->story || s->counters->clock - (r.clock ? r.clock : s->counters->began) <= minutes) continue;
        e = close_story(s, mem, story, &r, p);
        if (e != OK) return e;
    }
    return OK;
}

struct loading {
    struct posted *all;
    size_t n, room;
};

static enum err load_story(void *self, struct slice key, struct slice value)
{
    struct loading *l = self;
    struct story_record r;
    if (get_story(value, &r) != OK) return ERR_MALFORMED;
    if (l->n + STORY_TERMS > l->room) {
        struct posted *wide = realloc(l->all, (l->room * 2 + 4096) * sizeof *wide);
        if (wide == NULL) return ERR_NOMEM;
        l->all = wide;
        l->room = l->room * 2 + 4096;
    }
    for (size_t i = 0; i < r.n_terms; i++) l->all[l->n++] = (struct posted){r.term[i], index_numbered(key, 0)};
    return OK;
}

enum err stories_load(struct stories *s)
{
    struct loading l = {0};
    enum err e = index_walk(s->index, TABLE_STORY, SLICE(""), load_story, &l);
    if (e == OK && l.n) e = postings_load(s->postings, l.all, l.n);
    free(l.all);
    return e;
}
