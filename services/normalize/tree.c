/* tree.c - the article as a tree of paragraphs in a script's JSON: what editors for rich text store, and single-page sites hand to the browser. */
#include "tree.h"

#include <jansson.h>

#include "../../libcommon/buf.h"

enum { LEAST = 3, SCRIPT_MAX = 1 << 20, TEXT_MAX = 1 << 20, NESTED_MAX = 48, SCRIPTS = 4, WIDE_MAX = 4096 };

static struct slice string_of(const json_t *v)
{
    return json_is_string(v) ? (struct slice){json_string_value(v), json_string_length(v)} : (struct slice){NULL, 0};
}

/* What an object is: its type, or as some editors call it. */
static struct slice type_of(const json_t *v)
{
    static const char *const names[] = {"type", "nodeType", "_type"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const json_t *t = json_object_get(v, names[i]);
        if (json_is_string(t)) return string_of(t);
    }
    return (struct slice){NULL, 0};
}

static bool is_one_of(struct slice type, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq_nocase(type, slice_of(names[i]))) return true;
    return false;
}

static bool is_paragraph(const json_t *v)
{
    return slice_eq_nocase(type_of(v), SLICE("paragraph"));
}

/* Blocks of running text; what else stands between them (images, advertisements, teasers) is left out. */
static bool is_text_block(const json_t *v)
{
    static const char *const names[] = {"paragraph", "heading", "header", "subheading", "heading-2", "heading-3", "heading-4", "list", "bulletList", "orderedList",
                                        "unordered-list", "ordered-list", "list-item", "listItem", "blockquote", "quote"};
    return is_one_of(type_of(v), names, sizeof names / sizeof *names);
}

/* The strings below v, in order. A list's items are lines. */
static void add_text(const json_t *v, int depth, struct buf *out)
{
    static const char *const inner[] = {"content", "children", "data"};
    static const char *const items[] = {"list-item", "listItem", "list_item"};
    if (depth > NESTED_MAX || out->len > TEXT_MAX) return;
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v) && i < WIDE_MAX; i++) add_text(json_array_get(v, i), depth + 1, out);
        return;
    }
    if (!json_is_object(v)) return;
    struct slice type = type_of(v), value = string_of(json_object_get(v, "value"));
    if (value.ptr == NULL) value = string_of(json_object_get(v, "text"));
    bool leaf = type.len == 0 || slice_eq_nocase(type, SLICE("text")) || is_text_block(v);
    if (value.len > 0 && leaf) {
        buf_put(out, value);
        return;
    }
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) add_text(json_object_get(v, inner[i]), depth + 1, out);
    if (is_one_of(type, items, sizeof items / sizeof *items)) buf_char(out, '\n');
}

struct stretch { const json_t *list; size_t paragraphs; };

/* The list with the most paragraphs in it, anywhere below v. */
static void find_stretch(const json_t *v, int depth, struct stretch *best)
{
    if (depth > NESTED_MAX) return;
    if (json_is_object(v)) {
        const char *key;
        json_t *inner;
        json_object_foreach((json_t *)(uintptr_t)v, key, inner) find_stretch(inner, depth + 1, best);
    }
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(v); i++) {
        n += is_paragraph(json_array_get(v, i));
        find_stretch(json_array_get(v, i), depth + 1, best);
    }
    if (n > best->paragraphs) *best = (struct stretch){v, n};
}

static struct slice text_of(const struct page *p, const json_t *script)
{
    struct stretch best = {NULL, LEAST - 1};
    struct buf out = buf_make(TEXT_MAX * 2);
    find_stretch(script, 0, &best);
    for (size_t i = 0; i < json_array_size(best.list); i++) {
        const json_t *one = json_array_get(best.list, i);
        if (!is_text_block(one)) continue;
        add_text(one, 0, &out);
        buf_char(&out, '\n');
    }
    struct slice text = out.failed == OK && out.len > 0 ? arena_copy(p->mem, buf_slice(&out)) : (struct slice){NULL, 0};
    buf_free(&out);
    return text;
}

/* The script element around source[at], from its first bracket on; *end: where it ends. */
static struct slice script_around(struct slice source, size_t at, size_t *end)
{
    size_t b = at, e = slice_find(source, SLICE("</script"), at);
    if (e == SIZE_MAX) e = source.len;
    *end = e;
    while (b > 0 && at - b < SCRIPT_MAX && !(source.ptr[b] == '<' && slice_starts(slice_cut(source, b, e), SLICE("<script")))) b--;
    while (b < e && source.ptr[b] != '>') b++;
    while (b < e && source.ptr[b] != '{' && source.ptr[b] != '[') b++;
    return e - b <= SCRIPT_MAX ? slice_cut(source, b, e) : (struct slice){NULL, 0};
}

struct slice tree_text(const struct page *p)
{
    struct slice text = {NULL, 0}, source = p->source;
    size_t at = slice_find(source, SLICE("\"paragraph\""), 0);
    for (size_t i = 0; i < SCRIPTS && at != SIZE_MAX && text.len == 0; i++) {
        size_t end;
        struct slice script = script_around(source, at, &end);
        json_t *v = script.len ? json_loadb(script.ptr, script.len, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL) : NULL;
        if (v) text = text_of(p, v);
        json_decref(v);
        at = slice_find(source, SLICE("\"paragraph\""), end);
    }
    return text;
}
