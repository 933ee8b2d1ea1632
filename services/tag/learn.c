/* learn.c - instances are runs of active tokens; each feature of a kind that differs between corpora has a copy for each corpus. */
#include "learn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "hashes.h"
#include "learn_net.h"

enum { CORPORA_MAX = 16, ROW_FLOATS = ROW, COPIES = 2 };

struct stretch {
    size_t first; /* its first token in learner.item */
    uint32_t n;
    float weight;
};

struct item { /* a token to learn from */
    size_t first; /* its first feature in learner.feature */
    uint16_t n;
    uint8_t label;
    struct net_input in;
};

struct learner {
    struct model model;
    const struct world *world;
    const struct lexicon *lex;
    struct learn_settings set;
    struct arena *mem;
    struct corpus corpus[CORPORA_MAX]; /* not owned */
    float corpus_weight[CORPORA_MAX];
    size_t corpora, lost;
    struct hashes ids; /* feature -> how often, then 1 + row */
    struct stretch *run;
    size_t runs, run_cap;
    struct item *item;
    size_t items, item_cap;
    uint32_t *feature;
    size_t features, feature_cap;
    float (*weight)[ROW_FLOATS], (*square)[ROW_FLOATS], (*mean)[ROW_FLOATS];
    float transition_mean[LABELS][LABELS];
    size_t rows;
    struct chain chain;
    float transition[LABELS][LABELS], transition_square[LABELS][LABELS];
    uint32_t dice;
    struct net_learner *net; /* or NULL */
};

struct learner *learner_create(const struct model *model, const struct world *world, const struct lexicon *lex, const struct learn_settings *settings)
{
    struct learner *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    l->model = *model;
    l->world = world;
    l->lex = lex;
    l->set = *settings;
    l->dice = 2463534242u;
    l->mem = arena_create(512u << 20);
    if (settings->vectors != NULL) l->net = net_learner_create(settings->vectors);
    if (l->mem == NULL || (settings->vectors != NULL && l->net == NULL)) learner_destroy(&l);
    return l;
}

void learner_destroy(struct learner **l)
{
    if (*l == NULL) return;
    arena_destroy(&(*l)->mem);
    hashes_free(&(*l)->ids);
    free((*l)->run);
    free((*l)->item);
    free((*l)->feature);
    free((*l)->weight);
    free((*l)->square);
    free((*l)->mean);
    free((*l)->net);
    free(*l);
    *l = NULL;
}

enum err learner_add(struct learner *l, const struct corpus *c, float weight)
{
    if (l->corpora == CORPORA_MAX) return ERR_TOO_BIG;
    l->corpus_weight[l->corpora] = weight;
    l->corpus[l->corpora++] = *c;
    return OK;
}

static uint32_t roll(struct learner *l)
{
    l->dice ^= l->dice << 13;
    l->dice ^= l->dice >> 17;
    return l->dice ^= l->dice << 5;
}

static bool reserve(void **list, size_t need, size_t *cap, size_t size)
{
    if (need <= *cap) return true;
    size_t more = *cap * 2 > need ? *cap * 2 : need + 1024;
    void *grown = realloc(*list, more * size);
    if (grown == NULL) return false;
    *list = grown;
    *cap = more;
    return true;
}

/* --- from corpora to instances --- */

static bool copied(const struct learner *l, uint64_t feature)
{
    return l->set.copies && l->corpora > 1 && features_differ(feature);
}

static uint64_t copy_of(uint64_t feature, size_t corpus)
{
    return (feature ^ (corpus + 1) * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u | 1;
}

/* Labels of a document's tokens from its names; those that do not fit are counted as lost. */
static void label_tokens(struct learner *l, const struct view *v, const struct labelled *d, uint8_t *label)
{
    const struct tokens *t = v->t;
    size_t i = 0;
    for (size_t g = 0; g < d->golds; g++) {
        while (i < t->len && t->ptr[i].e <= d->gold[g].b) i++;
        size_t e = i;
        bool fits = i < t->len && t->ptr[i].b <= d->gold[g].b;
        while (e < t->len && t->ptr[e].b < d->gold[g].e) fits = fits && v->look[e].active && v->sentence[e] == v->sentence[i], e++;
        if (!fits || e == i) {
            l->lost++;
            continue;
        }
        for (size_t k = i; k < e; k++)
            label[k] = (uint8_t)label_of(d->gold[g].type, e == i + 1 ? PLACE_SINGLE : k == i ? PLACE_BEGIN : k + 1 == e ? PLACE_LAST : PLACE_INSIDE);
        i = e;
    }
}

static bool count_feature(struct learner *l, uint64_t feature)
{
    uint32_t *at = hashes_at(&l->ids, feature, true);
    if (at != NULL) ++*at;
    return at != NULL;
}

static void keep_feature(struct learner *l, uint64_t feature)
{
    const uint32_t *at = hashes_at(&l->ids, feature, false);
    if (at != NULL && *at != 0) l->feature[l->features++] = *at - 1;
}

static bool take_token(struct learner *l, const struct view *v, size_t i, size_t corpus, uint8_t label, bool counting)
{
    uint64_t feature[FEATURES_MAX];
    size_t n = features_of(v, i, feature);
    if (counting) {
        for (size_t k = 0; k < n; k++)
            if (!count_feature(l, feature[k]) || (copied(l, feature[k]) && !count_feature(l, copy_of(feature[k], corpus)))) return false;
        return true;
    }
    if (!reserve((void **)&l->feature, l->features + COPIES * n, &l->feature_cap, sizeof *l->feature)) return false;
    if (!reserve((void **)&l->item, l->items + 1, &l->item_cap, sizeof *l->item)) return false;
    size_t first = l->features;
    for (size_t k = 0; k < n; k++) {
        keep_feature(l, feature[k]);
        if (copied(l, feature[k])) keep_feature(l, copy_of(feature[k], corpus));
    }
    l->item[l->items++] = (struct item){first, (uint16_t)(l->features - first), label, net_input_of(v, i)};
    return true;
}

/* Every third run is learnt from as if its document had no other sentence, so that short texts are read as well as long ones. */
static void isolate(const struct view *v, size_t first, size_t end)
{
    uint64_t dice = (v->t->ptr[first].exact ^ v->t->ptr[first].b * 2654435761u) * 0x9E3779B97F4A7C15u >> 40;
    for (size_t i = first; i < end && dice % 3 == 0; i++) v->look[i].small = v->look[i].capital = v->look[i].often = 0;
}

static enum err take_document(struct learner *l, const struct labelled *d, size_t corpus, bool counting)
{
    struct tokens t;
    struct view v;
    arena_reset(l->mem);
    enum err e = tokens_of(l->lex, l->mem, (struct slice){d->text, d->len}, (struct spans){NULL, 0}, &t);
    if (e == OK) e = view_make(&l->model, l->world, l->mem, &t, true, &v);
    uint8_t *label = e == OK ? arena_array(l->mem, t.len + 1, 1) : NULL;
    if (label == NULL) return ERR_NOMEM;
    if (!counting) label_tokens(l, &v, d, label);
    for (size_t first, end, at = 0; view_next(&v, at, &first, &end); at = end) {
        if (!counting) {
            if (!reserve((void **)&l->run, l->runs + 1, &l->run_cap, sizeof *l->run)) return ERR_NOMEM;
            l->run[l->runs++] = (struct stretch){l->items, (uint32_t)(end - first), l->corpus_weight[corpus]};
        }
        isolate(&v, first, end);
        for (size_t i = first; i < end; i++)
            if (!take_token(l, &v, i, corpus, label[i], counting)) return ERR_NOMEM;
    }
    return OK;
}

static enum err take_all(struct learner *l, bool counting)
{
    enum err e = OK;
    for (size_t c = 0; c < l->corpora; c++)
        for (size_t i = 0; i < l->corpus[c].len && e == OK; i++) e = take_document(l, &l->corpus[c].ptr[i], c, counting);
    return e;
}

static enum err number_features(struct learner *l)
{
    l->rows = 0;
    for (size_t i = 0; i <= l->ids.mask; i++)
        if (l->ids.slot[i].key != 0) l->ids.slot[i].value = l->ids.slot[i].value >= l->set.least ? (uint32_t)++l->rows : 0;
    fprintf(stderr, "features %zu, kept %zu\n", l->ids.len, l->rows);
    l->weight = calloc(l->rows + 1, sizeof *l->weight);
    l->square = calloc(l->rows + 1, sizeof *l->square);
    l->mean = calloc(l->rows + 1, sizeof *l->mean);
    return l->weight != NULL && l->square != NULL && l->mean != NULL ? OK : ERR_NOMEM;
}

/* --- learning --- */

enum { DROPPED = 1u << 31 };

static void score_run(struct learner *l, const struct stretch *r, struct lattice *x)
{
    uint32_t drop = (uint32_t)(l->set.dropout * 1024);
    float up = 1 / (1 - l->set.dropout);
    x->n = r->n;
    for (size_t i = 0; i < r->n; i++) {
        const struct item *it = &l->item[r->first + i];
        float *s = x->score[i];
        memset(s, 0, sizeof x->score[i]);
        for (size_t k = it->first; k < it->first + it->n; k++) {
            if ((roll(l) & 1023) < drop) {
                l->feature[k] |= DROPPED;
                continue;
            }
            const float *w = l->weight[l->feature[k]];
            for (int b = 0; b < ROW; b++) s[b + 1] += w[b];
        }
        for (int b = 1; b < LABELS; b++) s[b] *= up;
        if (l->net != NULL) net_learner_score(l->net, &it->in, i, s);
    }
}

static void step_row(const struct learner *l, float *w, float *g, const float *slope)
{
    for (int b = 0; b < ROW; b++) {
        float d = slope[b + 1] + l->set.decay * w[b];
        g[b] += d * d;
        w[b] -= l->set.rate * d / sqrtf(g[b] + 1e-6f);
    }
}

static void step_transitions(struct learner *l, const struct stretch *r, const struct lattice *x)
{
    double slope[LABELS][LABELS] = {{0}};
    const struct chain *c = &l->chain;
    for (size_t i = 0; i <= r->n; i++) {
        int from = i == 0 ? 0 : l->item[r->first + i - 1].label, to = i == r->n ? 0 : l->item[r->first + i].label;
        slope[from][to] -= 1;
        for (int b = 0; b < (i == r->n ? 1 : LABELS); b++)
            for (int k = 0; k < c->befores[b]; k++) {
                int a = c->before[b][k];
                if (i == 0 && a != 0) continue;
                double in = i == 0 ? 1 : x->forward[i - 1][a], out = i == r->n ? 1 : x->weight[i][b] * x->backward[i][b];
                slope[a][b] += in * c->odds[a][b] * out / x->sum[i];
            }
    }
    for (int a = 0; a < LABELS; a++)
        for (int b = 0; b < LABELS; b++) {
            if (slope[a][b] == 0 || !labels_follow(a, b)) continue;
            float d = r->weight * (float)slope[a][b];
            l->transition_square[a][b] += d * d;
            l->transition[a][b] -= l->set.rate * d / sqrtf(l->transition_square[a][b] + 1e-6f);
        }
}

/* One step of descent on one run; the network's, too, when it is still learnt. Returns minus the log likelihood of its labels. */
static double step_run(struct learner *l, const struct stretch *r, struct lattice *x, bool net)
{
    score_run(l, r, x);
    chain_make(&l->chain, l->transition);
    lattice_sums(&l->chain, x);
    double loss = x->total;
    for (size_t i = 0; i <= r->n; i++) {
        int from = i == 0 ? 0 : l->item[r->first + i - 1].label, to = i == r->n ? 0 : l->item[r->first + i].label;
        loss -= (double)l->transition[from][to] + (i == r->n ? 0 : (double)x->score[i][to]);
    }
    step_transitions(l, r, x);
    for (size_t i = 0; i < r->n; i++) {
        const struct item *it = &l->item[r->first + i];
        float slope[LABELS], size = 0;
        for (int b = 0; b < LABELS; b++) {
            float p = (float)(x->forward[i][b] * x->backward[i][b]);
            slope[b] = r->weight * (p - (b == it->label));
            size += fabsf(slope[b]);
        }
        if (net && size > 1e-3f) net_learner_back(l->net, &it->in, i, slope);
        for (size_t k = it->first; k < it->first + it->n; k++) {
            uint32_t row = l->feature[k];
            l->feature[k] &= ~(uint32_t)DROPPED;
            if (!(row & DROPPED) && size > 2e-3f) step_row(l, l->weight[row], l->square[row], slope);
        }
    }
    return loss;
}

/* The mean of the weights at the ends of the later epochs: less of what the last steps happened to see. */
static void add_to_mean(struct learner *l, float share)
{
    for (size_t i = 0; i < l->rows; i++)
        for (int b = 0; b < ROW; b++) l->mean[i][b] += share * l->weight[i][b];
    for (int a = 0; a < LABELS; a++)
        for (int b = 0; b < LABELS; b++) l->transition_mean[a][b] += share * l->transition[a][b];
}

static void shuffle(struct learner *l, size_t *order)
{
    for (size_t i = l->runs; i-- > 1;) {
        size_t k = roll(l) % (i + 1), swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
}

/* Learns once from nothing; what is learnt is added to the mean. The network is learnt the first time and stays as it is then: the mean of
 * two networks is none. */
static void learn_once(struct learner *l, size_t *order, struct lattice *x, bool net)
{
    float rate = l->set.rate;
    unsigned epochs = l->set.epochs;
    memset(l->weight, 0, l->rows * sizeof *l->weight);
    memset(l->square, 0, l->rows * sizeof *l->square);
    memset(l->transition_square, 0, sizeof l->transition_square);
    for (int a = 0; a < LABELS; a++)
        for (int b = 0; b < LABELS; b++) l->transition[a][b] = labels_follow(a, b) ? 0 : -1e30f;
    for (size_t i = 0; i < l->runs; i++) order[i] = i;
    for (unsigned epoch = 0; epoch < epochs; epoch++) {
        double loss = 0;
        l->set.rate = rate * (1 - 0.9f * (float)epoch / (float)epochs);
        shuffle(l, order);
        for (size_t i = 0; i < l->runs; i++) {
            loss += step_run(l, &l->run[order[i]], x, net);
            if (net) net_learner_step(l->net, 1 - 0.95f * ((float)epoch + (float)i / (float)l->runs) / (float)epochs);
        }
        if (net && epoch >= epochs / 2) net_learner_add_to_mean(l->net, 1 / (float)(epochs - epochs / 2));
        if (epoch >= epochs / 2) add_to_mean(l, 1 / (float)((epochs - epochs / 2) * l->set.rounds));
        fprintf(stderr, "epoch %u loss %.0f\n", epoch + 1, loss);
    }
    l->set.rate = rate;
    if (net) net_learner_take_mean(l->net);
}

enum err learner_run(struct learner *l)
{
    enum err e = take_all(l, true);
    if (e == OK) e = number_features(l);
    if (e == OK) e = take_all(l, false);
    if (e != OK) return e;
    fprintf(stderr, "runs %zu, tokens %zu, names lost %zu, rows a token %.1f\n", l->runs, l->items, l->lost, (double)l->features / (double)(l->items + 1));
    size_t *order = malloc((l->runs + 1) * sizeof *order);
    struct lattice *x = malloc(sizeof *x);
    if (order == NULL || x == NULL) e = ERR_NOMEM;
    for (unsigned round = 0; e == OK && round < l->set.rounds; round++) learn_once(l, order, x, round == 0 && l->net != NULL);
    if (e == OK) {
        memcpy(l->weight, l->mean, l->rows * sizeof *l->weight);
        memcpy(l->transition, l->transition_mean, sizeof l->transition);
    }
    free(order);
    free(x);
    return e;
}

/* --- what the model gets --- */

struct kept { uint64_t feature; float size; };

static int by_size(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    if (x->size != y->size) return x->size > y->size ? -1 : 1;
    return x->feature < y->feature ? -1 : x->feature > y->feature;
}

/* A feature's row in the first corpus's convention: its own and its copy's weights. Returns the largest. */
static float joined(struct learner *l, uint64_t feature, uint32_t row, float *w)
{
    float most = 0;
    memcpy(w, l->weight[row], sizeof *l->weight);
    if (copied(l, feature)) {
        const uint32_t *copy = hashes_at(&l->ids, copy_of(feature, 0), false);
        for (int b = 0; copy != NULL && *copy != 0 && b < ROW; b++) w[b] += l->weight[*copy - 1][b];
    }
    for (int b = 0; b < ROW; b++)
        if (fabsf(w[b]) > most) most = fabsf(w[b]);
    return most;
}

/* Copies are told by not having been asked for: they are looked up through the features that they are copies of. */
static enum err mark_copies(struct learner *l, struct hashes *copies)
{
    for (size_t i = 0; i <= l->ids.mask; i++) {
        if (l->ids.slot[i].key == 0 || !copied(l, l->ids.slot[i].key)) continue;
        for (size_t c = 0; c < l->corpora; c++) {
            uint64_t copy = copy_of(l->ids.slot[i].key, c);
            if (hashes_at(&l->ids, copy, false) == NULL) continue;
            uint32_t *at = hashes_at(copies, copy, true);
            if (at == NULL) return ERR_NOMEM;
            *at = 1;
        }
    }
    return OK;
}

static enum err choose(struct learner *l, struct kept **out, size_t *n)
{
    struct hashes copies = {0};
    float w[ROW];
    *n = 0;
    *out = malloc((l->rows + 1) * sizeof **out);
    enum err e = *out == NULL ? ERR_NOMEM : mark_copies(l, &copies);
    for (size_t i = 0; e == OK && i <= l->ids.mask; i++) {
        uint64_t key = l->ids.slot[i].key;
        if (key == 0 || l->ids.slot[i].value == 0 || hashes_at(&copies, key, false) != NULL) continue;
        (*out)[(*n)++] = (struct kept){key, joined(l, key, l->ids.slot[i].value - 1, w)};
    }
    hashes_free(&copies);
    if (e == OK) qsort(*out, *n, sizeof **out, by_size);
    if (*n > l->set.features_max) *n = l->set.features_max;
    return e;
}

static void put_row(struct feature *table, uint32_t slots, uint64_t feature, const float *w, float scale)
{
    uint32_t i = slot_of(feature, slots);
    while (table[i].check != 0) {
        if (table[i].check == check_of(feature)) return;
        i = i + 1 < slots ? i + 1 : 0;
    }
    table[i].check = check_of(feature);
    for (int b = 0; b < ROW; b++) {
        float q = roundf(w[b] / scale);
        table[i].w[b] = (int8_t)(q > 127 ? 127 : q < -127 ? -127 : q);
    }
}

enum err learner_export(struct learner *l, struct feature **table, uint32_t *slots, float *scale, float transition[LABELS][LABELS])
{
    struct kept *kept;
    size_t n;
    enum err e = choose(l, &kept, &n);
    *table = NULL;
    if (e == OK) {
        *slots = (uint32_t)(n * 100 / 88) + 16;
        *table = calloc(*slots, sizeof **table);
        if (*table == NULL) e = ERR_NOMEM;
    }
    if (e == OK) {
        float w[ROW];
        *scale = (n > 0 ? kept[n / 2000].size : 1) / 127; /* the largest few in two thousand are cut */
        fprintf(stderr, "rows %zu, largest %.2f, cut at %.2f, smallest %.3f\n", n, n ? (double)kept[0].size : 0.0, 127.0 * (double)*scale, n ? (double)kept[n - 1].size : 0.0);
        for (size_t i = 0; i < n; i++) {
            const uint32_t *row = hashes_at(&l->ids, kept[i].feature, false);
            if (row == NULL || *row == 0) continue;
            joined(l, kept[i].feature, *row - 1, w);
            put_row(*table, *slots, kept[i].feature, w, *scale);
        }
        memcpy(transition, l->transition, sizeof l->transition);
    }
    free(kept);
    return e;
}

void learner_export_net(const struct learner *l, struct net *out)
{
    net_learner_export(l->net, out);
}
