/* test_pages.c - a story's page shows strangers' text as text, links only where it may, and marks every quoted span where it stands. */
#include "test.h"

#include "../services/report/page.h"

static const struct { const char *name, *text, *html, *md; } escapes[] = {
    {"plain", "A ferry, 214 aboard.", "A ferry, 214 aboard.", "A ferry, 214 aboard."},
    {"a script", "<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;", "\\<script\\>alert('x')\\</script\\>"},
    {"an attribute's end", "\" onload=\"x", "&quot; onload=&quot;x", "\" onload=\"x"},
    {"an entity", "a &lt; b & c", "a &amp;lt; b &amp; c", "a \\&lt; b \\& c"},
    {"markup of Markdown", "*a* _b_ `c` [d](e) |f| ~g~ # h", "*a* _b_ `c` [d](e) |f| ~g~ # h", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\|f\\| \\~g\\~ \\# h"},
    {"addresses", "http://x.example www.x.example a@b", "http://x.example www.x.example a@b", "http\\://x.example www\\.x.example a\\@b"},
    {"control characters", "a\x01" "b\x1b[31mc\x7f", "a\xEF\xBF\xBD" "b\xEF\xBF\xBD[31mc\xEF\xBF\xBD", "a\xEF\xBF\xBD" "b\xEF\xBF\xBD\\[31mc\xEF\xBF\xBD"},
    {"text that turns what is around it", "a\xE2\x80\xAE" "b\xE2\x81\xA6" "c", "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c", "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c"},
    {"lines", "a\n\n b\t\r\nc", "a b c", "a b c"},
    {"blanks", "  a  b, \xC3\xA9 \xC3\xA9  c \xE2\x80\xA8 d ", " a b, \xC3\xA9 \xC3\xA9 c d ", " a b, \xC3\xA9 \xC3\xA9 c d "},
    {"dots behind www", "WWW.a wwww.a ww .a www .a www", "WWW.a wwww.a ww .a www .a www", "WWW\\.a wwww\\.a ww .a www .a www"},
    {"a noncharacter", "a\xEF\xBF\xBE", "a\xEF\xBF\xBD", "a\xEF\xBF\xBD"},
    {"other scripts", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE6\x9D\xB1", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE6\x9D\xB1", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE6\x9D\xB1"},
};

static void text_stays_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        struct buf html = buf_make(4096), md = buf_make(4096);
        assert_err(page_escape(&html, slice_of(escapes[i].text)), OK, escapes[i].name);
        assert_err(page_escape_md(&md, slice_of(escapes[i].text)), OK, escapes[i].name);
        assert_slice(buf_slice(&html), escapes[i].html);
        assert_slice(buf_slice(&md), escapes[i].md);
        buf_free(&html);
        buf_free(&md);
    }
}

static const struct { const char *url; bool may; } links[] = {
    {"http://x.example/a?b=c#d", true}, {"https://x.example", true}, {"HTTPS://X.EXAMPLE/", true}, {"https://x.example/\xC3\xA9", true},
    {"javascript:alert(1)", false}, {" https://x.example", false}, {"data:text/html,x", false}, {"//x.example", false}, {"ftp://x.example", false},
    {"https://", false}, {"https:///a", false}, {"https://x.example/a b", false}, {"https://x.example/\"onload", false}, {"https://x.example/<b>", false},
    {"https://user@x.example/", false}, {"https://x.example/a@b", true}, {"https://x.example/\n", false}, {"https://x.example\\y", false},
    {"https://x.example/\xE2\x80\xAE", false}, {"", false}, {"file:///etc/passwd", false}, {"httpsx://a", false},
};

static void only_http_and_https_are_linked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        if (page_may_link(slice_of(links[i].url)) == links[i].may) continue;
        print_error("'%s'\n", links[i].url);
        assert_true(false);
    }
}

static void any_id_gets_a_file_of_its_own_in_the_folder(void **state)
{
    (void)state;
    static const char *const ids[] = {"s1", "S-1_a", "../../etc/passwd", "a/b", "", ".", "..", "a b", "\xC3\xA9", "x.html",
                                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    char names[sizeof ids / sizeof *ids][PAGE_FILE_MAX];
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        page_file(slice_of(ids[i]), names[i]);
        assert_null(strpbrk(names[i], "/. "));
        assert_true(names[i][0] != '\0');
        for (size_t k = 0; k < i; k++) assert_string_not_equal(names[i], names[k]);
    }
    assert_string_equal(names[0], "s1");
}

/* --- the whole page --- */

static json_t *parse(const char *text)
{
    json_error_t wrong;
    json_t *o = json_loads(text, 0, &wrong);
    if (o == NULL) print_error("%s\n", wrong.text);
    assert_non_null(o);
    return o;
}

static void article_is(const char *line, const char *text, const char *want)
{
    json_t *o = parse(line);
    struct page_article a = {.key = SLICE("k1"), .text = slice_of(text)};
    struct page p = {o, &a, 1};
    struct buf out = buf_make(1 << 20);
    assert_err(page_article_text(&p, 0, &out), OK, text);
    size_t begin = slice_find(buf_slice(&out), SLICE("<p dir=\"auto\">"), 0);
    assert_true(begin != SIZE_MAX);
    struct slice got = slice_cut(buf_slice(&out), begin + 14, out.len - strlen("</p></div>\n</article>\n"));
    assert_slice(got, want);
    buf_free(&out);
    json_decref(o);
}

#define SPAN(b, e) "{\"d\":\"k1\",\"b\":" #b ",\"e\":" #e ",\"t\":\"\"}"

static void every_span_is_marked_where_it_stands(void **state)
{
    (void)state;
    article_is("{}", "abc def\n", "abc def");
    article_is("{\"x\":" SPAN(4, 7) "}", "abc def", "abc <mark id=\"a1-4-7\">def</mark>");
    article_is("{\"x\":[" SPAN(4, 7) "," SPAN(4, 7) "]}", "abc def", "abc <mark id=\"a1-4-7\">def</mark>");
    article_is("{\"x\":[" SPAN(0, 7) "," SPAN(4, 7) "]}", "abc def", "<mark id=\"a1-0-7\">abc <mark id=\"a1-4-7\">def</mark></mark>");
    article_is("{\"x\":[" SPAN(0, 3) "," SPAN(0, 7) "]}", "abc def", "<mark id=\"a1-0-7\"><mark id=\"a1-0-3\">abc</mark> def</mark>");
    /* Crossing: the later one is closed with the first and goes on. */
    article_is("{\"x\":[" SPAN(0, 5) "," SPAN(4, 7) "]}", "abc def", "<mark id=\"a1-0-5\">abc <mark id=\"a1-4-7\">d</mark></mark><mark>ef</mark>");
    /* Over paragraphs. */
    article_is("{\"x\":" SPAN(2, 7) "}", "abc\n\ndef", "ab<mark id=\"a1-2-7\">c</mark></p>\n<p dir=\"auto\"><mark>de</mark>f");
    /* What does not stand in the text is no mark: past its end, inside a character, of another article, empty. */
    article_is("{\"x\":[" SPAN(4, 70) "," SPAN(1, 2) "," SPAN(3, 3) ",{\"d\":\"k2\",\"b\":0,\"e\":1,\"t\":\"\"}]}", "\xC3\xA9 x", "\xC3\xA9 x");
    article_is("{\"x\":" SPAN(1, 4) "}", "a<b>c", "a<mark id=\"a1-1-4\">&lt;b&gt;</mark>c");
}

static size_t count(struct slice s, const char *what)
{
    size_t n = 0;
    for (size_t at = 0; (at = slice_find(s, slice_of(what), at)) != SIZE_MAX; at++) n++;
    return n;
}

static void marks_deeper_than_the_ceiling_keep_their_places(void **state)
{
    (void)state;
    struct buf line = buf_make(1 << 16), out = buf_make(1 << 20);
    char text[201];
    memset(text, 'a', 200);
    text[200] = '\0';
    buf_str(&line, "{\"x\":[");
    for (int i = 0; i < 90; i++) buf_printf(&line, "%s{\"d\":\"k1\",\"b\":%d,\"e\":%d,\"t\":\"\"}", i > 0 ? "," : "", i, 200 - i);
    buf_str(&line, "]}");
    json_t *o = parse(buf_cstr(&line));
    struct page_article a = {.key = SLICE("k1"), .text = slice_of(text)};
    assert_err(page_article_text(&(struct page){o, &a, 1}, 0, &out), OK, "deep");
    assert_int_equal(count(buf_slice(&out), " id=\"a1-"), 90);
    assert_int_equal(count(buf_slice(&out), "<mark"), count(buf_slice(&out), "</mark>"));
    assert_true(count(buf_slice(&out), "<mark id") < 90);
    json_decref(o);
    buf_free(&line);
    buf_free(&out);
}

static void dates_are_placed_in_order_and_the_rest_is_left_to_the_table(void **state)
{
    (void)state;
    json_t *o = parse("{\"timeline\":[{\"id\":\"a\",\"value\":\"2026-03-04\",\"when\":" SPAN(0, 1) "},{\"id\":\"b\",\"value\":\"1998\",\"when\":" SPAN(1, 2) "},"
                      "{\"id\":\"c\",\"value\":\"XXXX-WXX-3\"},{\"id\":\"d\",\"value\":\"2026-06\",\"planned\":true,\"when\":" SPAN(2, 3) "},"
                      "{\"id\":\"e\",\"value\":\"2026-13\"},{\"id\":\"f\",\"value\":\"2026-03-04TEV\"},{\"id\":\"g\",\"value\":\"<b>\"}]}");
    struct page_article a = {.key = SLICE("k1"), .text = SLICE("abcdef")};
    struct page p = {o, &a, 1};
    struct buf out = buf_make(1 << 20);
    assert_err(page_timeline(&p, &out), OK, "timeline");
    struct slice s = buf_slice(&out);
    size_t first = slice_find(s, SLICE(">1998<"), 0), second = slice_find(s, SLICE(">4 Mar 2026<"), 0), third = slice_find(s, SLICE(">Jun 2026<"), 0);
    assert_true(first < second && second < third && third != SIZE_MAX);
    assert_int_equal(count(s, "<circle"), 3);
    assert_int_equal(count(s, "class=\"pt wide plan\""), 1);
    assert_true(slice_find(s, SLICE("28 years"), 0) != SIZE_MAX && slice_find(s, SLICE("href=\"#a1-1-2\""), 0) != SIZE_MAX);
    buf_free(&out);
    json_decref(o);
}

static void a_hostile_story_stays_a_page(void **state)
{
    (void)state;
    static const char bad[] = "\\\"><script>x()</script><a href=javascript:x()>\\u0001\\u202e](javascript:x) |`";
    struct buf line = buf_make(1 << 16), out = buf_make(1 << 20), md = buf_make(1 << 20);
    buf_printf(&line, "{\"seq\":7,\"ts\":\"%s\",\"id\":\"%s\",\"rev\":1,\"storyline\":\"%s\",\"headline\":{\"d\":\"k1\",\"b\":0,\"e\":3,\"t\":\"%s\"},", bad, bad, bad, bad);
    buf_printf(&line, "\"headline_outlet\":\"%s\",\"articles\":[{\"id\":\"k1\",\"role\":\"%s\"}],\"entities\":[{\"name\":\"%s\",\"type\":\"%s\",\"aliases\":[\"%s\"]}],",
               bad, bad, bad, bad, bad);
    buf_printf(&line, "\"conflicts\":[{\"level\":\"conflict\",\"slot\":\"place\",\"subject\":\"%s\",\"stories\":[\"%s\",\"s2\"],\"values\":[{\"value\":\"%s\"}],"
                      "\"resolution\":\"%s\"}],", bad, bad, bad, bad);
    buf_printf(&line, "\"relations\":[{\"story\":\"%s\",\"type\":\"%s\",\"reasons\":[\"%s\",4]}],\"quotes\":[{\"speaker\":\"%s\",\"versions\":[]},4],\"facts\":\"no list\"}",
               bad, bad, bad, bad);
    json_t *o = parse(buf_cstr(&line));
    struct slice dirty = page_string(o, "id");
    struct page_article a = {.key = SLICE("k1"), .title = dirty, .outlet = dirty, .url = SLICE("javascript:x()"), .byline = dirty, .published = dirty,
                             .lang = SLICE("\"><x"), .verdict = dirty, .of = dirty, .text = dirty};
    struct page p = {o, &a, 1};
    assert_err(page_html(&p, &out), OK, "html");
    assert_err(page_markdown(&p, &md), OK, "markdown");
    assert_int_equal(count(buf_slice(&out), "<script"), 0);
    assert_int_equal(count(buf_slice(&out), "<a href=javascript") + count(buf_slice(&out), "href=\"javascript"), 0);
    assert_int_equal(count(buf_slice(&md), "](javascript") - count(buf_slice(&md), "\\](javascript"), 0);
    assert_true(utf8_valid(buf_slice(&out)) && utf8_valid(buf_slice(&md)));
    for (size_t i = 0; i < out.len; i++) assert_true((unsigned char)out.ptr[i] >= 0x20 || out.ptr[i] == '\n');
    json_decref(o);
    buf_free(&line);
    buf_free(&out);
    buf_free(&md);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_text), cmocka_unit_test(only_http_and_https_are_linked),
        cmocka_unit_test(any_id_gets_a_file_of_its_own_in_the_folder), cmocka_unit_test(every_span_is_marked_where_it_stands),
        cmocka_unit_test(marks_deeper_than_the_ceiling_keep_their_places), cmocka_unit_test(dates_are_placed_in_order_and_the_rest_is_left_to_the_table),
        cmocka_unit_test(a_hostile_story_stays_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
