/* features.c - a page's blocks as rows of numbers for the block model. */
#include "features.h"

#include "lines.h"

enum { SHARES = 5, HASHES = 1 << 15, REPEATS = 1 << 13, NEAR_OWN = 10, OWN_TAG = 29, COPY_LOOK = 96, MAIN_UP = 40 };

/* --- words as bits in a table: enough to tell how many of a block's words stand in another text --- */

struct bag { uint64_t bits[HASHES / 64]; size_t n; };

static bool word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

/* A character of a script that is written without spaces: kana and Han, U+3040 to U+9FFF, three bytes each. */
static bool unspaced(struct slice s, size_t i)
{
    unsigned char b = (unsigned char)s.ptr[i];
    return b >= 0xE3 && b <= 0xE9 && i + 3 <= s.len && (b > 0xE3 || (unsigned char)s.ptr[i + 1] > 0x80);
}

/* The next word's hash at or after *i, or 0 at the end. Where no spaces stand, each two characters are a word. */
static uint32_t next_word(struct slice s, size_t *i)
{
    while (*i < s.len && !word_byte((unsigned char)s.ptr[*i])) ++*i;
    if (*i >= s.len) return 0;
    uint32_t h = 2166136261U;
    if (unspaced(s, *i)) {
        size_t e = *i + 3;
        if (e < s.len && unspaced(s, e)) e += 3;
        for (size_t k = *i; k < e; k++) h = (h ^ (unsigned char)s.ptr[k]) * 16777619U;
        *i += 3;
        h ^= h >> 15;
        return h ? h : 1;
    }
    for (; *i < s.len && word_byte((unsigned char)s.ptr[*i]) && !unspaced(s, *i); ++*i) {
        unsigned char c = (unsigned char)s.ptr[*i];
        h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32U : c)) * 16777619U;
    }
    h ^= h >> 15;
    return h ? h : 1;
}

static void bag_fill(struct bag *bag, struct slice s)
{
    memset(bag, 0, sizeof *bag);
    uint32_t h;
    for (size_t i = 0; (h = next_word(s, &i)) != 0;) {
        uint32_t at = h & (HASHES - 1);
        bag->n += !(bag->bits[at >> 6] >> (at & 63) & 1);
        bag->bits[at >> 6] |= (uint64_t)1 << (at & 63);
    }
}

static bool bag_has(const struct bag *bag, uint32_t h)
{
    return bag->bits[(h & (HASHES - 1)) >> 6] >> (h & 63) & 1;
}

enum { BAG_TITLE, BAG_DESCRIPTION, BAG_BODY, BAGS };

/* For each bag how many of s's words are in it, of how many; -1 where there are none. */
static void bag_shares(const struct bag *bags, struct slice s, float *out)
{
    size_t n = 0, in[BAGS] = {0};
    uint32_t h;
    for (size_t i = 0; n < 400 && (h = next_word(s, &i)) != 0; n++)
        for (size_t k = 0; k < BAGS; k++) in[k] += bag_has(&bags[k], h);
    for (size_t k = 0; k < BAGS; k++) out[k] = n && bags[k].n ? (float)in[k] / (float)n : -1;
}

/* --- the row --- */

/* The blocks whose elements and classes look alike: paragraphs of one article, teasers of one list. */
struct kin { uint32_t bytes, links, blocks, good; };

/* How often a text stands on the page, and as a heading; and how often it was met so far. */
struct copies { uint16_t all, headings, met; };

struct making {
    const struct page *p;
    const struct family *families;
    struct kin kin[FAMILIES];
    struct bag *bags;    /* of the title, the description and the body that the head gives */
    double total, good;   /* bytes of all blocks; of those that run */
    struct copies copies[REPEATS];
    uint16_t *text;      /* a block's slot in them */
    uint8_t *on_path;    /* of a node: the main element is in it */
    uint32_t main;       /* the smallest element with half of the running text */
};

static const char *const reasons[] = {"comments", "share", "newsletter", "related", "caption", "counter", "markup", "syndication", "cookies", "byline", "date", "source", "author box",
                                      "navigation", "copyright", "advertisement", "login", "credit"};

enum err says_read(struct page *p)
{
    p->says = arena_take(p->mem, (p->n_blocks + 1) * sizeof *p->says);
    if (p->says == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < p->n_blocks; i++) p->says[i] = line_look(block_text(p, &p->blocks[i]));
    return OK;
}

static float reason_number(const char *why)
{
    for (size_t i = 0; why && i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(why, reasons[i]) == 0) return (float)(i + 1);
    return 0;
}

static bool is_heading(const struct page *p, const struct block *b)
{
    return b->node != NO_NODE && p->nodes[b->node].tag >= TAG_H1 && p->nodes[b->node].tag <= TAG_H6;
}

static float ratio(double a, double b) { return b > 0 ? (float)(a / b) : 0; }

struct census { size_t chars, words, marks, digits, uppers, stops, bars, letters; };

/* Counts a character of three bytes or two that ends a sentence or a clause in a script of its own; true when it is one. */
static bool foreign_mark(struct slice t, size_t i, struct census *c)
{
    static const struct { const char *mark; bool stop; } marks[] = {{"\xE3\x80\x82", true}, {"\xEF\xBC\x81", true}, {"\xEF\xBC\x9F", true}, {"\xE0\xA5\xA4", true}, {"\xD8\x9F", true},
                                                                    {"\xDB\x94", true}, {"\xE3\x80\x81", false}, {"\xEF\xBC\x8C", false}, {"\xEF\xBC\x9B", false}, {"\xEF\xBC\x9A", false},
                                                                    {"\xD8\x8C", false}, {"\xD8\x9B", false}};
    unsigned char b = (unsigned char)t.ptr[i];
    if (b != 0xE3 && b != 0xEF && b != 0xE0 && b != 0xD8 && b != 0xDB) return false;
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        if (!slice_starts(slice_cut(t, i, t.len), slice_of(marks[k].mark))) continue;
        c->marks++;
        c->stops += marks[k].stop;
        return true;
    }
    return false;
}

static struct census count(struct slice t)
{
    struct census c = {0};
    size_t together = 0; /* characters that no space parts */
    bool in = false;
    for (size_t i = 0; i < t.len; i++) {
        unsigned char b = (unsigned char)t.ptr[i];
        if ((b & 0xC0) == 0x80) continue;
        c.chars++;
        if (b >= 0xD8 && foreign_mark(t, i, &c)) {
            in = false;
            continue;
        }
        if (b >= 0xE3 && unspaced(t, i)) {
            together++;
            c.letters++;
            in = false;
            continue;
        }
        bool word = word_byte(b);
        c.words += word && !in;
        in = word || b == '\'';
        c.letters += word;
        c.digits += b >= '0' && b <= '9';
        c.uppers += b >= 'A' && b <= 'Z';
        c.stops += b == '.' || b == '!' || b == '?';
        c.marks += b == ',' || b == ';' || b == ':' || b == '.' || b == '!' || b == '?';
        c.bars += b == '|' || b == '/' || b == '>';
    }
    c.words += (together + 1) / 2;
    if (c.words * 12 < c.chars) c.words = c.chars / 6; /* other scripts without spaces */
    return c;
}

static size_t text_features(struct making *m, size_t i, float *o)
{
    const struct block *b = &m->p->blocks[i];
    struct slice t = block_text(m->p, b);
    struct census c = count(t);
    size_t k = 0;
    double n = (double)t.len;
    struct copies *copies = &m->copies[m->text[i]];
    o[k++] = (float)c.chars;
    o[k++] = (float)c.words;
    o[k++] = ratio(b->link_bytes, n);
    o[k++] = ratio(b->bold_bytes, n);
    o[k++] = (float)b->links;
    o[k++] = line_is_closed(t);
    o[k++] = ratio((double)c.marks, (double)c.chars);
    o[k++] = ratio((double)c.digits, (double)c.chars);
    o[k++] = ratio((double)c.uppers, (double)c.chars);
    o[k++] = ratio((double)c.letters, (double)c.words);
    o[k++] = (float)c.stops;
    o[k++] = (float)c.bars;
    o[k++] = reason_number(m->p->says[i].why);
    o[k++] = (float)copies->met;
    copies->met++;
    bag_shares(m->bags, t, o + k);
    k += BAGS;
    o[k++] = t.len > 0 && t.ptr[t.len - 1] == ':';
    o[k++] = t.len > 0 && t.ptr[0] >= 'a' && t.ptr[0] <= 'z';
    o[k++] = t.len > 0 && (t.ptr[0] == '"' || (t.len > 3 && memcmp(t.ptr, "\xE2\x80\x9C", 3) == 0));
    o[k++] = t.len > 0 && t.ptr[0] >= '0' && t.ptr[0] <= '9';
    return k; /* 21 */
}

static size_t place_features(const struct making *m, size_t i, double before, float *o)
{
    const struct page *p = m->p;
    size_t k = 0;
    o[k++] = ratio((double)i, (double)p->n_blocks);
    o[k++] = ratio(before, m->total);
    o[k++] = (float)p->n_blocks;
    o[k++] = (float)m->total;
    o[k++] = ratio(m->good, m->total);
    o[k++] = p->h1 == SIZE_MAX ? -1000.0F : (float)((double)i - (double)p->h1);
    o[k++] = m->bags[BAG_BODY].n > 0;
    o[k++] = (float)(p->blocks[i].node == NO_NODE ? 0 : p->nodes[p->blocks[i].node].depth);
    return k; /* 8 */
}

/* Which of some elements the block is in, and how far up; the marks likewise. */
static size_t ancestor_features(const struct making *m, const struct block *b, float *o, float *marks)
{
    static const uint8_t kinds[] = {TAG_ARTICLE, TAG_MAIN, TAG_HEADER, TAG_FOOTER, TAG_NAV, TAG_ASIDE, TAG_FORM, TAG_LI, TAG_FIGURE, TAG_TABLE, TAG_BLOCKQUOTE, TAG_SECTION, TAG_UL};
    enum { KINDS = sizeof kinds };
    const struct page *p = m->p;
    uint64_t seen = b->inline_marks;
    size_t k = 0;
    o[k++] = b->node == NO_NODE ? (float)TAG_OTHER : (float)p->nodes[b->node].tag;
    float *in = o + k;
    for (size_t i = 0; i < KINDS; i++) o[k++] = 20;
    for (size_t i = 0; i < MARK_COUNT; i++) marks[i] = seen >> i & 1 ? -1.0F : 20.0F;
    uint32_t node = b->node;
    float negative = 20;
    for (size_t up = 0; node != NO_NODE && up < 20; up++, node = p->nodes[node].parent) {
        const struct node *n = &p->nodes[node];
        for (size_t i = 0; i < KINDS; i++)
            if (n->tag == kinds[i] && in[i] >= 20) in[i] = (float)up;
        if (negative >= 20 && (n->marks & MARKS_ASIDE)) negative = (float)up;
        for (uint64_t fresh = n->marks & ~seen; fresh; fresh &= fresh - 1) marks[__builtin_ctzll(fresh)] = (float)up;
        seen |= n->marks;
    }
    o[k++] = negative;
    o[k++] = (float)__builtin_popcountll(seen & MARKS_ASIDE);
    return k; /* 1 + 13 + 2 = 16 */
}

/* For the nearest ancestors: their share of the page's text and running text, their links, their number of blocks. */
static size_t share_features(const struct making *m, const struct block *b, float *o)
{
    const struct page *p = m->p;
    size_t k = 0;
    uint32_t node = b->node;
    for (size_t up = 0; up < SHARES; up++) {
        const struct node *n = node == NO_NODE ? NULL : &p->nodes[node];
        o[k++] = n ? ratio(n->chars, m->total) : -1;
        o[k++] = n ? ratio(n->good, m->good) : -1;
        o[k++] = n ? ratio(n->links, n->chars) : -1;
        o[k++] = n ? (float)n->blocks : -1;
        o[k++] = n ? ratio(n->good, n->chars) : -1;
        o[k++] = n ? (float)n->tag : -1;
        if (n) node = n->parent;
    }
    return k; /* 30 */
}

static size_t kin_features(const struct making *m, size_t i, float *o)
{
    const struct kin *kin = &m->kin[m->families[i].of[FAMILY_LOOKS]];
    size_t k = 0;
    o[k++] = ratio(kin->bytes, m->total);
    o[k++] = ratio(kin->good, m->good);
    o[k++] = (float)kin->blocks;
    o[k++] = ratio(kin->bytes, kin->blocks);
    o[k++] = ratio(kin->links, kin->bytes);
    return k; /* 5 */
}

/* Whether its text stands elsewhere on the page, as tables of contents and pages with everything twice have it. */
static size_t copy_features(const struct making *m, size_t i, float *o)
{
    const struct block *b = &m->p->blocks[i];
    const struct copies *copies = &m->copies[m->text[i]];
    size_t k = 0;
    o[k++] = (float)copies->all;
    o[k++] = (float)(copies->all - copies->met);
    o[k++] = (float)copies->headings - (float)is_heading(m->p, b);
    o[k++] = ratio(b->fragments, b->links);
    return k; /* 4 */
}

/* Where it stands to the main element: how far up the first element that holds both is, how far below that the main element, before or behind. */
static size_t main_features(const struct making *m, size_t i, float *o)
{
    const struct page *p = m->p;
    uint32_t node = p->blocks[i].node;
    size_t k = 0, up = 0;
    for (; node != NO_NODE && !m->on_path[node] && up < MAIN_UP; up++) node = p->nodes[node].parent;
    bool there = node != NO_NODE && m->on_path[node];
    o[k++] = (float)up;
    o[k++] = there ? (float)(p->nodes[m->main].depth - p->nodes[node].depth) : MAIN_UP;
    o[k++] = there && node == m->main ? 0 : p->blocks[i].node == NO_NODE || p->blocks[i].node < m->main ? -1 : 1;
    o[k++] = m->main == NO_NODE ? 0 : ratio(p->nodes[m->main].good, m->good);
    return k; /* 4 */
}

/* Columns of the heading above each block. */
static void headings_above(size_t n, float *rows)
{
    static const uint8_t which[] = {2, 12, OWN_TAG, FEATURES_TOKENS, FEATURES_TOKENS + 1};
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        float *o = rows + i * FEATURES_SECOND + FEATURES_OWN + FEATURES_MARKS + 6 * NEAR_OWN;
        *o++ = last == SIZE_MAX ? 1000 : (float)(i - last);
        for (size_t k = 0; k < sizeof which; k++) *o++ = last == SIZE_MAX ? -1 : rows[last * FEATURES_SECOND + which[k]];
        float tag = rows[i * FEATURES_SECOND + OWN_TAG];
        if (tag >= TAG_H1 && tag <= TAG_H6) last = i;
    }
}

void features_near(size_t n, float *rows)
{
    static const uint8_t which[NEAR_OWN] = {0, 2, 5, 12, 6, OWN_TAG, 43, 46, FEATURES_TOKENS, FEATURES_TOKENS + 1};
    static const int far[6] = {-3, -2, -1, 1, 2, 3};
    for (size_t i = 0; i < n; i++) {
        float *o = rows + i * FEATURES_SECOND + FEATURES_OWN + FEATURES_MARKS;
        for (size_t d = 0; d < 6; d++) {
            bool there = far[d] < 0 ? i >= (size_t)-far[d] : i + (size_t)far[d] < n;
            const float *other = there ? rows + (i + (size_t)(ptrdiff_t)far[d]) * FEATURES_SECOND : NULL;
            for (size_t k = 0; k < NEAR_OWN; k++) *o++ = there ? other[which[k]] : -1;
        }
    }
    headings_above(n, rows);
}

static void weigh(struct making *m)
{
    for (size_t i = 0; i < m->p->n_blocks; i++) {
        const struct block *b = &m->p->blocks[i];
        uint32_t n = b->text.e - b->text.b;
        uint32_t good = n > 60 && b->link_bytes * 10 < n * 3 ? n : 0;
        struct kin *kin = &m->kin[m->families[i].of[FAMILY_LOOKS]];
        m->total += n;
        m->good += good;
        kin->bytes += n;
        kin->good += good;
        kin->links += b->link_bytes < n ? b->link_bytes : n;
        kin->blocks++;
    }
}

/* Its letters, so that "3. Costs" is "Costs". */
static uint16_t text_slot(struct slice t)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < t.len && i < COPY_LOOK; i++) {
        unsigned char c = (unsigned char)t.ptr[i];
        if ((c | 32) >= 'a' && ((c | 32) <= 'z' || c >= 0x80)) h = (h ^ (c < 0x80 ? c | 32U : c)) * 16777619U;
    }
    return (uint16_t)((h ^ h >> 15) & (REPEATS - 1));
}

static void count_copies(struct making *m)
{
    for (size_t i = 0; i < m->p->n_blocks; i++) {
        const struct block *b = &m->p->blocks[i];
        m->text[i] = text_slot(block_text(m->p, b));
        struct copies *copies = &m->copies[m->text[i]];
        copies->all++;
        copies->headings = (uint16_t)(copies->headings + is_heading(m->p, b));
    }
}

/* The last element in the page's order with half of the running text is the smallest: those with half of it lie in each other. */
static void find_main(struct making *m)
{
    const struct page *p = m->p;
    m->main = NO_NODE;
    for (size_t i = 0; i < p->n_nodes && m->good > 0; i++)
        if (p->nodes[i].good * 2.0 > m->good) m->main = (uint32_t)i;
    for (uint32_t at = m->main; at != NO_NODE; at = p->nodes[at].parent) m->on_path[at] = 1;
}

static uint32_t looks_of(const struct page *p, const struct block *b)
{
    uint32_t h = 2166136261U, node = b->node;
    for (size_t up = 0; up < 3 && node != NO_NODE; up++, node = p->nodes[node].parent) {
        const struct node *n = &p->nodes[node];
        h = (h ^ n->tag) * 16777619U;
        for (size_t i = 0; i < NODE_TOKENS && n->token[i]; i++) h = (h ^ n->token[i]) * 16777619U;
    }
    return (h ^ h >> 15) % FAMILIES;
}

void families_read(const struct page *p, struct family *out)
{
    uint16_t section = 0;
    for (size_t i = 0; i < p->n_blocks; i++) {
        section = (uint16_t)((section + is_heading(p, &p->blocks[i])) % FAMILIES);
        out[i].of[FAMILY_SECTION] = section;
        uint32_t node = p->blocks[i].node, up = node == NO_NODE ? NO_NODE : p->nodes[node].parent, over = up == NO_NODE ? NO_NODE : p->nodes[up].parent;
        out[i].of[FAMILY_PARENT] = (uint16_t)(up * 0x9E3779B9U >> 16) % FAMILIES;
        out[i].of[FAMILY_GRANDPARENT] = (uint16_t)(over * 0x9E3779B9U >> 16) % FAMILIES;
        out[i].of[FAMILY_LOOKS] = (uint16_t)looks_of(p, &p->blocks[i]);
    }
}

static struct making *start(const struct page *p, const struct facts *f, const struct family *families)
{
    struct making *m = arena_array(p->mem, 1, sizeof *m);
    struct bag *bags = arena_take(p->mem, BAGS * sizeof *bags);
    uint16_t *text = arena_array(p->mem, p->n_blocks + 1, sizeof *text);
    uint8_t *on_path = arena_array(p->mem, p->n_nodes + 1, sizeof *on_path);
    if (m == NULL || bags == NULL || text == NULL || on_path == NULL) return NULL;
    m->p = p;
    m->families = families;
    m->text = text;
    m->on_path = on_path;
    m->bags = bags;
    bag_fill(&bags[BAG_BODY], f->article_body);
    bag_fill(&bags[BAG_TITLE], f->headline.len ? f->headline : p->title);
    bag_fill(&bags[BAG_DESCRIPTION], f->description);
    weigh(m);
    count_copies(m);
    find_main(m);
    return m;
}

float *features_read(const struct page *p, const struct facts *f, const struct tokens_model *tokens, const struct family *families)
{
    float *rows = arena_array(p->mem, p->n_blocks * FEATURES_SECOND + 1, sizeof *rows);
    struct making *m = rows ? start(p, f, families) : NULL;
    if (m == NULL) return NULL;
    double before = 0;
    for (size_t i = 0; i < p->n_blocks; i++) {
        float *o = rows + i * FEATURES_SECOND;
        size_t k = text_features(m, i, o);
        k += place_features(m, i, before, o + k);
        k += ancestor_features(m, &p->blocks[i], o + k, o + FEATURES_OWN);
        k += share_features(m, &p->blocks[i], o + k);
        k += kin_features(m, i, o + k);
        k += copy_features(m, i, o + k);
        k += main_features(m, i, o + k);
        o[k++] = (float)(p->blocks[i].text.e - p->blocks[i].text.b);
        struct tokens t;
        tokens_read(p, &p->blocks[i], &t);
        tokens_weigh(tokens, &t, o + k, o + k + 1);
        before += p->blocks[i].text.e - p->blocks[i].text.b;
    }
    features_near(p->n_blocks, rows);
    return rows;
}

/* For each family the mean of its blocks' scores, weighed by their bytes. */
static void family_scores(size_t n, const struct family *families, const float *scores, float *rows)
{
    float sum[FAMILY_KINDS][FAMILIES] = {{0}}, all[FAMILY_KINDS][FAMILIES] = {{0}};
    for (size_t i = 0; i < n; i++) {
        float bytes = rows[i * FEATURES_SECOND + FEATURES_BYTES];
        for (size_t k = 0; k < FAMILY_KINDS; k++) {
            sum[k][families[i].of[k]] += bytes * scores[i];
            all[k][families[i].of[k]] += bytes;
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < FAMILY_KINDS; k++)
            rows[(i + 1) * FEATURES_SECOND - FAMILY_KINDS + k] = ratio((double)sum[k][families[i].of[k]], (double)all[k][families[i].of[k]]);
}

void features_second(size_t n, const struct family *families, const float *scores, float *rows)
{
    static const size_t far[] = {1, 2, 3, 5, 8};
    double all = 0, so_far = 0;
    float most = 0, heading = -1;
    for (size_t i = 0; i < n; i++) {
        all += (double)(rows[i * FEATURES_SECOND + FEATURES_BYTES] * scores[i]);
        most = scores[i] > most ? scores[i] : most;
    }
    for (size_t i = 0; i < n; i++) {
        float *o = rows + i * FEATURES_SECOND + FEATURES_FIRST;
        *o++ = scores[i];
        for (size_t k = 0; k < 5; k++) {
            *o++ = i >= far[k] ? scores[i - far[k]] : 0;
            *o++ = i + far[k] < n ? scores[i + far[k]] : 0;
        }
        so_far += (double)(rows[i * FEATURES_SECOND + FEATURES_BYTES] * scores[i]);
        *o++ = ratio(so_far, all);
        *o++ = most;
        *o++ = (float)all;
        float up = 0, down = 0; /* the best within ten blocks */
        for (size_t k = 1; k <= 10; k++) {
            if (i >= k && scores[i - k] > up) up = scores[i - k];
            if (i + k < n && scores[i + k] > down) down = scores[i + k];
        }
        *o++ = up;
        *o++ = down;
        *o++ = heading; /* of the heading above */
        float tag = rows[i * FEATURES_SECOND + OWN_TAG];
        if (tag >= TAG_H1 && tag <= TAG_H6) heading = scores[i];
    }
    family_scores(n, families, scores, rows);
}
