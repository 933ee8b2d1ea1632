/* titles.c - one person under titles that are not the same office: "Middle East envoy", "envoy for peace negotiations". */
#include "differences.h"

enum { ROLE_WORDS = 12 };

static const char *const vague = "u.s special top senior longtime long-time chief new former current then acting deputy interim republican democrat democratic gop conservativ liberal labour "
                                 "party hous senat congressional majority minority federal national presidential stat state city county whit general";

/* Two capitals or more: CIA, EPA, GOP. */
static bool initials(struct slice w)
{
    size_t n = 0;
    for (size_t i = 0; i < w.len; i++) n += w.ptr[i] >= 'A' && w.ptr[i] <= 'Z';
    return n >= 2;
}

/* A name of one word by itself: Utah, British. "Middle East" is more than where somebody is from. */
static bool place_word(const struct reading *r, uint32_t w)
{
    for (size_t i = 0; i < r->doc->entities.len; i++)
        for (size_t k = 0; k < r->doc->entities.ptr[i].mentions.len; k++) {
            const struct mention *m = &r->doc->entities.ptr[i].mentions.ptr[k];
            if (m->b <= r->words[w].b && m->e >= r->words[w].e) return m->b == r->words[w].b && m->e <= r->words[w].e + 2;
        }
    return false;
}

/* The lemma of a word of a role, titles written out. */
static uint32_t office(struct scene *s, const struct reading *r, uint32_t w)
{
    static const struct { const char *is, *stands_for; } titles[] = {
        {"gen", "general"}, {"gov", "governor"}, {"rep", "representativ"}, {"sen", "senator"}, {"lt", "lieutenant"}, {"col", "colonel"}, {"capt", "captain"}, {"sgt", "sergeant"}, {"prof", "professor"},
        {"chairwoman", "chair"}, {"chairman", "chair"}, {"chairperson", "chair"}, {"spokeswoman", "spokesman"}, {"spokesperson", "spokesman"}, {"congressman", "representativ"},
        {"congresswoman", "representativ"}, {"attorney", "lawyer"}, {"adviser", "advisor"}, {"justic", "judg"}, {"leader", "chief"}, {"boss", "chief"}};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (word_is(&s->lex, r, w, titles[i].is)) {
            uint32_t id = lexicon_id(&s->lex, slice_of(titles[i].stands_for));
            return id ? id : r->words[w].lemma;
        }
    return r->words[w].lemma;
}

/* A name of somebody's firm or place stands in both: it is one office. */
static bool one_house(struct scene *s, struct cite x, struct cite y)
{
    uint32_t rx = reading_of(s, x), ry = reading_of(s, y);
    if (rx == UINT32_MAX || ry == UINT32_MAX) return false;
    const struct reading *a = &s->readings[rx], *b = &s->readings[ry];
    for (uint32_t w = reading_word(a, x.b); w < a->n_words && a->words[w].b < x.e; w++)
        for (uint32_t k = reading_word(b, y.b); k < b->n_words && b->words[k].b < y.e; k++)
            if (a->words[w].lemma == b->words[k].lemma && (a->words[w].flags & b->words[k].flags & WORD_NAME) && !word_is(&s->lex, a, w, vague)) return true;
    return false;
}

/* Content lemmas of a role; countries, parties, chambers, initials and "special", "top" and the like tell no difference. */
static enum err role_words(struct scene *s, struct cite c, struct ids *out)
{
    uint32_t r = reading_of(s, c);
    *out = (struct ids){arena_array(s->mem, ROLE_WORDS, sizeof *out->ptr), 0};
    if (out->ptr == NULL) return ERR_NOMEM;
    if (r == UINT32_MAX) return OK;
    const struct reading *rd = &s->readings[r];
    bool behind = false; /* in what stands behind "for", "of", "on" */
    for (uint32_t w = reading_word(rd, c.b); w < rd->n_words && rd->words[w].b < c.e && out->len < ROLE_WORDS; w++) {
        if (word_is(&s->lex, rd, w, "at")) break; /* with whom, not of what */
        behind |= word_is(&s->lex, rd, w, "for of on");
        bool last = w + 1 == rd->n_words || rd->words[w + 1].b >= c.e || word_is(&s->lex, rd, w + 1, "for of on at to");
        if (!behind && !last && !(rd->words[w].flags & WORD_CAPITAL)) continue; /* adjectives of taste: seasoned, colorful */
        bool empty = (rd->words[w].flags & WORD_STOP) || word_is(&s->lex, rd, w, vague) || initials(word_text(rd, w)) || place_word(rd, w);
        if (!empty) out->ptr[out->len++] = office(s, rd, w);
    }
    ids_sort(out);
    return OK;
}

/* All that they share is one word of office. */
static bool same_office(const struct scene *s, struct ids a, struct ids b)
{
    static const char *const offices[] = {"envoy", "advisor", "secretary", "minister", "director", "chair", "chief", "ambassador", "commander", "commissioner", "president", "editor", "manager",
                                          "prosecutor", "negotiator", "coordinator", "counsel", "governor", "mayor", "bishop"};
    uint32_t shared[ROLE_WORDS];
    size_t n = ids_shared(a, b, shared, ROLE_WORDS);
    for (size_t i = 0; n == 1 && i < sizeof offices / sizeof offices[0]; i++)
        if (slice_eq(lemma_text(&s->lex, shared[0]), slice_of(offices[i]))) return true;
    return false;
}

/* One office, and nothing else in common, of or for different things: "Middle East envoy", "envoy for peace negotiations". */
static bool titles_differ(const struct scene *s, struct ids a, struct ids b)
{
    return a.len > 1 && b.len > 1 && same_office(s, a, b);
}

static bool in_title(const struct scene *s, struct cite c)
{
    uint32_t r = reading_of(s, c), si = r == UINT32_MAX ? UINT32_MAX : reading_sentence(&s->readings[r], c.b);
    return si != UINT32_MAX && s->readings[r].sentences[si].title;
}

enum err compare_titles(struct scene *s, const struct actor *a)
{
    struct conflict_view c;
    enum err e = difference_begin(s, &c, SLOT_ROLE, "titles");
    bool differs[DIFFERENCE_VALUES_MAX] = {false};
    struct ids words[DIFFERENCE_VALUES_MAX];
    size_t n = a->roles.len < DIFFERENCE_VALUES_MAX ? a->roles.len : DIFFERENCE_VALUES_MAX;
    for (size_t i = 0; i < n && e == OK; i++) {
        e = role_words(s, a->roles.ptr[i].cites.ptr[0], &words[i]);
        for (size_t k = 0; k < i && e == OK; k++) {
            struct cite x = a->roles.ptr[i].cites.ptr[0], y = a->roles.ptr[k].cites.ptr[0];
            if (in_title(s, x) || in_title(s, y) || x.account == y.account || !titles_differ(s, words[i], words[k]) || one_house(s, x, y)) continue;
            differs[i] = differs[k] = true;
        }
    }
    for (size_t i = 0; i < n && e == OK; i++)
        for (size_t k = 0; k < a->roles.ptr[i].cites.len && differs[i] && e == OK; k++) e = difference_value(s, &c.values, a->roles.ptr[i].role, a->roles.ptr[i].cites.ptr[k]);
    if (e != OK || c.values.len < 2 || !difference_known(s, &c)) return e;
    c.subject = a->name;
    c.id = arena_printf(s->mem, "titles|%.*s", (int)(a->name.len > 100 ? 100 : a->name.len), a->name.ptr);
    return c.id.ptr == NULL ? ERR_NOMEM : conflict_add(s, c);
}

