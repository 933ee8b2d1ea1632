/* fuzz_dedup.c - any texts into the judge, and any bytes into the readers of its records: the index answers the same again, also after it was opened anew. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../services/dedup/dedup.h"
#include "../services/dedup/record.h"

enum { DOCUMENTS_MOST = 40, LIVES = 400 /* documents after which a new index is begun */ };

static struct index *store;
static struct deduper *deduper;
static char dir[] = "/tmp/wiredesk-fuzz-dedup-XXXXXX";

static void open_all(void)
{
    assert(index_open(dir, 1 << 28, &store) == OK);
    assert(dedup_create(store, &(struct dedup_settings){(uint64_t)86400000, (uint64_t)43200000}, &deduper) == OK);
}

static void close_all(void)
{
    dedup_destroy(&deduper);
    index_close(&store);
}

static void clear(void)
{
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    char path[64];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        unlink(path);
    }
}

static void leave(void)
{
    close_all();
    clear();
    rmdir(dir);
}

static void begin(void)
{
    if (store == NULL) {
        assert(mkdtemp(dir) != NULL);
        atexit(leave);
    } else if (dedup_size(deduper).documents < LIVES) {
        return;
    } else {
        close_all();
        clear();
    }
    open_all();
}

static void read_records(struct slice in, struct arena *mem)
{
    struct stored_sketch sketch;
    struct member member;
    struct hot hot;
    struct story_record story;
    struct counters counters;
    struct doc doc;
    struct slice key;
    doc_init(&doc);
    struct buf again = buf_make(1 << 12);
    if (get_sketch(in, &sketch) == OK) {
        assert(sketch.n <= DENSE_MAX && put_stored_sketch(&sketch, &again) == OK);
        assert((unsigned char)in.ptr[4] <= DENSE_MAX || slice_eq(buf_slice(&again), in)); /* but for those of earlier releases */
    }
    buf_clear(&again);
    struct buf vector = buf_make(1 << 12);
    if (move_body(in, &again, &vector) == OK) assert(get_sketch(buf_slice(&again), &sketch) == OK && get_member(buf_slice(&vector), &member) == OK);
    buf_free(&vector);
    buf_free(&again);
    if (get_member(in, &member) == OK) assert(member.vector.n <= VECTOR_MAX);
    if (get_hot(in, &hot) == OK) assert(hot.n_posted <= POSTED_MAX);
    if (get_story(in, &story) == OK) assert(story.n_terms <= STORY_TERMS && story.n_representatives <= REPRESENTATIVES);
    bool read = get_counters(in, &counters) == OK;
    read = get_judged(in, mem, &doc) == OK || read;
    read = get_judged_key(in, &key) == OK || read;
    (void)read;
}

static struct doc judge(struct slice key, struct slice text, uint64_t accepted, struct arena *mem)
{
    struct doc d;
    doc_init(&d);
    d.key = key;
    d.text = text;
    d.accepted = accepted;
    doc_set(&d, DOC_KEY);
    doc_set(&d, DOC_TEXT);
    doc_set(&d, DOC_ACCEPTED);
    assert(dedup_doc(deduper, mem, &d) == OK);
    assert(!slice_eq(d.verdict.of, key));
    assert(isnan(d.verdict.similarity) || (d.verdict.similarity >= 0 && d.verdict.similarity <= 1));
    for (size_t i = 0; i < d.shared.len; i++) assert(d.shared.ptr[i].b < d.shared.ptr[i].e && d.shared.ptr[i].e <= text.len);
    return d;
}

static void same(const struct doc *a, const struct doc *b)
{
    assert(a->verdict.kind == b->verdict.kind && slice_eq(a->verdict.of, b->verdict.of) && slice_eq(a->story.id, b->story.id));
    assert(a->shared.len == b->shared.len && a->changes.len == b->changes.len && a->story.reasons.len == b->story.reasons.len);
    assert((isnan(a->verdict.similarity) && isnan(b->verdict.similarity)) || a->verdict.similarity == b->verdict.similarity);
}

/* Texts stand between bytes 1; each counts from a fresh key, so that copies and edits come from the input alone. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint64_t given;
    struct slice rest = {(const char *)data, size}, key[DOCUMENTS_MOST], text[DOCUMENTS_MOST];
    struct doc first[DOCUMENTS_MOST];
    size_t n = 0;
    if (size > 1 << 16) return 0;
    struct arena *mem = arena_create(256 << 20);
    assert(mem != NULL);
    read_records(rest, mem);
    begin();
    for (size_t end; n < DOCUMENTS_MOST && rest.len > 0; rest = slice_cut(rest, end + 1, rest.len)) {
        end = slice_find(rest, SLICE("\1"), 0);
        if (end > rest.len) end = rest.len;
        text[n] = slice_cut(rest, 0, end);
        if (!utf8_valid(text[n])) continue;
        key[n] = arena_printf(mem, "k%llu", (unsigned long long)++given);
        first[n] = judge(key[n], text[n], UINT64_C(1930000000000) + given * 600000, mem);
        n++;
    }
    if (size % 3 == 0) {
        assert(dedup_commit(deduper) == OK);
        close_all();
        open_all();
    }
    for (size_t i = 0; i < n; i++) {
        struct doc again = judge(key[i], text[i], 0, mem);
        same(&first[i], &again);
    }
    arena_destroy(&mem);
    return 0;
}
