/* train_view.c - measures the judgement alone: reads tagged documents as JSON Lines, takes those with one story.id for a story and those with
 * one storyline for neighbours, and prints the view of each story as one line of JSON. With a number as argument: that many times, for the clock.
 * With `ties`: prints what stands round each pair of values that are the same exact number or are not, for scripts/train-ties. */
#include <stdio.h>
#include <stdlib.h>

#include "../../libcommon/json.h"
#include "compare.h"

enum { DOCS_MAX = 20000 };

static struct doc *docs[DOCS_MAX];
static size_t n_docs;

static enum err load(FILE *in, struct arena *mem)
{
    char *line = NULL;
    size_t cap = 0;
    enum err e = OK;
    for (ssize_t n; e == OK && n_docs < DOCS_MAX && (n = getline(&line, &cap, in)) > 0;) {
        struct slice copy = arena_copy(mem, slice_trim((struct slice){line, (size_t)n}));
        struct doc *d = arena_array(mem, 1, sizeof *d);
        if (copy.ptr == NULL || d == NULL) e = ERR_NOMEM;
        else e = doc_from_json(copy, mem, d);
        if (e == OK && doc_has(d, DOC_STORY) && d->text.len > 0) docs[n_docs++] = d;
    }
    free(line);
    return e;
}

static struct accounts accounts_of(struct slice story, struct arena *mem)
{
    struct account *a = arena_array(mem, n_docs, sizeof *a);
    struct accounts out = {a, 0};
    for (size_t i = 0; i < n_docs && a != NULL; i++) {
        const struct doc *d = docs[i];
        if (slice_eq(d->story.id, story)) a[out.len++] = (struct account){d, d->key, d->outlet.value, d->verdict.kind, d->verdict.of};
    }
    return out;
}

static bool first_of_story(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (slice_eq(docs[k]->story.id, docs[i]->story.id)) return false;
    return true;
}

static int by_id(const void *a, const void *b)
{
    return slice_cmp(((const struct neighbour *)a)->id, ((const struct neighbour *)b)->id);
}

static struct neighbours neighbours_of(const struct doc *of, struct arena *mem)
{
    struct neighbour *all = arena_array(mem, VIEW_NEIGHBOURS_MAX, sizeof *all);
    struct neighbours out = {all, 0};
    for (size_t i = 0; i < n_docs && all != NULL && out.len < VIEW_NEIGHBOURS_MAX; i++) {
        const struct story *s = &docs[i]->story;
        if (s->storyline.len == 0 || !slice_eq(s->storyline, of->story.storyline) || slice_eq(s->id, of->story.id) || !first_of_story(i)) continue;
        all[out.len++] = (struct neighbour){s->id, accounts_of(s->id, mem)};
    }
    if (out.len > 0) qsort(all, out.len, sizeof *all, by_id);
    return out;
}

/* --- printing --- */

struct printer {
    struct buf *out;
    const struct accounts *story;
    const struct neighbours *others;
};

static void put_text(struct printer *p, struct slice s)
{
    json_put_text(p->out, s);
}

static void put_key(struct printer *p, const char *key)
{
    char last = p->out->len > 0 ? p->out->ptr[p->out->len - 1] : 0;
    if (last != '{' && last != '[') buf_char(p->out, ',');
    if (key != NULL) buf_printf(p->out, "\"%s\":", key);
}

static void put_cite(struct printer *p, const char *key, struct cite c)
{
    const struct accounts *in = c.story == 0 ? p->story : &p->others->ptr[c.story - 1].accounts;
    put_key(p, key);
    buf_str(p->out, "{\"d\":");
    put_text(p, in->ptr[c.account].key);
    buf_printf(p->out, ",\"b\":%u,\"e\":%u,\"t\":", c.b, c.e);
    put_text(p, slice_cut(in->ptr[c.account].doc->text, c.b, c.e));
    buf_char(p->out, '}');
}

static void put_cites(struct printer *p, const char *key, struct cites c)
{
    put_key(p, key);
    buf_char(p->out, '[');
    for (size_t i = 0; i < c.len; i++) put_cite(p, NULL, c.ptr[i]);
    buf_char(p->out, ']');
}

static void put_word(struct printer *p, const char *key, struct slice s)
{
    put_key(p, key);
    put_text(p, s);
}

static void put_values(struct printer *p, struct value_views v)
{
    put_key(p, "values");
    buf_char(p->out, '[');
    for (size_t i = 0; i < v.len; i++) {
        put_key(p, NULL);
        buf_char(p->out, '{');
        put_word(p, "value", v.ptr[i].value);
        put_key(p, "independent");
        buf_printf(p->out, "%u", v.ptr[i].independent);
        put_cites(p, "spans", v.ptr[i].cites);
        buf_char(p->out, '}');
    }
    buf_char(p->out, ']');
}

static void begin(struct printer *p, const char *key)
{
    put_key(p, key);
    buf_str(p->out, key == NULL ? "{" : "[");
}

static void end(struct printer *p, char c)
{
    buf_char(p->out, c);
}

static void put_conflicts(struct printer *p, const struct story_view *v)
{
    begin(p, "conflicts");
    for (size_t i = 0; i < v->conflicts.len; i++) {
        const struct conflict_view *c = &v->conflicts.ptr[i];
        begin(p, NULL);
        put_word(p, "level", slice_of(level_name(c->level)));
        put_word(p, "slot", slice_of(slot_name(c->slot)));
        put_word(p, "subject", c->subject);
        put_word(p, "rule", c->rule);
        put_word(p, "id", c->id);
        if (c->resolution.len > 0) put_word(p, "resolution", c->resolution);
        put_values(p, c->values);
        end(p, '}');
    }
    end(p, ']');
}

static void put_facts(struct printer *p, const struct story_view *v)
{
    begin(p, "facts");
    for (size_t i = 0; i < v->facts.len; i++) {
        begin(p, NULL);
        put_word(p, "slot", slice_of(slot_name(v->facts.ptr[i].slot)));
        put_word(p, "subject", v->facts.ptr[i].subject);
        put_values(p, v->facts.ptr[i].values);
        end(p, '}');
    }
    end(p, ']');
    begin(p, "both_report");
    for (size_t i = 0; i < v->statements.len; i++) {
        begin(p, NULL);
        put_cites(p, "spans", v->statements.ptr[i].cites);
        begin(p, "shared");
        for (size_t k = 0; k < v->statements.ptr[i].shared.len; k++) put_word(p, NULL, v->statements.ptr[i].shared.ptr[k]);
        end(p, ']');
        end(p, '}');
    }
    end(p, ']');
}

static void put_event(struct printer *p, const struct event_view *v)
{
    put_word(p, "type", v->type);
    put_word(p, "place", v->place.value);
    put_cites(p, "place_spans", v->place.cites);
    put_word(p, "when", v->when.value);
    put_word(p, "duration", v->duration.value);
    begin(p, "participants");
    for (size_t i = 0; i < v->participants_len; i++) put_word(p, NULL, v->participants[i].value);
    end(p, ']');
}

static void put_actors(struct printer *p, const struct story_view *v)
{
    begin(p, "entities");
    for (size_t i = 0; i < v->actors.len; i++) {
        const struct actor *a = &v->actors.ptr[i];
        begin(p, NULL);
        put_word(p, "name", a->name);
        put_key(p, "type");
        buf_printf(p->out, "%d,\"articles\":%u,\"salience\":%.2f,\"open\":%s", (int)a->type, a->accounts, a->salience, a->open ? "true" : "false");
        begin(p, "aliases");
        for (size_t k = 0; k < a->aliases.len; k++) put_word(p, NULL, a->aliases.ptr[k]);
        end(p, ']');
        begin(p, "roles");
        for (size_t k = 0; k < a->roles.len; k++) put_word(p, NULL, a->roles.ptr[k].role);
        end(p, ']');
        end(p, '}');
    }
    end(p, ']');
}

static void put_quotes(struct printer *p, const struct story_view *v)
{
    begin(p, "quotes");
    for (size_t i = 0; i < v->quotes.len; i++) {
        const struct quote_view *q = &v->quotes.ptr[i];
        begin(p, NULL);
        put_word(p, "speaker", q->speaker);
        put_key(p, "independent");
        buf_printf(p->out, "%u,\"same_speaker\":%s", q->independent, q->same_speaker ? "true" : "false");
        begin(p, "versions");
        for (size_t k = 0; k < q->versions_len; k++) {
            put_cite(p, NULL, q->versions[k].quote);
            for (size_t x = 0; x < q->versions[k].diffs_len; x++) {
                begin(p, NULL);
                put_cite(p, "ours", q->versions[k].diffs[x].ours);
                put_cite(p, "theirs", q->versions[k].diffs[x].theirs);
                put_word(p, "loud", q->versions[k].diffs[x].loud ? SLICE("yes") : SLICE(""));
                end(p, '}');
            }
        }
        end(p, ']');
        end(p, '}');
    }
    end(p, ']');
}

static void put_rest(struct printer *p, const struct story_view *v)
{
    begin(p, "only");
    for (size_t i = 0; i < v->only.len; i++) {
        begin(p, NULL);
        put_word(p, "slot", slice_of(slot_name(v->only.ptr[i].slot)));
        put_word(p, "subject", v->only.ptr[i].subject);
        put_cite(p, "span", v->only.ptr[i].cite);
        end(p, '}');
    }
    end(p, ']');
    begin(p, "timeline");
    for (size_t i = 0; i < v->timeline.len; i++) {
        begin(p, NULL);
        put_word(p, "value", v->timeline.ptr[i].value);
        put_word(p, "basis", v->timeline.ptr[i].basis);
        put_cite(p, "sentence", v->timeline.ptr[i].sentence);
        end(p, '}');
    }
    end(p, ']');
    begin(p, "summary");
    for (size_t i = 0; i < v->summary.len; i++) put_cite(p, NULL, v->summary.ptr[i].sentence);
    end(p, ']');
    begin(p, "relations");
    for (size_t i = 0; i < v->relations.len; i++) {
        begin(p, NULL);
        put_word(p, "story", p->others->ptr[v->relations.ptr[i].neighbour].id);
        put_word(p, "type", v->relations.ptr[i].type);
        for (size_t k = 0; k < v->relations.ptr[i].reasons.len; k++) {
            put_key(p, k == 0 ? "reasons" : NULL);
            if (k == 0) buf_char(p->out, '[');
            put_text(p, v->relations.ptr[i].reasons.ptr[k]);
        }
        if (v->relations.ptr[i].reasons.len > 0) end(p, ']');
        end(p, '}');
    }
    end(p, ']');
}

static void put_view(struct printer *p, struct slice id, const struct story_view *v)
{
    buf_char(p->out, '{');
    put_word(p, "id", id);
    put_key(p, "n");
    buf_printf(p->out, "%u,\"n_independent\":%u", v->n_articles, v->n_independent);
    if (v->headline.b < v->headline.e) put_cite(p, "headline", v->headline);
    put_event(p, &v->event);
    put_actors(p, v);
    put_facts(p, v);
    put_conflicts(p, v);
    put_quotes(p, v);
    begin(p, "parts");
    for (size_t i = 0; i < v->parts.len; i++) {
        begin(p, NULL);
        put_word(p, "id", p->story->ptr[i].key);
        put_key(p, "role");
        buf_printf(p->out, "%d", (int)v->parts.ptr[i].role);
        put_word(p, "why", v->parts.ptr[i].why);
        put_cites(p, "adds", v->parts.ptr[i].adds);
        end(p, '}');
    }
    end(p, ']');
    put_rest(p, v);
    buf_str(p->out, "}\n");
}

static enum err view(const struct doc *of, unsigned long times, struct buf *out)
{
    struct arena *mem = arena_create((size_t)512 << 20);
    enum err e = mem == NULL ? ERR_NOMEM : OK;
    for (unsigned long i = 0; i < times && e == OK; i++) {
        struct story_view v;
        arena_reset(mem);
        struct accounts story = accounts_of(of->story.id, mem);
        struct neighbours others = neighbours_of(of, mem);
        e = story_view_build(story, others, (struct known_names){NULL, 0}, mem, &v);
        struct printer p = {out, &story, &others};
        buf_clear(out);
        if (e == OK) put_view(&p, of->story.id, &v);
        if (e == OK) e = out->failed;
    }
    arena_destroy(&mem);
    return e;
}

/* --- pairs to learn from --- */

/* 1 for two that state one exact number, 0 for two different ones, -1 for all that tells nothing: hedged, quoted, small, rounded. */
static int alike(const struct scene *s, const struct match *m)
{
    const struct value *a = &s->values[m->ra].ptr[m->va], *b = &s->values[m->rb].ptr[m->vb];
    if (a->slot != SLOT_MONEY && a->slot != SLOT_COUNT && a->slot != SLOT_DURATION && a->slot != SLOT_PERCENT) return -1;
    if (a->quoted || b->quoted || a->more || b->more || a->hedge == HEDGE_VAGUE || b->hedge == HEDGE_VAGUE) return -1;
    bool exact = a->slot == SLOT_MONEY || a->value > 12 || (a->slot == SLOT_PERCENT && a->value != (double)(long)a->value);
    if (value_equal(a, b)) return exact ? 1 : -1;
    return value_compatible(a, b) || judge(s, m).finding == FINDING_CONFLICT ? -1 : 0;
}

static enum err print_ties(const struct doc *of)
{
    struct arena *mem = arena_create((size_t)512 << 20);
    if (mem == NULL) return ERR_NOMEM;
    struct story_view v = {0};
    struct scene s = {.story = accounts_of(of->story.id, mem), .mem = mem, .out = &v};
    struct matches m = {NULL, 0};
    enum err e = scene_begin(&s);
    if (e == OK) e = find_sources(&s);
    if (e == OK) e = find_actors(&s);
    if (e == OK) e = align(&s, &m);
    for (size_t i = 0; i < m.len && e == OK; i++) {
        int same = alike(&s, &m.ptr[i]);
        if (same < 0) continue;
        struct tie t = tie_of(&s, &m.ptr[i]);
        double x[TIE_MEASURES];
        tie_measures(&s, &m.ptr[i], &t, x);
        printf("%.*s\t%d", (int)of->story.id.len, of->story.id.ptr, same);
        for (size_t k = 0; k < TIE_MEASURES; k++) printf("\t%.4f", x[k]);
        putchar('\n');
    }
    arena_destroy(&mem);
    return e;
}

int main(int argc, char **argv)
{
    bool ties = argc > 1 && strcmp(argv[1], "ties") == 0;
    unsigned long times = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    struct arena *mem = arena_create((size_t)2 << 30);
    struct buf out = buf_make((size_t)64 << 20);
    enum err e = mem == NULL ? ERR_NOMEM : load(stdin, mem);
    for (size_t i = 0; i < n_docs && e == OK; i++) {
        if (!first_of_story(i)) continue;
        e = ties ? print_ties(docs[i]) : view(docs[i], times, &out);
        if (e == OK && !ties && fwrite(out.ptr, 1, out.len, stdout) != out.len) e = ERR_IO;
    }
    if (e != OK) fprintf(stderr, "train-view: %s\n", err_name(e));
    buf_free(&out);
    arena_destroy(&mem);
    return e == OK ? 0 : 75;
}
