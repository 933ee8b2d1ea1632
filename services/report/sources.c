/* sources.c - who copies whom: by dedup's verdict, by a long run of the same words outside quotes, by shared sentences. */
#include "scene.h"

#include <xxhash.h>

enum { RUN = 12 };
static const double COVERED = .85;

struct run_table { /* 12 words in a row -> where they were first met */
    uint64_t *hash;
    uint32_t *reading;
    size_t mask;
};

static bool copies(enum verdict_kind v)
{
    return v != VERDICT_NONE && v != VERDICT_ORIGINAL;
}

/* Dedup's word for it: the account that the verdict of account `i` names, or UINT32_MAX. */
static uint32_t named_source(const struct scene *s, uint32_t i)
{
    const struct account *a = &s->story.ptr[i];
    if (!copies(a->verdict) || a->of.len == 0) return UINT32_MAX;
    uint32_t k = account_keyed(s, a->of);
    return k == i ? UINT32_MAX : k;
}

/* The lemmas of the next RUN words outside quotes, hashed; false at the text's end, a quote, or in boilerplate-short texts. */
static bool run_at(const struct reading *r, uint32_t w, uint64_t *out)
{
    uint32_t ids[RUN];
    if (w + RUN > r->n_words) return false;
    for (uint32_t k = 0; k < RUN; k++) {
        if (r->words[w + k].flags & (WORD_QUOTED | WORD_TITLE)) return false;
        ids[k] = r->words[w + k].lemma;
    }
    *out = XXH3_64bits(ids, sizeof ids);
    return true;
}

/* The earliest independent reading before `i` that shares a run, or UINT32_MAX; adds i's own runs. */
static uint32_t run_source(struct scene *s, struct run_table *t, uint32_t i)
{
    const struct reading *r = &s->readings[i];
    uint32_t found = UINT32_MAX;
    for (uint32_t w = 0; w < r->n_words; w++) {
        uint64_t h;
        if (!run_at(r, w, &h)) continue;
        size_t at = h & t->mask;
        while (t->hash[at] != 0 && t->hash[at] != h) at = (at + 1) & t->mask;
        if (t->hash[at] == h) {
            if (t->reading[at] == i) continue; /* it repeats itself */
            uint32_t other = s->source[t->reading[at]];
            if (other != i && other < found) found = other;
        } else {
            t->hash[at] = h;
            t->reading[at] = i;
        }
    }
    return found;
}

static bool same_sentence(const struct sentence *a, const struct sentence *b)
{
    if (a->set.len < 4 || b->set.len < 4) return false;
    size_t n = ids_shared(a->set, b->set, NULL, 0);
    size_t more = a->set.len > b->set.len ? a->set.len : b->set.len;
    return n * 10 >= more * 8;
}

/* Share of a's sentences (of four content words or more) that b has too. */
static double coverage(const struct reading *a, const struct reading *b)
{
    uint32_t n = 0, in = 0;
    for (uint32_t i = 0; i < a->n_sentences; i++) {
        if (a->sentences[i].set.len < 4 || a->sentences[i].title) continue;
        n++;
        for (uint32_t k = 0; k < b->n_sentences; k++)
            if (same_sentence(&a->sentences[i], &b->sentences[k])) {
                in++;
                break;
            }
    }
    return n < 2 ? 0 : (double)in / n;
}

static enum err table_make(struct scene *s, struct run_table *t)
{
    size_t words = 1, n = 64;
    for (size_t i = 0; i < s->n_readings; i++) words += s->readings[i].n_words;
    while (n < words * 2) n *= 2;
    t->mask = n - 1;
    t->hash = arena_array(s->mem, n, sizeof *t->hash);
    t->reading = arena_array(s->mem, n, sizeof *t->reading);
    return t->hash && t->reading ? OK : ERR_NOMEM;
}

static void source_of_reading(struct scene *s, struct run_table *t, uint32_t i, struct part *part)
{
    const struct reading *r = &s->readings[i];
    uint32_t named = part ? named_source(s, r->account) : UINT32_MAX;
    uint32_t run = s->n_readings > 1 ? run_source(s, t, i) : UINT32_MAX;
    s->source[i] = i;
    if (run != UINT32_MAX) s->source[i] = run;
    if (named != UINT32_MAX && s->read_as[named] != UINT32_MAX && s->read_as[named] < i) s->source[i] = s->source[s->read_as[named]];
    if (part == NULL) return;
    if (named != UINT32_MAX) {
        part->of = named;
        part->why = SLICE("verdict");
        return;
    }
    for (uint32_t k = 0; k < i; k++) {
        if (run == UINT32_MAX && s->source[k] != k) continue;
        if (coverage(r, &s->readings[k]) < COVERED) continue;
        s->source[i] = s->source[k];
        part->of = s->readings[k].account;
        part->why = SLICE("coverage");
        return;
    }
    if (run != UINT32_MAX) {
        part->of = s->readings[run].account;
        part->why = SLICE("run");
    }
}

enum err find_sources(struct scene *s)
{
    struct run_table t = {0};
    enum err e = s->n_readings > 1 ? table_make(s, &t) : OK;
    if (e != OK) return e;
    struct parts *parts = &s->out->parts;
    for (uint32_t i = 0; i < s->n_readings; i++) source_of_reading(s, &t, i, i < s->n_own ? &parts->ptr[s->readings[i].account] : NULL);
    for (uint32_t i = 0; i < s->story.len; i++) {
        struct part *p = &parts->ptr[i];
        uint32_t r = s->read_as[i];
        if (r == UINT32_MAX && (p->of = named_source(s, i)) != UINT32_MAX) p->why = SLICE("verdict");
        p->read = r != UINT32_MAX;
        p->independent = p->read ? s->source[r] == r && (p->of == UINT32_MAX || p->of > i) : !copies(s->story.ptr[i].verdict);
    }
    return OK;
}
