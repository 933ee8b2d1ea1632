/* desk_who.c - who a document's names are: by the name itself, by the article, by its story, by the last days; and what a story settles later. */
#include <string.h>

#include "../../proto/doc_fields.h"
#include "desk_parts.h"

/* --- one document --- */

struct naming {
    struct desk *d;
    struct arena *mem;
    const struct doc *doc;
    struct identity *who; /* one an entity */
    struct named *out;
    int64_t day;
};

static struct slice kept_id(struct arena *mem, const struct identity *who)
{
    return who->id[0] == '\0' ? (struct slice){NULL, 0} : arena_copy(mem, slice_of(who->id));
}

/* A name that says less than a full one: the others of its form are asked. */
static bool is_short(const struct identity *who)
{
    return who->form[0] != '\0' && (who->person ? who->id[0] == '\0' : who->acronym && strlen(who->form) >= 3);
}

static bool same_id(struct slice id, struct slice other)
{
    return other.ptr != NULL && slice_eq(id, other);
}

/* Keeps of `more` the one bearer that fits; several different ones give *several. */
static void narrow(const struct identity *part, const struct ledger_bearers *more, struct named *one, bool *several)
{
    for (size_t i = 0; i < more->len; i++) {
        const struct ledger_bearer *b = &more->at[i];
        struct identity who;
        bool person = slice_eq(b->type, SLICE("person"));
        identity_of(b->name, person ? ENTITY_PERSON : ENTITY_ORGANIZATION, &who);
        if (!identity_fits(part, &who) || same_id(b->id, one->id)) continue;
        *several |= one->id.ptr != NULL;
        if (one->id.ptr == NULL) *one = (struct named){.id = b->id, .as = b->name};
    }
    *several |= more->len == LEDGER_BEARERS_MAX; /* more than are looked at */
}

static void by_article(const struct naming *n, const struct identity *part, struct named *one, bool *several)
{
    for (size_t k = 0; k < n->doc->entities.len; k++) {
        const struct identity *who = &n->who[k];
        if (!identity_fits(part, who) || who->id[0] == '\0' || same_id(n->out[k].id, one->id)) continue;
        *several |= one->id.ptr != NULL;
        *one = (struct named){n->out[k].id, who->whole, "article"};
    }
}

/* The one whom a form means, or nobody. What the last days support holds for the story too, so its articles are asked only when the days know several. */
static enum err by_others(const struct naming *n, const struct identity *part, struct named *one)
{
    struct ledger_bearers found;
    bool several = false;
    enum err e = ledger_bearers(n->d->ledger, n->day, slice_of(part->form), n->mem, &found);
    if (e != OK) return e;
    narrow(part, &found, one, &several);
    if (one->id.ptr != NULL) one->by = "days";
    if (!several) return OK;
    *one = (struct named){0};
    if (n->doc->story.id.ptr == NULL) return OK;
    several = false;
    e = ledger_story_bearers(n->d->ledger, n->doc->story.id, part->person ? part->last : (struct slice){NULL, 0}, n->mem, &found);
    if (e == OK) narrow(part, &found, one, &several);
    if (one->id.ptr != NULL) one->by = "story";
    if (several) *one = (struct named){0};
    return e;
}

static enum err name_short(const struct naming *n, size_t i)
{
    struct named one = {0};
    bool several = false;
    by_article(n, &n->who[i], &one, &several);
    enum err e = OK;
    if (several) one = (struct named){0};
    else if (one.id.ptr == NULL) e = by_others(n, &n->who[i], &one);
    if (e == OK && one.id.ptr != NULL) n->out[i] = one;
    return e;
}

enum err desk_name(struct desk *d, struct arena *mem, const struct doc *doc, struct named **out)
{
    size_t len = doc->entities.len;
    struct naming n = {d, mem, doc, arena_array(mem, len, sizeof *n.who), arena_array(mem, len, sizeof *n.out), 0};
    if (n.who == NULL || n.out == NULL) return ERR_NOMEM;
    n.day = identity_day(doc->published.value, doc->accepted);
    *out = n.out;
    for (size_t i = 0; i < len; i++) {
        identity_of(doc->entities.ptr[i].name, doc->entities.ptr[i].type, &n.who[i]);
        n.out[i].id = kept_id(mem, &n.who[i]);
        if (n.who[i].id[0] != '\0' && n.out[i].id.ptr == NULL) return ERR_NOMEM;
    }
    enum err e = OK;
    for (size_t i = 0; i < len && e == OK; i++)
        if (is_short(&n.who[i])) e = name_short(&n, i);
    return e;
}

const struct named *desk_named(const struct doc *doc, const struct named *all, struct slice name)
{
    for (size_t i = 0; i < doc->entities.len && all != NULL; i++)
        if (slice_eq(doc->entities.ptr[i].name, name)) return &all[i];
    return NULL;
}

/* --- whom it shows to the days --- */

/* A body counts for its initials when the text itself calls it so. */
static bool called_so(const struct doc *doc, const struct entity *n, const char *form)
{
    for (size_t k = 0; k < n->mentions.len; k++) {
        struct identity who;
        identity_of(slice_cut(doc->text, n->mentions.ptr[k].b, n->mentions.ptr[k].e), ENTITY_ORGANIZATION, &who);
        if (who.acronym && strcmp(who.form, form) == 0) return true;
    }
    return false;
}

enum err desk_show(struct desk *d, const struct doc *doc)
{
    int64_t day = identity_day(doc->published.value, doc->accepted);
    enum err e = OK;
    for (size_t i = 0; i < doc->entities.len && e == OK; i++) {
        const struct entity *n = &doc->entities.ptr[i];
        struct identity who;
        identity_of(n->name, n->type, &who);
        bool shows = who.id[0] != '\0' && who.form[0] != '\0' && !who.acronym;
        if (shows && !who.person) shows = strlen(who.form) >= 3 && called_so(doc, n, who.form);
        if (shows) e = ledger_add_bearer(d->ledger, day, slice_of(who.form), slice_of(who.id), who.whole);
    }
    return e;
}

/* --- a story --- */

static int by_alias(const void *a, const void *b)
{
    return slice_cmp(((const struct known_name *)a)->alias, ((const struct known_name *)b)->alias);
}

/* One row an alias; where two days know two bearers, none. */
static void settle_known(struct known_names *k, struct known_name *rows)
{
    size_t n = k->len;
    k->len = 0;
    if (n > 0) qsort(rows, n, sizeof *rows, by_alias);
    for (size_t b = 0, e; b < n; b = e) {
        bool one = rows[b].name.ptr != NULL;
        for (e = b + 1; e < n && slice_eq(rows[b].alias, rows[e].alias); e++) one &= slice_eq(rows[b].name, rows[e].name);
        if (one) rows[k->len++] = rows[b];
    }
    k->ptr = rows;
}

enum err desk_known(struct desk *d, struct arena *mem, struct accounts story, struct known_names *out)
{
    size_t most = 0;
    for (size_t i = 0; i < story.len; i++) most += story.ptr[i].doc != NULL ? story.ptr[i].doc->entities.len : 0;
    struct known_name *rows = arena_array(mem, most, sizeof *rows);
    enum err e = rows == NULL ? ERR_NOMEM : OK;
    *out = (struct known_names){NULL, 0};
    for (size_t i = 0; i < story.len; i++) {
        const struct doc *doc = story.ptr[i].doc;
        for (size_t k = 0; doc != NULL && k < doc->entities.len && e == OK; k++) {
            struct identity part;
            struct ledger_bearers found;
            struct named one = {0};
            bool several = false;
            identity_of(doc->entities.ptr[k].name, doc->entities.ptr[k].type, &part);
            if (!is_short(&part) || part.first.len > 0) continue;
            e = ledger_bearers(d->ledger, identity_day(doc->published.value, doc->accepted), slice_of(part.form), mem, &found);
            if (e == OK) narrow(&part, &found, &one, &several);
            if (several) one = (struct named){0};
            if (e == OK) rows[out->len++] = (struct known_name){part.whole, one.as};
        }
    }
    settle_known(out, rows);
    return e;
}

struct named desk_actor(const struct story_view *v, uint32_t account, size_t entity, struct slice name)
{
    const struct resolution *r = &v->resolutions[account];
    if (entity >= r->len || r->actor[entity] == UINT32_MAX) return (struct named){0};
    const struct actor *a = &v->actors.ptr[r->actor[entity]];
    bool other = a->id.ptr != NULL && !slice_eq(a->name, name);
    return (struct named){a->id, other ? a->name : (struct slice){NULL, 0}, other ? "story" : NULL};
}

enum err desk_settle(struct desk *d, const struct story_view *v, struct accounts story, const int64_t *rows)
{
    enum err e = OK;
    for (size_t i = 0; i < story.len; i++) {
        const struct doc *doc = story.ptr[i].doc;
        for (size_t k = 0; doc != NULL && k < v->resolutions[i].len && e == OK; k++) {
            if (v->resolutions[i].actor[k] == UINT32_MAX) continue;
            struct named n = desk_actor(v, (uint32_t)i, k, doc->entities.ptr[k].name);
            struct identity own;
            identity_of(doc->entities.ptr[k].name, doc->entities.ptr[k].type, &own);
            bool plain = !is_short(&own) && n.id.ptr != NULL && slice_eq(n.id, slice_of(own.id));
            if (!plain && (is_short(&own) || n.id.ptr != NULL)) e = ledger_settle_entity(d->ledger, rows[i], (unsigned)k, n.id);
        }
    }
    return e;
}
