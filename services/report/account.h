/* account.h - what the articles of one story say together: the pure judgement of the report stage.
 *
 * story_view_build() takes a story's accounts (one account = one article) and gives back everything that a story line, a
 * page or the tail shows: who, what, when, where; what independent accounts agree on and where they clash; who repeats
 * whom; which quotes are one utterance; a summary in the sources' own sentences. It has no clock, reads and writes
 * nothing, and gives the same view for the same accounts in the same order.
 *
 * Every shown text is a cite: bytes of one account's `text`, copied verbatim. Names of entities and normal forms of
 * values (PT5H, 4) are the only words that are not.
 *
 * Cost: at most VIEW_READ_MAX accounts are read, the others are counted (see account_choose). Of each text the first
 * VIEW_TEXT_MAX bytes are read. So one call is bounded however large the story: about a quarter of a second at the very
 * worst (48 articles of 64 KiB that all differ), a millisecond for three articles. */
#ifndef WD_ACCOUNT_H
#define WD_ACCOUNT_H

#include "../../proto/doc.h"

enum {
    VIEW_READ_MAX = 48,           /* accounts of a story that are read and compared */
    VIEW_NEIGHBOURS_MAX = 12,     /* other stories of the storyline that are looked at */
    VIEW_NEIGHBOUR_READ_MAX = 6,  /* accounts of each of those */
    VIEW_TEXT_MAX = 64 << 10,     /* bytes of a text that are read */
    VIEW_SUMMARY_MAX = 3,         /* sentences of a summary: with five, one in three stories told something twice */
    VIEW_ENTITIES_MAX = 40,       /* entities shown, by salience */
    VIEW_FACTS_MAX = 60,
    VIEW_STATEMENTS_MAX = 20,
    VIEW_CONFLICTS_MAX = 40,
    VIEW_ONLY_MAX = 30,
    VIEW_TIMELINE_MAX = 30,
    VIEW_QUOTES_MAX = 60,
    VIEW_ADDS_MAX = 6,            /* things that are named as one article's contribution */
};

/* --- what goes in --- */

/* The fields that have to be decoded in the doc of an account that is read; all may be absent but key and text. */
#define ACCOUNT_FIELDS \
    (DOC_BIT(DOC_KEY) | DOC_BIT(DOC_ACCEPTED) | DOC_BIT(DOC_NAME) | DOC_BIT(DOC_TEXT) | DOC_BIT(DOC_TITLE) | DOC_BIT(DOC_TITLE_BASIS) | \
     DOC_BIT(DOC_STANDFIRST) | DOC_BIT(DOC_BODY) | DOC_BIT(DOC_STUB) | DOC_BIT(DOC_SENTENCES) | DOC_BIT(DOC_OUTLET) | DOC_BIT(DOC_URL) | \
     DOC_BIT(DOC_PUBLISHED) | DOC_BIT(DOC_LANG) | DOC_BIT(DOC_ENTITIES) | DOC_BIT(DOC_QUOTES) | DOC_BIT(DOC_TIMES) | \
     DOC_BIT(DOC_QUANTITIES) | DOC_BIT(DOC_VERDICT) | DOC_BIT(DOC_SHARED))

struct account {
    const struct doc *doc;     /* with ACCOUNT_FIELDS decoded; NULL: the account is counted but not read */
    struct slice key;          /* the document's key */
    struct slice outlet;       /* empty when unknown */
    enum verdict_kind verdict; /* of dedup; VERDICT_NONE counts as original */
    struct slice of;           /* the key that the verdict names, or empty */
};

struct accounts {
    const struct account *ptr; /* in order of arrival (ledger seq): the order that every index below means */
    size_t len;
};

/* Which accounts of a long story to load: sets pick[i] for at most VIEW_READ_MAX of them. Copies (exact, near, syndicated, contained
 * ones whose original is in the story too) come last; of the others the first third of the room goes to the earliest, the rest to the latest. Looks only
 * at verdict, of and key, so it can be asked with doc == NULL everywhere. */
void account_choose(struct accounts story, bool *pick);

struct neighbour { /* another story of the same storyline */
    struct slice id;
    struct accounts accounts; /* those with a doc are read, at most VIEW_NEIGHBOUR_READ_MAX of them (the first) */
};

struct neighbours {
    const struct neighbour *ptr; /* sorted by id: the view depends on the order */
    size_t len;
};

/* Full names that the last days support, for a surname or initials that the story itself leaves open. Sorted by `alias` (a name without
 * titles, as written), at most one row an alias: leave out aliases that several bear. */
struct known_name { struct slice alias, name; };
struct known_names { const struct known_name *ptr; size_t len; };

/* --- what comes out: all in the arena, slices point into it or into the accounts' docs --- */

struct cite {
    uint16_t story;   /* 0: the story itself; i + 1: neighbours.ptr[i] */
    uint32_t account; /* index into that story's accounts */
    uint32_t b, e;    /* bytes of its text; b >= e: none */
};
struct cites { struct cite *ptr; size_t len; };

struct cited { /* a normal form or a name, and where the texts have it; value.ptr NULL: nothing is known */
    struct slice value;
    struct cites cites;
};

enum role { ROLE_NONE = 0, ROLE_LEAD, ROLE_ADDS, ROLE_REPEATS, ROLE_COPY };

struct part { /* one account's part in the story; parts.ptr[i] is about accounts.ptr[i] */
    enum role role;
    bool read;        /* it was compared; false: only counted */
    bool independent; /* counts when agreement is counted */
    uint32_t of;      /* what it copies: index of an account, or UINT32_MAX */
    struct slice why; /* "verdict", "run" (12 or more identical words outside quotes), "coverage" (.85 of the sentences) or absent */
    struct cites adds; /* what it has before all others: quotes, values, people; at most VIEW_ADDS_MAX */
};
struct parts { struct part *ptr; size_t len; };

struct person_role { struct slice role; struct cites cites; }; /* "special envoy" and where; the role as written first */
struct person_roles { struct person_role *ptr; size_t len; };

struct actor { /* an entity of the story under its fullest name */
    struct slice name;
    struct slice id;     /* as identity.h gives it; absent while it is open who that is */
    enum entity_type type;
    double salience;     /* 0 to 1, the first has the highest */
    uint32_t mentions;   /* in the accounts that were read */
    uint32_t accounts;   /* that mention it */
    uint32_t independent;
    bool open;           /* a lone surname that several people bear, or that nothing resolves */
    struct slices aliases; /* other forms met, sorted */
    struct person_roles roles;
    struct cite first;   /* the first mention under the fullest form */
};
struct actors { struct actor *ptr; size_t len; };

/* One account's own entities, resolved: actor[i] is the actor of doc->entities.ptr[i], as an index into actors, or
 * UINT32_MAX (below VIEW_ENTITIES_MAX's cut). len 0 when the account was not read. */
struct resolution { const uint32_t *actor; size_t len; };

struct event_view {
    struct slice type;   /* meeting, attack, election ...; absent when no trigger is shared */
    struct cites type_cites;
    struct cited place, when, duration;
    struct cited *participants; /* value = actor's name */
    size_t participants_len;
};

enum slot {
    SLOT_NONE = 0, SLOT_PLACE, SLOT_WHEN, SLOT_DURATION, SLOT_PARTICIPANT, SLOT_MONEY, SLOT_COUNT, SLOT_PERCENT, SLOT_AGE, SLOT_ORDINAL,
    SLOT_VOTE, SLOT_TOLL, SLOT_WAR_YEAR, SLOT_ROLE, SLOT_QUOTE, SLOT_SAID, SLOT_PERSON, SLOT_NUMBER
};
/* "place", "when", "duration", ... "war_year"; "none". */
const char *slot_name(enum slot s);

struct value_view {
    struct slice value;   /* normal form: 11600000000, PT5H, 4, Saint Petersburg; with "~", ">", "<" before a hedged number */
    struct slice shown;   /* the words of the first cite */
    struct cites cites;   /* every account that has it */
    uint32_t accounts;    /* how many accounts, and of them independent */
    uint32_t independent;
};
struct value_views { struct value_view *ptr; size_t len; };

struct fact_view { /* one value that accounts share; a value of a single account is in `only` */
    enum slot slot;
    struct slice subject;     /* what it is about: a head noun, a name, "money for ...", or empty */
    struct value_views values; /* the first is the agreed one, further ones equal it within rounding or hedges */
    uint32_t independent;     /* accounts that agree */
};
struct facts { struct fact_view *ptr; size_t len; };

struct statement_view { /* both report: sentences of independent accounts that tell the same, shown side by side */
    struct cites cites;     /* at least two, each a sentence, different accounts */
    struct slices shared;   /* the words that tie them, sorted */
};
struct statements { struct statement_view *ptr; size_t len; };

enum level { LEVEL_NONE = 0, LEVEL_CONFLICT, LEVEL_DIFFERENCE, LEVEL_OPEN, LEVEL_UPDATE };
/* "conflict", "difference", "open", "update". */
const char *level_name(enum level l);

struct conflict_view {
    enum level level;
    enum slot slot;
    struct slice subject;
    struct slice id;          /* stable: level-free, made of slot and subject (and the two keys where these do not tell); at most 120 bytes */
    bool across;              /* it spans stories: key it by the storyline, otherwise by the story */
    struct value_views values; /* at least two */
    int32_t majority;         /* index of the value with most independent accounts, or -1 when tied */
    int32_t resolved;         /* index of the value that the texts themselves prove right, or -1 */
    struct slice resolution;  /* one sentence of ours that says how, or absent */
    struct cites evidence;    /* what the resolution rests on */
    struct slice rule;        /* the rule that found it: "numbers", "war_year", "former_title", "nth_meeting", "titles", "wording" ... */
};
struct conflicts { struct conflict_view *ptr; size_t len; };

struct only_view {
    enum slot slot;
    struct slice subject; /* name or head noun */
    struct cite cite;     /* the words */
    struct cite sentence; /* where they stand */
};
struct onlies { struct only_view *ptr; size_t len; };

struct moment_view {
    struct slice value; /* ISO 8601 / TIMEX3; a weekday without a date stays XXXX-WXX-5 */
    struct slice basis; /* text, published, open */
    struct slice order; /* what it sorts by; empty: unplaced, comes last */
    bool planned;       /* the sentence looks ahead */
    struct cite when;   /* the words for the time */
    struct cite sentence;
    struct cites more;  /* other accounts' words for the same time and event */
};
struct timeline { struct moment_view *ptr; size_t len; };

struct wording { /* one token-level difference between a version and the first version */
    struct cite ours, theirs; /* either may be none (words left out) */
    bool loud;                /* a negation, a number or a name is on one side only */
};

struct version {
    struct cite quote;      /* the words */
    uint32_t quote_index;   /* in its doc's quotes; UINT32_MAX: words of the text outside quotation marks */
    struct wording *diffs;  /* against the first version */
    size_t diffs_len;
};

struct quote_view { /* one utterance */
    struct slice speaker;   /* resolved, or empty */
    uint32_t actor;         /* index into actors, or UINT32_MAX */
    struct version *versions; /* at least one; the fullest comes first; several accounts, or one said twice */
    size_t versions_len;
    uint32_t accounts, independent;
    bool same_speaker;      /* false when two versions name different speakers */
    double weight;          /* for choosing which to show: speaker's salience, length, how many accounts */
};
struct quote_views { struct quote_view *ptr; size_t len; };

struct summary_sentence {
    struct cite sentence;
    struct cites also; /* sentences of other accounts that say nearly the same */
};
struct summary { struct summary_sentence *ptr; size_t len; };

struct relation_view { /* to another story of the storyline */
    uint16_t neighbour;   /* index into neighbours */
    struct slice type;    /* "before", "after", "same actors", "planned here" */
    struct slices reasons; /* "people: ...", "place: Moscow, not Saint Petersburg", "duration: ..." */
    struct cites cites;
};
struct relations { struct relation_view *ptr; size_t len; };

struct story_view {
    uint32_t n_articles, n_outlets, n_independent, n_read;
    struct cite headline; /* a title, or the first sentence when none has a title */
    struct parts parts;
    struct event_view event;
    struct actors actors;
    const struct resolution *resolutions; /* one per account */
    struct facts facts;
    struct statements statements;
    struct conflicts conflicts; /* all levels, conflicts first */
    struct onlies only;
    struct timeline timeline;
    struct summary summary;
    struct quote_views quotes;
    struct relations relations;
};

/* Builds the view. `mem` keeps all of it; the docs must live as long. ERR_EMPTY when no account has a doc with text,
 * ERR_NOMEM, ERR_TOO_BIG when there are more than UINT32_MAX - 1 accounts. */
enum err story_view_build(struct accounts story, struct neighbours others, struct known_names known, struct arena *mem, struct story_view *out) MUST_CHECK;

#endif
