/* names_model.c - names by the learned model: each run of tokens that may hold names is decoded by itself, and once more with what the first
 * look said of the same words elsewhere in the text. */
#include "decode.h"
#include "names.h"

enum { CLASSES = 5 /* no name, then the types */, PART_TOKENS = 1 << 15 };

static const float CARRY = 3, LEAST = 0.35f; /* what other places count for; names less likely are none */

struct memory { uint64_t word; float places, sum[CLASSES]; }; /* of a word: places, and how likely it was of each class there */

static const enum entity_type types[] = {ENTITY_PERSON, ENTITY_ORGANIZATION, ENTITY_LOCATION, ENTITY_MISC};

static int class_of(int label)
{
    return (label + 3) / 4;
}

/* The share of names with that raw likelihood that proved right. */
static float calibrated(const struct model_head *h, float raw)
{
    float at = raw * (CALIBRATION - 1);
    int i = at >= CALIBRATION - 1 ? CALIBRATION - 2 : (int)at;
    return h->calibration[i] + (h->calibration[i + 1] - h->calibration[i]) * (at - (float)i);
}

static void take_run(const struct view *v, const struct chain *c, size_t first, const struct lattice *l, struct names *out)
{
    const struct model_head *h = v->model->head;
    for (size_t i = 0; i < l->n;) {
        int label = l->label[i];
        size_t e = i + 1;
        if (label == 0) {
            i = e;
            continue;
        }
        if ((label - 1) % 4 == PLACE_BEGIN)
            while (e < l->n && (l->label[e++] - 1) % 4 != PLACE_LAST) {}
        int type = (label - 1) / 4;
        float likely = (float)lattice_likely(c, l, i, e, type);
        if (likely >= LEAST)
            out->ptr[out->len++] = (struct name){.first = (uint32_t)(first + i), .end = (uint32_t)(first + e), .type = types[type],
                                                 .score = calibrated(h, likely)};
        i = e;
    }
}

static bool any_name(const struct lattice *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->label[i] != 0) return true;
    return false;
}

/* What is read of a part of a document at a time, so that memory is bounded: any article is one part. */
struct reading {
    const struct view *v;
    struct chain chain;
    float (*score)[LABELS];   /* of each token that may be part of a name, in their order */
    float (*likely)[CLASSES]; /* that it is none, or part of a name of each type, at the first look */
    size_t tokens;
    struct memory *slot;
    size_t mask;
};

static struct memory *memory_at(const struct reading *r, uint64_t word)
{
    uint64_t key = word ? word : 1;
    size_t i = (key ^ key >> 32) & r->mask;
    while (r->slot[i].word != 0 && r->slot[i].word != key) i = (i + 1) & r->mask;
    r->slot[i].word = key;
    return &r->slot[i];
}

/* A word with a capital whose other places say something about it. Countries do not: they are part of much longer names. */
static bool carries(const struct view *v, size_t i)
{
    const uint32_t *k = v->look[i].known;
    return token_capital(&v->t->ptr[i]) && !((k[PLACE_BEGIN] | k[PLACE_INSIDE] | k[PLACE_LAST] | k[PLACE_SINGLE]) & (1u << KNOWN_PLACE | 1u << KNOWN_DEMONYM));
}

static void look_once(struct reading *r, size_t first, size_t end, struct lattice *l)
{
    lattice_score(r->v, first, end, l);
    lattice_sums(&r->chain, l);
    for (size_t i = 0; i < l->n; i++, r->tokens++) {
        float *likely = r->likely[r->tokens];
        memcpy(r->score[r->tokens], l->score[i], sizeof l->score[i]);
        memset(likely, 0, sizeof r->likely[0]);
        for (int b = 0; b < LABELS; b++) likely[class_of(b)] += (float)(l->forward[i][b] * l->backward[i][b]);
        if (!carries(r->v, first + i)) continue;
        struct memory *m = memory_at(r, r->v->t->ptr[first + i].lower);
        m->places++;
        for (int k = 0; k < CLASSES; k++) m->sum[k] += likely[k];
    }
}

/* The same word in other places of the text speaks for what it was there, the more of them the louder. */
static void look_again(struct reading *r, size_t first, size_t end, struct lattice *l)
{
    l->n = end - first;
    for (size_t i = 0; i < l->n; i++, r->tokens++) {
        memcpy(l->score[i], r->score[r->tokens], sizeof l->score[i]);
        if (!carries(r->v, first + i)) continue;
        const struct memory *m = memory_at(r, r->v->t->ptr[first + i].lower);
        if (m->places < 2) continue;
        const float *own = r->likely[r->tokens];
        for (int b = 0; b < LABELS; b++) l->score[i][b] += CARRY * (m->sum[class_of(b)] - own[class_of(b)]) / (float)m->places;
    }
    lattice_best(&r->chain, l);
}

static enum err reading_make(struct reading *r, const struct view *v, struct arena *mem, size_t most)
{
    size_t part = most < PART_TOKENS ? most : PART_TOKENS, slots = 64;
    while (slots < part * 2) slots *= 2;
    *r = (struct reading){.v = v, .score = arena_array(mem, part, sizeof *r->score), .likely = arena_array(mem, part, sizeof *r->likely),
                          .slot = arena_array(mem, slots, sizeof *r->slot), .mask = slots - 1};
    chain_make(&r->chain, v->model->head->transition);
    return r->score == NULL || r->likely == NULL || r->slot == NULL ? ERR_NOMEM : OK;
}

/* Reads the part that begins at token `at`; returns where the next begins. */
static size_t read_part(struct reading *r, size_t at, struct lattice *l, struct names *out)
{
    size_t first, end, stop = at;
    memset(r->slot, 0, (r->mask + 1) * sizeof *r->slot);
    for (r->tokens = 0; view_next(r->v, stop, &first, &end) && r->tokens + (end - first) <= PART_TOKENS; stop = end) look_once(r, first, end, l);
    for (r->tokens = 0; at < stop && view_next(r->v, at, &first, &end); at = end) {
        look_again(r, first, end, l);
        if (!any_name(l)) continue;
        lattice_sums(&r->chain, l);
        take_run(r->v, &r->chain, first, l, out);
    }
    return stop;
}

enum err names_decode(const struct model *m, const struct world *w, struct arena *mem, const struct tokens *t, struct names *out)
{
    struct view v;
    struct lattice l;
    struct reading r;
    enum err e = view_make(m, w, mem, t, false, &v);
    if (e != OK) return e;
    size_t most = 1, first, end;
    for (size_t i = 0; i < t->len; i++) most += v.look[i].active;
    *out = (struct names){arena_array(mem, most, sizeof *out->ptr), 0};
    if (out->ptr == NULL || reading_make(&r, &v, mem, most) != OK) return ERR_NOMEM;
    for (size_t at = 0; view_next(&v, at, &first, &end);) at = read_part(&r, at, &l, out);
    return OK;
}

enum err names_by_model(const struct model *m, const struct world *w, struct arena *mem, const struct tokens *t, struct names *out)
{
    enum err e = names_decode(m, w, mem, t, out);
    if (e == OK) e = names_agree(w, mem, t, out);
    if (e == OK) names_events(t, out);
    return e;
}
