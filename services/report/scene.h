/* scene.h - what the judgement's parts share while one view is built; not for others. */
#ifndef WD_SCENE_H
#define WD_SCENE_H

#include "identity.h"
#include "slots.h"

struct scene {
    struct accounts story;
    struct neighbours others;
    struct known_names known;
    struct arena *mem;
    struct lexicon lex;
    struct reading *readings; /* the story's first, then the neighbours' */
    size_t n_readings, n_own;
    struct values *values;    /* one per reading */
    uint32_t *source;         /* per reading: the reading whose source it shares; itself when independent */
    uint32_t **actor;         /* per own reading: actor index of each of its entities, or UINT32_MAX */
    uint32_t *read_as;        /* per account of the story: its reading, or UINT32_MAX */
    uint32_t *kinds;          /* per lemma: which kinds of event it names, a bit each */
    uint32_t *keys;           /* hash table of the accounts by key: index + 1, 0 when free */
    size_t keys_mask;
    struct story_view *out;
    struct story_view *near;  /* per neighbour that is looked at: its actors and event, nothing else */
};

/* Lists that grow in an arena: doubles, the old block is left to the arena. */
enum err grow(struct arena *mem, void **ptr, size_t len, size_t *cap, size_t size) MUST_CHECK;

struct cite cite_of(const struct reading *r, uint32_t b, uint32_t e);
enum err cites_add(struct arena *mem, struct cites *c, struct cite cite) MUST_CHECK; /* once each; few */
int cite_cmp(const void *a, const void *b); /* by story, account, b, e */
bool cite_eq(struct cite a, struct cite b);

/* True when two own or foreign readings are no copies of one source. */
static inline bool apart(const struct scene *s, uint32_t a, uint32_t b)
{
    return s->source[a] != s->source[b];
}

/* True when their values may clash: two sources, or two outlets of which one has no more of the other than a sentence or two. */
bool may_clash(const struct scene *s, uint32_t a, uint32_t b);

/* Distinct sources and accounts among cites. */
void count_sources(const struct scene *s, struct cites c, uint32_t *accounts, uint32_t *independent);
/* The reading that a cite is of. */
uint32_t reading_of(const struct scene *s, struct cite c);

/* The account of the story that has this key, or UINT32_MAX. */
uint32_t account_keyed(const struct scene *s, struct slice key);
/* The sentence of a cite, as a cite; the cite itself when no sentence holds it. */
struct cite cite_sentence(const struct reading *r, uint32_t b, uint32_t e);
/* The words of a cite. */
struct slice cite_text(const struct scene *s, struct cite c);
/* True for a sentence of the title, of the byline behind it, or of the three after them. */
bool in_lead(const struct reading *r, uint32_t sentence);
/* True when two names are one after folding: St. Petersburg, Saint Petersburg. */
bool same_name(struct scene *s, struct slice a, struct slice b);
/* True when word w is one for the story's event: needs s->out->event.type. */
bool event_word(const struct scene *s, const struct reading *r, uint32_t w);
/* True for the weekday in "Black Friday". */
bool day_of_name(const struct scene *s, const struct reading *r, uint32_t w);

/* The event is of a kind of several acts that are not one another: to arrest and to charge, to sign and to repeal. */
bool event_mixed(const struct scene *s);

/* Reads what s->story and s->others name (story, others, known, mem and out are set). ERR_NOMEM; ERR_EMPTY when no account has a text. */
enum err scene_begin(struct scene *s) MUST_CHECK;

/* Steps, in the order that view.c calls them. Each fills its part of s->out. ERR_NOMEM. */
enum err find_sources(struct scene *s) MUST_CHECK;    /* who copies whom: source[], parts */
enum err find_actors(struct scene *s) MUST_CHECK;     /* registry, roles of persons, salience */
enum err find_quotes(struct scene *s) MUST_CHECK;     /* joined quotes */
enum err event_facts(struct scene *s) MUST_CHECK;     /* the agreed parts of the event, first in facts; 16 rooms are there */
enum err find_facts(struct scene *s) MUST_CHECK;      /* agreement and numeric conflicts */
enum err drop_disputed(struct scene *s) MUST_CHECK;   /* takes out of facts what a conflict is about; after all that find conflicts */
enum err find_neighbours(struct scene *s) MUST_CHECK; /* actors and event of the other stories */
enum err find_states(struct scene *s) MUST_CHECK;     /* war year, former title, nth meeting */
enum err find_differences(struct scene *s) MUST_CHECK; /* titles, wording, unnamed speakers */
enum err find_statements(struct scene *s) MUST_CHECK; /* both report */
enum err find_event(struct scene *s) MUST_CHECK;      /* what, where, when, how long, who */
enum err find_headline(struct scene *s) MUST_CHECK;
enum err find_summary(struct scene *s) MUST_CHECK;
enum err find_timeline(struct scene *s) MUST_CHECK;
enum err find_only(struct scene *s) MUST_CHECK;
enum err find_relations(struct scene *s) MUST_CHECK;
enum err find_parts(struct scene *s) MUST_CHECK;      /* roles of the accounts and what each adds */

/* Adds a conflict; at most VIEW_CONFLICTS_MAX, later ones are dropped. Completes counts and majority. */
enum err conflict_add(struct scene *s, struct conflict_view c) MUST_CHECK;
/* The first entity of the type (ENTITY_NONE: of any) of which a mention meets bytes [b, e) of the reading, or UINT32_MAX. */
uint32_t entity_at(const struct reading *r, enum entity_type type, uint32_t b, uint32_t e);
/* The actor that a mention at byte b of own reading `r` belongs to, or UINT32_MAX. */
uint32_t actor_at(const struct scene *s, uint32_t r, uint32_t b, uint32_t e);
/* The actor that bears this name or alias, or UINT32_MAX. */
uint32_t actor_named(const struct scene *s, struct slice name);

#endif
