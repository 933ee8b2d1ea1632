/* test_json_read.c - what simdjson reads is what jansson reads, and it leaves to jansson what it does not. */
#include "test.h"

#include "../libcommon/json_read.h"

static const struct {
    const char *name, *text;
    bool read; /* by json_read(); what it leaves alone jansson refuses too, but where `left` says why not */
    const char *left;
} cases[] = {
    {"object", "{\"text\":\"a b\",\"n\":[1,2.5,true,false,null]}", true, NULL},
    {"text alone", "\"a\"", true, NULL},
    {"blank around", " \t{ }\r\n", true, NULL},
    {"the last of equal names holds", "{\"a\":1,\"a\":2}", true, NULL},
    {"NUL in a text", "\"a\\u0000b\"", true, NULL},
    {"escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", true, NULL},
    {"a pair of surrogates", "\"\\ud83d\\ude00\"", true, NULL},
    {"the widest integer", "9223372036854775807", true, NULL},
    {"the widest negative integer", "-9223372036854775808", true, NULL},
    {"minus nought", "-0", true, NULL},
    {"reals", "[1.0,1E2,-0.0,1e-999,0.1,123456.789e3]", true, NULL},
    {"31 deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", true, NULL},
    {"40 deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", false, "the caller's ceiling is lower"},
    {"NUL in a name", "{\"a\\u0000b\":1}", false, NULL},
    {"half a pair", "\"\\ud800\"", false, NULL},
    {"the other half", "\"\\udc00\"", false, NULL},
    {"halves the wrong way round", "\"\\udc00\\ud800\"", false, NULL},
    {"an encoded surrogate", "\"\xED\xA0\x80\"", false, NULL},
    {"an overlong form", "\"\xC0\xAF\"", false, NULL},
    {"an integer too wide", "9223372036854775808", false, NULL},
    {"an integer far too wide", "123456789012345678901234567890", false, NULL},
    {"a real too large", "1e999", false, NULL},
    {"a leading nought", "01", false, NULL},
    {"a comma too many", "[1,]", false, NULL},
    {"a word cut short", "nul", false, NULL},
    {"something behind it", "{}x", false, NULL},
    {"a byte order mark", "\xEF\xBB\xBF{}", false, NULL},
    {"a bare control character", "\"\t\"", false, NULL},
    {"an open text", "\"a", false, NULL},
    {"nothing", "", false, NULL},
};

static void test_it_reads_what_jansson_reads(void **state)
{
    (void)state;
    struct json_reader *r = json_reader_create(32);
    assert_non_null(r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice text = slice_of(cases[i].text);
        json_t *got = json_read(r, text, 0), *want = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
        if ((got != NULL) != cases[i].read) fail_msg("%s: %s", cases[i].name, got ? "read" : "not read");
        if (got == NULL && want != NULL && cases[i].left == NULL) fail_msg("%s: jansson reads it", cases[i].name);
        if (got != NULL && !json_equal(got, want)) fail_msg("%s: not the same value", cases[i].name);
        json_decref(got);
        json_decref(want);
    }
    json_reader_destroy(&r);
    assert_null(r);
}

static void test_a_text_over_the_ceiling_is_left_alone(void **state)
{
    (void)state;
    struct json_reader *r = json_reader_create(32);
    char *text = malloc(JSON_READ_MAX + 1);
    assert_non_null(text);
    for (size_t n = JSON_READ_MAX; n <= JSON_READ_MAX + 1; n++) {
        memset(text, 'a', n);
        text[0] = text[n - 1] = '"';
        json_t *v = json_read(r, (struct slice){text, n}, 0);
        assert_true((v != NULL) == (n <= JSON_READ_MAX));
        if (v) assert_int_equal(json_string_length(v), n - 2);
        json_decref(v);
    }
    free(text);
    json_reader_destroy(&r);
}

static void test_equal_names_are_refused_where_asked(void **state)
{
    (void)state;
    static const struct { const char *text; bool read; } rows[] = {
        {"{\"a\":1,\"a\":1}", false}, {"{\"a\":1,\"b\":2,\"a\":3}", false}, {"[{\"x\":{\"a\":1,\"a\":2}}]", false}, {"{\"a\":1,\"\\u0061\":2}", false},
        {"{\"a\":1,\"b\":{\"a\":2}}", true}, {"[{\"a\":1},{\"a\":1}]", true}, {"{}", true},
    };
    struct json_reader *r = json_reader_create(32);
    assert_non_null(r);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *v = json_read(r, slice_of(rows[i].text), JSON_REJECT_DUPLICATES);
        json_t *want = json_loads(rows[i].text, JSON_REJECT_DUPLICATES, NULL);
        if ((v != NULL) != rows[i].read || !json_equal(v, want) != !rows[i].read) fail_msg("%s", rows[i].text);
        json_decref(v);
        json_decref(want);
    }
    json_reader_destroy(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_reads_what_jansson_reads),
        cmocka_unit_test(test_a_text_over_the_ceiling_is_left_alone),
        cmocka_unit_test(test_equal_names_are_refused_where_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
