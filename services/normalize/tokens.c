/* tokens.c - a block's words, and the class and id words around it, weighed by two tables that were learned. */
#include "tokens.h"

#include <math.h>

enum { WORDS = 34, UP = 6 };

static bool word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static uint16_t slot(uint32_t h)
{
    h ^= h >> 16;
    h *= 0x7FEB352DU;
    h ^= h >> 15;
    return (uint16_t)(h & (TOKEN_TABLE - 1));
}

static void add_text(struct tokens *t, uint32_t h)
{
    if (t->n_text < TEXT_TOKENS) t->text[t->n_text++] = slot(h);
}

static void read_words(struct slice s, struct tokens *t)
{
    uint32_t before = 17, last = 0;
    size_t words = 0;
    for (size_t i = 0; i < s.len && words < WORDS;) {
        while (i < s.len && !word_byte((unsigned char)s.ptr[i])) i++;
        if (i >= s.len) break;
        uint32_t h = 2166136261U;
        for (; i < s.len && word_byte((unsigned char)s.ptr[i]); i++) {
            unsigned char c = (unsigned char)s.ptr[i];
            h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32U : c >= '0' && c <= '9' ? '0' : c)) * 16777619U;
        }
        add_text(t, h);
        add_text(t, h * 31 + before);
        before = h;
        last = h;
        words++;
    }
    if (words < WORDS) add_text(t, last * 31 + 23); /* the last word as such */
    add_text(t, 0x51ED27U + (words < 8 ? (uint32_t)words : words < 16 ? 9U : words < WORDS ? 10U : 11U));
}

void tokens_read(const struct page *p, const struct block *b, struct tokens *out)
{
    uint32_t node = b->node;
    out->n_text = out->n_markup = 0;
    read_words(block_text(p, b), out);
    for (uint32_t up = 0; up < UP && node != NO_NODE; up++, node = p->nodes[node].parent) {
        const struct node *n = &p->nodes[node];
        out->markup[out->n_markup++] = slot((up < 2 ? up : 2) * 0x9E3779B9U + n->tag * 0x85EBCA6BU);
        for (size_t i = 0; i < NODE_TOKENS && n->token[i]; i++) out->markup[out->n_markup++] = slot((up < 3 ? 0 : 0x9E3779B9U) + n->token[i]);
    }
}

static float sum(const int8_t *weight, const uint16_t *token, size_t n, float step)
{
    int total = 0;
    for (size_t i = 0; i < n; i++) total += weight[token[i]];
    return n ? (float)total * step / sqrtf((float)n) : 0;
}

void tokens_weigh(const struct tokens_model *m, const struct tokens *t, float *text, float *markup)
{
    *text = sum(m->text, t->text, t->n_text, m->text_step);
    *markup = sum(m->markup, t->markup, t->n_markup, m->markup_step);
}
