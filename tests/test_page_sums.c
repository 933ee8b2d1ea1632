/* test_page_sums.c - SQLite's pages with sums: one changed bit of any page is found, other programs read on, what had no sums gets them. */
#include "test.h"

#include <unistd.h>

#include "../libcommon/page_sums.h"

enum { ROWS = 400, PAGE = 4096 };
static char path[] = "/tmp/wd-page-sums-XXXXXX";

static int begin(void **state)
{
    (void)state;
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0;
}

static int end(void **state)
{
    (void)state;
    return unlink(path);
}

static void run(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) fail_msg("%s: %s", sql, why);
}

/* With records on pages of their own and deleted ones. */
static void fill(sqlite3 *db, const char *mode)
{
    char sql[600];
    snprintf(sql, sizeof sql, "PRAGMA journal_mode = %s; PRAGMA secure_delete = ON; CREATE TABLE t(id INTEGER PRIMARY KEY, word TEXT); CREATE INDEX w ON t(word);"
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO t SELECT i, hex(randomblob(iif(i %% 100 = 7, 9000, 60))) FROM n;"
             "DELETE FROM t WHERE id BETWEEN 100 AND 200", mode, ROWS);
    run(db, sql);
}

static int number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int n = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return n;
}

static bool whole(void)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    assert_int_equal(page_sums_open(path, &db, SQLITE_OPEN_READWRITE), SQLITE_OK);
    bool good = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW &&
        strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;
    sqlite3_finalize(s);
    sqlite3_close(db);
    return good;
}

static bool has_sums(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(page_sums_open(path, &db, SQLITE_OPEN_READONLY), SQLITE_OK);
    bool has = page_sums_there(db);
    sqlite3_close(db);
    return has;
}

static int rows_for_others(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    int n = number(db, "SELECT count(word) FROM t");
    sqlite3_close(db);
    return n;
}

static void flip(long at)
{
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    int c = fgetc(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_true(fputc(c ^ 16, f) != EOF);
    assert_int_equal(fclose(f), 0);
}

static void one_changed_bit_of_any_page_is_found(void **state)
{
    static const char *const modes[] = {"WAL", "DELETE"};
    (void)state;
    for (size_t m = 0; m < 2; m++) {
        sqlite3 *db = NULL;
        size_t size = 0, unseen = 0;
        assert_int_equal(truncate(path, 0), 0);
        assert_int_equal(page_sums_open(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE), SQLITE_OK);
        fill(db, modes[m]);
        size_t unused = (size_t)number(db, "PRAGMA freelist_count");
        sqlite3_close(db);
        assert_true(has_sums() && whole());
        assert_int_equal(rows_for_others(), ROWS - 101);
        free(read_whole(path, &size));
        for (size_t page = 0; page < size / PAGE; page++) {
            long at = (long)(page * PAGE + (page * 997 + 13) % PAGE);
            flip(at);
            unseen += whole();
            flip(at);
        }
        assert_true(size / PAGE > 20 + unused && whole());
        if (unseen > unused) fail_msg("%s: %zu pages of %zu, of which %zu are in no use", modes[m], unseen, size / PAGE, unused);
    }
}

static void what_had_no_sums_gets_them_when_it_is_written_anew(void **state)
{
    sqlite3 *db = NULL;
    (void)state;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    fill(db, "WAL");
    sqlite3_close(db);
    assert_false(has_sums());
    assert_true(whole());
    assert_int_equal(page_sums_open(path, &db, SQLITE_OPEN_READWRITE), SQLITE_OK);
    run(db, "INSERT INTO t VALUES(100, 'x')");
    run(db, "VACUUM");
    sqlite3_close(db);
    assert_true(has_sums() && whole());
    assert_int_equal(rows_for_others(), ROWS - 100);
    flip(3 * PAGE - PAGE / 2);
    assert_false(whole());
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(one_changed_bit_of_any_page_is_found),
        T(what_had_no_sums_gets_them_when_it_is_written_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
