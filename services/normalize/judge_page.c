/* judge_page.c - which blocks of an HTML page are the article. */
#include "judge.h"

static bool outside(const struct page *p, uint32_t node)
{
    for (size_t k = 0; node != NO_NODE && k < 40; k++, node = p->nodes[node].parent) {
        const struct node *n = &p->nodes[node];
        if (n->tag == TAG_NAV || n->tag == TAG_FOOTER || n->tag == TAG_FORM || n->tag == TAG_ASIDE) return true;
        if (n->marks & (MARK(HIDDEN) | MARK(COMMENT) | MARK(SIDEBAR) | MARK(COOKIE) | MARK(RELATED) | MARK(RECOMMEND) | MARK(NEWSLETTER))) return true;
        if (n->tag == TAG_ARTICLE || n->tag == TAG_MAIN) return false;
    }
    return false;
}

/* The node whose own paragraphs hold most running text. */
static uint32_t best_container(struct page *p)
{
    uint32_t best = NO_NODE;
    double most = 0;
    for (size_t i = 0; i < p->n_blocks; i++) {
        uint32_t node = p->blocks[i].node;
        double weight = 1;
        for (size_t k = 0; k < 4 && node != NO_NODE; k++, node = p->nodes[node].parent, weight *= 0.75) {
            const struct node *n = &p->nodes[node];
            double score = n->good * weight - n->links * 0.5;
            if (score > most && !outside(p, node)) {
                most = score;
                best = node;
            }
        }
    }
    return best;
}

static bool below(const struct page *p, uint32_t node, uint32_t top)
{
    for (; node != NO_NODE; node = p->nodes[node].parent)
        if (node == top) return true;
    return false;
}

enum err judge_page(struct page *p, struct hints *hints)
{
    uint32_t top = best_container(p);
    size_t kept = 0;
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        struct slice t = block_text(p, b);
        struct line_says says = line_look(t);
        if (hints->url.ptr == NULL && says.outlet.len && hints->outlet.ptr == NULL) hints->outlet = says.outlet;
        bool inside = top == NO_NODE || below(p, b->node, top);
        b->why = !inside || outside(p, b->node) ? "outside the article" : says.why;
        if (b->why == NULL && b->link_bytes * 2 > t.len && t.len < 200) b->why = "links";
        b->keep = b->why == NULL;
        kept += b->keep ? t.len : 0;
    }
    for (size_t i = 0; kept == 0 && i < p->n_blocks; i++) {
        p->blocks[i].keep = true;
        p->blocks[i].why = NULL;
    }
    return OK;
}
