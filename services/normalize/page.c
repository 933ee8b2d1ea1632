/* page.c - growing a page's arrays, and its meta elements by name. */
#include "page.h"

void *page_grow(struct arena *mem, void *old, size_t len, size_t *cap, size_t size)
{
    if (len < *cap) return old;
    size_t more = *cap ? *cap * 2 : 64;
    void *now = arena_take(mem, more * size);
    if (now == NULL) return NULL;
    if (len) memcpy(now, old, len * size);
    *cap = more;
    return now;
}

struct node *page_node(struct page *p)
{
    if (p->n_nodes >= PAGE_NODES_MAX) return NULL;
    struct node *nodes = page_grow(p->mem, p->nodes, p->n_nodes, &p->cap_nodes, sizeof *nodes);
    if (nodes == NULL) return NULL;
    p->nodes = nodes;
    struct node *n = &nodes[p->n_nodes++];
    *n = (struct node){.parent = NO_NODE};
    return n;
}

struct block *page_block(struct page *p)
{
    if (p->n_blocks >= PAGE_BLOCKS_MAX) return NULL;
    struct block *blocks = page_grow(p->mem, p->blocks, p->n_blocks, &p->cap_blocks, sizeof *blocks);
    if (blocks == NULL) return NULL;
    p->blocks = blocks;
    struct block *b = &blocks[p->n_blocks++];
    *b = (struct block){.node = NO_NODE};
    return b;
}

struct slice page_meta(const struct page *p, const char *name)
{
    for (size_t i = 0; i < p->n_metas; i++)
        if (slice_eq(p->metas[i].name, slice_of(name)) && p->metas[i].content.len) return p->metas[i].content;
    return (struct slice){NULL, 0};
}
