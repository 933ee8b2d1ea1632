/* facts.c - gathers what pairs of values say: values that accounts share, and values that clash. */
#include "compare.h"

#include <stdlib.h>

enum { MERGE_MAX = 4000, CLASHING_MAX = 64 }; /* nodes, clashing ones: a story with more of them is shown with what stands twice, rather than searched for it */

struct node { /* a value of a reading that takes part in something */
    uint32_t reading, value;
    uint32_t agree;   /* root by agreement */
    uint32_t clash;   /* root by clash, over agreement too */
    enum finding how; /* of a clash; FINDING_NONE when it has none */
    const char *rule;
};

struct net {
    struct scene *s;
    struct node *n;
    size_t len, cap;
    struct match *edges;
    struct judged *says;
    size_t edges_len;
};

static uint32_t find_agree(struct net *g, uint32_t i)
{
    while (g->n[i].agree != i) i = g->n[i].agree = g->n[g->n[i].agree].agree;
    return i;
}

static uint32_t find_clash(struct net *g, uint32_t i)
{
    while (g->n[i].clash != i) i = g->n[i].clash = g->n[g->n[i].clash].clash;
    return i;
}

static enum err node_at(struct net *g, uint32_t *index, uint32_t reading, uint32_t value, uint32_t *out)
{
    if (index[value] != 0) {
        *out = index[value] - 1;
        return OK;
    }
    enum err e = grow(g->s->mem, (void **)&g->n, g->len, &g->cap, sizeof *g->n);
    if (e != OK) return e;
    *out = (uint32_t)g->len;
    g->n[g->len] = (struct node){reading, value, *out, *out, FINDING_NONE, NULL};
    index[value] = (uint32_t)++g->len;
    return OK;
}

static void link_nodes(struct net *g, uint32_t a, uint32_t b, struct judged j)
{
    uint32_t x, y;
    if (j.finding == FINDING_AGREE) {
        x = find_agree(g, a), y = find_agree(g, b);
        if (x < y) g->n[y].agree = x;
        else g->n[x].agree = y;
    } else {
        if (g->n[a].how == FINDING_NONE) g->n[a].how = j.finding, g->n[a].rule = j.rule;
        if (g->n[b].how == FINDING_NONE) g->n[b].how = j.finding, g->n[b].rule = j.rule;
    }
    x = find_clash(g, a), y = find_clash(g, b);
    if (x < y) g->n[y].clash = x;
    else g->n[x].clash = y;
}

static enum err build(struct net *g)
{
    struct scene *s = g->s;
    struct matches m;
    enum err e = align(s, &m);
    uint32_t **index = arena_array(s->mem, s->n_own, sizeof *index);
    if (e == OK && index == NULL) e = ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_own && e == OK; r++)
        if ((index[r] = arena_array(s->mem, s->values[r].len, sizeof **index)) == NULL) e = ERR_NOMEM;
    for (size_t i = 0; i < m.len && e == OK; i++) {
        struct judged j = judge(s, &m.ptr[i]);
        uint32_t a = 0, b = 0;
        if (j.finding == FINDING_NONE) continue;
        e = node_at(g, index[m.ptr[i].ra], m.ptr[i].ra, m.ptr[i].va, &a);
        if (e == OK) e = node_at(g, index[m.ptr[i].rb], m.ptr[i].rb, m.ptr[i].vb, &b);
        if (e == OK) link_nodes(g, a, b, j);
    }
    return e;
}

static const struct value *value_of(const struct net *g, const struct node *n)
{
    return &g->s->values[n->reading].ptr[n->value];
}

/* A plain content word soon before the value in its sentence, or soon behind it: "a rescue that lasted six hours". */
static uint32_t noun_near(const struct scene *s, const struct reading *r, const struct value *v)
{
    const struct sentence *si = &r->sentences[v->sentence];
    for (uint32_t k = 1; k <= 8; k++) {
        bool before = k <= 4;
        uint32_t step = before ? k : k - 4;
        if (before ? v->w0 < si->w0 + step : v->w1 + step > si->w1) continue;
        uint32_t w = before ? v->w0 - step : v->w1 + step - 1;
        bool plain = !(r->words[w].flags & (WORD_STOP | WORD_SHORT | WORD_NAME | WORD_DIGIT | WORD_ROLE)) && !slice_ends(word_text(r, w), SLICE("ed"));
        if (plain && s->lex.lemmas[r->words[w].lemma].sentences > 1) return w;
    }
    return UINT32_MAX;
}

static bool starts_digit(struct slice s)
{
    return s.len > 0 && s.ptr[0] >= '0' && s.ptr[0] <= '9';
}

/* What a value is about, in the text's own words where it has them. */
static struct slice subject(const struct net *g, const struct node *n)
{
    const struct scene *s = g->s;
    const struct value *v = value_of(g, n);
    const struct reading *r = &s->readings[n->reading];
    if (v->slot == SLOT_COUNT && slice_eq(lemma_text(&s->lex, v->key), SLICE("#aboard"))) return SLICE("aboard");
    if ((v->slot == SLOT_COUNT || v->slot == SLOT_ORDINAL) && v->w1 > v->n1) return slice_cut(r->text, r->words[v->n1].b, r->words[v->w1 - 1].e);
    if (v->slot == SLOT_VOTE) return (struct slice){NULL, 0}; /* a vote is of what the story is of */
    if (v->slot == SLOT_TOLL) return harm_name(lemma_text(&s->lex, v->key));
    if (v->slot == SLOT_AGE || v->slot == SLOT_WHEN) return lemma_seen(&s->lex, v->key);
    if (v->slot == SLOT_DURATION && v->head != 0) return lemma_seen(&s->lex, v->head);
    uint32_t noun = noun_near(s, r, v);
    if (noun != UINT32_MAX) return word_text(r, noun);
    uint32_t best = 0;
    for (size_t i = 0; i < v->close.len; i++)
        if (!starts_digit(lemma_text(&s->lex, v->close.ptr[i])) && (best == 0 || s->lex.lemmas[v->close.ptr[i]].sentences > s->lex.lemmas[best].sentences)) best = v->close.ptr[i];
    return lemma_seen(&s->lex, best);
}

/* Every place where the node's account states the value. */
static enum err cite_all(struct net *g, const struct node *n, struct cites *out)
{
    struct scene *s = g->s;
    const struct value *v = value_of(g, n);
    const struct values *all = &s->values[n->reading];
    enum err e = cites_add(s->mem, out, cite_of(&s->readings[n->reading], v->b, v->e));
    for (size_t i = 0; i < all->len && e == OK; i++) {
        const struct value *x = &all->ptr[i];
        bool same = x->slot == v->slot && x->key == v->key && x->hedge == v->hedge && x->lapse == v->lapse;
        if (same && !x->quoted && value_equal(x, v)) e = cites_add(s->mem, out, cite_of(&s->readings[n->reading], x->b, x->e));
    }
    return e;
}

static enum err add_value(struct net *g, struct value_views *views, size_t max, const struct node *n)
{
    struct scene *s = g->s;
    const struct value *v = value_of(g, n);
    struct slice text = value_text(s, n->reading, v);
    if (text.ptr == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < views->len; i++)
        if (slice_eq(views->ptr[i].value, text)) return cite_all(g, n, &views->ptr[i].cites);
    if (views->len == max) return OK;
    struct value_view *view = &views->ptr[views->len++];
    *view = (struct value_view){.value = text, .shown = slice_cut(s->readings[n->reading].text, v->b, v->e)};
    return cite_all(g, n, &view->cites);
}

static void complete(const struct scene *s, struct value_views *views)
{
    for (size_t i = 0; i < views->len; i++) {
        struct value_view *v = &views->ptr[i];
        qsort(v->cites.ptr, v->cites.len, sizeof *v->cites.ptr, cite_cmp);
        count_sources(s, v->cites, &v->accounts, &v->independent);
    }
}

static enum err add_fact(struct net *g, uint32_t root)
{
    struct scene *s = g->s;
    struct facts *f = &s->out->facts;
    struct fact_view fact = {.slot = value_of(g, &g->n[root])->slot, .subject = subject(g, &g->n[root])};
    fact.values.ptr = arena_array(s->mem, 8, sizeof *fact.values.ptr);
    if (fact.values.ptr == NULL) return ERR_NOMEM;
    struct cites all = {0};
    for (uint32_t i = 0; i < g->len; i++) {
        if (find_agree(g, i) != root) continue;
        const struct value *v = value_of(g, &g->n[i]);
        enum err e = add_value(g, &fact.values, 8, &g->n[i]);
        if (e == OK) e = cites_add(s->mem, &all, cite_of(&s->readings[g->n[i].reading], v->b, v->e));
        if (e != OK) return e;
    }
    complete(s, &fact.values);
    uint32_t accounts;
    count_sources(s, all, &accounts, &fact.independent);
    if (fact.independent >= 2) f->ptr[f->len++] = fact;
    return OK;
}

/* What two groups of accounts give alike is one fact, though no account of one was paired with one of the other: 12 officers here, 12 officers there. */
static void merge_agreed(struct net *g)
{
    if (g->len > MERGE_MAX) return;
    for (uint32_t i = 0; i < g->len; i++) {
        if (find_agree(g, i) != i) continue;
        for (uint32_t k = i + 1; k < g->len; k++) {
            const struct value *x = value_of(g, &g->n[i]), *y = value_of(g, &g->n[k]);
            if (find_agree(g, k) != k || x->slot != y->slot || x->key != y->key || x->lapse != y->lapse || !value_equal(x, y)) continue;
            struct slice a = subject(g, &g->n[i]), b = subject(g, &g->n[k]);
            if (slice_eq_nocase(a, b) || lexicon_id(&g->s->lex, a) == lexicon_id(&g->s->lex, b)) g->n[k].agree = i;
        }
    }
}

/* How many values, each once, clash in both of two groups. */
static size_t values_shared(struct net *g, uint32_t a, uint32_t b)
{
    size_t n = 0;
    for (uint32_t i = 0; i < g->len; i++) {
        if (g->n[i].how == FINDING_NONE || find_clash(g, i) != a) continue;
        const struct value *x = value_of(g, &g->n[i]);
        bool counted = false, shared = false;
        for (uint32_t k = 0; k < g->len; k++) {
            const struct value *y = value_of(g, &g->n[k]);
            if (g->n[k].how == FINDING_NONE || x->slot != y->slot || x->key != y->key || x->lapse != y->lapse || !value_equal(x, y)) continue;
            counted |= k < i && find_clash(g, k) == a;
            shared |= find_clash(g, k) == b;
        }
        n += shared && !counted;
    }
    return n;
}

/* Two titles clash as their texts do: one clash, when the same two values stand against each other. */
static void merge_clashes(struct net *g)
{
    size_t clashing = 0;
    for (uint32_t i = 0; i < g->len; i++) clashing += g->n[i].how != FINDING_NONE;
    if (g->len > MERGE_MAX || clashing > CLASHING_MAX) return;
    for (uint32_t i = 0; i < g->len; i++) {
        if (g->n[i].how == FINDING_NONE || find_clash(g, i) != i) continue;
        for (uint32_t k = i + 1; k < g->len; k++)
            if (g->n[k].how != FINDING_NONE && find_clash(g, k) == k && value_of(g, &g->n[i])->key == value_of(g, &g->n[k])->key && values_shared(g, i, k) > 1) g->n[k].clash = i;
    }
}

static int by_support(const void *x, const void *y)
{
    const struct fact_view *a = x, *b = y;
    if (a->independent != b->independent) return a->independent > b->independent ? -1 : 1;
    return cite_cmp(&a->values.ptr[0].cites.ptr[0], &b->values.ptr[0].cites.ptr[0]);
}

/* Whether value k of reading r is about what the clash is about. */
static bool witness(struct net *g, uint32_t root, uint32_t r, uint32_t k)
{
    struct scene *s = g->s;
    const struct value *v = &s->values[r].ptr[k];
    if (v->quoted || v->more || v->hedge == HEDGE_VAGUE) return false;
    for (uint32_t i = 0; i < g->len; i++) {
        const struct value *x = value_of(g, &g->n[i]);
        bool judged = g->n[i].how == FINDING_CONFLICT || g->n[i].how == FINDING_UPDATE, equal = value_equal(x, v);
        if (!judged || x->slot != v->slot || x->key != v->key || x->lapse != v->lapse || find_clash(g, i) != root) continue;
        if (!equal && !may_clash(s, g->n[i].reading, r)) continue;
        struct tie t = tie_of(s, &(struct match){.ra = g->n[i].reading, .va = g->n[i].value, .rb = r, .vb = k});
        bool same = t.before + t.behind > 0 || t.near >= 2 || (t.sentence >= 3 && t.sentence_coverage >= .3);
        bool other = g->n[i].how == FINDING_CONFLICT && t.single && t.lead && t.sentence >= 4 && t.sentence_idf >= 10 && t.ratio <= 1.7;
        if (equal ? same : other) return true;
    }
    return false;
}

/* Accounts beside the two that clash: those that state one of the values, or one of their own, in their lead of the same thing. */
static enum err add_witnesses(struct net *g, uint32_t root, struct conflict_view *c)
{
    struct scene *s = g->s;
    enum err e = OK;
    for (uint32_t r = 0; r < s->n_own && e == OK; r++) {
        bool has = false;
        for (uint32_t i = 0; i < g->len; i++) has |= g->n[i].reading == r && find_clash(g, i) == root;
        for (uint32_t k = 0; k < s->values[r].len && !has && e == OK; k++) {
            if (!witness(g, root, r, k)) continue;
            has = true;
            e = add_value(g, &c->values, 8, &(struct node){.reading = r, .value = k});
        }
    }
    return e;
}

static enum level level_of(enum finding f)
{
    return f == FINDING_CONFLICT ? LEVEL_CONFLICT : f == FINDING_UPDATE ? LEVEL_UPDATE : LEVEL_DIFFERENCE;
}

static enum err add_clash(struct net *g, uint32_t root)
{
    struct scene *s = g->s;
    struct conflict_view c = {.level = LEVEL_NONE, .slot = value_of(g, &g->n[root])->slot, .subject = subject(g, &g->n[root]), .resolved = -1};
    c.values.ptr = arena_array(s->mem, 8, sizeof *c.values.ptr);
    if (c.values.ptr == NULL) return ERR_NOMEM;
    const struct node *first = NULL;
    for (uint32_t i = 0; i < g->len; i++) {
        if (find_clash(g, i) != root) continue;
        if (first == NULL) first = &g->n[i];
        enum level l = g->n[i].how == FINDING_NONE ? LEVEL_NONE : level_of(g->n[i].how);
        if (l != LEVEL_NONE && (c.level == LEVEL_NONE || l == LEVEL_CONFLICT)) c.level = l, c.rule = slice_of(g->n[i].rule);
        enum err e = add_value(g, &c.values, 8, &g->n[i]);
        if (e != OK) return e;
    }
    if (c.values.len < 2 || c.level == LEVEL_NONE) return OK;
    if (c.level == LEVEL_CONFLICT || c.level == LEVEL_UPDATE) {
        enum err e = add_witnesses(g, root, &c);
        if (e != OK) return e;
    }
    const struct reading *r = &s->readings[first->reading];
    c.id = arena_printf(s->mem, "%s|%.*s|%.*s|%u", slot_name(c.slot), (int)(c.subject.len > 40 ? 40 : c.subject.len), c.subject.ptr ? c.subject.ptr : "",
                        (int)(r->doc->key.len > 40 ? 40 : r->doc->key.len), r->doc->key.ptr, value_of(g, first)->b);
    return c.id.ptr == NULL ? ERR_NOMEM : conflict_add(s, c);
}

enum err find_facts(struct scene *s)
{
    struct net g = {.s = s};
    enum err e = build(&g);
    if (e != OK) return e;
    s->out->facts.ptr = arena_array(s->mem, g.len + VIEW_FACTS_MAX + 24, sizeof *s->out->facts.ptr);
    if (s->out->facts.ptr == NULL) return ERR_NOMEM;
    merge_agreed(&g);
    merge_clashes(&g);
    e = event_facts(s);
    size_t head = s->out->facts.len;
    for (uint32_t i = 0; i < g.len && e == OK; i++) {
        if (find_agree(&g, i) == i) e = add_fact(&g, i);
        if (e == OK && find_clash(&g, i) == i) e = add_clash(&g, i);
    }
    struct facts *f = &s->out->facts;
    if (f->len > head) qsort(f->ptr + head, f->len - head, sizeof *f->ptr, by_support);
    if (f->len > VIEW_FACTS_MAX) f->len = VIEW_FACTS_MAX;
    return e;
}

/* What clashes is not agreed, however many say it: the clash names them all. */
enum err drop_disputed(struct scene *s)
{
    struct facts *f = &s->out->facts;
    const struct conflicts *c = &s->out->conflicts;
    size_t kept = 0;
    for (size_t i = 0; i < f->len; i++) {
        bool disputed = false;
        for (size_t k = 0; k < c->len && !disputed; k++)
            disputed = c->ptr[k].level == LEVEL_CONFLICT && c->ptr[k].slot == f->ptr[i].slot && slice_eq(c->ptr[k].subject, f->ptr[i].subject);
        if (!disputed) f->ptr[kept++] = f->ptr[i];
    }
    f->len = kept;
    return OK;
}
