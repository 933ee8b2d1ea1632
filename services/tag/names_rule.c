/* names_rule.c - names without a model: runs of capitals, typed by titles, head words, given names and the world's facts. */
#include "names.h"

struct finder {
    const struct world *world;
    const struct tokens *t;
    struct names *out;
};

/* A sentence in which most words are capitals says nothing by them. */
static bool headline(const struct tokens *t, struct sentence s)
{
    size_t words = 0, upper = 0;
    for (size_t i = s.first; i < s.end; i++) {
        const struct token *k = &t->ptr[i];
        if (!(k->kind & TOKEN_WORD) || (k->kind & TOKEN_GLUED) || k->e - k->b < 4) continue;
        words++;
        if (k->kind & TOKEN_UPPER) upper++;
    }
    return words >= 4 && upper * 10 >= words * 8;
}

static bool may_begin(const struct tokens *t, size_t i)
{
    const struct token *k = &t->ptr[i];
    if (!(k->kind & TOKEN_UPPER) || (k->word & (WORD_FUNCTION | WORD_WEEKDAY | WORD_MONTH | WORD_PRONOUN))) return false;
    return true;
}

/* Where the run of capitals from `first` ends: small link words may stand inside, hyphens join capitals. */
static size_t run_end(const struct tokens *t, size_t first, size_t end)
{
    size_t e = first + 1;
    while (e < end) {
        const struct token *k = &t->ptr[e];
        if ((k->kind & TOKEN_UPPER) && !(k->word & (WORD_WEEKDAY | WORD_MONTH))) e++;
        else if ((k->word & WORD_LINK) && !slice_eq(token_text(t, e), SLICE("and")) && e + 1 < end && (t->ptr[e + 1].kind & TOKEN_UPPER)) e += 2;
        else break;
    }
    return e;
}

static bool first_of_sentence(const struct tokens *t, size_t i)
{
    return (t->ptr[i].kind & TOKEN_FIRST) || (i > 0 && (t->ptr[i - 1].kind & TOKEN_OPEN));
}

static enum entity_type type_of(const struct finder *f, size_t first, size_t end, bool titled)
{
    const struct token *a = &f->t->ptr[first], *z = &f->t->ptr[end - 1];
    if (titled) return ENTITY_PERSON;
    if (z->word & WORD_ORG) return ENTITY_ORGANIZATION;
    if (z->word & WORD_PLACE) return ENTITY_LOCATION;
    if (a->word & (WORD_MALE | WORD_FEMALE)) return ENTITY_PERSON;
    if (end - first == 1 && (a->kind & TOKEN_CAPITALS)) return ENTITY_ORGANIZATION;
    if (end - first == 2 || end - first == 3) return ENTITY_PERSON;
    if (first > 0 && token_in(f->t, first - 1, WORD_PREPOSITION) && end - first == 1) return ENTITY_LOCATION;
    return ENTITY_MISC;
}

static void add(struct finder *f, size_t first, size_t end, enum entity_type type, const struct alias *alias, float score)
{
    f->out->ptr[f->out->len++] = (struct name){.first = (uint32_t)first, .end = (uint32_t)end, .type = type, .score = score, .alias = alias};
}

static size_t from_world(struct finder *f, size_t i, size_t end)
{
    size_t len = 0;
    const struct alias *a = world_longest(f->world, f->t, i, end, &len);
    if (a == NULL) return 0;
    enum entity_type type = a->kind == ALIAS_DEMONYM ? ENTITY_MISC : world_fact(f->world, a->fact)->type;
    if (a->kind == ALIAS_SURNAME && i + len < end && (f->t->ptr[i + len].kind & TOKEN_UPPER)) return 0;
    add(f, i, i + len, type, a, 0.9f);
    return len;
}

static size_t from_capitals(struct finder *f, size_t i, struct sentence s)
{
    const struct tokens *t = f->t;
    size_t b = i, e = run_end(t, i, s.end);
    bool titled = i > s.first && token_in(t, i - 1, WORD_TITLE) && !token_in(t, i, WORD_TITLE);
    while (b < e && token_in(t, b, WORD_TITLE)) {
        titled = true;
        b++;
    }
    if (b == e) return e - i;
    for (size_t k = b; k < e; k++) { /* a fact inside the run ends it: "President Putin Tuesday", "Washington Mr. Low" */
        size_t len;
        if (k > b && token_in(t, k, WORD_TITLE)) {
            e = k;
            break;
        }
        const struct alias *a = world_longest(f->world, t, k, e, &len);
        if (a != NULL && k > b && a->kind != ALIAS_SURNAME) {
            e = k;
            break;
        }
    }
    if (e - b == 1 && !titled && (first_of_sentence(t, b) || !(t->ptr[b].kind & TOKEN_CAPITALS)) && t->ptr[b].word != 0) return e - i;
    if (e - b == 1 && !titled && first_of_sentence(t, b)) return e - i;
    add(f, b, e, type_of(f, b, e, titled), NULL, 0.6f);
    return e - i;
}

static bool seen_before(const struct finder *f, size_t i)
{
    for (size_t k = 0; k < f->out->len && k < 64; k++) {
        const struct name *n = &f->out->ptr[k];
        if (n->type == ENTITY_PERSON && f->t->ptr[n->end - 1].exact == f->t->ptr[i].exact) return true;
    }
    return false;
}

static void sentence_names(struct finder *f, struct sentence s)
{
    bool title = headline(f->t, s);
    for (size_t i = s.first; i < s.end;) {
        if (!may_begin(f->t, i)) {
            i++;
            continue;
        }
        size_t n = from_world(f, i, s.end);
        if (n == 0 && seen_before(f, i)) {
            add(f, i, i + 1, ENTITY_PERSON, NULL, 0.7f);
            n = 1;
        }
        if (n == 0 && !title) n = from_capitals(f, i, s);
        i += n > 0 ? n : 1;
    }
}

enum err names_by_rule(const struct world *w, struct arena *mem, const struct tokens *t, struct names *out)
{
    struct finder f = {w, t, out};
    *out = (struct names){arena_array(mem, t->len + 1, sizeof *out->ptr), 0};
    if (out->ptr == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < t->sentences; i++) sentence_names(&f, t->sentence[i]);
    return OK;
}
