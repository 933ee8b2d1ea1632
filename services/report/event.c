/* event.c - what happened, where, when, for how long, and who took part: from the words round the event's trigger. */
#include "compare.h"

#include <stdlib.h>

enum { KINDS = 18, PEOPLE_MAX = 6, REACH = 9 };

/* Lemmas that name an event, noun or verb. */
static const struct kind { const char *type, *lemmas; bool mixed; } kinds[KINDS] = {
    {"meeting", "meet talk summit negotiat negotiation dialogu discussion conversation session"},
    {"visit", "visit"},
    {"attack", "attack bomb bombing explosion explod stab massacr airstrik raid hostag"},
    {"shooting", "shoot gunman"},
    {"death", "die kill murder slay assassinat", true},
    {"election", "elect ballot referendum primary poll voter", true},
    {"vote", "vot vote"},
    {"disaster", "earthquak quak hurrican flood wildfir storm tornado tsunami eruption landslid cyclon typhoon"},
    {"accident", "crash accident derail derailment collision collid capsiz sink sank aground shipwreck wreck"},
    {"arrest", "arrest detain charg indict raid", true},
    {"trial", "trial verdict convict sentenc rul appeal testify testimony", true},
    {"protest", "protest protester march rally demonstration demonstrator riot strik", true},
    {"resignation", "resign step quit oust fir"},
    {"appointment", "nominat appoint nomination nominee appointment confirm", true},
    {"agreement", "agreement accord deal treaty pact ceasefire truc"},
    {"law", "bill law legislation veto repeal amendment sign", true},
    {"business", "merger acquir acquisition bankruptcy earning profit layoff", true},
    {"launch", "launch unveil releas", true},
};

struct tally {
    struct scene *s;
    uint32_t kind;                     /* of the event, KINDS when none is shared */
    double weight[VIEW_ENTITIES_MAX];  /* per actor, by independent accounts */
};

/* "Black Friday" is the name of a day that comes each year, or of one long ago. */
bool day_of_name(const struct scene *s, const struct reading *r, uint32_t w)
{
    return w > 0 && r->words[w - 1].sentence == r->words[w].sentence && word_is(&s->lex, r, w - 1, "black good super bloody cyber ash holy palm easter giv");
}

_Static_assert(KINDS <= 32, "a bit each");

static enum err mark_kinds(struct scene *s)
{
    s->kinds = arena_array(s->mem, s->lex.len, sizeof *s->kinds);
    if (s->kinds == NULL) return ERR_NOMEM;
    for (uint32_t k = 0; k < KINDS; k++) {
        const char *rest = kinds[k].lemmas;
        for (struct slice lemma; lemmas_next(&rest, &lemma);) s->kinds[lexicon_find(&s->lex, lemma)] |= 1u << k;
    }
    s->kinds[0] = 0; /* those that no text has */
    return OK;
}

/* The kinds of event that a word is one for. Not within quotation marks, nor part of a name: the Supreme Court, the 3rd of March, the Federal Trade
 * Commission, Bill. */
static uint32_t kinds_at(const struct scene *s, const struct reading *r, uint32_t w)
{
    uint32_t f = r->words[w].flags, named = s->kinds[r->words[w].lemma];
    if (named == 0 || (f & WORD_QUOTED)) return 0;
    bool name = (f & WORD_CAPITAL) && !(f & (WORD_TITLE | WORD_FIRST));
    bool date = w + 1 < r->n_words && (r->words[w + 1].flags & WORD_DIGIT) && word_is(&s->lex, r, w, "march");
    bool office = w + 1 < r->n_words && word_is(&s->lex, r, w + 1, "official board commission committe lawyer judg court interferenc meddl fraud hack"); /* election officials */
    bool down = w + 1 < r->n_words && word_is(&s->lex, r, w, "shoot") && word_is(&s->lex, r, w + 1, "down across"); /* a plane that is shot down */
    bool suffix = (f & WORD_HYPHEN) && word_is(&s->lex, r, w, "elect"); /* the president-elect */
    if (name || date || suffix || office || down) return 0;
    return !(f & WORD_CAPITAL) || entity_at(r, ENTITY_PERSON, r->words[w].b, r->words[w].e) == UINT32_MAX ? named : 0;
}

static bool triggers(const struct scene *s, const struct reading *r, uint32_t w, uint32_t kind)
{
    return kinds_at(s, r, w) >> kind & 1;
}

/* --- what --- */

/* Whether an independent account other than `r` has the lemma in its title or lead. */
static bool lead_has(const struct scene *s, uint32_t r, uint32_t lemma)
{
    for (uint32_t o = 0; o < s->n_own; o++) {
        if (!apart(s, o, r)) continue;
        const struct reading *rd = &s->readings[o];
        for (uint32_t si = 0; si < rd->n_sentences && in_lead(rd, si); si++)
            if (ids_has(rd->sentences[si].set, lemma)) return true;
    }
    return false;
}

/* The kinds of which a reading has some word there. */
static uint32_t lead_kinds(const struct scene *s, const struct reading *r)
{
    uint32_t all = 0;
    for (uint32_t w = 0; w < r->n_words && in_lead(r, r->words[w].sentence); w++) all |= kinds_at(s, r, w);
    return all;
}

/* A word counts whole when another account's lead has it too, less when that has another word of the kind, and little when it has none. */
static void weigh_kinds(const struct scene *s, uint32_t r, const uint32_t *leads, bool alone, double out[KINDS])
{
    const struct reading *rd = &s->readings[r];
    uint32_t told = 0; /* by independent accounts other than `r` */
    for (uint32_t o = 0; o < s->n_own; o++)
        if (apart(s, o, r)) told |= leads[o];
    for (uint32_t si = 0; si < rd->n_sentences; si++) {
        double weight = rd->sentences[si].title ? 3 : in_lead(rd, si) ? 2 : .3;
        for (uint32_t w = rd->sentences[si].w0; w < rd->sentences[si].w1; w++) {
            uint32_t at = kinds_at(s, rd, w);
            bool whole = at != 0 && (weight < 1 || alone || lead_has(s, r, rd->words[w].lemma));
            for (uint32_t k = 0; at >> k != 0; k++)
                if (at >> k & 1) out[k] += whole ? weight : told >> k & 1 ? weight * .7 : .3;
        }
    }
}

static uint32_t find_kind(const struct scene *s)
{
    double sum[KINDS] = {0};
    uint32_t accounts[KINDS] = {0}, leads[VIEW_READ_MAX], independent = 0, best = KINDS;
    for (uint32_t r = 0; r < s->n_own; r++) {
        independent += s->source[r] == r;
        leads[r] = lead_kinds(s, &s->readings[r]);
    }
    for (uint32_t r = 0; r < s->n_own; r++) {
        double one[KINDS] = {0};
        if (s->source[r] != r) continue;
        weigh_kinds(s, r, leads, independent == 1, one);
        for (uint32_t k = 0; k < KINDS; k++) {
            sum[k] += one[k] > 8 ? 8 : one[k];
            accounts[k] += one[k] >= 2;
        }
    }
    for (uint32_t k = 0; k < KINDS; k++)
        if (accounts[k] * 2 > independent && (best == KINDS || sum[k] > sum[best])) best = k;
    return best;
}

static enum err cite_kind(struct scene *s, uint32_t kind)
{
    s->out->event.type = slice_of(kinds[kind].type);
    for (uint32_t r = 0; r < s->n_own; r++)
        for (uint32_t w = 0; w < s->readings[r].n_words; w++) {
            const struct reading *rd = &s->readings[r];
            if (!triggers(s, rd, w, kind) || (rd->words[w].flags & WORD_TITLE)) continue;
            enum err e = cites_add(s->mem, &s->out->event.type_cites, cite_of(rd, rd->words[w].b, rd->words[w].e));
            if (e != OK) return e;
            break;
        }
    return OK;
}

/* --- a place and people by how near they stand to the trigger --- */

/* Words from word w to the nearest trigger in its sentence; UINT32_MAX when there is none. */
static uint32_t trigger_distance(const struct tally *t, const struct reading *r, uint32_t w)
{
    const struct sentence *si = &r->sentences[r->words[w].sentence];
    uint32_t best = UINT32_MAX;
    for (uint32_t k = si->w0; k < si->w1; k++) {
        if (t->kind == KINDS || !triggers(t->s, r, k, t->kind)) continue;
        uint32_t d = k > w ? k - w : w - k;
        if (d < best) best = d;
    }
    return best;
}

static bool behind(const struct tally *t, const struct reading *r, uint32_t w, const char *lemmas)
{
    return w > r->sentences[r->words[w].sentence].w0 && word_is(&t->s->lex, r, w - 1, lemmas);
}

/* How much a mention says that the event was there. */
static double place_weight(const struct tally *t, const struct reading *r, uint32_t w)
{
    const struct sentence *si = &r->sentences[r->words[w].sentence];
    if (!behind(t, r, w, "in at near outside off") || (r->words[w].flags & WORD_QUOTED)) return 0;
    uint32_t d = trigger_distance(t, r, w);
    double x = d <= REACH ? 3 : d != UINT32_MAX ? 1 : 0;
    if (si->title) return x > 0 ? x + .5 : .5;
    return in_lead(r, r->words[w].sentence) ? x + 1 : x * .5;
}

static bool trade_word(const struct tally *t, const struct reading *r, uint32_t w)
{
    return behind(t, r, w, "with between and");
}

static double person_weight(const struct tally *t, const struct reading *r, uint32_t w)
{
    if ((r->words[w].flags & WORD_QUOTED) || behind(t, r, w, "hurrican storm typhoon cyclon")) return 0;
    uint32_t si = r->words[w].sentence, d = trigger_distance(t, r, w);
    double x = d <= REACH ? 2 : d != UINT32_MAX ? .7 : 0;
    bool lends = (r->words[w].flags & WORD_OWNS) || (w + 1 < r->n_words && word_is(&t->s->lex, r, w + 1, "envoy aide ally adviser administration spokesman lawyer official"));
    if (lends) x *= .3; /* Trump's envoy */
    if (d <= REACH && trade_word(t, r, w)) x += 1;
    if (r->sentences[si].title) return x + 1.5;
    return in_lead(r, si) ? x * 1.5 + .3 : x * .4;
}

/* Each independent account's best word for each actor of the type counts. */
static void tally_type(struct tally *t, enum entity_type type, double (*weigh)(const struct tally *, const struct reading *, uint32_t), double cap)
{
    const struct scene *s = t->s;
    memset(t->weight, 0, sizeof t->weight);
    for (uint32_t r = 0; r < s->n_own; r++) {
        double one[VIEW_ENTITIES_MAX] = {0};
        const struct entities *es = &s->readings[r].doc->entities;
        if (s->source[r] != r) continue;
        for (uint32_t i = 0; i < es->len; i++) {
            uint32_t a = s->actor[r][i];
            if (a == UINT32_MAX || s->out->actors.ptr[a].type != type) continue;
            for (size_t m = 0; m < es->ptr[i].mentions.len; m++) {
                const struct mention *at = &es->ptr[i].mentions.ptr[m];
                uint32_t w = reading_word(&s->readings[r], at->b);
                if (at->type != ENTITY_NONE && at->type != type) continue;
                if (w < s->readings[r].n_words && s->readings[r].words[w].b < at->e) one[a] += weigh(t, &s->readings[r], w);
            }
        }
        for (uint32_t a = 0; a < VIEW_ENTITIES_MAX; a++) t->weight[a] += one[a] > cap ? cap : one[a];
    }
}

/* The mention of actor `a` that says it best in each account. */
static enum err cite_actor(struct tally *t, uint32_t a, double (*weigh)(const struct tally *, const struct reading *, uint32_t), struct cites *out)
{
    struct scene *s = t->s;
    for (uint32_t r = 0; r < s->n_own; r++) {
        const struct entities *es = &s->readings[r].doc->entities;
        double best = 0;
        struct cite c = {0};
        for (uint32_t i = 0; i < es->len; i++)
            for (size_t m = 0; s->actor[r][i] == a && m < es->ptr[i].mentions.len; m++) {
                const struct mention *at = &es->ptr[i].mentions.ptr[m];
                uint32_t w = reading_word(&s->readings[r], at->b);
                double x = w < s->readings[r].n_words && s->readings[r].words[w].b < at->e ? weigh(t, &s->readings[r], w) : 0;
                if (x <= best) continue;
                best = x;
                c = cite_of(&s->readings[r], at->b, at->e);
            }
        enum err e = best > 0 ? cites_add(s->mem, out, c) : OK;
        if (e != OK) return e;
    }
    return OK;
}

static uint32_t heaviest(const struct tally *t)
{
    uint32_t best = 0;
    for (uint32_t a = 1; a < VIEW_ENTITIES_MAX; a++)
        if (t->weight[a] > t->weight[best]) best = a;
    return best;
}

static enum err find_place(struct tally *t)
{
    tally_type(t, ENTITY_LOCATION, place_weight, 4);
    uint32_t best = heaviest(t);
    if (t->weight[best] < 2) return OK;
    t->s->out->event.place.value = t->s->out->actors.ptr[best].name;
    return cite_actor(t, best, place_weight, &t->s->out->event.place.cites);
}

static enum err find_people(struct tally *t)
{
    struct scene *s = t->s;
    struct event_view *ev = &s->out->event;
    tally_type(t, ENTITY_PERSON, person_weight, 6);
    double top = t->weight[heaviest(t)];
    ev->participants = arena_array(s->mem, PEOPLE_MAX, sizeof *ev->participants);
    if (ev->participants == NULL) return ERR_NOMEM;
    while (ev->participants_len < PEOPLE_MAX) {
        uint32_t a = heaviest(t);
        if (t->weight[a] < 1.5 || t->weight[a] < top * .45) break;
        struct cited *p = &ev->participants[ev->participants_len++];
        p->value = s->out->actors.ptr[a].name;
        enum err e = cite_actor(t, a, person_weight, &p->cites);
        if (e != OK) return e;
        t->weight[a] = 0;
    }
    return OK;
}

/* --- how long, when --- */

static bool of_event(const struct tally *t, uint32_t r, const struct value *v)
{
    const struct scene *s = t->s;
    if (v->slot != SLOT_DURATION || v->quoted || v->lapse || t->kind == KINDS) return false;
    const struct slice unit = lemma_text(&s->lex, v->key);
    if (!(slice_eq(unit, SLICE("hour")) || slice_starts(unit, SLICE("minut")) || slice_eq(unit, SLICE("day")))) return false;
    for (uint32_t w = v->w1; w < v->w1 + 3 && w < s->readings[r].n_words && s->readings[r].words[w].sentence == v->sentence; w++)
        if (triggers(s, &s->readings[r], w, t->kind)) return true;
    return false;
}

/* The duration that stands before the trigger ("a five-hour meeting"): the one that most independent accounts have, the first when tied. */
static enum err find_duration(struct tally *t)
{
    struct scene *s = t->s;
    struct cited *out = &s->out->event.duration;
    uint32_t most = 0;
    for (uint32_t r = 0; r < s->n_own; r++)
        for (size_t i = 0; i < s->values[r].len; i++) {
            const struct value *v = &s->values[r].ptr[i];
            struct cites c = {0};
            uint32_t accounts, independent;
            if (!of_event(t, r, v)) continue;
            for (uint32_t o = 0; o < s->n_own; o++)
                for (size_t k = 0; k < s->values[o].len; k++) {
                    const struct value *x = &s->values[o].ptr[k];
                    if (!of_event(t, o, x) || x->key != v->key || x->value != v->value) continue;
                    enum err e = cites_add(s->mem, &c, cite_of(&s->readings[o], x->b, x->e));
                    if (e != OK) return e;
                }
            count_sources(s, c, &accounts, &independent);
            if (independent <= most) continue;
            most = independent;
            *out = (struct cited){value_text(s, r, v), c};
            if (out->value.ptr == NULL) return ERR_NOMEM;
        }
    return OK;
}

/* How near (0 to 1) a day, or at least a weekday, stands to the trigger in a sentence of the lead. */
static double dated(const struct tally *t, const struct reading *r, const struct timex *x)
{
    if (x->type != TIME_DATE || x->value.len < 7 || x->e > r->text.len) return 0;
    uint32_t w = reading_word(r, x->b);
    if (w >= r->n_words || (r->words[w].flags & WORD_QUOTED) || day_of_name(t->s, r, w)) return 0;
    int64_t day;
    if (!iso_day(x->value, &day) && !slice_starts(x->value, SLICE("XXXX-WXX-"))) return 0;
    uint32_t d = trigger_distance(t, r, w);
    return d == UINT32_MAX || !in_lead(r, r->words[w].sentence) ? 0 : 1 / (1 + d / 3.);
}

static enum err find_when(struct tally *t)
{
    struct scene *s = t->s;
    struct cited *out = &s->out->event.when;
    double most = 0;
    for (uint32_t r = 0; r < s->n_own; r++)
        for (size_t i = 0; i < s->readings[r].doc->times.len; i++) {
            const struct timex *x = &s->readings[r].doc->times.ptr[i];
            struct cites c = {0};
            uint32_t accounts, independent;
            double near = dated(t, &s->readings[r], x);
            if (near <= 0) continue;
            for (uint32_t o = 0; o < s->n_own; o++)
                for (size_t k = 0; k < s->readings[o].doc->times.len; k++) {
                    const struct timex *y = &s->readings[o].doc->times.ptr[k];
                    if (dated(t, &s->readings[o], y) <= 0 || !slice_eq(x->value, y->value)) continue;
                    enum err e = cites_add(s->mem, &c, cite_of(&s->readings[o], y->b, y->e));
                    if (e != OK) return e;
                }
            count_sources(s, c, &accounts, &independent);
            if (independent + near <= most) continue;
            most = independent + near;
            *out = (struct cited){x->value, c};
        }
    return OK;
}

bool event_word(const struct scene *s, const struct reading *r, uint32_t w)
{
    for (uint32_t k = 0; k < KINDS; k++)
        if (slice_eq(s->out->event.type, slice_of(kinds[k].type))) return triggers(s, r, w, k);
    return false;
}

bool event_mixed(const struct scene *s)
{
    for (uint32_t k = 0; k < KINDS; k++)
        if (slice_eq(s->out->event.type, slice_of(kinds[k].type))) return kinds[k].mixed;
    return false;
}

enum err find_event(struct scene *s)
{
    struct tally *t = arena_array(s->mem, 1, sizeof *t);
    if (t == NULL) return ERR_NOMEM;
    t->s = s;
    enum err e = mark_kinds(s);
    if (e != OK) return e;
    t->kind = find_kind(s);
    if (t->kind != KINDS) e = cite_kind(s, t->kind);
    if (e == OK) e = find_place(t);
    if (e == OK) e = find_people(t);
    if (e == OK) e = find_duration(t);
    return e == OK ? find_when(t) : e;
}
