/* statements.c - both report: pairs of sentences of independent accounts whose best windows of 12 words share rare words. It claims
 * that both report it, not that they say the same of it; both sentences are shown. */
#include "statements.h"

#include <stdlib.h>

enum { WINDOW = 12, SHARED_MAX = 48, SENTENCES_MAX = 4000, POST_MAX = 120, PAIRS_MAX = 60000, EPITHET = 4 };
static const double RARE = 12, RARE_FEW = 16, TOLD_FEW = 8.5;

struct place { uint32_t reading, sentence; };

struct finder {
    struct scene *s;
    struct place *p;     /* sentences that may be tied */
    uint32_t n;
    uint32_t *first;     /* per lemma: where its sentences begin in posts */
    uint32_t *posts;
    struct tie_words *best; /* per sentence and other reading: the best tie */
    uint32_t *partner;      /* per sentence and other reading: the sentence, or UINT32_MAX */
};

/* Words of office tie nothing: everybody in the story bears them. */
static bool office(const struct lexicon *lex, uint32_t lemma)
{
    static const char *const words =
        "administration chairman chief congressman department director governor govern government leader minister mayor office official "
        "president presidential press prim prime representativ republican democrat secretary senator spokesman spokesperson spokeswoman "
        "statement reporter news interview foreign state hous house white country national intelligenc security adviser advisor attorney "
        "lawyer general longtim longtime personal senior former";
    return lemma_is(lex, lemma, words);
}

static bool negation(const struct scene *s, const struct reading *r, uint32_t b, uint32_t e)
{
    for (uint32_t w = b; w < e; w++) {
        struct slice t = word_text(r, w);
        if (slice_ends(t, SLICE("n't")) || slice_ends(t, SLICE("n\u2019t")) || word_is(&s->lex, r, w, "no not never nor none cannot reject deny denied refus without")) return true;
    }
    return false;
}

/* The window of WINDOW words of the sentence that holds most of the rarity of `shared`. */
static void best_window(const struct scene *s, const struct reading *r, uint32_t sentence, struct ids shared, uint32_t *from, uint32_t *to)
{
    const struct sentence *si = &r->sentences[sentence];
    double best = -1;
    for (uint32_t b = si->w0; b < si->w1 && (b == si->w0 || b + WINDOW <= si->w1); b++) {
        uint32_t e = b + WINDOW < si->w1 ? b + WINDOW : si->w1;
        double sum = 0;
        for (uint32_t w = b; w < e; w++) {
            bool again = !ids_has(shared, r->words[w].lemma);
            for (uint32_t k = b; k < w && !again; k++) again = r->words[k].lemma == r->words[w].lemma;
            if (!again) sum += lexicon_idf(&s->lex, r->words[w].lemma);
        }
        if (sum <= best) continue;
        best = sum;
        *from = b;
        *to = e;
    }
}

static bool word_in(const struct reading *r, uint32_t b, uint32_t e, uint32_t lemma, uint32_t *at)
{
    for (uint32_t w = b; w < e; w++)
        if (r->words[w].lemma == lemma) {
            *at = w;
            return true;
        }
    return false;
}

/* A part of a name that hyphens tie together counts once: Wal-Mart. */
static bool tail_of_name(const struct reading *r, uint32_t w)
{
    return w > 0 && (r->words[w].flags & WORD_HYPHEN) && (r->words[w - 1].flags & WORD_CAPITAL);
}

/* All that is shared stands side by side in the sentence: it names one thing ("the Sandy Hook school shooting") and tells nothing of it. */
static bool one_phrase(const struct reading *r, uint32_t first, uint32_t last, uint32_t shared)
{
    uint32_t words = 0;
    for (uint32_t w = first; w <= last; w++) words += !(r->words[w].flags & (WORD_STOP | WORD_SHORT));
    return words <= shared + 1 && last - first < 6 && !(r->words[first].flags & WORD_QUOTED);
}

/* Both name people, and nobody both: two people did the like. */
static bool other_people(const struct reading *a, const struct sentence *sa, const struct reading *b, const struct sentence *sb)
{
    bool in_a = false, in_b = false;
    for (uint32_t w = sb->w0; w < sb->w1; w++) in_b |= (b->words[w].flags & WORD_PERSON) != 0;
    for (uint32_t w = sa->w0; w < sa->w1 && in_b; w++) {
        if (!(a->words[w].flags & WORD_PERSON)) continue;
        in_a = true;
        if (ids_has(sb->set, a->words[w].lemma)) return false;
    }
    return in_a && in_b;
}

/* The number that counts this lemma in the words [b, e): "25 points"; false when there is none. */
static bool counted(const struct reading *r, uint32_t b, uint32_t e, uint32_t lemma, double *value)
{
    struct number n;
    for (uint32_t w = b; w < e; w++) {
        if (!numeral_at(r, w, &n) || n.ordinal) continue;
        for (uint32_t k = n.end; k < n.end + 2 && k < e; k++)
            if (r->words[k].lemma == lemma) {
                *value = n.value;
                return true;
            }
    }
    return false;
}

/* The same is counted, and the counts are not one: two games, two days. */
static bool other_count(const struct reading *a, uint32_t a0, uint32_t a1, const struct reading *b, uint32_t b0, uint32_t b1, struct ids shared)
{
    double x, y;
    for (size_t i = 0; i < shared.len; i++)
        if (counted(a, a0, a1, shared.ptr[i], &x) && counted(b, b0, b1, shared.ptr[i], &y) && x != y) return true;
    return false;
}

/* A word of what somebody is called by, before the name or behind it: "infectious disease expert Ada Lund", "Ada Lund, the town's disease expert". */
static bool epithet(const struct reading *r, uint32_t w)
{
    uint32_t si = r->words[w].sentence, k = w;
    if ((r->words[w].flags & (WORD_CAPITAL | WORD_STOP)) || slice_ends(word_text(r, w), SLICE("ed"))) return false; /* "nominated Ada Lund" */
    while (k < w + EPITHET && k + 1 < r->n_words && r->words[k + 1].sentence == si && words_joined(r, k) && !(r->words[k].flags & (WORD_STOP | WORD_OWNS))) {
        if (r->words[++k].flags & WORD_PERSON) return true;
    }
    for (k = w; k > 0 && w - k < EPITHET + 2 && r->words[k - 1].sentence == si; k--) {
        if (gap_has(r, k - 1, ",")) return (r->words[k - 1].flags & WORD_PERSON) != 0;
        if ((r->words[k - 1].flags & WORD_STOP) && !slice_eq_nocase(word_text(r, k - 1), SLICE("the")) && !slice_eq_nocase(word_text(r, k - 1), SLICE("a"))) return false;
    }
    return false;
}

struct tie_words tie_sentences(const struct scene *s, uint32_t ra, uint32_t sa, uint32_t rb, uint32_t sb)
{
    struct tie_words t = {0};
    const struct reading *a = &s->readings[ra], *b = &s->readings[rb];
    uint32_t buffer[SHARED_MAX], a0 = 0, a1 = 0, b0 = 0, b1 = 0;
    size_t n = ids_shared(a->sentences[sa].set, b->sentences[sb].set, buffer, SHARED_MAX);
    struct ids shared = {buffer, 0};
    double sum = 0;
    for (size_t i = 0; i < n && i < SHARED_MAX; i++)
        if (!office(&s->lex, buffer[i])) sum += lexicon_idf(&s->lex, buffer[shared.len++] = buffer[i]);
    if (shared.len < 3 || sum < RARE) return t;
    uint32_t first_a = UINT32_MAX, last_a = 0, first_b = UINT32_MAX, last_b = 0;
    best_window(s, a, sa, shared, &a0, &a1);
    best_window(s, b, sb, shared, &b0, &b1);
    for (size_t i = 0; i < shared.len; i++) {
        uint32_t wa, wb;
        if (!word_in(a, a0, a1, shared.ptr[i], &wa) || !word_in(b, b0, b1, shared.ptr[i], &wb) || tail_of_name(a, wa)) continue;
        uint32_t fa = a->words[wa].flags, fb = b->words[wb].flags;
        bool role_a = (fa & WORD_ROLE) || epithet(a, wa), role_b = (fb & WORD_ROLE) || epithet(b, wb);
        if (role_a && role_b) continue; /* what somebody is ties nothing that was done */
        bool written = (fa & fb & WORD_CAPITAL) && !((fa | fb) & (WORD_FIRST | WORD_TITLE));
        bool name = written || ((fa & WORD_NAME) && (fb & WORD_NAME)), number = fa & WORD_DIGIT;
        if (wa < first_a) first_a = wa;
        if (wa > last_a) last_a = wa;
        if (wb < first_b) first_b = wb;
        if (wb > last_b) last_b = wb;
        t.names += name || number;
        t.content += !(name || number);
        if (!(name || number)) t.told += lexicon_idf(&s->lex, shared.ptr[i]);
        t.rarity += lexicon_idf(&s->lex, shared.ptr[i]);
        if (t.len < TIE_WORDS_MAX) t.lemmas[t.len++] = shared.ptr[i];
    }
    uint32_t tied = t.names + t.content;
    if (tied > 0 && one_phrase(a, first_a, last_a, tied) && one_phrase(b, first_b, last_b, tied)) return (struct tie_words){0};
    t.lead = in_lead(a, sa) && in_lead(b, sb);
    t.opposed = negation(s, a, a0, a1) != negation(s, b, b0, b1) || other_people(a, &a->sentences[sa], b, &b->sentences[sb]) ||
                other_count(a, a0, a1, b, b0, b1, shared);
    return t;
}

/* A few shared words must be rare ones: else they are a name and what everybody says of it. */
static bool ties(const struct tie_words *t)
{
    bool rare = t->names + t->content >= 5 || (t->names + t->content == 4 && (t->rarity >= RARE_FEW || t->told >= TOLD_FEW)) || (t->lead && t->told >= TOLD_FEW);
    return t->names >= 1 && t->content >= 2 && t->rarity >= RARE && rare && !t->opposed;
}

/* --- candidates --- */

static bool usable(const struct sentence *si)
{
    return !si->title && si->w1 - si->w0 >= 6 && si->w1 - si->w0 <= 80;
}

static enum err index_sentences(struct finder *f)
{
    struct scene *s = f->s;
    size_t posts = 0;
    f->p = arena_array(s->mem, SENTENCES_MAX, sizeof *f->p);
    f->first = arena_array(s->mem, (size_t)s->lex.len + 1, sizeof *f->first);
    if (f->p == NULL || f->first == NULL) return ERR_NOMEM;
    uint32_t each = (uint32_t)(SENTENCES_MAX / s->n_own);
    for (uint32_t r = 0; r < s->n_own; r++) {
        uint32_t taken = 0;
        for (uint32_t i = 0; i < s->readings[r].n_sentences && taken < each; i++) {
            const struct sentence *si = &s->readings[r].sentences[i];
            if (!usable(si)) continue;
            f->p[f->n++] = (struct place){r, i};
            taken++;
            for (size_t k = 0; k < si->set.len; k++) f->first[si->set.ptr[k] + 1]++;
            posts += si->set.len;
        }
    }
    for (uint32_t i = 0; i < s->lex.len; i++) f->first[i + 1] += f->first[i];
    f->posts = arena_array(s->mem, posts, sizeof *f->posts);
    uint32_t *at = arena_array(s->mem, s->lex.len, sizeof *at);
    if (f->posts == NULL || at == NULL) return ERR_NOMEM;
    for (uint32_t i = 0; i < f->n; i++) {
        struct ids set = s->readings[f->p[i].reading].sentences[f->p[i].sentence].set;
        for (size_t k = 0; k < set.len; k++) f->posts[f->first[set.ptr[k]] + at[set.ptr[k]]++] = i;
    }
    return OK;
}

/* For sentence i: the rarity that each later sentence shares with it, over lemmas that few sentences have. */
static void shared_with(const struct finder *f, uint32_t i, double *sum)
{
    const struct scene *s = f->s;
    struct ids set = s->readings[f->p[i].reading].sentences[f->p[i].sentence].set;
    for (size_t k = 0; k < set.len; k++) {
        uint32_t b = f->first[set.ptr[k]], e = f->first[set.ptr[k] + 1];
        if (office(&s->lex, set.ptr[k])) continue;
        for (uint32_t x = b; x < e; x++)
            if (f->posts[x] > i) sum[f->posts[x]] += lexicon_idf(&s->lex, set.ptr[k]);
    }
}

static void offer(struct finder *f, uint32_t i, uint32_t k, const struct tie_words *t)
{
    size_t at = (size_t)i * f->s->n_own + f->p[k].reading;
    if (f->partner[at] != UINT32_MAX && t->rarity <= f->best[at].rarity) return;
    f->partner[at] = k;
    f->best[at] = *t;
}

static enum err find_pairs(struct finder *f)
{
    struct scene *s = f->s;
    size_t cells = (size_t)f->n * s->n_own, pairs = 0;
    double *sum = arena_array(s->mem, f->n, sizeof *sum);
    f->best = arena_array(s->mem, cells, sizeof *f->best);
    f->partner = arena_array(s->mem, cells, sizeof *f->partner);
    if (sum == NULL || f->best == NULL || f->partner == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < cells; i++) f->partner[i] = UINT32_MAX;
    for (uint32_t i = 0; i < f->n; i++) {
        memset(sum, 0, f->n * sizeof *sum);
        shared_with(f, i, sum);
        for (uint32_t k = i + 1; k < f->n && pairs < PAIRS_MAX; k++) {
            if (sum[k] < RARE || !apart(s, f->p[i].reading, f->p[k].reading)) continue;
            pairs++;
            struct tie_words t = tie_sentences(s, f->p[i].reading, f->p[i].sentence, f->p[k].reading, f->p[k].sentence);
            if (!ties(&t)) continue;
            offer(f, i, k, &t);
            offer(f, k, i, &t);
        }
    }
    return OK;
}

/* --- statements: a sentence with its mutual best partners, one an account --- */

struct found {
    struct statement_view view;
    double weight;
};

static int by_weight(const void *x, const void *y)
{
    const struct found *a = x, *b = y;
    if (a->weight != b->weight) return a->weight > b->weight ? -1 : 1;
    return cite_cmp(&a->view.cites.ptr[0], &b->view.cites.ptr[0]);
}

static int by_slice(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static struct cite cite_place(const struct finder *f, uint32_t i)
{
    const struct reading *r = &f->s->readings[f->p[i].reading];
    return cite_of(r, r->sentences[f->p[i].sentence].b, r->sentences[f->p[i].sentence].e);
}

static enum err gather(struct finder *f, uint32_t i, bool *used, struct found *out)
{
    struct scene *s = f->s;
    struct ids words = {arena_array(s->mem, TIE_WORDS_MAX, sizeof *words.ptr), 0};
    *out = (struct found){0};
    enum err e = words.ptr ? cites_add(s->mem, &out->view.cites, cite_place(f, i)) : ERR_NOMEM;
    for (uint32_t r = 0; r < s->n_own && e == OK; r++) {
        size_t at = (size_t)i * s->n_own + r;
        uint32_t k = f->partner[at];
        if (k == UINT32_MAX || used[k] || f->partner[(size_t)k * s->n_own + f->p[i].reading] != i) continue;
        used[k] = true;
        out->weight += f->best[at].rarity;
        if (words.len == 0)
            for (uint32_t x = 0; x < f->best[at].len; x++) words.ptr[words.len++] = f->best[at].lemmas[x];
        e = cites_add(s->mem, &out->view.cites, cite_place(f, k));
    }
    out->view.shared.ptr = arena_array(s->mem, words.len, sizeof *out->view.shared.ptr);
    if (out->view.shared.ptr == NULL) return ERR_NOMEM;
    for (size_t x = 0; x < words.len; x++) out->view.shared.ptr[out->view.shared.len++] = lemma_seen(&s->lex, words.ptr[x]);
    if (words.len > 0) qsort(out->view.shared.ptr, words.len, sizeof *out->view.shared.ptr, by_slice);
    return e;
}

/* Nothing is tied where all accounts are of one source. */
static bool one_source(const struct scene *s)
{
    for (uint32_t r = 1; r < s->n_own; r++)
        if (apart(s, 0, r)) return false;
    return true;
}

enum err find_statements(struct scene *s)
{
    struct finder f = {.s = s};
    if (one_source(s)) return OK;
    enum err e = index_sentences(&f);
    if (e == OK) e = find_pairs(&f);
    if (e != OK) return e;
    bool *used = arena_array(s->mem, f.n, sizeof *used);
    struct found *all = arena_array(s->mem, f.n, sizeof *all);
    if (used == NULL || all == NULL) return ERR_NOMEM;
    size_t n = 0;
    for (uint32_t i = 0; i < f.n && e == OK; i++) {
        if (used[i]) continue;
        e = gather(&f, i, used, &all[n]);
        if (all[n].view.cites.len >= 2) n++;
    }
    if (n > 0) qsort(all, n, sizeof *all, by_weight);
    if (n > VIEW_STATEMENTS_MAX) n = VIEW_STATEMENTS_MAX;
    s->out->statements.ptr = arena_array(s->mem, n, sizeof *s->out->statements.ptr);
    if (s->out->statements.ptr == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) s->out->statements.ptr[s->out->statements.len++] = all[i].view;
    return e;
}
