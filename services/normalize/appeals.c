/* appeals.c - finds appeals and cookie texts among the blocks that are kept, and the boxes they stand in. */
#include "appeals.h"

#include "attribute_words.h"
#include "lines.h"

enum {
    LEAST = 40,         /* bytes of a paragraph that can hold three turns */
    MOST = 2000,        /* longer ones are not looked at */
    TURNS = 3,          /* that must come together */
    BOX_LEVELS = 5,     /* how far up its box is looked for */
    BOX_SHARE = 4,      /* a box holds at most one part in so many of what is kept on the page */
    BOX_FOUND = 4,      /* and at least one part in so many of its own text is such paragraphs */
    BOXES = 32,         /* of a page */
    BODY_LEFT = 120,    /* bytes outside of boxes named after cookies that make a page about something else */
};

/* A turn of such texts. `own`: only one who speaks of himself to his reader says it; one of these must be there, and they come first. */
struct turn { const char *words; bool own; };

static const struct turn asking[] = {
    {"support our", true}, {"our newsroom", true}, {"our journalism", true}, {"your contribution", true}, {"our readers", true},
    {"readers like you", true}, {"your support", true}, {"help us", true}, {"support us", true}, {"we rely on", true}, {"please consider", true},
    {"your help", true}, {"our mission", true}, {"unterst\xC3\xBCtzen sie", true}, {"ihre spende", true}, {"ihrer spende", true},
    {"unseren journalismus", true}, {"soutenez", true}, {"votre soutien", true}, {"nos lecteurs", true}, {"tu apoyo", true},
    {"tu donaci\xC3\xB3n", true}, {"nuestros lectores", true}, {"as little as", false}, {"make a contribution", false}, {"contributing", false},
    {"become a member", false}, {"donat", false}, {"ad-free", false}, {"make a gift", false}, {"independent journalism", false},
    {"quality journalism", false}, {"tax-deductible", false}, {"reader-supported", false}, {"news free", false}, {"free for everyone", false},
    {"paywall", false}, {"spenden", false}, {"unabh\xC3\xA4ngigen journalismus", false}, {"faire un don", false},
    {"journalisme ind\xC3\xA9pendant", false}, {"periodismo independiente", false}};
static const struct turn cookies[] = {
    {"our website", true}, {"our site", true}, {"this website", true}, {"this site", true}, {"your browser", true}, {"your preferences", true},
    {"your consent", true}, {"your device", true}, {"our partners", true}, {"your experience", true}, {"unsere website", true},
    {"unserer website", true}, {"unsere partner", true}, {"ihre einwilligung", true}, {"ihrem ger\xC3\xA4t", true}, {"notre site", true},
    {"nos partenaires", true}, {"votre consentement", true}, {"votre navigateur", true}, {"nuestro sitio", true}, {"nuestros socios", true},
    {"su navegador", true}, {"tu navegador", true}, {"cookie", false}, {"opt-out", false}, {"opt out", false}, {"personal information", false},
    {"personal data", false}, {"advertising partners", false}, {"third parties", false}, {"privacy", false}, {"do not sell", false},
    {"personenbezogene", false}, {"donn\xC3\xA9" "es personnelles", false}, {"datos personales", false}};

static bool comes_together(struct slice low, const struct turn *turns, size_t n)
{
    unsigned found = 0;
    bool own = false;
    for (size_t i = 0; i < n && (own || turns[i].own) && !(found >= TURNS && own); i++) {
        if (slice_find(low, slice_of(turns[i].words), 0) == SIZE_MAX) continue;
        found++;
        own = own || turns[i].own;
    }
    return found >= TURNS && own;
}

const char *appeal_look(struct slice paragraph)
{
    char low[MOST];
    if (paragraph.len < LEAST || paragraph.len > MOST) return NULL;
    struct slice text = line_lower(paragraph, low);
    if (comes_together(text, cookies, sizeof cookies / sizeof *cookies)) return "cookies";
    return comes_together(text, asking, sizeof asking / sizeof *asking) ? "appeal" : NULL;
}

/* --- boxes --- */

static size_t length(const struct block *b)
{
    return b->text.e - b->text.b;
}

/* An element with all that it holds: nodes stand in the page's order, so those below one follow it. */
struct box { uint32_t first, end; const char *why; };

static struct box box_at(const struct page *p, uint32_t node)
{
    struct box x = {node, node + 1, NULL};
    while (x.end < p->n_nodes && p->nodes[x.end].parent != NO_NODE && p->nodes[x.end].parent >= node) x.end++;
    return x;
}

static bool within(uint32_t node, const struct box *x)
{
    return node >= x->first && node < x->end;
}

/* What a box holds: bytes that are kept, and of these those that were found. */
struct held { size_t kept, found; };

static struct held hold(const struct page *p, const struct box *x)
{
    struct held h = {0, 0};
    for (size_t i = 0; i < p->n_blocks; i++) {
        const struct block *b = &p->blocks[i];
        if (!b->keep || !within(b->node, x)) continue;
        h.kept += length(b);
        h.found += b->why != NULL ? length(b) : 0;
    }
    return h;
}

/* The largest element around a block that is a box of such texts. False when none is. */
static bool box_of(const struct page *p, const struct block *b, size_t kept, struct box *out)
{
    uint32_t node = b->node;
    bool found = false;
    for (int up = 0; up < BOX_LEVELS && node != NO_NODE; up++, node = p->nodes[node].parent) {
        struct box x = box_at(p, node);
        struct held h = hold(p, &x);
        if (h.kept * BOX_SHARE > kept) break;
        if (h.found * BOX_FOUND < h.kept) continue;
        x.why = b->why;
        *out = x;
        found = true;
    }
    return found;
}

static size_t look_at_all(struct page *p, size_t *kept)
{
    size_t found = 0;
    *kept = 0;
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        b->why = b->keep ? appeal_look(block_text(p, b)) : NULL;
        *kept += b->keep ? length(b) : 0;
        found += b->why != NULL ? length(b) : 0;
    }
    return found;
}

/* Takes the rest of the boxes with the paragraphs that were found. False when nothing is left. */
static bool empty_boxes(struct page *p, size_t kept)
{
    struct box boxes[BOXES];
    size_t n = 0, looked = 0;
    bool left = false;
    for (size_t i = 0; i < p->n_blocks && n < BOXES && looked < BOXES; i++) {
        const struct block *b = &p->blocks[i];
        if (b->why == NULL || (n > 0 && within(b->node, &boxes[n - 1]))) continue;
        looked++;
        n += box_of(p, b, kept, &boxes[n]);
    }
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        for (size_t k = 0; k < n && b->keep && b->why == NULL; k++) b->why = within(b->node, &boxes[k]) ? boxes[k].why : NULL;
        left = left || (b->keep && b->why == NULL);
    }
    return left;
}

/* The outermost element around a block that is named after cookies or consent, below the article and the body. NO_NODE: none. */
static uint32_t cookie_box(const struct page *p, const struct block *b)
{
    uint32_t box = NO_NODE;
    for (uint32_t node = b->node; node != NO_NODE; node = p->nodes[node].parent) {
        const struct node *n = &p->nodes[node];
        if (n->tag == TAG_BODY || n->tag == TAG_ARTICLE || n->tag == TAG_MAIN) break;
        if (n->marks & MARK(COOKIE)) box = node;
    }
    return box;
}

/* Boxes that say so themselves and hold a cookie text go as they are, however much they hold beside a short article. */
static void drop_named_boxes(struct page *p)
{
    struct box boxes[BOXES];
    size_t n = 0, looked = 0, outside = 0;
    for (size_t i = 0; i < p->n_blocks && looked < BOXES; i++) {
        const struct block *b = &p->blocks[i];
        if (b->why == NULL || (n > 0 && within(b->node, &boxes[n - 1]))) continue;
        uint32_t node = cookie_box(p, b);
        looked++;
        if (node != NO_NODE) boxes[n++] = box_at(p, node);
    }
    for (int dropping = 0; dropping < 2 && n > 0; dropping++)
        for (size_t i = 0; i < p->n_blocks; i++) {
            struct block *b = &p->blocks[i];
            bool in = false;
            for (size_t k = 0; k < n && b->keep && !in; k++) in = within(b->node, &boxes[k]);
            if (!dropping) outside += b->keep && !in ? length(b) : 0;
            else if (in && outside >= BODY_LEFT) b->keep = false;
        }
}

void appeals_drop(struct page *p)
{
    size_t kept, found = look_at_all(p, &kept);
    if (found > 0) {
        drop_named_boxes(p);
        found = look_at_all(p, &kept);
    }
    bool all = found > 0 && (found * 2 > kept || !empty_boxes(p, kept)); /* an article about such texts, or nothing but them */
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        if (all) b->why = NULL;
        b->keep = b->keep && b->why == NULL;
    }
}
