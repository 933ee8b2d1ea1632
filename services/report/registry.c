/* registry.c - who is who across the accounts of a story: full names, variants, lone surnames, how much the story is about each. */
#include "identity.h"
#include "roles.h"

#include <stdlib.h>

enum { NO = UINT32_MAX, ACRONYM_MIN = 3 };

struct name { /* an entity's name cut up */
    struct slice full;   /* without titles */
    struct slice first;  /* first word of a person's name; empty for a lone one */
    uint32_t key;        /* lemma of the surname, or of the whole folded name */
    uint32_t initials;   /* of a body's name, or the name itself when it is such initials; 0: none */
    bool person, acronym;
    struct identity who;
};

struct cluster {
    struct name name;     /* the form that most accounts use */
    uint32_t readings, own_readings;
    uint32_t last_reading;
    uint32_t votes[ENTITY_MISC + 1];
    bool open, lone;
    bool spelled; /* initials have joined what they stand for */
    double salience;
    uint32_t actor;
};

struct registry {
    struct scene *s;
    struct cluster *c;
    size_t len, cap;
    uint32_t **of; /* per reading, per entity: cluster */
};

/* --- names --- */

static struct slice first_word(struct slice s, struct slice *rest)
{
    s = slice_trim(s);
    size_t n = 0;
    while (n < s.len && s.ptr[n] != ' ') n++;
    *rest = slice_trim(slice_cut(s, n, s.len));
    return slice_cut(s, 0, n);
}

/* The lemma under which a name that is no person's is met: words folded, "the" dropped, "united states" as u.s. */
static uint32_t folded(struct lexicon *lex, struct slice name)
{
    char key[160];
    size_t n = 0;
    struct slice rest = name;
    while (rest.len > 0) {
        struct slice w = first_word(rest, &rest);
        if (slice_eq_nocase(w, SLICE("the"))) continue;
        if (w.len > 1 && w.ptr[w.len - 1] == '.' && memchr(w.ptr, '.', w.len - 1) == NULL) w.len--;
        uint32_t id = lexicon_id(lex, w);
        struct slice t = lemma_text(lex, id);
        if (n + t.len + 2 > sizeof key) break;
        key[n++] = '_';
        memcpy(key + n, t.ptr, t.len);
        n += t.len;
    }
    struct slice k = {key, n};
    if (slice_eq(k, SLICE("_united_stat")) || slice_eq(k, SLICE("_united_state")) || slice_eq(k, SLICE("_united_states"))) k = SLICE("_u.s");
    if (slice_eq(k, SLICE("_united_nation"))) k = SLICE("_u.n");
    if (slice_eq(k, SLICE("_european_union"))) k = SLICE("_eu");
    if (slice_eq(k, SLICE("_united_kingdom")) || slice_eq(k, SLICE("_britain"))) k = SLICE("_u.k");
    return lexicon_id(lex, k);
}

bool same_name(struct scene *s, struct slice a, struct slice b)
{
    return slice_eq(a, b) || (a.len > 0 && b.len > 0 && folded(&s->lex, a) == folded(&s->lex, b));
}

static struct name cut_name(struct lexicon *lex, const struct entity *e)
{
    struct identity who;
    identity_of(e->name, e->type, &who);
    struct name n = {.who = who, .full = who.person ? who.whole : e->name, .first = who.first, .person = who.person, .acronym = who.acronym};
    n.key = who.person ? lexicon_id(lex, slice_of(who.form)) : folded(lex, e->name);
    if (!who.person && strlen(who.form) >= ACRONYM_MIN) n.initials = lexicon_id(lex, slice_of(who.form));
    return n;
}

static bool compatible(const struct name *a, const struct name *b)
{
    if (a->key != b->key || a->person != b->person) return false;
    if (a->person && !identity_same_middle(&a->who, &b->who)) return false;
    if (!a->person || slice_eq_nocase(a->first, b->first)) return true;
    if (a->first.len == 0 || b->first.len == 0) return false;
    if (identity_initial(a->first) || identity_initial(b->first)) return (a->first.ptr[0] | 32) == (b->first.ptr[0] | 32);
    return identity_same_first(a->first, b->first);
}

/* --- clusters --- */

static void count(struct registry *g, uint32_t ci, uint32_t reading, const struct entity *e)
{
    struct cluster *c = &g->c[ci];
    uint32_t n = (uint32_t)e->mentions.len;
    bool fresh = c->readings == 0 || c->last_reading != reading;
    c->readings += fresh;
    c->last_reading = reading;
    if (reading >= g->s->n_own) return;
    c->own_readings += fresh;
    c->votes[e->type <= ENTITY_MISC ? e->type : 0] += n;
}

static enum err cluster_new(struct registry *g, struct name name, uint32_t *out)
{
    enum err e = grow(g->s->mem, (void **)&g->c, g->len, &g->cap, sizeof *g->c);
    if (e != OK) return e;
    *out = (uint32_t)g->len;
    g->c[g->len++] = (struct cluster){.name = name, .actor = NO, .lone = name.person && name.first.len == 0};
    return OK;
}

/* A name of which one account thinks that it is a person's and another that it is not: one actor, whose type the mentions vote on. */
static uint32_t otherwise_typed(const struct registry *g, const struct name *name)
{
    for (uint32_t i = 0; i < g->len; i++)
        if (g->c[i].name.person != name->person && !g->c[i].lone && slice_eq(g->c[i].name.full, name->full)) return i;
    return NO;
}

/* Everything but lone surnames of persons. */
static enum err join_full(struct registry *g, uint32_t reading, uint32_t ei, struct name name)
{
    uint32_t at = NO;
    for (uint32_t i = 0; i < g->len && at == NO; i++)
        if (!g->c[i].lone && compatible(&g->c[i].name, &name)) at = i;
    if (at == NO && memchr(name.full.ptr, ' ', name.full.len) != NULL) at = otherwise_typed(g, &name);
    enum err e = at == NO ? cluster_new(g, name, &at) : OK;
    if (e != OK) return e;
    g->of[reading][ei] = at;
    const struct entity *entity = &g->s->readings[reading].doc->entities.ptr[ei];
    count(g, at, reading, entity);
    struct cluster *c = &g->c[at];
    bool longer = name.full.len > c->name.full.len && name.person && identity_initial(c->name.first) && !identity_initial(name.first);
    if (longer) c->name = name;
    return OK;
}

/* A lone surname: the one person of the story who bears it, then of the storyline, then of the last days; else it stays open. */
static uint32_t bearer(const struct registry *g, const struct name *name, bool *several)
{
    uint32_t own = NO, any = NO, n_own = 0, n_any = 0;
    for (uint32_t i = 0; i < g->len; i++) {
        const struct cluster *c = &g->c[i];
        if (c->lone || !c->name.person || c->name.key != name->key) continue;
        any = i;
        n_any++;
        if (c->own_readings > 0) own = i, n_own++;
    }
    *several = n_own > 1 || (n_own == 0 && n_any > 1);
    return n_own == 1 ? own : n_own == 0 && n_any == 1 ? any : NO;
}

static struct slice known_as(const struct scene *s, struct slice alias)
{
    for (size_t i = 0; i < s->known.len; i++)
        if (slice_eq(s->known.ptr[i].alias, alias)) return s->known.ptr[i].name;
    return (struct slice){NULL, 0};
}

static enum err join_lone(struct registry *g, uint32_t reading, uint32_t ei, struct name name)
{
    bool several = false;
    uint32_t at = bearer(g, &name, &several);
    const struct entity *entity = &g->s->readings[reading].doc->entities.ptr[ei];
    for (uint32_t i = 0; i < g->len && at == NO; i++)
        if (g->c[i].lone && g->c[i].name.key == name.key) at = i;
    if (at == NO && !several && known_as(g->s, name.full).ptr == NULL) at = otherwise_typed(g, &name);
    if (at == NO) {
        enum err e = cluster_new(g, name, &at);
        if (e != OK) return e;
        struct slice known = several ? (struct slice){NULL, 0} : known_as(g->s, name.full);
        if (known.ptr != NULL) g->c[at].name.full = known;
        g->c[at].open = known.ptr == NULL;
    }
    g->of[reading][ei] = at;
    count(g, at, reading, entity);
    return OK;
}

/* Initials: what the story spells out by them, when it is one thing; then what the last days spell out; else a name like others. */
static enum err join_initials(struct registry *g, uint32_t reading, uint32_t ei, struct name name)
{
    uint32_t at = NO, n = 0;
    for (uint32_t i = 0; i < g->len; i++) {
        const struct name *c = &g->c[i].name;
        if (c->person || c->acronym || c->initials != name.initials) continue;
        at = i;
        n++;
    }
    struct slice known = n == 0 ? known_as(g->s, name.full) : (struct slice){NULL, 0};
    if (known.ptr != NULL) {
        struct entity spelled = {.name = known, .type = ENTITY_ORGANIZATION};
        struct name whole = cut_name(&g->s->lex, &spelled);
        enum err e = cluster_new(g, whole, &at);
        if (e != OK) return e;
        n = 1;
    }
    if (n != 1) return join_full(g, reading, ei, name);
    g->c[at].spelled = true;
    g->of[reading][ei] = at;
    count(g, at, reading, &g->s->readings[reading].doc->entities.ptr[ei]);
    return OK;
}

/* Named only where it says who wrote: no actor of the story. */
static bool only_wrote(const struct reading *r, const struct entity *e)
{
    for (size_t i = 0; i < e->mentions.len; i++) {
        uint32_t si = reading_sentence(r, e->mentions.ptr[i].b);
        if (si == UINT32_MAX || !r->sentences[si].byline) return false;
    }
    return e->mentions.len > 0;
}

static enum err join(struct registry *g, uint32_t reading, uint32_t ei, int pass)
{
    if (only_wrote(&g->s->readings[reading], &g->s->readings[reading].doc->entities.ptr[ei])) return OK;
    struct name n = cut_name(&g->s->lex, &g->s->readings[reading].doc->entities.ptr[ei]);
    bool lone = n.person && n.first.len == 0, initials = n.acronym && n.initials != 0;
    if (n.full.len == 0 || (lone || initials) != (pass == 1)) return OK;
    return lone ? join_lone(g, reading, ei, n) : initials ? join_initials(g, reading, ei, n) : join_full(g, reading, ei, n);
}

static enum err join_all(struct registry *g)
{
    struct scene *s = g->s;
    g->of = arena_array(s->mem, s->n_readings, sizeof *g->of);
    if (g->of == NULL) return ERR_NOMEM;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t r = 0; r < s->n_readings; r++) {
            const struct entities *es = &s->readings[r].doc->entities;
            if (pass == 0) g->of[r] = arena_array(s->mem, es->len, sizeof *g->of[r]);
            if (g->of[r] == NULL) return ERR_NOMEM;
            for (uint32_t i = 0; i < es->len; i++) {
                enum err e = join(g, r, i, pass);
                if (e != OK) return e;
            }
        }
    return OK;
}

struct form {
    uint32_t cluster;
    struct slice name;
};

static int by_cluster_form(const void *x, const void *y)
{
    const struct form *a = x, *b = y;
    if (a->cluster != b->cluster) return a->cluster < b->cluster ? -1 : 1;
    return slice_cmp(a->name, b->name);
}

/* Of all forms of a cluster, the one that most accounts use; the longer one when tied. */
static enum err choose_names(struct registry *g)
{
    const struct scene *s = g->s;
    size_t n = 0, max = 0;
    for (uint32_t r = 0; r < s->n_readings; r++) max += s->readings[r].doc->entities.len;
    struct form *f = arena_array(s->mem, max, sizeof *f);
    if (f == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_readings; r++)
        for (uint32_t i = 0; i < s->readings[r].doc->entities.len; i++) {
            const struct cluster *c = &g->c[g->of[r][i]];
            struct slice name = s->readings[r].doc->entities.ptr[i].name;
            struct identity who;
            identity_of(name, c->name.person ? ENTITY_PERSON : ENTITY_MISC, &who);
            if (c->name.person) name = who.whole;
            if (c->spelled && who.acronym) continue;
            if (!c->lone && !(c->name.person && memchr(name.ptr, ' ', name.len) == NULL)) f[n++] = (struct form){g->of[r][i], name};
        }
    if (n > 0) qsort(f, n, sizeof *f, by_cluster_form);
    size_t best = 0;
    for (size_t b = 0, e; b < n; b = e) {
        for (e = b + 1; e < n && by_cluster_form(&f[b], &f[e]) == 0;) e++;
        if (b == 0 || f[b].cluster != f[b - 1].cluster) best = 0;
        struct slice *name = &g->c[f[b].cluster].name.full;
        if (e - b < best || (e - b == best && f[b].name.len <= name->len)) continue;
        best = e - b;
        *name = f[b].name;
    }
    return OK;
}

/* --- salience --- */

static double weight_in(const struct reading *r, const struct entity *e)
{
    double n = e->mentions.len > 6 ? 6 : (double)e->mentions.len;
    bool title = false, lead = false;
    uint32_t lead_end = 0, left = 3;
    for (uint32_t i = 0; i < r->n_sentences && left > 0; i++)
        if (!r->sentences[i].title && !r->sentences[i].byline) {
            lead_end = r->sentences[i].e;
            left--;
        }
    for (size_t i = 0; i < e->mentions.len; i++) {
        title |= !span_empty(r->doc->title) && e->mentions.ptr[i].b < r->doc->title.e;
        lead |= e->mentions.ptr[i].b < lead_end;
    }
    return n + 3 * title + 2 * lead + (e->type == ENTITY_PERSON ? 1 : e->type == ENTITY_MISC ? -1 : 0);
}

static void weigh(struct registry *g)
{
    struct scene *s = g->s;
    for (uint32_t r = 0; r < s->n_own; r++) {
        double share = s->source[r] == r ? 1 : .2; /* a copy says little more */
        for (uint32_t i = 0; i < s->readings[r].doc->entities.len; i++)
            g->c[g->of[r][i]].salience += share * weight_in(&s->readings[r], &s->readings[r].doc->entities.ptr[i]);
    }
}

static int by_salience(const void *x, const void *y)
{
    const struct cluster *a = *(struct cluster *const *)x, *b = *(struct cluster *const *)y;
    if (a->salience != b->salience) return a->salience > b->salience ? -1 : 1;
    return slice_cmp(a->name.full, b->name.full);
}

/* --- actors --- */

static enum err add_alias(struct arena *mem, struct slices *all, struct slice alias)
{
    size_t at = 0;
    while (at < all->len && slice_cmp(all->ptr[at], alias) < 0) at++;
    if (at < all->len && slice_eq(all->ptr[at], alias)) return OK;
    struct slice *p = arena_array(mem, all->len + 1, sizeof *p);
    if (p == NULL) return ERR_NOMEM;
    if (at > 0) memcpy(p, all->ptr, at * sizeof *p);
    p[at] = alias;
    if (at < all->len) memcpy(p + at + 1, all->ptr + at, (all->len - at) * sizeof *p);
    all->ptr = p;
    all->len++;
    return OK;
}

static enum err add_role(struct arena *mem, struct person_roles *all, struct slice role, struct cite cite)
{
    for (size_t i = 0; i < all->len; i++)
        if (slice_eq_nocase(all->ptr[i].role, role)) return cites_add(mem, &all->ptr[i].cites, cite);
    struct person_role *p = arena_array(mem, all->len + 1, sizeof *p);
    if (p == NULL) return ERR_NOMEM;
    if (all->len > 0) memcpy(p, all->ptr, all->len * sizeof *p);
    p[all->len].role = role;
    all->ptr = p;
    return cites_add(mem, &all->ptr[all->len++].cites, cite);
}

/* What one reading's entity adds to its actor. */
static enum err describe(struct scene *s, struct actor *a, uint32_t r, const struct entity *e)
{
    const struct reading *rd = &s->readings[r];
    enum err err = OK;
    a->mentions += (uint32_t)e->mentions.len;
    for (size_t i = 0; i < e->mentions.len && err == OK; i++) {
        struct slice form = slice_cut(rd->doc->text, e->mentions.ptr[i].b, e->mentions.ptr[i].e);
        if (a->aliases.len < 16 && !slice_eq(form, a->name)) err = add_alias(s->mem, &a->aliases, form);
        bool none = a->first.b >= a->first.e;
        bool fuller = !none && slice_eq(form, a->name) && !slice_eq(slice_cut(s->story.ptr[a->first.account].doc->text, a->first.b, a->first.e), a->name);
        if (none || fuller) a->first = cite_of(rd, e->mentions.ptr[i].b, e->mentions.ptr[i].e);
        struct span role;
        if (err == OK && a->type == ENTITY_PERSON && a->roles.len < 12 && role_behind(s, rd, &e->mentions.ptr[i], &role))
            err = add_role(s->mem, &a->roles, span_of(rd->doc->text, role), cite_of(rd, role.b, role.e));
    }
    for (size_t i = 0; i < e->roles.len && err == OK; i++) {
        struct span role;
        if (a->roles.len < 12 && role_whole(s, rd, e->roles.ptr[i], &role)) err = add_role(s->mem, &a->roles, span_of(rd->doc->text, role), cite_of(rd, role.b, role.e));
    }
    return err;
}

static enum entity_type voted(const struct cluster *c)
{
    enum entity_type best = ENTITY_NONE;
    for (int t = ENTITY_PERSON; t <= ENTITY_MISC; t++)
        if (c->votes[t] > c->votes[best] || best == ENTITY_NONE) best = (enum entity_type)t;
    return best;
}

/* Absent for a name that stays open, and for one that says too little. */
static struct slice id_of(struct arena *mem, const struct actor *a)
{
    struct identity who;
    identity_of(a->name, a->type, &who);
    return a->open || who.id[0] == '\0' ? (struct slice){NULL, 0} : arena_copy(mem, slice_of(who.id));
}

static enum err make_actors(struct registry *g)
{
    struct scene *s = g->s;
    struct cluster **order = arena_array(s->mem, g->len, sizeof *order);
    struct actor *actors = arena_array(s->mem, VIEW_ENTITIES_MAX, sizeof *actors);
    if (order == NULL || actors == NULL) return ERR_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < g->len; i++)
        if (g->c[i].own_readings > 0) order[n++] = &g->c[i];
    if (n > 0) qsort(order, n, sizeof *order, by_salience);
    if (n > VIEW_ENTITIES_MAX) n = VIEW_ENTITIES_MAX;
    for (uint32_t i = 0; i < n; i++) {
        double top = order[0]->salience > 0 ? order[0]->salience : 1;
        actors[i] = (struct actor){.name = order[i]->name.full, .type = voted(order[i]), .salience = order[i]->salience / top, .open = order[i]->open};
        actors[i].id = id_of(s->mem, &actors[i]);
        if (actors[i].salience < 0) actors[i].salience = 0;
        order[i]->actor = i;
    }
    s->out->actors = (struct actors){actors, n};
    return OK;
}

static enum err fill_actors(struct registry *g)
{
    struct scene *s = g->s;
    uint32_t *last = arena_array(s->mem, VIEW_ENTITIES_MAX, sizeof *last);
    uint64_t *sources = arena_array(s->mem, VIEW_ENTITIES_MAX, sizeof *sources); /* bit a source: readings are at most 48 */
    s->actor = arena_array(s->mem, s->n_own, sizeof *s->actor);
    if (last == NULL || sources == NULL || s->actor == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_own; r++) {
        const struct entities *es = &s->readings[r].doc->entities;
        s->actor[r] = arena_array(s->mem, es->len, sizeof *s->actor[r]);
        if (s->actor[r] == NULL) return ERR_NOMEM;
        for (uint32_t i = 0; i < es->len; i++) {
            uint32_t a = s->actor[r][i] = g->c[g->of[r][i]].actor;
            if (a == NO) continue;
            if (last[a] != r + 1) s->out->actors.ptr[a].accounts++;
            last[a] = r + 1;
            sources[a] |= (uint64_t)1 << (s->source[r] & 63);
            enum err e = describe(s, &s->out->actors.ptr[a], r, &es->ptr[i]);
            if (e != OK) return e;
        }
    }
    for (size_t i = 0; i < s->out->actors.len; i++) s->out->actors.ptr[i].independent = (uint32_t)__builtin_popcountll(sources[i]);
    return OK;
}

static enum err make_resolutions(struct scene *s)
{
    struct resolution *res = arena_array(s->mem, s->story.len, sizeof *res);
    if (res == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_own; r++) res[s->readings[r].account] = (struct resolution){s->actor[r], s->readings[r].doc->entities.len};
    s->out->resolutions = res;
    return OK;
}

enum err find_actors(struct scene *s)
{
    struct registry g = {.s = s};
    enum err e = cluster_new(&g, (struct name){.key = 0}, &(uint32_t){0}); /* 0: entities without a name */
    if (e == OK) e = join_all(&g);
    if (e == OK) e = choose_names(&g);
    if (e != OK) return e;
    weigh(&g);
    e = make_actors(&g);
    if (e == OK) e = fill_actors(&g);
    return e == OK ? make_resolutions(s) : e;
}

uint32_t entity_at(const struct reading *r, enum entity_type type, uint32_t b, uint32_t e)
{
    const struct entities *es = &r->doc->entities;
    for (uint32_t i = 0; i < es->len; i++)
        for (size_t k = 0; (type == ENTITY_NONE || es->ptr[i].type == type) && k < es->ptr[i].mentions.len; k++)
            if (es->ptr[i].mentions.ptr[k].b < e && es->ptr[i].mentions.ptr[k].e > b) return i;
    return NO;
}

uint32_t actor_at(const struct scene *s, uint32_t r, uint32_t b, uint32_t e)
{
    uint32_t i = r < s->n_own ? entity_at(&s->readings[r], ENTITY_NONE, b, e) : NO;
    return i == NO ? NO : s->actor[r][i];
}

uint32_t actor_named(const struct scene *s, struct slice name)
{
    if (name.len == 0) return NO;
    for (uint32_t i = 0; i < s->out->actors.len; i++) {
        const struct actor *a = &s->out->actors.ptr[i];
        if (slice_eq(a->name, name)) return i;
        for (size_t k = 0; k < a->aliases.len; k++)
            if (slice_eq(a->aliases.ptr[k], name)) return i;
    }
    return NO;
}
