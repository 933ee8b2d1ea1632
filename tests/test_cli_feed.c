/* test_cli_feed.c - what `wiredesk feed` reads, cuts, names, waits for and keeps until it is answered. */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../proto/feed.h"
#include "../services/cli/paths.h"
#include "../services/cli/pieces.h"
#include "../services/cli/tally.h"
#include "../services/cli/watch.h"
#include "../services/cli/window.h"

static char folder[] = "/tmp/wiredesk-test-XXXXXX";

static const char *place(const char *name)
{
    static char path[2][300];
    static int turn;
    turn ^= 1;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void write_file(const char *name, const char *bytes, size_t n)
{
    FILE *f = fopen(place(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

/* --- pieces --- */

/* Reads all pieces of a file into one buffer, each closed by '|'; returns the first error and goes on behind it where it may. */
static enum err read_all(const char *name, enum pieces_how how, size_t size, size_t most, struct buf *all)
{
    struct pieces *p;
    struct piece piece = {.body = buf_make(1 << 20)};
    bool more = true;
    enum err first = pieces_open(place(name), -1, how, size, &p);
    assert_int_equal(first, OK);
    for (int calls = 0; calls < 1000 && more; calls++) {
        enum err e = pieces_next(p, most, &piece, &more);
        if (first == OK) first = e;
        if (e == OK && more) buf_printf(all, "%llu:%.*s|", (unsigned long long)piece.line, (int)piece.body.len, piece.body.ptr);
        if (e != OK) more = true; /* the end comes as OK without more */
    }
    assert_false(more);
    pieces_close(&p);
    buf_free(&piece.body);
    return first;
}

static const struct {
    const char *name, *file, *in;
    enum pieces_how how;
    size_t size, most;
    enum err want;
    const char *out;
} cuts[] = {
    {"a text goes whole", "a.txt", "one\ntwo\n", PIECES_GUESS, 4, 100, OK, "0:one\ntwo\n|"},
    {"an empty file goes too, so that ingest can refuse it", "a.txt", "", PIECES_GUESS, 4, 100, OK, "0:|"},
    {"a text over the ceiling is refused", "a.txt", "one\ntwo\n", PIECES_GUESS, 4, 7, ERR_TOO_BIG, ""},
    {"what begins with a brace and is too large is cut", "a.dat", "{1}\n{2}\n{3}\n", PIECES_GUESS, 4, 9, OK, "1:{1}\n|2:{2}\n|3:{3}\n|"},
    {"lines by their name", "a.jsonl", "{1}\n{2}\n{3}\n", PIECES_GUESS, 1, 100, OK, "1:{1}\n|2:{2}\n|3:{3}\n|"},
    {"lines are gathered up to the size", "a.ndjson", "{1}\n{2}\n{3}\n", PIECES_GUESS, 5, 100, OK, "1:{1}\n{2}\n|3:{3}\n|"},
    {"all fits in one piece", "a.jsonl", "{1}\n{2}", PIECES_GUESS, 100, 100, OK, "1:{1}\n{2}|"},
    {"the last line lacks its end", "a.jsonl", "{1}\n{2}", PIECES_GUESS, 4, 100, OK, "1:{1}\n|2:{2}|"},
    {"white space alone is no piece", "a.jsonl", "\n \n{1}\n\n\n", PIECES_GUESS, 1, 100, OK, "3:{1}\n|"},
    {"no lines, no pieces", "a.jsonl", "", PIECES_GUESS, 1, 100, OK, ""},
    {"lines because it was said", "a.txt", "{1}\n{2}\n", PIECES_LINES, 1, 100, OK, "1:{1}\n|2:{2}\n|"},
    {"whole because it was said", "a.jsonl", "{1}\n{2}\n", PIECES_WHOLE, 1, 100, OK, "0:{1}\n{2}\n|"},
    {"one line over the ceiling is left out", "a.jsonl", "{1}\n{22222222}\n{3}\n", PIECES_GUESS, 4, 8, ERR_TOO_BIG, "1:{1}\n|3:{3}\n|"},
    {"a long line never drags a piece over the ceiling", "a.jsonl", "{1}\n{2222}\n", PIECES_GUESS, 5, 8, OK, "1:{1}\n|2:{2222}\n|"},
    {"the last line is over the ceiling", "a.jsonl", "{1}\n{22222222}", PIECES_GUESS, 4, 8, ERR_TOO_BIG, "1:{1}\n|"},
};

static void files_are_cut_at_line_ends_and_nowhere_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct buf all = buf_make(1 << 16);
        write_file(cuts[i].file, cuts[i].in, strlen(cuts[i].in));
        assert_err(read_all(cuts[i].file, cuts[i].how, cuts[i].size, cuts[i].most, &all), cuts[i].want, cuts[i].name);
        assert_slice(buf_slice(&all), cuts[i].out);
        buf_free(&all);
        unlink(place(cuts[i].file));
    }
}

static void packed_lines_are_unpacked_and_damage_is_named(void **state)
{
    (void)state;
    struct buf all = buf_make(16 << 20);
    gzFile gz = gzopen(place("b.jsonl.gz"), "wb");
    for (int i = 0; i < 50000; i++) assert_true(gzprintf(gz, "{\"n\":%d}\n", i * 7919 % 50021) > 0);
    gzclose(gz);
    assert_int_equal(read_all("b.jsonl.gz", PIECES_GUESS, 4096, 1 << 19, &all), OK);
    assert_true(slice_starts(buf_slice(&all), SLICE("1:{\"n\":0}\n{\"n\":7919}\n")));
    size_t lines = 0;
    for (size_t i = 0; i < all.len; i++) lines += all.ptr[i] == '\n';
    assert_int_equal(lines, 50000);
    struct stat st;
    assert_int_equal(stat(place("b.jsonl.gz"), &st), 0);
    assert_int_equal(truncate(place("b.jsonl.gz"), st.st_size / 2), 0);
    buf_clear(&all);
    assert_int_equal(read_all("b.jsonl.gz", PIECES_GUESS, 4096, 1 << 19, &all), ERR_MALFORMED);
    assert_true(all.len > 0);
    unlink(place("b.jsonl.gz"));
    buf_free(&all);
}

#define WARC(length, block) "WARC/1.0\r\nContent-Length: " length "\r\n\r\n" block "\r\n\r\n"
#define A WARC("1", "a")
#define B WARC("2", "bb")
#define LONG WARC("60", "123456789 123456789 123456789 123456789 123456789 123456789 ")
#define LYING WARC("70", "it says that it is longer")

static const struct { const char *name, *in; enum pieces_how how; size_t size, most; enum err want; const char *out; } warcs[] = {
    {"a record a piece", A B A, PIECES_GUESS, 1, 200, OK, "0@0:" A "|1@36:" B "|2@73:" A "|"},
    {"records are gathered up to the size", A B A, PIECES_GUESS, 41, 200, OK, "0@0:" A B "|2@73:" A "|"},
    {"what is over the ceiling is left out alone", A LONG B, PIECES_GUESS, 1, 80, ERR_TOO_BIG, "0@0:" A "|2@132:" B "|"},
    {"the last is over the ceiling", A LONG, PIECES_GUESS, 1, 80, ERR_TOO_BIG, "0@0:" A "|"},
    {"a wrong length ends at the next record", LYING B A, PIECES_GUESS, 1, 200, OK, "0@0:" LYING "|1@61:" B "|2@98:" A "|"},
    {"also where it points behind the ceiling", "WARC/1.0\r\nContent-Length: 9999\r\n\r\nx\r\n\r\n" LONG, PIECES_GUESS, 1, 110, ERR_TOO_BIG, "1@39:" LONG "|"},
    {"the end is handed out as it is", A "WARC/1.0\r\nContent-L", PIECES_GUESS, 1, 200, OK, "0@0:" A "|1@36:WARC/1.0\r\nContent-L|"},
    {"junk goes up to the next record", "junk\n" A, PIECES_GUESS, 1, 200, OK, "0@0:junk\n|1@5:" A "|"},
    {"whole because it was said", A B, PIECES_WHOLE, 1, 200, OK, "0@0:" A B "|"},
};

static enum err read_records(const char *name, enum pieces_how how, size_t size, size_t most, struct buf *all)
{
    struct pieces *p;
    struct piece piece = {.body = buf_make(1 << 20)};
    bool more = true;
    enum err first = pieces_open(place(name), -1, how, size, &p);
    assert_int_equal(first, OK);
    for (int calls = 0; calls < 10000 && more; calls++) {
        enum err e = pieces_next(p, most, &piece, &more);
        if (first == OK) first = e;
        if (e == OK && more) buf_printf(all, "%llu@%llu:%.*s|", (unsigned long long)piece.records, (unsigned long long)piece.bytes, (int)piece.body.len, piece.body.ptr);
        if (e == ERR_TOO_BIG) more = true;
    }
    assert_false(more);
    pieces_close(&p);
    buf_free(&piece.body);
    return first;
}

static void a_warc_is_cut_at_its_records_which_are_counted_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof warcs / sizeof *warcs; i++) {
        struct buf all = buf_make(1 << 16);
        write_file("a.warc", warcs[i].in, strlen(warcs[i].in));
        assert_err(read_records("a.warc", warcs[i].how, warcs[i].size, warcs[i].most, &all), warcs[i].want, warcs[i].name);
        if (!slice_eq(buf_slice(&all), slice_of(warcs[i].out))) fail_msg("%s: %.*s", warcs[i].name, (int)all.len, all.ptr);
        buf_free(&all);
    }
    unlink(place("a.warc"));
}

static void a_warc_of_a_gzip_member_a_record_is_unpacked_and_damage_costs_only_what_is_behind_it(void **state)
{
    (void)state;
    struct buf all = buf_make(4 << 20);
    unlink(place("c.warc.gz"));
    for (int i = 0; i < 200; i++) {
        gzFile gz = gzopen(place("c.warc.gz"), "ab");
        assert_true(gzputs(gz, i % 2 ? A : B) > 0);
        gzclose(gz);
    }
    assert_int_equal(read_records("c.warc.gz", PIECES_GUESS, 400, 4000, &all), OK);
    size_t records = 0;
    for (size_t i = 0; (i = slice_find(buf_slice(&all), SLICE("WARC/"), i)) != SIZE_MAX; i++) records++;
    assert_int_equal(records, 200);
    assert_true(slice_find(buf_slice(&all), SLICE("|11@402:"), 0) != SIZE_MAX);
    struct stat st;
    assert_int_equal(stat(place("c.warc.gz"), &st), 0);
    assert_int_equal(truncate(place("c.warc.gz"), st.st_size - 5), 0);
    buf_clear(&all);
    assert_int_equal(read_records("c.warc.gz", PIECES_GUESS, 400, 4000, &all), ERR_MALFORMED);
    assert_true(slice_find(buf_slice(&all), SLICE("|187@"), 0) != SIZE_MAX);
    unlink(place("c.warc.gz"));
    buf_free(&all);
}

static void a_bad_line_is_taken_out_and_the_others_keep_their_numbers(void **state)
{
    (void)state;
    struct piece piece = {.body = buf_make(100), .line = 10};
    uint64_t line = 0;
    assert_int_equal(buf_str(&piece.body, "{1}\nbad\n{3}\nworse"), OK);
    assert_true(piece_drop_line(&piece, 5, &line));
    assert_int_equal(line, 11);
    assert_slice(buf_slice(&piece.body), "{1}\n\n{3}\nworse");
    assert_true(piece_drop_line(&piece, 9, &line));
    assert_int_equal(line, 13);
    assert_slice(buf_slice(&piece.body), "{1}\n\n{3}\n");
    assert_false(piece_drop_line(&piece, 9, &line));
    piece.line = 0;
    assert_false(piece_drop_line(&piece, 0, &line));
    buf_free(&piece.body);
}

/* --- names --- */

static const struct { const char *in, *out; } ids[] = {
    {"a.txt", "a.txt"},       {"./a//b/../c", "a/b/../c"}, {"../../seeds/a.txt", "seeds/a.txt"}, {"/srv/news/a.txt", "srv/news/a.txt"},
    {"-", "-"},               {"gr\xC3\xBC\xC3\x9F.txt", "gr\xC3\xBC\xC3\x9F.txt"},              {"caf\xE9.txt", "caf%E9.txt"},
    {".../x", ".../x"},
};

static void ids_are_relative_clean_utf8(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct buf out = buf_make(100);
        assert_int_equal(feed_id(ids[i].in, &out), OK);
        assert_slice(buf_slice(&out), ids[i].out);
        buf_free(&out);
    }
}

static void unread(void *self, const char *at, int error)
{
    (void)at, (void)error;
    ++*(int *)self;
}

static void a_folder_is_walked_in_the_order_of_names_without_what_is_hidden_or_unfinished(void **state)
{
    (void)state;
    static const char *const folders[] = {"walk", "walk/sub", "walk/.git"};
    static const char *const files[] = {"walk/b.txt", "walk/a.txt", "walk/.hidden", "walk/c.part", "walk/sub/d.txt", "walk/.git/x"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) assert_int_equal(mkdir(place(folders[i]), 0700), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) write_file(files[i], "x", 1);
    struct paths p = {0};
    int missed = 0;
    assert_int_equal(symlink("nowhere", place("walk/broken.txt")), 0);
    assert_int_equal(symlink("..", place("walk/sub/loop")), 0);
    assert_int_equal(paths_add(&p, place("walk"), place("walk"), unread, &missed), OK);
    assert_int_equal(p.len, 3);
    assert_string_equal(p.ptr[0].id, "a.txt");
    assert_string_equal(p.ptr[1].id, "b.txt");
    assert_string_equal(p.ptr[2].id, "sub/d.txt");
    assert_int_equal(missed, 1);
    assert_int_equal(paths_add(&p, place("walk/.hidden"), NULL, unread, &missed), OK);
    assert_int_equal(p.len, 4);
    assert_int_equal(paths_add(&p, place("walk/none"), NULL, unread, &missed), ERR_IO);
    paths_free(&p);
}

/* --- watching --- */

static void a_watched_file_is_fed_once_when_it_is_whole_and_again_when_it_changed(void **state)
{
    (void)state;
    struct watched w = {0};
    struct seen half = {10, 1, 100}, whole = {20, 1, 200}, empty = {0, 1, 300};
    assert_false(watched_ready(&w, &half, WRITERS_UNKNOWN, 1000));
    assert_false(watched_ready(&w, &half, WRITERS_UNKNOWN, 1999));
    assert_false(watched_ready(&w, &whole, WRITERS_UNKNOWN, 2000)); /* it grew: the second begins anew */
    assert_false(watched_ready(&w, &whole, WRITERS_UNKNOWN, 2500));
    assert_true(watched_ready(&w, &whole, WRITERS_UNKNOWN, 3000));
    assert_false(watched_ready(&w, &whole, WRITERS_UNKNOWN, 9000));
    assert_false(watched_ready(&w, &half, WRITERS_NONE, 9500));
    assert_true(watched_ready(&w, &half, WRITERS_NONE, 9600)); /* nobody writes: no need to wait for long */
    assert_false(watched_ready(&w, &whole, WRITERS_SOME, 10000));
    assert_false(watched_ready(&w, &whole, WRITERS_SOME, 20000)); /* somebody still may */
    assert_true(watched_ready(&w, &whole, WRITERS_SOME, 41000));
    assert_false(watched_ready(&w, &empty, WRITERS_NONE, 42000));
    assert_false(watched_ready(&w, &empty, WRITERS_NONE, 99000)); /* nothing in it yet */
}

static void a_folder_in_which_a_file_is_being_written_waits_for_its_writer(void **state)
{
    (void)state;
    struct watch w = {0};
    struct paths ready = {0};
    assert_int_equal(watch_look(&w, place("inbox"), 1000, &ready), OK); /* not there yet */
    assert_int_equal(mkdir(place("inbox"), 0700), 0);
    write_file("inbox/done.txt", "done", 4);
    int fd = open(place("inbox/half.txt"), O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "half", 4), 4);
    assert_int_equal(watch_look(&w, place("inbox"), 2000, &ready), OK);
    assert_int_equal(ready.len, 0);
    assert_int_equal(watch_look(&w, place("inbox"), 3100, &ready), OK);
    assert_int_equal(ready.len, 1);
    assert_string_equal(ready.ptr[0].id, "done.txt");
    assert_int_equal(close(fd), 0);
    assert_int_equal(watch_look(&w, place("inbox"), 3600, &ready), OK);
    assert_int_equal(ready.len, 2);
    assert_string_equal(ready.ptr[1].id, "half.txt");
    assert_int_equal(watch_look(&w, place("inbox"), 9000, &ready), OK);
    assert_int_equal(ready.len, 2);
    watch_free(&w);
    paths_free(&ready);
}

/* --- the window --- */

static struct request *put(struct window *w, const char *body)
{
    struct request *r = window_room(w);
    if (r == NULL) return NULL;
    assert_int_equal(buf_str(&r->piece.body, body), OK);
    window_put(w, r);
    return r;
}

static void the_window_holds_so_many_requests_and_bytes(void **state)
{
    (void)state;
    struct window w;
    assert_int_equal(window_make(&w, 3, 10), OK);
    struct request *a = put(&w, "12345"), *b = put(&w, "123456");
    assert_non_null(b);
    assert_null(put(&w, "1")); /* 11 bytes are held */
    window_done(&w, a);
    assert_non_null(put(&w, "1"));
    assert_non_null(put(&w, "1"));
    assert_null(put(&w, "1")); /* three are held */
    window_free(&w);
}

static void a_break_sends_again_what_was_sent_oldest_first(void **state)
{
    (void)state;
    struct window w;
    uint64_t wait;
    assert_int_equal(window_make(&w, 4, 1000), OK);
    struct request *a = put(&w, "a"), *b = put(&w, "b"), *c = put(&w, "c");
    assert_ptr_equal(window_due(&w, 5, &wait), a);
    a->state = b->state = REQUEST_SENT;
    uint64_t ref = a->ref;
    assert_ptr_equal(window_due(&w, 5, &wait), c);
    c->state = REQUEST_SENT;
    assert_null(window_due(&w, 5, &wait));
    assert_true(wait == UINT64_MAX);
    window_done(&w, b);
    assert_int_equal(window_broken(&w, 7), 2);
    assert_ptr_equal(window_due(&w, 7, &wait), a);
    assert_ptr_equal(window_find(&w, ref), a);
    window_done(&w, a);
    assert_null(window_find(&w, ref)); /* the second answer to it finds nobody */
    window_free(&w);
}

static void busy_holds_everybody_back_and_doubles_up_to_five_seconds(void **state)
{
    (void)state;
    struct window w;
    uint64_t wait, now = 1000;
    assert_int_equal(window_make(&w, 4, 1000), OK);
    struct request *a = put(&w, "a"), *b = put(&w, "b");
    a->state = REQUEST_SENT;
    assert_int_equal(window_busy(&w, a, 50, now), 50);
    assert_null(window_due(&w, now + 49, &wait));
    assert_int_equal(wait, 1);
    assert_ptr_equal(window_due(&w, now + 50, &wait), a);
    assert_int_equal(window_busy(&w, a, 50, now), 100);
    for (int i = 0; i < 20; i++) window_busy(&w, a, 50, now);
    assert_int_equal(window_busy(&w, a, 50, now), 5000);
    assert_null(window_due(&w, now + 4999, &wait));
    window_again(&w, a);
    assert_ptr_equal(window_due(&w, now, &wait), a);
    assert_true(a->ref > b->ref);
    window_free(&w);
}

/* --- telling --- */

static void the_summary_says_what_was_refused_and_why(void **state)
{
    (void)state;
    struct tally t = {.files = 3, .files_done = 3, .documents = 1, .bytes = 15600};
    struct buf out = buf_make(1000);
    tally_refuse(&t, SLICE("malformed"));
    tally_refuse(&t, SLICE("empty"));
    tally_refuse(&t, SLICE("malformed"));
    tally_summary(&t, 250, &out);
    assert_slice(buf_slice(&out), "accepted 1 document (15.6 KB) from 3 files in 0.25 s\nrefused 3: 2 malformed, 1 empty\n");
    buf_clear(&out);
    for (int i = 0; i < 40; i++) {
        char name[8];
        snprintf(name, sizeof name, "e%d", i);
        tally_refuse(&t, slice_of(name));
    }
    tally_summary(&t, 2000, &out);
    assert_true(slice_ends(buf_slice(&out), SLICE(", 1 e20, 19 other\n")));
    buf_clear(&out);
    tally_progress(&t, 1000, 30, &out);
    assert_slice(buf_slice(&out), "[####################] 3/3 fil");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_cut_at_line_ends_and_nowhere_else),
        cmocka_unit_test(packed_lines_are_unpacked_and_damage_is_named),
        cmocka_unit_test(a_warc_is_cut_at_its_records_which_are_counted_on),
        cmocka_unit_test(a_warc_of_a_gzip_member_a_record_is_unpacked_and_damage_costs_only_what_is_behind_it),
        cmocka_unit_test(a_bad_line_is_taken_out_and_the_others_keep_their_numbers),
        cmocka_unit_test(ids_are_relative_clean_utf8),
        cmocka_unit_test(a_folder_is_walked_in_the_order_of_names_without_what_is_hidden_or_unfinished),
        cmocka_unit_test(a_watched_file_is_fed_once_when_it_is_whole_and_again_when_it_changed),
        cmocka_unit_test(a_folder_in_which_a_file_is_being_written_waits_for_its_writer),
        cmocka_unit_test(the_window_holds_so_many_requests_and_bytes),
        cmocka_unit_test(a_break_sends_again_what_was_sent_oldest_first),
        cmocka_unit_test(busy_holds_everybody_back_and_doubles_up_to_five_seconds),
        cmocka_unit_test(the_summary_says_what_was_refused_and_why),
    };
    if (mkdtemp(folder) == NULL) return 75;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? failed : 75;
}
