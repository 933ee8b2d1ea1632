/* test_tag_quotes.c - quotes with their speakers in whole articles of our own, counted: how many are found, how many are right. */
#include "test.h"

#include "../services/tag/model.h"
#include "../services/tag/tag.h"

enum { QUOTES_MAX = 64, LONG_WORDS = 6 };

struct marked { uint32_t b, e; struct slice speaker; bool met; };

struct article {
    struct buf text;
    struct marked quote[QUOTES_MAX];
    size_t n;
};

struct count { size_t gold, found, wrong, attributed, speaker, long_gold, long_found, long_wrong; };

static struct model names;
static struct tagger *tagger;
static struct arena *mem;

/* Takes the marks out of an article: {Speaker|words}. */
static void read_article(struct slice source, struct article *a)
{
    a->text = buf_make(1 << 20);
    a->n = 0;
    for (size_t i = 0; i < source.len; i++) {
        if (source.ptr[i] == '}') {
            a->quote[a->n++].e = (uint32_t)a->text.len;
        } else if (source.ptr[i] == '{') {
            size_t bar = slice_find(source, SLICE("|"), i);
            assert_true(bar != SIZE_MAX && a->n < QUOTES_MAX);
            a->quote[a->n] = (struct marked){.b = (uint32_t)a->text.len, .speaker = slice_cut(source, i + 1, bar)};
            i = bar;
        } else buf_char(&a->text, source.ptr[i]);
    }
}

static size_t words(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += s.ptr[i] != ' ' && (i == 0 || s.ptr[i - 1] == ' ');
    return n;
}

/* The marked quote that shares half of the union with the found one, or NULL. */
static struct marked *same(struct article *a, const struct quote *q)
{
    for (size_t i = 0; i < a->n; i++) {
        struct marked *m = &a->quote[i];
        uint32_t b = m->b > q->b ? m->b : q->b, e = m->e < q->e ? m->e : q->e;
        uint32_t from = m->b < q->b ? m->b : q->b, to = m->e > q->e ? m->e : q->e;
        if (b < e && (e - b) * 2 >= to - from) return m;
    }
    return NULL;
}

static bool names_speaker(struct slice got, struct slice want)
{
    return got.len > 0 && (slice_eq_nocase(got, want) || (got.len > 4 && slice_ends(got, want)));
}

static void judge(struct article *a, const struct doc *d, struct count *c, bool tell)
{
    for (size_t i = 0; i < d->quotes.len; i++) {
        const struct quote *q = &d->quotes.ptr[i];
        struct slice text = slice_cut(d->text, q->b, q->e);
        if (q->kind == QUOTE_INDIRECT) continue;
        struct marked *m = same(a, q);
        if (m == NULL) {
            c->wrong++;
            c->long_wrong += words(text) >= LONG_WORDS;
            if (tell) print_message("no quote: %.*s (%.*s)\n", (int)text.len, text.ptr, (int)q->rule.len, q->rule.ptr);
            continue;
        }
        if (m->met) continue;
        m->met = true;
        c->found++;
        c->long_found += words(slice_cut(d->text, m->b, m->e)) >= LONG_WORDS;
        if (m->speaker.len == 0) continue;
        c->attributed++;
        bool right = names_speaker(q->speaker, m->speaker);
        c->speaker += right;
        if (!right && tell)
            print_message("speaker %.*s, not %.*s (%.*s): %.*s\n", (int)m->speaker.len, m->speaker.ptr, (int)q->speaker.len, q->speaker.ptr ? q->speaker.ptr : "",
                          (int)q->rule.len, q->rule.ptr, (int)text.len, text.ptr);
    }
    for (size_t i = 0; i < a->n; i++) {
        struct slice text = slice_cut(d->text, a->quote[i].b, a->quote[i].e);
        c->gold++;
        c->long_gold += words(text) >= LONG_WORDS;
        if (!a->quote[i].met && tell) print_message("missed: %.*s\n", (int)text.len, text.ptr);
    }
}

static void count_article(struct slice source, struct count *c, bool tell)
{
    struct article a;
    struct doc doc;
    read_article(source, &a);
    doc_init(&doc);
    doc.text = buf_slice(&a.text);
    doc_set(&doc, DOC_TEXT);
    assert_err(tag_doc(tagger, mem, &doc), OK, "an article");
    judge(&a, &doc, c, tell);
    arena_reset(mem);
    buf_free(&a.text);
}

/* Counts all articles of a file, which are parted by lines of ====; the first paragraph, of # lines, is about the file. */
static struct count count_file(const char *path)
{
    struct count c = {0};
    size_t len = 0;
    char *text = read_whole(path, &len);
    assert_non_null(text);
    struct slice all = {text, len};
    size_t at = 0;
    while (at < len && text[at] == '#') at = slice_find(all, SLICE("\n"), at) + 1;
    bool tell = getenv("TELL") != NULL;
    while (at < len) {
        size_t end = slice_find(all, SLICE("\n====\n"), at);
        if (end == SIZE_MAX) end = len;
        count_article(slice_cut(all, at, end), &c, tell);
        at = end + 6;
    }
    free(text);
    double p = (double)c.long_found / (double)(c.long_found + c.long_wrong), r = (double)c.long_found / (double)c.long_gold;
    print_message("%s: %zu quotes, %zu found, %zu false; of six words and more P %.3f R %.3f; speaker %zu of %zu\n", path, c.gold, c.found, c.wrong, p, r,
                  c.speaker, c.attributed);
    return c;
}

static void holds(struct count c, size_t speakers_percent)
{
    assert_true(c.long_found * 100 >= (c.long_found + c.long_wrong) * 92);
    assert_true(c.long_found * 100 >= c.long_gold * 85);
    assert_true(c.speaker * 100 >= c.attributed * speakers_percent);
}

static void quotes_of_articles_that_rules_were_tried_on(void **state)
{
    (void)state;
    holds(count_file("tests/data/quotes/open.txt"), 95);
    holds(count_file("tests/data/quotes/open2.txt"), 95);
}

static void quotes_of_articles_held_back(void **state)
{
    (void)state;
    holds(count_file("tests/data/quotes/held.txt"), 88);
    holds(count_file("tests/data/quotes/held2.txt"), 90);
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_create(256 << 20);
    if (model_open("services/tag/names.model", &names) != OK) return 1;
    tagger = tagger_create(&names);
    return tagger == NULL || mem == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    tagger_destroy(&tagger);
    arena_destroy(&mem);
    model_close(&names);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_of_articles_that_rules_were_tried_on),
        cmocka_unit_test(quotes_of_articles_held_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
