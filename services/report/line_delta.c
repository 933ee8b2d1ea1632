/* line_delta.c - digests compared. */
#include "line_delta.h"

#include <jansson.h>

/* Sections that are one whole: true when they changed. */
static const char *const wholes[] = {"headline", "event", NULL};
static const char *const sections[] = {"entities", "facts", "both_report", "only", "timeline", "summary", "quotes", "conflicts", "relations", NULL};

/* An entry is ID:HASH; the id may hold colons. */
static struct slice id_of(struct slice entry)
{
    size_t n = entry.len;
    while (n > 0 && entry.ptr[n - 1] != ':') n--;
    return (struct slice){entry.ptr, n > 0 ? n - 1 : entry.len};
}

static struct slice entry_at(const json_t *list, size_t i)
{
    const json_t *s = json_array_get(list, i);
    if (!json_is_string(s)) return (struct slice){"", 0};
    return (struct slice){json_string_value(s), json_string_length(s)};
}

/* The entry with that id in the list, or absent. */
static struct slice find(const json_t *list, struct slice id)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct slice entry = entry_at(list, i);
        if (slice_eq(id_of(entry), id)) return entry;
    }
    return (struct slice){NULL, 0};
}

enum difference { ADDED, CHANGED, REMOVED };

/* How the entry of `from` stands against the other list. */
static bool is(enum difference what, struct slice entry, const json_t *other)
{
    struct slice there = find(other, id_of(entry));
    return what == CHANGED ? there.ptr != NULL && !slice_eq(there, entry) : there.ptr == NULL;
}

static void put_ids(struct jot *j, const char *key, enum difference what, const json_t *from, const json_t *other)
{
    bool open = false;
    for (size_t i = 0; i < json_array_size(from); i++) {
        struct slice entry = entry_at(from, i);
        if (!is(what, entry, other)) continue;
        if (!open) jot_list(j, key);
        open = true;
        jot_text(j, NULL, id_of(entry));
    }
    if (open) jot_end_list(j);
}

static bool same(const json_t *a, const json_t *b)
{
    if (a == NULL || b == NULL) return a == b;
    return json_equal(a, b) != 0;
}

static void put_keys(struct jot *j, const char *key, struct slices v)
{
    if (v.len == 0) return;
    jot_list(j, key);
    for (size_t i = 0; i < v.len; i++) jot_text(j, NULL, v.ptr[i]);
    jot_end_list(j);
}

void delta_put(struct jot *j, const struct delta_input *in)
{
    json_t *before = in->before.ptr != NULL ? json_loadb(in->before.ptr, in->before.len, 0, NULL) : NULL;
    json_t *now = json_loadb(in->now.ptr, in->now.len, 0, NULL);
    if (in->joined.len + in->left.len > 0) {
        jot_object(j, "articles");
        put_keys(j, "added", in->joined);
        put_keys(j, "removed", in->left);
        jot_end_object(j);
    }
    for (size_t i = 0; wholes[i] != NULL; i++) {
        if (!same(json_object_get(before, wholes[i]), json_object_get(now, wholes[i]))) jot_bool(j, wholes[i], true);
    }
    for (size_t i = 0; sections[i] != NULL; i++) {
        const json_t *was = json_object_get(before, sections[i]), *is_now = json_object_get(now, sections[i]);
        if (same(was, is_now)) continue;
        jot_object(j, sections[i]);
        put_ids(j, "added", ADDED, is_now, was);
        put_ids(j, "changed", CHANGED, is_now, was);
        put_ids(j, "removed", REMOVED, was, is_now);
        jot_end_object(j);
    }
    json_decref(before);
    json_decref(now);
}
