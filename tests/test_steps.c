/* test_steps.c - what every middle stage owes: its own fields only, unknown ones untouched, same in, same out, failures passed on. */
#include "test.h"

#include <unistd.h>

#include "../proto/doc_fields.h"
#include "../proto/mp.h"
#include "../proto/worker.h"
#include "../services/dedup/dedup.h"
#include "../services/normalize/normalize.h"
#include "../services/tag/tag.h"

static const char page[] =
    "<!doctype html><html lang=en><head><title>Ferry to Quorra returns | Saltmere Ledger</title>"
    "<meta property=\"article:published_time\" content=\"2031-03-04T06:00:00Z\"></head><body><nav><a href=/>Home</a> <a href=/sea>Sea</a></nav>"
    "<article><h1>Ferry to Quorra returns</h1><p>SALTMERE - The night ferry to Quorra will sail again on Tuesday, harbour master Oona Sarrel said.</p>"
    "<p>\"We waited eleven months for this,\" Sarrel told reporters. The crossing had been closed since a storm tore 40 metres from the pier.</p>"
    "<p>Tickets cost 12 crowns. Idris Veck, who runs a bakery in Quorra, said the town had lost a third of its visitors.</p></article></body></html>";

static enum err normalize_work(void *self, struct arena *mem, struct doc *doc) { return normalize_doc(self, mem, doc); }
static enum err tag_work(void *self, struct arena *mem, struct doc *doc) { return tag_doc(self, mem, doc); }
static enum err dedup_work(void *self, struct arena *mem, struct doc *doc) { return dedup_doc(self, mem, doc); }
static enum err dedup_done(void *self) { return dedup_commit(self); }

static char dir[] = "/tmp/wiredesk-steps-XXXXXX";
static struct normalizer *normalizer;
static struct tagger *tagger;
static struct index *index_store;
static struct deduper *deduper;
static struct worker workers[3];
static struct arena *mem;
static struct buf frame; /* what ingest sends */

enum { STAGES = sizeof workers / sizeof *workers };

static int begin(void **state)
{
    (void)state;
    struct doc d;
    if (mkdtemp(dir) == NULL || index_open(dir, 1 << 28, &index_store) != OK) return 1;
    if (dedup_create(index_store, &(struct dedup_settings){(uint64_t)30 * 86400000, (uint64_t)14 * 86400000}, &deduper) != OK) return 1;
    normalizer = normalizer_create();
    tagger = tagger_create(NULL);
    mem = arena_create(256 << 20);
    frame = buf_make(1 << 20);
    workers[0] = (struct worker){.stage = STAGE_NORMALIZE, .reads = NORMALIZE_READS, .needs = DOC_BIT(DOC_RAW), .writes = NORMALIZE_WRITES,
                                 .work = normalize_work, .self = normalizer};
    workers[1] = (struct worker){.stage = STAGE_TAG, .reads = TAG_READS, .needs = TAG_NEEDS, .writes = TAG_WRITES, .work = tag_work, .self = tagger};
    workers[2] = (struct worker){.stage = STAGE_DEDUP, .reads = dedup_reads, .needs = dedup_needs, .writes = dedup_writes, .work = dedup_work,
                                 .commit = dedup_done, .self = deduper};
    doc_init(&d);
    d.v = DOC_VERSION;
    d.to = STAGE_NORMALIZE;
    d.instance = SLICE("sixteen bytes of");
    d.seq = 7;
    d.epoch = 2;
    d.try = 1;
    d.key = SLICE("00112233445566778899aabbccddeeff");
    d.accepted = UINT64_C(1930000000000);
    d.source = SLICE("test");
    d.id = SLICE("ferry.html");
    d.name = SLICE("ferry.html");
    d.type = SLICE("text/html");
    d.raw = (struct slice){page, sizeof page - 1};
    d.bytes = sizeof page - 1;
    for (enum doc_field f = DOC_V; f <= DOC_RAW; f++)
        if (f != DOC_META && f != DOC_HASH) doc_set(&d, f);
    struct slice *more = arena_take(mem, sizeof *more);
    *more = SLICE("\xa6" "future" "\x93\x01\x02\xa5later"); /* a field of a release to come */
    d.unknown = (struct slices){more, 1};
    return doc_encode(&d, &frame) != OK || normalizer == NULL || tagger == NULL;
}

static int end(void **state)
{
    (void)state;
    char command[64];
    dedup_destroy(&deduper);
    index_close(&index_store);
    normalizer_destroy(&normalizer);
    tagger_destroy(&tagger);
    arena_destroy(&mem);
    buf_free(&frame);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void through(const struct worker *w, struct slice in, struct buf *out)
{
    assert_err(worker_step(w, mem, in, out), OK, stage_name(w->stage));
    if (w->commit) assert_err(w->commit(w->self), OK, "commit");
}

/* Calls `check` with each stage's input and output as the document goes down the pipe. */
static void down_the_pipe(struct slice in, void (*check)(const struct worker *w, struct slice before, struct slice after))
{
    struct buf a = buf_make(1 << 22), b = buf_make(1 << 22);
    buf_put(&a, in);
    for (size_t i = 0; i < STAGES; i++) {
        buf_clear(&b);
        through(&workers[i], buf_slice(&a), &b);
        check(&workers[i], buf_slice(&a), buf_slice(&b));
        struct buf swap = a;
        a = b;
        b = swap;
    }
    buf_free(&a);
    buf_free(&b);
}

static void own_fields_only(const struct worker *w, struct slice before, struct slice after)
{
    struct doc a, b;
    assert_err(doc_decode(before, 0, mem, &a), OK, "before");
    assert_err(doc_decode(after, DOC_BIT(DOC_FAIL) | DOC_BIT(DOC_TO), mem, &b), OK, "after");
    assert_int_equal(b.to, w->stage + 1);
    if (doc_has(&b, DOC_FAIL)) fail_msg("%s failed it: %.*s", stage_name(w->stage), (int)b.fail.detail.len, b.fail.detail.ptr);
    for (enum doc_field f = DOC_INSTANCE; f < DOC_FIELD_COUNT; f++) {
        bool its = (w->writes & DOC_BIT(f)) != 0, gone = (doc_behind(w->stage + 1) & DOC_BIT(f)) != 0;
        const char *name = doc_fields[f].column.key;
        if (its != (doc_fields[f].writer == w->stage) && f != DOC_FAIL) fail_msg("%s and the schema differ about %s", stage_name(w->stage), name);
        if (its) continue;
        if (gone && doc_has(&b, f)) fail_msg("%s sends %s on, which nobody reads behind it", stage_name(w->stage), name);
        if (!gone && !slice_eq(a.wire[f], b.wire[f])) fail_msg("%s changed %s", stage_name(w->stage), name);
    }
}

static void a_stage_writes_the_fields_that_the_schema_gives_it_and_no_other(void **state)
{
    (void)state;
    down_the_pipe(buf_slice(&frame), own_fields_only);
}

static void unknown_kept(const struct worker *w, struct slice before, struct slice after)
{
    struct doc d;
    (void)before;
    assert_err(doc_decode(after, 0, mem, &d), OK, stage_name(w->stage));
    assert_int_equal(d.unknown.len, 1);
    assert_true(slice_eq(d.unknown.ptr[0], SLICE("\xa6" "future" "\x93\x01\x02\xa5later")));
}

static void a_field_of_a_release_to_come_passes_byte_for_byte(void **state)
{
    (void)state;
    down_the_pipe(buf_slice(&frame), unknown_kept);
}

static void same_again(const struct worker *w, struct slice before, struct slice after)
{
    struct buf again = buf_make(1 << 22);
    through(w, before, &again);
    if (!slice_eq(after, buf_slice(&again))) fail_msg("%s: the same document gave other bytes the second time", stage_name(w->stage));
    buf_free(&again);
}

static void the_same_document_gives_the_same_bytes_also_when_it_comes_twice(void **state)
{
    (void)state;
    down_the_pipe(buf_slice(&frame), same_again);
}

/* The document as stage w gets it, with a failure from before. */
static void failed_for(const struct worker *w, struct slice in, struct buf *out)
{
    struct doc d;
    assert_err(doc_decode(in, 0, mem, &d), OK, "decode");
    d.to = w->stage;
    doc_set(&d, DOC_TO);
    doc_fail(&d, mem, STAGE_INGEST, ERR_FAULT, "three workers died of it");
    assert_err(doc_encode(&d, out), OK, "encode");
}

static void a_document_that_failed_before_passes_untouched(void **state)
{
    (void)state;
    for (size_t i = 0; i < STAGES; i++) {
        struct buf in = buf_make(1 << 22), out = buf_make(1 << 22);
        struct doc a, b;
        failed_for(&workers[i], buf_slice(&frame), &in);
        through(&workers[i], buf_slice(&in), &out);
        assert_err(doc_decode(buf_slice(&in), 0, mem, &a), OK, "in");
        assert_err(doc_decode(buf_slice(&out), 0, mem, &b), OK, "out");
        for (enum doc_field f = DOC_INSTANCE; f < DOC_FIELD_COUNT; f++)
            if (!(doc_behind(workers[i].stage + 1) & DOC_BIT(f)) && !slice_eq(a.wire[f], b.wire[f]))
                fail_msg("%s changed %s of a failed document", stage_name(workers[i].stage), doc_fields[f].column.key);
        buf_free(&in);
        buf_free(&out);
    }
}

static void a_document_without_what_a_stage_needs_fails_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < STAGES; i++) {
        struct buf in = buf_make(1 << 16), out = buf_make(1 << 16);
        struct doc d;
        doc_init(&d);
        d.v = DOC_VERSION;
        d.to = workers[i].stage;
        d.key = SLICE("bare");
        doc_set(&d, DOC_V);
        doc_set(&d, DOC_TO);
        doc_set(&d, DOC_KEY);
        assert_err(doc_encode(&d, &in), OK, "encode");
        through(&workers[i], buf_slice(&in), &out);
        assert_err(doc_decode(buf_slice(&out), DOC_ALL, mem, &d), OK, "decode");
        assert_true(doc_has(&d, DOC_FAIL));
        assert_int_equal(d.fail.stage, workers[i].stage);
        assert_slice(d.fail.error, "missing");
        buf_free(&in);
        buf_free(&out);
    }
}

static void a_message_for_another_stage_is_refused_by_name(void **state)
{
    (void)state;
    struct buf out = buf_make(1 << 22);
    for (size_t i = 1; i < STAGES; i++) assert_err(worker_step(&workers[i], mem, buf_slice(&frame), &out), ERR_ADDRESS, stage_name(workers[i].stage));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stage_writes_the_fields_that_the_schema_gives_it_and_no_other),
        cmocka_unit_test(a_field_of_a_release_to_come_passes_byte_for_byte),
        cmocka_unit_test(the_same_document_gives_the_same_bytes_also_when_it_comes_twice),
        cmocka_unit_test(a_document_that_failed_before_passes_untouched),
        cmocka_unit_test(a_document_without_what_a_stage_needs_fails_by_name),
        cmocka_unit_test(a_message_for_another_stage_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
