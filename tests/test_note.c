/* test_note.c - outcomes and notices: what goes in comes out, what lies is refused, what is newer is passed over. */
#include "test.h"

#include "../proto/note.h"

static struct arena *mem;
static struct buf out;

static int set_up(void **state)
{
    (void)state;
    mem = arena_create(1 << 20);
    out = buf_make(1 << 20);
    return mem == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(&mem);
    buf_free(&out);
    return 0;
}

static void an_outcome_comes_back_as_it_was_under_its_instances_topic(void **state)
{
    (void)state;
    struct note n = {.kind = NOTE_OUTCOME, .instance = SLICE("0123456789abcdef"), .seq = 1ull << 40, .epoch = 3, .try = 2,
                     .key = SLICE("k1"), .outcome = OUTCOME_AGAIN, .stage = STAGE_REPORT, .worker = SLICE("report.0")};
    buf_clear(&out);
    assert_int_equal(note_encode(&n, &out), OK);
    assert_memory_equal(out.ptr, "0123456789abcdef", INSTANCE_SIZE);
    struct note got;
    assert_int_equal(note_decode(buf_slice(&out), mem, &got), OK);
    assert_int_equal(got.kind, NOTE_OUTCOME);
    assert_slice(got.instance, "0123456789abcdef");
    assert_true(got.seq == n.seq && got.epoch == 3 && got.try == 2 && got.outcome == OUTCOME_AGAIN && got.stage == STAGE_REPORT);
    assert_slice(got.key, "k1");
    assert_slice(got.worker, "report.0");
    assert_null(got.strike.ptr);
}

static void a_note_without_an_instance_goes_to_all(void **state)
{
    (void)state;
    struct note n = {.kind = NOTE_FAULTED, .key = SLICE("k"), .strike = SLICE("fedcba9876543210"), .stage = STAGE_TAG};
    buf_clear(&out);
    assert_int_equal(note_encode(&n, &out), OK);
    assert_memory_equal(out.ptr, NOTE_TO_ALL, INSTANCE_SIZE);
    struct note got;
    assert_int_equal(note_decode(buf_slice(&out), mem, &got), OK);
    assert_slice(got.strike, "fedcba9876543210");
    assert_null(got.instance.ptr);
}

#define TOPIC "0123456789abcdef"
#define BYTES(lit) {"" lit, sizeof(lit) - 1}
static const struct {
    const char *name;
    struct slice in;
    enum err want;
    enum note_kind kind;
} cases[] = {
    {"a topic alone", BYTES(TOPIC), ERR_MALFORMED, NOTE_NONE},
    {"half a topic", BYTES("0123"), ERR_MALFORMED, NOTE_NONE},
    {"no map", BYTES(TOPIC "\x05"), ERR_SCHEMA, NOTE_NONE},
    {"no kind", BYTES(TOPIC "\x80"), ERR_MISSING, NOTE_NONE},
    {"a count that lies", BYTES(TOPIC "\xdf\xff\xff\xff\xff"), ERR_MALFORMED, NOTE_NONE},
    {"a kind of a later release", BYTES(TOPIC "\x82\xa4kind\xa5later\xa1x\x01"), OK, NOTE_NONE},
    {"the kind behind unknown fields", BYTES(TOPIC "\x82\xa1x\x92\x01\x02\xa4kind\xa4"
                                                   "busy"), OK, NOTE_BUSY},
    {"an instance of three bytes", BYTES(TOPIC "\x82\xa4kind\xa4"
                                               "busy\xa8instance\xc4\x03"
                                               "abc"), ERR_SCHEMA, NOTE_NONE},
    {"a seq that is text", BYTES(TOPIC "\x82\xa4kind\xa4"
                                       "busy\xa3seq\xa1"
                                       "1"), ERR_SCHEMA, NOTE_NONE},
    {"bytes behind the map", BYTES(TOPIC "\x81\xa4kind\xa4"
                                         "busy\x00"), ERR_MALFORMED, NOTE_NONE},
};

static void strange_notes_get_a_named_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct note n;
        assert_err(note_decode(cases[i].in, mem, &n), cases[i].want, cases[i].name);
        if (cases[i].want == OK) assert_int_equal(n.kind, cases[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outcome_comes_back_as_it_was_under_its_instances_topic),
        cmocka_unit_test(a_note_without_an_instance_goes_to_all),
        cmocka_unit_test(strange_notes_get_a_named_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
