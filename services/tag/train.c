/* train.c - wiredesk-train: learns the tagger's model from labelled corpora and lists, and writes its file. */
#include <stdio.h>
#include <stdlib.h>

#include "../../libcommon/log.h"
#include "../../libcommon/option.h"
#include "learn.h"
#include "names.h"
#include "tables.h"

struct settings {
    const char *out, *clusters, *phrases, *vectors, *calibration;
    struct option_list check;
    uint64_t rounds, epochs, least, rows, words;
    double rate, decay, dropout;
    bool headlines, mixed, alone;
};

#define AT(member) offsetof(struct settings, member)
static const struct option_row options[] = {
    {"out", 'o', "FILE", OPTION_TEXT, AT(out), "names.model", 0, 0, "Where the model goes."},
    {"clusters", 0, "FILE", OPTION_TEXT, AT(clusters), NULL, 0, 0, "Words with their clusters: word TAB coarse TAB fine; plain or gzipped."},
    {"phrases", 0, "FILE", OPTION_TEXT, AT(phrases), NULL, 0, 0, "Known names: KIND TAB phrase; plain or gzipped."},
    {"vectors", 0, "FILE", OPTION_TEXT, AT(vectors), NULL, 0, 0, "Words with vectors of 100 numbers, common words first, for a network; plain or gzipped."},
    {"check", 0, "FILE", OPTION_LIST, AT(check), NULL, 0, 0, "Corpora that are not learnt from: their F1 is printed, and the first calibrates the scores."},
    {"calibration", 0, "MODEL", OPTION_TEXT, AT(calibration), NULL, 0, 0, "Take the calibration of this model, which was trained on a part of the corpora."},
    {"rounds", 0, "N", OPTION_NUMBER, AT(rounds), "1", 1, 100, "How often all is learnt anew, in other orders: the model is the mean."},
    {"epochs", 0, "N", OPTION_NUMBER, AT(epochs), "5", 1, 100, "How often each sentence is gone through."},
    {"least", 0, "N", OPTION_NUMBER, AT(least), "2", 1, 100, "Features met less often are left out."},
    {"rows", 0, "N", OPTION_NUMBER, AT(rows), "280000", 1, 1 << 24, "The most features in the model."},
    {"words", 0, "N", OPTION_NUMBER, AT(words), "341000", 1, 1 << 22, "The most words with clusters in the model."},
    {"rate", 0, "X", OPTION_REAL, AT(rate), "0.03", 0.0001, 10, "AdaGrad's step."},
    {"decay", 0, "X", OPTION_REAL, AT(decay), "0.00001", 0, 1, "L2."},
    {"dropout", 0, "X", OPTION_REAL, AT(dropout), "0.6", 0, 0.9, "Share of features that a step does not see."},
    {"headlines", 0, NULL, OPTION_FLAG, AT(headlines), NULL, 0, 0, "Learn from some sentences once more as headlines."},
    {"mixed", 0, NULL, OPTION_FLAG, AT(mixed), NULL, 0, 0, "No copies of features for each corpus: all corpora as one. For comparison."},
    {"alone", 0, NULL, OPTION_FLAG, AT(alone), NULL, 0, 0, "Check names as the model reads them, not made to agree. For comparison."},
    {0},
};
static const struct option_row *const rows[] = {options, NULL};
static const struct option_table table = {
    .program = "wiredesk-train",
    .purpose = "Learns the tagger's model. The first corpus's labelling is the one that the model will speak.",
    .operands = "CORPUS.conll[@WEIGHT]...",
    .rows = rows,
};

struct training {
    const struct settings *s;
    struct lexicon *lex;
    struct world *world;
    struct tables tables;
    struct model_head head;
    struct feature *feature;
    struct vectors *vectors;
    struct net *net;
};

static enum err complain(enum err e, const char *what)
{
    if (e != OK) fprintf(stderr, "wiredesk-train: %s: %s\n", what, err_name(e));
    return e;
}

static struct model model_now(const struct training *t)
{
    return (struct model){.head = &t->head, .feature = t->feature, .word = t->tables.word, .phrase = t->tables.phrase, .part = t->tables.part,
                          .net = t->net, .code = t->net == NULL ? NULL : (const uint8_t (*)[NET_CODES])t->vectors->code};
}

static void head_make(struct training *t)
{
    t->head = (struct model_head){.magic = "WDNAMES", .version = MODEL_VERSION, .words = t->tables.words, .phrases = t->tables.phrases,
                                  .parts = t->tables.parts, .scale = 1, .word_flip = t->tables.word_flip};
    memcpy(t->head.set, t->tables.set, sizeof t->head.set);
    for (int i = 0; i < CALIBRATION; i++) t->head.calibration[i] = (float)i / (CALIBRATION - 1);
}

/* "file@0.5": cuts the weight off; 1 without one. */
static float cut_weight(char *path)
{
    char *at = strrchr(path, '@');
    if (at == NULL) return 1;
    *at = '\0';
    return strtof(at + 1, NULL);
}

static enum err learn(struct training *t, char **paths, int n)
{
    const struct settings *s = t->s;
    struct corpus *corpus = calloc((size_t)n, sizeof *corpus);
    struct model m = model_now(t);
    struct learner *l = learner_create(&m, t->world, t->lex, &(struct learn_settings){(unsigned)s->rounds, (unsigned)s->epochs, (unsigned)s->least, (float)s->rate,
                                       (float)s->decay, (float)s->dropout, s->rows, !s->mixed, t->vectors});
    enum err e = corpus == NULL || l == NULL ? ERR_NOMEM : OK;
    for (int i = 0; i < n && e == OK; i++) {
        float weight = cut_weight(paths[i]);
        e = complain(corpus_read(paths[i], s->headlines, &corpus[i]), paths[i]);
        if (e == OK) e = learner_add(l, &corpus[i], weight);
    }
    if (e == OK) e = learner_run(l);
    if (e == OK) e = learner_export(l, &t->feature, &t->head.features, &t->head.scale, t->head.transition);
    if (e == OK && t->vectors != NULL) {
        t->net = calloc(1, sizeof *t->net);
        if (t->net == NULL) e = ERR_NOMEM;
        else learner_export_net(l, t->net);
        t->head.nets = t->net != NULL;
    }
    learner_destroy(&l);
    for (int i = 0; i < n && corpus != NULL; i++) corpus_free(&corpus[i]);
    free(corpus);
    return e;
}

/* --- how good it is, and what its likelihoods are worth --- */

struct score { size_t right[4], found[4], gold[4], bin_right[CALIBRATION], bin[CALIBRATION]; };

static int type_index(enum entity_type type)
{
    return type == ENTITY_PERSON ? 0 : type == ENTITY_ORGANIZATION ? 1 : type == ENTITY_LOCATION ? 2 : 3;
}

static void score_document(const struct tokens *t, const struct names *names, const struct labelled *d, struct score *s)
{
    for (size_t g = 0; g < d->golds; g++) s->gold[d->gold[g].type]++;
    for (size_t i = 0; i < names->len; i++) {
        const struct name *n = &names->ptr[i];
        int type = type_index(n->type), at = (int)(n->score * (CALIBRATION - 1) + 0.5f);
        bool right = false;
        for (size_t g = 0; g < d->golds && !right; g++)
            right = d->gold[g].b == t->ptr[n->first].b && d->gold[g].e == t->ptr[n->end - 1].e && d->gold[g].type == type;
        s->found[type]++;
        s->right[type] += right;
        s->bin[at]++;
        s->bin_right[at] += right;
    }
}

static double f1(size_t right, size_t found, size_t gold)
{
    return found + gold == 0 ? 0 : 2.0 * (double)right / (double)(found + gold);
}

static void print_score(const struct score *s)
{
    static const char *const names[] = {"person", "organization", "location", "misc"};
    size_t right = 0, found = 0, gold = 0;
    for (int i = 0; i < 4; i++) {
        printf("%-12s F1 %.4f (%zu names)\n", names[i], f1(s->right[i], s->found[i], s->gold[i]), s->gold[i]);
        if (i == 3) break;
        right += s->right[i];
        found += s->found[i];
        gold += s->gold[i];
    }
    printf("first three  F1 %.4f P %.4f R %.4f\n\n", f1(right, found, gold), (double)right / (double)(found + !found), (double)right / (double)(gold + !gold));
}

/* Shares that were right, smoothed by three names as likely as they said, never falling. */
static void calibrate(struct training *t, const struct score *s)
{
    float last = 0;
    for (int i = 0; i < CALIBRATION; i++) {
        float share = ((float)s->bin_right[i] + 3.0f * (float)i / (CALIBRATION - 1)) / ((float)s->bin[i] + 3);
        if (share < last) share = last;
        t->head.calibration[i] = last = share;
    }
}

static enum err check(struct training *t, const char *path, bool first)
{
    struct corpus c = {0};
    struct score s = {0};
    struct model m = model_now(t);
    struct arena *mem = arena_create(512u << 20);
    enum err e = mem == NULL ? ERR_NOMEM : complain(corpus_read(path, false, &c), path);
    for (size_t i = 0; i < c.len && e == OK; i++) {
        struct tokens tokens;
        struct names names;
        arena_reset(mem);
        e = tokens_of(t->lex, mem, (struct slice){c.ptr[i].text, c.ptr[i].len}, (struct spans){NULL, 0}, &tokens);
        if (e == OK) e = t->s->alone ? names_decode(&m, t->world, mem, &tokens, &names) : names_by_model(&m, t->world, mem, &tokens, &names);
        if (e == OK) score_document(&tokens, &names, &c.ptr[i], &s);
    }
    if (e == OK) {
        printf("%s\n", path);
        print_score(&s);
        if (first) calibrate(t, &s);
    }
    arena_destroy(&mem);
    corpus_free(&c);
    return e;
}

static enum err take_calibration(struct training *t)
{
    struct model other;
    enum err e = model_open(t->s->calibration, &other);
    if (e == OK) memcpy(t->head.calibration, other.head->calibration, sizeof t->head.calibration);
    model_close(&other);
    return complain(e, t->s->calibration);
}

static enum err write_model(const struct training *t)
{
    FILE *f = fopen(t->s->out, "wb");
    if (f == NULL) return ERR_IO;
    const struct { const void *ptr; size_t size, n; } parts[] = {
        {&t->head, sizeof t->head, 1}, {t->feature, sizeof *t->feature, t->head.features}, {t->tables.word, 4, t->tables.words},
        {t->tables.phrase, 4, t->tables.phrases}, {t->tables.part, 4, t->tables.parts},
        {t->net, sizeof *t->net, t->head.nets}, {t->head.nets ? t->vectors->code : NULL, NET_CODES, t->head.nets ? t->head.words : 0},
    };
    bool ok = true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].n > 0) ok = ok && fwrite(parts[i].ptr, parts[i].size, parts[i].n, f) == parts[i].n;
    return fclose(f) == 0 && ok ? OK : ERR_IO;
}

int main(int argc, char **argv)
{
    struct settings s = {0};
    int first = options_read(&table, &s, argc, argv);
    struct training t = {.s = &s, .lex = lexicon_create()};
    if (t.lex != NULL) t.world = world_create(t.lex);
    enum err e = first == argc ? complain(ERR_MISSING, "corpora to learn from") : t.world == NULL ? ERR_NOMEM : OK;
    if (e == OK) e = complain(tables_read(s.clusters, s.phrases, s.words, t.lex, &t.tables), "the lists");
    if (e == OK) {
        head_make(&t);
        struct model m = model_now(&t);
        if (s.vectors != NULL) e = complain(vectors_read(s.vectors, &m, &t.vectors), s.vectors);
    }
    if (e == OK) e = learn(&t, argv + first, argc - first);
    for (size_t i = 0; i < s.check.len && e == OK; i++) e = check(&t, s.check.item[i], i == 0);
    if (e == OK && s.calibration != NULL) e = take_calibration(&t);
    if (e == OK) e = complain(write_model(&t), s.out);
    if (e == ERR_NOMEM) complain(e, "learning");
    free(t.feature);
    free(t.net);
    vectors_free(&t.vectors);
    tables_free(&t.tables);
    world_destroy(&t.world);
    lexicon_destroy(&t.lex);
    return e == OK ? 0 : EXIT_NEEDS_PERSON;
}
