/* test_lines.c - stream lines as bytes: what a document gives, ceilings, deltas, the table that they are held against. */
#include "test.h"

#include "../services/report/line_delta.h"
#include "../services/report/lines.h"
#include "../services/report/shape.h"

static int set_up(void **state)
{
    *state = arena_create(32 << 20);
    return *state == NULL;
}

static int tear_down(void **state)
{
    struct arena *mem = *state;
    arena_destroy(&mem);
    return 0;
}

static struct doc parse(struct arena *mem, const char *json)
{
    struct doc doc;
    assert_err(doc_from_json(slice_of(json), mem, &doc), OK, json);
    return doc;
}

static struct line_head head_of(const char *type, const char *op, const char *id)
{
    return (struct line_head){.seq = 7, .ts = 1767323045006, .type = type, .op = op, .id = slice_of(id)};
}

/* The line is of its shape. */
static void assert_shape(struct slice line)
{
    char why[200] = "";
    json_t *v = json_loadb(line.ptr, line.len, 0, NULL);
    assert_non_null(v);
    if (!shape_holds(v, why, sizeof why)) {
        print_error("%s: %.*s\n", why, (int)line.len, line.ptr);
        fail();
    }
    json_decref(v);
}

#define HEAD(type, op, id) "{\"v\":1,\"seq\":7,\"ts\":\"2026-01-02T03:04:05.006Z\",\"type\":\"" type "\",\"op\":\"" op "\",\"id\":\"" id "\","

static void an_article_line_says_what_the_document_holds(void **state)
{
    struct doc doc = parse(*state,
        "{\"key\":\"k1\",\"name\":\"a.txt\",\"accepted\":1767323045000,\"text\":\"Title\\n\\nIda said so.\",\"title\":[0,5],\"title_basis\":\"line\","
        "\"outlet\":{\"value\":\"Post\",\"basis\":\"meta\"},\"verdict\":{\"kind\":\"near\",\"of\":\"k0\",\"similarity\":0.5},"
        "\"entities\":[{\"name\":\"Ida\",\"type\":\"person\",\"mentions\":[{\"b\":7,\"e\":10,\"score\":1}]}],"
        "\"story\":{\"id\":\"S1\",\"reasons\":[\"copy\"]}}");
    struct line_head head = head_of("article", "new", "k1");
    struct buf out = buf_make(LINE_MAX_BYTES);
    assert_err(line_article(&head, &doc, NULL, SLICE("duplicate"), &out), OK, "line");
    assert_slice(buf_slice(&out), HEAD("article", "new", "k1")
        "\"name\":\"a.txt\",\"accepted\":\"2026-01-02T03:04:05.000Z\",\"outcome\":\"duplicate\","
        "\"title\":{\"d\":\"k1\",\"b\":0,\"e\":5,\"t\":\"Title\"},\"title_basis\":\"line\",\"outlet\":{\"value\":\"Post\",\"basis\":\"meta\"},"
        "\"bytes\":19,\"text_bytes\":19,\"verdict\":{\"kind\":\"near\",\"of\":\"k0\",\"similarity\":0.5},"
        "\"entities\":[{\"name\":\"Ida\",\"type\":\"person\",\"n\":1,\"first\":{\"d\":\"k1\",\"b\":7,\"e\":10,\"t\":\"Ida\"}}],"
        "\"story\":\"S1\",\"story_why\":[\"copy\"]}");
    assert_shape(buf_slice(&out));
    buf_free(&out);
}

static void a_quote_line_is_named_by_its_span(void **state)
{
    struct doc doc = parse(*state, "{\"key\":\"k1\",\"text\":\"Ida said: it holds\",\"quotes\":[{\"b\":10,\"e\":18,\"kind\":\"indirect\",\"cue\":[4,8],"
                                   "\"speaker\":\"Ida\",\"speaker_span\":[0,3],\"score\":0.75,\"rule\":\"r\"}]}");
    struct slice id = line_quote_id(doc.key, &doc.quotes.ptr[0], *state);
    assert_slice(id, "k1#b10-18");
    struct line_head head = head_of("quote", "new", "k1#b10-18");
    struct buf out = buf_make(LINE_MAX_BYTES);
    assert_err(line_quote(&head, &doc, &doc.quotes.ptr[0], &(struct line_context){.story = SLICE("S1")}, &out), OK, "line");
    assert_slice(buf_slice(&out), HEAD("quote", "new", "k1#b10-18")
        "\"article\":\"k1\",\"kind\":\"indirect\",\"quote\":{\"d\":\"k1\",\"b\":10,\"e\":18,\"t\":\"it holds\"},\"speaker\":\"Ida\","
        "\"speaker_span\":{\"d\":\"k1\",\"b\":0,\"e\":3,\"t\":\"Ida\"},\"cue\":{\"d\":\"k1\",\"b\":4,\"e\":8,\"t\":\"said\"},\"score\":0.75,\"story\":\"S1\"}");
    assert_shape(buf_slice(&out));
    buf_free(&out);
}

static void a_reject_line_says_where_and_why(void **state)
{
    struct doc doc = parse(*state, "{\"key\":\"k1\",\"name\":\"a.txt\",\"fail\":{\"stage\":\"normalize\",\"error\":\"empty\",\"detail\":\"no \\\"words\\\"\"}}");
    struct line_head head = head_of("reject", "new", "k1");
    struct buf out = buf_make(LINE_MAX_BYTES);
    assert_err(line_reject(&head, &doc, &out), OK, "line");
    assert_slice(buf_slice(&out), HEAD("reject", "new", "k1")
        "\"name\":\"a.txt\",\"stage\":\"normalize\",\"error\":\"empty\",\"detail\":\"no \\\"words\\\"\"}");
    assert_shape(buf_slice(&out));
    buf_free(&out);
}

/* A quote of 6000 bytes whose 4096th is in the middle of a character. */
static void long_words_are_cut_between_characters_and_say_where_they_end(void **state)
{
    struct buf json = buf_make(20000), out = buf_make(LINE_MAX_BYTES);
    buf_str(&json, "{\"key\":\"k1\",\"text\":\"x");
    for (int i = 0; i < 3000; i++) buf_str(&json, "\xC3\xA4");
    buf_str(&json, "\",\"quotes\":[{\"b\":0,\"e\":6001,\"kind\":\"block\",\"score\":1,\"rule\":\"r\"}]}");
    buf_char(&json, '\0');
    struct doc doc = parse(*state, json.ptr);
    struct line_head head = head_of("quote", "new", "x");
    assert_err(line_quote(&head, &doc, &doc.quotes.ptr[0], &(struct line_context){0}, &out), OK, "line");
    assert_shape(buf_slice(&out));
    assert_true(slice_find(buf_slice(&out), SLICE("\"b\":0,\"e\":4095,"), 0) != SIZE_MAX);
    assert_true(slice_find(buf_slice(&out), SLICE("\"cut\":6001}"), 0) != SIZE_MAX);
    buf_free(&json);
    buf_free(&out);
}

static void long_lists_end_with_a_count_of_what_is_left_out(void **state)
{
    struct buf json = buf_make(1 << 20), out = buf_make(LINE_MAX_BYTES);
    buf_str(&json, "{\"key\":\"k1\",\"text\":\"on 1 May\",\"times\":[");
    for (int i = 0; i < LINE_ITEMS_MAX + 44; i++)
        buf_printf(&json, "%s{\"b\":3,\"e\":8,\"type\":\"date\",\"value\":\"XXXX-05-01\",\"basis\":\"text\"}", i > 0 ? "," : "");
    buf_str(&json, "]}");
    buf_char(&json, '\0');
    struct doc doc = parse(*state, json.ptr);
    struct line_head head = head_of("article", "new", "k1");
    assert_err(line_article(&head, &doc, NULL, SLICE("reported"), &out), OK, "line");
    assert_shape(buf_slice(&out));
    assert_true(slice_find(buf_slice(&out), SLICE("\"more_times\":44,"), 0) != SIZE_MAX);
    buf_free(&json);
    buf_free(&out);
}

static void a_delta_names_what_came_changed_and_went(void **state)
{
    (void)state;
    struct slice joined[] = {SLICE("k3")};
    static const struct { const char *name, *before, *now, *want; bool join; } cases[] = {
        {"the first", NULL, "{\"headline\":[\"h:1\"],\"facts\":[\"f1:a\"]}", "{\"headline\":true,\"facts\":{\"added\":[\"f1\"]}}", false},
        {"nothing", "{\"facts\":[\"f1:a\"]}", "{\"facts\":[\"f1:a\"]}", "{}", false},
        {"each kind", "{\"facts\":[\"f1:a\",\"f2:b\"]}", "{\"facts\":[\"f2:c\",\"f3:d\"]}",
         "{\"facts\":{\"added\":[\"f3\"],\"changed\":[\"f2\"],\"removed\":[\"f1\"]}}", false},
        {"ids with colons", "{\"entities\":[\"a:b:1\"]}", "{\"entities\":[\"a:b:2\"]}", "{\"entities\":{\"changed\":[\"a:b\"]}}", false},
        {"a section that goes", "{\"only\":[\"o:1\"]}", "{}", "{\"only\":{\"removed\":[\"o\"]}}", false},
        {"another headline", "{\"headline\":[\"h:1\"]}", "{\"headline\":[\"h:2\"]}", "{\"headline\":true}", false},
        {"an article", "{}", "{}", "{\"articles\":{\"added\":[\"k3\"]}}", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = buf_make(4096);
        struct jot j = jot_make(&out);
        struct delta_input in = {.before = slice_of(cases[i].before), .now = slice_of(cases[i].now), .joined = {joined, cases[i].join}};
        jot_object(&j, NULL);
        delta_put(&j, &in);
        jot_end_object(&j);
        print_message("%s\n", cases[i].name);
        assert_slice(buf_slice(&out), cases[i].want);
        buf_free(&out);
    }
}

static void a_line_that_is_not_of_its_shape_is_named(void **state)
{
    (void)state;
    static const struct { const char *line, *want; } cases[] = {
        {HEAD("alert", "new", "x") "\"rule\":\"r\",\"article\":\"k\"}", NULL},
        {HEAD("alert", "new", "x") "\"article\":\"k\"}", "alert.rule is missing"},
        {HEAD("alert", "new", "x") "\"rule\":1,\"article\":\"k\"}", "alert.rule is no text"},
        {HEAD("alert", "new", "x") "\"rule\":\"r\",\"article\":\"k\",\"names\":\"n\"}", "alert.names is no list"},
        {HEAD("alert", "new", "x") "\"rule\":\"r\",\"article\":\"k\",\"matches\":[{\"d\":\"k\",\"b\":-1,\"e\":2,\"t\":\"x\"}]}", "matches.b is no count"},
        {HEAD("alert", "new", "x") "\"rule\":\"r\",\"article\":\"k\",\"extra\":1}", "alert.alert has a member that the table does not know"},
        {HEAD("alert", "close", "x") "\"rule\":\"r\",\"article\":\"k\"}", "line.type and op are none that the table knows"},
        {HEAD("rumour", "new", "x") "\"rule\":\"r\"}", "line.type and op are none that the table knows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char why[200] = "";
        json_t *v = json_loads(cases[i].line, 0, NULL);
        assert_non_null(v);
        assert_true(shape_holds(v, why, sizeof why) == (cases[i].want == NULL));
        assert_string_equal(why, cases[i].want != NULL ? cases[i].want : "");
        json_decref(v);
    }
}

static void every_schema_is_json(void **state)
{
    (void)state;
    for (size_t i = 0; line_shapes[i] != NULL; i++) {
        struct buf out = buf_make(1 << 20);
        assert_err(shape_schema(line_shapes[i], &out), OK, line_shapes[i]->name);
        json_t *v = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES, NULL);
        if (v == NULL) print_error("%s\n", line_shapes[i]->name);
        assert_non_null(v);
        json_decref(v);
        buf_free(&out);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_article_line_says_what_the_document_holds), TEST(a_quote_line_is_named_by_its_span), TEST(a_reject_line_says_where_and_why),
        TEST(long_words_are_cut_between_characters_and_say_where_they_end), TEST(long_lists_end_with_a_count_of_what_is_left_out),
        TEST(a_delta_names_what_came_changed_and_went), TEST(a_line_that_is_not_of_its_shape_is_named), TEST(every_schema_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
