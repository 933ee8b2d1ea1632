/* test_journal.c - the journal at the door, on a real LMDB: nothing reused, nothing half, nothing counted twice. */
#include "test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../services/ingest/evidence.h"
#include "../services/ingest/journal_repair.h"
#include "old_store.h"

static char dir[] = "/tmp/wiredesk-journal-XXXXXX";

static struct journal *open_it(void)
{
    struct trouble t;
    struct journal *j = journal_open(dir, 1 << 20, &t);
    if (j == NULL) fail_msg("%s", t.line);
    return j;
}

static int begin(void **state)
{
    (void)state;
    memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
    return mkdtemp(dir) == NULL;
}

static int end(void **state)
{
    char path[128];
    (void)state;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, i ? "lock.mdb" : "data.mdb");
        unlink(path);
    }
    return rmdir(dir);
}

static void add(struct journal *j, const char *key, const char *frame)
{
    assert_err(journal_add(j, slice_of(key), slice_of(frame)), OK, key);
}

static void commit(struct journal *j)
{
    assert_err(journal_commit(j), OK, "commit");
}

static void retire(struct journal *j, uint64_t seq, const char *key, enum outcome o, bool want)
{
    bool was;
    assert_err(journal_retire(j, seq, slice_of(key), o, &was), OK, key);
    assert_int_equal(was, want);
}

static void what_was_committed_is_there_after_opening_again_and_the_rest_is_not(void **state)
{
    (void)state;
    struct journal *j = open_it();
    char name[INSTANCE_SIZE];
    uint64_t seq;
    struct slice frame;
    memcpy(name, journal_instance(j).ptr, INSTANCE_SIZE);
    assert_int_equal(journal_epoch(j), 1);
    add(j, "a", "first");
    commit(j);
    add(j, "b", "second");
    journal_close(&j);
    j = open_it();
    assert_memory_equal(journal_instance(j).ptr, name, INSTANCE_SIZE);
    assert_int_equal(journal_epoch(j), 2);
    assert_err(journal_read(j, 0, &seq, &frame), OK, "read");
    assert_int_equal(seq, 1);
    assert_slice(frame, "first");
    assert_err(journal_read(j, 2, &seq, &frame), OK, "read");
    assert_int_equal(seq, 0);
    assert_int_equal(journal_counts(j).accepted, 1);
    journal_close(&j);
}

static void a_number_is_never_given_twice_also_when_all_are_retired(void **state)
{
    (void)state;
    struct journal *j = open_it();
    add(j, "a", "x");
    add(j, "b", "y");
    commit(j);
    retire(j, 2, "b", OUTCOME_REPORTED, true);
    retire(j, 1, "a", OUTCOME_DUPLICATE, true);
    commit(j);
    journal_close(&j);
    j = open_it();
    assert_int_equal(journal_next(j), 3);
    assert_int_equal(journal_counts(j).watermark, 2);
    journal_close(&j);
}

static void an_outcome_retires_only_the_entry_whose_number_and_key_it_names(void **state)
{
    (void)state;
    struct journal *j = open_it();
    add(j, "a", "x");
    add(j, "b", "y");
    commit(j);
    retire(j, 1, "b", OUTCOME_REPORTED, false);
    retire(j, 7, "a", OUTCOME_REPORTED, false);
    retire(j, 1, "a", OUTCOME_REPORTED, true);
    retire(j, 1, "a", OUTCOME_REPORTED, false);
    commit(j);
    struct journal_counts c = journal_counts(j);
    assert_int_equal(c.outcome[OUTCOME_REPORTED], 1);
    assert_int_equal(c.in_flight, 1);
    assert_int_equal(c.accepted, 2);
    assert_int_equal(c.watermark, 1);
    assert_int_equal(c.bytes, 1);
    journal_close(&j);
}

static void a_key_is_found_while_it_is_held_also_within_the_batch(void **state)
{
    (void)state;
    struct journal *j = open_it();
    uint64_t seq;
    add(j, "a", "x");
    assert_err(journal_find(j, SLICE("a"), &seq), OK, "find");
    assert_int_equal(seq, 1);
    retire(j, 1, "a", OUTCOME_REPORTED, true);
    assert_err(journal_find(j, SLICE("a"), &seq), OK, "find");
    assert_int_equal(seq, 0);
    journal_abort(j);
    assert_int_equal(journal_next(j), 1);
    journal_close(&j);
}

static void a_full_journal_says_so_and_keeps_what_it_had(void **state)
{
    (void)state;
    static char big[1 << 20];
    struct journal *j = open_it();
    enum err e = OK;
    add(j, "kept", "x");
    commit(j);
    for (int i = 0; i < 200 && e == OK; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        e = journal_add(j, slice_of(key), (struct slice){big, sizeof big});
    }
    if (e == OK) e = journal_commit(j);
    assert_err(e, ERR_FULL, "a hundred times its size");
    journal_abort(j);
    assert_int_equal(journal_counts(j).in_flight, 1);
    add(j, "next", "y");
    commit(j);
    assert_int_equal(journal_counts(j).accepted, 2);
    journal_close(&j);
}

static void strike(struct journal *j, enum note_kind kind, const char *id16, uint32_t faulted, uint32_t interrupted)
{
    struct strikes s;
    assert_err(journal_strike(j, SLICE("a"), kind, (struct slice){id16, 16}, &s), OK, id16);
    assert_int_equal(s.faulted, faulted);
    assert_int_equal(s.interrupted, interrupted);
}

static void a_strike_that_is_told_twice_counts_once_also_after_a_restart(void **state)
{
    (void)state;
    struct journal *j = open_it();
    add(j, "a", "x");
    strike(j, NOTE_FAULTED, "strike number 01", 1, 0);
    strike(j, NOTE_FAULTED, "strike number 01", 1, 0);
    strike(j, NOTE_INTERRUPTED, "strike number 02", 1, 1);
    commit(j);
    journal_close(&j);
    j = open_it();
    strike(j, NOTE_INTERRUPTED, "strike number 02", 1, 1);
    strike(j, NOTE_FAULTED, "strike number 03", 2, 1);
    retire(j, 1, "a", OUTCOME_REPORTED, true);
    commit(j);
    strike(j, NOTE_FAULTED, "strike number 04", 0, 0);
    journal_close(&j);
}

/* --- evidence --- */

static struct note refused_with(const char *error)
{
    return (struct note){.kind = NOTE_REFUSED, .seq = 1, .key = SLICE("a"), .stage = STAGE_TAG, .error = slice_of(error)};
}

static void add_document(struct journal *j)
{
    struct doc d;
    struct buf frame = buf_make(1 << 16);
    doc_init(&d);
    d.v = DOC_VERSION;
    d.to = STAGE_NORMALIZE;
    d.key = SLICE("a");
    d.seq = 1;
    d.raw = SLICE("what nobody could take");
    doc_set(&d, DOC_V);
    doc_set(&d, DOC_TO);
    doc_set(&d, DOC_KEY);
    doc_set(&d, DOC_SEQ);
    doc_set(&d, DOC_RAW);
    assert_err(doc_encode(&d, &frame), OK, "encode");
    assert_err(journal_add(j, d.key, buf_slice(&frame)), OK, "add");
    commit(j);
    buf_free(&frame);
}

static void a_refused_document_goes_on_with_its_failure_and_without_its_content(void **state)
{
    (void)state;
    struct journal *j = open_it();
    struct arena *mem = arena_create(1 << 20), *notes = arena_create(1 << 16);
    struct buf frame = buf_make(1 << 16);
    struct note n = refused_with("too_big");
    struct condemnation c;
    struct slice held;
    struct doc d;
    uint64_t seq;
    add_document(j);
    assert_err(evidence_weigh(j, &n, notes, &c), OK, "weigh");
    assert_true(c.guilty);
    bool done;
    assert_err(evidence_condemn(j, &n, &c, mem, &frame, &done), OK, "condemn");
    assert_true(done);
    commit(j);
    assert_err(journal_read(j, 1, &seq, &held), OK, "read");
    assert_err(doc_decode(held, DOC_ALL, mem, &d), OK, "decode");
    assert_false(doc_has(&d, DOC_RAW));
    assert_int_equal(d.fail.stage, STAGE_TAG);
    assert_slice(d.fail.error, "too_big");
    assert_int_equal(journal_counts(j).bytes, held.len);
    assert_err(evidence_condemn(j, &n, &c, mem, &frame, &done), OK, "condemn again");
    assert_false(done);
    arena_destroy(&mem);
    arena_destroy(&notes);
    buf_free(&frame);
    journal_close(&j);
}

static void who_is_convicted_and_when(void **state)
{
    static const struct {
        const char *name, *error, *detail;
        enum note_kind kind;
        int before; /* strikes of that kind before this one */
        bool guilty;
    } cases[] = {
        {"refused as undecodable", "malformed", "", NOTE_REFUSED, 0, true},
        {"refused by a stage that it was not for", "address", "", NOTE_REFUSED, 0, false},
        {"out of memory once", "no_memory", "", NOTE_REFUSED, 0, false},
        {"second fault", "", "", NOTE_FAULTED, 1, false},
        {"CPU limit once", "", "signal 24", NOTE_FAULTED, 0, false},
        {"CPU limit as the second fault", "", "signal 24", NOTE_FAULTED, 1, true},
        {"another signal as the second fault", "", "signal 11", NOTE_FAULTED, 1, false},
        {"third fault", "", "", NOTE_FAULTED, 2, true},
        {"seventh interruption", "", "", NOTE_INTERRUPTED, 6, false},
        {"eighth interruption", "", "", NOTE_INTERRUPTED, 7, true},
    };
    (void)state;
    struct arena *mem = arena_create(1 << 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct journal *j = open_it();
        struct condemnation c = {0};
        char id[17] = "strike number 00";
        add(j, "a", "x");
        for (int k = 0; k <= cases[i].before; k++) {
            struct note n = refused_with(cases[i].error);
            id[15] = (char)('a' + k);
            n.kind = cases[i].kind;
            n.detail = slice_of(cases[i].detail);
            n.strike = (struct slice){id, 16};
            assert_err(evidence_weigh(j, &n, mem, &c), OK, cases[i].name);
        }
        if (c.guilty != cases[i].guilty) fail_msg("%s: guilty is %d", cases[i].name, c.guilty);
        journal_abort(j);
        journal_close(&j);
    }
    arena_destroy(&mem);
}

static void a_folder_with_something_else_in_it_is_left_alone(void **state)
{
    (void)state;
    struct trouble t;
    char path[128];
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < 4096; i++) fputs("no LMDB. ", f);
    fclose(f);
    assert_null(journal_open(dir, 1 << 20, &t));
    assert_int_equal(t.status, 64);
}

static void fill_for_damage(void)
{
    struct journal *j = open_it();
    struct strikes s;
    add(j, "a", "first");
    add(j, "b", "second");
    add(j, "c", "third");
    assert_err(journal_strike(j, SLICE("b"), NOTE_FAULTED, SLICE("0123456789abcdef"), &s), OK, "strike");
    commit(j);
    journal_close(&j);
}

static void a_journal_without_sums_gets_them_and_keeps_all(void **state)
{
    static const char *const tables[] = {"meta", "#docs", "keys", "strikes", NULL};
    struct strikes s;
    uint64_t seq;
    struct slice frame;
    (void)state;
    fill_for_damage();
    make_old(dir, tables, "wiredesk journal 1");
    for (uint64_t epoch = 2; epoch < 4; epoch++) {
        struct journal *j = open_it();
        assert_int_equal(journal_epoch(j), epoch);
        assert_int_equal(journal_counts(j).in_flight, 3);
        assert_err(journal_read(j, 2, &seq, &frame), OK, "read");
        assert_slice(frame, "second");
        assert_err(journal_strike(j, SLICE("b"), NOTE_FAULTED, SLICE("0123456789abcdef"), &s), OK, "strike");
        assert_int_equal(s.faulted, 1);
        journal_close(&j);
    }
}

static void a_record_that_is_damaged_is_named_and_the_journal_not_opened(void **state)
{
    static const struct { const char *table, *key, *say; } cases[] = {
        {"keys", "b", "table keys: the record of key b "}, {"strikes", "b", "table strikes: the record of key b "}, {"meta", "state", "table meta: the record of key state "}};
    struct trouble t;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fill_for_damage();
        damage(dir, cases[i].table, (MDB_val){strlen(cases[i].key), (void *)(uintptr_t)cases[i].key}, 0);
        assert_null(journal_open(dir, 1 << 20, &t));
        assert_int_equal(t.status, 64);
        if (strstr(t.line, cases[i].say) == NULL || strstr(t.line, "damaged") == NULL) fail_msg("%s", t.line);
        end(NULL);
        begin(NULL);
    }
}

static void a_frame_that_was_damaged_while_the_journal_is_open_is_not_given_out(void **state)
{
    uint64_t seq = 2;
    struct slice frame;
    bool was;
    (void)state;
    fill_for_damage();
    struct journal *j = open_it();
    damage(dir, "docs", (MDB_val){sizeof seq, &seq}, MDB_INTEGERKEY);
    assert_err(journal_read(j, 1, &seq, &frame), OK, "the one before");
    assert_err(journal_read(j, 2, &seq, &frame), ERR_IO, "the damaged one");
    assert_int_equal(errno, EBADMSG);
    assert_err(journal_retire(j, 2, SLICE("b"), OUTCOME_REPORTED, &was), ERR_IO, "retired");
    journal_close(&j);
}

static void a_journal_that_no_longer_says_what_it_is_gets_repaired(void **state)
{
    struct trouble t;
    char before[INSTANCE_SIZE], kept[128];
    (void)state;
    struct journal *j = open_it();
    memcpy(before, journal_instance(j).ptr, INSTANCE_SIZE);
    journal_close(&j);
    damage(dir, "meta", (MDB_val){6, (void *)(uintptr_t) "format"}, 0);
    assert_null(journal_open(dir, 1 << 20, &t));
    assert_int_equal(t.status, 64);
    json_t *said = journal_repair(dir, false, &t);
    if (said == NULL) fail_msg("%s", t.line);
    if (json_string_value(json_object_get(said, "damage")) == NULL) fail_msg("it is called whole");
    assert_non_null(strstr(json_string_value(json_object_get(said, "damage")), "table meta: the record of key format"));
    json_decref(said);
    snprintf(kept, sizeof kept, "%s/data.mdb.damaged", dir);
    assert_int_equal(unlink(kept), 0);
    j = open_it();
    assert_memory_equal(journal_instance(j).ptr, before, INSTANCE_SIZE);
    assert_int_equal(journal_epoch(j), 2);
    journal_close(&j);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(what_was_committed_is_there_after_opening_again_and_the_rest_is_not),
        T(a_number_is_never_given_twice_also_when_all_are_retired),
        T(an_outcome_retires_only_the_entry_whose_number_and_key_it_names),
        T(a_key_is_found_while_it_is_held_also_within_the_batch),
        T(a_full_journal_says_so_and_keeps_what_it_had),
        T(a_strike_that_is_told_twice_counts_once_also_after_a_restart),
        T(a_refused_document_goes_on_with_its_failure_and_without_its_content),
        T(who_is_convicted_and_when),
        T(a_folder_with_something_else_in_it_is_left_alone),
        T(a_journal_without_sums_gets_them_and_keeps_all),
        T(a_record_that_is_damaged_is_named_and_the_journal_not_opened),
        T(a_frame_that_was_damaged_while_the_journal_is_open_is_not_given_out),
        T(a_journal_that_no_longer_says_what_it_is_gets_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
