/* line_story.c - a story's view as JSON, section by section, with the digest that the next delta is measured against. */
#include "line_story.h"

#include <stdio.h>
#include <xxhash.h>

#include "../../proto/doc_fields.h"
#include "line_delta.h"

/* The line, the digest beside it, and where the item being written began. */
struct teller {
    struct jot j, d;
    const struct story_told *t;
    size_t mark;
    char id[20];
};

/* --- cites --- */

static const struct account *account_of(const struct story_told *t, const struct cite *c)
{
    struct accounts in = c->story == 0 ? t->accounts : t->others.ptr[c->story - 1].accounts;
    return &in.ptr[c->account];
}

static struct slice key_of(const struct story_told *t, const struct cite *c)
{
    return account_of(t, c)->doc->key;
}

static void put_cite(struct jot *j, const char *key, const struct story_told *t, struct cite c)
{
    if (c.b >= c.e) return;
    const struct doc *doc = account_of(t, &c)->doc;
    line_span(j, key, doc->key, doc->text, (struct span){c.b, c.e});
}

static void put_cites(struct jot *j, const char *key, const struct story_told *t, struct cites cites)
{
    if (cites.len == 0) return;
    jot_list(j, key);
    for (size_t i = 0; i < cites.len && i < LINE_CITES_MAX; i++) put_cite(j, NULL, t, cites.ptr[i]);
    jot_end_list(j);
}

static void put_texts(struct jot *j, const char *key, struct slices v)
{
    if (v.len == 0) return;
    jot_list(j, key);
    for (size_t i = 0; i < v.len; i++) jot_text(j, NULL, v.ptr[i]);
    jot_end_list(j);
}

static void put_word(struct jot *j, const char *key, struct slice v)
{
    if (v.len > 0) jot_text(j, key, v);
}

enum err line_cites(const struct story_told *t, struct cites cites, struct buf *out)
{
    struct jot j = jot_make(out);
    jot_list(&j, NULL);
    for (size_t i = 0; i < cites.len && i < LINE_CITES_MAX; i++) put_cite(&j, NULL, t, cites.ptr[i]);
    jot_end_list(&j);
    return out->failed;
}

/* --- items: their ids and hashes --- */

static uint64_t mix(uint64_t h, struct slice s)
{
    return XXH3_64bits_withSeed(s.ptr != NULL ? s.ptr : "", s.len, h + s.len);
}

static uint64_t mix_cite(uint64_t h, const struct story_told *t, const struct cite *c)
{
    uint32_t at[2] = {c->b, c->e};
    return mix(mix(h, key_of(t, c)), (struct slice){(const char *)at, sizeof at});
}

static void section(struct teller *w, const char *key)
{
    jot_list(&w->j, key);
    jot_list(&w->d, key);
}

static void section_end(struct teller *w)
{
    jot_end_list(&w->j);
    jot_end_list(&w->d);
}

static void item(struct teller *w, uint64_t id)
{
    snprintf(w->id, sizeof w->id, "%012llx", (unsigned long long)(id & 0xFFFFFFFFFFFFu));
    jot_object(&w->j, NULL);
    jot_text(&w->j, "id", slice_of(w->id));
    w->mark = w->j.out->len;
}

/* The digest's entry of an item: ID:HASH of all that was written of it since `mark`. */
static void note(struct teller *w, struct slice id)
{
    if (w->j.out->failed != OK) return;
    uint64_t h = XXH3_64bits(w->j.out->ptr + w->mark, w->j.out->len - w->mark);
    struct buf entry = buf_make(8192);
    buf_put(&entry, id);
    buf_printf(&entry, ":%08x", (unsigned)(h & 0xFFFFFFFFu));
    jot_text(&w->d, NULL, buf_slice(&entry));
    buf_free(&entry);
}

static void item_end(struct teller *w)
{
    jot_end_object(&w->j);
    note(w, slice_of(w->id));
}

/* A part of the line that has no items: its digest is one hash. */
static void whole_end(struct teller *w, const char *key)
{
    jot_list(&w->d, key);
    note(w, slice_of(key));
    jot_end_list(&w->d);
}

/* --- sections --- */

static void put_headline(struct teller *w)
{
    struct cite c = w->t->view->headline;
    if (c.b >= c.e) return;
    w->mark = w->j.out->len;
    put_cite(&w->j, "headline", w->t, c);
    whole_end(w, "headline");
    put_word(&w->j, "headline_outlet", account_of(w->t, &c)->outlet);
}

static void put_cited(struct jot *j, const char *key, const struct story_told *t, struct slice value, struct cites cites)
{
    if (value.ptr == NULL && cites.len == 0) return;
    jot_object(j, key);
    jot_maybe(j, "value", value);
    put_cites(j, "spans", t, cites);
    jot_end_object(j);
}

static void put_event(struct teller *w)
{
    const struct event_view *v = &w->t->view->event;
    struct jot *j = &w->j;
    size_t cites = v->type_cites.len + v->place.cites.len + v->when.cites.len + v->duration.cites.len + v->participants_len;
    if (cites == 0 && v->type.ptr == NULL) return;
    w->mark = j->out->len;
    jot_object(j, "event");
    put_cited(j, "type", w->t, v->type, v->type_cites);
    put_cited(j, "place", w->t, v->place.value, v->place.cites);
    put_cited(j, "when", w->t, v->when.value, v->when.cites);
    put_cited(j, "duration", w->t, v->duration.value, v->duration.cites);
    if (v->participants_len > 0) {
        jot_list(j, "participants");
        for (size_t i = 0; i < v->participants_len; i++) put_cited(j, NULL, w->t, v->participants[i].value, v->participants[i].cites);
        jot_end_list(j);
    }
    jot_end_object(j);
    whole_end(w, "event");
}

static struct slice role_word(enum role r)
{
    static const char *const words[] = {"", "lead", "adds", "repeats", "copy"};
    return r == ROLE_NONE ? (struct slice){NULL, 0} : slice_of(words[r]);
}

static void put_part(struct jot *j, const struct story_told *t, size_t at)
{
    const struct part *p = &t->view->parts.ptr[at];
    const struct account *a = &t->accounts.ptr[at];
    jot_object(j, NULL);
    jot_text(j, "id", a->key);
    if (a->doc != NULL) jot_maybe(j, "name", a->doc->name);
    put_word(j, "outlet", a->outlet);
    jot_maybe(j, "role", role_word(p->role));
    jot_bool(j, "independent", p->independent);
    if (!p->read) jot_bool(j, "read", false);
    if (p->of < t->accounts.len) jot_text(j, "of", t->accounts.ptr[p->of].key);
    put_word(j, "why", p->why);
    put_cites(j, "adds", t, p->adds);
    jot_end_object(j);
}

static void put_parts(struct teller *w)
{
    const struct story_view *v = w->t->view;
    size_t n = v->parts.len, half = LINE_PARTS_MAX / 2;
    jot_count(&w->j, "n_articles", v->n_articles);
    jot_count(&w->j, "n_outlets", v->n_outlets);
    jot_count(&w->j, "n_independent", v->n_independent);
    jot_count(&w->j, "n_read", v->n_read);
    if (n > LINE_PARTS_MAX) jot_count(&w->j, "more_articles", n - LINE_PARTS_MAX);
    jot_list(&w->j, "articles");
    for (size_t i = 0; i < n; i++) {
        if (n <= LINE_PARTS_MAX || i < half || i >= n - half) put_part(&w->j, w->t, i);
    }
    jot_end_list(&w->j);
}

static void put_actor(struct jot *j, const struct story_told *t, const struct actor *a)
{
    jot_object(j, NULL);
    jot_text(j, "name", a->name);
    jot_maybe(j, "id", a->id);
    jot_text(j, "type", line_choice(doc_fields[DOC_ENTITIES].column.record->columns[1].choices, a->type));
    jot_real(j, "salience", a->salience);
    jot_count(j, "mentions", a->mentions);
    jot_count(j, "articles", a->accounts);
    jot_count(j, "independent", a->independent);
    if (a->open) jot_bool(j, "open", true);
    put_texts(j, "aliases", a->aliases);
    if (a->roles.len > 0) {
        jot_list(j, "roles");
        for (size_t i = 0; i < a->roles.len && i < LINE_SAME_MAX; i++) {
            jot_object(j, NULL);
            jot_text(j, "role", a->roles.ptr[i].role);
            put_cites(j, "spans", t, a->roles.ptr[i].cites);
            jot_end_object(j);
        }
        jot_end_list(j);
    }
    put_cite(j, "first", t, a->first);
    jot_end_object(j);
}

static void put_actors(struct teller *w)
{
    const struct actors *all = &w->t->view->actors;
    if (all->len == 0) return;
    section(w, "entities");
    for (size_t i = 0; i < all->len; i++) {
        w->mark = w->j.out->len;
        put_actor(&w->j, w->t, &all->ptr[i]);
        w->mark = w->j.out->len; /* counts change with every article: only coming and going is told */
        note(w, all->ptr[i].name);
    }
    section_end(w);
}

static void put_values(struct jot *j, const struct story_told *t, struct value_views values)
{
    jot_list(j, "values");
    for (size_t i = 0; i < values.len; i++) {
        const struct value_view *v = &values.ptr[i];
        jot_object(j, NULL);
        jot_text(j, "value", v->value);
        put_word(j, "shown", v->shown);
        jot_count(j, "articles", v->accounts);
        jot_count(j, "independent", v->independent);
        put_cites(j, "spans", t, v->cites);
        jot_end_object(j);
    }
    jot_end_list(j);
}

static void put_facts(struct teller *w)
{
    const struct facts *all = &w->t->view->facts;
    if (all->len == 0) return;
    section(w, "facts");
    for (size_t i = 0; i < all->len; i++) {
        const struct fact_view *f = &all->ptr[i];
        uint64_t id = mix(mix(f->slot, f->subject), f->values.len > 0 ? f->values.ptr[0].value : SLICE(""));
        item(w, id);
        jot_text(&w->j, "slot", slice_of(slot_name(f->slot)));
        put_word(&w->j, "subject", f->subject);
        jot_count(&w->j, "independent", f->independent);
        put_values(&w->j, w->t, f->values);
        item_end(w);
    }
    section_end(w);
}

static void put_statements(struct teller *w)
{
    const struct statements *all = &w->t->view->statements;
    if (all->len == 0) return;
    section(w, "both_report");
    for (size_t i = 0; i < all->len; i++) {
        const struct statement_view *s = &all->ptr[i];
        item(w, s->cites.len > 0 ? mix_cite(1, w->t, &s->cites.ptr[0]) : 0);
        put_cites(&w->j, "spans", w->t, s->cites);
        put_texts(&w->j, "shared", s->shared);
        item_end(w);
    }
    section_end(w);
}

static void put_onlies(struct teller *w)
{
    const struct onlies *all = &w->t->view->only;
    if (all->len == 0) return;
    section(w, "only");
    for (size_t i = 0; i < all->len; i++) {
        const struct only_view *o = &all->ptr[i];
        item(w, mix_cite(mix(o->slot, o->subject), w->t, &o->cite));
        jot_text(&w->j, "slot", slice_of(slot_name(o->slot)));
        put_word(&w->j, "subject", o->subject);
        put_cite(&w->j, "span", w->t, o->cite);
        put_cite(&w->j, "sentence", w->t, o->sentence);
        item_end(w);
    }
    section_end(w);
}

static void put_timeline(struct teller *w)
{
    const struct timeline *all = &w->t->view->timeline;
    if (all->len == 0) return;
    section(w, "timeline");
    for (size_t i = 0; i < all->len; i++) {
        const struct moment_view *m = &all->ptr[i];
        item(w, mix_cite(mix(2, m->value), w->t, &m->when));
        jot_text(&w->j, "value", m->value);
        put_word(&w->j, "basis", m->basis);
        if (m->planned) jot_bool(&w->j, "planned", true);
        put_cite(&w->j, "when", w->t, m->when);
        put_cite(&w->j, "sentence", w->t, m->sentence);
        put_cites(&w->j, "more", w->t, m->more);
        item_end(w);
    }
    section_end(w);
}

static void put_summary(struct teller *w)
{
    const struct summary *all = &w->t->view->summary;
    if (all->len == 0) return;
    section(w, "summary");
    for (size_t i = 0; i < all->len; i++) {
        const struct summary_sentence *s = &all->ptr[i];
        item(w, mix_cite(3, w->t, &s->sentence));
        put_cite(&w->j, "sentence", w->t, s->sentence);
        put_cites(&w->j, "also", w->t, s->also);
        item_end(w);
    }
    section_end(w);
}

static void put_differences(struct jot *j, const struct story_told *t, const struct version *v)
{
    if (v->diffs_len == 0) return;
    jot_list(j, "differences");
    for (size_t i = 0; i < v->diffs_len && i < LINE_CITES_MAX; i++) {
        jot_object(j, NULL);
        put_cite(j, "ours", t, v->diffs[i].ours);
        put_cite(j, "theirs", t, v->diffs[i].theirs);
        if (v->diffs[i].loud) jot_bool(j, "loud", true);
        jot_end_object(j);
    }
    jot_end_list(j);
}

static void put_utterance(struct teller *w, const struct quote_view *q, struct arena *mem)
{
    struct jot *j = &w->j;
    put_word(j, "speaker", q->speaker);
    if (q->actor != UINT32_MAX) jot_maybe(j, "speaker_id", w->t->view->actors.ptr[q->actor].id);
    jot_count(j, "articles", q->accounts);
    jot_count(j, "independent", q->independent);
    if (q->versions_len > 1) jot_bool(j, "same_speaker", q->same_speaker);
    jot_list(j, "versions");
    for (size_t i = 0; i < q->versions_len && i < LINE_CITES_MAX; i++) {
        const struct version *v = &q->versions[i];
        jot_object(j, NULL);
        put_cite(j, "words", w->t, v->quote);
        jot_maybe(j, "quote", line_version_id(w->t, v, mem));
        put_differences(j, w->t, v);
        jot_end_object(j);
    }
    jot_end_list(j);
}

static void put_quotes(struct teller *w, struct arena *mem)
{
    const struct quote_views *all = &w->t->view->quotes;
    if (all->len == 0) return;
    section(w, "quotes");
    for (size_t i = 0; i < all->len; i++) {
        const struct quote_view *q = &all->ptr[i];
        item(w, q->versions_len > 0 ? mix_cite(4, w->t, &q->versions[0].quote) : 0);
        put_utterance(w, q, mem);
        item_end(w);
    }
    section_end(w);
}

static void put_relations(struct teller *w)
{
    const struct relations *all = &w->t->view->relations;
    if (all->len == 0) return;
    section(w, "relations");
    for (size_t i = 0; i < all->len; i++) {
        const struct relation_view *r = &all->ptr[i];
        struct slice id = w->t->others.ptr[r->neighbour].id;
        w->mark = w->j.out->len;
        jot_object(&w->j, NULL);
        jot_text(&w->j, "story", id);
        put_word(&w->j, "type", r->type);
        put_texts(&w->j, "reasons", r->reasons);
        put_cites(&w->j, "spans", w->t, r->cites);
        jot_end_object(&w->j);
        note(w, id);
    }
    section_end(w);
}

/* --- conflicts --- */

/* The ids of the stories whose words stand in it, the story's own first. */
static void put_stories(struct jot *j, const struct story_told *t, const struct conflict_view *c)
{
    jot_list(j, "stories");
    jot_text(j, NULL, t->id);
    for (size_t n = 0; n < t->others.len; n++) {
        bool in = false;
        for (size_t i = 0; i < c->values.len && !in; i++) {
            for (size_t k = 0; k < c->values.ptr[i].cites.len && !in; k++) in = c->values.ptr[i].cites.ptr[k].story == n + 1;
        }
        if (in) jot_text(j, NULL, t->others.ptr[n].id);
    }
    jot_end_list(j);
}

static void put_clash(struct jot *j, const struct story_told *t, const struct conflict_view *c)
{
    jot_text(j, "level", slice_of(level_name(c->level)));
    jot_text(j, "slot", slice_of(slot_name(c->slot)));
    put_word(j, "subject", c->subject);
    put_stories(j, t, c);
    put_values(j, t, c->values);
    if (c->majority >= 0) jot_text(j, "majority", c->values.ptr[c->majority].value);
    if (c->resolved >= 0) jot_text(j, "resolved", c->values.ptr[c->resolved].value);
    put_word(j, "resolution", c->resolution);
    put_cites(j, "evidence", t, c->evidence);
    put_word(j, "rule", c->rule);
}

struct slice line_conflict_id(const struct story_told *t, const struct conflict_view *c, struct arena *mem)
{
    struct slice home = c->across && t->storyline.len > 0 ? t->storyline : t->id;
    return arena_printf(mem, "%.*s/%.*s", (int)home.len, home.ptr, (int)c->id.len, c->id.ptr);
}

enum err line_conflict_body(const struct story_told *t, const struct conflict_view *c, struct buf *out)
{
    struct jot j = jot_make(out);
    jot_object(&j, NULL);
    put_clash(&j, t, c);
    jot_end_object(&j);
    return out->failed;
}

enum err line_conflict(const struct line_head *head, struct slice body, struct buf *out)
{
    struct jot j = jot_make(out);
    line_begin(&j, head);
    buf_char(out, ',');
    buf_put(out, slice_cut(body, 1, body.len)); /* the object's members and its closing brace */
    return out->failed;
}

static void put_conflicts(struct teller *w, struct arena *mem)
{
    const struct conflicts *all = &w->t->view->conflicts;
    if (all->len == 0) return;
    section(w, "conflicts");
    for (size_t i = 0; i < all->len; i++) {
        struct slice id = line_conflict_id(w->t, &all->ptr[i], mem);
        jot_object(&w->j, NULL);
        jot_text(&w->j, "id", id.ptr != NULL ? id : SLICE(""));
        w->mark = w->j.out->len;
        put_clash(&w->j, w->t, &all->ptr[i]);
        jot_end_object(&w->j);
        note(w, id);
    }
    section_end(w);
}

/* --- quotes joined --- */

bool line_version_counts(const struct story_told *t, const struct version *v)
{
    enum verdict_kind k = account_of(t, &v->quote)->verdict;
    return k != VERDICT_EXACT && k != VERDICT_NEAR && k != VERDICT_SYNDICATED && k != VERDICT_CONTAINED;
}

struct slice line_version_id(const struct story_told *t, const struct version *v, struct arena *mem)
{
    const struct doc *doc = account_of(t, &v->quote)->doc;
    if (v->quote_index >= doc->quotes.len || !line_version_counts(t, v)) return (struct slice){NULL, 0};
    return line_quote_id(doc->key, &doc->quotes.ptr[v->quote_index], mem);
}

static void put_same(struct jot *j, const struct story_told *t, const struct quote_view *q, const struct version *other,
                     const struct version *differs, struct arena *mem)
{
    jot_object(j, NULL);
    jot_text(j, "article", key_of(t, &other->quote));
    jot_maybe(j, "quote", line_version_id(t, other, mem));
    put_cite(j, "words", t, other->quote);
    jot_bool(j, "same_speaker", q->same_speaker);
    if (differs != NULL) put_differences(j, t, differs);
    jot_end_object(j);
}

enum err line_same_as(const struct story_told *t, const struct quote_view *q, size_t at, struct arena *mem, struct buf *out)
{
    struct jot j = jot_make(out);
    size_t first = 0, put = 0;
    while (first < q->versions_len && !line_version_counts(t, &q->versions[first])) first++;
    jot_list(&j, NULL);
    if (at > first) put_same(&j, t, q, &q->versions[first], first == 0 ? &q->versions[at] : NULL, mem);
    for (size_t i = first + 1; at == first && i < q->versions_len && put < LINE_SAME_MAX; i++) {
        if (!line_version_counts(t, &q->versions[i])) continue;
        put_same(&j, t, q, &q->versions[i], NULL, mem);
        put++;
    }
    jot_end_list(&j);
    return out->failed;
}

/* --- the line --- */

static void put_delta(struct jot *j, const struct story_told *t, struct slice digest)
{
    struct delta_input in = {.before = t->digest, .now = digest, .joined = t->joined, .left = t->left};
    jot_object(j, "delta");
    delta_put(j, &in);
    jot_end_object(j);
}

enum err line_story(const struct line_head *head, const struct story_told *t, struct arena *mem, struct buf *out, struct buf *digest)
{
    struct teller w = {.j = jot_make(out), .d = jot_make(digest), .t = t};
    line_begin(&w.j, head);
    jot_object(&w.d, NULL);
    jot_count(&w.j, "rev", t->rev);
    put_word(&w.j, "storyline", t->storyline);
    put_headline(&w);
    put_event(&w);
    put_parts(&w);
    put_actors(&w);
    put_facts(&w);
    put_statements(&w);
    put_conflicts(&w, mem);
    put_onlies(&w);
    put_timeline(&w);
    put_summary(&w);
    put_quotes(&w, mem);
    put_relations(&w);
    jot_end_object(&w.d);
    if (digest->failed != OK) return digest->failed;
    put_delta(&w.j, t, buf_slice(digest));
    jot_end_object(&w.j);
    return out->failed;
}
