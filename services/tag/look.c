/* look.c - fills in how tokens look. Only what may be part of a name, and its neighbours, is looked at closely. */
#include "look.h"

#include "habits.h"

enum { GAP_MAX = 3, PHRASE_TOKENS_MAX = 7, AROUND = 2, HEADLINE_SHORTEST = 4, STRETCH_TOKENS = 256 };

const char *const known_names[KNOWN_LISTS] = {"ADMIN", "AGENCY", "AWARD", "CITY", "CITYBIG", "COMPANY", "FACILITY", "LEAGUE", "NEWS",
                                              "PERSON", "TEAM", "UNIV"};

/* --- which tokens may be part of a name --- */

/* True when a name may go on across token i, which has no capital. */
static bool bridges(const struct tokens *t, size_t i, bool wide)
{
    const struct token *k = &t->ptr[i];
    if (k->kind & (TOKEN_LINK | TOKEN_OPEN) || (k->word & (WORD_SAY | WORD_AUXILIARY))) return false;
    if (wide && (k->kind & TOKEN_WORD)) return true;
    if (k->kind & TOKEN_NUMBER || (k->word & (WORD_LINK | WORD_PREPOSITION | WORD_DETERMINER))) return true;
    if (k->kind & TOKEN_WORD) return (k->kind & TOKEN_GLUED) != 0;
    return (k->kind & TOKEN_DASH && k->e - k->b == 1) || token_is(t, i, '\'') || token_is(t, i, '&') || token_is(t, i, '/') || token_is(t, i, '.')
        || slice_eq(token_text(t, i), SLICE("’"));
}

static void activate_gap(const struct view *v, size_t last, size_t i)
{
    if (i - last - 1 > GAP_MAX) return;
    bool comma = v->wide && i == last + 2 && token_is(v->t, last + 1, ','); /* Oslo, Norway */
    for (size_t k = last + 1; k < i && !comma; k++)
        if (!bridges(v->t, k, v->wide)) return;
    for (size_t k = last + 1; k < i; k++) v->look[k].active = true;
}

/* A capital makes its token active, the gap to the one before, and its neighbours where names spill over: "Berg administration", al-Sham. */
static void activate(const struct view *v, struct sentence s)
{
    const struct tokens *t = v->t;
    size_t last = SIZE_MAX;
    for (size_t i = s.first; i < s.end; i++) {
        if (!token_capital(&t->ptr[i]) || (t->ptr[i].kind & TOKEN_LINK)) continue;
        v->look[i].active = true;
        if (last != SIZE_MAX) activate_gap(v, last, i);
        last = i;
        if (i + 1 < s.end && (t->ptr[i + 1].kind & (TOKEN_WORD | TOKEN_NUMBER)) && !(t->ptr[i + 1].word & (WORD_FUNCTION | WORD_SAY))) v->look[i + 1].active = true;
        if (i > s.first && (t->ptr[i - 1].kind & TOKEN_NUMBER)) v->look[i - 1].active = true;
        if (i > s.first + 1 && (t->ptr[i - 1].kind & TOKEN_DASH) && (t->ptr[i].kind & TOKEN_GLUED) && (t->ptr[i - 1].kind & TOKEN_GLUED))
            v->look[i - 1].active = v->look[i - 2].active = true;
        if (i > s.first && (t->ptr[i - 1].word & (WORD_LINK | WORD_DETERMINER | WORD_PLACE))) v->look[i - 1].active = true;
        if (i + 2 < s.end && (t->ptr[i + 1].kind & TOKEN_DASH) && (t->ptr[i + 1].kind & TOKEN_GLUED) && (t->ptr[i + 2].kind & TOKEN_GLUED))
            v->look[i + 1].active = v->look[i + 2].active = true;
    }
}

/* Prose in capitals has five bytes a word and more. A stretch of sentences whose tokens may nearly all be names and are as short as "Aa-Aa-"
 * is none: nothing there is looked at, or a byte of it would cost ten times what a byte of an article does. */
static void pass_over(const struct view *v, size_t first, size_t end)
{
    size_t active = 0, bytes = v->t->ptr[end - 1].e - v->t->ptr[first].b;
    for (size_t i = first; i < end; i++) active += v->look[i].active;
    for (size_t i = first; i < end && active * 9 > bytes * 2; i++) v->look[i].active = false;
}

static enum headline headline_of(const struct tokens *t, struct sentence s)
{
    size_t words = 0, upper = 0, whole = 0;
    for (size_t i = s.first; i < s.end; i++) {
        const struct token *k = &t->ptr[i];
        if (!(k->kind & TOKEN_WORD) || (k->kind & TOKEN_GLUED) || k->e - k->b < 4) continue;
        words++;
        if (k->kind & TOKEN_UPPER) upper++;
        if (k->kind & TOKEN_CAPITALS) whole++;
    }
    if (words >= 2 && whole * 10 >= words * 9) return ALL_CAPITALS;
    return words >= HEADLINE_SHORTEST && upper * 100 >= words * 85 ? TITLE_CASE : PROSE;
}

/* --- one token --- */

static void fill_shape(const struct view *v, size_t i, struct look *k)
{
    struct slice s = token_text(v->t, i);
    uint64_t full = 7, brief = 7;
    char before = 0;
    for (size_t n = 0; n < s.len && n < 24; n++) {
        unsigned char c = (unsigned char)s.ptr[n];
        char x = c >= 'A' && c <= 'Z' ? 'X' : c >= 'a' && c <= 'z' ? 'x' : c >= '0' && c <= '9' ? 'd' : c >= 0x80 ? 'u' : (char)c;
        if (n < 8) full = full * 131 + (unsigned char)x;
        if (x != before) brief = brief * 131 + (unsigned char)x;
        before = x;
    }
    if ((v->t->ptr[i].kind & TOKEN_UPPER) && (unsigned char)s.ptr[0] >= 0x80) brief = brief * 131 + 'U';
    k->shape = full * 31 + (s.len > 8);
    k->brief = brief;
}

static void fill(const struct view *v, size_t i)
{
    struct look *k = &v->look[i];
    const struct model *m = v->model;
    if (k->done) return;
    k->done = true;
    fill_shape(v, i, k);
    k->slot = packed_slot(m->word, m->head->words, v->t->ptr[i].lower, WORD_BITS);
    if (k->slot != 0) {
        uint32_t word = (m->word[k->slot - 1] & ((1u << WORD_BITS) - 1)) ^ m->head->word_flip;
        k->fine = (uint16_t)(1 + (word >> 7));
        k->coarse = (uint16_t)(1 + (word & 127));
    }
    uint32_t part = token_capital(&v->t->ptr[i]) ? packed_find(m->part, m->head->parts, v->t->ptr[i].lower, PART_BITS) : 0;
    k->given = part & 7;
    k->family = (uint8_t)(part >> 3);
}

static void mark(const struct view *v, size_t first, size_t n, uint32_t kinds)
{
    if (n == 1) {
        v->look[first].known[PLACE_SINGLE] |= kinds;
        return;
    }
    v->look[first].known[PLACE_BEGIN] |= kinds;
    for (size_t k = 1; k + 1 < n; k++) v->look[first + k].known[PLACE_INSIDE] |= kinds;
    v->look[first + n - 1].known[PLACE_LAST] |= kinds;
}

/* The longest phrase of the lists, and the longest of the world's names, that begins at token i. */
static void know(const struct view *v, size_t i, size_t end)
{
    const struct tokens *t = v->t;
    uint64_t h = WORLD_SEED;
    uint32_t best = 0;
    size_t n = 0, len = 0;
    for (size_t k = i; k < end && k < i + PHRASE_TOKENS_MAX; k++) {
        h = world_mix(h, t->ptr[k].lower);
        if (!token_capital(&t->ptr[k])) continue;
        uint32_t set = packed_find(v->model->phrase, v->model->head->phrases, h, PHRASE_BITS);
        if (set == 0) continue;
        best = v->model->head->set[set];
        n = k + 1 - i;
    }
    if (n > 0) mark(v, i, n, best);
    const struct alias *a = world_longest(v->world, t, i, end, &len);
    if (a == NULL) return;
    enum entity_type type = world_fact(v->world, a->fact)->type;
    enum known kind = a->kind == ALIAS_DEMONYM ? KNOWN_DEMONYM : a->kind == ALIAS_SURNAME ? KNOWN_SURNAME
        : type == ENTITY_PERSON ? KNOWN_HEAD : type == ENTITY_ORGANIZATION ? KNOWN_BODY : KNOWN_PLACE;
    mark(v, i, len, 1u << kind);
}

bool view_next(const struct view *v, size_t from, size_t *first, size_t *end)
{
    size_t i = from;
    while (i < v->t->len && !v->look[i].active) i++;
    if (i == v->t->len) return false;
    *first = i;
    size_t stop = v->t->sentence[v->sentence[i]].end;
    while (i < stop && v->look[i].active) i++;
    *end = i;
    return true;
}

enum err view_make(const struct model *m, const struct world *w, struct arena *mem, const struct tokens *t, bool wide, struct view *out)
{
    *out = (struct view){.t = t, .model = m, .world = w, .wide = wide};
    out->look = arena_array(mem, t->len + 1, sizeof *out->look);
    out->sentence = arena_array(mem, t->len + 1, sizeof *out->sentence);
    out->headline = arena_array(mem, t->sentences + 1, 1);
    if (out->look == NULL || out->sentence == NULL || out->headline == NULL) return ERR_NOMEM;
    for (size_t n = 0; n < t->sentences; n++) {
        out->headline[n] = (uint8_t)headline_of(t, t->sentence[n]);
        for (size_t i = t->sentence[n].first; i < t->sentence[n].end; i++) out->sentence[i] = (uint32_t)n;
        activate(out, t->sentence[n]);
    }
    for (size_t n = 0, first = 0; n < t->sentences; n++) {
        if (t->sentence[n].end - first < STRETCH_TOKENS) continue;
        pass_over(out, first, t->sentence[n].end);
        first = t->sentence[n].end;
    }
    for (size_t first, end, at = 0; view_next(out, at, &first, &end); at = end) {
        size_t b = first > AROUND ? first - AROUND : 0, e = end + AROUND < t->len ? end + AROUND : t->len;
        for (size_t i = b; i < e; i++) fill(out, i);
        for (size_t i = first; i < end; i++)
            if (token_capital(&t->ptr[i]) || (t->ptr[i].kind & TOKEN_NUMBER)) know(out, i, t->sentence[out->sentence[i]].end);
    }
    return habits_count(out, mem);
}
