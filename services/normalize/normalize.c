/* normalize.c - from a document's bytes to its clean text, what it says of itself, and what was left out. */
#include "normalize.h"

#include <stdlib.h>

#include "blocks.h"
#include "embedded.h"
#include "../../proto/charset.h"
#include "html.h"
#include "judge.h"
#include "metadata.h"
#include "sentences.h"
#include "text.h"
#include "title.h"
#include "unicode.h"

enum { PAYWALLED_MOST = 1500 }; /* bytes of body that a teaser has at most */

struct normalizer {
    const struct blocks_model *model;
    struct attribute_words *words;
    struct sentences *sentences;
};

struct normalizer *normalizer_create_with(const struct blocks_model *model)
{
    struct normalizer *n = calloc(1, sizeof *n);
    if (n == NULL) return NULL;
    n->model = model;
    n->words = attribute_words_create();
    n->sentences = sentences_create();
    if (n->words == NULL || n->sentences == NULL) normalizer_destroy(&n);
    return n;
}

struct normalizer *normalizer_create(void)
{
    return normalizer_create_with(&blocks_model);
}

void normalizer_destroy(struct normalizer **n)
{
    if (*n == NULL) return;
    if ((*n)->words) attribute_words_destroy(&(*n)->words);
    if ((*n)->sentences) sentences_destroy(&(*n)->sentences);
    free(*n);
    *n = NULL;
}

static bool contains(struct slice s, const char *word)
{
    return slice_find(s, slice_of(word), 0) != SIZE_MAX;
}

/* Markup, by the media type; by the first bytes when that says nothing. */
static bool is_markup(struct slice type, struct slice bytes)
{
    if (contains(type, "html") || contains(type, "nitf")) return true;
    if (slice_starts(type, SLICE("text/plain")) || slice_starts(type, SLICE("text/markdown"))) return false;
    return html_looks(bytes);
}

/* What comes from the wire has no page around it. */
static bool is_wire(struct slice type)
{
    return contains(type, "nitf") || contains(type, "newsml");
}

static enum err read_source(const struct doc *doc, struct arena *mem, struct decoded *d)
{
    if (doc->raw.len == 0) return ERR_EMPTY;
    return charset_decode(doc->raw, doc->meta.charset, true, mem, d);
}

enum err normalize_source(const struct doc *doc, struct arena *mem, struct slice *source)
{
    struct decoded d;
    enum err e = read_source(doc, mem, &d);
    *source = e == OK ? d.text : (struct slice){NULL, 0};
    return e;
}

/* --- the text --- */

/* The blocks between which no empty line stands: list items, cells, lines that followed each other. */
static bool close_together(const struct page *p, const struct block *a, const struct block *b)
{
    if (!p->markup) return !b->gap;
    uint8_t s = a->node == NO_NODE ? TAG_OTHER : p->nodes[a->node].tag, t = b->node == NO_NODE ? TAG_OTHER : p->nodes[b->node].tag;
    return (s == TAG_LI && t == TAG_LI) || ((s == TAG_TD || s == TAG_TH) && (t == TAG_TD || t == TAG_TH)) || ((s == TAG_DT || s == TAG_DD) && (t == TAG_DT || t == TAG_DD)) ||
           (a->node == b->node && a->node != NO_NODE && b->b < a->e);
}

struct layout { uint32_t title_e, standfirst_b, standfirst_e, body; };

static void put_title(struct origin *out, const struct page *p, const struct title *t, struct layout *l)
{
    if (t->block != SIZE_MAX) {
        origin_copy(out, &p->clean, t->span);
        l->title_e = (uint32_t)out->len;
    } else if (t->words.len > 0) {
        size_t at = slice_find(p->source, t->words, 0);
        origin_add(out, t->words, at == SIZE_MAX ? NOWHERE : at);
        l->title_e = (uint32_t)out->len;
    }
}

/* A title is one line, whatever breaks its markup has. A break is never part of a run. */
static void one_line(struct origin *out, size_t from)
{
    for (size_t i = from; i < out->len; i++)
        if (out->text[i] == '\n') out->text[i] = ' ';
}

static void put_head(struct origin *out, const struct page *p, const struct title *t, struct layout *l)
{
    put_title(out, p, t, l);
    one_line(out, 0);
    if (l->title_e == 0) return;
    if (t->standfirst != SIZE_MAX) {
        origin_literal(out, SLICE("\n"));
        l->standfirst_b = (uint32_t)out->len;
        origin_copy(out, &p->clean, p->blocks[t->standfirst].text);
        l->standfirst_e = (uint32_t)out->len;
        one_line(out, l->standfirst_b);
    }
    origin_literal(out, SLICE("\n\n"));
}

static enum err put_text(struct page *p, const struct title *t, struct origin *out, struct layout *l)
{
    enum err e = origin_init(out, p->mem, p->source, p->clean.len + t->words.len * 2 + p->n_blocks * 2 + 64);
    if (e != OK) return e;
    *l = (struct layout){0};
    put_head(out, p, t, l);
    l->body = (uint32_t)out->len;
    const struct block *last = NULL;
    for (size_t i = 0; i < p->n_blocks; i++) {
        const struct block *b = &p->blocks[i];
        if (!b->keep || span_empty(b->text) || i == t->block || i == t->standfirst) continue;
        if (last) origin_literal(out, close_together(p, last, b) ? SLICE("\n") : SLICE("\n\n"));
        origin_copy(out, &p->clean, b->text);
        last = b;
    }
    if (last == NULL && l->title_e > 0) { /* a title alone has no empty line behind it */
        out->len -= 2;
        l->body = (uint32_t)out->len;
    }
    uint32_t *marks[] = {&l->title_e, &l->standfirst_b, &l->standfirst_e, &l->body};
    if (out->cramped) return ERR_NOMEM;
    e = origin_compose(out, marks, sizeof marks / sizeof *marks);
    return e == OK && out->cramped ? ERR_NOMEM : e;
}

/* --- what was left out --- */

static enum err list_dropped(const struct page *p, const struct title *t, struct droppeds *out)
{
    struct dropped *list = arena_array(p->mem, p->n_blocks + 1, sizeof *list);
    size_t n = 0;
    if (list == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < p->n_blocks; i++) {
        const struct block *b = &p->blocks[i];
        if (b->keep || i == t->block || i == t->standfirst || b->b >= b->e) continue;
        struct slice why = slice_of(b->why ? b->why : "outside the article");
        struct dropped *last = n && p->markup ? &list[n - 1] : NULL;
        if (last && slice_eq(last->why, why) && b->b >= last->e && !p->blocks[i - 1].keep) last->e = b->e;
        else list[n++] = (struct dropped){b->b, b->e, why};
    }
    *out = (struct droppeds){list, n};
    return OK;
}

static void set_language(const struct page *p, struct doc *doc)
{
    struct slice said = doc->meta.lang.len ? doc->meta.lang : p->html_lang;
    char hint[16] = "";
    if (said.len > 0 && said.len < sizeof hint) memcpy(hint, said.ptr, said.len);
    const char *found = language_of(doc->text.ptr, doc->text.len, hint[0] ? hint : NULL);
    if (found) doc->lang = (struct sourced){slice_of(found), SLICE("text")};
    else if (said.len > 0 && said.len <= 35) doc->lang = (struct sourced){said, doc->meta.lang.len ? SLICE("meta") : SLICE("html")};
    if (doc->lang.value.len) doc_set(doc, DOC_LANG);
}

static void set_facts(struct doc *doc, const struct facts *f)
{
    doc->outlet = f->outlet;
    if (f->outlet.value.len) doc_set(doc, DOC_OUTLET);
    doc->byline = f->byline;
    if (f->byline.len) doc_set(doc, DOC_BYLINE);
    doc->url = f->url;
    if (f->url.len) doc_set(doc, DOC_URL);
    doc->published = f->published;
    if (f->published.value.len) doc_set(doc, DOC_PUBLISHED);
    doc->modified = f->modified;
    if (f->modified.value.len) doc_set(doc, DOC_MODIFIED);
    doc->section = f->section;
    if (f->section.len) doc_set(doc, DOC_SECTION);
}

static enum err set_text(struct normalizer *n, struct page *p, const struct title *t, struct doc *doc)
{
    struct origin out;
    struct layout l;
    enum err e = put_text(p, t, &out, &l);
    if (e == OK && out.len == 0) e = ERR_EMPTY;
    if (e == OK) e = list_dropped(p, t, &doc->dropped);
    if (e != OK) return e;
    doc->text = (struct slice){out.text, out.len};
    doc->title = (struct span){0, l.title_e};
    doc->title_basis = l.title_e ? t->basis : TITLE_NONE;
    doc->standfirst = (struct span){l.standfirst_b, l.standfirst_e};
    doc->body = l.body;
    doc->map = (struct runs){out.runs, out.n_runs};
    doc_set(doc, DOC_TEXT);
    doc_set(doc, DOC_BODY);
    doc_set(doc, DOC_MAP);
    doc_set(doc, DOC_TITLE_BASIS);
    if (!span_empty(doc->title)) doc_set(doc, DOC_TITLE);
    if (!span_empty(doc->standfirst)) doc_set(doc, DOC_STANDFIRST);
    if (doc->dropped.len) doc_set(doc, DOC_DROPPED);
    e = sentences_find(n->sentences, doc->text, p->mem, &doc->sentences);
    if (e == OK) doc_set(doc, DOC_SENTENCES);
    return e;
}

enum err normalize_doc(struct normalizer *n, struct arena *mem, struct doc *doc)
{
    struct decoded d;
    struct hints hints = {{NULL, 0}};
    struct facts facts = {{{NULL, 0}}};
    struct title title;
    enum err e = read_source(doc, mem, &d);
    if (e != OK) return e;
    struct page page = {.mem = mem, .source = d.text};
    e = is_markup(doc->type, d.text) ? html_read(n->words, &page) : text_read(&page);
    if (e == OK) e = facts_read(doc, &page, &facts);
    if (e != OK) return e;
    bool wire = page.markup && is_wire(doc->type);
    if (page.markup && !wire) e = blocks_score(n->model, &page, &facts);
    if (e != OK) return e;
    if (wire) judge_wire(&page);
    else if (page.markup) e = judge_page(&page, n->model->threshold, &hints);
    else judge_text(&page, &hints);
    if (e == OK && page.markup && !wire) e = embedded_use(&page, facts.article_lines);
    if (e == OK) e = facts_finish(doc, &page, &hints, &facts);
    if (e != OK) return e;
    title = title_choose(doc, &page, &facts, &hints);
    e = set_text(n, &page, &title, doc);
    if (e != OK) return e;
    set_facts(doc, &facts);
    set_language(&page, doc);
    bool little = doc->text.len - doc->body < PAYWALLED_MOST; /* a page that says so and yet has the whole article is no stub */
    doc->stub = doc->meta.summary ? STUB_SUMMARY : facts.paywalled && little ? STUB_PAYWALL : STUB_NONE;
    if (doc->stub != STUB_NONE) doc_set(doc, DOC_STUB);
    return OK;
}
