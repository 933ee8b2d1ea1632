/* judge_page.c - which blocks of an HTML page are the article: the model's scores, mended to contiguous text, with a reason for what goes. */
#include "appeals.h"
#include "judge.h"

/* Why a block is outside, by what it says or by what it is in. */
static const char *reason(const struct page *p, const struct block *b, const struct line_says *says)
{
    static const struct { uint64_t mark; const char *why; } marks[] = {
        {MARK(COMMENT), "comments"}, {MARK(COOKIE), "cookies"}, {MARK(NEWSLETTER), "newsletter"}, {MARK(RELATED) | MARK(RECOMMEND) | MARK(POPULAR) | MARK(LATEST), "related"},
        {MARK(SHARE), "share"}, {MARK(AD), "advertisement"}, {MARK(BREADCRUMB) | MARK(NAV) | MARK(MENU), "navigation"}, {MARK(FOOTER), "footer"},
        {MARK(BIO), "author box"}, {MARK(BYLINE) | MARK(AUTHOR), "byline"}, {MARK(CAPTION) | MARK(CREDIT), "caption"}, {MARK(SIDEBAR), "sidebar"}, {MARK(LOGIN), "login"}};
    if (says->why) return says->why;
    uint32_t node = b->node;
    for (size_t up = 0; node != NO_NODE && up < 8; up++, node = p->nodes[node].parent) {
        const struct node *n = &p->nodes[node];
        if (n->tag == TAG_NAV) return "navigation";
        if (n->tag == TAG_FOOTER) return "footer";
        if (n->tag == TAG_ASIDE) return "sidebar";
        if (n->tag == TAG_FIGCAPTION) return "caption";
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            if (n->marks & marks[i].mark) return marks[i].why;
    }
    return "outside the article";
}

/* The best that is left when nothing scored well: blocks of running text, or all that has words. */
static void keep_something(struct page *p, float threshold)
{
    float best = 0;
    size_t kept = 0;
    for (size_t i = 0; i < p->n_blocks; i++) {
        const struct block *b = &p->blocks[i];
        kept += b->keep && b->text.e - b->text.b > 20;
        if (b->score > best) best = b->score;
    }
    for (size_t i = 0; kept == 0 && best < threshold && i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        b->keep = b->score * 2 >= best;
    }
}

void judge_page(struct page *p, float threshold, struct hints *hints)
{
    for (size_t i = 0; i < p->n_blocks; i++) p->blocks[i].keep = p->blocks[i].score >= threshold;
    keep_something(p, threshold);
    appeals_drop(p);
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        struct line_says says = b->keep ? (struct line_says){NULL} : line_look(block_text(p, b));
        if (!b->keep && b->why == NULL) b->why = reason(p, b, &says);
        if (hints->outlet.ptr == NULL) hints->outlet = says.outlet;
    }
}
