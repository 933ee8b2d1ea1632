/* line_article.c - the lines that one document gives: article, quotes, or the reject. */
#include <math.h>
#include <stdio.h>

#include "../../libcommon/clock.h"
#include "../../proto/doc_fields.h"
#include "lines.h"

void line_day(uint64_t ms, char out[11])
{
    char at[25];
    clock_rfc3339(ms, at);
    snprintf(out, 11, "%.10s", at);
}

struct slice line_choice(const char *const *words, unsigned value)
{
    return value == 0 ? (struct slice){NULL, 0} : slice_of(words[value]);
}

/* The words of a choice inside a record of the document's table. */
static struct slice record_choice(enum doc_field f, const char *key, unsigned value)
{
    const struct record *r = doc_fields[f].column.record;
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->columns[i].key, key) == 0) return line_choice(r->columns[i].choices, value);
    }
    return (struct slice){NULL, 0};
}

static void put_time(struct jot *j, const char *key, uint64_t ms)
{
    char at[25];
    clock_rfc3339(ms, at);
    jot_text(j, key, slice_of(at));
}

void line_begin(struct jot *j, const struct line_head *h)
{
    jot_object(j, NULL);
    jot_count(j, "v", 1);
    jot_count(j, "seq", h->seq);
    put_time(j, "ts", h->ts);
    jot_text(j, "type", slice_of(h->type));
    jot_text(j, "op", slice_of(h->op));
    jot_text(j, "id", h->id);
}

void line_span(struct jot *j, const char *key, struct slice d, struct slice text, struct span s)
{
    struct slice words = utf8_start(slice_cut(text, s.b, s.e), LINE_WORDS_MAX);
    uint32_t e = s.b + (uint32_t)words.len;
    jot_object(j, key);
    jot_text(j, "d", d);
    jot_count(j, "b", s.b);
    jot_count(j, "e", e);
    jot_text(j, "t", words);
    if (e != s.e) jot_count(j, "cut", s.e);
    jot_end_object(j);
}

static void put_span(struct jot *j, const char *key, const struct doc *doc, struct span s)
{
    if (!span_empty(s)) line_span(j, key, doc->key, doc->text, s);
}

static void put_sourced(struct jot *j, const char *key, const struct sourced *v)
{
    if (v->value.ptr == NULL) return;
    jot_object(j, key);
    jot_text(j, "value", v->value);
    jot_maybe(j, "basis", v->basis);
    jot_end_object(j);
}

static void put_moment(struct jot *j, const char *key, const struct moment *m, enum doc_field f)
{
    if (m->value.ptr == NULL) return;
    jot_object(j, key);
    jot_text(j, "value", m->value);
    jot_maybe(j, "basis", m->basis);
    jot_maybe(j, "precision", record_choice(f, "precision", m->precision));
    jot_end_object(j);
}

static void put_texts(struct jot *j, const char *key, struct slices v)
{
    if (v.len == 0) return;
    jot_list(j, key);
    for (size_t i = 0; i < v.len; i++) jot_text(j, NULL, v.ptr[i]);
    jot_end_list(j);
}

/* How many of n are shown; says how many are not. */
static size_t shown(struct jot *j, const char *more, size_t n, size_t most)
{
    if (n <= most) return n;
    jot_count(j, more, n - most);
    return most;
}

static void put_dropped(struct jot *j, const struct doc *doc)
{
    if (doc->dropped.len == 0) return;
    size_t n = shown(j, "more_dropped", doc->dropped.len, LINE_ITEMS_MAX);
    jot_list(j, "dropped");
    for (size_t i = 0; i < n; i++) {
        const struct dropped *d = &doc->dropped.ptr[i];
        jot_object(j, NULL);
        jot_count(j, "b", d->b);
        jot_count(j, "e", d->e);
        jot_text(j, "why", d->why);
        jot_end_object(j);
    }
    jot_end_list(j);
}

static void put_verdict(struct jot *j, const struct doc *doc)
{
    if (doc->verdict.kind == VERDICT_NONE) return;
    jot_object(j, "verdict");
    jot_text(j, "kind", record_choice(DOC_VERDICT, "kind", doc->verdict.kind));
    jot_maybe(j, "of", doc->verdict.of);
    if (isfinite(doc->verdict.similarity) && doc->verdict.of.ptr != NULL) jot_real(j, "similarity", doc->verdict.similarity);
    jot_maybe(j, "agency", doc->verdict.agency);
    jot_end_object(j);
    if (doc->shared.len == 0 || doc->verdict.of.ptr == NULL) return;
    size_t n = shown(j, "more_shared", doc->shared.len, LINE_ITEMS_MAX);
    jot_list(j, "shared");
    for (size_t i = 0; i < n; i++) {
        const struct shared *s = &doc->shared.ptr[i];
        jot_object(j, NULL);
        line_span(j, "here", doc->key, doc->text, (struct span){s->b, s->e});
        jot_object(j, "there");
        jot_text(j, "d", doc->verdict.of);
        jot_count(j, "b", s->ob);
        jot_count(j, "e", s->oe);
        jot_end_object(j);
        jot_end_object(j);
    }
    jot_end_list(j);
}

static void put_entity(struct jot *j, const struct doc *doc, const struct entity *n, const struct named *who)
{
    jot_object(j, NULL);
    jot_text(j, "name", n->name);
    if (who != NULL) jot_maybe(j, "id", who->id);
    if (who != NULL && who->by != NULL) {
        jot_maybe(j, "as", who->as);
        jot_text(j, "by", slice_of(who->by));
    }
    jot_text(j, "type", record_choice(DOC_ENTITIES, "type", n->type));
    jot_count(j, "n", n->mentions.len);
    if (n->mentions.len > 0) put_span(j, "first", doc, (struct span){n->mentions.ptr[0].b, n->mentions.ptr[0].e});
    if (n->roles.len > 0) {
        jot_list(j, "roles");
        for (size_t i = 0; i < n->roles.len && i < 8; i++) put_span(j, NULL, doc, n->roles.ptr[i]);
        jot_end_list(j);
    }
    jot_end_object(j);
}

/* In falling order of mentions, ties in the document's order; the lists are short, so plain selection will do. */
static void put_entities(struct jot *j, const struct doc *doc, const struct named *who)
{
    size_t len = doc->entities.len;
    if (len == 0) return;
    size_t n = shown(j, "more_entities", len, LINE_ENTITIES_MAX);
    jot_list(j, "entities");
    size_t last = SIZE_MAX, at = 0; /* the last one put: its mentions and its place */
    for (size_t k = 0; k < n; k++) {
        size_t best = len;
        for (size_t i = 0; i < len; i++) {
            size_t m = doc->entities.ptr[i].mentions.len;
            bool behind = k == 0 || m < last || (m == last && i > at);
            if (behind && (best == len || m > doc->entities.ptr[best].mentions.len)) best = i;
        }
        last = doc->entities.ptr[best].mentions.len;
        at = best;
        put_entity(j, doc, &doc->entities.ptr[best], who != NULL ? &who[best] : NULL);
    }
    jot_end_list(j);
}

static void put_times(struct jot *j, const struct doc *doc)
{
    if (doc->times.len == 0) return;
    size_t n = shown(j, "more_times", doc->times.len, LINE_ITEMS_MAX);
    jot_list(j, "times");
    for (size_t i = 0; i < n; i++) {
        const struct timex *t = &doc->times.ptr[i];
        jot_object(j, NULL);
        line_span(j, "span", doc->key, doc->text, (struct span){t->b, t->e});
        jot_text(j, "type", record_choice(DOC_TIMES, "type", t->type));
        jot_text(j, "value", t->value);
        jot_maybe(j, "basis", t->basis);
        jot_end_object(j);
    }
    jot_end_list(j);
}

static void put_quantities(struct jot *j, const struct doc *doc)
{
    if (doc->quantities.len == 0) return;
    size_t n = shown(j, "more_quantities", doc->quantities.len, LINE_ITEMS_MAX);
    jot_list(j, "quantities");
    for (size_t i = 0; i < n; i++) {
        const struct quantity *q = &doc->quantities.ptr[i];
        jot_object(j, NULL);
        line_span(j, "span", doc->key, doc->text, (struct span){q->b, q->e});
        jot_real(j, "value", q->value);
        if (q->op == OP_RANGE && isfinite(q->upper)) jot_real(j, "upper", q->upper);
        jot_maybe(j, "op", record_choice(DOC_QUANTITIES, "op", q->op));
        jot_maybe(j, "unit", q->unit);
        put_span(j, "what", doc, q->what);
        jot_end_object(j);
    }
    jot_end_list(j);
}

static void put_provenance(struct jot *j, const struct doc *doc)
{
    jot_maybe(j, "name", doc->name);
    if (doc_has(doc, DOC_ACCEPTED)) put_time(j, "accepted", doc->accepted);
    jot_maybe(j, "source", doc->source);
}

static void put_metadata(struct jot *j, const struct doc *doc)
{
    put_span(j, "title", doc, doc->title);
    jot_maybe(j, "title_basis", line_choice(doc_fields[DOC_TITLE_BASIS].column.choices, doc->title_basis));
    put_sourced(j, "outlet", &doc->outlet);
    jot_maybe(j, "url", doc->url);
    put_texts(j, "byline", doc->byline);
    put_moment(j, "published", &doc->published, DOC_PUBLISHED);
    put_moment(j, "modified", &doc->modified, DOC_MODIFIED);
    jot_maybe(j, "section", doc->section);
    jot_maybe(j, "lang", doc->lang.value);
    jot_maybe(j, "stub", line_choice(doc_fields[DOC_STUB].column.choices, doc->stub));
    jot_count(j, "bytes", doc_has(doc, DOC_BYTES) ? doc->bytes : doc->text.len);
    jot_maybe(j, "hash", doc->hash);
    jot_count(j, "text_bytes", doc->text.len);
}

enum err line_article(const struct line_head *head, const struct doc *doc, const struct named *who, struct slice outcome, struct buf *out)
{
    struct jot j = jot_make(out);
    line_begin(&j, head);
    put_provenance(&j, doc);
    jot_text(&j, "outcome", outcome);
    put_metadata(&j, doc);
    put_dropped(&j, doc);
    put_verdict(&j, doc);
    put_entities(&j, doc, who);
    put_times(&j, doc);
    put_quantities(&j, doc);
    if (doc->quotes.len > 0) jot_count(&j, "quotes", doc->quotes.len);
    if (doc_has(doc, DOC_STORY)) {
        jot_maybe(&j, "story", doc->story.id);
        jot_maybe(&j, "storyline", doc->story.storyline);
        put_texts(&j, "story_why", doc->story.reasons);
    }
    jot_end_object(&j);
    return out->failed;
}

struct slice line_quote_id(struct slice key, const struct quote *q, struct arena *mem)
{
    return arena_printf(mem, "%.*s#b%u-%u", (int)key.len, key.ptr, q->b, q->e);
}

enum err line_quote(const struct line_head *head, const struct doc *doc, const struct quote *q, const struct line_context *in, struct buf *out)
{
    struct jot j = jot_make(out);
    line_begin(&j, head);
    jot_text(&j, "article", doc->key);
    jot_text(&j, "kind", record_choice(DOC_QUOTES, "kind", q->kind));
    line_span(&j, "quote", doc->key, doc->text, (struct span){q->b, q->e});
    const struct named *who = in->speaker;
    jot_maybe(&j, "speaker", who != NULL && who->as.ptr != NULL ? who->as : q->speaker);
    if (who != NULL) jot_maybe(&j, "speaker_id", who->id);
    put_span(&j, "speaker_span", doc, q->speaker_span);
    put_span(&j, "cue", doc, q->cue);
    jot_maybe(&j, "holder", q->holder);
    if (isfinite(q->score)) jot_real(&j, "score", q->score);
    jot_maybe(&j, "story", in->story);
    if (in->same.ptr != NULL) jot_raw(&j, "same_as", in->same);
    jot_end_object(&j);
    return out->failed;
}

enum err line_reject(const struct line_head *head, const struct doc *doc, struct buf *out)
{
    struct jot j = jot_make(out);
    line_begin(&j, head);
    put_provenance(&j, doc);
    jot_maybe(&j, "stage", record_choice(DOC_FAIL, "stage", doc->fail.stage));
    jot_text(&j, "error", doc->fail.error.ptr != NULL ? doc->fail.error : SLICE("unknown"));
    jot_maybe(&j, "detail", doc->fail.detail);
    if (doc_has(doc, DOC_BYTES)) jot_count(&j, "bytes", doc->bytes);
    jot_maybe(&j, "hash", doc->hash);
    jot_end_object(&j);
    return out->failed;
}

enum err line_alert(const struct line_head *head, const struct doc *doc, const struct alert_match *m, struct buf *out)
{
    struct jot j = jot_make(out);
    line_begin(&j, head);
    jot_text(&j, "rule", m->rule);
    jot_count(&j, "line", m->line);
    jot_text(&j, "article", doc->key);
    jot_maybe(&j, "story", doc->story.id);
    if (m->n_spans > 0) jot_list(&j, "matches");
    for (size_t i = 0; i < m->n_spans; i++) line_span(&j, NULL, doc->key, doc->text, m->spans[i]);
    if (m->n_spans > 0) jot_end_list(&j);
    put_texts(&j, "names", (struct slices){(struct slice *)m->names, m->n_names});
    jot_end_object(&j);
    return out->failed;
}

enum err line_turn(const struct line_head *head, const struct line_turn *t, struct buf *out)
{
    struct jot j = jot_make(out);
    line_begin(&j, head);
    jot_count(&j, "rev", t->rev);
    jot_maybe(&j, "storyline", t->storyline);
    jot_maybe(&j, "into", t->into);
    put_texts(&j, "reasons", t->reasons);
    struct slices docs = t->docs;
    docs.len = shown(&j, "more_docs", docs.len, LINE_DOCS_MAX);
    put_texts(&j, "docs", docs);
    jot_end_object(&j);
    return out->failed;
}

enum err line_stats(const struct line_head *head, const struct line_stats *s, struct buf *out)
{
    struct jot j = jot_make(out);
    line_begin(&j, head);
    put_time(&j, "since", s->since);
    jot_count(&j, "in", s->in);
    jot_count(&j, "reported", s->reported);
    jot_count(&j, "duplicate", s->duplicate);
    jot_count(&j, "rejected", s->rejected);
    jot_count(&j, "again", s->again);
    jot_count(&j, "repeated", s->repeated);
    static const char *const names[] = {"reported", "duplicate", "rejected", "again"};
    jot_object(&j, "total");
    for (int i = 0; i < 4; i++) jot_count(&j, names[i], s->total[i]);
    jot_end_object(&j);
    jot_count(&j, "p50_ms", s->p50_ms);
    jot_count(&j, "p99_ms", s->p99_ms);
    jot_count(&j, "pending_stories", s->pending_stories);
    jot_count(&j, "unindexed", s->unindexed);
    jot_end_object(&j);
    return out->failed;
}
