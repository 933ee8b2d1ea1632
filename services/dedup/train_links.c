/* train_links.c - learns the shipped lexicon and the link model from labelled stories.
 *
 *   wiredesk-train-links lexicon FILE.jsonl...            prints lexicon_table.h
 *   wiredesk-train-links links FOLD/FOLDS FILE.jsonl...   prints links_model.h, learned from all stories but those of the fold
 *                                                         (0/0: from all)
 *   wiredesk-train-links fold FOLD/FOLDS FILE.jsonl       prints the rows of the fold's stories: what to measure on
 *
 * A row is a JSON object a line with id, title, text, date (ISO 8601 or empty) and cluster. Scaffolding for developers: it is not
 * installed, and it ends with status 1 at the first trouble. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "links.h"
#include "moment.h"

enum { NEIGHBOURS = 15, SAME_MOST = 12, STRANGERS = 10, INPUTS = 1 + LINK_COUNT + LINK_COUNT * (LINK_COUNT + 1) / 2 };

#define TITLES_HELP 0.3f /* what a title of a full text counts beside one that stands alone */

struct row {
    char *title, *text;
    uint64_t cluster;
    uint32_t minutes;
    struct vector full, title_only;
};

struct rows {
    struct row *ptr;
    size_t len;
};

struct sample {
    float f[LINK_COUNT];
    float weight;
    bool same;
};

struct samples {
    struct sample *ptr;
    size_t len, cap;
};

static void die(const char *what)
{
    fprintf(stderr, "wiredesk-train-links: %s\n", what);
    exit(1);
}

static void *must(void *p)
{
    if (p == NULL) die("out of memory");
    return p;
}

/* --- reading --- */

static const char *string_of(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static bool in_fold(uint64_t cluster, unsigned fold, unsigned folds)
{
    return folds != 0 && cluster % folds == fold;
}

static int by_time(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return x->minutes < y->minutes ? -1 : x->minutes > y->minutes;
}

static struct rows read_rows(const char *path)
{
    FILE *f = fopen(path, "r");
    if (f == NULL) die(path);
    struct rows r = {NULL, 0};
    char *line = NULL;
    size_t cap = 0, room = 0;
    bool dated = true;
    for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
        json_t *o = json_loadb(line, (size_t)n, 0, NULL);
        if (o == NULL) die("a row that is no JSON");
        if (r.len == room) r.ptr = must(realloc(r.ptr, (room = room * 2 + 64) * sizeof *r.ptr));
        const char *cluster = string_of(o, "cluster");
        r.ptr[r.len++] = (struct row){.title = must(strdup(string_of(o, "title"))), .text = must(strdup(string_of(o, "text"))),
            .cluster = XXH3_64bits(cluster, strlen(cluster)), .minutes = moment_minutes(slice_of(string_of(o, "date")))};
        dated = dated && r.ptr[r.len - 1].minutes != 0;
        json_decref(o);
    }
    free(line);
    fclose(f);
    if (dated) qsort(r.ptr, r.len, sizeof *r.ptr, by_time);
    return r;
}

/* The text as the stage gets it: the title first. *title_end is where it ends. */
static struct slice whole(const struct row *r, struct arena *mem, size_t *title_end)
{
    *title_end = strlen(r->title);
    if (*title_end && strncmp(r->text, r->title, *title_end) == 0) return slice_of(r->text);
    return arena_printf(mem, "%s%s%s", r->title, *title_end ? "\n\n" : "", r->text);
}

static void vectors(struct rows rows, struct arena *mem)
{
    struct lexicon *l = must(terms_create()), *titles = must(terms_create());
    for (size_t i = 0; i < rows.len; i++) {
        struct row *r = &rows.ptr[i];
        struct words w;
        size_t end;
        struct slice text = whole(r, mem, &end);
        if (words_cut(text, end, mem, &w) != OK || vector_make(&w, l, mem, &r->full) != OK) die("a row too large");
        if (words_cut(slice_of(r->title), end, mem, &w) != OK || vector_make(&w, titles, mem, &r->title_only) != OK) die("a row too large");
        for (size_t k = 0; k < r->full.n; k++) lexicon_count(l, r->full.term[k].id);
        for (size_t k = 0; k < r->title_only.n; k++) lexicon_count(titles, r->title_only.term[k].id);
        lexicon_next(l);
        lexicon_next(titles);
        arena_reset(mem);
    }
    terms_destroy(&l);
    terms_destroy(&titles);
}

/* --- the lexicon --- */

struct entry {
    uint32_t id, documents;
};

static int by_documents(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->documents != y->documents) return x->documents > y->documents ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void count_rows(struct rows rows, struct entry *all, struct arena *mem)
{
    for (size_t i = 0; i < rows.len; i++) {
        struct words w;
        size_t end, n = 0;
        struct slice text = whole(&rows.ptr[i], mem, &end);
        if (words_cut(text, end, mem, &w) != OK) die("a row too large");
        uint32_t *ids = must(arena_take(mem, (w.len + 1) * sizeof *ids));
        for (size_t k = 0; k < w.len; k++)
            if (!(w.ptr[k].flags & WORD_STOP)) ids[n++] = term_id(w.ptr[k].stem);
        qsort(ids, n, sizeof *ids, by_value);
        for (size_t k = 0; k < n; k++)
            if (k == 0 || ids[k] != ids[k - 1]) all[ids[k]].documents++;
        arena_reset(mem);
    }
}

static void learn_lexicon(int n, char **paths, struct arena *mem)
{
    enum { MOST = 9000, LEAST = 6 };
    struct entry *all = must(calloc(TERM_MASK + 1, sizeof *all));
    size_t documents = 0, kept = 0;
    for (uint32_t i = 0; i <= TERM_MASK; i++) all[i].id = i;
    for (int i = 0; i < n; i++) {
        struct rows rows = read_rows(paths[i]);
        count_rows(rows, all, mem);
        documents += rows.len;
    }
    qsort(all, TERM_MASK + 1, sizeof *all, by_documents);
    while (kept < MOST && all[kept].documents >= LEAST) kept++;
    printf("/* lexicon_table.h - in how many of LEXICON_DOCUMENTS news texts a term was; printed by wiredesk-train-links. */\n");
    printf("enum { LEXICON_TERMS = %zu, LEXICON_DOCUMENTS = %zu };\n", kept, documents);
    printf("static const struct {\n    uint32_t id;\n    uint16_t documents;\n} lexicon_terms[LEXICON_TERMS] = {\n");
    for (size_t i = 0; i < kept; i++)
        printf("%s{%u,%u},%s", i % 8 ? "" : "    ", all[i].id, all[i].documents < 65535 ? all[i].documents : 65535, i % 8 == 7 || i + 1 == kept ? "\n" : "");
    printf("};\n");
    free(all);
}

/* --- samples --- */

static double similarity(const struct vector *a, const struct vector *b)
{
    double dot = 0;
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        if (a->term[i].id == b->term[k].id) dot += (double)a->term[i].weight * b->term[k].weight;
        if (a->term[i].id <= b->term[k].id) i++;
        else k++;
    }
    return dot;
}

static void add_sample(struct samples *s, const struct vector *a, const struct vector *b, const struct row *x, const struct row *y, bool dated)
{
    if (s->len == s->cap) s->ptr = must(realloc(s->ptr, (s->cap = s->cap * 2 + 1024) * sizeof *s->ptr));
    struct sample *p = &s->ptr[s->len++];
    struct link_text text;
    struct link_mass mass = link_weigh(b);
    link_begin(a, &text);
    link_features(&text, b, &mass, dated ? x->minutes : 0, dated ? y->minutes : 0, p->f);
    p->same = x->cluster == y->cluster;
    p->weight = 1;
    if (p->f[LINK_SHARED] <= 0) s->len--; /* link_odds() needs no model for these */
}

/* Some of the earlier texts of other stories, near or not: without them the model knows only pairs that look alike. */
static void sample_strangers(struct rows rows, size_t i, bool titles, unsigned fold, unsigned folds, struct samples *s)
{
    const struct row *x = &rows.ptr[i];
    uint64_t dice = XXH3_64bits(&i, sizeof i);
    for (int n = 0; i > 0 && n < STRANGERS; n++) {
        dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const struct row *y = &rows.ptr[(dice >> 33) % i];
        const struct vector *b = titles ? &y->title_only : &y->full;
        if (in_fold(y->cluster, fold, folds) || b->n == 0 || y->cluster == x->cluster) continue;
        add_sample(s, titles ? &x->title_only : &x->full, b, x, y, n % 4 != 0);
    }
}

/* For each text its nearest earlier ones, some of its own story and some of others. `titles`: by titles alone. */
static void sample_rows(struct rows rows, bool titles, unsigned fold, unsigned folds, struct samples *s)
{
    size_t before = s->len;
    for (size_t i = 0; i < rows.len; i++) {
        const struct row *x = &rows.ptr[i];
        const struct vector *a = titles ? &x->title_only : &x->full;
        size_t best[NEIGHBOURS], n = 0, same = 0;
        double near[NEIGHBOURS];
        if (in_fold(x->cluster, fold, folds) || a->n == 0) continue;
        for (size_t k = i; k-- > 0;) {
            const struct row *y = &rows.ptr[k];
            const struct vector *b = titles ? &y->title_only : &y->full;
            if (in_fold(y->cluster, fold, folds) || b->n == 0) continue;
            if (x->cluster == y->cluster && same++ < SAME_MOST) {
                add_sample(s, a, b, x, y, (i + k) % 4 != 0);
                continue;
            }
            double d = similarity(a, b);
            if (d <= 0 || (n == NEIGHBOURS && d <= near[n - 1])) continue;
            size_t at = n < NEIGHBOURS ? n++ : NEIGHBOURS - 1;
            for (; at > 0 && near[at - 1] < d; at--) {
                near[at] = near[at - 1];
                best[at] = best[at - 1];
            }
            near[at] = d;
            best[at] = k;
        }
        for (size_t k = 0; k < n; k++) {
            const struct row *y = &rows.ptr[best[k]];
            if (x->cluster != y->cluster) add_sample(s, a, titles ? &y->title_only : &y->full, x, y, (i + k) % 4 != 0);
        }
        sample_strangers(rows, i, titles, fold, folds, s);
    }
    size_t all = s->len - before; /* each set of rows speaks as loudly as another, large ones a little more */
    for (size_t i = before; i < s->len; i++) s->ptr[i].weight = (float)(pow((double)all, 0.5) / (double)all);
}

/* --- the model: logistic regression over the features and their products, by Newton's steps --- */

static void inputs(const float f[LINK_COUNT], double x[INPUTS])
{
    size_t n = 0;
    x[n++] = 1;
    for (size_t i = 0; i < LINK_COUNT; i++) x[n++] = f[i];
    for (size_t i = 0; i < LINK_COUNT; i++)
        for (size_t k = i; k < LINK_COUNT; k++) x[n++] = (double)f[i] * f[k];
}

/* Solves a x = b in place by Cholesky's method; a is symmetric and positive. */
static void solve(double (*a)[INPUTS], double *b)
{
    for (size_t i = 0; i < INPUTS; i++) {
        for (size_t k = 0; k <= i; k++) {
            double sum = a[i][k];
            for (size_t j = 0; j < k; j++) sum -= a[i][j] * a[k][j];
            a[i][k] = i == k ? sqrt(sum > 1e-12 ? sum : 1e-12) : sum / a[k][k];
        }
        double sum = b[i];
        for (size_t j = 0; j < i; j++) sum -= a[i][j] * b[j];
        b[i] = sum / a[i][i];
    }
    for (size_t i = INPUTS; i-- > 0;) {
        double sum = b[i];
        for (size_t j = i + 1; j < INPUTS; j++) sum -= a[j][i] * b[j];
        b[i] = sum / a[i][i];
    }
}

/* Weights of raw inputs. The penalty falls on standardised ones. */
static void fit(const struct samples *s, double w[INPUTS])
{
    const double penalty = 0.003;
    double (*h)[INPUTS] = must(malloc(sizeof(double) * INPUTS * INPUTS)), x[INPUTS], g[INPUTS], mean[INPUTS] = {0}, scale[INPUTS] = {0}, total = 0;
    for (size_t i = 0; i < s->len; i++) {
        inputs(s->ptr[i].f, x);
        total += s->ptr[i].weight;
        for (size_t k = 0; k < INPUTS; k++) mean[k] += s->ptr[i].weight * x[k];
    }
    for (size_t k = 0; k < INPUTS; k++) mean[k] /= total;
    for (size_t i = 0; i < s->len; i++) {
        inputs(s->ptr[i].f, x);
        for (size_t k = 0; k < INPUTS; k++) scale[k] += s->ptr[i].weight * (x[k] - mean[k]) * (x[k] - mean[k]);
    }
    for (size_t k = 0; k < INPUTS; k++) scale[k] = sqrt(scale[k] / total) > 1e-6 ? sqrt(scale[k] / total) : 1;
    mean[0] = 0;
    double v[INPUTS] = {0};
    for (int step = 0; step < 12; step++) {
        memset(h, 0, sizeof(double) * INPUTS * INPUTS);
        memset(g, 0, sizeof g);
        for (size_t i = 0; i < s->len; i++) {
            inputs(s->ptr[i].f, x);
            double z = 0;
            for (size_t k = 0; k < INPUTS; k++) z += v[k] * (x[k] = (x[k] - mean[k]) / scale[k]);
            double p = 1 / (1 + exp(-z)), u = s->ptr[i].weight / total, c = u * (p * (1 - p) + 1e-6);
            for (size_t k = 0; k < INPUTS; k++) {
                g[k] += u * (s->ptr[i].same - p) * x[k];
                double cx = c * x[k];
                for (size_t j = 0; j <= k; j++) h[k][j] += cx * x[j];
            }
        }
        for (size_t k = 0; k < INPUTS; k++) {
            if (k) g[k] -= penalty * v[k];
            h[k][k] += k ? penalty : 1e-9;
        }
        solve(h, g);
        for (size_t k = 0; k < INPUTS; k++) v[k] += g[k];
    }
    w[0] = v[0];
    for (size_t k = 1; k < INPUTS; k++) {
        w[k] = v[k] / scale[k];
        w[0] -= w[k] * mean[k];
    }
    free(h);
}

static void print_model(const char *name, const double w[INPUTS])
{
    size_t n = 1;
    printf("static const struct link_model %s = {\n    .bias = %.6g,\n    .linear = {", name, w[0]);
    for (size_t i = 0; i < LINK_COUNT; i++) printf("%s%.6g", i ? ", " : "", w[n++]);
    printf("},\n    .crossed = {\n");
    for (size_t i = 0; i < LINK_COUNT; i++) {
        printf("        {");
        for (size_t k = 0; k < LINK_COUNT; k++) printf("%s%.6g", k ? ", " : "", k < i ? 0.0 : w[n++]);
        printf("},\n");
    }
    printf("    },\n};\n");
}

/* Each sample to the model that will judge its kind; frees `from`. */
static void sort_samples(struct samples *from, float weight, struct samples *texts, struct samples *titles)
{
    for (size_t i = 0; i < from->len; i++) {
        struct samples *s = link_is_title(from->ptr[i].f) ? titles : texts;
        if (s->len == s->cap) s->ptr = must(realloc(s->ptr, (s->cap = s->cap * 2 + 1024) * sizeof *s->ptr));
        s->ptr[s->len] = from->ptr[i];
        s->ptr[s->len++].weight *= weight;
    }
    free(from->ptr);
}

static void learn_links(unsigned fold, unsigned folds, int n, char **paths, struct arena *mem)
{
    struct samples texts = {0}, titles = {0};
    double w[INPUTS];
    for (int i = 0; i < n; i++) {
        struct rows rows = read_rows(paths[i]);
        vectors(rows, mem);
        struct samples mixed = {0};
        sample_rows(rows, false, fold, folds, &mixed);
        bool only_titles = rows.len && rows.ptr[0].text[0] == '\0';
        sort_samples(&mixed, 1, &texts, &titles);
        struct samples short_ones = {0};
        sample_rows(rows, true, fold, folds, &short_ones);
        sort_samples(&short_ones, only_titles ? 1 : TITLES_HELP, &texts, &titles);
        fprintf(stderr, "%s: %zu pairs of texts, %zu of titles so far\n", paths[i], texts.len, titles.len);
    }
    printf("/* links_model.h - weights of the link model; printed by wiredesk-train-links. */\n");
    printf("enum { LINK_CROSSED = LINK_COUNT };\nstruct link_model {\n    double bias, linear[LINK_COUNT], crossed[LINK_CROSSED][LINK_CROSSED];\n};\n");
    fit(&titles, w);
    print_model("link_titles", w);
    fit(&texts, w);
    print_model("link_texts", w);
}

static void print_fold(unsigned fold, unsigned folds, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    if (f == NULL) die(path);
    while (getline(&line, &cap, f) > 0) {
        json_t *o = json_loads(line, 0, NULL);
        const char *cluster = string_of(o, "cluster");
        if (in_fold(XXH3_64bits(cluster, strlen(cluster)), fold, folds)) fputs(line, stdout);
        json_decref(o);
    }
    free(line);
    fclose(f);
}

int main(int argc, char **argv)
{
    struct arena *mem = must(arena_create(64 << 20));
    unsigned fold = 0, folds = 0;
    if (argc < 3) die("see the head of train_links.c");
    if (strcmp(argv[1], "lexicon") == 0) {
        learn_lexicon(argc - 2, argv + 2, mem);
    } else {
        if (argc < 4 || sscanf(argv[2], "%u/%u", &fold, &folds) != 2) die("want FOLD/FOLDS and files");
        if (strcmp(argv[1], "links") == 0) learn_links(fold, folds, argc - 3, argv + 3, mem);
        else print_fold(fold, folds, argv[3]);
    }
    arena_destroy(&mem);
    return 0;
}
