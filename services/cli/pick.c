/* pick.c - lines held against a story, an outlet, a name. */
#include "pick.h"

#include "view_parts.h"

enum { REMEMBERED_MOST = 200000 };

static bool is(const json_t *line, const char *type)
{
    return slice_eq(view_text(line, "type"), slice_of(type));
}

static bool word_byte(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z');
}

bool pick_name(struct slice name, struct slice words)
{
    for (size_t at = 0; words.len > 0 && at + words.len <= name.len; at++) {
        size_t end = at + words.len;
        if (at > 0 && word_byte(name.ptr[at - 1])) continue;
        if (end < name.len && word_byte(name.ptr[end])) continue;
        if (slice_eq_nocase(slice_cut(name, at, end), words)) return true;
    }
    return false;
}

/* --- what has been seen --- */

static void remember(json_t **set, struct slice key)
{
    if (*set == NULL) *set = json_object();
    if (*set == NULL || key.len == 0) return;
    if (json_object_size(*set) >= REMEMBERED_MOST) json_object_clear(*set);
    json_object_setn_new(*set, key.ptr, key.len, json_true());
}

static bool remembered(const json_t *set, struct slice key)
{
    return set != NULL && key.len > 0 && json_object_getn(set, key.ptr, key.len) != NULL;
}

void pick_forget(struct pick *p)
{
    json_decref(p->articles);
    json_decref(p->stories);
    p->articles = p->stories = NULL;
}

/* --- each wish --- */

static bool lists(const json_t *line, const char *key, struct slice want)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(line, key), i, one)
        if (json_is_string(one) && slice_eq((struct slice){json_string_value(one), json_string_length(one)}, want)) return true;
    return false;
}

static bool of_story(const json_t *line, const char *story)
{
    struct slice want = slice_of(story);
    if (is(line, "story") && slice_eq(view_text(line, "id"), want)) return true;
    return slice_eq(view_text(line, "story"), want) || slice_eq(view_text(line, "into"), want) || lists(line, "stories", want);
}

/* A conflict that spans a story or has a value from an article that was wanted. */
static bool conflict_follows(const struct pick *p, const json_t *line)
{
    size_t i, k;
    json_t *one, *span;
    json_array_foreach(json_object_get(line, "stories"), i, one)
        if (json_is_string(one) && remembered(p->stories, (struct slice){json_string_value(one), json_string_length(one)})) return true;
    json_array_foreach(json_object_get(line, "values"), i, one)
        json_array_foreach(json_object_get(one, "spans"), k, span)
            if (remembered(p->articles, view_text(span, "d"))) return true;
    return false;
}

static bool follows(const struct pick *p, const json_t *line)
{
    if (is(line, "quote") || is(line, "alert")) return remembered(p->articles, view_text(line, "article"));
    if (is(line, "story")) return remembered(p->stories, view_text(line, "id"));
    return is(line, "conflict") && conflict_follows(p, line);
}

static bool of_outlet(const json_t *line, const char *outlet)
{
    struct slice want = slice_of(outlet);
    size_t i;
    json_t *one;
    if (is(line, "article")) return slice_eq_nocase(view_text(json_object_get(line, "outlet"), "value"), want);
    json_array_foreach(json_object_get(line, "articles"), i, one)
        if (slice_eq_nocase(view_text(one, "outlet"), want)) return true;
    return false;
}

static bool of_name(const json_t *line, const char *entity)
{
    struct slice want = slice_of(entity);
    if (slice_eq(view_text(line, "speaker_id"), want)) return true;
    size_t i, k;
    json_t *one, *alias;
    static const char *const plain[] = {"speaker", "holder", "subject"};
    for (size_t n = 0; n < sizeof plain / sizeof *plain; n++)
        if (pick_name(view_text(line, plain[n]), want)) return true;
    json_array_foreach(json_object_get(line, "names"), i, one)
        if (json_is_string(one) && pick_name((struct slice){json_string_value(one), json_string_length(one)}, want)) return true;
    json_array_foreach(json_object_get(line, "entities"), i, one)
    {
        if (pick_name(view_text(one, "name"), want) || pick_name(view_text(one, "as"), want) || slice_eq(view_text(one, "id"), want)) return true;
        json_array_foreach(json_object_get(one, "aliases"), k, alias)
            if (json_is_string(alias) && pick_name((struct slice){json_string_value(alias), json_string_length(alias)}, want)) return true;
    }
    return false;
}

bool pick_line(struct pick *p, const json_t *line)
{
    if (p->story != NULL && !of_story(line, p->story)) return false;
    if (p->outlet == NULL && p->entity == NULL) return true;
    bool itself = (p->outlet == NULL || of_outlet(line, p->outlet)) && (p->entity == NULL || of_name(line, p->entity));
    if (itself && is(line, "article")) remember(&p->articles, view_text(line, "id"));
    if (itself && is(line, "story")) remember(&p->stories, view_text(line, "id"));
    /* A name that is said in a quote or is the subject of a conflict is enough where no outlet is asked for. */
    return itself || follows(p, line);
}
