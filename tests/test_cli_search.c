/* test_cli_search.c - what a person types becomes a query that asks for just that, whatever is typed. */
#include "test.h"

#include <sqlite3.h>

#include "../services/cli/wanted.h"

static const struct { const char *name, *typed, *want; enum err err; } cases[] = {
    {"one word", "ferry", "((\"ferry\"))", OK},
    {"all words", "ferry  sandbank", "((\"ferry\" AND \"sandbank\"))", OK},
    {"AND is said already", "ferry AND sandbank", "((\"ferry\" AND \"sandbank\"))", OK},
    {"a phrase", "\"ran aground\" ferry", "((\"ran aground\" AND \"ferry\"))", OK},
    {"a beginning", "tram* line", "((\"tram\"* AND \"line\"))", OK},
    {"the beginning of a phrase", "\"tram li\"*", "((\"tram li\"*))", OK},
    {"not there", "ferry -pilot NOT \"sea wall\"", "((\"ferry\")) NOT \"pilot\" NOT \"sea wall\"", OK},
    {"either", "ferry pilot OR tram line", "((\"ferry\" AND \"pilot\") OR (\"tram\" AND \"line\"))", OK},
    {"OR at the ends says nothing", "OR ferry OR", "((\"ferry\"))", OK},
    {"a column", "outlet:\"Calder Evening\" name:Osei title:tram", "((outlet : \"Calder Evening\" AND names : \"Osei\" AND title : \"tram\"))", OK},
    {"another colon is a word's", "http://x.example", "((\"http://x.example\"))", OK},
    {"no syntax of SQLite's", "NEAR(a b) ^c {text}:d (e", "((\"NEAR(a\" AND \"b)\" AND \"^c\" AND \"{text}:d\" AND \"(e\"))", OK},
    {"an open quote", "\"half a phrase", "((\"half a phrase\"))", OK},
    {"signs alone are no words", "ferry -- & !", "((\"ferry\"))", OK},
    {"other scripts", "Київ 東京", "((\"Київ\" AND \"東京\"))", OK},
    {"nothing", "  ", NULL, ERR_EMPTY},
    {"only what must not be there", "-ferry", NULL, ERR_EMPTY},
};

static void every_way_of_asking_becomes_its_query(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = buf_make(4096);
        assert_err(wanted_query(slice_of(cases[i].typed), &out), cases[i].err, cases[i].name);
        if (cases[i].want != NULL) assert_slice(buf_slice(&out), cases[i].want);
        buf_free(&out);
    }
}

static void more_words_than_the_ceiling_are_refused(void **state)
{
    (void)state;
    struct buf typed = buf_make(4096), out = buf_make(4096);
    for (int i = 0; i <= WANTED_WORDS_MAX; i++) buf_str(&typed, "a ");
    assert_err(wanted_query(buf_slice(&typed), &out), ERR_TOO_BIG, "words");
    buf_free(&typed);
    buf_free(&out);
}

/* Random lines of the signs that mean something anywhere: SQLite takes each query that comes out. */
static void sqlite_takes_every_query(void **state)
{
    (void)state;
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    static const char signs[] = "ab \"\"*-:()^{}+.,'\\OR NOT AND title:outlet: \xC3\xA9";
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE VIRTUAL TABLE search USING fts5(title, text, names, outlet)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT rowid FROM search WHERE search MATCH ?", -1, &s, NULL), SQLITE_OK);
    uint32_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        char typed[48];
        size_t n = 0;
        for (; n < sizeof typed - 2; n++) {
            seed = seed * 1664525 + 1013904223;
            typed[n] = signs[(seed >> 16) % (sizeof signs - 3)]; /* whole characters */
        }
        struct buf out = buf_make(8192);
        enum err e = wanted_query((struct slice){typed, n}, &out);
        if (e == OK) {
            sqlite3_bind_text(s, 1, buf_cstr(&out), -1, SQLITE_TRANSIENT);
            int rc = sqlite3_step(s);
            if (rc != SQLITE_DONE) print_error("%.*s -> %s: %s\n", (int)n, typed, buf_cstr(&out), sqlite3_errmsg(db));
            assert_int_equal(rc, SQLITE_DONE);
            sqlite3_reset(s);
        } else {
            assert_err(e, ERR_EMPTY, "random");
        }
        buf_free(&out);
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_asking_becomes_its_query), cmocka_unit_test(more_words_than_the_ceiling_are_refused),
        cmocka_unit_test(sqlite_takes_every_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
