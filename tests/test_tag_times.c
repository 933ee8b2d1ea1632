/* test_tag_times.c - times and quantities in sentences of our own, counted: how many are found, how many have the right value. */
#include "test.h"

#include <math.h>

#include "../services/tag/model.h"
#include "../services/tag/tag.h"

enum { MARKS_MAX = 16 };

struct marked { uint32_t b, e; struct slice value; bool time, met; };

struct line {
    struct slice published;
    struct buf text;
    struct marked mark[MARKS_MAX];
    size_t n;
};

struct count { size_t gold, found, wrong, right; };

static struct model names;
static struct tagger *tagger;
static struct arena *mem;

/* Takes the marks out of a line: its published date or -, a space, words with [time|value] and <quantity|value>. */
static void read_line(struct slice source, struct line *l)
{
    size_t at = slice_find(source, SLICE(" "), 0);
    assert_true(at != SIZE_MAX);
    l->published = slice_cut(source, 0, at);
    l->text = buf_make(1 << 16);
    l->n = 0;
    for (size_t i = at + 1; i < source.len; i++) {
        char c = source.ptr[i];
        if (c == '[' || c == '<') {
            assert_true(l->n < MARKS_MAX);
            l->mark[l->n] = (struct marked){.b = (uint32_t)l->text.len, .time = c == '['};
        } else if (c == '|') {
            size_t end = slice_find(source, l->mark[l->n].time ? SLICE("]") : SLICE(">"), i);
            assert_true(end != SIZE_MAX);
            l->mark[l->n].e = (uint32_t)l->text.len;
            l->mark[l->n++].value = slice_cut(source, i + 1, end);
            i = end;
        } else buf_char(&l->text, c);
    }
}

/* The mark that shares a byte with [b, e) and, of several, one that is not met yet. */
static struct marked *at(struct line *l, uint32_t b, uint32_t e)
{
    struct marked *any = NULL;
    for (size_t i = 0; i < l->n; i++)
        if (b < l->mark[i].e && l->mark[i].b < e && (any == NULL || any->met)) any = &l->mark[i];
    return any;
}

static void meet(struct line *l, uint32_t b, uint32_t e, struct slice value, double number, struct count *c, bool tell)
{
    struct marked *m = at(l, b, e);
    struct slice words = slice_cut(buf_slice(&l->text), b, e);
    if (m == NULL) {
        c->wrong++;
        if (tell) print_message("false: %.*s = %.*s %g\n", (int)words.len, words.ptr, (int)value.len, value.len ? value.ptr : "", number);
        return;
    }
    if (m->met) return;
    m->met = true;
    c->found++;
    char want[64];
    snprintf(want, sizeof want, "%.*s", (int)m->value.len, m->value.ptr);
    bool right = m->time ? slice_eq(value, m->value) : value.len == 0 && fabs(strtod(want, NULL) - number) <= 0.001 * (fabs(number) + 0.1);
    c->right += right;
    if (!right && tell) print_message("value of '%.*s' %s, not %.*s %g\n", (int)words.len, words.ptr, want, (int)value.len, value.len ? value.ptr : "", number);
}

static void count_line(struct slice source, struct count *c, bool tell)
{
    struct line l;
    struct doc doc;
    read_line(source, &l);
    doc_init(&doc);
    doc.text = buf_slice(&l.text);
    doc_set(&doc, DOC_TEXT);
    if (l.published.len == 10) {
        doc.published.value = l.published;
        doc_set(&doc, DOC_PUBLISHED);
    }
    assert_err(tag_doc(tagger, mem, &doc), OK, "a sentence");
    for (size_t i = 0; i < doc.times.len; i++) meet(&l, doc.times.ptr[i].b, doc.times.ptr[i].e, doc.times.ptr[i].value, NAN, c, tell);
    for (size_t i = 0; i < doc.quantities.len; i++)
        meet(&l, doc.quantities.ptr[i].b, doc.quantities.ptr[i].e, (struct slice){NULL, 0}, doc.quantities.ptr[i].value, c, tell);
    c->gold += l.n;
    for (size_t i = 0; i < l.n && tell; i++)
        if (!l.mark[i].met) print_message("missed: %.*s\n", (int)(l.mark[i].e - l.mark[i].b), l.text.ptr + l.mark[i].b);
    arena_reset(mem);
    buf_free(&l.text);
}

static struct count count_file(const char *path)
{
    struct count c = {0};
    size_t len = 0;
    char *text = read_whole(path, &len);
    assert_non_null(text);
    struct slice all = {text, len};
    bool tell = getenv("TELL") != NULL;
    for (size_t from = 0, end; from < len; from = end + 1) {
        end = slice_find(all, SLICE("\n"), from);
        if (end == SIZE_MAX) end = len;
        if (text[from] != '#' && end > from) count_line(slice_cut(all, from, end), &c, tell);
    }
    free(text);
    double p = (double)c.found / (double)(c.found + c.wrong), r = (double)c.found / (double)c.gold;
    print_message("%s: %zu times and quantities, P %.3f R %.3f F %.3f; values %zu of %zu\n", path, c.gold, p, r, 2 * p * r / (p + r), c.right, c.found);
    return c;
}

/* F of .90 and a value right for `percent` of what was found. */
static void holds(struct count c, size_t percent)
{
    assert_true(c.found * 200 >= (c.found * 2 + c.wrong + c.gold - c.found) * 90);
    assert_true(c.right * 100 >= c.found * percent);
}

static void times_and_quantities_that_rules_were_tried_on(void **state)
{
    (void)state;
    holds(count_file("tests/data/times/open.txt"), 97);
}

static void times_and_quantities_held_back(void **state)
{
    (void)state;
    holds(count_file("tests/data/times/held.txt"), 90);
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_create(64 << 20);
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
        cmocka_unit_test(times_and_quantities_that_rules_were_tried_on),
        cmocka_unit_test(times_and_quantities_held_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
