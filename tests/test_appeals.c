/* test_appeals.c - what a site says of itself to its reader is no part of the article, wherever it stands; an article about such texts is one. */
#include "test.h"

#include "../services/normalize/appeals.h"
#include "../services/normalize/attribute_words.h"

static const struct { const char *text, *why; } paragraphs[] = {
    {"Help us keep the Ellery Post free for everyone: give as little as $2. Your contribution will go a long way.", "appeal"},
    {"If you value independent journalism, please consider a gift. We rely on readers like you.", "appeal"},
    {"Unterst\xC3\xBCtzen Sie unabh\xC3\xA4ngigen Journalismus: Mit Ihrer Spende bleibt die Ellery Post frei.", "appeal"},
    {"When you visit our website, we store cookies on your browser; you may opt out of the sale of your personal information.", "cookies"},
    {"The charity said it relied on donations, that its contributing members numbered 4,000, and that tax-deductible gifts had doubled.", NULL},
    {"The regulator fined the maker of the app for cookies that stored personal data and gave no way to opt out, citing privacy law.", NULL},
    {"The council voted on Tuesday to keep the night ferry for another year.", NULL},
    {"Help us. Support us. Your help.", NULL}, /* too short to say */
};

static void turns_that_come_together_tell_and_one_alone_does_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof paragraphs / sizeof *paragraphs; i++) {
        const char *why = appeal_look(slice_of(paragraphs[i].text));
        if (why == NULL ? paragraphs[i].why == NULL : paragraphs[i].why != NULL && strcmp(why, paragraphs[i].why) == 0) continue;
        print_error("%s: %s\n", paragraphs[i].text, why ? why : "nothing");
        assert_true(false);
    }
}

/* A page: node 0 the body, 1 the article, 2 a box in it; each text is a block of the node before it. */
struct placed { uint32_t node; const char *text; };

static struct page page_of(struct node *nodes, struct block *blocks, char *text, const struct placed *p, size_t n)
{
    for (uint32_t i = 0; i < 3; i++) nodes[i] = (struct node){.parent = i == 0 ? NO_NODE : i - 1, .tag = TAG_DIV};
    struct page page = {.markup = true, .nodes = nodes, .n_nodes = 3, .blocks = blocks, .n_blocks = n};
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        size_t size = strlen(p[i].text);
        memcpy(text + len, p[i].text, size);
        blocks[i] = (struct block){.text = {len, len + size}, .node = p[i].node, .keep = true, .score = .9f};
        len += size;
    }
    page.clean.text = text;
    return page;
}

#define LONG "The council voted on Tuesday to keep the night ferry for another year, after a winter in which it carried eleven thousand people between " \
             "the islands and the mill. The harbour master said that the boat had been late twice and had not once stayed in port. "
#define ASK "Help us keep the Ellery Post free for everyone: give as little as $2. Your contribution will go a long way."

static void the_rest_of_its_box_goes_with_it(void **state)
{
    (void)state;
    static const struct placed placed[] = {{1, LONG LONG}, {1, LONG}, {2, "The stakes have never been higher"}, {2, ASK}, {2, "We thank all who gave last year."}, {1, LONG LONG}};
    struct node nodes[3];
    struct block b[6];
    char text[8192];
    struct page page = page_of(nodes, b, text, placed, 6);
    appeals_drop(&page);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(b[i].keep, placed[i].node == 1);
        assert_true((b[i].why != NULL) == (placed[i].node == 2));
    }
}

static void an_appeal_between_paragraphs_takes_none_of_them_along(void **state)
{
    (void)state;
    static const struct placed placed[] = {{1, LONG}, {1, ASK}, {1, LONG LONG}, {1, "He declined to say more."}};
    struct node nodes[3];
    struct block b[4];
    char text[8192];
    struct page page = page_of(nodes, b, text, placed, 4);
    appeals_drop(&page);
    assert_true(b[0].keep && !b[1].keep && b[2].keep && b[3].keep);
    assert_string_equal(b[1].why, "appeal");
}

static void a_page_of_nothing_else_is_kept(void **state)
{
    (void)state;
    static const struct placed placed[] = {{1, "Why we ask"}, {1, ASK}, {2, ASK}};
    struct node nodes[3];
    struct block b[3];
    char text[8192];
    struct page page = page_of(nodes, b, text, placed, 3);
    appeals_drop(&page);
    for (size_t i = 0; i < 3; i++) assert_true(b[i].keep && b[i].why == NULL);
}

static void boxes_that_are_the_whole_page_are_kept(void **state)
{
    (void)state;
    static const struct placed placed[] = {{1, ASK}, {1, LONG}, {2, ASK}, {2, LONG}, {3, ASK}, {3, LONG}, {4, ASK}, {4, LONG}};
    struct node nodes[5];
    struct block b[8];
    char text[8192];
    struct page page = page_of(nodes, b, text, placed, 8);
    for (uint32_t i = 1; i < 5; i++) nodes[i] = (struct node){.parent = 0, .tag = TAG_DIV};
    page.n_nodes = 5;
    appeals_drop(&page);
    for (size_t i = 0; i < 8; i++) assert_true(b[i].keep && b[i].why == NULL);
}

#define CONSENT "When you visit our website, we store cookies on your browser; you may opt out of the sale of your personal information. "

static void a_box_named_after_cookies_goes_though_it_holds_more_than_the_article(void **state)
{
    (void)state;
    static const struct placed placed[] = {{1, LONG}, {2, "Cookie preferences"}, {2, CONSENT CONSENT}, {2, CONSENT CONSENT}, {2, "Manage them here"}};
    for (int named = 0; named < 2; named++) {
        struct node nodes[3];
        struct block b[5];
        char text[8192];
        struct page page = page_of(nodes, b, text, placed, 5);
        if (named) nodes[2].marks = MARK(COOKIE);
        appeals_drop(&page);
        for (size_t i = 0; i < 5; i++) assert_int_equal(b[i].keep, placed[i].node == 1 || !named);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_that_come_together_tell_and_one_alone_does_not), cmocka_unit_test(the_rest_of_its_box_goes_with_it),
        cmocka_unit_test(an_appeal_between_paragraphs_takes_none_of_them_along), cmocka_unit_test(a_page_of_nothing_else_is_kept),
        cmocka_unit_test(boxes_that_are_the_whole_page_are_kept),
        cmocka_unit_test(a_box_named_after_cookies_goes_though_it_holds_more_than_the_article),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
