/* test_ledger_steps.c - a ledger of each earlier version is brought up to date when it is opened, and nothing in it is lost. */
#include "test.h"

#include <unistd.h>

#include "../libcommon/page_sums.h"
#include "../services/report/ledger_sql.h"

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    if (rc != SQLITE_OK) print_error("%s: %s\n", sql, sqlite3_errmsg(db));
    assert_int_equal(rc, SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return n;
}

static void make(const char *path, int version)
{
    sqlite3 *db = NULL;
    char done[64];
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_err(ledger_functions(db), OK, "functions");
    for (int v = 0; v < version; v++) assert_int_equal(sqlite3_exec(db, ledger_steps[v], NULL, NULL, NULL), SQLITE_OK);
    snprintf(done, sizeof done, "PRAGMA user_version = %d", version);
    assert_int_equal(sqlite3_exec(db, done, NULL, NULL, NULL), SQLITE_OK);
    const char *table = version < 2 ? "stories" : "story_rows";
    char row[600];
    snprintf(row, sizeof row, "INSERT INTO %s(id, state, rev, opened, updated, title, line_seq) VALUES('S1', 2, 3, 1000, 2000, 'A title', 1);"
             "INSERT INTO stream(seq, day, type, op, id, line) VALUES(1, '2026-01-02', 'story', 'new', 'S1', '{}');"
             "INSERT INTO documents(id, key, outcome, accepted, written, published) VALUES(1, 'k', 1, 1000, 1000, '1970-01-01');"
             "INSERT INTO names(document, ord, name, type, n, spans) VALUES(1, 0, 'Ana Vos', 'person', 1, '[]'), (1, 1, 'Orn', 'person', 1, '[]')", table);
    assert_int_equal(sqlite3_exec(db, row, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void every_earlier_version_is_brought_up(void **state)
{
    (void)state;
    for (int version = 1; version <= LEDGER_VERSION; version++) {
        char folder[] = "/tmp/wd-steps-XXXXXX", path[80], why[400];
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/ledger.db", folder);
        make(path, version);
        struct ledger *l = NULL;
        if (version < LEDGER_VERSION) assert_err(ledger_open_reader(path, &l, why, sizeof why), ERR_VERSION, "a reader does not change it");
        assert_err(ledger_open(path, &l, why, sizeof why), OK, why);
        assert_true(ledger_next_seq(l) == 2);
        assert_true(page_sums_there(l->db));
        assert_true(number(l->db, "PRAGMA user_version") == LEDGER_VERSION);
        struct arena *mem = arena_create(1 << 16);
        struct ledger_story s;
        bool found = false;
        assert_err(ledger_story(l, SLICE("S1"), mem, &s, &found), OK, "story");
        assert_true(found && s.state == STORY_MERGED && s.rev == 3);
        assert_true(number(l->db, "SELECT count(*) FROM stories WHERE id = 'S1' AND state = 'merged' AND opened = '1970-01-01T00:00:01.000Z'") == 1);
        if (version < 3) { /* names of earlier versions have their ids, and are known to the days */
            assert_true(number(l->db, "SELECT count(*) FROM entities WHERE id IS NOT NULL AND name = 'Ana Vos'") == 1);
            assert_true(number(l->db, "SELECT count(*) FROM entities WHERE id IS NULL AND name = 'Orn'") == 1);
            assert_true(number(l->db, "SELECT count(*) FROM bearers WHERE day = 0 AND form = 'vos' AND name = 'Ana Vos'") == 1);
        }
        arena_destroy(&mem);
        ledger_close(&l);
        unlink(path);
        assert_int_equal(rmdir(folder), 0);
    }
}

/* What README and `wiredesk export --help` promise to SQL tools. */
static void the_documented_views_have_their_columns(void **state)
{
    (void)state;
    static const struct { const char *view, *columns; } views[] = {
        {"articles", "key, name, title, title_basis, outlet, outlet_basis, url, byline, published, published_basis, lang, stub, bytes, verdict, of,"
                     " agency, similarity, story, outcome, accepted, text"},
        {"entities", "name, type, articles, mentions, id, forms"}, {"mentions", "article, name, type, b, e, entity"},
        {"aliases", "id, name, type, articles, mentions"},
        {"quotes", "article, outlet, b, e, kind, speaker, holder, cue, words, score, same_as, story"},
        {"stories", "id, storyline, state, into_story, rev, title, n_articles, n_outlets, n_independent, opened, updated, line_seq"},
        {"facts", "story, ord, kind, slot, subject, value, n, spans"}, {"conflicts", "id, story, level, slot, open, body"},
        {"rejects", "key, name, source, stage, error, detail, accepted"}, {"outcomes", "instance, seq, key, outcome"},
        {"stream", "seq, day, type, op, id, line"},
    };
    char folder[] = "/tmp/wd-views-XXXXXX", path[80], why[400], sql[600];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/ledger.db", folder);
    struct ledger *l = NULL;
    assert_err(ledger_open(path, &l, why, sizeof why), OK, why);
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT %s FROM %s)", views[i].columns, views[i].view);
        assert_true(number(l->db, sql) == 0);
        snprintf(sql, sizeof sql, "SELECT count(*) FROM pragma_table_info('%s')", views[i].view);
        int64_t columns = 1;
        for (const char *p = views[i].columns; *p != '\0'; p++) columns += *p == ',';
        assert_int_equal(number(l->db, sql), columns);
    }
    ledger_close(&l);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_earlier_version_is_brought_up), cmocka_unit_test(the_documented_views_have_their_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
