/* train_blocks.c - wiredesk-train-blocks: learns the block model from labelled pages and measures it on hosts that it did not see.
 *
 *   wiredesk-train-blocks [--trees N] [--folds K] [--seed N] [--answers DIR] [--out FILE] DIR...
 *
 * Each DIR holds gold.jsonl (id, file, text, url or site) and the gzipped pages. Pages go to folds by their host. For each fold a model is
 * learned from the others; with --answers what it makes of the fold's pages is written to DIR/SET.jsonl, for a scorer. With --out the
 * model learned from all pages is written as C tables. Same data and options, same bytes. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "blocks.h"
#include "../../proto/charset.h"
#include "html.h"
#include "normalize.h"

enum { BINS = 48, FOLDS_MAX = 8, SETS_MAX = 8, RAW_MAX = 16 << 20 };

struct options { size_t trees, folds; uint64_t seed; const char *answers, *out; };

struct sample { /* a page */
    const char *set;
    json_t *gold;
    char *raw;
    size_t raw_len, first, n; /* rows */
    unsigned fold;
};

struct set {
    struct sample *page;
    size_t n_pages, cap_pages, n, cap;
    float *rows;     /* n × FEATURES_SECOND */
    float *y, *w;
    struct tokens *tokens;
    struct family *families;
    float *score;    /* the first pass's, out of fold */
};

static void die(const char *what, const char *which)
{
    fprintf(stderr, "train-blocks: %s %s: %s\n", what, which, strerror(errno));
    exit(75);
}

static void *grown(void *p, size_t bytes)
{
    void *now = realloc(p, bytes ? bytes : 1);
    if (now == NULL) die("no memory for", "the pages");
    return now;
}

/* --- labels --- */

static bool word_byte(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80; }

/* Words of s in lower case as hashes; and all its word bytes in a row. */
struct words { uint64_t *hash; size_t n; char *squeezed; size_t len; };

static struct words words_of(const char *s, size_t len)
{
    struct words w = {grown(NULL, (len / 2 + 2) * sizeof(uint64_t)), 0, grown(NULL, len + 1), 0};
    uint64_t h = 0;
    for (size_t i = 0; i <= len; i++) {
        unsigned char c = i < len ? (unsigned char)s[i] : ' ';
        if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + 32);
        if (word_byte(c)) {
            h = (h ? h : 14695981039346656037U) ^ c;
            h *= 1099511628211U;
            w.squeezed[w.len++] = (char)c;
        } else if (h) {
            w.hash[w.n++] = h;
            h = 0;
        }
    }
    w.squeezed[w.len] = '\0';
    return w;
}

static void words_free(struct words *w)
{
    free(w->hash);
    free(w->squeezed);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

struct gold { uint64_t *shingle, *line; size_t n_shingles, n_lines; struct words all; };

static uint64_t mixed(const uint64_t *h, size_t n)
{
    uint64_t m = 0;
    for (size_t i = 0; i < n; i++) m = (m ^ h[i]) * 0x9E3779B97F4A7C15U + (m >> 29);
    return m;
}

static struct gold gold_of(const char *text)
{
    struct gold g = {NULL, NULL, 0, 0, words_of(text, strlen(text))};
    g.shingle = grown(NULL, (g.all.n + 1) * sizeof(uint64_t));
    for (size_t i = 0; i + 4 <= g.all.n; i++) g.shingle[g.n_shingles++] = mixed(g.all.hash + i, 4);
    qsort(g.shingle, g.n_shingles, sizeof(uint64_t), by_value);
    g.line = grown(NULL, (strlen(text) / 2 + 2) * sizeof(uint64_t));
    for (const char *b = text; *b;) {
        const char *e = strchr(b, '\n');
        if (e == NULL) e = b + strlen(b);
        struct words w = words_of(b, (size_t)(e - b));
        if (w.n) g.line[g.n_lines++] = mixed(w.hash, w.n);
        words_free(&w);
        b = *e ? e + 1 : e;
    }
    qsort(g.line, g.n_lines, sizeof(uint64_t), by_value);
    return g;
}

static bool holds(const uint64_t *list, size_t n, uint64_t v) { return bsearch(&v, list, n, sizeof v, by_value) != NULL; }

/* Whether the block's text is in the labelled article; *weight: how much it matters. */
static bool labelled(const struct gold *g, struct slice text, float *weight)
{
    struct words w = words_of(text.ptr, text.len);
    size_t in = 0, n = w.n >= 4 ? w.n - 3 : 0;
    bool is = false;
    for (size_t i = 0; i < n; i++) in += holds(g->shingle, g->n_shingles, mixed(w.hash + i, 4));
    if (n) is = in * 2 > n;
    else if (w.n) is = holds(g->line, g->n_lines, mixed(w.hash, w.n)) || (w.len >= 45 && strstr(g->all.squeezed, w.squeezed) != NULL);
    *weight = 1.0F + sqrtf((float)(w.n * 12 < text.len ? text.len / 6 : w.n)) * 0.6F;
    words_free(&w);
    return is;
}

/* How often the words of w stand in the article. */
static size_t times_in(const struct gold *g, const struct words *w)
{
    size_t n = 0;
    for (size_t i = 0; w->n && i + w->n <= g->all.n; i++) n += memcmp(g->all.hash + i, w->hash, w->n * sizeof *w->hash) == 0;
    return n;
}

enum { SUPPORT = 3 };

/* Words of the labelled blocks near block i whose text stands only once. */
static float support(const float *y, const float *w, const size_t *copies, size_t n, size_t i)
{
    float sum = 0;
    for (size_t k = i < SUPPORT ? 0 : i - SUPPORT; k <= i + SUPPORT && k < n; k++)
        if (k != i && y[k] > 0 && copies[k] == 1) sum += w[k];
    return sum;
}

/* Of blocks with the same text only as many are the article's as it has: those in the midst of the rest of it, not a table of contents. */
static void once_only(const struct gold *g, const struct page *p, float *y, const float *weight)
{
    uint64_t *text = grown(NULL, p->n_blocks * sizeof *text);
    size_t *copies = grown(NULL, p->n_blocks * sizeof *copies), *times = grown(NULL, p->n_blocks * sizeof *times);
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct words w = words_of(p->clean.text + p->blocks[i].text.b, p->blocks[i].text.e - p->blocks[i].text.b);
        text[i] = mixed(w.hash, w.n);
        times[i] = y[i] > 0 ? times_in(g, &w) : 0;
        words_free(&w);
    }
    for (size_t i = 0; i < p->n_blocks; i++)
        for (size_t k = copies[i] = 0; k < p->n_blocks; k++) copies[i] += text[k] == text[i] && y[k] > 0;
    for (size_t i = 0; i < p->n_blocks; i++) {
        while (copies[i] > 1 && y[i] > 0) {
            size_t worst = SIZE_MAX, left = 0;
            for (size_t k = p->n_blocks; k-- > 0;) {
                if (text[k] != text[i] || y[k] <= 0) continue;
                left++;
                if (worst == SIZE_MAX || support(y, weight, copies, p->n_blocks, k) < support(y, weight, copies, p->n_blocks, worst)) worst = k;
            }
            if (left <= (times[i] ? times[i] : 1)) break;
            y[worst] = 0;
        }
    }
    free(text);
    free(copies);
    free(times);
}

/* --- pages --- */

static char *unzipped(const char *path, size_t *len)
{
    gzFile f = gzopen(path, "rb");
    if (f == NULL) die("cannot read", path);
    char *p = grown(NULL, RAW_MAX);
    int n = gzread(f, p, RAW_MAX);
    if (n < 0) die("cannot unpack", path);
    gzclose(f);
    *len = (size_t)n;
    return grown(p, *len + 1);
}

static unsigned fold_of(const char *set, json_t *gold, size_t folds)
{
    const char *url = json_string_value(json_object_get(gold, "url"));
    if (url == NULL) url = json_string_value(json_object_get(gold, "site"));
    const char *b = url ? strstr(url, "//") : NULL, *id = json_string_value(json_object_get(gold, "id"));
    char host[256];
    size_t n = 0;
    b = b ? b + 2 : id; /* names like at_Paper_2025_06_05: the paper without its dates */
    if (strncmp(b, "www.", 4) == 0) b += 4;
    for (; b[n] && n + 1 < sizeof host && !strchr("/:?", b[n]) && (url || b[n] < '0' || b[n] > '9'); n++) host[n] = b[n];
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)host[i]) * 16777619U;
    (void)set;
    return (h ^ h >> 15) % (unsigned)folds;
}

static void add_rows(struct set *s, const struct page *p, const float *rows, const struct family *families, const struct gold *g)
{
    if (s->n + p->n_blocks > s->cap) {
        s->cap = (s->n + p->n_blocks) * 2;
        s->rows = grown(s->rows, s->cap * FEATURES_SECOND * sizeof(float));
        s->y = grown(s->y, s->cap * sizeof(float));
        s->w = grown(s->w, s->cap * sizeof(float));
        s->tokens = grown(s->tokens, s->cap * sizeof *s->tokens);
        s->families = grown(s->families, s->cap * sizeof *s->families);
    }
    memcpy(s->rows + s->n * FEATURES_SECOND, rows, p->n_blocks * FEATURES_SECOND * sizeof(float));
    memcpy(s->families + s->n, families, p->n_blocks * sizeof *families);
    for (size_t i = 0; i < p->n_blocks; i++) tokens_read(p, &p->blocks[i], &s->tokens[s->n + i]);
    for (size_t i = 0; i < p->n_blocks; i++) s->y[s->n + i] = labelled(g, block_text(p, &p->blocks[i]), &s->w[s->n + i]);
    once_only(g, p, s->y + s->n, s->w + s->n);
    s->n += p->n_blocks;
}

static void add_page(struct set *s, struct sample *sample, const struct attribute_words *words, struct arena *mem)
{
    const char *text = json_string_value(json_object_get(sample->gold, "text"));
    struct decoded d;
    struct doc doc;
    struct facts facts = {{{NULL, 0}}};
    sample->first = s->n;
    if (text == NULL || json_is_true(json_object_get(sample->gold, "partial"))) return;
    if (charset_decode((struct slice){sample->raw, sample->raw_len}, (struct slice){NULL, 0}, true, mem, &d) != OK) return;
    struct page page = {.mem = mem, .source = d.text};
    doc_init(&doc);
    if (html_read(words, &page) != OK || facts_read(&doc, &page, &facts) != OK) return;
    static const int8_t nothing[TOKEN_TABLE];
    struct family *families = arena_take(mem, (page.n_blocks + 1) * sizeof *families);
    if (families == NULL || says_read(&page) != OK) die("no memory for", "families");
    families_read(&page, families);
    float *rows = features_read(&page, &facts, &(struct tokens_model){nothing, nothing, 0, 0}, families); /* the tokens' columns come later */
    if (rows == NULL) die("no memory for", "features");
    struct gold g = gold_of(text);
    add_rows(s, &page, rows, families, &g);
    sample->n = page.n_blocks;
    free(g.shingle);
    free(g.line);
    words_free(&g.all);
}

static void load(struct set *s, const char *dir, size_t folds)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/gold.jsonl", dir);
    FILE *f = fopen(path, "r");
    struct attribute_words *words = attribute_words_create();
    struct arena *mem = arena_create((size_t)1 << 30);
    char *line = NULL;
    size_t cap = 0;
    if (f == NULL || words == NULL || mem == NULL) die("cannot read", path);
    const char *name = strrchr(dir, '/') ? strrchr(dir, '/') + 1 : dir;
    while (getline(&line, &cap, f) > 0) {
        json_t *gold = json_loads(line, 0, NULL);
        const char *file = json_string_value(json_object_get(gold, "file"));
        if (file == NULL) die("a record without a file in", path);
        if (s->n_pages == s->cap_pages) s->page = grown(s->page, (s->cap_pages = s->cap_pages * 2 + 64) * sizeof *s->page);
        struct sample *sample = &s->page[s->n_pages++];
        *sample = (struct sample){.set = name, .gold = gold, .fold = fold_of(name, gold, folds)};
        char page[4096 + 512];
        snprintf(page, sizeof page, "%s/%.500s", dir, file);
        sample->raw = unzipped(page, &sample->raw_len);
        arena_reset(mem);
        add_page(s, sample, words, mem);
    }
    free(line);
    fclose(f);
    attribute_words_destroy(&words);
    arena_destroy(&mem);
}

/* --- boosting --- */

struct learner {
    size_t n, width;         /* rows that are learned from; features */
    uint8_t *bin;            /* a column a feature */
    float (*edge)[BINS - 1]; /* bin k: value > edge[k - 1] */
    size_t *edges;
    float *y, *w, *sum, *g, *h;
    uint8_t *leaf;
    uint32_t *chosen;        /* rows of this tree */
    size_t n_chosen;
    uint64_t random;
};

static uint64_t next_random(struct learner *l)
{
    l->random += 0x9E3779B97F4A7C15U;
    uint64_t z = l->random;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

static int by_float(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* Edges at equal counts over a sample; then every value's bin. */
static void bin_feature(struct learner *l, const float *rows, const uint32_t *index, size_t f)
{
    enum { SAMPLE = 20000 };
    float *v = grown(NULL, SAMPLE * sizeof *v);
    size_t n = 0, step = l->n / SAMPLE + 1;
    for (size_t i = 0; i < l->n && n < SAMPLE; i += step) v[n++] = rows[(size_t)index[i] * FEATURES_SECOND + f];
    qsort(v, n, sizeof *v, by_float);
    size_t distinct = n ? 1 : 0, edges = 0;
    for (size_t i = 1; i < n; i++) distinct += v[i] != v[i - 1];
    if (distinct <= BINS) {
        for (size_t i = 1; i < n; i++)
            if (v[i] != v[i - 1]) l->edge[f][edges++] = (v[i] + v[i - 1]) / 2;
    } else {
        for (size_t k = 1; k < BINS; k++) {
            size_t i = k * n / BINS;
            float e = v[i] == v[i - 1] ? v[i] : (v[i] + v[i - 1]) / 2;
            if (edges == 0 || e > l->edge[f][edges - 1]) l->edge[f][edges++] = e;
        }
    }
    free(v);
    l->edges[f] = edges;
    uint8_t *bin = l->bin + f * l->n;
    for (size_t i = 0; i < l->n; i++) {
        float x = rows[(size_t)index[i] * FEATURES_SECOND + f];
        size_t lo = 0, hi = edges;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (x > l->edge[f][mid]) lo = mid + 1;
            else hi = mid;
        }
        bin[i] = (uint8_t)lo;
    }
}

static const float LAMBDA = 4.0F;

/* The best edge of feature f for splitting all 2^depth leaves at once. */
static double best_edge(const struct learner *l, size_t f, unsigned depth, size_t *edge)
{
    static float hist[BOOST_LEAVES][BINS][2];
    size_t leaves = (size_t)1 << depth, bins = l->edges[f] + 1;
    const uint8_t *bin = l->bin + f * l->n;
    if (bins < 2) return -1;
    for (size_t k = 0; k < leaves; k++) memset(hist[k], 0, bins * sizeof hist[k][0]);
    for (size_t i = 0; i < l->n_chosen; i++) {
        uint32_t r = l->chosen[i];
        float *cell = hist[l->leaf[r]][bin[r]];
        cell[0] += l->g[r];
        cell[1] += l->h[r];
    }
    static double gain[BINS];
    memset(gain, 0, sizeof gain);
    for (size_t k = 0; k < leaves; k++) {
        double g = 0, h = 0, lg = 0, lh = 0;
        for (size_t b = 0; b < bins; b++) {
            g += hist[k][b][0];
            h += hist[k][b][1];
        }
        for (size_t b = 0; b + 1 < bins; b++) {
            lg += hist[k][b][0];
            lh += hist[k][b][1];
            gain[b] += lg * lg / (lh + LAMBDA) + (g - lg) * (g - lg) / (h - lh + LAMBDA) - g * g / (h + LAMBDA);
        }
    }
    double best = -1;
    for (size_t b = 0; b + 1 < bins; b++)
        if (gain[b] > best) {
            best = gain[b];
            *edge = b;
        }
    return best;
}

static void grow_tree(struct learner *l, struct boost_tree *tree, float rate)
{
    double g[BOOST_LEAVES] = {0}, h[BOOST_LEAVES] = {0};
    memset(l->leaf, 0, l->n);
    l->n_chosen = 0;
    for (size_t i = 0; i < l->n; i++) {
        float p = 1.0F / (1.0F + expf(-l->sum[i]));
        bool easy = fabsf(p - l->y[i]) < 0.04F; /* of the many that are known already a few stand for all */
        float w = easy ? l->w[i] * 4 : l->w[i];
        l->g[i] = (p - l->y[i]) * w;
        l->h[i] = p * (1 - p) * w;
        if (next_random(l) % 100 < (easy ? 15 : 60)) l->chosen[l->n_chosen++] = (uint32_t)i;
    }
    for (unsigned d = 0; d < BOOST_DEPTH; d++) {
        double best = -1;
        size_t feature = 0, edge = 0;
        for (size_t f = 0; f < l->width; f++) {
            size_t e = 0;
            if (next_random(l) % 100 >= 40) continue;
            double gain = best_edge(l, f, d, &e);
            if (gain <= best) continue;
            best = gain;
            feature = f;
            edge = e;
        }
        tree->feature[d] = (uint16_t)feature;
        tree->threshold[d] = best < 0 ? INFINITY : l->edge[feature][edge];
        const uint8_t *bin = l->bin + feature * l->n;
        for (size_t i = 0; i < l->n; i++) l->leaf[i] |= (uint8_t)((unsigned)(best >= 0 && bin[i] > edge) << d);
    }
    for (size_t i = 0; i < l->n_chosen; i++) {
        uint32_t r = l->chosen[i];
        g[l->leaf[r]] += l->g[r];
        h[l->leaf[r]] += l->h[r];
    }
    for (size_t k = 0; k < BOOST_LEAVES; k++) tree->leaf[k] = (float)(-rate * g[k] / (h[k] + LAMBDA));
    for (size_t i = 0; i < l->n; i++) l->sum[i] += tree->leaf[l->leaf[i]];
}

/* Learns from all rows but those of fold `without` (FOLDS_MAX: from all). */
static struct boost learn(const struct set *s, size_t width, size_t trees, unsigned without, uint64_t seed)
{
    uint32_t *index = grown(NULL, s->n * sizeof *index);
    struct learner l = {.width = width, .random = seed};
    for (size_t k = 0; k < s->n_pages; k++)
        for (size_t i = 0; i < s->page[k].n && s->page[k].fold != without; i++) index[l.n++] = (uint32_t)(s->page[k].first + i);
    l.bin = grown(NULL, l.n * width);
    l.edge = grown(NULL, width * sizeof *l.edge);
    l.edges = grown(NULL, width * sizeof *l.edges);
    l.y = grown(NULL, l.n * sizeof(float));
    l.w = grown(NULL, l.n * sizeof(float));
    l.sum = grown(NULL, l.n * sizeof(float));
    l.g = grown(NULL, l.n * sizeof(float));
    l.h = grown(NULL, l.n * sizeof(float));
    l.leaf = grown(NULL, l.n);
    l.chosen = grown(NULL, l.n * sizeof *l.chosen);
    for (size_t f = 0; f < width; f++) bin_feature(&l, s->rows, index, f);
    double yes = 1, all = 2;
    for (size_t i = 0; i < l.n; i++) {
        l.y[i] = s->y[index[i]];
        l.w[i] = s->w[index[i]];
        yes += l.y[i] * l.w[i];
        all += l.w[i];
    }
    struct boost b = {.n = trees, .start = (float)log(yes / (all - yes))};
    struct boost_tree *tree = grown(NULL, trees * sizeof *tree);
    for (size_t i = 0; i < l.n; i++) l.sum[i] = b.start;
    for (size_t t = 0; t < trees; t++) grow_tree(&l, &tree[t], (t < trees / 2 ? 18.0F : 9.6F) / (float)trees);
    b.tree = tree;
    free(index); free(l.bin); free(l.edge); free(l.edges); free(l.y); free(l.w); free(l.sum); free(l.g); free(l.h); free(l.leaf); free(l.chosen);
    return b;
}

/* --- the tokens' weights: logistic regression with a step of its own for each weight (AdaGrad) --- */

enum { EPOCHS = 4 };

static int8_t *weights_of(const struct set *s, bool markup, unsigned without, float *step)
{
    float *w = calloc(TOKEN_TABLE, sizeof *w), *sq = calloc(TOKEN_TABLE, sizeof *sq), start = 0, start_sq = 1;
    int8_t *out = grown(NULL, TOKEN_TABLE);
    if (w == NULL || sq == NULL) die("no memory for", "tokens");
    for (size_t round = 0; round < EPOCHS * s->n_pages; round++) {
        const struct sample *page = &s->page[(round * 7919 + round / s->n_pages) % s->n_pages];
        for (size_t i = page->first; i < page->first + page->n && page->fold != without; i++) {
            const uint16_t *t = markup ? s->tokens[i].markup : s->tokens[i].text;
            size_t n = markup ? s->tokens[i].n_markup : s->tokens[i].n_text;
            float sum = 0, root = sqrtf((float)(n ? n : 1));
            for (size_t k = 0; k < n; k++) sum += w[t[k]];
            float g = (1.0F / (1.0F + expf(-start - sum / root)) - s->y[i]) * sqrtf(s->w[i]);
            start_sq += g * g;
            start -= 0.3F * g / sqrtf(start_sq);
            g /= root;
            for (size_t k = 0; k < n; k++) {
                float gk = g + 1e-4F * w[t[k]];
                sq[t[k]] += gk * gk;
                w[t[k]] -= 0.3F * gk / sqrtf(sq[t[k]] + 0.1F);
            }
        }
    }
    *step = 8.0F / 127;
    for (size_t k = 0; k < TOKEN_TABLE; k++) {
        float q = w[k] / *step;
        out[k] = (int8_t)lrintf(q > 127 ? 127 : q < -127 ? -127 : q);
    }
    free(w);
    free(sq);
    return out;
}

static struct tokens_model learn_tokens(const struct set *s, unsigned without)
{
    struct tokens_model m;
    m.text = weights_of(s, false, without, &m.text_step);
    m.markup = weights_of(s, true, without, &m.markup_step);
    return m;
}

/* Fills the tokens' columns of page k, and their copies beside the neighbours. */
static void token_columns(struct set *s, size_t k, const struct tokens_model *m)
{
    const struct sample *page = &s->page[k];
    float *rows = s->rows + page->first * FEATURES_SECOND;
    for (size_t i = 0; i < page->n; i++) {
        float *o = rows + i * FEATURES_SECOND + FEATURES_TOKENS;
        tokens_weigh(m, &s->tokens[page->first + i], o, o + 1);
    }
    features_near(page->n, rows);
}

/* --- the two passes over the folds --- */

/* Writes what `model` thinks of page k to its rows' last columns. */
static void second_columns(struct set *s, size_t k, const struct boost *first)
{
    const struct sample *sample = &s->page[k];
    float *rows = s->rows + sample->first * FEATURES_SECOND;
    boost_score(first, rows, sample->n, FEATURES_SECOND, s->score + sample->first);
    features_second(sample->n, s->families + sample->first, s->score + sample->first, rows);
}

static void tell(const struct set *s, unsigned fold, const struct boost *b, const char *name)
{
    double right = 0, all = 0, tp = 0, fp = 0, fn = 0;
    for (size_t k = 0; k < s->n_pages; k++) {
        const struct sample *page = &s->page[k];
        if (page->fold != fold || page->n == 0) continue;
        float *score = grown(NULL, page->n * sizeof *score);
        boost_score(b, s->rows + page->first * FEATURES_SECOND, page->n, FEATURES_SECOND, score);
        for (size_t i = 0; i < page->n; i++) {
            double w = s->w[page->first + i];
            bool yes = score[i] >= 0.5F, is = s->y[page->first + i] > 0;
            right += w * (yes == is);
            all += w;
            tp += w * (yes && is);
            fp += w * (yes && !is);
            fn += w * (!yes && is);
        }
        free(score);
    }
    fprintf(stderr, "fold %u %s: right %.4f F %.4f\n", fold, name, right / (all + 1e-9), 2 * tp / (2 * tp + fp + fn + 1e-9));
}

static void answer(const struct set *s, unsigned fold, const struct blocks_model *model, const char *dir)
{
    struct normalizer *n = normalizer_create_with(model);
    struct arena *mem = arena_create(DOC_ARENA_MAX);
    struct buf out = buf_make(DOC_FRAME_MAX);
    if (n == NULL || mem == NULL) die("no memory for", "answers");
    for (size_t k = 0; k < s->n_pages; k++) {
        const struct sample *page = &s->page[k];
        char path[4096];
        struct doc doc;
        if (page->fold != fold) continue;
        snprintf(path, sizeof path, "%s/%s.jsonl", dir, page->set);
        FILE *f = fopen(path, "a");
        if (f == NULL) die("cannot write", path);
        doc_init(&doc);
        doc.key = slice_of(json_string_value(json_object_get(page->gold, "id")));
        doc.type = SLICE("text/html");
        doc.meta.url = slice_of(json_string_value(json_object_get(page->gold, "url")));
        doc.raw = (struct slice){page->raw, page->raw_len};
        doc_set(&doc, DOC_KEY);
        arena_reset(mem);
        buf_clear(&out);
        enum err e = normalize_doc(n, mem, &doc);
        if (e == OK) e = doc_to_json(&doc, DOC_BIT(DOC_MAP) | DOC_BIT(DOC_RAW) | DOC_BIT(DOC_SENTENCES) | DOC_BIT(DOC_DROPPED), mem, &out);
        if (e == OK) fprintf(f, "%.*s\n", (int)out.len, out.ptr);
        else fprintf(f, "{\"key\":\"%.*s\"}\n", (int)doc.key.len, doc.key.ptr);
        if (fclose(f) != 0) die("cannot write", path);
    }
    buf_free(&out);
    arena_destroy(&mem);
    normalizer_destroy(&n);
}

static void write_trees(FILE *f, const char *name, const struct boost *b)
{
    fprintf(f, "static const struct boost_tree %s[] = {\n", name);
    for (size_t t = 0; t < b->n; t++) {
        fprintf(f, "{{");
        for (size_t d = 0; d < BOOST_DEPTH; d++) fprintf(f, "%u,", b->tree[t].feature[d]);
        fprintf(f, "},{");
        for (size_t d = 0; d < BOOST_DEPTH; d++) fprintf(f, isinf(b->tree[t].threshold[d]) ? "1e30F," : "%.6eF,", (double)b->tree[t].threshold[d]);
        fprintf(f, "},\n{");
        for (size_t k = 0; k < BOOST_LEAVES; k++) fprintf(f, "%.3eF,%s", (double)b->tree[t].leaf[k], k % 16 == 15 ? "\n" : "");
        fprintf(f, "}},\n");
    }
    fprintf(f, "};\n\n");
}

static void write_weights(FILE *f, const char *name, const int8_t *w)
{
    fprintf(f, "static const int8_t %s[TOKEN_TABLE] = {\n", name);
    for (size_t k = 0; k < TOKEN_TABLE; k++) fprintf(f, "%d,%s", w[k], k % 48 == 47 ? "\n" : "");
    fprintf(f, "};\n\n");
}

static void write_model(const struct blocks_model *m, const char *path)
{
    FILE *f = fopen(path, "w");
    if (f == NULL) die("cannot write", path);
    fprintf(f, "/* blocks_model.c - the block model's tables, written by wiredesk-train-blocks: do not edit (MODEL.md says how to make it again). */\n#include \"blocks.h\"\n\n");
    write_weights(f, "text", m->tokens.text);
    write_weights(f, "markup", m->tokens.markup);
    write_trees(f, "first", &m->first);
    write_trees(f, "second", &m->second);
    fprintf(f, "const struct blocks_model blocks_model = {{text, markup, %.6eF, %.6eF}, {first, %zu, %.6eF}, {second, %zu, %.6eF}, %.3fF};\n", (double)m->tokens.text_step, (double)m->tokens.markup_step, m->first.n, (double)m->first.start, m->second.n, (double)m->second.start,
            (double)m->threshold);
    if (fclose(f) != 0) die("cannot write", path);
}

static size_t number(int argc, char **argv, int i)
{
    if (i + 1 >= argc) {
        fprintf(stderr, "train-blocks: %s wants a value\n", argv[i]);
        exit(64);
    }
    return (size_t)strtoull(argv[i + 1], NULL, 10);
}

int main(int argc, char **argv)
{
    struct options o = {.trees = 200, .folds = 4, .seed = 7};
    struct set s = {NULL};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trees") == 0) o.trees = number(argc, argv, i++);
        else if (strcmp(argv[i], "--folds") == 0) o.folds = number(argc, argv, i++);
        else if (strcmp(argv[i], "--seed") == 0) o.seed = number(argc, argv, i++);
        else if (strcmp(argv[i], "--answers") == 0 && i + 1 < argc) o.answers = argv[++i];
        else if (strcmp(argv[i], "--out") == 0 && i + 1 < argc) o.out = argv[++i];
        else load(&s, argv[i], o.folds);
    }
    if (s.n == 0 || o.folds < 2 || o.folds > FOLDS_MAX) {
        fprintf(stderr, "usage: wiredesk-train-blocks [--trees N] [--folds 2..8] [--seed N] [--answers DIR] [--out FILE] DIR...\n");
        return 64;
    }
    fprintf(stderr, "%zu pages, %zu blocks, %d features\n", s.n_pages, s.n, FEATURES_SECOND);
    s.score = grown(NULL, s.n * sizeof(float));
    struct boost first[FOLDS_MAX];
    struct tokens_model tokens[FOLDS_MAX];
    for (unsigned k = 0; k < o.folds; k++) tokens[k] = learn_tokens(&s, k);
    for (size_t k = 0; k < s.n_pages; k++) token_columns(&s, k, &tokens[s.page[k].fold]);
    for (unsigned k = 0; k < o.folds; k++) {
        first[k] = learn(&s, FEATURES_FIRST, o.trees, k, o.seed + k);
        tell(&s, k, &first[k], "first");
    }
    for (size_t k = 0; k < s.n_pages; k++) second_columns(&s, k, &first[s.page[k].fold]);
    for (unsigned k = 0; k < o.folds && o.answers; k++) {
        struct blocks_model m = {tokens[k], first[k], learn(&s, FEATURES_SECOND, o.trees, k, o.seed + 100 + k), 0.5F};
        tell(&s, k, &m.second, "second");
        answer(&s, k, &m, o.answers);
    }
    if (o.out) {
        struct blocks_model m = {learn_tokens(&s, FOLDS_MAX), learn(&s, FEATURES_FIRST, o.trees, FOLDS_MAX, o.seed + 50), learn(&s, FEATURES_SECOND, o.trees, FOLDS_MAX, o.seed + 150), 0.5F};
        write_model(&m, o.out);
    }
    return 0;
}
