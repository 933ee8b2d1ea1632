/* who.c - groups mentions: by the world's facts, full name and surname, acronym and expansion, and otherwise by the words. */
#include "who.h"

#include <math.h>

/* A map from hashes to members; a full map takes no more. */
struct map {
    struct { uint64_t key; uint32_t value; } *slot;
    size_t mask;
};

struct grouping {
    const struct world *world;
    const struct tokens *t;
    struct names *names;
    struct cast *cast;
    struct map by_text;   /* class and words -> member */
    struct map by_fact;   /* fact -> member */
    struct map full;      /* given and family -> member */
    struct map latest;    /* family -> the member last named in full, while going through the text */
    struct map first;     /* family -> the member first named in full, anywhere in the text */
    struct map given;     /* given -> the member first named in full */
    struct map acronym;   /* capitals of an organization's words -> its first name */
};

enum { NOBODY = UINT32_MAX };

static bool map_make(struct map *m, struct arena *mem, size_t most)
{
    size_t slots = 16;
    while (slots < most * 2) slots *= 2;
    m->mask = slots - 1;
    m->slot = arena_array(mem, slots, sizeof *m->slot);
    return m->slot != NULL;
}

static uint32_t *map_at(struct map *m, uint64_t key, bool add)
{
    if (key == 0) key = 1;
    size_t i = (key ^ key >> 32) & m->mask;
    while (m->slot[i].key != 0 && m->slot[i].key != key) i = (i + 1) & m->mask;
    if (m->slot[i].key == 0) {
        if (!add) return NULL;
        m->slot[i].key = key;
        m->slot[i].value = NOBODY;
    }
    return &m->slot[i].value;
}

static uint32_t map_get(struct map *m, uint64_t key)
{
    const uint32_t *v = map_at(m, key, false);
    return v == NULL ? NOBODY : *v;
}

/* --- the words of a name that count --- */

struct words {
    size_t first, end; /* without titles, 's and Jr. */
    size_t family;     /* where the family's name begins: a hyphenated one is several tokens */
};

static bool is_possessive(const struct tokens *t, size_t i)
{
    struct slice s = token_text(t, i);
    return slice_eq(s, SLICE("'s")) || slice_eq(s, SLICE("’s"));
}

static struct words words_of(const struct tokens *t, const struct name *n)
{
    struct words w = {n->first, n->end, 0};
    while (w.end > w.first + 1 && is_possessive(t, w.end - 1)) w.end--;
    if (n->type == ENTITY_PERSON) {
        while (w.end > w.first + 1 && (slice_eq(token_text(t, w.end - 1), SLICE("Jr.")) || slice_eq(token_text(t, w.end - 1), SLICE("Sr.")))) w.end--;
        while (w.first + 1 < w.end && token_in(t, w.first, WORD_TITLE)) w.first++;
    } else if (w.first + 1 < w.end && slice_eq_nocase(token_text(t, w.first), SLICE("the"))) w.first++;
    w.family = w.end - 1;
    while (w.family >= w.first + 2 && (t->ptr[w.family - 1].kind & TOKEN_DASH) && (t->ptr[w.family].kind & TOKEN_GLUED)) w.family -= 2;
    return w;
}

static uint64_t range(const struct tokens *t, size_t first, size_t end)
{
    uint64_t h = WORLD_SEED;
    for (size_t i = first; i < end; i++) h = world_mix(h, t->ptr[i].exact);
    return h;
}

static struct slice words_text(const struct tokens *t, struct words w)
{
    return slice_cut(t->text, t->ptr[w.first].b, t->ptr[w.end - 1].e);
}

static bool is_full(struct words w)
{
    return w.family > w.first;
}

static enum gender gender_near(const struct tokens *t, struct words w, const struct name *n)
{
    size_t from = n->first >= 3 ? n->first - 3 : 0;
    uint32_t seen = 0;
    if (is_full(w)) seen |= t->ptr[w.first].word;
    for (size_t i = n->first; i-- > from && !(t->ptr[i + 1].kind & TOKEN_FIRST);) {
        if (!(t->ptr[i].word & (WORD_TITLE | WORD_ROLE)) ) break;
        seen |= t->ptr[i].word;
    }
    if (n->first != w.first) seen |= t->ptr[n->first].word;
    return seen & WORD_FEMALE ? GENDER_FEMALE : seen & WORD_MALE ? GENDER_MALE : GENDER_UNKNOWN;
}

/* --- members --- */

static uint32_t member_new(struct grouping *g, struct slice name, enum entity_type type)
{
    g->cast->ptr[g->cast->len] = (struct member){.name = name, .type = type};
    return (uint32_t)g->cast->len++;
}

static bool fits_fact(const struct world *w, const struct name *n)
{
    if (n->alias == NULL) return false;
    enum entity_type type = world_fact(w, n->alias->fact)->type;
    if (n->alias->kind == ALIAS_DEMONYM) return n->type != ENTITY_PERSON;
    return type == ENTITY_PERSON ? n->type == ENTITY_PERSON && n->alias->kind == ALIAS_NAME : n->type != ENTITY_PERSON;
}

static uint32_t member_of_fact(struct grouping *g, uint32_t fact)
{
    uint32_t *at = map_at(&g->by_fact, fact + 1, true);
    if (*at == NOBODY) {
        const struct fact *f = world_fact(g->world, fact);
        *at = member_new(g, slice_of(f->name), f->type);
        g->cast->ptr[*at].fact = f;
    }
    return *at;
}

static uint64_t text_key(const struct tokens *t, const struct name *n, struct words w)
{
    return world_mix(range(t, w.first, w.end), n->type == ENTITY_PERSON ? 1 : 2);
}

static uint32_t member_of_text(struct grouping *g, const struct name *n, struct words w)
{
    uint32_t *at = map_at(&g->by_text, text_key(g->t, n, w), true);
    if (*at == NOBODY) *at = member_new(g, words_text(g->t, w), n->type);
    return *at;
}

/* --- persons --- */

static uint64_t full_key(const struct tokens *t, struct words w)
{
    return world_mix(t->ptr[w.first].exact, range(t, w.family, w.end));
}

static uint32_t full_person(struct grouping *g, const struct name *n, struct words w)
{
    uint32_t *at = map_at(&g->full, full_key(g->t, w), true);
    if (*at == NOBODY) *at = fits_fact(g->world, n) ? member_of_fact(g, n->alias->fact) : member_of_text(g, n, w);
    struct member *m = &g->cast->ptr[*at];
    m->given = g->t->ptr[w.first].exact;
    m->family = range(g->t, w.family, w.end);
    struct slice text = words_text(g->t, w);
    if (m->fact == NULL && text.len > m->name.len) m->name = text;
    return *at;
}

static bool named_with_title(const struct tokens *t, const struct name *n, struct words w)
{
    return w.first > n->first || (n->first > 0 && token_in(t, n->first - 1, WORD_TITLE));
}

static uint32_t surname_person(struct grouping *g, const struct name *n, struct words w)
{
    uint64_t family = range(g->t, w.family, w.end);
    uint32_t near = map_get(&g->latest, family);
    if (near == NOBODY) near = map_get(&g->first, family);
    const struct alias *a = n->alias;
    bool known = a != NULL && a->kind == ALIAS_SURNAME && a->only && world_fact(g->world, a->fact)->type == ENTITY_PERSON;
    if (known && (near == NOBODY || (named_with_title(g->t, n, w) && g->cast->ptr[near].fact == NULL))) return member_of_fact(g, a->fact);
    if (near == NOBODY) near = map_get(&g->given, g->t->ptr[w.first].exact);
    return near != NOBODY ? near : member_of_text(g, n, w);
}

static void learn_full_names(struct grouping *g)
{
    for (size_t i = 0; i < g->names->len; i++) {
        struct name *n = &g->names->ptr[i];
        struct words w = words_of(g->t, n);
        if (n->type == ENTITY_PERSON && is_full(w) && n->known.ptr == NULL) {
            uint32_t m = full_person(g, n, w);
            uint32_t *first = map_at(&g->first, range(g->t, w.family, w.end), true);
            uint32_t *given = map_at(&g->given, g->t->ptr[w.first].exact, true);
            if (*first == NOBODY) *first = m;
            if (*given == NOBODY) *given = m;
        }
    }
}

static uint32_t person(struct grouping *g, const struct name *n, struct words w)
{
    if (!is_full(w)) return surname_person(g, n, w);
    uint32_t m = full_person(g, n, w);
    *map_at(&g->latest, range(g->t, w.family, w.end), true) = m;
    return m;
}

/* --- acronyms --- */

/* Hash of the capitals that begin the words [first, end), as token.exact would have them; 0 with fewer than two. */
static uint64_t initials(const struct tokens *t, size_t first, size_t end)
{
    char letters[16];
    size_t n = 0;
    for (size_t i = first; i < end && n < sizeof letters; i++) {
        char c = t->text.ptr[t->ptr[i].b];
        if ((t->ptr[i].kind & TOKEN_UPPER) && c >= 'A' && c <= 'Z') letters[n++] = c;
    }
    return n >= 2 ? hash_exact((struct slice){letters, n}) : 0;
}

static void learn_acronyms(struct grouping *g)
{
    for (size_t i = 0; i < g->names->len; i++) {
        const struct name *n = &g->names->ptr[i];
        if (n->type == ENTITY_PERSON || n->end - n->first < 2) continue;
        struct words w = words_of(g->t, n);
        uint64_t key = initials(g->t, w.first, w.end);
        if (key == 0) continue;
        uint32_t *at = map_at(&g->acronym, key, true);
        if (*at == NOBODY) *at = (uint32_t)i;
    }
}

static uint32_t thing(struct grouping *g, const struct name *n, struct words w)
{
    if (fits_fact(g->world, n)) return member_of_fact(g, n->alias->fact);
    if (w.end - w.first == 1 && (g->t->ptr[w.first].kind & TOKEN_CAPITALS)) {
        uint32_t i = map_get(&g->acronym, g->t->ptr[w.first].exact);
        if (i != NOBODY) {
            const struct name *whole = &g->names->ptr[i];
            uint32_t m = fits_fact(g->world, whole) ? member_of_fact(g, whole->alias->fact) : member_of_text(g, whole, words_of(g->t, whole));
            *map_at(&g->by_text, text_key(g->t, n, w), true) = m;
            return m;
        }
    }
    return member_of_text(g, n, w);
}

/* Members in the order of their first mentions. */
static enum err in_order(struct grouping *g, struct arena *mem)
{
    uint32_t *at = arena_array(mem, g->cast->len, sizeof *at);
    struct member *sorted = arena_array(mem, g->cast->len, sizeof *sorted);
    size_t n = 0;
    if (at == NULL || sorted == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < g->names->len; i++) {
        uint32_t old = g->names->ptr[i].entity;
        if (at[old] == 0) {
            sorted[n++] = g->cast->ptr[old];
            at[old] = (uint32_t)n;
        }
        g->names->ptr[i].entity = at[old] - 1;
    }
    g->cast->ptr = sorted;
    g->cast->len = n;
    return OK;
}

static uint32_t listed(struct grouping *g, const struct name *n)
{
    uint32_t *at = map_at(&g->by_text, world_mix(hash_exact(n->known), 3), true);
    if (*at == NOBODY) *at = member_new(g, n->known, n->type);
    return *at;
}

enum err who(const struct world *w, struct arena *mem, const struct tokens *t, struct names *names, struct cast *cast)
{
    struct grouping g = {.world = w, .t = t, .names = names, .cast = cast};
    struct map *maps[] = {&g.by_text, &g.by_fact, &g.full, &g.latest, &g.first, &g.given, &g.acronym};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        if (!map_make(maps[i], mem, 2 * names->len + 1)) return ERR_NOMEM;
    *cast = (struct cast){arena_array(mem, 2 * names->len + 1, sizeof *cast->ptr), 0};
    if (cast->ptr == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < names->len; i++)
        if (names->ptr[i].alias == NULL) names->ptr[i].alias = world_find(w, t, names->ptr[i].first, names->ptr[i].end);
    learn_full_names(&g);
    learn_acronyms(&g);
    for (size_t i = 0; i < names->len; i++) {
        struct name *n = &names->ptr[i];
        struct words words = words_of(t, n);
        n->entity = n->known.ptr != NULL ? listed(&g, n) : n->type == ENTITY_PERSON ? person(&g, n, words) : thing(&g, n, words);
        struct member *m = &cast->ptr[n->entity];
        m->mentions++;
        if (m->gender == GENDER_UNKNOWN && m->type == ENTITY_PERSON) m->gender = gender_near(t, words, n);
    }
    return in_order(&g, mem);
}

/* --- what the document gets --- */

/* Capitalised words that go before a role: "Special Envoy", "Foreign Minister". */
static bool qualifies(struct slice s)
{
    static const char *const words[] = {"special", "foreign", "prime", "vice", "deputy", "acting", "former", "senior", "chief", "press", "interior", "finance",
                                        "defense", "defence", "health", "first", "executive", "managing", "assistant", "associate", "national", "general"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_eq_nocase(s, slice_of(words[i]))) return true;
    return false;
}

/* The role phrase right before a person: "special envoy", "Kremlin spokesman" without the name in it. */
static struct span role_before(const struct tokens *t, size_t first)
{
    size_t b = first;
    while (b > 0 && !(t->ptr[b].kind & TOKEN_FIRST) && first - b < 6) {
        const struct token *k = &t->ptr[b - 1];
        bool word = (k->kind & TOKEN_WORD) && !(k->kind & TOKEN_GLUED) && !(k->word & (WORD_FUNCTION | WORD_SAY | WORD_AUXILIARY));
        if (!word || ((k->kind & TOKEN_UPPER) && !(k->word & (WORD_TITLE | WORD_ROLE)) && !qualifies(token_text(t, b - 1)))) break;
        b--;
    }
    if (b == first || !token_in(t, first - 1, WORD_TITLE | WORD_ROLE)) return (struct span){0, 0};
    return (struct span){t->ptr[b].b, t->ptr[first - 1].e};
}

static bool role_word(const struct token *k)
{
    return (k->kind & TOKEN_WORD) && !(k->word & (WORD_FUNCTION | WORD_SAY | WORD_AUXILIARY | WORD_SUBORDINATE)) && !(k->kind & TOKEN_UPPER);
}

/* The one behind it: "Raymond, a political analyst at" gives "political analyst"; "Berg, the county's chief engineer" gives "chief engineer". */
static struct span role_after(const struct tokens *t, size_t end)
{
    size_t i = end + 1, b;
    bool role = false;
    if (!token_is(t, end, ',') || i >= t->len || (t->ptr[end].kind & TOKEN_FIRST)) return (struct span){0, 0};
    if (token_in(t, i, WORD_DETERMINER)) i++;
    b = i;
    for (; i < t->len && i < b + 6 && !(t->ptr[i].kind & TOKEN_FIRST); i++) {
        if (is_possessive(t, i) && !role) {
            b = i + 1;
            continue;
        }
        bool owner = i + 1 < t->len && is_possessive(t, i + 1);
        if (!role_word(&t->ptr[i]) && !(owner && (t->ptr[i].kind & TOKEN_WORD))) break;
        role = role || (t->ptr[i].word & (WORD_ROLE | WORD_TITLE)) != 0;
    }
    return role && i > b ? (struct span){t->ptr[b].b, t->ptr[i - 1].e} : (struct span){0, 0};
}

static void add_roles(const struct tokens *t, const struct name *n, struct entity *e)
{
    struct span before = role_before(t, n->first), after = role_after(t, n->end);
    if (!span_empty(before)) e->roles.ptr[e->roles.len++] = before;
    if (!span_empty(after)) e->roles.ptr[e->roles.len++] = after;
}

enum err who_entities(struct arena *mem, const struct tokens *t, const struct names *names, const struct cast *cast, struct entities *out)
{
    *out = (struct entities){arena_array(mem, cast->len, sizeof *out->ptr), cast->len};
    struct mention *mentions = arena_array(mem, names->len, sizeof *mentions);
    struct span *roles = arena_array(mem, names->len * 2, sizeof *roles);
    if (out->ptr == NULL || mentions == NULL || roles == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < cast->len; i++) {
        out->ptr[i] = (struct entity){.name = cast->ptr[i].name, .type = cast->ptr[i].type, .mentions = {mentions, 0}, .roles = {roles, 0}};
        mentions += cast->ptr[i].mentions;
        roles += (size_t)2 * cast->ptr[i].mentions;
    }
    for (size_t i = 0; i < names->len; i++) {
        const struct name *n = &names->ptr[i];
        struct entity *e = &out->ptr[n->entity];
        e->mentions.ptr[e->mentions.len++] = (struct mention){t->ptr[n->first].b, t->ptr[n->end - 1].e,
                                                              n->type == e->type ? ENTITY_NONE : n->type, round((double)n->score * 1000) / 1000};
        if (e->type == ENTITY_PERSON && e->roles.len < 16) add_roles(t, n, e);
    }
    return OK;
}
