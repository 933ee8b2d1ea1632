/* bench_cores.c - the five cores called in a loop by one process: what the pipe's daemons are held against.
 *
 * bench_cores STATE MODEL FILE...: splits, normalizes, tags, judges and reports the files, with the daemons' stores and sizes of
 * groups, and no message between them. Prints documents and CPU seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "../libcommon/clock.h"
#include "../libcommon/state.h"
#include "../services/dedup/dedup.h"
#include "../services/ingest/split.h"
#include "../services/normalize/normalize.h"
#include "../services/report/office.h"
#include "../services/tag/model.h"
#include "../services/tag/tag.h"

enum { GROUP = 256, FILE_MAX = 64 << 20 };

struct cores {
    struct normalizer *normalizer;
    struct model names;
    struct tagger *tagger;
    struct index *index;
    struct deduper *deduper;
    struct office office;
    struct arena *split_mem, *mem;
    unsigned documents, open;
};

static void must(enum err e, const char *what)
{
    if (e == OK) return;
    fprintf(stderr, "bench_cores: %s: %s\n", what, err_name(e));
    exit(1);
}

static void must_be(bool true_, const char *what)
{
    must(true_ ? OK : ERR_NOMEM, what);
}

static enum err no_line(void *self, uint64_t seq, struct slice line)
{
    (void)self, (void)seq, (void)line;
    return OK;
}

static void open_cores(struct cores *c, const char *state, const char *model)
{
    char path[4200];
    struct trouble t = {0};
    struct report_settings s = {.stage = {.state = state}, .coalesce = 500};
    c->normalizer = normalizer_create();
    must_be(c->normalizer != NULL, "normalize");
    must(model_open(model, &c->names), model);
    c->tagger = tagger_create(&c->names);
    must_be(c->tagger != NULL, "tag");
    must(state_folder(state, "index"), "index");
    must(state_path(path, sizeof path, state, "index"), "index");
    must(index_open(path, (size_t)64 << 30, &c->index), "index");
    must(dedup_create(c->index, &(struct dedup_settings){30 * 86400000ull, 14 * 86400000ull}, &c->deduper), "dedup");
    c->office.line = no_line;
    if (!office_open(&c->office, &s, true, &t)) {
        fprintf(stderr, "bench_cores: %s\n", t.line);
        exit(1);
    }
    c->split_mem = arena_create(SPLIT_ARENA);
    c->mem = arena_create(DOC_ARENA_MAX);
    must_be(c->split_mem != NULL && c->mem != NULL, "memory");
}

static void close_cores(struct cores *c)
{
    office_close(&c->office);
    dedup_destroy(&c->deduper);
    index_close(&c->index);
    tagger_destroy(&c->tagger);
    model_close(&c->names);
    normalizer_destroy(&c->normalizer);
    arena_destroy(&c->split_mem);
    arena_destroy(&c->mem);
}

static void settle(struct cores *c)
{
    unsigned told;
    must(dedup_commit(c->deduper), "dedup");
    must(office_tell(&c->office, clock_wall_ms(), clock_wall_ms(), 8, &told), "report");
    must(ledger_commit(c->office.ledger), "ledger");
    must(office_publish(&c->office), "stream");
    c->open = 0;
}

static enum err through(struct cores *c, struct doc *doc)
{
    enum err e = normalize_doc(c->normalizer, c->mem, doc);
    if (e == OK && !doc_has(doc, DOC_FAIL)) e = tag_doc(c->tagger, c->mem, doc);
    if (e == OK && !doc_has(doc, DOC_FAIL)) e = dedup_doc(c->deduper, c->mem, doc);
    return e;
}

static void document(struct cores *c, const struct feed_request *q, const struct split_doc *d)
{
    struct doc doc;
    struct desk_taken taken;
    arena_reset(c->mem);
    must(split_document(q, d, c->mem, &doc), "split");
    doc.v = DOC_VERSION;
    doc.to = STAGE_REPORT;
    doc_set(&doc, DOC_V);
    doc_set(&doc, DOC_TO);
    doc.instance = SLICE("0123456789abcdef");
    doc.seq = ++c->documents;
    doc.accepted = clock_wall_ms();
    doc_set(&doc, DOC_INSTANCE);
    doc_set(&doc, DOC_SEQ);
    doc_set(&doc, DOC_ACCEPTED);
    enum err e = doc_has(&doc, DOC_FAIL) ? OK : through(c, &doc);
    if (e != OK) doc_fail(&doc, c->mem, STAGE_NORMALIZE, e, "it could not be processed: %s", err_name(e));
    if (c->open == 0) must(ledger_begin(c->office.ledger), "ledger");
    must(desk_take(c->office.desk, c->mem, &doc, doc.accepted, &taken), "report");
    if (++c->open == GROUP) settle(c);
}

static void file(struct cores *c, const char *path)
{
    static char body[FILE_MAX];
    FILE *f = fopen(path, "rb");
    must_be(f != NULL, path);
    size_t n = fread(body, 1, sizeof body, f);
    fclose(f);
    struct feed_request q = {.source = SLICE("bench"), .id = slice_of(path), .name = slice_of(path), .body = {body, n}};
    struct split_docs docs = {0};
    struct split_trouble why = {0};
    arena_reset(c->split_mem);
    if (split(&q, c->split_mem, &docs, &why) != OK) return; /* a feeder would be told */
    for (size_t i = 0; i < docs.len; i++) document(c, &q, &docs.ptr[i]);
}

int main(int argc, char **argv)
{
    static struct cores c;
    struct rusage u;
    if (argc < 4) {
        fprintf(stderr, "usage: bench_cores STATE MODEL FILE...\n");
        return 64;
    }
    open_cores(&c, argv[1], argv[2]);
    for (int i = 3; i < argc; i++) file(&c, argv[i]);
    if (c.open > 0) settle(&c);
    unsigned told = 1; /* what is still owed, as the daemon tells it when it is idle */
    while (told > 0) {
        must(ledger_begin(c.office.ledger), "ledger");
        must(office_tell(&c.office, UINT64_MAX, clock_wall_ms(), 8, &told), "report");
        must(ledger_commit(c.office.ledger), "ledger");
        must(office_publish(&c.office), "stream");
    }
    for (uint64_t left = 1; left > 0;) must(ledger_index(c.office.ledger, GROUP, &left), "search");
    close_cores(&c);
    getrusage(RUSAGE_SELF, &u);
    printf("%u %.3f\n", c.documents, (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
    return 0;
}
