/* shape.c - JSON Schemas printed from the line table, and lines held against it. */
#include "shape.h"

#include <math.h>
#include <stdio.h>

static void words(const struct shape_row *r, struct buf *out)
{
    buf_str(out, "{\"enum\": [");
    for (size_t i = 0; r->words[i] != NULL; i++) buf_printf(out, "%s\"%s\"", i == 0 ? "" : ", ", r->words[i]);
    buf_str(out, "]");
}

static void object(const struct shape *s, unsigned indent, struct buf *out);

/* The schema of one value, its last brace left open for the description. */
static void value(const struct shape_row *r, unsigned indent, struct buf *out)
{
    switch (r->kind) {
    case SHAPE_TEXT: buf_str(out, "{\"type\": \"string\""); break;
    case SHAPE_COUNT: buf_str(out, "{\"type\": \"integer\", \"minimum\": 0"); break;
    case SHAPE_REAL: buf_str(out, "{\"type\": \"number\""); break;
    case SHAPE_BOOL: buf_str(out, "{\"type\": \"boolean\""); break;
    case SHAPE_WORD: words(r, out); break;
    case SHAPE_RECORD: object(r->of, indent, out); break;
    case SHAPE_ANY: buf_str(out, "{"); break;
    }
}

static void member(const struct shape_row *r, unsigned indent, struct buf *out)
{
    buf_printf(out, "%*s\"%s\": ", (int)indent, "", r->key);
    if (r->list) buf_str(out, "{\"type\": \"array\", \"items\": ");
    value(r, indent, out);
    if (r->list) buf_str(out, "}");
    if (r->help != NULL) buf_printf(out, "%s\"description\": \"%s\"", !r->list && r->kind == SHAPE_ANY ? "" : ", ", r->help);
    buf_str(out, "}");
}

static void object(const struct shape *s, unsigned indent, struct buf *out)
{
    buf_printf(out, "{\"type\": \"object\", \"additionalProperties\": false,\n%*s\"required\": [", (int)indent + 2, "");
    bool first = true;
    for (const struct shape_row *r = s->rows; r->key != NULL; r++) {
        if (!r->required) continue;
        buf_printf(out, "%s\"%s\"", first ? "" : ", ", r->key);
        first = false;
    }
    buf_printf(out, "],\n%*s\"properties\": {\n", (int)indent + 2, "");
    for (const struct shape_row *r = s->rows; r->key != NULL; r++) {
        member(r, indent + 4, out);
        buf_str(out, r[1].key != NULL ? ",\n" : "\n");
    }
    buf_printf(out, "%*s}", (int)indent + 2, "");
}

enum err shape_schema(const struct shape *s, struct buf *out)
{
    buf_printf(out, "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"wiredesk stream line: %s\",\n", s->name);
    buf_printf(out, "  \"description\": \"%s\",\n", s->help);
    struct buf inner = buf_make(1 << 20);
    object(s, 0, &inner);
    buf_str(out, "  ");
    if (inner.failed == OK) buf_put(out, (struct slice){inner.ptr + 1, inner.len - 1});
    buf_free(&inner);
    return buf_str(out, "}\n");
}

/* --- holding a line against its table --- */

struct complaint { char *why; size_t size; };

static bool object_holds(const struct shape *s, const json_t *v, const char *path, struct complaint c);

static bool complain(struct complaint c, const char *path, const char *key, const char *what)
{
    snprintf(c.why, c.size, "%s.%s %s", path, key, what);
    return false;
}

static bool word_holds(const struct shape_row *r, const json_t *v)
{
    if (!json_is_string(v)) return false;
    for (size_t i = 0; r->words[i] != NULL; i++) {
        if (strcmp(r->words[i], json_string_value(v)) == 0) return true;
    }
    return false;
}

static bool value_holds(const struct shape_row *r, const json_t *v, const char *path, struct complaint c)
{
    switch (r->kind) {
    case SHAPE_TEXT: return json_is_string(v) || complain(c, path, r->key, "is no text");
    case SHAPE_COUNT: return (json_is_integer(v) && json_integer_value(v) >= 0) || complain(c, path, r->key, "is no count");
    case SHAPE_REAL: return json_is_number(v) || complain(c, path, r->key, "is no number");
    case SHAPE_BOOL: return json_is_boolean(v) || complain(c, path, r->key, "is no boolean");
    case SHAPE_WORD: return word_holds(r, v) || complain(c, path, r->key, "is none of its words");
    case SHAPE_RECORD: return object_holds(r->of, v, r->key, c);
    case SHAPE_ANY: return true;
    }
    return false;
}

static bool member_holds(const struct shape_row *r, const json_t *v, const char *path, struct complaint c)
{
    if (!r->list) return value_holds(r, v, path, c);
    if (!json_is_array(v)) return complain(c, path, r->key, "is no list");
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (!value_holds(r, json_array_get(v, i), path, c)) return false;
    }
    return true;
}

static bool object_holds(const struct shape *s, const json_t *v, const char *path, struct complaint c)
{
    if (!json_is_object(v)) return complain(c, path, s->name, "is no object");
    size_t known = 0;
    for (const struct shape_row *r = s->rows; r->key != NULL; r++) {
        const json_t *m = json_object_get(v, r->key);
        if (m == NULL && r->required) return complain(c, path, r->key, "is missing");
        if (m == NULL) continue;
        known++;
        if (!member_holds(r, m, path, c)) return false;
    }
    return known == json_object_size(v) || complain(c, path, s->name, "has a member that the table does not know");
}

/* True when v is one of the words of that member. */
static bool row_takes(const struct shape *s, const char *key, const json_t *v)
{
    const struct shape_row *r = s->rows;
    while (r->key != NULL && strcmp(r->key, key) != 0) r++;
    return r->key != NULL && r->kind == SHAPE_WORD && word_holds(r, v);
}

bool shape_holds(const json_t *line, char *why, size_t why_size)
{
    struct complaint c = {why, why_size};
    const json_t *type = json_object_get(line, "type"), *op = json_object_get(line, "op");
    for (size_t i = 0; line_shapes[i] != NULL; i++) {
        const struct shape *s = line_shapes[i];
        if (row_takes(s, "type", type) && row_takes(s, "op", op)) return object_holds(s, line, s->name, c);
    }
    return complain(c, "line", "type", "and op are none that the table knows");
}
