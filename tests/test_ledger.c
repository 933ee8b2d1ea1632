/* test_ledger.c - the ledger on a real file: what is committed is there, what is not is not; counts, numbers, full disk, damage. */
#include "test.h"

#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

#include "../services/report/ledger.h"

struct scene {
    char folder[64], path[128];
    struct ledger *ledger;
    struct arena *mem;
};

static struct ledger *open_ledger(const char *path)
{
    struct ledger *l = NULL;
    char why[400];
    enum err e = ledger_open(path, &l, why, sizeof why);
    if (e != OK) print_error("%s\n", why);
    assert_err(e, OK, path);
    return l;
}

static int set_up(void **state)
{
    static struct scene s; /* shared: one test at a time */
    snprintf(s.folder, sizeof s.folder, "/tmp/wd-ledger-XXXXXX");
    assert_non_null(mkdtemp(s.folder));
    snprintf(s.path, sizeof s.path, "%s/ledger.db", s.folder);
    s.ledger = open_ledger(s.path);
    s.mem = arena_create(8 << 20);
    *state = &s;
    return s.mem == NULL;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    char path[160];
    ledger_close(&s->ledger);
    arena_destroy(&s->mem);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", s->path, ends[i]);
        (void)unlink(path);
    }
    return rmdir(s->folder);
}

#define INSTANCE SLICE("0123456789abcdef")
#define OTHER SLICE("fedcba9876543210")

static struct ledger_doc row_of(const char *key, uint64_t seq, enum outcome outcome)
{
    return (struct ledger_doc){.key = slice_of(key), .instance = INSTANCE, .seq = seq, .outcome = outcome, .written = 5, .accepted = 4,
                               .similarity = .5, .name = SLICE("a.txt"), .story = SLICE("S1"), .text = SLICE("Words of a harbour."),
                               .title = SLICE("Words"), .frame = SLICE("packed bytes packed bytes packed bytes")};
}

static void add_doc(struct scene *s, const char *key, uint64_t seq, enum outcome outcome)
{
    struct ledger_doc d = row_of(key, seq, outcome);
    assert_err(ledger_add_doc(s->ledger, &d), OK, key);
}

static void add_line(struct scene *s, const char *type)
{
    struct ledger_line line = {ledger_next_seq(s->ledger), SLICE("2026-01-02"), slice_of(type), SLICE("new"), SLICE("x"), SLICE("{}")};
    assert_err(ledger_add_line(s->ledger, &line), OK, type);
}

static void what_is_committed_is_there_after_reopening(void **state)
{
    struct scene *s = *state;
    struct ledger_doc got;
    bool found;
    assert_err(ledger_begin(s->ledger), OK, "begin");
    add_doc(s, "k1", 1, OUTCOME_REPORTED);
    add_line(s, "article");
    assert_err(ledger_commit(s->ledger), OK, "commit");
    ledger_close(&s->ledger);
    s->ledger = open_ledger(s->path);
    assert_err(ledger_load(s->ledger, SLICE("k1"), s->mem, &got, &found), OK, "load");
    assert_true(found && got.seq == 1 && got.outcome == OUTCOME_REPORTED && got.accepted == 4);
    assert_slice(got.instance, "0123456789abcdef");
    assert_slice(got.story, "S1");
    assert_slice(got.text, "Words of a harbour.");
    assert_slice(got.frame, "packed bytes packed bytes packed bytes");
    assert_true(ledger_next_seq(s->ledger) == 2);
    assert_err(ledger_load(s->ledger, SLICE("k2"), s->mem, &got, &found), OK, "load");
    assert_false(found);
}

static void a_rollback_takes_rows_numbers_and_counts_back(void **state)
{
    struct scene *s = *state;
    uint64_t counts[OUTCOME_COUNT];
    struct ledger_doc got;
    bool found, fresh;
    assert_err(ledger_begin(s->ledger), OK, "begin");
    add_doc(s, "k1", 1, OUTCOME_REPORTED);
    assert_err(ledger_add_again(s->ledger, INSTANCE, 2, SLICE("k1"), 5, &fresh), OK, "again");
    add_line(s, "article");
    ledger_rollback(s->ledger);
    assert_true(ledger_next_seq(s->ledger) == 1);
    ledger_counts(s->ledger, counts);
    assert_true(counts[OUTCOME_REPORTED] == 0 && counts[OUTCOME_AGAIN] == 0);
    assert_err(ledger_find(s->ledger, SLICE("k1"), s->mem, &got, &found), OK, "find");
    assert_false(found);
    assert_err(ledger_begin(s->ledger), OK, "begin");
    add_doc(s, "k1", 1, OUTCOME_REPORTED); /* its instance's row was rolled back too */
    assert_err(ledger_commit(s->ledger), OK, "commit");
    assert_err(ledger_count_upto(s->ledger, INSTANCE, 1, counts), OK, "count");
    assert_true(counts[OUTCOME_REPORTED] == 1);
}

static void a_savepoint_takes_back_one_documents_share_only(void **state)
{
    struct scene *s = *state;
    struct ledger_doc got;
    bool found;
    assert_err(ledger_begin(s->ledger), OK, "begin");
    for (int i = 0; i < 3; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%d", i);
        assert_err(ledger_savepoint(s->ledger), OK, key);
        add_doc(s, key, (uint64_t)i + 1, OUTCOME_REPORTED);
        add_line(s, "article");
        if (i == 1) assert_err(ledger_savepoint_undo(s->ledger), OK, key);
    }
    assert_err(ledger_commit(s->ledger), OK, "commit");
    assert_true(ledger_next_seq(s->ledger) == 3);
    static const bool there[] = {true, false, true};
    for (int i = 0; i < 3; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%d", i);
        assert_err(ledger_find(s->ledger, slice_of(key), s->mem, &got, &found), OK, key);
        assert_true(found == there[i]);
    }
}

static void the_same_key_or_number_is_counted_once(void **state)
{
    struct scene *s = *state;
    uint64_t counts[OUTCOME_COUNT];
    bool fresh;
    assert_err(ledger_begin(s->ledger), OK, "begin");
    add_doc(s, "k1", 1, OUTCOME_REPORTED);
    add_doc(s, "k2", 2, OUTCOME_DUPLICATE);
    add_doc(s, "k3", 9, OUTCOME_REJECTED);
    assert_err(ledger_add_again(s->ledger, INSTANCE, 4, SLICE("k1"), 5, &fresh), OK, "again");
    assert_true(fresh);
    assert_err(ledger_add_again(s->ledger, INSTANCE, 4, SLICE("k1"), 6, &fresh), OK, "again");
    assert_false(fresh);
    assert_err(ledger_add_again(s->ledger, OTHER, 4, SLICE("k1"), 6, &fresh), OK, "again");
    assert_true(fresh);
    struct ledger_doc twice = row_of("k1", 7, OUTCOME_REPORTED);
    assert_int_not_equal(ledger_add_doc(s->ledger, &twice), OK);
    assert_err(ledger_commit(s->ledger), OK, "commit");
    static const struct { uint64_t upto, reported, duplicate, rejected, again; } cases[] = {
        {0, 0, 0, 0, 0}, {1, 1, 0, 0, 0}, {3, 1, 1, 0, 0}, {4, 1, 1, 0, 1}, {9, 1, 1, 1, 1}, {UINT64_MAX, 1, 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_err(ledger_count_upto(s->ledger, INSTANCE, cases[i].upto, counts), OK, "count");
        assert_true(counts[OUTCOME_REPORTED] == cases[i].reported && counts[OUTCOME_DUPLICATE] == cases[i].duplicate);
        assert_true(counts[OUTCOME_REJECTED] == cases[i].rejected && counts[OUTCOME_AGAIN] == cases[i].again);
    }
    ledger_counts(s->ledger, counts);
    assert_true(counts[OUTCOME_AGAIN] == 2);
}

static enum err collect(void *self, const struct ledger_line *line)
{
    struct buf *b = self;
    return buf_printf(b, "%llu:%.*s ", (unsigned long long)line->seq, (int)line->type.len, line->type.ptr);
}

static void lines_come_in_order_from_any_number_and_of_one_type(void **state)
{
    struct scene *s = *state;
    static const char *const types[] = {"article", "quote", "reject", "article", "reject"};
    assert_err(ledger_begin(s->ledger), OK, "begin");
    for (int i = 0; i < 5; i++) add_line(s, types[i]);
    struct ledger_line gap = {9, SLICE("2026-01-02"), SLICE("x"), SLICE("new"), SLICE("x"), SLICE("{}")};
    assert_err(ledger_add_line(s->ledger, &gap), ERR_SCHEMA, "a number that is not the next");
    assert_err(ledger_commit(s->ledger), OK, "commit");
    static const struct { uint64_t from; unsigned n; const char *type, *want; } cases[] = {
        {1, 9, NULL, "1:article 2:quote 3:reject 4:article 5:reject "}, {4, 9, NULL, "4:article 5:reject "}, {2, 2, NULL, "2:quote 3:reject "},
        {1, 9, "reject", "3:reject 5:reject "}, {4, 9, "reject", "5:reject "}, {6, 9, NULL, ""}, {UINT64_MAX, 9, NULL, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf got = buf_make(1000);
        assert_err(ledger_lines(s->ledger, cases[i].from, cases[i].n, slice_of(cases[i].type), collect, &got), OK, cases[i].want);
        assert_slice(buf_slice(&got), cases[i].want);
        buf_free(&got);
    }
}

static void at_its_ceiling_it_says_full_and_goes_on_when_there_is_room(void **state)
{
    struct scene *s = *state;
    char *big = malloc(100000);
    assert_non_null(big);
    for (size_t i = 0; i < 100000; i++) big[i] = (char)('a' + i * 7919 % 26);
    assert_err(ledger_ceiling(s->ledger, 600000), OK, "ceiling");
    enum err e = OK;
    unsigned n = 0;
    while (e == OK && n < 50) {
        char key[16];
        snprintf(key, sizeof key, "key%u", n);
        struct ledger_doc d = row_of(key, n + 1, OUTCOME_REPORTED);
        d.text = (struct slice){big, 100000};
        e = ledger_begin(s->ledger);
        if (e == OK) e = ledger_add_doc(s->ledger, &d);
        if (e == OK) add_line(s, "article");
        if (e == OK) e = ledger_commit(s->ledger);
        n += e == OK;
    }
    assert_err(e, ERR_FULL, "ceiling");
    assert_true(n > 0 && n < 10);
    ledger_rollback(s->ledger);
    assert_true(ledger_next_seq(s->ledger) == n + 1);
    assert_err(ledger_ceiling(s->ledger, 0), OK, "no ceiling");
    assert_err(ledger_begin(s->ledger), OK, "begin");
    add_doc(s, "after", 99, OUTCOME_REPORTED);
    add_line(s, "article");
    assert_err(ledger_commit(s->ledger), OK, "commit");
    free(big);
}

static void stories_come_due_the_longest_first_and_also_when_the_clock_was_set_back(void **state)
{
    struct scene *s = *state;
    static const struct { const char *id; uint64_t due; } stories[] = {{"S1", 300}, {"S2", 100}, {"S3", 0}, {"S4", 900000}};
    assert_err(ledger_begin(s->ledger), OK, "begin");
    for (int i = 0; i < 4; i++) {
        struct ledger_story p = {.id = slice_of(stories[i].id), .state = STORY_OPEN, .due = stories[i].due};
        assert_err(ledger_put_story(s->ledger, &p), OK, stories[i].id);
    }
    assert_err(ledger_commit(s->ledger), OK, "commit");
    static const struct { uint64_t now; const char *want; } cases[] = {{50, "S4"}, {100, "S2S4"}, {300, "S2S1S4"}, {890000, "S2S1"}, {UINT64_MAX, "S2S1S4"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slices ids;
        char got[64] = "";
        assert_err(ledger_due(s->ledger, cases[i].now, 60000, 9, s->mem, &ids), OK, cases[i].want);
        for (size_t k = 0; k < ids.len; k++) strncat(got, ids.ptr[k].ptr, ids.ptr[k].len);
        assert_string_equal(got, cases[i].want);
    }
}

static void a_frame_of_any_size_comes_back_as_it_was(void **state)
{
    struct scene *s = *state;
    static const size_t sizes[] = {1, 511, 512, 513, 32768, 40000, 1 << 20};
    char *noise = malloc(1 << 20), key[8] = "k0";
    uint32_t dice = 1;
    assert_non_null(noise);
    for (size_t i = 0; i < 1 << 20; i++) noise[i] = (char)((dice = dice * 1664525 + 1013904223) >> 24);
    assert_err(ledger_begin(s->ledger), OK, "begin");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ledger_doc got, d = row_of(key, i + 1, OUTCOME_REPORTED);
        bool found;
        d.frame = (struct slice){noise, sizes[i]};
        assert_err(ledger_add_doc(s->ledger, &d), OK, key);
        assert_err(ledger_load(s->ledger, slice_of(key), s->mem, &got, &found), OK, key);
        assert_true(found && slice_eq(got.frame, d.frame));
        key[1]++;
    }
    free(noise);
}

static void the_full_text_index_follows(void **state)
{
    struct scene *s = *state;
    uint64_t left = 9;
    assert_err(ledger_begin(s->ledger), OK, "begin");
    add_doc(s, "k1", 1, OUTCOME_REPORTED);
    add_doc(s, "k2", 2, OUTCOME_REPORTED);
    add_doc(s, "k3", 3, OUTCOME_REPORTED);
    assert_err(ledger_commit(s->ledger), OK, "commit");
    static const uint64_t want[] = {1, 0, 0};
    for (int i = 0; i < 3; i++) {
        assert_err(ledger_unindexed(s->ledger, &left), OK, "before");
        assert_true(left == (i == 0 ? 3 : want[i - 1]));
        assert_err(ledger_index(s->ledger, 2, &left), OK, "index");
        assert_true(left == want[i]);
    }
}

static void a_reader_reads_beside_the_writer_and_cannot_write(void **state)
{
    struct scene *s = *state;
    struct ledger *reader = NULL;
    char why[400];
    uint64_t last;
    assert_err(ledger_begin(s->ledger), OK, "begin");
    add_line(s, "article");
    assert_err(ledger_open_reader(s->path, &reader, why, sizeof why), OK, "reader");
    assert_err(ledger_last_seq(reader, &last), OK, "last");
    assert_true(last == 0);
    assert_err(ledger_commit(s->ledger), OK, "commit");
    assert_err(ledger_last_seq(reader, &last), OK, "last");
    assert_true(last == 1);
    struct ledger_story p = {.id = SLICE("S1"), .state = STORY_OPEN};
    assert_int_not_equal(ledger_put_story(reader, &p), OK);
    ledger_close(&reader);
}

static void what_is_no_ledger_is_not_touched(void **state)
{
    struct scene *s = *state;
    char path[160], why[400];
    struct ledger *l = NULL;
    snprintf(path, sizeof path, "%s/strange.db", s->folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < 500; i++) assert_true(fputs("no ledger at all\n", f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_err(ledger_open(path, &l, why, sizeof why), ERR_MALFORMED, "strange");
    assert_null(l);
    assert_non_null(strstr(why, "strange.db"));
    size_t len = 0;
    char *bytes = read_whole(path, &len);
    assert_non_null(bytes);
    assert_true(len == 500 * 17 && strncmp(bytes, "no ledger", 9) == 0);
    free(bytes);
    assert_int_equal(unlink(path), 0);
}

/* As the kernel does for a writer that was killed, a little after its lock on the state directory. */
static void *let_go(void *db)
{
    usleep(200000);
    return sqlite3_close(db) == SQLITE_OK ? db : NULL;
}

static void locks_that_a_killed_writer_still_holds_are_waited_for(void **state)
{
    struct scene *s = *state;
    pthread_t thread;
    sqlite3 *other = NULL;
    void *closed = NULL;
    ledger_close(&s->ledger);
    assert_int_equal(sqlite3_open(s->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(pthread_create(&thread, NULL, let_go, other), 0);
    s->ledger = open_ledger(s->path);
    assert_int_equal(pthread_join(thread, &closed), 0);
    assert_ptr_equal(closed, other);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_committed_is_there_after_reopening), TEST(a_rollback_takes_rows_numbers_and_counts_back),
        TEST(a_savepoint_takes_back_one_documents_share_only), TEST(the_same_key_or_number_is_counted_once),
        TEST(lines_come_in_order_from_any_number_and_of_one_type), TEST(at_its_ceiling_it_says_full_and_goes_on_when_there_is_room),
        TEST(stories_come_due_the_longest_first_and_also_when_the_clock_was_set_back), TEST(the_full_text_index_follows), TEST(a_frame_of_any_size_comes_back_as_it_was),
        TEST(a_reader_reads_beside_the_writer_and_cannot_write), TEST(what_is_no_ledger_is_not_touched),
        TEST(locks_that_a_killed_writer_still_holds_are_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
