/* judge_wire.c - which blocks of an item in the wire's own formats are the article: its content has no furniture, so all of it but captions. */
#include "judge.h"

static bool within(const struct page *p, const struct block *b, uint8_t tag)
{
    for (uint32_t node = b->node; node != NO_NODE; node = p->nodes[node].parent)
        if (p->nodes[node].tag == tag) return true;
    return false;
}

static const char *why_not(const struct page *p, const struct block *b, size_t from, size_t to)
{
    if (within(p, b, TAG_FIGURE) || within(p, b, TAG_FIGCAPTION)) return "caption";
    if (b->b >= from && b->b < to) return NULL;
    return within(p, b, TAG_BYLINE) ? "byline" : "outside the article";
}

void judge_wire(struct page *p)
{
    size_t open = slice_find(p->source, SLICE("<body.content"), 0), close = slice_find(p->source, SLICE("</body.content"), 0);
    size_t from = open == SIZE_MAX ? 0 : open;
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        b->why = why_not(p, b, from, close);
        b->keep = b->why == NULL;
    }
}
