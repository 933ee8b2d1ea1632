/* test_dayfile.c - the stream's files after a crash: whatever the disk kept of them, opening makes them the ledger's lines again. */
#include "test.h"

#include <fcntl.h>
#include <unistd.h>

#include "../libcommon/state.h"
#include "../services/report/dayfile.h"

enum { LINES = 40 };

struct scene {
    char folder[64], ledger_path[160], file[2][160];
    struct ledger *ledger;
    char *whole[2];
    size_t size[2];
};

static struct ledger *open_ledger(const char *path)
{
    struct ledger *l = NULL;
    char why[400];
    assert_err(ledger_open(path, &l, why, sizeof why), OK, path);
    return l;
}

static struct dayfile *open_files(struct scene *s)
{
    struct trouble t = {0};
    struct dayfile *f = dayfile_open(s->folder, NULL, s->ledger, &t);
    if (f == NULL) print_error("%s\n", t.line);
    return f;
}

/* Lines [first, last] of the day that begins with `day`. */
static void commit_lines(struct scene *s, const char *day, int first, int last)
{
    char text[2000];
    assert_err(ledger_begin(s->ledger), OK, "begin");
    for (int i = first; i <= last; i++) {
        int n = snprintf(text, sizeof text, "{\"v\":1,\"seq\":%d,\"words\":\"%0*d\"}", i, 100 + i * 13, i);
        struct ledger_line line = {(uint64_t)i, slice_of(day), SLICE("article"), SLICE("new"), SLICE("k"), {text, (size_t)n}};
        assert_err(ledger_add_line(s->ledger, &line), OK, text);
    }
    assert_err(ledger_commit(s->ledger), OK, "commit");
}

/* Half of the lines on one day, half on the next; the first three quarters are known to be on disk. */
static int set_up(void **state)
{
    static struct scene s; /* shared: one test at a time */
    snprintf(s.folder, sizeof s.folder, "/tmp/wd-dayfile-XXXXXX");
    assert_non_null(mkdtemp(s.folder));
    snprintf(s.ledger_path, sizeof s.ledger_path, "%s/ledger.db", s.folder);
    s.ledger = open_ledger(s.ledger_path);
    struct dayfile *f = open_files(&s);
    assert_non_null(f);
    commit_lines(&s, "2026-01-02", 1, LINES / 2);
    commit_lines(&s, "2026-01-03", LINES / 2 + 1, LINES * 3 / 4);
    assert_err(dayfile_follow(f, s.ledger), OK, "follow");
    assert_err(dayfile_sync(f, s.ledger), OK, "sync");
    commit_lines(&s, "2026-01-03", LINES * 3 / 4 + 1, LINES);
    assert_err(dayfile_follow(f, s.ledger), OK, "follow");
    dayfile_close(&f);
    for (int i = 0; i < 2; i++) {
        snprintf(s.file[i], sizeof s.file[i], "%s/2026-01-0%d.jsonl", s.folder, 2 + i);
        s.whole[i] = read_whole(s.file[i], &s.size[i]);
        assert_non_null(s.whole[i]);
    }
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    char path[200];
    ledger_close(&s->ledger);
    for (int i = 0; i < 2; i++) {
        free(s->whole[i]);
        (void)unlink(s->file[i]);
    }
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", s->ledger_path, ends[i]);
        (void)unlink(path);
    }
    return rmdir(s->folder);
}

static void assert_mended(struct scene *s)
{
    struct dayfile *f = open_files(s);
    assert_non_null(f);
    dayfile_close(&f);
    for (int i = 0; i < 2; i++) {
        size_t n;
        char *now = read_whole(s->file[i], &n);
        assert_non_null(now);
        assert_int_equal(n, s->size[i]);
        assert_memory_equal(now, s->whole[i], n);
        free(now);
    }
}

static void overwrite(const char *path, size_t at, const void *bytes, size_t n)
{
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, n, (off_t)at), n);
    close(fd);
}

static void any_sector_may_be_missing_behind_the_mark(void **state)
{
    static const char zeros[512];
    struct scene *s = *state;
    for (size_t at = s->size[1] * 3 / 4; at < s->size[1]; at += 512) {
        overwrite(s->file[1], at, zeros, s->size[1] - at < 512 ? s->size[1] - at : 512);
        assert_mended(s);
    }
}

static void any_size_may_have_come_to_the_disk(void **state)
{
    struct scene *s = *state;
    for (size_t n = 0; n < s->size[1]; n += 97) {
        assert_int_equal(truncate(s->file[1], (off_t)n), 0);
        assert_mended(s);
    }
}

static void the_newest_file_may_never_have_been(void **state)
{
    struct scene *s = *state;
    assert_int_equal(unlink(s->file[1]), 0);
    assert_mended(s);
}

static void what_was_on_disk_is_not_read_again(void **state)
{
    struct scene *s = *state;
    overwrite(s->file[1], 30, "X", 1);
    struct dayfile *f = open_files(s);
    assert_non_null(f);
    dayfile_close(&f);
    size_t n;
    char *now = read_whole(s->file[1], &n);
    assert_int_equal(n, s->size[1]);
    assert_int_equal(now[30], 'X');
    free(now);
}

static void a_mark_that_does_not_fit_counts_for_nothing(void **state)
{
    static const char zeros[512];
    struct scene *s = *state;
    assert_err(ledger_begin(s->ledger), OK, "begin");
    assert_err(ledger_put_meta(s->ledger, SLICE("filed_size"), s->size[1] - 1), OK, "put");
    assert_err(ledger_commit(s->ledger), OK, "commit");
    overwrite(s->file[1], 700, zeros, sizeof zeros);
    assert_mended(s);
}

static void a_line_that_the_ledger_has_otherwise_is_not_touched(void **state)
{
    struct scene *s = *state;
    struct trouble t = {0};
    overwrite(s->file[1], s->size[1] - 4, "7", 1);
    assert_null(dayfile_open(s->folder, NULL, s->ledger, &t));
    assert_int_equal(t.status, 64);
    assert_non_null(strstr(t.line, "has a line 40"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_sector_may_be_missing_behind_the_mark, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_size_may_have_come_to_the_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_newest_file_may_never_have_been, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_on_disk_is_not_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_mark_that_does_not_fit_counts_for_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_that_the_ledger_has_otherwise_is_not_touched, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
