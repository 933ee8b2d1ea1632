/* test_judge.c - what is mended behind the block model: paragraphs left out amid an article come back, an article that stands twice is kept once. */
#include "test.h"

#include "../services/normalize/judge.h"

enum { BLOCKS = 12, ROOM = 1 << 16 };

#define A "The harbour council of Port Ellery voted on Tuesday to keep the night ferry for another year, its chair Ada Marsh said after a debate of three hours in the old mill."
#define B "The boat will sail four times a night until the bridge is repaired, which may take until the spring of next year, and the fares will stay as they have been since May."
#define C "Fishermen had warned that without it the island would be cut off for eleven hours a day, that the school would close, and that nobody would buy a house there any more."
#define D "Nobody spoke against it, and the harbour master was asked to bring the figures of the winter to the next meeting of the council, which is on the second of November."

/* Each text is a block of the node before it: 0 the body, 1 and 2 two elements, 3 to 5 paragraphs of 1, 6 one of 2. */
struct placed { uint32_t node; float score; uint32_t links; const char *text; bool keep; };

static void judged(const struct placed *placed, size_t n, struct arena *mem, struct block *blocks)
{
    static struct node nodes[7];
    static char text[ROOM];
    static struct line_says says[BLOCKS];
    static const uint32_t parents[7] = {NO_NODE, 0, 0, 1, 1, 1, 2};
    for (size_t i = 0; i < 7; i++) nodes[i] = (struct node){.parent = parents[i], .tag = i < 3 ? TAG_DIV : TAG_P};
    struct page page = {.mem = mem, .markup = true, .nodes = nodes, .n_nodes = 7, .blocks = blocks, .n_blocks = n, .says = says};
    uint32_t len = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t size = (uint32_t)strlen(placed[i].text);
        memcpy(text + len, placed[i].text, size);
        blocks[i] = (struct block){.text = {len, len + size}, .node = placed[i].node, .score = placed[i].score, .link_bytes = placed[i].links};
        len += size;
    }
    page.clean.text = text;
    struct hints hints = {{NULL, 0}};
    assert_err(judge_page(&page, 0.5F, &hints), OK, "judge");
}

static void hold(const struct placed *placed, size_t n)
{
    struct block blocks[BLOCKS];
    struct arena *mem = arena_create(ROOM);
    assert_non_null(mem);
    judged(placed, n, mem, blocks);
    for (size_t i = 0; i < n; i++) {
        if (blocks[i].keep != placed[i].keep) fail_msg("block %zu is %s: %s", i, blocks[i].keep ? "kept" : "dropped", placed[i].text);
        assert_true(blocks[i].keep == (blocks[i].why == NULL));
    }
    arena_destroy(&mem);
}

static void a_paragraph_amid_its_like_is_kept_though_the_model_doubts_it(void **state)
{
    (void)state;
    static const struct placed doubted[] = {{3, .9F, 0, A, true}, {4, .3F, 0, B, true}, {5, .9F, 0, C, true}};
    static const struct placed sure[] = {{3, .9F, 0, A, true}, {4, .05F, 0, B, false}, {5, .9F, 0, C, true}};
    static const struct placed elsewhere[] = {{3, .9F, 0, A, true}, {6, .3F, 0, B, false}, {5, .9F, 0, C, true}};
    static const struct placed linked[] = {{3, .9F, 0, A, true}, {4, .3F, 120, B, false}, {5, .9F, 0, C, true}};
    static const struct placed little[] = {{3, .9F, 0, A, true}, {4, .3F, 0, "Read more of our news", false}, {5, .9F, 0, C, true}};
    static const struct placed behind[] = {{3, .9F, 0, A, true}, {4, .9F, 0, B, true}, {5, .3F, 0, C, false}};
    hold(doubted, 3);
    hold(sure, 3);
    hold(elsewhere, 3);
    hold(linked, 3);
    hold(little, 3);
    hold(behind, 3);
}

static void an_article_that_stands_twice_is_kept_once(void **state)
{
    (void)state;
    static const struct placed twice[] = {{3, .9F, 0, A, true}, {4, .9F, 0, B, true}, {5, .9F, 0, C, true}, {6, .9F, 0, A, false}, {6, .9F, 0, B, false}, {6, .9F, 0, C, false}};
    hold(twice, 6);
}

static void a_line_that_an_article_repeats_stays(void **state)
{
    (void)state;
    static const struct placed refrain[] = {{3, .9F, 0, A B, true}, {4, .9F, 0, A, true}, {5, .9F, 0, C D, true}, {3, .9F, 0, B C, true}, {4, .9F, 0, A, true}, {5, .9F, 0, D, true}};
    static const struct placed brief[] = {{3, .9F, 0, "She said no.", true}, {4, .9F, 0, A, true}, {5, .9F, 0, "She said no.", true}};
    hold(refrain, 6);
    hold(brief, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paragraph_amid_its_like_is_kept_though_the_model_doubts_it), cmocka_unit_test(an_article_that_stands_twice_is_kept_once),
        cmocka_unit_test(a_line_that_an_article_repeats_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
