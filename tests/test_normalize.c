/* test_normalize.c - what normalize makes of our own sample articles: text, title, furniture, map, facts. */
#include "test.h"

#include "../proto/charset.h"
#include "../services/normalize/dates.h"
#include "../services/normalize/lines.h"
#include "laws.h"
#include "normalize_fixture.h"

/* Normalizes and holds both laws against the result. */
static struct doc normalized_doc(struct fixture *f, struct doc doc, const char *name)
{
    struct slice source;
    arena_reset(f->mem);
    assert_err(normalize_doc(f->n, f->mem, &doc), OK, name);
    assert_err(normalize_source(&doc, f->mem, &source), OK, name);
    const char *law = broken_law(&doc, source);
    if (law) fail_msg("%s: %s", name, law);
    assert_int_equal(doc_culprit(&doc), DOC_FIELD_COUNT);
    return doc;
}

static struct doc normalized(struct fixture *f, const char *type, const char *raw)
{
    return normalized_doc(f, document(type, slice_of(raw)), raw);
}

static struct slice body(const struct doc *doc)
{
    return slice_cut(doc->text, doc->body, doc->text.len);
}

#define PROSE_1 "The harbour council of Port Ellery voted on Tuesday to keep the night ferry, its chair Ada Marsh said after a long debate."
#define PROSE_2 "The boat will sail four times a night until the bridge is repaired, which may take until the spring of next year."
#define PROSE_3 "Fishermen had warned that without it the island would be cut off for eleven hours a day, and that the school would close."

static void text_is_title_line_empty_line_body(void **state)
{
    struct doc doc = normalized(*state, "text/plain", "Council keeps the night ferry\n\n" PROSE_1 "\n\n" PROSE_2 "\n");
    assert_slice(doc.text, "Council keeps the night ferry\n\n" PROSE_1 "\n\n" PROSE_2);
    assert_slice(span_of(doc.text, doc.title), "Council keeps the night ferry");
    assert_int_equal(doc.title_basis, TITLE_LINE);
    assert_int_equal(doc.body, strlen("Council keeps the night ferry\n\n"));
    assert_false(doc_has(&doc, DOC_DROPPED));
}

static void prose_without_headline_gets_none(void **state)
{
    struct doc doc = normalized(*state, "text/plain", PROSE_1 "\n" PROSE_2 "\n" PROSE_3 "\n");
    assert_false(doc_has(&doc, DOC_TITLE));
    assert_int_equal(doc.body, 0);
    assert_slice(doc.text, PROSE_1 "\n" PROSE_2 "\n" PROSE_3);
}

static void standfirst_is_told_by_what_closes_it(void **state)
{
    struct doc doc = normalized(*state, "text/plain", "Council keeps the night ferry\n\n" PROSE_1 "\n\n3\n41\n\n" PROSE_2 "\n\n" PROSE_3 "\n");
    assert_slice(span_of(doc.text, doc.standfirst), PROSE_1);
    assert_slice(body(&doc), PROSE_2 "\n\n" PROSE_3);
    assert_int_equal(doc.dropped.len, 2);
    doc = normalized(*state, "text/plain", "Council keeps the night ferry\n\n" PROSE_1 "\n\n" PROSE_2 "\n");
    assert_true(span_empty(doc.standfirst));
}

static void furniture_lines_say_why(void **state)
{
    (void)state;
    static const struct { const char *line, *why; } cases[] = {
        {"Leave a Reply", "comments"}, {"12 Comments", "comments"}, {"Share this:", "share"}, {"0", "counter"}, {"4 min read", "counter"},
        {"![](x.png)", NULL}, {"| --- |", "markup"}, {"Source: https://news.example/a/1", "source"}, {"https://news.example/a/1", "source"},
        {"The post Council keeps ferry appeared first on Ellery Post.", "syndication"}, {"By Ada Marsh", "byline"},
        {"The ferry at the pier. [Photo: J. Reed/Pool/AFP] |", "caption"}, {"The ferry at the pier (Photo by Jo Reed)", "caption"},
        {"READ ALSO: Bridge to stay closed", "related"}, {"© 2024 Ellery Post. All rights reserved.", "copyright"},
        {"We use cookies to make this site work.", "cookies"}, {"Your email address will not be published. Required fields are marked *", "comments"},
        {"By the end of the day the harbour was empty.", NULL}, {"Comments made by the chair drew laughter.", NULL},
        {"The share price fell by a third.", NULL}, {"He said: “Read more books.”", NULL}, {"In 2024 it rained.", NULL}, {"", NULL},
        {"The post office will close, the council said.", NULL}, {"Published figures show a fall.", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct line_says says = line_look(slice_of(cases[i].line));
        if ((says.why == NULL) != (cases[i].why == NULL) || (says.why && strcmp(says.why, cases[i].why) != 0))
            fail_msg("\"%s\": got %s, want %s", cases[i].line, says.why ? says.why : "nothing", cases[i].why ? cases[i].why : "nothing");
    }
}

static void syndication_line_names_the_outlet(void **state)
{
    struct doc doc = normalized(*state, "text/plain", "Council keeps the night ferry\n\n" PROSE_1 "\n\n" PROSE_2 "\n\n" PROSE_3
                                "\n\nThe post Council keeps the night ferry appeared first on The Ellery Post.\n\nLeave a Reply\n\nNice boat.\n");
    assert_slice(doc.outlet.value, "The Ellery Post");
    assert_slice(doc.outlet.basis, "footer");
    assert_slice(body(&doc), PROSE_1 "\n\n" PROSE_2 "\n\n" PROSE_3);
    assert_int_equal(doc.dropped.len, 3);
}

static void hard_wrapped_lines_are_joined(void **state)
{
    struct doc doc = normalized(*state, "text/plain",
        "The harbour council of Port Ellery voted on Tuesday to keep the night\nferry, its chair Ada Marsh said after a long debate that nobody had\n"
        "wanted and that went on past midnight while the rain fell on the old\nroof of the hall.\n\nThe boat will sail four times a night until the bridge is repaired,\n"
        "which may take until the spring of next year, an engineer told the\nmeeting. Others doubted it.\n");
    assert_int_equal(slice_find(doc.text, SLICE("night ferry, its"), 0) != SIZE_MAX, 1);
    assert_int_equal(slice_find(doc.text, SLICE("hall.\n\nThe boat"), 0) != SIZE_MAX, 1);
}

static void markdown_leaves_its_words(void **state)
{
    struct doc doc = normalized(*state, "text/markdown", "# Council keeps the night ferry\n\nThe **council** [voted](https://a.example/v \"x\") to keep it.\n\n![boat](https://a.example/b.jpg)\n\n- one boat\n- two crews\n");
    assert_slice(doc.text, "Council keeps the night ferry\n\nThe council voted to keep it.\n\n- one boat\n- two crews");
    assert_int_equal(doc.dropped.len, 1);
}

static void html_gives_blocks_as_lines(void **state)
{
    struct doc doc = normalized(*state, "text/html",
        "<html><head><title>Council keeps the night ferry | Ellery Post</title></head><body><nav><a href='/'>Home</a> <a href='/n'>News</a></nav>"
        "<article><h1>Council keeps the night ferry</h1><p>" PROSE_1 "</p><p>" PROSE_2 "</p><ul><li>one boat, four crews and a cook</li><li>two piers, one of them new</li></ul><p>" PROSE_3
        "</p></article><div class='comments'><p>Nice boat, I would say, and I have seen many of them.</p></div><footer>&copy; Ellery Post</footer></body></html>");
    assert_slice(doc.text, "Council keeps the night ferry\n\n" PROSE_1 "\n\n" PROSE_2 "\n\none boat, four crews and a cook\ntwo piers, one of them new\n\n" PROSE_3);
    assert_slice(doc.lang.value, "en");
}

static void entities_break_the_map_and_nothing_else(void **state)
{
    struct doc doc = normalized(*state, "text/html", "<p>Caf&eacute; owners &amp; cooks of Port&nbsp;Ellery met on the old pier, and a soft&shy;ware maker paid for the tea that they drank.</p>");
    assert_slice(doc.text, "Caf\xC3\xA9 owners & cooks of Port Ellery met on the old pier, and a software maker paid for the tea that they drank.");
    assert_true(doc.map.len >= 4);
    uint32_t mapped = 0;
    for (size_t i = 0; i < doc.map.len; i++) mapped += doc.map.ptr[i].len;
    assert_true(mapped + 6 >= doc.text.len); /* all but the characters that were references */
}

static void text_is_in_nfc_and_spans_move_with_it(void **state)
{
    struct doc doc = normalized(*state, "text/plain", "Cafe\xCC\x81 council keeps the ferry\n\nThe cafe\xCC\x81 stays open, its owner said on Tuesday after a debate that had lasted all of the day.\n");
    assert_slice(span_of(doc.text, doc.title), "Caf\xC3\xA9 council keeps the ferry");
    assert_int_equal(slice_find(body(&doc), SLICE("The caf\xC3\xA9 stays"), 0), 0);
}

static void bytes_become_utf8(void **state)
{
    struct fixture *f = *state;
    static const struct { const char *raw; size_t len; const char *transport, *want, *basis; } cases[] = {
        {"caf\xC3\xA9", 5, "", "caf\xC3\xA9", "utf8"}, {"caf\xE9 society", 12, "iso-8859-1", "caf\xC3\xA9 society", "transport"},
        {"\xFF\xFE" "a\0b\0", 6, "", "ab", "mark"}, {"\xFE\xFF\0a\0b", 6, "utf-8", "ab", "mark"},
        {"<meta charset='windows-1251'>\xCF\xF0\xE8\xE2\xE5\xF2", 35, "", "<meta charset='windows-1251'>\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82", "declared"},
        {"\x93quoted\x94 words", 14, "latin1", "\xE2\x80\x9Cquoted\xE2\x80\x9D words", "transport"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decoded d;
        assert_err(charset_decode((struct slice){cases[i].raw, cases[i].len}, slice_of(cases[i].transport), true, f->mem, &d), OK, cases[i].want);
        assert_slice(slice_cut(d.text, d.skip, d.text.len), cases[i].want);
        assert_slice(slice_of(d.basis), cases[i].basis);
    }
}

static void sentences_do_not_end_at_abbreviations(void **state)
{
    static const struct { const char *text; size_t n; } cases[] = {
        {"Gen. Reed met Dr. Marsh in St. Ellery. They ate.", 2}, {"J. R. Reed left. He slept.", 2}, {"The U.S. Navy sailed. It rained.", 2},
        {"He left the U.S. The rain fell.", 2}, {"“Why?” asked Reed. “No reason.”", 2}, {"It cost 3.5 million. Nobody paid.", 2}, {"One\nTwo", 2},
        {"“It stays,” she said. “We won.” They cheered.", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct doc doc = normalized(*state, "text/plain", cases[i].text);
        if (doc.sentences.len != cases[i].n) fail_msg("\"%s\": %zu sentences, want %zu", cases[i].text, doc.sentences.len, cases[i].n);
    }
}

static void what_cannot_be_read_says_so(void **state)
{
    struct fixture *f = *state;
    static char deep[3000 * 5 + 2], zeros[4096];
    for (size_t i = 0; i < 3000; i++) memcpy(deep + i * 5, "<div>", 5);
    deep[15000] = 'x';
    const struct { const char *name, *type; struct slice raw; enum err want; } cases[] = {
        {"nothing", "text/plain", SLICE(""), ERR_EMPTY}, {"white space", "text/plain", SLICE(" \n\n\t "), ERR_EMPTY}, {"markup without text", "text/html", SLICE("<p></p>"), ERR_EMPTY},
        {"zeros", "text/plain", {zeros, sizeof zeros}, ERR_UNSUPPORTED}, {"too deep", "text/html", {deep, 15001}, ERR_DEPTH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct doc doc = document(cases[i].type, cases[i].raw);
        assert_err(normalize_doc(f->n, f->mem, &doc), cases[i].want, cases[i].name);
    }
}

static void feed_metadata_wins(void **state)
{
    struct doc doc = document("text/html", SLICE("<p>" PROSE_1 "</p><p>" PROSE_2 "</p>"));
    doc.meta.title = SLICE("Ferry stays, council says");
    doc.meta.outlet = SLICE("Ellery Post");
    doc.meta.url = SLICE("https://post.example/ferry");
    doc.meta.summary = true;
    doc_set(&doc, DOC_META);
    doc = normalized_doc(*state, doc, "feed");
    assert_slice(span_of(doc.text, doc.title), "Ferry stays, council says");
    assert_int_equal(doc.title_basis, TITLE_META);
    assert_slice(doc.outlet.value, "Ellery Post");
    assert_slice(doc.outlet.basis, "meta");
    assert_slice(doc.url, "https://post.example/ferry");
    assert_int_equal(doc.stub, STUB_SUMMARY);
}

static void dates_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct { const char *said; bool month_first; const char *want; } cases[] = {
        {"2021-03-04T05:06:07+01:00", true, "2021-03-04T05:06:07+01:00"}, {"2021-03-04T05:06:07.123Z", true, "2021-03-04T05:06:07Z"}, {"2021-03-04", true, "2021-03-04"},
        {"Thu, 04 Mar 2021 05:06:07 GMT", true, "2021-03-04T05:06:07Z"}, {"Thu, 04 Mar 21 05:06:07 -0500", true, "2021-03-04T05:06:07-05:00"},
        {"Published March 4th, 2021 at 5:06 p.m. EST", true, "2021-03-04T17:06-05:00"}, {"4. März 2021, 17:06 Uhr", false, "2021-03-04T17:06"},
        {"4 de marzo de 2021", false, "2021-03-04"}, {"04.03.2021", true, "2021-03-04"}, {"3/4/2021", true, "2021-03-04"}, {"3/4/2021", false, "2021-04-03"},
        {"25/12/2021", true, "2021-12-25"}, {"2021年3月4日", true, "2021-03-04"}, {"1614834367", true, "2021-03-04T05:06:07Z"}, {"1614834367000", true, "2021-03-04T05:06:07Z"},
        {"20210304", true, "2021-03-04"}, {"20210304T050607Z", true, "2021-03-04T05:06:07Z"}, {"20210304T050607+0100", true, "2021-03-04T05:06:07+01:00"}, {"4 марта 2021", true, "2021-03-04"}, {"March 2021", true, "2021-03"},
        {"The best boats of 2024 March 4th, 2021", true, "2021-03-04"}, {"2021 March 4", true, "2021-03-04"},
        {"31.02.2021", true, NULL}, {"yesterday", true, NULL}, {"", true, NULL}, {"2021-13-01", true, NULL}, {"version 1.2.3", true, NULL}, {"99999999999999999999", true, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct date d;
        char out[DATE_MAX] = "";
        bool got = date_read(slice_of(cases[i].said), cases[i].month_first, &d);
        if (got) out[date_write(&d, out)] = '\0';
        if (got != (cases[i].want != NULL) || (got && strcmp(out, cases[i].want) != 0)) fail_msg("\"%s\": got \"%s\", want \"%s\"", cases[i].said, out, cases[i].want ? cases[i].want : "none");
    }
}

static void addresses_tell_their_date(void **state)
{
    (void)state;
    static const struct { const char *url, *want; } cases[] = {
        {"https://a.example/2021/03/04/ferry", "2021-03-04"}, {"https://a.example/2021/mar/04/ferry", "2021-03-04"}, {"https://a.example/ferry-20210304.html", "2021-03-04"},
        {"https://a.example/2021-03-04-ferry", "2021-03-04"}, {"https://a.example/ferry-12021030499", NULL}, {"https://a.example/2021/ferry", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct date d;
        char out[DATE_MAX] = "";
        if (date_in_url(slice_of(cases[i].url), &d)) out[date_write(&d, out)] = '\0';
        assert_string_equal(out, cases[i].want ? cases[i].want : "");
    }
}

#define LD "<script type='application/ld+json'>{\"@graph\":[{\"@type\":\"NewsArticle\",\"headline\":\"Council keeps the night ferry\",\"datePublished\":\"2021-03-04T05:06:07+01:00\"," \
           "\"dateModified\":\"2021-03-05\",\"author\":[{\"@type\":\"Person\",\"name\":\"Ada Marsh\"}],\"articleSection\":\"Harbour\"}]}</script>"

static void json_ld_says_who_and_when(void **state)
{
    struct doc doc = normalized(*state, "text/html", "<html><head><meta property='og:site_name' content='Ellery Post'>" LD "</head><body><h1>Council keeps the night ferry | Ellery Post</h1><p>" PROSE_1 "</p><p>" PROSE_2 "</p></body></html>");
    assert_slice(span_of(doc.text, doc.title), "Council keeps the night ferry");
    assert_slice(doc.published.value, "2021-03-04T05:06:07+01:00");
    assert_slice(doc.published.basis, "json-ld");
    assert_slice(doc.modified.value, "2021-03-05");
    assert_slice(doc.section, "Harbour");
    assert_slice(doc.outlet.value, "Ellery Post");
    assert_int_equal(doc.byline.len, 1);
    assert_slice(doc.byline.ptr[0], "Ada Marsh");
}

static void the_order_of_day_and_month_is_the_country_s(void **state)
{
    static const struct { const char *lang, *url, *want; } cases[] = {
        {"en-US", "https://post.example/a", "2021-03-04"}, {"en-GB", "https://post.example/a", "2021-04-03"}, {"en", "https://post.example.co.uk/a", "2021-04-03"}, {"fr", "https://post.example/a", "2021-04-03"},
        {"", "https://post.example/a", "2021-03-04"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char page[4096];
        snprintf(page, sizeof page, "<html lang='%s'><head><link rel='canonical' href='%s'></head><body><h1>Council keeps the night ferry</h1><span class='date'>3/4/2021</span><article><p>" PROSE_1 "</p><p>" PROSE_2 "</p></article></body></html>", cases[i].lang, cases[i].url);
        struct doc doc = normalized(*state, "text/html", page);
        assert_slice(doc.published.value, cases[i].want);
    }
}

static void an_article_that_only_a_script_has_is_read_from_it(void **state)
{
    static const struct { const char *name, *script; } cases[] = {
        {"JSON-LD", "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Council keeps the night ferry\",\"articleBody\":\"" PROSE_1 "\\n" PROSE_2 "\\n" PROSE_3 "\"}</script>"},
        {"the page's own data", "<script>page = {\"id\":7,\"html\":\"\\u003cp\\u003e" PROSE_1 "\\u003c/p\\u003e\\u003cp\\u003e" PROSE_2 "\\u003c/p\\u003e\\u003cp\\u003e" PROSE_3 "\\u003c/p\\u003e\"}</script>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char page[8192];
        snprintf(page, sizeof page, "<html><head>%s</head><body><h1>Council keeps the night ferry</h1><p>Read it in the app</p></body></html>", cases[i].script);
        struct doc doc = normalized(*state, "text/html", page);
        if (!slice_eq(body(&doc), SLICE(PROSE_1 "\n\n" PROSE_2 "\n\n" PROSE_3))) fail_msg("%s: \"%.*s\"", cases[i].name, (int)doc.text.len, doc.text.ptr);
        uint32_t mapped = 0;
        for (size_t k = 0; k < doc.map.len; k++) mapped += doc.map.ptr[k].len;
        assert_true(mapped + 8 >= doc.text.len);
    }
}

static void an_article_that_a_script_has_as_a_tree_of_paragraphs_is_read_from_it(void **state)
{
    static const struct { const char *name, *tree; } cases[] = {
        {"type and value", "{\"story\":{\"body\":{\"type\":\"document\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"value\":\"" PROSE_1 "\"}]},"
                           "{\"type\":\"ad\",\"content\":[]},{\"type\":\"paragraph\",\"content\":[{\"type\":\"link\",\"content\":[{\"type\":\"text\",\"value\":\"" PROSE_2 "\"}]}]},"
                           "{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"value\":\"" PROSE_3 "\"}]}]}}}"},
        {"nodeType", "{\"content\":[{\"nodeType\":\"paragraph\",\"content\":[{\"nodeType\":\"text\",\"value\":\"" PROSE_1 "\"}]},{\"nodeType\":\"paragraph\",\"content\":"
                     "[{\"nodeType\":\"text\",\"value\":\"" PROSE_2 "\"}]},{\"nodeType\":\"paragraph\",\"content\":[{\"nodeType\":\"text\",\"value\":\"" PROSE_3 "\"}]}]}"},
        {"data and text", "{\"blocks\":[{\"type\":\"paragraph\",\"data\":{\"text\":\"" PROSE_1 "\"}},{\"type\":\"paragraph\",\"data\":{\"text\":\"" PROSE_2 "\"}},"
                          "{\"type\":\"image\",\"data\":{\"text\":\"A boat\"}},{\"type\":\"paragraph\",\"data\":{\"text\":\"" PROSE_3 "\"}}]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char page[8192];
        snprintf(page, sizeof page, "<html><body><article><h1>Council keeps the night ferry</h1><p class=\"paragraph\">" PROSE_1 "</p></article>"
                 "<script>window.page = %s;</script></body></html>", cases[i].tree);
        struct doc doc = normalized(*state, "text/html", page);
        if (!slice_eq(body(&doc), SLICE(PROSE_1 "\n\n" PROSE_2 "\n\n" PROSE_3))) fail_msg("%s: \"%.*s\"", cases[i].name, (int)doc.text.len, doc.text.ptr);
    }
}

static void a_tree_of_another_article_is_left(void **state)
{
    struct doc doc = normalized(*state, "text/html", "<html><body><article><h1>Council keeps the night ferry</h1><p>" PROSE_1 "</p></article><script>window.next = {\"content\":["
        "{\"type\":\"paragraph\",\"text\":\"" PROSE_2 "\"},{\"type\":\"paragraph\",\"text\":\"" PROSE_3 "\"},{\"type\":\"paragraph\",\"text\":\"" PROSE_2 PROSE_3 "\"}]};</script></body></html>");
    assert_true(slice_eq(body(&doc), SLICE(PROSE_1)));
}

static void scripts_full_of_ends_of_paragraphs_cost_little(void **state)
{
    enum { TIMES = 60000 };
    static char page[TIMES * 17 + 64] = "<p>x</p><script>";
    char *at = page + strlen(page);
    for (size_t i = 0; i < TIMES; i++) at = stpcpy(at, i % 2 ? "\\u003c/p\\u003e\"" : "\\u003c/p\\u003e");
    struct fixture *f = *state;
    struct doc doc = document("text/html", slice_of(page));
    assert_err(normalize_doc(f->n, f->mem, &doc), OK, "many ends");
}

static void elements_in_elements_cost_little(void **state)
{
    enum { DEPTH = 2000, TIMES = 20000 };
    static const struct { const char *before, *open, *within; } cases[] = {
        {"", "<div class='byline'>", "Ada Marsh was here<br>"},
        {"", "<div class='byline'>", "<i class='byline'>Ada</i>, "},
        {"<div><p>Help us keep the Ellery Post free for everyone: your contribution goes a long way.</p></div><p>" PROSE_1 PROSE_2 "</p>", "<div>", "<p>The sea"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf page = buf_make(1 << 20);
        for (size_t k = 0; k < 32; k++) buf_str(&page, cases[i].before);
        for (size_t k = 0; k < DEPTH; k++) buf_str(&page, cases[i].open);
        for (size_t k = 0; k < TIMES; k++) buf_str(&page, cases[i].within);
        struct doc doc = document("text/html", slice_of(buf_cstr(&page)));
        arena_reset(f->mem);
        assert_err(normalize_doc(f->n, f->mem, &doc), OK, cases[i].within);
        buf_free(&page);
    }
}

static void no_date_lies_behind_the_time_of_acceptance(void **state)
{
    struct doc doc = document("text/html", SLICE("<html><head>" LD "</head><body><p>" PROSE_1 "</p></body></html>"));
    doc.accepted = 1514764800000; /* 2018 */
    doc = normalized_doc(*state, doc, "future");
    assert_false(doc_has(&doc, DOC_PUBLISHED));
}

static void the_day_of_publication_is_the_outlet_s_own_where_the_page_has_it(void **state)
{
    static const struct { const char *time, *want; } cases[] = {
        {"2021-03-03T22:06:07-0700", "2021-03-03T22:06:07-07:00"},  /* the same minute, the day before */
        {"2021-03-03T22:07:07-07:00", "2021-03-04T05:06:07Z"},      /* another minute */
        {"2021-03-03T05:06:07", "2021-03-04T05:06:07Z"},            /* nobody knows where */
        {"2021-03-04T06:06:07+01:00", "2021-03-04T05:06:07Z"},      /* the same day */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char page[4096];
        snprintf(page, sizeof page, "<html><head><meta property='article:published_time' content='2021-03-04T05:06:07Z'></head><body><article><h1>Council keeps the night ferry</h1>"
                 "<time datetime='%s'>last night</time><p>" PROSE_1 "</p><p>" PROSE_2 "</p></article></body></html>", cases[i].time);
        struct doc doc = normalized(*state, "text/html", page);
        assert_slice(doc.published.value, cases[i].want);
    }
}

static void a_row_of_a_table_is_a_line(void **state)
{
    struct doc doc = normalized(*state, "text/html", "<article><h1>Council keeps the night ferry</h1><p>" PROSE_1 "</p><p>" PROSE_2 "</p><table><tr><th>Boat</th><th>Crew</th></tr><tr><td>Night heron</td><td>4</td></tr></table><p>" PROSE_3 "</p></article>");
    if (slice_find(doc.text, SLICE("Night heron"), 0) != SIZE_MAX) assert_true(slice_find(doc.text, SLICE("Night heron | 4"), 0) != SIZE_MAX);
    for (size_t i = 0; i < doc.dropped.len; i++) assert_true(doc.dropped.ptr[i].e > doc.dropped.ptr[i].b);
}

static void a_date_by_the_headline_goes_before_a_dated_element_far_below(void **state)
{
    static const char *const page = "<html><body><p>February 6, 2021</p><h1>Council keeps the night ferry</h1><p>" PROSE_1 "</p><p>" PROSE_2 "</p><p>" PROSE_3 "</p>"
        "<p>One</p><p>Two</p><p>Three</p><p>Four</p><p>Five</p><p>Six</p><p>Seven</p><p>Eight</p><p>Nine</p><p>Ten</p><p>Eleven</p><p>Twelve</p><p>Thirteen</p><p>Fourteen</p>"
        "<div><p class='date'>March 3, 2022</p><p>The pier is closed</p></div></body></html>";
    struct doc doc = normalized(*state, "text/html", page);
    assert_slice(doc.published.value, "2021-02-06");
}

static void nitf_gives_headline_byline_and_date(void **state)
{
    struct doc doc = normalized(*state, "application/nitf+xml",
        "<?xml version='1.0'?><nitf><head><title>ferry-slug</title><docdata><date.issue norm='20210304T050607Z'/></docdata></head><body><body.head><hedline><hl1>Council keeps the night ferry</hl1></hedline>"
        "<byline>By <person>Ada Marsh</person></byline></body.head><body.content><p>" PROSE_1 "</p><p>" PROSE_2 "</p></body.content></body></nitf>");
    assert_slice(doc.text, "Council keeps the night ferry\n\n" PROSE_1 "\n\n" PROSE_2);
    assert_slice(doc.published.value, "2021-03-04T05:06:07Z");
    assert_int_equal(doc.byline.len, 1);
    assert_slice(doc.byline.ptr[0], "Ada Marsh");
}

static void an_unclosed_button_does_not_swallow_the_page(void **state)
{
    struct doc doc = normalized(*state, "text/html", "<body><div><button><div></button></div><main><article><h1>Council keeps the night ferry</h1><p>" PROSE_1 "</p><p>" PROSE_2 "</p></article></main></body>");
    assert_true(slice_find(doc.text, SLICE(PROSE_2), 0) != SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_title_line_empty_line_body), cmocka_unit_test(prose_without_headline_gets_none),
        cmocka_unit_test(standfirst_is_told_by_what_closes_it), cmocka_unit_test(furniture_lines_say_why),
        cmocka_unit_test(syndication_line_names_the_outlet), cmocka_unit_test(hard_wrapped_lines_are_joined),
        cmocka_unit_test(markdown_leaves_its_words), cmocka_unit_test(html_gives_blocks_as_lines),
        cmocka_unit_test(entities_break_the_map_and_nothing_else), cmocka_unit_test(text_is_in_nfc_and_spans_move_with_it),
        cmocka_unit_test(bytes_become_utf8), cmocka_unit_test(sentences_do_not_end_at_abbreviations),
        cmocka_unit_test(what_cannot_be_read_says_so), cmocka_unit_test(feed_metadata_wins), cmocka_unit_test(dates_are_read_as_people_write_them),
        cmocka_unit_test(addresses_tell_their_date), cmocka_unit_test(json_ld_says_who_and_when),
        cmocka_unit_test(the_order_of_day_and_month_is_the_country_s),
        cmocka_unit_test(an_article_that_only_a_script_has_is_read_from_it),
        cmocka_unit_test(an_article_that_a_script_has_as_a_tree_of_paragraphs_is_read_from_it), cmocka_unit_test(a_tree_of_another_article_is_left),
        cmocka_unit_test(scripts_full_of_ends_of_paragraphs_cost_little),
        cmocka_unit_test(elements_in_elements_cost_little),
        cmocka_unit_test(no_date_lies_behind_the_time_of_acceptance), cmocka_unit_test(a_row_of_a_table_is_a_line),
        cmocka_unit_test(the_day_of_publication_is_the_outlet_s_own_where_the_page_has_it), cmocka_unit_test(a_date_by_the_headline_goes_before_a_dated_element_far_below),
        cmocka_unit_test(nitf_gives_headline_byline_and_date),
        cmocka_unit_test(an_unclosed_button_does_not_swallow_the_page),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
