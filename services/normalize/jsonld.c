/* jsonld.c - what the JSON-LD scripts of a page (schema.org) say of the article. */
#include "jsonld.h"

#include <jansson.h>
#include <stdlib.h>

#include "words.h"

enum { SCRIPT_MAX = 1 << 20, SCRIPTS_MAX = 64, NESTED_MAX = 12 };

static struct slice text_of(const json_t *v)
{
    if (!json_is_string(v)) return (struct slice){NULL, 0};
    return (struct slice){json_string_value(v), json_string_length(v)};
}

/* A string, or the name of an object, or those of an array's first. */
static struct slice name_of(const json_t *v)
{
    if (json_is_array(v)) v = json_array_get(v, 0);
    if (json_is_object(v)) v = json_object_get(v, "name");
    if (json_is_array(v)) v = json_array_get(v, 0);
    return text_of(v);
}

static bool type_has(const json_t *v, const char *word)
{
    const json_t *t = json_is_object(v) ? json_object_get(v, "@type") : v;
    size_t n = json_is_array(t) ? json_array_size(t) : 1;
    for (size_t i = 0; i < n; i++)
        if (slice_find(text_of(json_is_array(t) ? json_array_get(t, i) : t), slice_of(word), 0) != SIZE_MAX) return true;
    return false;
}

static int rank_of(const json_t *v)
{
    static const char *const articles[] = {"Article", "Posting", "Reportage", "Report", "Recipe", "Review"};
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
        if (type_has(v, articles[i]) && !type_has(v, "AggregateR")) return 3;
    return type_has(v, "Page") || type_has(v, "CreativeWork") || json_object_get(v, "datePublished") ? 1 : 0;
}

static void take(struct arena *mem, struct slice *to, struct slice from, size_t most)
{
    if (to->len == 0 && from.len > 0) *to = words_plain(mem, from, most);
}

static void add_author(struct arena *mem, struct jsonld *out, struct slice name, bool organization)
{
    if (out->publisher.len > 0 && organization && slice_eq_nocase(name, out->publisher)) return;
    if (name.len == 0 || out->n_authors >= JSONLD_AUTHORS) return;
    out->by_firm = organization && (out->n_authors == 0 || out->by_firm);
    name = words_plain(mem, name, 400);
    if (name.len) out->author[out->n_authors++] = name;
}

static void read_authors(struct arena *mem, const json_t *v, struct jsonld *out)
{
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v) && i < JSONLD_AUTHORS; i++) {
            const json_t *one = json_array_get(v, i);
            if (!json_is_array(one)) read_authors(mem, one, out);
        }
        return;
    }
    const json_t *names = json_is_object(v) ? json_object_get(v, "name") : v;
    if (json_is_array(names))
        for (size_t i = 0; i < json_array_size(names); i++) add_author(mem, out, name_of(json_array_get(names, i)), false);
    else add_author(mem, out, text_of(names), type_has(v, "Organization") || type_has(v, "Corporation"));
}

static const json_t *by_id(const json_t *graph, struct slice id)
{
    for (size_t i = 0; i < json_array_size(graph) && i < 256; i++) {
        const json_t *o = json_array_get(graph, i);
        if (slice_eq(text_of(json_object_get(o, "@id")), id)) return o;
    }
    return NULL;
}

static const json_t *resolved(const json_t *graph, const json_t *v)
{
    if (json_is_array(v) && json_array_size(v) == 1) v = json_array_get(v, 0);
    if (!json_is_object(v) || json_object_get(v, "name") || !graph) return v;
    struct slice id = text_of(json_object_get(v, "@id"));
    const json_t *o = id.len ? by_id(graph, id) : NULL;
    return o ? o : v;
}

static bool is_false(const json_t *v)
{
    return json_is_false(v) || slice_eq_nocase(text_of(v), SLICE("false")) || slice_eq_nocase(text_of(v), SLICE("no"));
}

static void read_object(struct arena *mem, const json_t *v, const json_t *graph, struct jsonld *out)
{
    int rank = rank_of(v);
    if (rank == 0 || rank < out->rank) return;
    if (rank > out->rank) *out = (struct jsonld){.rank = rank, .locked = out->locked, .published = {NULL, 0}};
    take(mem, &out->headline, text_of(json_object_get(v, "headline")), 2000);
    take(mem, &out->published, text_of(json_object_get(v, "datePublished")), 100);
    take(mem, &out->published, text_of(json_object_get(v, "dateCreated")), 100);
    take(mem, &out->modified, text_of(json_object_get(v, "dateModified")), 100);
    take(mem, &out->section, name_of(json_object_get(v, "articleSection")), 200);
    take(mem, &out->description, text_of(json_object_get(v, "description")), 2000);
    take(mem, &out->body, text_of(json_object_get(v, "articleBody")), 1 << 20);
    struct slice body = text_of(json_object_get(v, "articleBody"));
    if (out->lines.len == 0 && body.len <= 1 << 20) out->lines = arena_copy(mem, body); /* the body as it is, its lines not joined */
    take(mem, &out->publisher, name_of(resolved(graph, json_object_get(v, "publisher"))), 200);
    if (out->n_authors == 0) read_authors(mem, resolved(graph, json_object_get(v, "author")), out);
    if (out->n_authors == 0) read_authors(mem, resolved(graph, json_object_get(v, "creator")), out);
    if (rank == 3 && is_false(json_object_get(v, "isAccessibleForFree"))) out->locked = true;
}

static void walk(struct arena *mem, const json_t *v, const json_t *graph, int depth, struct jsonld *out)
{
    if (depth > NESTED_MAX) return;
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v) && i < 256; i++) walk(mem, json_array_get(v, i), depth ? graph : v, depth + 1, out);
        return;
    }
    if (!json_is_object(v)) return;
    read_object(mem, v, graph, out);
    const json_t *inner = json_object_get(v, "@graph");
    if (inner) walk(mem, inner, inner, depth + 1, out);
    inner = json_object_get(v, "mainEntity");
    if (inner) walk(mem, inner, graph, depth + 1, out);
    inner = json_object_get(v, "mainEntityOfPage");
    if (json_is_object(inner)) walk(mem, inner, graph, depth + 1, out);
}

/* The script between its first and last bracket, control characters made spaces: what people put around and into it breaks parsers. */
static struct slice mended(struct arena *mem, struct slice s)
{
    size_t b = 0, e = s.len;
    while (b < e && s.ptr[b] != '{' && s.ptr[b] != '[') b++;
    while (e > b && s.ptr[e - 1] != '}' && s.ptr[e - 1] != ']') e--;
    char *p = arena_take(mem, e - b + 1);
    if (p == NULL) return (struct slice){NULL, 0};
    for (size_t i = b; i < e; i++) p[i - b] = (unsigned char)s.ptr[i] < 0x20 ? ' ' : s.ptr[i];
    return (struct slice){p, e - b};
}

void jsonld_read(const struct page *p, struct jsonld *out)
{
    *out = (struct jsonld){0};
    for (size_t i = 0; i < p->n_jsonld && i < SCRIPTS_MAX; i++) {
        struct slice s = p->jsonld[i].len <= SCRIPT_MAX ? mended(p->mem, p->jsonld[i]) : (struct slice){NULL, 0};
        json_t *v = s.len ? json_loadb(s.ptr, s.len, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL) : NULL;
        if (v == NULL) continue;
        walk(p->mem, v, NULL, 0, out);
        json_decref(v);
    }
}
