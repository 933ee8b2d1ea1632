/* states.c - what lasts longer than one event and may so be compared across the stories of a storyline: the year a war is in, who
 * holds an office, the how-manieth meeting this was. */
#include "compare.h"

#include <stdlib.h>

enum { HITS_MAX = 400, VALUES_MAX = 6, NAMES_MAX = 24, MONTH = 31, PERSON_WORDS = 4 };

struct hit { /* one account's statement of a state */
    uint32_t reading;
    uint32_t b, e;     /* the words */
    uint32_t number;   /* year or ordinal */
    uint32_t title;    /* lemma of the office */
    uint32_t person;   /* lemma of the surname */
    uint32_t w0, w1;   /* the person's name in words */
    bool former, framed;
};
struct hits { struct hit *ptr; size_t len; };

static bool is(const struct scene *s, uint32_t r, uint32_t w, const char *lemmas)
{
    return w < s->readings[r].n_words && word_is(&s->lex, &s->readings[r], w, lemmas);
}

static bool same_sentence(const struct reading *r, uint32_t a, uint32_t b)
{
    return a < r->n_words && b < r->n_words && r->words[a].sentence == r->words[b].sentence;
}

static bool sentence_has(const struct scene *s, uint32_t r, uint32_t w, const char *lemmas)
{
    const struct sentence *si = &s->readings[r].sentences[s->readings[r].words[w].sentence];
    for (uint32_t k = si->w0; k < si->w1; k++)
        if (is(s, r, k, lemmas)) return true;
    return false;
}

static bool published_day(const struct scene *s, uint32_t r, int64_t *day)
{
    return iso_day(s->readings[r].doc->published.value, day);
}

/* Both dated and more than a month apart: a state may have changed in between. */
static bool far_apart(const struct scene *s, uint32_t a, uint32_t b)
{
    int64_t x, y;
    if (!published_day(s, a, &x) || !published_day(s, b, &y)) return false;
    return x - y > MONTH || y - x > MONTH;
}

static struct hits hits_make(struct scene *s)
{
    return (struct hits){arena_array(s->mem, HITS_MAX, sizeof(struct hit)), 0};
}

static void hits_add(struct hits *all, struct hit h)
{
    if (all->len < HITS_MAX) all->ptr[all->len++] = h;
}

static bool own(const struct scene *s, const struct hit *h)
{
    return h->reading < s->n_own;
}

/* Adds hit h under a value; a new value when none has that text. */
static enum err file_hit(struct scene *s, struct value_views *v, struct slice value, const struct hit *h)
{
    if (value.ptr == NULL) return ERR_NOMEM;
    const struct reading *r = &s->readings[h->reading];
    size_t at = 0;
    while (at < v->len && !slice_eq(v->ptr[at].value, value)) at++;
    if (at == VALUES_MAX) return OK;
    if (at == v->len) v->ptr[v->len++] = (struct value_view){.value = value, .shown = slice_cut(r->text, h->b, h->e)};
    return cites_add(s->mem, &v->ptr[at].cites, cite_of(r, h->b, h->e));
}

static bool crosses(const struct value_views *v)
{
    for (size_t i = 0; i < v->len; i++)
        for (size_t k = 0; k < v->ptr[i].cites.len; k++)
            if (v->ptr[i].cites.ptr[k].story != 0) return true;
    return false;
}

/* --- the year of a war --- */

static const char *const wars = "war conflict invasion insurgency siege";

/* Names within six words of a word for war: which war the text is about. */
static size_t war_names(const struct scene *s, uint32_t r, uint32_t *out)
{
    const struct reading *rd = &s->readings[r];
    size_t n = 0;
    for (uint32_t w = 0; w < rd->n_words; w++) {
        if (!is(s, r, w, wars)) continue;
        uint32_t b = w > 6 ? w - 6 : 0, e = w + 7 < rd->n_words ? w + 7 : rd->n_words;
        for (uint32_t k = b; k < e && n < NAMES_MAX; k++)
            if (same_sentence(rd, k, w) && (rd->words[k].flags & WORD_NAME) && !(rd->words[k].flags & (WORD_STOP | WORD_SHORT))) out[n++] = rd->words[k].lemma;
    }
    struct ids set = {out, n};
    ids_sort(&set);
    return set.len;
}

static bool same_war(const struct scene *s, uint32_t a, uint32_t b, uint32_t *name)
{
    uint32_t x[NAMES_MAX], y[NAMES_MAX], shared[NAMES_MAX];
    size_t n = ids_shared((struct ids){x, war_names(s, a, x)}, (struct ids){y, war_names(s, b, y)}, shared, NAMES_MAX);
    if (n == 0) return false;
    *name = shared[0];
    for (size_t i = 1; i < n; i++)
        if (s->lex.lemmas[shared[i]].sentences > s->lex.lemmas[*name].sentences) *name = shared[i];
    return true;
}

static void find_war_years(const struct scene *s, uint32_t r, struct hits *out)
{
    const struct reading *rd = &s->readings[r];
    for (uint32_t w = 1; w + 1 < rd->n_words; w++) {
        struct number n;
        if (!numeral_at(rd, w, &n) || !n.ordinal || n.value < 2 || n.value > 60 || n.end != w + 1 || !is(s, r, w + 1, "year") || !same_sentence(rd, w, w + 1)) continue;
        if (!same_sentence(rd, w - 1, w) || !is(s, r, w - 1, "its it a the their") || (rd->words[w].flags & WORD_QUOTED) || !sentence_has(s, r, w, wars)) continue;
        hits_add(out, (struct hit){.reading = r, .b = rd->words[w - 1].b, .e = rd->words[w + 1].e, .number = (uint32_t)n.value});
        return;
    }
}

/* The digits that s begins with, as a number below a hundred million. */
static int whole_of(struct slice s)
{
    int n = 0;
    for (size_t i = 0; i < s.len && i < 8 && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) n = n * 10 + s.ptr[i] - '0';
    return n;
}

/* "2022-02..." in months. */
static int month_of(struct slice iso)
{
    return whole_of(slice_cut(iso, 0, 4)) * 12 + whole_of(slice_cut(iso, 5, 7));
}

/* The month in which the war began, as months since year 0, where a text says so: "began ... in February 2022". */
static bool war_began(struct scene *s, uint32_t r, int *month, struct cite *c)
{
    const struct reading *rd = &s->readings[r];
    for (size_t i = 0; i < rd->doc->times.len; i++) {
        const struct timex *t = &rd->doc->times.ptr[i];
        uint32_t w = reading_word(rd, t->b);
        if (t->type != TIME_DATE || t->value.len < 7 || t->value.ptr[0] == 'X' || t->value.ptr[4] != '-' || w >= rd->n_words) continue;
        if (t->value.ptr[5] < '0' || t->value.ptr[5] > '1' || !sentence_has(s, r, w, wars) || !sentence_has(s, r, w, "begin start invasion invad launch outbreak erupt")) continue;
        *month = month_of(t->value);
        *c = cite_of(rd, t->b, t->e);
        return true;
    }
    return false;
}

/* A war that began in month m is in month t in year (t - m) / 12 + 1, give or take the month itself: only where that leaves one answer. */
static enum err resolve_war(struct scene *s, struct conflict_view *c)
{
    for (uint32_t r = 0; r < s->n_readings; r++) {
        int month;
        struct cite began;
        if (!war_began(s, r, &month, &began)) continue;
        for (size_t i = 0; i < c->values.len; i++)
            for (size_t k = 0; k < c->values.ptr[i].cites.len; k++) {
                uint32_t o = reading_of(s, c->values.ptr[i].cites.ptr[k]);
                struct slice p = o == UINT32_MAX ? (struct slice){NULL, 0} : s->readings[o].doc->published.value;
                if (p.len < 7 || p.ptr[4] != '-') continue;
                int now = month_of(p), early = (now - month - 1) / 12 + 1, late = (now - month) / 12 + 1;
                if (now <= month || early != late) continue;
                for (size_t x = 0; x < c->values.len; x++)
                    if (whole_of(c->values.ptr[x].value) == late) c->resolved = (int32_t)x;
                if (c->resolved < 0) return OK;
                c->resolution = arena_printf(s->mem, "began %04d-%02d, published %.7s: year %d", (month - 1) / 12, (month - 1) % 12 + 1, p.ptr, late);
                return c->resolution.ptr == NULL ? ERR_NOMEM : cites_add(s->mem, &c->evidence, began);
            }
    }
    return OK;
}

static enum err add_war_fact(struct scene *s, struct value_views *v, struct slice subject)
{
    struct facts *f = &s->out->facts;
    for (size_t i = 0; i < v->len; i++) {
        struct value_view one = v->ptr[i];
        count_sources(s, one.cites, &one.accounts, &one.independent);
        if (one.independent < 2 || f->len >= VIEW_FACTS_MAX) continue;
        struct value_view *values = arena_array(s->mem, 1, sizeof *values);
        if (values == NULL) return ERR_NOMEM;
        *values = one;
        f->ptr[f->len++] = (struct fact_view){SLOT_WAR_YEAR, subject, {values, 1}, one.independent};
    }
    return OK;
}

static enum err compare_war_years(struct scene *s)
{
    struct hits h = hits_make(s);
    struct conflict_view c = {.level = LEVEL_CONFLICT, .slot = SLOT_WAR_YEAR, .resolved = -1, .rule = SLICE("war_year")};
    c.values.ptr = arena_array(s->mem, VALUES_MAX, sizeof *c.values.ptr);
    if (h.ptr == NULL || c.values.ptr == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_readings; r++) find_war_years(s, r, &h);
    uint32_t name = 0;
    for (size_t i = 0; i < h.len; i++) {
        uint32_t shared = 0;
        bool tied = i == 0;
        for (size_t k = 0; k < i && !tied; k++) tied = same_war(s, h.ptr[i].reading, h.ptr[k].reading, &shared) && !far_apart(s, h.ptr[i].reading, h.ptr[k].reading);
        if (!tied) continue;
        if (shared != 0 && name == 0) name = shared;
        enum err e = file_hit(s, &c.values, arena_printf(s->mem, "%u", h.ptr[i].number), &h.ptr[i]);
        if (e != OK) return e;
    }
    if (h.len == 0 || !own(s, &h.ptr[0])) return OK;
    c.subject = name == 0 ? SLICE("war") : arena_printf(s->mem, "war: %.*s", (int)lemma_seen(&s->lex, name).len, lemma_seen(&s->lex, name).ptr);
    if (c.subject.ptr == NULL) return ERR_NOMEM;
    enum err e = add_war_fact(s, &c.values, c.subject);
    c.across = crosses(&c.values);
    if (e != OK || c.values.len < 2) return e;
    e = resolve_war(s, &c);
    return e == OK ? conflict_add(s, c) : e;
}

/* --- who holds an office --- */

static const char *const offices = "president chancellor premier governor mayor senator minister secretary king queen chairman director commissioner ambassador";

/* The name that begins at word w: words with capitals, tied by single spaces. Returns the word behind it. */
static uint32_t name_end(const struct reading *r, uint32_t w)
{
    uint32_t e = w;
    while (e < r->n_words && e < w + PERSON_WORDS && same_sentence(r, w, e) && (r->words[e].flags & WORD_CAPITAL) && !(r->words[e].flags & (WORD_STOP | WORD_DIGIT))) {
        e++;
        if (!slice_eq(gap_after(r, e - 1), SLICE(" ")) && !slice_eq(gap_after(r, e - 1), SLICE(". "))) break;
    }
    return e;
}

/* "President X's special envoy": who has envoys now holds the office now. */
static bool owns_officer(const struct scene *s, uint32_t r, uint32_t w)
{
    for (uint32_t k = w; k < w + 4 && same_sentence(&s->readings[r], w, k); k++)
        if (is(s, r, k, "envoy adviser advisor spokesman spokeswoman secretary lawyer nominee")) return true;
    return false;
}

/* Something that puts the office into the past or elsewhere: "then", "had", "under President X", "President X's administration". */
static bool framed(const struct scene *s, uint32_t r, uint32_t first, uint32_t end)
{
    const struct reading *rd = &s->readings[r];
    if (rd->words[end - 1].flags & WORD_QUOTED) return true;
    if ((rd->words[end - 1].flags & WORD_OWNS) && !owns_officer(s, r, end)) return true;
    if (first > 0 && same_sentence(rd, first - 1, first) && is(s, r, first - 1, "then ex late under while dur during by of for vice deputy acting interim elect of")) return true;
    if (is(s, r, end, "era administration year presidency") && same_sentence(rd, end, first)) return true;
    return sentence_has(s, r, first, "had then predecessor former ago previou formerly");
}

static void find_offices(const struct scene *s, uint32_t r, struct hits *out)
{
    const struct reading *rd = &s->readings[r];
    for (uint32_t w = 0; w + 1 < rd->n_words; w++) {
        if (!is(s, r, w, offices) || !slice_eq(gap_after(rd, w), SLICE(" ")) || !same_sentence(rd, w, w + 1)) continue;
        uint32_t end = name_end(rd, w + 1), first = w;
        if (end == w + 1) continue;
        for (uint32_t k = 0; k < 4 && first > 0 && same_sentence(rd, first - 1, w) && slice_eq(gap_after(rd, first - 1), SLICE(" ")); k++) {
            if (is(s, r, first - 1, "former")) {
                first--;
                break;
            }
            if (!(rd->words[first - 1].flags & WORD_CAPITAL) || (rd->words[first - 1].flags & WORD_STOP)) break;
            first--;
        }
        bool former = is(s, r, first, "former");
        hits_add(out, (struct hit){.reading = r, .b = rd->words[first].b, .e = rd->words[end - 1].e, .title = rd->words[w].lemma, .person = rd->words[end - 1].lemma,
                                   .w0 = w + 1, .w1 = end, .former = former, .framed = !former && framed(s, r, first, end)});
    }
}

/* Whether the account calls the same person both. */
static bool wavers(const struct hits *h, const struct hit *x)
{
    for (size_t i = 0; i < h->len; i++) {
        const struct hit *y = &h->ptr[i];
        if (y->reading == x->reading && y->person == x->person && y->title == x->title && y->former != x->former) return true;
    }
    return false;
}

/* Accounts that give the person the office in their lead: who is spoken of, not somebody of the past who is remembered further down. */
static uint32_t lead_holders(struct scene *s, const struct value_view *v)
{
    struct cites leads = {0};
    uint32_t accounts, independent;
    for (size_t i = 0; i < v->cites.len; i++) {
        uint32_t r = reading_of(s, v->cites.ptr[i]), si = r == UINT32_MAX ? UINT32_MAX : reading_sentence(&s->readings[r], v->cites.ptr[i].b);
        if (si != UINT32_MAX && in_lead(&s->readings[r], si) && cites_add(s->mem, &leads, v->cites.ptr[i]) != OK) return 0;
    }
    count_sources(s, leads, &accounts, &independent);
    return independent;
}

static enum err compare_office(struct scene *s, const struct hits *h, const struct hit *x)
{
    struct conflict_view c = {.level = LEVEL_CONFLICT, .slot = SLOT_ROLE, .resolved = -1, .rule = SLICE("former_title")};
    c.values.ptr = arena_array(s->mem, VALUES_MAX, sizeof *c.values.ptr);
    if (c.values.ptr == NULL) return ERR_NOMEM;
    struct slice title = lemma_text(&s->lex, x->title);
    struct slice holds = arena_copy(s->mem, title), held = arena_printf(s->mem, "former %.*s", (int)title.len, title.ptr);
    bool mine = false;
    for (size_t i = 0; i < h->len; i++) {
        const struct hit *y = &h->ptr[i];
        if (y->person != x->person || y->title != x->title || y->framed || wavers(h, y) || far_apart(s, x->reading, y->reading)) continue;
        mine |= own(s, y);
        enum err e = file_hit(s, &c.values, y->former ? held : holds, y);
        if (e != OK) return e;
    }
    if (c.values.len != 2 || !mine) return OK;
    for (size_t i = 0; i < 2; i++) {
        if (slice_eq(c.values.ptr[i].value, holds) && lead_holders(s, &c.values.ptr[i]) < 2) return OK;
    }
    const struct reading *r = &s->readings[x->reading];
    c.subject = slice_cut(r->text, r->words[x->w0].b, r->words[x->w1 - 1].e);
    c.across = crosses(&c.values);
    c.id = arena_printf(s->mem, "role|%.*s|%.*s", (int)title.len, title.ptr, (int)lemma_text(&s->lex, x->person).len, lemma_text(&s->lex, x->person).ptr);
    return c.id.ptr == NULL ? ERR_NOMEM : conflict_add(s, c);
}

static enum err compare_offices(struct scene *s)
{
    struct hits h = hits_make(s);
    if (h.ptr == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_readings; r++) find_offices(s, r, &h);
    for (size_t i = 0; i < h.len; i++) {
        bool again = !h.ptr[i].former || wavers(&h, &h.ptr[i]);
        for (size_t k = 0; k < i && !again; k++) again = h.ptr[k].former && h.ptr[k].person == h.ptr[i].person && h.ptr[k].title == h.ptr[i].title;
        enum err e = again ? OK : compare_office(s, &h, &h.ptr[i]);
        if (e != OK) return e;
    }
    return OK;
}

/* --- the how-manieth meeting --- */

static const char *const meetings = "meet talk summit visit round conversation session trip";

/* "third extended meeting with", "the meeting, the third between". */
static void find_nth(const struct scene *s, uint32_t r, struct hits *out)
{
    const struct reading *rd = &s->readings[r];
    for (uint32_t w = 1; w + 1 < rd->n_words; w++) {
        struct number n;
        if (!numeral_at(rd, w, &n) || !n.ordinal || n.value < 2 || n.value > 40 || (rd->words[w].flags & WORD_QUOTED)) continue;
        uint32_t first = 0, last = 0;
        for (uint32_t k = w + 1; k <= w + 3 && last == 0 && same_sentence(rd, w, k); k++)
            if (is(s, r, k, meetings)) first = w, last = k;
        if (last == 0 && same_sentence(rd, w, w + 1) && is(s, r, w + 1, "between since such with"))
            for (uint32_t k = 1; k <= 3 && k <= w && last == 0 && same_sentence(rd, w - k, w); k++)
                if (is(s, r, w - k, meetings)) first = w - k, last = w + 1;
        if (last == 0 || !sentence_has(s, r, w, "between with since")) continue;
        hits_add(out, (struct hit){.reading = r, .b = rd->words[first].b, .e = rd->words[last].e, .number = (uint32_t)n.value});
        return;
    }
}

static size_t shared_people(struct scene *s, const struct event_view *a, const struct event_view *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->participants_len; i++)
        for (size_t k = 0; k < b->participants_len; k++) n += same_name(s, a->participants[i].value, b->participants[k].value);
    return n;
}

/* The two events have another place or another length, and the same pair. */
static bool other_meeting(struct scene *s, const struct event_view *a, const struct event_view *b)
{
    if (a->place.value.len == 0 || b->place.value.len == 0 || shared_people(s, a, b) < 2) return false;
    return !same_name(s, a->place.value, b->place.value);
}

static enum err compare_nth(struct scene *s)
{
    struct hits h = hits_make(s);
    if (h.ptr == NULL) return ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_readings; r++) find_nth(s, r, &h);
    for (size_t i = 0; i < h.len; i++)
        for (size_t k = i + 1; k < h.len && own(s, &h.ptr[i]); k++) {
            uint32_t story = s->readings[h.ptr[k].reading].story;
            if (story == 0 || h.ptr[i].number != h.ptr[k].number) continue;
            const struct event_view *ours = &s->out->event, *theirs = &s->near[story - 1].event;
            if (!other_meeting(s, ours, theirs)) continue;
            struct conflict_view c = {.level = LEVEL_OPEN, .slot = SLOT_ORDINAL, .resolved = -1, .across = true, .rule = SLICE("nth_meeting")};
            c.values.ptr = arena_array(s->mem, VALUES_MAX, sizeof *c.values.ptr);
            c.subject = arena_printf(s->mem, "meeting %u of %.*s and %.*s", h.ptr[i].number, (int)ours->participants[0].value.len, ours->participants[0].value.ptr,
                                     (int)ours->participants[1].value.len, ours->participants[1].value.ptr);
            if (c.values.ptr == NULL || c.subject.ptr == NULL) return ERR_NOMEM;
            enum err e = file_hit(s, &c.values, arena_printf(s->mem, "%u: %.*s", h.ptr[i].number, (int)ours->place.value.len, ours->place.value.ptr), &h.ptr[i]);
            if (e == OK) e = file_hit(s, &c.values, arena_printf(s->mem, "%u: %.*s", h.ptr[k].number, (int)theirs->place.value.len, theirs->place.value.ptr), &h.ptr[k]);
            c.id = arena_printf(s->mem, "ordinal|meeting|%u", h.ptr[i].number);
            if (e == OK && c.id.ptr == NULL) e = ERR_NOMEM;
            return e == OK ? conflict_add(s, c) : e;
        }
    return OK;
}

enum err find_states(struct scene *s)
{
    enum err e = compare_war_years(s);
    if (e == OK) e = compare_offices(s);
    return e == OK ? compare_nth(s) : e;
}
