/* jsonl.c - JSON Lines, JSON arrays and JSON Feed: records with the field names that people use. */
#include "split.h"

#include <stdio.h>

#include "../../libcommon/json_read.h"

enum { TEXT_LIMIT = 4096 };

/* The first name that is there and says something wins. */
static const char *const body_names[] = {"text", "content", "body", "content_html", "content_text", "article", "article_text", "full_text",
                                         "body_text", "maintext", "html", "body_html", "body_xhtml", "bodies", NULL};
static const char *const summary_names[] = {"summary", "description", "abstract", "excerpt", "lead", "description_text", "description_html", "descriptions", NULL};
static const char *const title_names[] = {"headline", "title", "heading", "headlines", NULL};
static const char *const url_names[] = {"url", "link", "canonical_url", "canonicalUrl", "permalink", "href", "uri", NULL};
static const char *const published_names[] = {"published", "date", "published_at", "publishedAt", "date_published", "datePublished",
                                              "date_publish", "publish_date", "published_date", "pubDate", "pub_date", "created_at", "timestamp", "firstcreated", "contentcreated",
                                              "versioncreated", NULL};
static const char *const modified_names[] = {"modified", "updated", "modified_at", "updated_at", "updatedAt", "date_modified", "dateModified", "contentmodified", "versioncreated", NULL};
static const char *const author_names[] = {"authors", "author", "byline", "creator", "writer", NULL};
static const char *const outlet_names[] = {"outlet", "source", "publisher", "publication", "site_name", "siteName", "site", "source_name",
                                           "newspaper", "media", NULL};
static const char *const lang_names[] = {"lang", "language", NULL};
static const char *const section_names[] = {"section", "category", NULL};
static const char *const subject_names[] = {"subject", "subjects", NULL};
static const char *const slug_names[] = {"slugline", "slug", NULL};
static const char *const dateline_names[] = {"dateline", "located", NULL};
static const char *const urgency_names[] = {"urgency", NULL};
static const char *const version_names[] = {"version", NULL};
static const char *const embargo_names[] = {"embargoed", "embargo", NULL};
static const char *const agency_names[] = {"provider", "agency", "infosource", "infosources", "copyrightholder", NULL};
static const char *const id_names[] = {"id", "guid", "uuid", "_id", NULL};
static const char *const list_names[] = {"items", "articles", "documents", "docs", "results", "entries", "data", NULL};

/* One run over a body: what was asked, where it is written to, where the reader stands. */
struct reading {
    const struct feed_request *in;
    struct arena *mem;
    struct split_docs *out;
    struct split_trouble *why;
    struct json_reader *quick; /* reads what is sound; jansson says what is not */
    size_t record, at; /* of the record that is being read */
    enum err code;     /* of the parse that failed last */
    bool lenient;      /* a record that says nothing is refused alone: nobody can cut it out */
};

static struct slice text_of(const json_t *v)
{
    if (json_is_array(v) && json_is_object(json_array_get(v, 0))) v = json_array_get(v, 0); /* as ninjs has subjects, and bodies in several forms */
    if (json_is_object(v)) { /* as WordPress has it, or a publisher's name */
        const json_t *inner = json_object_get(v, "rendered");
        if (inner == NULL) inner = json_object_get(v, "value");
        if (inner == NULL) inner = json_object_get(v, "name");
        v = inner;
    }
    return json_is_string(v) ? (struct slice){json_string_value(v), json_string_length(v)} : (struct slice){NULL, 0};
}

/* The first of the names with a text that is not blank. */
static struct slice find_text(const json_t *record, const char *const *names, const char **which)
{
    for (; *names != NULL; names++) {
        struct slice s = text_of(json_object_get(record, *names));
        if (slice_trim(s).len == 0) continue;
        if (which != NULL) *which = *names;
        return s;
    }
    return (struct slice){NULL, 0};
}

/* A short statement into *member when the record makes it. */
static bool say(struct reading *r, const json_t *record, const char *const *names, size_t max, struct slice *member)
{
    struct slice s = split_said(find_text(record, names, NULL), max);
    if (s.ptr == NULL) return true;
    *member = arena_copy(r->mem, s);
    return member->ptr != NULL;
}

/* Dates may be numbers: seconds or milliseconds since 1970. They are passed on as they were said. */
static bool say_date(struct reading *r, const json_t *record, const char *const *names, struct slice *member)
{
    if (!say(r, record, names, 256, member)) return false;
    if (member->ptr != NULL) return true;
    for (; *names != NULL; names++) {
        const json_t *v = json_object_get(record, *names);
        if (!json_is_number(v)) continue;
        *member = arena_printf(r->mem, "%.0f", json_number_value(v));
        return member->ptr != NULL;
    }
    return true;
}

/* Authors: a text, an object with a name, or a list of either. */
static bool say_authors(struct reading *r, const json_t *record, struct slices *byline)
{
    enum { AUTHORS = 64 };
    const json_t *v = NULL;
    for (size_t i = 0; author_names[i] != NULL && (v == NULL || json_is_null(v)); i++) v = json_object_get(record, author_names[i]);
    size_t n = json_is_array(v) ? json_array_size(v) : v != NULL;
    if (n > AUTHORS) n = AUTHORS;
    struct slice *list = arena_array(r->mem, n, sizeof *list);
    if (n > 0 && list == NULL) return false;
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        struct slice s = split_said(text_of(json_is_array(v) ? json_array_get(v, i) : v), 1024);
        if (s.ptr == NULL) continue;
        list[len] = arena_copy(r->mem, s);
        if (list[len++].ptr == NULL) return false;
    }
    if (len > 0) *byline = (struct slices){list, len};
    return true;
}

/* ninjs: uri, versioncreated and the like. What other records call slug, version or agency may be anything. */
static bool is_ninjs(const json_t *record)
{
    return json_is_string(json_object_get(record, "uri")) && (json_object_get(record, "versioncreated") || json_object_get(record, "pubstatus"));
}

static bool fill_wire(struct reading *r, const json_t *record, struct meta *meta)
{
    return (meta->section.ptr || say(r, record, subject_names, 1024, &meta->section)) && say(r, record, slug_names, 1024, &meta->slug) && say(r, record, dateline_names, 1024, &meta->dateline) &&
           say_date(r, record, urgency_names, &meta->urgency) && say_date(r, record, version_names, &meta->version) &&
           say(r, record, embargo_names, 256, &meta->embargo) && say(r, record, agency_names, 1024, &meta->agency);
}

static bool fill_meta(struct reading *r, const json_t *record, struct meta *meta)
{
    return say(r, record, url_names, TEXT_LIMIT, &meta->url) && say(r, record, outlet_names, 1024, &meta->outlet) &&
           say(r, record, lang_names, 256, &meta->lang) && say(r, record, title_names, TEXT_LIMIT, &meta->title) &&
           say(r, record, section_names, 1024, &meta->section) && say_date(r, record, published_names, &meta->published) &&
           say_date(r, record, modified_names, &meta->modified) && say_authors(r, record, &meta->byline);
}

/* A list of paragraphs under a body's name. */
static struct slice find_paragraphs(struct reading *r, const json_t *record, bool *nomem)
{
    for (size_t n = 0; body_names[n] != NULL; n++) {
        const json_t *v = json_object_get(record, body_names[n]);
        if (!json_is_array(v)) continue;
        size_t i, total = 0;
        const json_t *part;
        json_array_foreach(v, i, part) total += json_string_length(part) + 2;
        char *p = arena_take(r->mem, total), *end = p;
        if (p == NULL) {
            *nomem = true;
            break;
        }
        json_array_foreach(v, i, part) {
            size_t len = json_string_length(part);
            if (len == 0) continue;
            if (end > p) end = (char *)memcpy(end, "\n\n", 2) + 2;
            end = (char *)memcpy(end, json_string_value(part), len) + len;
        }
        if (end > p) return (struct slice){p, (size_t)(end - p)};
    }
    return (struct slice){NULL, 0};
}

/* What the record is named by: its id or guid, else its address. A bare number only means something inside its container. */
static bool fill_id(struct reading *r, const json_t *record, struct split_doc *d)
{
    struct slice said = split_said(find_text(record, id_names, NULL), TEXT_LIMIT);
    if (said.ptr != NULL) {
        d->id = arena_copy(r->mem, said);
        return d->id.ptr != NULL;
    }
    for (size_t i = 0; id_names[i] != NULL; i++) {
        const json_t *v = json_object_get(record, id_names[i]);
        if (!json_is_integer(v)) continue;
        struct slice base = utf8_start(d->id, 4000);
        d->id = arena_printf(r->mem, "%.*s#%lld", (int)base.len, base.ptr ? base.ptr : "", (long long)json_integer_value(v));
        return d->id.ptr != NULL;
    }
    if (d->meta.url.ptr != NULL) d->id = d->meta.url;
    return true;
}

static enum err no_memory(struct reading *r)
{
    return split_refuse(r->why, ERR_NOMEM, r->record, r->at, "out of memory");
}

static bool fill_body(struct reading *r, const json_t *record, struct split_doc *d)
{
    const char *which = "";
    bool nomem = false;
    struct slice text = find_text(record, body_names, &which);
    if (text.ptr == NULL) text = find_paragraphs(r, record, &nomem);
    if (nomem) return false;
    if (text.ptr == NULL && (text = find_text(record, summary_names, &which)).ptr != NULL) d->meta.summary = true;
    if (text.ptr == NULL && (text = d->meta.title).ptr != NULL) d->meta.summary = true;
    if (text.ptr == NULL) return true;
    d->type = strstr(which, "html") != NULL ? SLICE("text/html") : split_text_type(text);
    d->raw = arena_copy(r->mem, text);
    return d->raw.ptr != NULL;
}

/* What the wire says beyond that. A picture, film or package without a text is no document; what is withdrawn is refused. */
static enum err finish_ninjs(struct reading *r, const json_t *record, struct split_doc *d)
{
    struct slice type = text_of(json_object_get(record, "type")), status = text_of(json_object_get(record, "pubstatus"));
    bool nomem = false, text = type.len == 0 || slice_eq(type, SLICE("text"));
    if (!fill_wire(r, record, &d->meta)) return no_memory(r);
    bool bare = d->raw.ptr == NULL || d->meta.summary;
    if (bare && !text) {
        r->out->len--;
        r->out->skipped++;
        return OK;
    }
    if (slice_eq_nocase(status, SLICE("canceled")) || slice_eq_nocase(status, SLICE("withheld")))
        split_fail(d, ERR_EMPTY, r->record, r->out->before_bytes, r->mem, &nomem, "is not to be used: its pubstatus says so");
    else if (d->raw.ptr == NULL) split_fail(d, ERR_MISSING, r->record, r->out->before_bytes, r->mem, &nomem, "has neither text nor title");
    if (d->fail != OK) d->type = SLICE("application/json");
    return nomem ? no_memory(r) : OK;
}

/* One record; `bytes` is where it stands in the body. */
static enum err add_record(struct reading *r, const json_t *record, struct slice bytes)
{
    if (!json_is_object(record) && !r->lenient) return split_refuse(r->why, ERR_SCHEMA, r->record, r->at, "record %zu is no object", r->record);
    struct split_doc *d = split_add(r->out, r->in, r->mem, r->why);
    if (d == NULL) return r->why->record > SPLIT_DOCS_MAX ? ERR_TOO_BIG : ERR_NOMEM;
    d->at = r->at;
    d->bytes = bytes;
    bool nomem = false, object = json_is_object(record);
    d->name = split_part_name(r->in, r->record, r->mem, &nomem);
    if (nomem || !fill_meta(r, record, &d->meta)) return no_memory(r);
    if (!fill_body(r, record, d) || !fill_id(r, record, d)) return no_memory(r);
    d->meta.charset = SLICE("utf-8");
    if (is_ninjs(record)) return finish_ninjs(r, record, d);
    if (d->raw.ptr != NULL) return OK;
    if (r->lenient) {
        d->type = SLICE("application/json");
        split_fail(d, object ? ERR_MISSING : ERR_SCHEMA, r->record, r->out->before_bytes, r->mem, &nomem, object ? "has neither text nor title" : "is no object");
        return nomem ? no_memory(r) : OK;
    }
    return split_refuse(r->why, ERR_MISSING, r->record, r->at, "record %zu has no text (text, content, body ...) and no title", r->record);
}

/* The closing quote of the string that opens at s[i], or the end. */
static size_t string_end(struct slice s, size_t i)
{
    for (i++; i < s.len && s.ptr[i] != '"'; i++) {
        if (s.ptr[i] == '\\') i++;
    }
    return i;
}

/* Nesting outside strings, before the parser recurses. */
static enum err check_depth(struct reading *r, struct slice s)
{
    size_t depth = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '"') {
            i = string_end(s, i);
        } else if (c == '{' || c == '[') {
            if (++depth > SPLIT_JSON_DEPTH)
                return split_refuse(r->why, ERR_DEPTH, r->record, r->at + i, "JSON nested more than %d deep", SPLIT_JSON_DEPTH);
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return OK;
}

/* Parses the value at the start of s; *used is its length. NULL with the trouble. */
static json_t *parse(struct reading *r, struct slice s, size_t flags, size_t *used)
{
    json_error_t error;
    json_t *v = json_loadb(s.ptr, s.len, flags | JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    if (v == NULL) {
        size_t at = error.position > 0 && (size_t)error.position <= s.len ? (size_t)error.position : s.len;
        enum json_error_code code = json_error_code(&error);
        enum err e = code == json_error_invalid_utf8 ? ERR_UTF8 : code == json_error_out_of_memory ? ERR_NOMEM : ERR_MALFORMED;
        r->code = split_refuse(r->why, e, r->record, r->at + at, "record %zu is not JSON: %.150s", r->record, error.text);
        return NULL;
    }
    *used = (size_t)error.position;
    return v;
}

static struct slice without_mark(struct slice body)
{
    return slice_starts(body, SLICE("\xEF\xBB\xBF")) ? slice_cut(body, 3, body.len) : body;
}

/* A line of JSON Lines, trimmed. */
static enum err read_line(struct reading *r, struct slice line)
{
    size_t used;
    json_t *v = json_read(r->quick, line, 0);
    enum err e = v == NULL ? check_depth(r, line) : OK;
    if (v == NULL && e == OK) v = parse(r, line, 0, &used);
    if (e == OK) e = v == NULL ? r->code : add_record(r, v, line);
    json_decref(v);
    return e;
}

enum err split_jsonl(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    struct reading r = {.in = in, .mem = mem, .out = out, .why = why, .quick = json_reader_create(SPLIT_JSON_DEPTH)};
    struct slice body = without_mark(in->body);
    size_t lines = 0;
    enum err err = r.quick ? OK : no_memory(&r);
    for (size_t b = 0, e; b < body.len && err == OK; b = e + 1) {
        e = slice_find(body, SLICE("\n"), b);
        if (e == SIZE_MAX) e = body.len;
        struct slice line = slice_trim(slice_cut(body, b, e));
        if (line.len > 0 && line.ptr[0] == '\x1E') line = slice_trim(slice_cut(line, 1, line.len)); /* RFC 7464 */
        if (line.len == 0) continue;
        r.record = out->before + ++lines;
        r.at = (size_t)(line.ptr - in->body.ptr);
        err = read_line(&r, line);
    }
    json_reader_destroy(&r.quick);
    return err;
}

static size_t skip_blank(struct slice s, size_t i)
{
    while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '\t' || s.ptr[i] == '\n' || s.ptr[i] == '\r')) i++;
    return i;
}

/* Behind the element of an array that begins at body[i], told by its brackets and quotes alone; SIZE_MAX when it does not end. */
static size_t element_end(struct slice body, size_t i)
{
    size_t depth = 0;
    for (; i < body.len; i++) {
        char c = body.ptr[i];
        if (c == '"') {
            i = string_end(body, i);
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (depth == 0 && (c == ',' || c == ']')) {
            return i;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return SIZE_MAX;
            depth--;
        }
    }
    return SIZE_MAX;
}

/* An element that is no JSON, but ends where its brackets say: refused alone. */
static enum err refuse_element(struct reading *r, struct slice bytes, enum err e)
{
    char what[300];
    bool nomem = false;
    struct split_doc *d = split_add(r->out, r->in, r->mem, r->why);
    if (d == NULL) return r->why->record > SPLIT_DOCS_MAX ? ERR_TOO_BIG : ERR_NOMEM;
    snprintf(what, sizeof what, "cannot be read: %s", r->why->detail);
    r->why->detail[0] = '\0';
    d->at = r->at;
    d->bytes = bytes;
    d->type = SLICE("application/json");
    d->name = split_part_name(r->in, r->record, r->mem, &nomem);
    split_fail(d, e, r->record, r->out->before_bytes, r->mem, &nomem, what);
    return nomem ? no_memory(r) : OK;
}

/* One element at body[i]; *end is behind it. */
static enum err read_element(struct reading *r, struct slice body, size_t i, size_t *end)
{
    size_t used, stop = element_end(body, i);
    struct slice whole = slice_trim(slice_cut(body, i, stop == SIZE_MAX ? i : stop));
    json_t *v = json_read(r->quick, whole, 0);
    if (v != NULL) used = whole.len;
    else v = parse(r, slice_cut(body, i, body.len), JSON_DISABLE_EOF_CHECK, &used);
    if (v == NULL) {
        enum err e = r->code;
        *end = e == ERR_NOMEM ? SIZE_MAX : stop;
        return *end == SIZE_MAX || *end == i ? e : refuse_element(r, slice_cut(body, i, *end), e);
    }
    enum err e = add_record(r, v, slice_cut(body, i, i + used));
    json_decref(v);
    *end = i + used;
    return e;
}

/* The elements of the array that begins at body[i]; *end is behind its bracket. Each is parsed by itself. */
static enum err read_array(struct reading *r, struct slice body, size_t i, size_t *end)
{
    r->lenient = true;
    i = skip_blank(body, i + 1);
    while (i < body.len && body.ptr[i] != ']') {
        r->record++;
        r->at = i + (size_t)(body.ptr - r->in->body.ptr);
        enum err e = read_element(r, body, i, &i);
        if (e != OK) return e;
        i = skip_blank(body, i);
        if (i < body.len && body.ptr[i] == ',') i = skip_blank(body, i + 1);
        else if (i < body.len && body.ptr[i] != ']')
            return split_refuse(r->why, ERR_MALFORMED, r->record, i, "no comma behind record %zu", r->record);
    }
    if (i >= body.len) return split_refuse(r->why, ERR_MALFORMED, 0, body.len, "a JSON array that ends early");
    *end = i + 1;
    return OK;
}

/* A list inside an object, as JSON Feed and most interfaces have it. Its records are keyed by their compact JSON. */
static enum err read_list(struct reading *r, const json_t *list)
{
    size_t i;
    json_t *v;
    r->lenient = true;
    json_array_foreach(list, i, v) {
        r->record = i + 1;
        char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
        struct slice bytes = text ? arena_copy(r->mem, slice_of(text)) : (struct slice){NULL, 0};
        free(text);
        if (bytes.ptr == NULL) return no_memory(r);
        enum err e = add_record(r, v, bytes);
        if (e != OK) return e;
    }
    return OK;
}

/* What JSON Feed says once for all its items. */
static bool fill_feed_meta(struct reading *r, const json_t *root, struct meta *meta)
{
    const char *version = json_string_value(json_object_get(root, "version"));
    if (version == NULL || strstr(version, "jsonfeed.org") == NULL) return true;
    static const char *const titles[] = {"title", NULL};
    if (meta->outlet.ptr == NULL && !say(r, root, titles, 1024, &meta->outlet)) return false;
    return say_authors(r, root, &meta->byline) && (meta->lang.ptr != NULL || say(r, root, lang_names, 256, &meta->lang));
}

static enum err read_object(struct reading *r, const json_t *root, struct slice bytes)
{
    for (size_t i = 0; list_names[i] != NULL; i++) {
        const json_t *list = json_object_get(root, list_names[i]);
        if (!json_is_array(list) || json_array_size(list) == 0 || !json_is_object(json_array_get(list, 0))) continue;
        struct feed_request in = *r->in;
        struct reading inner = *r;
        inner.in = &in;
        if (!fill_feed_meta(r, root, &in.meta)) return no_memory(r);
        return read_list(&inner, list);
    }
    r->record = 1;
    return add_record(r, root, bytes);
}

/* Everything in the body: *end is behind it. */
static enum err read_body(struct reading *r, struct slice body, size_t i, size_t *end)
{
    if (i < body.len && body.ptr[i] == '[') return read_array(r, body, i, end);
    struct slice rest = slice_cut(body, i, body.len);
    json_t *v = parse(r, rest, JSON_DISABLE_EOF_CHECK, end);
    enum err e = v == NULL ? r->code : read_object(r, v, slice_trim(slice_cut(rest, 0, *end)));
    json_decref(v);
    *end += i;
    return e;
}

enum err split_json(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    struct reading r = {.in = in, .mem = mem, .out = out, .why = why, .quick = json_reader_create(SPLIT_JSON_DEPTH)};
    struct slice body = without_mark(in->body);
    size_t i = skip_blank(body, 0), end = 0;
    enum err e = r.quick ? check_depth(&r, body) : no_memory(&r);
    if (e == OK) e = read_body(&r, body, i, &end);
    json_reader_destroy(&r.quick);
    if (e != OK) return e;
    end = skip_blank(body, end);
    return end == body.len ? OK : split_refuse(why, ERR_MALFORMED, 0, end, "something stands behind the JSON");
}
