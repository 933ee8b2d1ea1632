/* links.c - one pass over the terms of two texts gives the features; a model learned by wiredesk-train-links weighs them. */
#include "links.h"

#include <math.h>

#include "links_model.h"

static void add_mass(struct link_mass *m, uint8_t flags_a, uint8_t flags_b, uint32_t product)
{
    uint8_t both = flags_a & flags_b, lead = TERM_TITLE | TERM_LEAD;
    m->all += product;
    m->names += both & TERM_NAME ? product : 0;
    m->titles += both & TERM_TITLE ? product : 0;
    m->leads += (flags_a & lead) && (flags_b & lead) ? product : 0;
    m->plain = m->all - m->names;
}

struct link_mass link_weigh(const struct vector *v)
{
    struct link_mass m = {0};
    for (size_t i = 0; i < v->n; i++) add_mass(&m, v->term[i].flags, v->term[i].flags, (uint32_t)v->term[i].weight * v->term[i].weight);
    return m;
}

void link_begin(const struct vector *v, struct link_text *t)
{
    t->vector = v;
    t->mass = link_weigh(v);
    memset(t->cell, 0, sizeof t->cell);
    for (size_t i = 0; i < v->n; i++) {
        size_t c = v->term[i].id % LINK_CELLS;
        while (t->cell[c] != 0) c = (c + 1) % LINK_CELLS;
        t->cell[c] = (uint8_t)(i + 1);
    }
}

static const struct term *find(const struct link_text *t, uint32_t id)
{
    for (size_t c = id % LINK_CELLS; t->cell[c] != 0; c = (c + 1) % LINK_CELLS)
        if (t->vector->term[t->cell[c] - 1].id == id) return &t->vector->term[t->cell[c] - 1];
    return NULL;
}

static double cosine(double dot, double a, double b)
{
    return a > 0 && b > 0 ? dot / sqrt(a * b) : 0;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

struct overlap {
    struct link_mass dot, in_a, in_b; /* products; squares of either's shared terms */
    unsigned shared, numbers, rarest;
};

static void overlap_of(const struct link_text *a, const struct vector *b, struct overlap *o)
{
    *o = (struct overlap){0};
    for (size_t i = 0; i < b->n; i++) {
        const struct term *t = &b->term[i], *s = find(a, t->id);
        if (s == NULL) continue;
        unsigned least = s->weight < t->weight ? s->weight : t->weight;
        add_mass(&o->dot, s->flags, t->flags, (uint32_t)s->weight * t->weight);
        add_mass(&o->in_a, s->flags, s->flags, (uint32_t)s->weight * s->weight);
        add_mass(&o->in_b, t->flags, t->flags, (uint32_t)t->weight * t->weight);
        o->shared++;
        o->numbers += (s->flags & TERM_NUMBER) != 0;
        if (least > o->rarest) o->rarest = least;
    }
}

static double days_apart(uint32_t a, uint32_t b)
{
    return fabs((double)a - b) / 1440;
}

static void time_features(uint32_t minutes_a, uint32_t minutes_b, float f[LINK_COUNT])
{
    bool dated = minutes_a && minutes_b;
    double days = days_apart(minutes_a, minutes_b);
    f[LINK_NEAR] = dated ? (float)exp(-days / 2) : 0;
    f[LINK_FAR] = dated ? (float)exp(-days / 10) : 0;
    f[LINK_DATED] = dated;
}

void link_features(const struct link_text *text, const struct vector *b, const struct link_mass *mass, uint32_t minutes_a, uint32_t minutes_b, float f[LINK_COUNT])
{
    const struct vector *a = text->vector;
    struct link_mass ma = text->mass, mb = *mass;
    struct overlap o;
    overlap_of(text, b, &o);
    double ta = share(o.in_a.titles, ma.titles), tb = share(o.in_b.titles, mb.titles);
    double ca = share(o.in_a.all, ma.all), cb = share(o.in_b.all, mb.all);
    double na = share(o.in_a.names, ma.names), nb = share(o.in_b.names, mb.names);
    uint16_t shorter = a->words < b->words ? a->words : b->words, longer = a->words < b->words ? b->words : a->words;
    f[LINK_ALL] = (float)cosine(o.dot.all, ma.all, mb.all);
    f[LINK_NAMES] = (float)cosine(o.dot.names, ma.names, mb.names);
    f[LINK_PLAIN] = (float)cosine(o.dot.plain, ma.plain, mb.plain);
    f[LINK_TITLES] = (float)cosine(o.dot.titles, ma.titles, mb.titles);
    f[LINK_LEADS] = (float)cosine(o.dot.leads, ma.leads, mb.leads);
    f[LINK_TITLE_MOST] = (float)(ta > tb ? ta : tb);
    f[LINK_TITLE_LEAST] = (float)(ta > tb ? tb : ta);
    f[LINK_COVER_MOST] = (float)(ca > cb ? ca : cb);
    f[LINK_COVER_LEAST] = (float)(ca > cb ? cb : ca);
    f[LINK_NAME_COVER] = (float)(ma.names < mb.names ? na : nb);
    f[LINK_NUMBERS] = (float)(o.numbers < 3 ? o.numbers : 3) / 3;
    f[LINK_SHARED] = (float)log(1.0 + o.shared);
    f[LINK_RAREST] = (float)o.rarest / 255;
    time_features(minutes_a, minutes_b, f);
    f[LINK_SHORTER] = (float)log(1.0 + shorter);
    f[LINK_LONGER] = (float)log(1.0 + longer);
}

bool link_is_title(const float f[LINK_COUNT])
{
    return f[LINK_SHORTER] < logf(1.0f + LINK_TITLE_WORDS);
}

double link_odds(const float f[LINK_COUNT])
{
    if (f[LINK_SHARED] <= 0) return -20; /* nothing in common: no pair of that kind was learned from */
    const struct link_model *m = link_is_title(f) ? &link_titles : &link_texts;
    double z = m->bias;
    for (size_t i = 0; i < LINK_COUNT; i++) z += m->linear[i] * f[i];
    for (size_t i = 0; i < LINK_CROSSED; i++)
        for (size_t k = i; k < LINK_CROSSED; k++) z += m->crossed[i][k] * f[i] * f[k];
    return z;
}

double link_probability(const struct link_text *a, const struct vector *b, const struct link_mass *mass, struct link_time x, struct link_time y)
{
    float f[LINK_COUNT];
    link_features(a, b, mass, x.published, y.published, f);
    double odds = link_odds(f);
    if (x.published == 0 && y.published == 0 && x.arrived && y.arrived && days_apart(x.arrived, y.arrived) >= 1) {
        time_features(x.arrived, y.arrived, f);
        odds = fmin(odds, link_odds(f));
    }
    return 1 / (1 + exp(-odds));
}
