/* decode.c - Viterbi and forward-backward over one run of tokens; outside of the run all is O. */
#include "decode.h"

#include <math.h>

#include "net.h"

#define NEVER (-1e30f)

static bool opens(int label)
{
    return label != 0 && ((label - 1) % 4 == PLACE_BEGIN || (label - 1) % 4 == PLACE_INSIDE);
}

bool labels_follow(int a, int b)
{
    bool goes_on = b != 0 && ((b - 1) % 4 == PLACE_INSIDE || (b - 1) % 4 == PLACE_LAST);
    if (opens(a)) return goes_on && (a - 1) / 4 == (b - 1) / 4;
    return !goes_on;
}

typedef int16_t sums __attribute__((vector_size(2 * ROW)));
typedef int8_t weights __attribute__((vector_size(ROW)));

struct asked { uint64_t feature[FEATURES_MAX]; size_t n; };

/* Asks for a token's features and has their rows fetched, so that the memory's delays overlap with other work. */
static void ask_token(const struct view *v, size_t i, struct asked *q)
{
    q->n = features_of(v, i, q->feature);
    for (size_t k = 0; k < q->n; k++) __builtin_prefetch(&v->model->feature[slot_of(q->feature[k], v->model->head->features)]);
}

static void score_token(const struct model *m, const struct asked *q, float *score)
{
    uint32_t slots = m->head->features;
    sums sum = {0};
    for (size_t k = 0; k < q->n && slots > 0; k++) {
        uint32_t check = check_of(q->feature[k]);
        for (uint32_t s = slot_of(q->feature[k], slots), tried = 0; m->feature[s].check != 0 && tried < slots; tried++) {
            if (m->feature[s].check == check) {
                weights w;
                memcpy(&w, m->feature[s].w, sizeof w);
                sum += __builtin_convertvector(w, sums);
                break;
            }
            s = s + 1 < slots ? s + 1 : 0;
        }
    }
    score[0] = 0;
    for (size_t k = 0; k < ROW; k++) score[k + 1] = m->head->scale * sum[k];
}

void lattice_score(const struct view *v, size_t first, size_t end, struct lattice *l)
{
    struct asked asked[2]; /* the token's own and the next one's */
    l->n = end - first < RUN_MAX ? end - first : RUN_MAX;
    if (l->n > 0) ask_token(v, first, &asked[0]);
    for (size_t i = 0; i < l->n; i++) {
        if (i + 1 < l->n) ask_token(v, first + i + 1, &asked[(i + 1) & 1]);
        score_token(v->model, &asked[i & 1], l->score[i]);
        net_add(v, first + i, l->score[i]);
    }
}

void chain_make(struct chain *c, const float transition[LABELS][LABELS])
{
    *c = (struct chain){0};
    for (int a = 0; a < LABELS; a++)
        for (int b = 0; b < LABELS; b++) {
            bool follows = labels_follow(a, b);
            c->score[a][b] = follows ? transition[a][b] : NEVER;
            c->odds[a][b] = follows ? exp((double)transition[a][b]) : 0;
            if (!follows) continue;
            c->before[b][c->befores[b]++] = (uint8_t)a;
            c->after[a][c->afters[a]++] = (uint8_t)b;
        }
}

void lattice_best(const struct chain *c, struct lattice *l)
{
    float best[2][LABELS];
    uint8_t from[RUN_MAX][LABELS];
    for (size_t i = 0; i < l->n; i++)
        for (int b = 0; b < LABELS; b++) {
            float most = i == 0 ? c->score[0][b] : NEVER;
            int arg = 0;
            for (int k = 0; i > 0 && k < c->befores[b]; k++) {
                int a = c->before[b][k];
                float x = best[(i - 1) & 1][a] + c->score[a][b];
                if (x <= most) continue;
                most = x;
                arg = a;
            }
            best[i & 1][b] = most <= NEVER / 2 ? NEVER : most + l->score[i][b];
            from[i][b] = (uint8_t)arg;
        }
    int label = 0;
    float most = NEVER;
    for (int b = 0; b < LABELS && l->n > 0; b++) {
        float x = best[(l->n - 1) & 1][b] + c->score[b][0];
        if (x <= most) continue;
        most = x;
        label = b;
    }
    for (size_t i = l->n; i-- > 0;) {
        l->label[i] = (uint8_t)label;
        label = from[i][label];
    }
}

static void weigh(struct lattice *l)
{
    for (size_t i = 0; i < l->n; i++) {
        float most = 0;
        for (int b = 0; b < LABELS; b++)
            if (l->score[i][b] > most) most = l->score[i][b];
        l->total += (double)most;
        for (int b = 0; b < LABELS; b++) {
            float x = l->score[i][b] - most;
            l->weight[i][b] = (double)expf(x < -80 ? -80 : x);
        }
    }
}

void lattice_sums(const struct chain *c, struct lattice *l)
{
    l->total = 0;
    weigh(l);
    for (size_t i = 0; i < l->n; i++) {
        double sum = 0;
        for (int b = 0; b < LABELS; b++) {
            double x = i == 0 ? c->odds[0][b] : 0;
            for (int k = 0; i > 0 && k < c->befores[b]; k++) x += l->forward[i - 1][c->before[b][k]] * c->odds[c->before[b][k]][b];
            l->forward[i][b] = x * l->weight[i][b];
            sum += l->forward[i][b];
        }
        for (int b = 0; b < LABELS; b++) l->forward[i][b] /= sum;
        l->sum[i] = sum;
        l->total += log(sum);
    }
    double end = 0;
    for (int a = 0; a < LABELS && l->n > 0; a++) end += l->forward[l->n - 1][a] * c->odds[a][0];
    l->sum[l->n] = end;
    if (l->n > 0) l->total += log(end);
    for (int a = 0; a < LABELS && l->n > 0; a++) l->backward[l->n - 1][a] = c->odds[a][0] / end;
    for (size_t i = l->n; i-- > 1;)
        for (int a = 0; a < LABELS; a++) {
            double x = 0;
            for (int k = 0; k < c->afters[a]; k++) {
                int b = c->after[a][k];
                x += c->odds[a][b] * l->weight[i][b] * l->backward[i][b];
            }
            l->backward[i - 1][a] = x / l->sum[i];
        }
}

double lattice_likely(const struct chain *c, const struct lattice *l, size_t b, size_t e, int type)
{
    int label = label_of(type, e == b + 1 ? PLACE_SINGLE : PLACE_BEGIN);
    double x = l->forward[b][label];
    for (size_t i = b + 1; i < e; i++) {
        int next = label_of(type, i + 1 == e ? PLACE_LAST : PLACE_INSIDE);
        x *= c->odds[label][next] * l->weight[i][next] / l->sum[i];
        label = next;
    }
    x *= l->backward[e - 1][label];
    return x > 1 ? 1 : x;
}
