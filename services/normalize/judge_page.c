/* judge_page.c - which blocks of an HTML page are the article: the model's scores, mended to contiguous text, with a reason for what goes. */
#include "appeals.h"
#include "judge.h"

enum {
    HOLE_LEAST = 150,      /* bytes of a paragraph that is kept for where it stands */
    HOLE_SPAN = 20,        /* blocks between the two that it stands between */
    PARAGRAPH_LEAST = 60,  /* bytes that make those two running text */
    COPY_LEAST = 80,       /* bytes of a paragraph that counts as a copy */
    COPY_SHARE = 5,        /* copies are dropped when they are one part in so many of what is kept */
};
static const float HOLE_SCORE = 0.1F;
static const char REPEATED[] = "repeated";

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

static size_t length(const struct block *b)
{
    return b->text.e - b->text.b;
}

static uint32_t parent_of(const struct page *p, const struct block *b)
{
    return b->node == NO_NODE ? NO_NODE : p->nodes[b->node].parent;
}

/* A long paragraph of running text that the model left out though it stands beside its like: not one that it is sure of. */
static bool is_hole(const struct page *p, const struct block *b, uint32_t parent)
{
    return !b->keep && b->score >= HOLE_SCORE && length(b) >= HOLE_LEAST && b->link_bytes * 10 < length(b) * 3 && parent_of(p, b) == parent;
}

/* Keeps the holes between two kept paragraphs of one element. */
static void fill_holes(struct page *p)
{
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < p->n_blocks; i++) {
        if (!p->blocks[i].keep || length(&p->blocks[i]) < PARAGRAPH_LEAST) continue;
        uint32_t parent = parent_of(p, &p->blocks[i]);
        if (last != SIZE_MAX && i - last <= HOLE_SPAN && parent == parent_of(p, &p->blocks[last]))
            for (size_t k = last + 1; k < i; k++) p->blocks[k].keep = p->blocks[k].keep || is_hole(p, &p->blocks[k], parent);
        last = i;
    }
}

static uint32_t hash_of(struct slice s)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.ptr[i]) * 16777619U;
    return h ^ h >> 15;
}

/* Marks kept paragraphs that stand before among the kept as repeated; returns their bytes. `first` has room for the first block of each hash. */
static size_t find_copies(struct page *p, uint32_t *first, size_t slots)
{
    size_t found = 0;
    memset(first, 0xFF, slots * sizeof *first);
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        if (!b->keep || length(b) < COPY_LEAST) continue;
        uint32_t *slot = &first[hash_of(block_text(p, b)) & (slots - 1)];
        if (*slot == NO_NODE) *slot = (uint32_t)i;
        else if (slice_eq(block_text(p, &p->blocks[*slot]), block_text(p, b))) b->why = REPEATED;
        found += b->why == REPEATED ? length(b) : 0;
    }
    return found;
}

/* A page that has its article twice (for wide and small screens, say) has it once; a line that an article repeats stays. */
static enum err drop_copies(struct page *p)
{
    size_t slots = 64, kept = 0;
    while (slots < p->n_blocks * 2) slots *= 2;
    uint32_t *first = arena_take(p->mem, slots * sizeof *first);
    if (first == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < p->n_blocks; i++) kept += p->blocks[i].keep ? length(&p->blocks[i]) : 0;
    bool twice = find_copies(p, first, slots) * COPY_SHARE >= kept;
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        if (b->why != REPEATED) continue;
        if (twice) b->keep = false;
        else b->why = NULL;
    }
    return OK;
}

enum err judge_page(struct page *p, float threshold, struct hints *hints)
{
    for (size_t i = 0; i < p->n_blocks; i++) p->blocks[i].keep = p->blocks[i].score >= threshold;
    keep_something(p, threshold);
    fill_holes(p);
    appeals_drop(p);
    enum err e = drop_copies(p);
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        if (b->keep) continue;
        if (b->why == NULL) b->why = reason(p, b, &p->says[i]);
        if (hints->outlet.ptr == NULL) hints->outlet = p->says[i].outlet;
    }
    return e;
}
