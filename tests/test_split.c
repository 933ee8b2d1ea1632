/* test_split.c - bodies cut into documents: how many, what the first says of itself, which records are refused, which bodies and where. */
#include "test.h"

#include "../services/ingest/split.h"

struct fixture { struct arena *mem; struct split_docs docs; struct split_trouble why; };

static enum err cut(struct fixture *f, const char *type, const char *body)
{
    struct feed_request q = {.source = SLICE("s"), .id = SLICE("i"), .name = SLICE("i"), .type = slice_of(type), .body = slice_of(body)};
    arena_reset(f->mem);
    f->docs = (struct split_docs){0};
    f->why = (struct split_trouble){0};
    return split(&q, f->mem, &f->docs, &f->why);
}

#define RSS(items) "<rss xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel><title>Vale Post</title>" items "</channel></rss>"
#define RECORD(type, length, block) "WARC/1.0\r\nWARC-Type: " type "\r\nContent-Type: text/plain\r\nContent-Length: " length "\r\n\r\n" block "\r\n\r\n"

static const struct { const char *name, *type, *body; size_t docs, refused; const char *kind, *title, *raw; } sound[] = {
    {"plain text is one document", NULL, "Pool opens\n\nIt opened.", 1, 0, "text/plain", "", "Pool opens\n\nIt opened."},
    {"a page is told by its first bytes", NULL, "<!DOCTYPE html><p>Hi", 1, 0, "text/html", "", "<!DOCTYPE html><p>Hi"},
    {"a line of JSON is a record", NULL, "{\"title\":\"T\",\"text\":\"a\"}\n{\"text\":\"b\"}\n", 2, 0, "text/plain", "T", "a"},
    {"text with markup is HTML", NULL, "[{\"headline\":\"T\",\"content\":\"<p>a</p>\"}]", 1, 0, "text/html", "T", "<p>a</p>"},
    {"a list's bad record is refused alone", NULL, "[{\"text\":\"a\"},{\"x\":1},{\"text\":\"b\"}]", 3, 1, "text/plain", "", "a"},
    {"an element that is no JSON is refused alone", NULL, "[{\"text\":\"a\"},{\"text\":b},{\"text\":\"c\"}]", 3, 1, "text/plain", "", "a"},
    {"bytes that are no UTF-8 cost their element", "application/json", "[{\"text\":\"a\"},{\"text\":\"\xFF\"},{\"text\":\"c\"}]", 3, 1, "text/plain", "", "a"},
    {"JSON Feed says outlet and text", NULL, "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Vale Post\",\"items\":[{\"id\":\"1\",\"title\":\"T\",\"content_text\":\"a\"}]}", 1, 0, "text/plain", "T", "a"},
    {"the entry's full text goes before its summary", NULL, RSS("<item><title>A &amp; B</title><description>s</description><content:encoded><![CDATA[<p>x</p>]]></content:encoded></item>"),
     1, 0, "text/html", "A & B", "<p>x</p>"},
    {"an entry that says nothing is refused alone", NULL, RSS("<item><title>A</title></item><item><link>http://a.example</link></item>"), 2, 1, "text/plain", "A", "A"},
    {"an entry that is not closed ends at the next", NULL, RSS("<item><title>A</title><item><title>B</title></item>"), 2, 0, "text/plain", "A", "A"},
    {"lone ampersands and HTML's entities are understood", NULL, RSS("<item><title>R&D caf&eacute;</title></item>"), 1, 0, "text/plain", "R&D caf\xC3\xA9", "R&D caf\xC3\xA9"},
    {"a WARC's requests are passed over", NULL, RECORD("request", "2", "xx") RECORD("conversion", "4", "Text"), 1, 0, "text/plain", "", "Text"},
    {"a wrong length costs its own record only", NULL, RECORD("conversion", "9999", "Lost") RECORD("conversion", "4", "Text"), 2, 1, "application/warc", "", ""},
};

static void bodies_are_cut_into_their_records(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
        size_t refused = 0;
        assert_err(cut(f, sound[i].type, sound[i].body), OK, sound[i].name);
        for (size_t k = 0; k < f->docs.len; k++) refused += f->docs.ptr[k].fail != OK;
        if (f->docs.len != sound[i].docs || refused != sound[i].refused) fail_msg("%s: %zu documents, %zu refused", sound[i].name, f->docs.len, refused);
        assert_slice(f->docs.ptr[0].type, sound[i].kind);
        assert_slice(f->docs.ptr[0].meta.title, sound[i].title);
        assert_slice(f->docs.ptr[0].raw, sound[i].raw);
    }
}

static const struct { const char *name, *type, *body; enum err err; size_t record, at; } bad[] = {
    {"nothing", NULL, "", ERR_EMPTY, 0, 0},
    {"white space", NULL, " \n ", ERR_EMPTY, 0, 0},
    {"a PDF", NULL, "%PDF-1.4", ERR_UNSUPPORTED, 0, 0},
    {"a broken line is named and placed", "application/x-ndjson", "{\"text\":\"a\"}\n{\"text\":", ERR_MALFORMED, 2, 21},
    {"no comma", NULL, "[{\"text\":\"a\"} {\"text\":\"b\"}]", ERR_MALFORMED, 1, 14},
    {"gzip that ends early", NULL, "\x1F\x8B\x08", ERR_MALFORMED, 0, 3},
};

static void a_bad_body_is_refused_with_its_place(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_err(cut(f, bad[i].type, bad[i].body), bad[i].err, bad[i].name);
        if (f->why.record != bad[i].record || f->why.at != bad[i].at) fail_msg("%s: record %zu, byte %zu", bad[i].name, f->why.record, f->why.at);
    }
}

static int set_up(void **state)
{
    static struct fixture f;
    f.mem = arena_create(SPLIT_ARENA);
    *state = &f;
    return f.mem ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_destroy(&f->mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bodies_are_cut_into_their_records), cmocka_unit_test(a_bad_body_is_refused_with_its_place)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
