/* quotes.c - joins the quotes that are one utterance, and shows how the accounts' versions differ word by word.
 *
 * Two quotes are one utterance when they share a run of 8 words, or a run of 4 and a common subsequence of .8 of the shorter;
 * or, below 4 words, when they are equal and the same actor speaks. */
#include "scene.h"

#include <stdlib.h>
#include <xxhash.h>

enum {
    QUOTES_MAX = 1200,      /* read of all accounts together */
    QUOTE_WORDS_MAX = 240,  /* of one quote that are compared */
    GRAM = 4, LONG_RUN = 8,
    PAIRS_MAX = 6000,
    SHARED_GRAM_MAX = 60,   /* quotes that share a run before it counts as a formula */
    DIFFS_MAX = 12,
    PASSAGE = 8,            /* words */
};

struct utterance { /* a quote of an account */
    uint32_t reading, index; /* index in its doc's quotes */
    uint32_t w0, w1;         /* its words */
    uint32_t actor;          /* who speaks, or UINT32_MAX */
    uint32_t root;
};

struct joiner {
    struct scene *s;
    struct utterance *u;
    uint32_t len;
    uint16_t *table; /* (QUOTE_WORDS_MAX + 1)^2 */
    size_t pairs;
};

static uint32_t words_of(const struct utterance *u)
{
    uint32_t n = u->w1 - u->w0;
    return n > QUOTE_WORDS_MAX ? QUOTE_WORDS_MAX : n;
}

static uint32_t lemma_at(const struct joiner *j, const struct utterance *u, uint32_t i)
{
    return j->s->readings[u->reading].words[u->w0 + i].lemma;
}

static uint32_t root_of(struct joiner *j, uint32_t i)
{
    while (j->u[i].root != i) i = j->u[i].root = j->u[j->u[i].root].root;
    return i;
}

static void join(struct joiner *j, uint32_t a, uint32_t b)
{
    uint32_t x = root_of(j, a), y = root_of(j, b);
    if (x < y) j->u[y].root = x;
    else j->u[x].root = y;
}

/* --- collecting --- */

/* "president" and the like stand for nobody; a name that an actor bears does, and so does a mention within the speaker's words. */
static uint32_t speaker_of(const struct scene *s, uint32_t r, const struct quote *q)
{
    uint32_t a = actor_named(s, q->speaker);
    if (a != UINT32_MAX) return a;
    return span_empty(q->speaker_span) ? UINT32_MAX : actor_at(s, r, q->speaker_span.b, q->speaker_span.e);
}

static enum err collect(struct joiner *j)
{
    struct scene *s = j->s;
    j->u = arena_array(s->mem, QUOTES_MAX, sizeof *j->u);
    if (j->u == NULL) return ERR_NOMEM;
    uint32_t each = (uint32_t)(QUOTES_MAX / s->n_own);
    for (uint32_t r = 0; r < s->n_own; r++) {
        const struct quotes *qs = &s->readings[r].doc->quotes;
        uint32_t taken = 0;
        for (uint32_t i = 0; i < qs->len && taken < each; i++) {
            const struct quote *q = &qs->ptr[i];
            if (q->kind == QUOTE_INDIRECT || q->kind == QUOTE_NONE || q->e > s->readings[r].text.len) continue;
            uint32_t w0 = reading_word(&s->readings[r], q->b), w1 = reading_word(&s->readings[r], q->e);
            if (w0 >= w1) continue;
            j->u[j->len] = (struct utterance){r, i, w0, w1, speaker_of(s, r, q), j->len};
            j->len++;
            taken++;
        }
    }
    return OK;
}

/* --- comparing --- */

/* The words of the longest run that both have; end: behind its last word in each. */
static uint32_t longest_run(const struct joiner *j, const struct utterance *a, const struct utterance *b, uint32_t end[2])
{
    uint32_t n = words_of(a), m = words_of(b), best = 0;
    end[0] = end[1] = 0;
    uint16_t row[QUOTE_WORDS_MAX + 1] = {0};
    for (uint32_t i = 1; i <= n; i++) {
        uint16_t corner = 0;
        for (uint32_t k = 1; k <= m; k++) {
            uint16_t up = row[k];
            row[k] = lemma_at(j, a, i - 1) == lemma_at(j, b, k - 1) ? (uint16_t)(corner + 1) : 0;
            if (row[k] > best) best = row[k], end[0] = i, end[1] = k;
            corner = up;
        }
    }
    return best;
}

/* Fills table: common subsequence of a's words from i and b's from k. Returns that of the whole. */
static uint32_t subsequence(struct joiner *j, const struct utterance *a, const struct utterance *b)
{
    uint32_t n = words_of(a), m = words_of(b), w = QUOTE_WORDS_MAX + 1;
    for (uint32_t i = 0; i <= n; i++) j->table[i * w + m] = 0;
    for (uint32_t k = 0; k <= m; k++) j->table[n * w + k] = 0;
    for (uint32_t i = n; i-- > 0;)
        for (uint32_t k = m; k-- > 0;) {
            uint16_t down = j->table[(i + 1) * w + k], right = j->table[i * w + k + 1];
            j->table[i * w + k] = lemma_at(j, a, i) == lemma_at(j, b, k) ? (uint16_t)(j->table[(i + 1) * w + k + 1] + 1) : down > right ? down : right;
        }
    return j->table[0];
}

static bool content_run(const struct joiner *j, const struct utterance *u)
{
    for (uint32_t w = u->w0; w < u->w1; w++)
        if (!(j->s->readings[u->reading].words[w].flags & (WORD_STOP | WORD_SHORT))) return true;
    return false;
}

static bool same_words(const struct joiner *j, const struct utterance *a, const struct utterance *b)
{
    uint32_t n = words_of(a);
    if (n != words_of(b)) return false;
    for (uint32_t i = 0; i < n; i++)
        if (lemma_at(j, a, i) != lemma_at(j, b, i)) return false;
    return true;
}

/* Words of content that are no names: how many of the words [b, e) of a quote, and how many of them the other quote has. */
static uint32_t telling(const struct joiner *j, const struct utterance *u, uint32_t b, uint32_t e, const struct utterance *other, uint32_t *shared)
{
    const struct reading *r = &j->s->readings[u->reading];
    uint32_t n = 0, m = words_of(other);
    *shared = 0;
    for (uint32_t i = b; i < e; i++) {
        if (r->words[u->w0 + i].flags & (WORD_STOP | WORD_SHORT | WORD_NAME)) continue;
        n++;
        for (uint32_t k = 0; k < m; k++)
            if (lemma_at(j, other, k) == lemma_at(j, u, i)) {
                (*shared)++;
                break;
            }
    }
    return n;
}

static bool one_utterance(struct joiner *j, const struct utterance *a, const struct utterance *b)
{
    bool known = a->actor != UINT32_MAX && b->actor != UINT32_MAX, same = known && a->actor == b->actor;
    uint32_t n = words_of(a), m = words_of(b), less = n < m ? n : m;
    if (less < GRAM) return less >= 2 && same && content_run(j, a) && same_words(j, a, b);
    uint32_t end[2], shared, run = longest_run(j, a, b, end), names = 0;
    for (uint32_t i = end[0] - run; i < end[0]; i++) names += (j->s->readings[a->reading].words[a->w0 + i].flags & WORD_NAME) != 0;
    if (run < GRAM || (known && !same && run < LONG_RUN)) return false;
    if (run >= LONG_RUN && (run - names >= LONG_RUN - 2 || run == less)) return true; /* the long name of an office or a law is no utterance */
    uint32_t all = n < m ? telling(j, a, 0, n, b, &shared) : telling(j, b, 0, m, a, &shared);
    return subsequence(j, a, b) * 10 >= less * 8 && shared * 2 >= all && (shared > 0 || run == less);
}

/* Runs that several quotes share, by hash: each such pair is compared once. */
struct gram { uint64_t hash; uint32_t quote; };

static int by_gram(const void *x, const void *y)
{
    const struct gram *a = x, *b = y;
    if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
    return a->quote < b->quote ? -1 : a->quote > b->quote;
}

static size_t grams_of(const struct joiner *j, uint32_t q, struct gram *out)
{
    const struct utterance *u = &j->u[q];
    uint32_t n = words_of(u), g = n < GRAM ? n : GRAM, ids[GRAM + 1];
    for (uint32_t i = 0; i + g <= n; i++) {
        for (uint32_t k = 0; k < g; k++) ids[k] = lemma_at(j, u, i + k);
        ids[g] = g < GRAM ? u->actor : 0;
        out[i] = (struct gram){XXH3_64bits(ids, (g + 1) * sizeof *ids), q};
    }
    return n - g + 1;
}

static void join_group(struct joiner *j, const struct gram *g, size_t n)
{
    if (n > SHARED_GRAM_MAX) return;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && j->pairs < PAIRS_MAX; k++) {
            uint32_t a = g[i].quote, b = g[k].quote;
            if (a == b || root_of(j, a) == root_of(j, b)) continue;
            j->pairs++;
            if (one_utterance(j, &j->u[a], &j->u[b])) join(j, a, b);
        }
}

static enum err join_all(struct joiner *j)
{
    size_t max = 0, n = 0;
    for (uint32_t i = 0; i < j->len; i++) max += words_of(&j->u[i]);
    struct gram *g = arena_array(j->s->mem, max, sizeof *g);
    j->table = arena_array(j->s->mem, (size_t)(QUOTE_WORDS_MAX + 1) * (QUOTE_WORDS_MAX + 1), sizeof *j->table);
    if (g == NULL || j->table == NULL) return ERR_NOMEM;
    for (uint32_t i = 0; i < j->len; i++) n += grams_of(j, i, g + n);
    if (n > 0) qsort(g, n, sizeof *g, by_gram);
    for (size_t b = 0, e; b < n; b = e) {
        for (e = b + 1; e < n && g[e].hash == g[b].hash;) e++;
        join_group(j, g + b, e - b);
    }
    return OK;
}

/* --- one utterance, not a chain of them --- */

struct sized { uint32_t words, quote; };

static int by_size(const void *x, const void *y)
{
    const struct sized *a = x, *b = y;
    if (a->words != b->words) return a->words > b->words ? -1 : 1;
    return a->quote < b->quote ? -1 : a->quote > b->quote;
}

/* What a long quote joins belongs together only as far as it shares words with that one: of each group, the longest gathers those that do, then the
 * longest of the rest. The first of a group stays its root. */
static enum err unchain(struct joiner *j)
{
    struct sized *order = arena_array(j->s->mem, j->len, sizeof *order);
    uint32_t *head = arena_array(j->s->mem, j->len, sizeof *head), *first = arena_array(j->s->mem, j->len, sizeof *first), *heads = arena_array(j->s->mem, j->len, sizeof *heads);
    if (order == NULL || head == NULL || first == NULL || heads == NULL) return ERR_NOMEM;
    uint32_t n = 0;
    for (uint32_t i = 0; i < j->len; i++) {
        order[i] = (struct sized){j->u[i].w1 - j->u[i].w0, i};
        first[i] = UINT32_MAX;
    }
    if (j->len > 0) qsort(order, j->len, sizeof *order, by_size);
    for (uint32_t i = 0; i < j->len; i++) {
        uint32_t q = order[i].quote, at = n;
        for (uint32_t h = 0; h < n && at == n && j->pairs < 2 * PAIRS_MAX; h++) {
            if (root_of(j, heads[h]) != root_of(j, q)) continue;
            j->pairs++;
            if (one_utterance(j, &j->u[heads[h]], &j->u[q])) at = h;
        }
        if (at == n) heads[n++] = q;
        head[q] = heads[at];
    }
    for (uint32_t i = 0; i < j->len; i++)
        if (first[head[i]] == UINT32_MAX) first[head[i]] = i;
    for (uint32_t i = 0; i < j->len; i++) j->u[i].root = first[head[i]];
    return OK;
}

/* --- wording --- */

static bool tells(const struct joiner *j, const struct utterance *u, uint32_t b, uint32_t e)
{
    const struct reading *r = &j->s->readings[u->reading];
    for (uint32_t i = b; i < e; i++) {
        uint32_t w = u->w0 + i;
        struct slice t = word_text(r, w);
        if (slice_ends(t, SLICE("n't")) || slice_ends(t, SLICE("n\u2019t")) || word_is(&j->s->lex, r, w, "no not never nor none without cannot nothing nobody")) return true;
        struct number n;
        if ((r->words[w].flags & WORD_NAME) || numeral_at(r, w, &n)) return true;
    }
    return false;
}

static struct cite cite_words(const struct joiner *j, const struct utterance *u, uint32_t b, uint32_t e)
{
    const struct reading *r = &j->s->readings[u->reading];
    if (b >= e) return cite_of(r, 0, 0);
    return cite_of(r, r->words[u->w0 + b].b, r->words[u->w0 + e - 1].e);
}

/* The part of `theirs` that answers to `ours`: round their longest common run, as far as ours goes and a little further. False when they share none. */
static bool answer(const struct joiner *j, const struct utterance *ours, const struct utterance *theirs, struct utterance *out)
{
    enum { SLACK = 5 };
    uint32_t end[2], n = words_of(ours), m = words_of(theirs), best = longest_run(j, ours, theirs, end);
    if (best < GRAM && best < n) return false;
    *out = *theirs;
    uint32_t before = end[0] > best ? end[0] - best + SLACK : 0, behind = n > end[0] ? n - end[0] + SLACK : 0;
    out->w0 += end[1] - best > before ? end[1] - best - before : 0;
    out->w1 = theirs->w0 + (end[1] + behind < m ? end[1] + behind : m);
    return true;
}

/* Where the versions part: what stands before the first common word and behind the last is only left out, not changed. */
static enum err differences(struct joiner *j, const struct utterance *ours, const struct utterance *whole, struct version *v)
{
    struct utterance part, *theirs = &part;
    if (!answer(j, ours, whole, theirs)) return OK;
    uint32_t n = words_of(ours), m = words_of(theirs), w = QUOTE_WORDS_MAX + 1, left = subsequence(j, ours, theirs);
    v->diffs = arena_array(j->s->mem, DIFFS_MAX, sizeof *v->diffs);
    if (v->diffs == NULL) return ERR_NOMEM;
    bool inside = false;
    for (uint32_t i = 0, k = 0; left > 0;) {
        uint32_t bi = i, bk = k;
        while (lemma_at(j, ours, i) != lemma_at(j, theirs, k)) {
            if (i + 1 <= n && j->table[(i + 1) * w + k] >= j->table[i * w + k + 1]) i++;
            else k++;
        }
        bool passed_over = (i == bi && k - bk > PASSAGE) || (k == bk && i - bi > PASSAGE); /* a passage that one leaves out changes no word */
        if (inside && (i > bi || k > bk) && !passed_over && v->diffs_len < DIFFS_MAX) {
            bool loud = tells(j, ours, bi, i) || tells(j, theirs, bk, k);
            v->diffs[v->diffs_len++] = (struct wording){cite_words(j, ours, bi, i), cite_words(j, theirs, bk, k), loud};
        }
        inside = true;
        left--, i++, k++;
        if (i >= n || k >= m) break;
    }
    return OK;
}

/* --- the view --- */

/* The quotes of one utterance, the fullest first. */
static enum err members(struct joiner *j, uint32_t root, uint32_t **out, uint32_t *n)
{
    uint32_t longest = 0, best = 0;
    *n = 0;
    for (uint32_t i = root; i < j->len; i++) *n += root_of(j, i) == root;
    *out = arena_array(j->s->mem, *n, sizeof **out);
    if (*out == NULL) return ERR_NOMEM;
    *n = 0;
    for (uint32_t i = root; i < j->len; i++) {
        if (root_of(j, i) != root) continue;
        if (j->u[i].w1 - j->u[i].w0 > longest) longest = j->u[i].w1 - j->u[i].w0, best = *n;
        (*out)[(*n)++] = i;
    }
    uint32_t fullest = (*out)[best];
    memmove(*out + 1, *out, best * sizeof **out);
    (*out)[0] = fullest;
    return OK;
}

static enum err add_version(struct joiner *j, uint32_t i, uint32_t fullest, struct quote_view *q)
{
    const struct utterance *u = &j->u[i];
    const struct reading *r = &j->s->readings[u->reading];
    const struct quote *words = &r->doc->quotes.ptr[u->index];
    struct version *v = &q->versions[q->versions_len++];
    *v = (struct version){.quote = cite_of(r, words->b, words->e), .quote_index = u->index};
    if (q->speaker.len == 0) q->speaker = words->speaker;
    return i == fullest ? OK : differences(j, u, &j->u[fullest], v);
}

/* Who speaks, as most accounts have it; nobody when as many have another. */
static void find_speaker(const struct joiner *j, const uint32_t *order, uint32_t n, struct quote_view *q)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t actor = j->u[order[i]].actor, votes = 0;
        for (uint32_t k = 0; k < n; k++) votes += j->u[order[k]].actor == actor;
        if (actor == UINT32_MAX || actor == q->actor) continue;
        if (most > 0) q->same_speaker = false;
        if (votes > most) most = votes, q->actor = actor;
        else if (votes == most) q->actor = UINT32_MAX;
    }
    if (!q->same_speaker && q->actor == UINT32_MAX) q->speaker = (struct slice){NULL, 0};
}

static enum err add_view(struct joiner *j, uint32_t root, struct quote_view *q)
{
    struct scene *s = j->s;
    uint32_t *order = NULL, n = 0;
    enum err e = members(j, root, &order, &n);
    if (e != OK) return e;
    *q = (struct quote_view){.versions = arena_array(s->mem, n, sizeof *q->versions), .actor = UINT32_MAX, .same_speaker = true};
    if (q->versions == NULL) return ERR_NOMEM;
    struct cites all = {0};
    for (uint32_t i = 0; i < n && e == OK; i++) {
        e = add_version(j, order[i], order[0], q);
        if (e == OK) e = cites_add(s->mem, &all, q->versions[i].quote);
    }
    find_speaker(j, order, n, q);
    if (q->actor != UINT32_MAX) q->speaker = s->out->actors.ptr[q->actor].name;
    count_sources(s, all, &q->accounts, &q->independent);
    uint32_t longest = j->u[order[0]].w1 - j->u[order[0]].w0;
    double words = longest > 30 ? 30 : longest;
    q->weight = (q->actor == UINT32_MAX ? .1 : .3 + s->out->actors.ptr[q->actor].salience) * words / 30 + (q->independent > 0 ? q->independent - 1 : 0) * .7;
    return e;
}

static int by_weight(const void *x, const void *y)
{
    const struct quote_view *a = x, *b = y;
    if (a->weight != b->weight) return a->weight > b->weight ? -1 : 1;
    return cite_cmp(&a->versions[0].quote, &b->versions[0].quote);
}

enum err find_quotes(struct scene *s)
{
    struct joiner j = {.s = s};
    enum err e = collect(&j);
    if (e == OK) e = join_all(&j);
    if (e == OK) e = unchain(&j);
    if (e != OK) return e;
    struct quote_views *out = &s->out->quotes;
    out->ptr = arena_array(s->mem, j.len, sizeof *out->ptr);
    if (out->ptr == NULL) return ERR_NOMEM;
    for (uint32_t i = 0; i < j.len && e == OK; i++)
        if (root_of(&j, i) == i) e = add_view(&j, i, &out->ptr[out->len++]);
    if (e == OK && out->len > 0) qsort(out->ptr, out->len, sizeof *out->ptr, by_weight);
    if (out->len > VIEW_QUOTES_MAX) out->len = VIEW_QUOTES_MAX;
    return e;
}
