/* names_model.c - names by the learned model: each run of tokens that may hold names is decoded by itself. */
#include "decode.h"
#include "names.h"

static const enum entity_type types[] = {ENTITY_PERSON, ENTITY_ORGANIZATION, ENTITY_LOCATION, ENTITY_MISC};

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
        out->ptr[out->len++] = (struct name){.first = (uint32_t)(first + i), .end = (uint32_t)(first + e), .type = types[type],
                                             .score = calibrated(h, (float)lattice_likely(c, l, i, e, type))};
        i = e;
    }
}

static bool any_name(const struct lattice *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->label[i] != 0) return true;
    return false;
}

enum err names_decode(const struct model *m, const struct world *w, struct arena *mem, const struct tokens *t, struct names *out)
{
    struct view v;
    struct lattice l;
    struct chain c;
    enum err e = view_make(m, w, mem, t, false, &v);
    if (e != OK) return e;
    size_t most = 1;
    for (size_t i = 0; i < t->len; i++) most += v.look[i].active;
    *out = (struct names){arena_array(mem, most, sizeof *out->ptr), 0};
    if (out->ptr == NULL) return ERR_NOMEM;
    chain_make(&c, m->head->transition);
    for (size_t first, end, at = 0; view_next(&v, at, &first, &end); at = end) {
        lattice_score(&v, first, end, &l);
        lattice_best(&c, &l);
        if (!any_name(&l)) continue;
        lattice_sums(&c, &l);
        take_run(&v, &c, first, &l, out);
    }
    return OK;
}

enum err names_by_model(const struct model *m, const struct world *w, struct arena *mem, const struct tokens *t, struct names *out)
{
    enum err e = names_decode(m, w, mem, t, out);
    if (e == OK) e = names_agree(w, mem, t, out);
    if (e == OK) names_events(t, out);
    return e;
}
