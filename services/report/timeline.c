/* timeline.c - the dates that the accounts name, each with its words and its sentence, in order. */
#include "scene.h"

#include <stdlib.h>

enum { MOMENTS_MAX = 600 };

struct moment_at {
    struct moment_view view;
    uint32_t reading, sentence;
    double weight;
    bool merged;
};

/* The value that a moment sorts by: a calendar year, month or day. A bare weekday, season or decade has no place. */
static struct slice order_of(struct slice v)
{
    size_t n = 0;
    while (n < v.len && ((v.ptr[n] >= '0' && v.ptr[n] <= '9') || v.ptr[n] == '-')) n++;
    if (n < 4 || v.ptr[0] < '1' || v.ptr[0] > '2') return (struct slice){NULL, 0};
    for (size_t i = 0; i < 4; i++)
        if (v.ptr[i] == '-') return (struct slice){NULL, 0};
    if (n == v.len || v.ptr[n] == 'T') return slice_cut(v, 0, n);
    return n >= 7 ? slice_cut(v, 0, 7) : slice_cut(v, 0, 4);
}

static bool shown(const struct reading *r, const struct timex *x)
{
    if (x->type != TIME_DATE && x->type != TIME_TIME) return false;
    if (x->e > r->text.len || x->value.len == 0) return false;
    return order_of(x->value).len > 0 || slice_starts(x->value, SLICE("XXXX-"));
}

static bool ahead(const struct scene *s, const struct reading *r, const struct sentence *si)
{
    for (uint32_t w = si->w0; w < si->w1; w++)
        if (word_is(&s->lex, r, w, "will plan schedul expect upcoming set due")) return true;
    return false;
}

static double weight_of(const struct scene *s, const struct reading *r, uint32_t sentence, const struct timex *x)
{
    const struct ids set = r->sentences[sentence].set;
    double sum = 0;
    for (size_t i = 0; i < set.len; i++) sum += s->lex.lemmas[set.ptr[i]].sentences > 1 ? 1 : 0;
    return sum + (in_lead(r, sentence) ? 4 : 0) + (x->value.len > 4 ? 3 : 0);
}

static size_t collect(struct scene *s, struct moment_at *m)
{
    size_t n = 0, each = MOMENTS_MAX / s->n_own;
    for (uint32_t r = 0; r < s->n_own; r++) {
        const struct reading *rd = &s->readings[r];
        size_t taken = 0;
        for (size_t i = 0; i < rd->doc->times.len && taken < each; i++) {
            const struct timex *x = &rd->doc->times.ptr[i];
            uint32_t si = reading_sentence(rd, x->b);
            if (!shown(rd, x) || si == UINT32_MAX || rd->sentences[si].title) continue;
            bool open = order_of(x->value).len == 0;
            m[n] = (struct moment_at){.reading = r, .sentence = si, .weight = weight_of(s, rd, si, x)};
            m[n++].view = (struct moment_view){x->value, open ? SLICE("open") : x->basis, order_of(x->value), ahead(s, rd, &rd->sentences[si]),
                                               cite_of(rd, x->b, x->e), cite_of(rd, rd->sentences[si].b, rd->sentences[si].e), {NULL, 0}};
            taken++;
        }
    }
    return n;
}

/* One value, and sentences that share words beside it: one event. */
static bool same_event(const struct scene *s, const struct moment_at *a, const struct moment_at *b)
{
    if (!slice_eq(a->view.value, b->view.value)) return false;
    if (a->reading == b->reading && a->sentence == b->sentence) return true;
    uint32_t shared[64];
    size_t n = ids_shared(s->readings[a->reading].sentences[a->sentence].set, s->readings[b->reading].sentences[b->sentence].set, shared, 64);
    double sum = 0;
    for (size_t i = 0; i < n && i < 64; i++) sum += lexicon_idf(&s->lex, shared[i]);
    return n >= 2 && sum >= (a->reading == b->reading ? 12 : 6);
}

static int by_weight(const void *x, const void *y)
{
    const struct moment_at *a = x, *b = y;
    if (a->weight != b->weight) return a->weight > b->weight ? -1 : 1;
    return cite_cmp(&a->view.when, &b->view.when);
}

static int by_order(const void *x, const void *y)
{
    const struct moment_view *a = x, *b = y;
    if ((a->order.len == 0) != (b->order.len == 0)) return a->order.len == 0 ? 1 : -1;
    int c = slice_cmp(a->order, b->order);
    return c != 0 ? c : cite_cmp(&a->when, &b->when);
}

enum err find_timeline(struct scene *s)
{
    struct moment_at *m = arena_array(s->mem, MOMENTS_MAX + 1, sizeof *m);
    struct timeline *out = &s->out->timeline;
    out->ptr = arena_array(s->mem, VIEW_TIMELINE_MAX, sizeof *out->ptr);
    if (m == NULL || out->ptr == NULL) return ERR_NOMEM;
    size_t n = collect(s, m);
    if (n > 0) qsort(m, n, sizeof *m, by_weight);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && !m[i].merged; k++) {
            if (m[k].merged || !same_event(s, &m[i], &m[k])) continue;
            m[k].merged = true;
            m[i].weight += m[k].reading != m[i].reading ? 3 : 0;
            enum err e = m[k].reading != m[i].reading ? cites_add(s->mem, &m[i].view.more, m[k].view.when) : OK;
            if (e != OK) return e;
        }
    if (n > 0) qsort(m, n, sizeof *m, by_weight);
    for (size_t i = 0; i < n && out->len < VIEW_TIMELINE_MAX; i++)
        if (!m[i].merged) out->ptr[out->len++] = m[i].view;
    if (out->len > 0) qsort(out->ptr, out->len, sizeof *out->ptr, by_order);
    return OK;
}
