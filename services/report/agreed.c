/* agreed.c - what independent accounts say alike of the event itself: who, where, when, how long. Only words that are bound to a word for
 * the event count: "met Putin", "talks with Putin", "the killing of X", "X was arrested"; a name elsewhere in the text takes part in nothing. */
#include "compare.h"

enum { REACH = 5, ROLES_REACH = 3 };

struct mark { /* words of a reading that may be bound to the event */
    uint32_t reading, b, e, w0, w1;
};

/* A comma, a bracket or a conjunction behind word w: another clause begins. */
static bool breaks(const struct scene *s, const struct reading *r, uint32_t w)
{
    return gap_has(r, w, ";,:(") || (w + 1 < r->n_words && word_is(&s->lex, r, w + 1, "but while whil who which that after befor over amid if as because"));
}

/* A word for the event behind word w1 - 1, in its clause, with no other name between. Returns it, or UINT32_MAX. */
static uint32_t behind(const struct scene *s, const struct mark *m, uint32_t reach)
{
    const struct reading *r = &s->readings[m->reading];
    uint32_t end = r->sentences[r->words[m->w0].sentence].w1;
    for (uint32_t w = m->w1; w < end && w < m->w1 + reach; w++) {
        if (breaks(s, r, w - 1)) break;
        if (event_word(s, r, w)) return w;
        if ((r->words[w].flags & WORD_NAME) && !(r->words[w].flags & WORD_TITLE)) break;
    }
    return UINT32_MAX;
}

/* The same before word w0. */
static uint32_t before(const struct scene *s, const struct mark *m, uint32_t reach)
{
    const struct reading *r = &s->readings[m->reading];
    uint32_t first = r->sentences[r->words[m->w0].sentence].w0;
    for (uint32_t w = m->w0; w > first && m->w0 - w < reach;) {
        w--;
        if (breaks(s, r, w)) break;
        if (event_word(s, r, w)) return w;
    }
    return UINT32_MAX;
}

static bool is(const struct scene *s, const struct mark *m, uint32_t w, const char *lemmas)
{
    const struct reading *r = &s->readings[m->reading];
    return w < r->n_words && r->words[w].sentence == r->words[m->w0].sentence && word_is(&s->lex, r, w, lemmas);
}

/* "denies that X met Y": said not to have been. */
static bool denied(const struct scene *s, const struct mark *m)
{
    const struct reading *r = &s->readings[m->reading];
    for (uint32_t w = r->sentences[r->words[m->w0].sentence].w0; w < m->w0; w++)
        if (word_is(&s->lex, r, w, "deny denied deni denies denial refut dismis false falsely")) return true;
    return false;
}

/* The act is one of "to veto", "not to visit", "would veto". */
static bool infinitive(const struct scene *s, const struct mark *m, uint32_t act)
{
    return act > 0 && (is(s, m, act - 1, "to would") || (act > 1 && is(s, m, act - 2, "to") && is(s, m, act - 1, "not still also")));
}

/* Something other than the act is done: "blocks X from making the appointment", "X commutes the sentence", "X's meddling in the election",
 * "X cancels the meeting", "a law that requires X to pay". */
static bool undone(const struct scene *s, const struct mark *m, uint32_t act)
{
    const struct reading *r = &s->readings[m->reading];
    uint32_t first = r->sentences[r->words[act].sentence].w0, near = act > first + 9 ? act - 9 : first;
    bool from = false;
    for (uint32_t w = act; w-- > near;) {
        if (w >= m->w1 && word_is(&s->lex, r, w, "commut meddl interfer interferenc")) return true;
        if (word_is(&s->lex, r, w, "cancel cancell postpon scrap") || (word_is(&s->lex, r, w, "rul rule ruled") && is(s, m, w + 1, "out"))) return true;
        from |= word_is(&s->lex, r, w, "from");
        if (from && word_is(&s->lex, r, w, "block prevent stop bar ban")) return true;
    }
    for (uint32_t w = act + 1; w < m->w0; w++)
        if (word_is(&s->lex, r, w, "requir force forcing oblig compel replac")) return true;
    return false;
}

/* Asked for, threatened, supposed or played, and so not said to have been: "threatens to veto", "calls on X to resign", "if X is elected". */
static bool unreal(const struct scene *s, const struct mark *m, uint32_t act)
{
    static const char *const wishes = "threaten urge urged urging call demand ask asked want refus consider weigh vow vowed pledg promis offer try tried fail declin hope hoped seek sought request";
    const struct reading *r = &s->readings[m->reading];
    uint32_t first = r->sentences[r->words[act].sentence].w0, near = act > first + 9 ? act - 9 : first;
    bool to = infinitive(s, m, act);
    for (uint32_t w = first; w < act; w++) {
        if (w + 2 >= act && w >= m->w1 && (word_is(&s->lex, r, w, "not never") || slice_ends(word_text(r, w), SLICE("n't")) || slice_ends(word_text(r, w), SLICE("n\u2019t")))) return true;
        if (word_is(&s->lex, r, w, "if unless whether") || (w + 6 >= act && word_is(&s->lex, r, w, "fake hoax"))) return true;
        if (w >= near && to && word_is(&s->lex, r, w, wishes)) return true;
        if (w + 5 >= act && (word_is(&s->lex, r, w, "demand threat") || (word_is(&s->lex, r, w, "call") && is(s, m, w + 1, "for")))) return true;
    }
    return false;
}

/* "X met", "X's trial", "talks with X", "the death of X", "arrested X". */
static uint32_t takes_part(const struct scene *s, const struct mark *m)
{
    const struct reading *r = &s->readings[m->reading];
    uint32_t w;
    if (r->words[m->w1 - 1].flags & WORD_OWNS) { /* "X's first trial", not "X's envoy met" */
        w = behind(s, m, 3);
        return w != UINT32_MAX && (w == m->w1 || !(r->words[w - 1].flags & WORD_NAME)) && !is(s, m, m->w1, "envoy lawyer son wife campaign administration house own") ? w : UINT32_MAX;
    }
    if (is(s, m, m->w1, "administration campaign aide ally lawyer envoy supporter era official organization") || is(s, m, m->w0 - 1, "against linked anti pro former")) return UINT32_MAX;
    w = behind(s, m, REACH);
    if (w != UINT32_MAX) return w;
    w = before(s, m, m->w0 > 0 && is(s, m, m->w0 - 1, "with between and of by") ? REACH : ROLES_REACH);
    return w;
}

/* "met in X", "a shooting at X". */
static uint32_t happens_there(const struct scene *s, const struct mark *m)
{
    return m->w0 > 0 && is(s, m, m->w0 - 1, "in at near outside off") ? before(s, m, REACH + 2) : UINT32_MAX;
}

/* "was sentenced on Monday", "on Monday unveiled". */
static uint32_t happens_then(const struct scene *s, const struct mark *m)
{
    if (day_of_name(s, &s->readings[m->reading], m->w0)) return UINT32_MAX;
    uint32_t x = before(s, m, REACH), y = behind(s, m, REACH - 1);
    if (x != UINT32_MAX && (y == UINT32_MAX || m->w0 - x <= y - m->w1)) return x;
    return y;
}

typedef uint32_t (*bond_fn)(const struct scene *s, const struct mark *m);

struct bound {
    struct scene *s;
    bond_fn bond;
    bool same_word; /* the accounts must use the same word for the event */
    uint32_t lemma;
    struct cites cites;
    uint32_t words[VIEW_READ_MAX], readings[VIEW_READ_MAX]; /* of each cite: the lemma that it is bound to, and its account */
    bool cited[VIEW_READ_MAX];
};

/* Adds the words [b, e) when they are bound to the event; once an account. */
static enum err offer(struct bound *x, uint32_t reading, uint32_t b, uint32_t e)
{
    const struct reading *r = &x->s->readings[reading];
    struct mark m = {.reading = reading, .b = b, .e = e, .w0 = reading_word(r, b)};
    if (x->cited[reading] || e > r->text.len || m.w0 >= r->n_words || r->words[m.w0].b >= e || (r->words[m.w0].flags & WORD_QUOTED)) return OK;
    if (!in_lead(r, r->words[m.w0].sentence)) return OK;
    m.w1 = m.w0 + 1;
    while (m.w1 < r->n_words && r->words[m.w1].b < e) m.w1++;
    if (denied(x->s, &m)) return OK;
    uint32_t w = x->bond(x->s, &m);
    if (w == UINT32_MAX || unreal(x->s, &m, w) || undone(x->s, &m, w) || (x->same_word && r->words[w].lemma != x->lemma)) return OK;
    x->cited[reading] = true;
    x->words[x->cites.len] = r->words[w].lemma;
    x->readings[x->cites.len] = reading;
    return cites_add(x->s->mem, &x->cites, cite_of(r, b, e));
}

/* The word that most sources use there, at least two; 0 when none is shared. */
static uint32_t shared_word(const struct bound *x)
{
    uint32_t best = 0, most = 1;
    for (size_t i = 0; i < x->cites.len; i++) {
        uint32_t n = 0;
        for (size_t k = 0; k < x->cites.len; k++) n += x->words[k] == x->words[i] && (k == i || apart(x->s, x->readings[k], x->readings[i]));
        if (n > most) most = n, best = x->words[i];
    }
    return best;
}

/* What the event is called: the accounts' own word where the kind is of several acts (to sign, to repeal), of which they must mean one. */
static bool called(struct bound *x, struct slice *subject)
{
    *subject = x->s->out->event.type;
    if (!event_mixed(x->s)) return true;
    uint32_t word = shared_word(x);
    if (word == 0) return false;
    size_t n = 0;
    for (size_t i = 0; i < x->cites.len; i++)
        if (x->words[i] == word) x->cites.ptr[n++] = x->cites.ptr[i];
    x->cites.len = n;
    *subject = lemma_seen(&x->s->lex, word);
    return true;
}

static enum err add_fact(struct scene *s, enum slot slot, struct slice value, struct slice subject, struct cites cites)
{
    struct facts *f = &s->out->facts;
    struct value_view v = {.value = value, .cites = cites};
    count_sources(s, cites, &v.accounts, &v.independent);
    if (v.independent < 2) return OK;
    v.shown = cite_text(s, cites.ptr[0]);
    struct value_view *values = arena_array(s->mem, 1, sizeof *values);
    if (values == NULL) return ERR_NOMEM;
    *values = v;
    f->ptr[f->len++] = (struct fact_view){slot, subject, {values, 1}, v.independent};
    return OK;
}

static enum err agree_actor(struct scene *s, enum slot slot, struct slice name, bond_fn bond)
{
    struct bound x = {.s = s, .bond = bond};
    uint32_t actor = actor_named(s, name);
    enum err e = OK;
    for (uint32_t r = 0; r < s->n_own && actor != UINT32_MAX; r++)
        for (size_t i = 0; i < s->readings[r].doc->entities.len; i++) {
            const struct entity *en = &s->readings[r].doc->entities.ptr[i];
            for (size_t k = 0; s->actor[r][i] == actor && k < en->mentions.len && e == OK; k++) e = offer(&x, r, en->mentions.ptr[k].b, en->mentions.ptr[k].e);
        }
    struct slice subject;
    return e == OK && called(&x, &subject) ? add_fact(s, slot, name, subject, x.cites) : e;
}

/* The word for the event that stands by the day in the first account that has it so. */
static uint32_t day_lemma(const struct scene *s, struct slice day)
{
    for (uint32_t r = 0; r < s->n_own; r++)
        for (size_t i = 0; i < s->readings[r].doc->times.len; i++) {
            const struct reading *rd = &s->readings[r];
            const struct timex *t = &rd->doc->times.ptr[i];
            struct mark m = {.reading = r, .w0 = reading_word(rd, t->b)};
            if (!slice_eq(t->value, day) || m.w0 >= rd->n_words) continue;
            m.w1 = m.w0 + 1;
            while (m.w1 < rd->n_words && rd->words[m.w1].b < t->e) m.w1++;
            uint32_t w = happens_then(s, &m);
            if (w != UINT32_MAX) return rd->words[w].lemma;
        }
    return 0;
}

static enum err agree_day(struct scene *s, struct slice day)
{
    struct bound x = {.s = s, .bond = happens_then, .same_word = true, .lemma = day.len > 0 ? day_lemma(s, day) : 0};
    enum err e = OK;
    for (uint32_t r = 0; r < s->n_own && x.lemma != 0; r++)
        for (size_t i = 0; i < s->readings[r].doc->times.len && e == OK; i++) {
            const struct timex *t = &s->readings[r].doc->times.ptr[i];
            if (slice_eq(t->value, day)) e = offer(&x, r, t->b, t->e);
        }
    struct slice subject;
    return e == OK && called(&x, &subject) ? add_fact(s, SLOT_WHEN, day, subject, x.cites) : e;
}

enum err event_facts(struct scene *s)
{
    const struct event_view *ev = &s->out->event;
    if (ev->type.len == 0) return OK;
    enum err e = agree_actor(s, SLOT_PLACE, ev->place.value, happens_there);
    if (e == OK) e = add_fact(s, SLOT_DURATION, ev->duration.value, ev->type, ev->duration.cites);
    if (e == OK) e = agree_day(s, ev->when.value);
    for (size_t i = 0; i < ev->participants_len && e == OK; i++) e = agree_actor(s, SLOT_PARTICIPANT, ev->participants[i].value, takes_part);
    return e;
}
