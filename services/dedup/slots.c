/* slots.c - places and durations that stand near a word for a meeting or a journey. */
#include "slots.h"

#include "tables.h"

enum { REACH = 14 /* words between the event's word and its place */, NEAR = 4 /* and its duration */, COUNTRY_WORDS = 3 };

/* True when the folded word stands in a list of words with spaces around each. */
static bool listed(const char *list, struct slice word)
{
    char probe[68];
    size_t n = word_fold(word, probe + 1);
    probe[0] = ' ';
    probe[n + 1] = ' ';
    probe[n + 2] = '\0';
    return n > 0 && strstr(list, probe) != NULL;
}

/* Most words are turned away by their first letter and length. */
static bool encounter(struct slice word)
{
    char folded[64];
    if (word_kin(table_encounters, word.ptr[0], word.len) == NULL && word_plain(word)) return false;
    return word_in(table_encounters, folded, word_fold(word, folded));
}

static struct slice word_at(struct slice text, const struct words *w, size_t i)
{
    return slice_cut(text, w->ptr[i].b, w->ptr[i].e);
}

/* The first and one past the last word of the sentence that holds word i. */
static void sentence_of(const struct words *w, size_t i, size_t *b, size_t *e)
{
    *b = i;
    while (*b > 0 && !(w->ptr[*b].flags & WORD_START)) --*b;
    *e = i + 1;
    while (*e < w->len && !(w->ptr[*e].flags & WORD_START)) ++*e;
}

static uint32_t count_of(struct slice word)
{
    static const char *const small[] = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (slice_eq_nocase(word, slice_of(small[i]))) return (uint32_t)i + 1;
    uint32_t n = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] < '0' || word.ptr[i] > '9' || n > 1000) return 0;
        n = n * 10 + (uint32_t)(word.ptr[i] - '0');
    }
    return n;
}

static uint32_t unit_of(struct slice word)
{
    if (listed(" hour hours ", word)) return 60;
    if (listed(" minute minutes ", word)) return 1;
    if (listed(" day days ", word)) return 24 * 60;
    return 0;
}

/* The document's location mention that covers [b, e); with no entities at all every capital will do. */
static bool is_place(const struct doc *doc, uint32_t b, uint32_t e)
{
    if (!doc_has(doc, DOC_ENTITIES)) return true;
    for (size_t i = 0; i < doc->entities.len; i++) {
        const struct entity *en = &doc->entities.ptr[i];
        for (size_t m = 0; m < en->mentions.len; m++) {
            const struct mention *at = &en->mentions.ptr[m];
            enum entity_type type = at->type ? at->type : en->type;
            if (type == ENTITY_LOCATION && at->b < e && b < at->e) return true;
        }
    }
    return false;
}

static void place_named(struct slot_place *p, uint32_t stem, struct slice name)
{
    name = utf8_start(name, PLACE_NAME);
    *p = (struct slot_place){.stem = stem, .len = (uint8_t)name.len};
    memcpy(p->name, name.ptr, name.len);
}

static void add_place(struct slots *s, uint32_t stem, struct slice name, uint8_t phase)
{
    size_t i = 0;
    while (i < s->n_places && s->place[i].stem != stem) i++;
    if (i == SLOT_PLACES) return;
    if (i == s->n_places) place_named(&s->place[s->n_places++], stem, name);
    s->place[i].phase |= phase;
}

/* What the word for the event says of its time: "met" it was; "heads", "will visit", "to meet" it will be. */
static uint8_t phase_of(struct slice text, const struct words *w, size_t i)
{
    static const char done[] = " met visited traveled travelled ", coming[] = " heads travels travelling traveling ", before[] = " will to would plans ";
    if (listed(done, word_at(text, w, i))) return PLACE_HELD;
    bool ahead = listed(coming, word_at(text, w, i)) || (i > 0 && listed(before, word_at(text, w, i - 1)));
    return ahead ? PLACE_AHEAD : 0;
}

/* "in", "at" or "to" at word i and a name of a town behind it. */
static void take_place(const struct doc *doc, const struct words *w, size_t i, size_t end, uint8_t phase, struct slots *s)
{
    if (!listed(" in at to near ", word_at(doc->text, w, i))) return;
    size_t b = i + 1, e = b;
    while (e < end && e < b + COUNTRY_WORDS && (w->ptr[e].flags & (WORD_CAPITAL | WORD_STOP | WORD_NUMBER)) == WORD_CAPITAL) {
        if (e > b && (w->ptr[e].flags & WORD_BREAK) && !slice_starts(slice_cut(doc->text, w->ptr[e - 1].e, w->ptr[e].b), SLICE(". "))) break;
        e++;
    }
    if (e == b) return;
    struct slice last = word_at(doc->text, w, e - 1);
    if (listed(table_months, last) || listed(table_countries, last)) return;
    if (is_place(doc, w->ptr[b].b, w->ptr[e - 1].e)) add_place(s, w->ptr[e - 1].stem, slice_cut(doc->text, w->ptr[b].b, w->ptr[e - 1].e), phase);
}

/* A number and a unit at word i, i + 1. */
static void take_duration(struct slice text, const struct words *w, size_t i, size_t end, struct slots *s)
{
    if (i + 1 >= end || s->n_durations == SLOT_DURATIONS) return;
    uint32_t unit = unit_of(word_at(text, w, i + 1)), n = unit ? count_of(word_at(text, w, i)) : 0;
    if (n == 0) return;
    for (size_t k = 0; k < s->n_durations; k++)
        if (s->duration[k].b == w->ptr[i].b) return;
    if (i + 2 < end && listed(" ago earlier later before after notice deadline ", word_at(text, w, i + 2))) return;
    s->duration[s->n_durations++] = (struct slot_duration){n * unit, w->ptr[i].b};
}

void slots_find(const struct doc *doc, const struct words *w, struct slots *s)
{
    *s = (struct slots){0};
    for (size_t i = 0; i < w->len; i++) {
        if (!encounter(word_at(doc->text, w, i))) continue;
        size_t b, e;
        sentence_of(w, i, &b, &e);
        uint8_t phase = phase_of(doc->text, w, i);
        size_t from = i > b + REACH ? i - REACH : b, to = i + REACH < e ? i + REACH : e;
        for (size_t k = from; k < to; k++) {
            take_place(doc, w, k, e, phase, s);
            if (k + NEAR >= i && k <= i + NEAR) take_duration(doc->text, w, k, e, s);
        }
    }
}

static bool durations_agree(uint32_t a, uint32_t b)
{
    uint32_t more = a > b ? a : b, less = a > b ? b : a;
    return more * 4 <= less * 5; /* within a quarter: five hours, four and a half */
}

const struct slot_place *slots_same_place(const struct slots *a, const struct slots *b)
{
    for (size_t i = 0; i < a->n_places; i++)
        for (size_t k = 0; k < b->n_places; k++)
            if (a->place[i].stem == b->place[k].stem) return &a->place[i];
    return NULL;
}

const struct slot_duration *slots_same_duration(const struct slots *a, const struct slots *b)
{
    for (size_t i = 0; i < a->n_durations; i++)
        for (size_t k = 0; k < b->n_durations; k++)
            if (durations_agree(a->duration[i].minutes, b->duration[k].minutes)) return &a->duration[i];
    return NULL;
}

const struct slot_place *slots_other_phase(const struct slots *a, const struct slots *b)
{
    for (size_t i = 0; i < a->n_places; i++)
        for (size_t k = 0; k < b->n_places; k++)
            if (a->place[i].stem == b->place[k].stem && a->place[i].phase && b->place[k].phase && (a->place[i].phase ^ b->place[k].phase) == (PLACE_HELD | PLACE_AHEAD))
                return &a->place[i];
    return NULL;
}

enum veto slots_veto(const struct slots *a, const struct slots *b)
{
    if (a->n_durations && b->n_durations && slots_same_duration(a, b) == NULL) return VETO_DURATION;
    if (a->n_places && b->n_places && slots_same_place(a, b) == NULL) return VETO_PLACE;
    return VETO_NONE;
}
