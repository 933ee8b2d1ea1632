/* test_cli_tail.c - what tail shows: every line once and in order, and the stream as people read it. */
#include "test.h"

#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>

#include "../services/cli/balance.h"
#include "../services/cli/stream.h"
#include "../services/cli/view.h"

/* --- order --- */

static void a_cursor_takes_the_next_line_only_and_knows_when_some_are_missing(void **state)
{
    static const struct { uint64_t seq; bool taken, behind; } cases[] = {
        {5, true, false}, {5, false, false}, {4, false, false}, {8, false, true}, {6, true, true}, {7, true, true}, {8, true, false}, {9, true, false},
    };
    struct cursor c = {.next = 5};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cursor_take(&c, cases[i].seq), cases[i].taken);
        assert_int_equal(cursor_behind(&c), cases[i].behind);
    }
    struct cursor unknown = {0};
    assert_false(cursor_take(&unknown, 7));
    assert_false(cursor_behind(&unknown));
}

static void a_line_has_its_number_near_its_beginning_or_none(void **state)
{
    static const struct { const char *line; uint64_t seq; } cases[] = {
        {"{\"v\":1,\"seq\":42,\"ts\":\"x\"}", 42}, {"{\"seq\":1}", 1}, {"", 0}, {"[1]", 0}, {"{\"v\":1}", 0}, {"{\"seq\":-1}", 0},
        {"{\"seq\":99999999999999999999999}", 0},
        {"{\"a\":\"0123456789012345678901234567890123456789012345678901234567890123456789\",\"seq\":7}", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_int_equal(stream_seq(slice_of(cases[i].line)), cases[i].seq);
}

static int append(void *to, const char *bytes, size_t n)
{
    return buf_add(to, bytes, n) == OK ? 0 : -1;
}

static void pack_text(msgpack_packer *p, const char *s)
{
    msgpack_pack_str(p, strlen(s));
    msgpack_pack_str_body(p, s, strlen(s));
}

static enum err collect(void *self, uint64_t seq, struct slice line)
{
    struct buf *out = self;
    return buf_printf(out, "%llu:%zu ", (unsigned long long)seq, line.len);
}

static void a_reply_gives_its_lines_and_what_is_no_reply_gives_none(void **state)
{
    struct buf reply = buf_make(4096), seen = buf_make(4096);
    msgpack_packer p;
    struct stream_extent there = {0};
    (void)state;
    msgpack_packer_init(&p, &reply, append);
    msgpack_pack_map(&p, 5);
    pack_text(&p, "v");
    msgpack_pack_int(&p, 1);
    pack_text(&p, "lines");
    msgpack_pack_array(&p, 2);
    pack_text(&p, "{\"v\":1,\"seq\":3}");
    pack_text(&p, "{\"v\":1,\"seq\":4}");
    pack_text(&p, "next");
    msgpack_pack_int(&p, 5);
    pack_text(&p, "first");
    msgpack_pack_int(&p, 2);
    pack_text(&p, "last");
    msgpack_pack_int(&p, 9);
    assert_int_equal(stream_reply(buf_slice(&reply), collect, &seen, &there), OK);
    assert_string_equal(buf_cstr(&seen), "3:15 4:15 ");
    assert_int_equal(there.first, 2);
    assert_int_equal(there.last, 9);
    for (size_t n = 0; n < reply.len; n++) /* cut short anywhere */
        assert_int_equal(stream_reply(slice_cut(buf_slice(&reply), 0, n), collect, &seen, &there), ERR_MALFORMED);
    buf_clear(&reply);
    msgpack_pack_map(&p, 1);
    pack_text(&p, "error");
    pack_text(&p, "too_big");
    assert_int_equal(stream_reply(buf_slice(&reply), collect, &seen, &there), ERR_SCHEMA);
    buf_clear(&reply);
    msgpack_pack_map(&p, 1);
    pack_text(&p, "last");
    pack_text(&p, "nine");
    assert_int_equal(stream_reply(buf_slice(&reply), collect, &seen, &there), ERR_MALFORMED);
    buf_free(&reply);
    buf_free(&seen);
}

/* --- the view --- */

#define HEAD(seq, type, op, id) "{\"v\":1,\"seq\":" #seq ",\"ts\":\"2026-03-03T10:00:00Z\",\"type\":\"" type "\",\"op\":\"" op "\",\"id\":\"" id "\","
#define SPAN(d, t) "{\"d\":\"" d "\",\"b\":0,\"e\":1,\"t\":\"" t "\"}"

static const char article[] = HEAD(1, "article", "new", "aaaaaaaa11") "\"name\":\"news/01-post.txt\",\"title\":" SPAN("aaaaaaaa11", "Ferry aground")
    ",\"outlet\":{\"value\":\"Post\"},\"verdict\":{\"kind\":\"original\"},\"story\":\"S1\"}";
static const char copy[] = HEAD(2, "article", "new", "bbbbbbbb22") "\"name\":\"02_wire.txt\",\"outlet\":{\"value\":\"Wire\"},"
    "\"verdict\":{\"kind\":\"near\",\"of\":\"aaaaaaaa11\",\"similarity\":0.93},\"story\":\"S1\"}";
static const char story[] = HEAD(3, "story", "new", "S1") "\"rev\":1,\"headline\":" SPAN("aaaaaaaa11", "Ferry aground") ",\"headline_outlet\":\"Post\","
    "\"event\":{\"type\":{\"value\":\"grounding\"},\"place\":{\"value\":\"Kestrel Point\",\"spans\":[" SPAN("aaaaaaaa11", "Kestrel Point") "]},"
    "\"participants\":[{\"value\":\"Ruth Oland\"}]},"
    "\"n_articles\":3,\"n_outlets\":2,\"n_independent\":2,\"n_read\":3,"
    "\"articles\":[{\"id\":\"aaaaaaaa11\",\"outlet\":\"Post\",\"role\":\"lead\"},{\"id\":\"bbbbbbbb22\",\"role\":\"copy\"},"
    "{\"id\":\"cccccccc33\",\"name\":\"03.html\",\"outlet\":\"Islander\",\"role\":\"adds\",\"adds\":[" SPAN("cccccccc33", "241 people") "]}],"
    "\"entities\":[{\"name\":\"Ruth Oland\",\"type\":\"person\",\"roles\":[{\"role\":\"captain\"}]},{\"name\":\"Calder Lines\",\"type\":\"organization\"}],"
    "\"facts\":[{\"id\":\"f\",\"slot\":\"duration\",\"independent\":2,\"values\":[{\"value\":\"PT6H\",\"shown\":\"six hours\",\"spans\":["
    SPAN("aaaaaaaa11", "six hours") "," SPAN("cccccccc33", "6 hours") "]}]}],"
    "\"conflicts\":[{\"id\":\"c\",\"level\":\"conflict\",\"slot\":\"count\",\"subject\":\"people\",\"values\":[{\"value\":\"214\",\"spans\":["
    SPAN("aaaaaaaa11", "214") "]},{\"value\":\"241\",\"spans\":[" SPAN("cccccccc33", "241") "]}]}],"
    "\"only\":[{\"id\":\"o\",\"slot\":\"person\",\"span\":" SPAN("cccccccc33", "Mette Dahl") ",\"sentence\":" SPAN("cccccccc33", "Mette Dahl poured tea.") "}],"
    "\"timeline\":[{\"id\":\"t\",\"value\":\"2026-03-03\",\"when\":" SPAN("aaaaaaaa11", "Tuesday") "}],"
    "\"quotes\":[{\"id\":\"q\",\"speaker\":\"Piet Larsmo\",\"versions\":[{\"words\":" SPAN("aaaaaaaa11", "We will look at everything") "}]}],"
    "\"relations\":[{\"story\":\"S2\",\"type\":\"after\",\"reasons\":[\"place: Sonnen\"]}],"
    "\"delta\":{\"articles\":{\"added\":[\"aaaaaaaa11\",\"bbbbbbbb22\",\"cccccccc33\"]}}}";
static const char clash[] = HEAD(4, "conflict", "new", "S1/c") "\"level\":\"conflict\",\"slot\":\"war_year\",\"stories\":[\"S1\"],\"values\":["
    "{\"value\":\"3\",\"spans\":[" SPAN("aaaaaaaa11", "third") "]},{\"value\":\"4\",\"spans\":[" SPAN("cccccccc33", "fourth") "]}]}";
static const char reject[] = HEAD(5, "reject", "new", "dddddddd44") "\"name\":\"10.html\",\"stage\":\"normalize\",\"error\":\"empty\",\"detail\":\"no text\"}";
static const char merge[] = HEAD(6, "story", "merge", "S1") "\"rev\":2,\"into\":\"S2\",\"docs\":[\"a\",\"b\"],\"reasons\":[\"similarity .8\"]}";
static const char hostile[] = HEAD(7, "article", "new", "eeeeeeee55") "\"title\":" SPAN("eeeeeeee55", "\\u001b[2Jgone\\u202E\\nnext") ",\"verdict\":{\"kind\":\"original\"}}";

static void show(const struct view_choice *choice, const char *const *lines, bool quiet, struct buf *out)
{
    struct view *v = view_create(choice);
    assert_non_null(v);
    for (; *lines != NULL; lines++) assert_int_equal(view_line(v, slice_of(*lines), out), OK);
    if (quiet) assert_int_equal(view_quiet(v, out), OK);
    assert_false(quiet && view_owes(v));
    view_destroy(&v);
    assert_non_null(buf_cstr(out));
}

static const char *const all_lines[] = {article, copy, story, clash, reject, NULL};

static void events_say_what_happened_to_stories(void **state)
{
    static const char *const wants[] = {
        "#000002 COPY   S1        02 (Wire) is a near copy of 01-post (93 %)", "#000003 NEW    S1        Ferry aground [01-post]",
        "+SRC   S1        03 (Islander): adds 241 people  3 src 2 ind", "CLASH  S1        war year: 3 01-post | 4 03",
        "REJECT 10.html: normalize: empty: no text",
    };
    struct view_choice choice = {.screen = {.columns = 120}};
    struct buf out = buf_make(1 << 20);
    (void)state;
    show(&choice, all_lines, false, &out);
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        if (strstr(out.ptr, wants[i]) == NULL) fail_msg("no '%s' in\n%s", wants[i], out.ptr);
    assert_null(strstr(out.ptr, "ART")); /* an article that is no copy is shown by its story only */
    buf_free(&out);
}

static void a_story_that_went_quiet_is_shown_whole_once(void **state)
{
    static const char *const wants[] = {
        "-- S1 rev 1 --", " 3 articles, 2 independent, 1 copy --", "Ferry aground  (Post)", " WHAT   grounding, Kestrel Point", " WHO    Ruth Oland (captain); also Calder Lines",
        " AGREE  2/2 duration: six hours  01-post 03", " SAID   Piet Larsmo  \"We will look at everything\"  01-post", " CLASH  count of people: 214 01-post | 241 03",
        " ONLY   03 Mette Dahl: \"Mette Dahl poured tea.\"", " WHEN   2026-03-03 Tuesday", " LINKS  -> S2 after: place: Sonnen",
    };
    struct view_choice choice = {.screen = {.columns = 120}, .blocks = true};
    struct buf out = buf_make(1 << 20);
    (void)state;
    show(&choice, all_lines, true, &out);
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        if (strstr(out.ptr, wants[i]) == NULL) fail_msg("no '%s' in\n%s", wants[i], out.ptr);
    assert_null(strstr(strstr(out.ptr, "-- S1 rev") + 1, "-- S1 rev"));
    buf_free(&out);
}

static void a_merged_story_is_not_shown_whole_any_more(void **state)
{
    const char *const lines[] = {story, merge, NULL};
    struct view_choice choice = {.screen = {.columns = 120}, .blocks = true};
    struct buf out = buf_make(1 << 20);
    (void)state;
    show(&choice, lines, true, &out);
    assert_non_null(strstr(out.ptr, "MERGE  S1        2 articles to S2: similarity .8"));
    assert_null(strstr(out.ptr, "-- S1 rev"));
    buf_free(&out);
}

static void only_one_story_when_one_is_asked_for(void **state)
{
    struct view_choice choice = {.screen = {.columns = 120}, .blocks = true, .pick = &(struct pick){.story = "S9"}};
    struct buf out = buf_make(1 << 20);
    (void)state;
    show(&choice, all_lines, true, &out);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

static void no_text_of_a_stranger_reaches_the_terminal_as_a_command(void **state)
{
    const char *const lines[] = {hostile, "not json", NULL};
    struct view_choice choice = {.screen = {.columns = 120}, .all = true};
    struct buf out = buf_make(1 << 20);
    (void)state;
    show(&choice, lines, true, &out);
    assert_null(strchr(out.ptr, '\033'));
    assert_null(strstr(out.ptr, "\xE2\x80\xAE"));
    assert_non_null(strstr(out.ptr, "[2Jgone"));
    assert_non_null(strstr(out.ptr, "no JSON object"));
    buf_free(&out);
}

static void colours_come_only_when_wanted_and_no_line_is_wider_than_the_screen(void **state)
{
    struct view_choice choice = {.screen = {.columns = 60, .colour = true}, .blocks = true};
    struct buf out = buf_make(1 << 20);
    (void)state;
    show(&choice, all_lines, true, &out);
    assert_non_null(strstr(out.ptr, "\033[31m"));
    buf_clear(&out);
    choice.screen.colour = false;
    show(&choice, all_lines, true, &out);
    assert_null(strchr(out.ptr, '\033'));
    for (const char *p = out.ptr; *p != '\0';) {
        const char *nl = strchr(p, '\n');
        assert_non_null(nl);
        size_t width = screen_width((struct slice){p, (size_t)(nl - p)});
        if (width > 60 && strncmp(p, "-- ", 3) != 0) fail_msg("%zu columns: %.*s", width, (int)(nl - p), p);
        p = nl + 1;
    }
    buf_free(&out);
}

/* --- the sum --- */

static void every_document_is_accounted_for_or_it_is_said_what_is_missing(void **state)
{
    static const struct { struct counts journal, ledger; uint64_t watermark; bool holds; const char *why; } cases[] = {
        {{10, 5, 2, 1, 1, 1}, {0, 5, 2, 1, 1, 0}, 9, true, ""},
        {{10, 5, 2, 1, 1, 0}, {0, 5, 2, 1, 1, 0}, 9, false, "accepted 10"},
        {{10, 5, 2, 1, 1, 1}, {0, 5, 1, 1, 1, 0}, 9, false, "ledger has 8"},
        {{0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}, 0, true, ""},
    };
    char why[200];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(balance_holds(&cases[i].journal, &cases[i].ledger, cases[i].watermark, why, sizeof why), cases[i].holds);
        assert_non_null(strstr(why, cases[i].why));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_takes_the_next_line_only_and_knows_when_some_are_missing),
        cmocka_unit_test(a_line_has_its_number_near_its_beginning_or_none),
        cmocka_unit_test(a_reply_gives_its_lines_and_what_is_no_reply_gives_none),
        cmocka_unit_test(events_say_what_happened_to_stories),
        cmocka_unit_test(a_story_that_went_quiet_is_shown_whole_once),
        cmocka_unit_test(a_merged_story_is_not_shown_whole_any_more),
        cmocka_unit_test(only_one_story_when_one_is_asked_for),
        cmocka_unit_test(no_text_of_a_stranger_reaches_the_terminal_as_a_command),
        cmocka_unit_test(colours_come_only_when_wanted_and_no_line_is_wider_than_the_screen),
        cmocka_unit_test(every_document_is_accounted_for_or_it_is_said_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
