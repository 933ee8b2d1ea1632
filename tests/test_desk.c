/* test_desk.c - what documents cause, over a real ledger: outcomes, lines, stories that merge, split and close, coalescing, undoing. */
#include "test.h"

#include <unistd.h>

#include "../services/report/desk.h"
#include "../services/report/shape.h"

struct scene {
    char folder[64], path[128];
    struct ledger *ledger;
    struct desk *desk;
    struct arena *mem;
};

static int set_up(void **state)
{
    static struct scene s; /* shared: one test at a time */
    char why[400];
    snprintf(s.folder, sizeof s.folder, "/tmp/wd-desk-XXXXXX");
    assert_non_null(mkdtemp(s.folder));
    snprintf(s.path, sizeof s.path, "%s/ledger.db", s.folder);
    assert_err(ledger_open(s.path, &s.ledger, why, sizeof why), OK, s.path);
    s.desk = desk_create(s.ledger, &(struct desk_settings){.coalesce = 2000});
    s.mem = arena_create(DOC_ARENA_MAX);
    *state = &s;
    return s.mem == NULL || s.desk == NULL;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    desk_destroy(&s->desk);
    ledger_close(&s->ledger);
    arena_destroy(&s->mem);
    for (int i = 0; i < 3; i++) {
        char path[160];
        snprintf(path, sizeof path, "%s%s", s->path, ends[i]);
        (void)unlink(path);
    }
    return rmdir(s->folder);
}

/* --- steps --- */

static struct desk_taken take(struct scene *s, uint64_t now, uint64_t seq, const char *json)
{
    struct doc doc;
    struct desk_taken taken = {0};
    arena_reset(s->mem);
    assert_err(doc_from_json(slice_of(json), s->mem, &doc), OK, json);
    doc.instance = SLICE("0123456789abcdef");
    doc.seq = seq;
    doc_set(&doc, DOC_INSTANCE);
    doc_set(&doc, DOC_SEQ);
    assert_err(ledger_begin(s->ledger), OK, "begin");
    assert_err(desk_take(s->desk, s->mem, &doc, now, &taken), OK, json);
    assert_err(ledger_commit(s->ledger), OK, "commit");
    return taken;
}

/* Tells what is due at `now`; how many stories that were. */
static size_t tell(struct scene *s, uint64_t now)
{
    struct slices ids;
    arena_reset(s->mem);
    assert_err(ledger_begin(s->ledger), OK, "begin");
    assert_err(ledger_due(s->ledger, now, 60000, 9, s->mem, &ids), OK, "due");
    for (size_t i = 0; i < ids.len; i++) assert_err(desk_tell(s->desk, s->mem, ids.ptr[i], now), OK, "tell");
    assert_err(ledger_commit(s->ledger), OK, "commit");
    return ids.len;
}

static const char *text_of(const json_t *v, const char *key)
{
    const char *t = json_string_value(json_object_get(v, key));
    return t != NULL ? t : "";
}

/* The lines since the last call as "type/op/id" each, all of them of their shapes; those of type stats are left out. */
static const char *lines(struct scene *s)
{
    static char out[2000]; /* shared: the answer until the next call */
    size_t n, at = 0;
    struct slice text;
    const struct desk_line *l = desk_lines(s->desk, &n, &text);
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        char why[200] = "";
        json_t *v = json_loadb(text.ptr + l[i].at, l[i].len, 0, NULL);
        assert_non_null(v);
        if (!shape_holds(v, why, sizeof why)) print_error("%s\n%.*s\n", why, (int)l[i].len, text.ptr + l[i].at);
        assert_string_equal(why, "");
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%s/%s/%s", at > 0 ? " " : "", text_of(v, "type"), text_of(v, "op"), text_of(v, "id"));
        json_decref(v);
    }
    desk_published(s->desk);
    return out;
}

#define STORY(id) ",\"story\":{\"id\":\"" id "\",\"storyline\":\"L\",\"reasons\":[\"r\"]}"
#define DOC(key, more) "{\"key\":\"" key "\",\"accepted\":1000,\"text\":\"Title of " key "\\n\\nA ship left the harbour on Monday.\",\"title\":[0,11]," \
                       "\"title_basis\":\"line\",\"verdict\":{\"kind\":\"original\"}" more "}"
#define COPY(key, of, more) "{\"key\":\"" key "\",\"accepted\":1000,\"text\":\"A ship left.\",\"verdict\":{\"kind\":\"exact\",\"of\":\"" of "\"}" more "}"

static const char *story_of(struct scene *s, const char *key)
{
    static char out[64]; /* shared: the answer until the next call */
    struct ledger_doc d;
    bool found;
    arena_reset(s->mem);
    assert_err(ledger_find(s->ledger, slice_of(key), s->mem, &d, &found), OK, key);
    assert_true(found);
    snprintf(out, sizeof out, "%.*s", (int)d.story.len, d.story.ptr);
    return out;
}

/* --- tests --- */

static void each_document_gets_its_outcome_and_lines_once(void **state)
{
    struct scene *s = *state;
    static const struct { uint64_t seq; const char *doc; enum outcome outcome; bool repeated; const char *lines; } cases[] = {
        {1, DOC("k1", ""), OUTCOME_REPORTED, false, "article/new/k1"},
        {1, DOC("k1", ""), OUTCOME_REPORTED, true, ""},
        {2, COPY("k2", "k1", ""), OUTCOME_DUPLICATE, false, "article/new/k2"},
        {2, COPY("k2", "k1", ""), OUTCOME_DUPLICATE, true, ""},
        {3, DOC("k1", ""), OUTCOME_AGAIN, false, ""},
        {3, DOC("k1", ""), OUTCOME_AGAIN, true, ""},
        {4, "{\"key\":\"k4\",\"fail\":{\"stage\":\"tag\",\"error\":\"fault\"}}", OUTCOME_REJECTED, false, "reject/new/k4"},
        {4, DOC("k4", ""), OUTCOME_REJECTED, true, ""},
        {5, DOC("k4", ""), OUTCOME_AGAIN, false, ""},
        {6, "{\"key\":\"k6\"}", OUTCOME_REJECTED, false, "reject/new/k6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk_taken taken = take(s, 5000, cases[i].seq, cases[i].doc);
        assert_int_equal(taken.outcome, cases[i].outcome);
        assert_int_equal(taken.repeated, cases[i].repeated);
        assert_string_equal(lines(s), cases[i].lines);
    }
    uint64_t counts[OUTCOME_COUNT];
    assert_err(ledger_count_upto(s->ledger, SLICE("0123456789abcdef"), 6, counts), OK, "count");
    assert_true(counts[OUTCOME_REPORTED] + counts[OUTCOME_DUPLICATE] + counts[OUTCOME_REJECTED] + counts[OUTCOME_AGAIN] == 6);
}

static void a_quote_has_one_line_and_a_copys_quote_none(void **state)
{
    struct scene *s = *state;
#define QUOTES ",\"quotes\":[{\"b\":0,\"e\":5,\"kind\":\"direct\",\"score\":1,\"rule\":\"r\"},{\"b\":0,\"e\":5,\"kind\":\"mixed\",\"score\":1,\"rule\":\"r\"}]"
    (void)take(s, 5000, 1, DOC("k1", QUOTES));
    assert_string_equal(lines(s), "article/new/k1 quote/new/k1#b0-5");
    (void)take(s, 5000, 2, COPY("k2", "k1", QUOTES));
    assert_string_equal(lines(s), "article/new/k2");
}

static void a_story_speaks_at_once_and_then_at_most_every_two_seconds(void **state)
{
    struct scene *s = *state;
    (void)take(s, 5000, 1, DOC("k1", STORY("S1")));
    assert_int_equal(tell(s, 5000), 1);
    assert_string_equal(lines(s), "article/new/k1 story/new/S1");
    (void)take(s, 5100, 2, DOC("k2", STORY("S1")));
    (void)take(s, 5200, 3, DOC("k3", STORY("S1")));
    assert_int_equal(tell(s, 6999), 0);
    assert_string_equal(lines(s), "article/new/k2 article/new/k3");
    assert_int_equal(tell(s, 7000), 1);
    assert_string_equal(lines(s), "story/update/S1");
    assert_int_equal(tell(s, 99000), 0);
    (void)take(s, 99000, 4, DOC("k4", STORY("S1")));
    assert_int_equal(tell(s, 99000), 1);
    assert_string_equal(lines(s), "article/new/k4 story/update/S1");
}

static void a_merge_closes_the_old_story_and_moves_its_articles(void **state)
{
    struct scene *s = *state;
    (void)take(s, 5000, 1, DOC("k1", STORY("S1")));
    (void)take(s, 5000, 2, DOC("k2", STORY("S2")));
    (void)tell(s, 5000);
    (void)lines(s);
    (void)take(s, 9000, 3, DOC("k3", STORY("S1") ",\"changes\":[{\"op\":\"merge\",\"story\":\"S2\",\"into\":\"S1\",\"reasons\":[\"same\"]}]"));
    assert_string_equal(lines(s), "article/new/k3 story/merge/S2");
    assert_string_equal(story_of(s, "k2"), "S1");
    assert_int_equal(tell(s, 9000), 1);
    assert_string_equal(lines(s), "story/update/S1");
    (void)take(s, 9000, 3, DOC("k3", STORY("S1") ",\"changes\":[{\"op\":\"merge\",\"story\":\"S2\",\"into\":\"S1\"}]"));
    assert_string_equal(lines(s), "");
    assert_int_equal(tell(s, 99000), 0);
}

static void a_split_moves_the_named_articles_and_both_stories_speak(void **state)
{
    struct scene *s = *state;
    (void)take(s, 5000, 1, DOC("k1", STORY("S1")));
    (void)take(s, 5000, 2, DOC("k2", STORY("S1")));
    (void)tell(s, 5000);
    (void)lines(s);
    (void)take(s, 9000, 3, DOC("k3", STORY("S1") ",\"changes\":[{\"op\":\"split\",\"story\":\"S1\",\"into\":\"S2\",\"docs\":[\"k2\"]}]"));
    assert_string_equal(lines(s), "article/new/k3 story/split/S1");
    assert_string_equal(story_of(s, "k1"), "S1");
    assert_string_equal(story_of(s, "k2"), "S2");
    assert_int_equal(tell(s, 9000), 2);
    assert_non_null(strstr(lines(s), "story/new/S2"));
}

static void a_closing_story_says_its_last_state_first_and_opens_again_with_a_new_article(void **state)
{
    struct scene *s = *state;
    (void)take(s, 5000, 1, DOC("k1", STORY("S1")));
    (void)take(s, 5100, 2, DOC("k2", ",\"changes\":[{\"op\":\"close\",\"story\":\"S1\"}]"));
    assert_string_equal(lines(s), "article/new/k1 article/new/k2 story/new/S1 story/close/S1");
    assert_int_equal(tell(s, 99000), 0);
    (void)take(s, 99000, 3, DOC("k3", STORY("S1")));
    assert_int_equal(tell(s, 99000), 1);
    assert_string_equal(lines(s), "article/new/k3 story/update/S1");
}

static void what_was_not_committed_leaves_no_line_and_no_number(void **state)
{
    struct scene *s = *state;
    struct doc doc;
    struct desk_taken taken;
    (void)take(s, 5000, 1, DOC("k1", ""));
    (void)lines(s);
    arena_reset(s->mem);
    assert_err(doc_from_json(slice_of(DOC("k2", STORY("S1"))), s->mem, &doc), OK, "json");
    assert_err(ledger_begin(s->ledger), OK, "begin");
    assert_err(desk_take(s->desk, s->mem, &doc, 6000, &taken), OK, "take");
    ledger_rollback(s->ledger);
    desk_undo(s->desk);
    assert_string_equal(lines(s), "");
    assert_int_equal(desk_taken_since(s->desk), 1);
    assert_true(ledger_next_seq(s->ledger) == 2);
    assert_int_equal(take(s, 6000, 2, DOC("k2", STORY("S1"))).outcome, OUTCOME_REPORTED);
    assert_string_equal(lines(s), "article/new/k2");
}

static void the_day_of_a_line_never_goes_back(void **state)
{
    struct scene *s = *state;
    size_t n;
    struct slice text;
    static const struct { uint64_t now; const char *day; } cases[] = {
        {86399999, "1970-01-01"}, {86400000, "1970-01-02"}, {86399000, "1970-01-02"}, {200000000, "1970-01-03"},
    };
    static const char *const docs[] = {DOC("k0", ""), DOC("k1", ""), DOC("k2", ""), DOC("k3", "")};
    for (size_t i = 0; i < 4; i++) {
        (void)take(s, cases[i].now, i + 1, docs[i]);
        const struct desk_line *l = desk_lines(s->desk, &n, &text);
        assert_int_equal(n, 1);
        assert_string_equal(l[0].day, cases[i].day);
        desk_published(s->desk);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_document_gets_its_outcome_and_lines_once), TEST(a_quote_has_one_line_and_a_copys_quote_none),
        TEST(a_story_speaks_at_once_and_then_at_most_every_two_seconds), TEST(a_merge_closes_the_old_story_and_moves_its_articles),
        TEST(a_split_moves_the_named_articles_and_both_stories_speak),
        TEST(a_closing_story_says_its_last_state_first_and_opens_again_with_a_new_article),
        TEST(what_was_not_committed_leaves_no_line_and_no_number), TEST(the_day_of_a_line_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
