/* split.c - which format a body is, and the way from a request to its documents. */
#include "../../proto/media.h"
#include "xml.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>

enum format { FORMAT_NONE = 0, FORMAT_TEXT, FORMAT_HTML, FORMAT_JSON, FORMAT_JSONL, FORMAT_FEED, FORMAT_XML, FORMAT_WARC, FORMAT_GZIP, FORMAT_ARCHIVE, FORMAT_BINARY };

typedef enum err splitter(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why);

static splitter *const splitters[] = {
    [FORMAT_TEXT] = split_text, [FORMAT_HTML] = split_html, [FORMAT_JSON] = split_json,
    [FORMAT_JSONL] = split_jsonl, [FORMAT_FEED] = split_feed, [FORMAT_XML] = split_feed, [FORMAT_WARC] = split_warc,
    [FORMAT_ARCHIVE] = split_archive,
};

static const struct { const char *type; enum format format; } types[] = {
    {"text/html", FORMAT_HTML}, {"application/xhtml+xml", FORMAT_HTML},
    {"application/rss+xml", FORMAT_FEED}, {"application/atom+xml", FORMAT_FEED}, {"application/rdf+xml", FORMAT_FEED},
    {"text/rss+xml", FORMAT_FEED}, {"text/xml", FORMAT_XML}, {"application/xml", FORMAT_XML},
    {"application/nitf+xml", FORMAT_FEED}, {"text/vnd.iptc.nitf", FORMAT_FEED}, {"application/newsml+xml", FORMAT_FEED}, {"text/vnd.iptc.newsml", FORMAT_FEED},
    {"application/vnd.iptc.g2.newsitem+xml", FORMAT_FEED}, {"application/vnd.iptc.g2.newsmessage+xml", FORMAT_FEED},
    {"application/ninjs+json", FORMAT_JSON}, {"application/vnd.iptc.ninjs+json", FORMAT_JSON},
    {"application/json", FORMAT_JSON}, {"application/feed+json", FORMAT_JSON}, {"text/json", FORMAT_JSON},
    {"application/x-ndjson", FORMAT_JSONL}, {"application/ndjson", FORMAT_JSONL}, {"application/jsonl", FORMAT_JSONL},
    {"application/jsonlines", FORMAT_JSONL}, {"application/x-jsonlines", FORMAT_JSONL}, {"text/jsonl", FORMAT_JSONL},
    {"application/json-lines", FORMAT_JSONL}, {"application/json-seq", FORMAT_JSONL},
    {"application/zip", FORMAT_ARCHIVE}, {"application/x-zip-compressed", FORMAT_ARCHIVE}, {"application/x-tar", FORMAT_ARCHIVE}, {"application/tar", FORMAT_ARCHIVE},
    {"application/warc", FORMAT_WARC}, {"application/gzip", FORMAT_GZIP}, {"application/x-gzip", FORMAT_GZIP},
};

static const struct { const char *suffix; enum format format; } suffixes[] = {
    {".html", FORMAT_HTML}, {".htm", FORMAT_HTML}, {".xhtml", FORMAT_HTML}, {".shtml", FORMAT_HTML},
    {".rss", FORMAT_FEED}, {".atom", FORMAT_FEED}, {".rdf", FORMAT_FEED}, {".xml", FORMAT_XML}, {".nitf", FORMAT_FEED}, {".newsml", FORMAT_FEED}, {".ninjs", FORMAT_JSON},
    {".warc", FORMAT_WARC}, {".wet", FORMAT_WARC}, {".json", FORMAT_JSON}, {".jsonl", FORMAT_JSONL}, {".ndjson", FORMAT_JSONL}, {".jsonlines", FORMAT_JSONL},
    {".zip", FORMAT_ARCHIVE}, {".tar", FORMAT_ARCHIVE},
    {".txt", FORMAT_TEXT}, {".text", FORMAT_TEXT}, {".md", FORMAT_TEXT}, {".markdown", FORMAT_TEXT},
};

/* First bytes of what we know but do not read here: better refused by name than taken for text. */
static const struct { const char *magic; size_t len; const char *what; } binaries[] = {
    {"%PDF-", 5, "a PDF"}, {"BZh", 3, "bzip2 data"}, {"\xFD" "7zXZ\0", 6, "xz data"}, {"\x28\xB5\x2F\xFD", 4, "zstd data"}, {"7z\xBC\xAF", 4, "a 7z archive"},
    {"Rar!", 4, "a RAR archive"}, {"\xD0\xCF\x11\xE0", 4, "an old Office file"}, {"\x7F" "ELF", 4, "a program"},
};

static enum format format_of_type(struct slice type)
{
    size_t end = slice_find(type, SLICE(";"), 0);
    struct slice bare = slice_trim(slice_cut(type, 0, end == SIZE_MAX ? type.len : end));
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_eq_nocase(bare, slice_of(types[i].type))) return types[i].format;
    struct slice text = SLICE("text/");
    return slice_eq_nocase(slice_cut(bare, 0, text.len), text) ? FORMAT_TEXT : FORMAT_NONE;
}

static enum format format_of_name(struct slice name)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        struct slice s = slice_of(suffixes[i].suffix);
        if (name.len > s.len && slice_eq_nocase(slice_cut(name, name.len - s.len, name.len), s)) return suffixes[i].format;
    }
    return FORMAT_NONE;
}

static bool begins(struct slice s, const char *word)
{
    size_t n = strlen(word);
    return s.len >= n && slice_eq_nocase(slice_cut(s, 0, n), (struct slice){word, n});
}

/* Past the byte order mark and white space. */
static struct slice past_blank(struct slice s)
{
    if (slice_starts(s, SLICE("\xEF\xBB\xBF"))) s = slice_cut(s, 3, s.len);
    size_t i = 0;
    while (i < s.len && strchr(" \t\r\n\f\v", s.ptr[i]) != NULL && s.ptr[i] != '\0') i++;
    return slice_cut(s, i, s.len);
}

/* At the first element, or at the doctype of HTML. */
static struct slice past_prolog(struct slice s)
{
    s = past_blank(s);
    return begins(s, "<!doctype html") ? s : slice_cut(s, xml_root(s), s.len);
}

/* An element's name, with or without a prefix. */
static bool opens(struct slice s, const char *element)
{
    if (!begins(s, "<")) return false;
    size_t e = 1;
    while (e < s.len && strchr(" \t\r\n>/", s.ptr[e]) == NULL) e++;
    struct slice name = slice_cut(s, 1, e);
    size_t colon = slice_find(name, SLICE(":"), 0);
    if (colon != SIZE_MAX) name = slice_cut(name, colon + 1, name.len);
    return slice_eq_nocase(name, slice_of(element));
}

/* What is a ZIP by its form and something else by its purpose. */
static const char *dressed_zip(struct slice s)
{
    struct slice first = slice_cut(s, 30, 110);
    if (slice_starts(first, SLICE("mimetypeapplication/epub"))) return "an e-book (EPUB)";
    if (slice_starts(first, SLICE("mimetypeapplication/vnd.oasis"))) return "an OpenDocument file";
    return slice_starts(first, SLICE("[Content_Types].xml")) ? "an Office document" : NULL;
}

static enum format format_of_bytes(struct slice body)
{
    if (slice_starts(body, SLICE("PK\x03\x04"))) return dressed_zip(body) ? FORMAT_BINARY : FORMAT_ARCHIVE;
    if (slice_starts(body, SLICE("PK\x05\x06")) || slice_eq(slice_cut(body, 257, 262), SLICE("ustar"))) return FORMAT_ARCHIVE;
    if (slice_starts(body, SLICE("\x1F\x8B"))) return FORMAT_GZIP;
    if (slice_starts(body, SLICE("WARC/1."))) return FORMAT_WARC;
    for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++)
        if (slice_starts(body, (struct slice){binaries[i].magic, binaries[i].len})) return FORMAT_BINARY;
    if (media_of(body) != NULL) return FORMAT_BINARY;
    struct slice s = past_blank(body);
    if (begins(s, "<")) {
        struct slice root = past_prolog(s);
        if (opens(root, "rss") || opens(root, "feed") || opens(root, "rdf") || opens(root, "channel")) return FORMAT_FEED;
        if (opens(root, "nitf") || opens(root, "newsItem") || opens(root, "newsMessage") || opens(root, "NewsML")) return FORMAT_FEED;
        if (begins(root, "<!doctype html") || opens(root, "html") || opens(root, "head") || opens(root, "body")) return FORMAT_HTML;
        if (begins(s, "<?xml")) return FORMAT_XML;
    }
    return FORMAT_NONE;
}

/* True when the first line alone is an object: one record a line. */
static bool looks_lines(struct slice body)
{
    struct slice s = past_blank(body);
    size_t end = slice_find(s, SLICE("\n"), 0);
    struct slice line = slice_trim(slice_cut(s, 0, end == SIZE_MAX ? s.len : end));
    struct slice rest = end == SIZE_MAX ? (struct slice){NULL, 0} : past_blank(slice_cut(s, end, s.len));
    return begins(line, "{") && slice_ends(line, SLICE("}")) && begins(rest, "{");
}

/* An object with quotes or an array of objects: JSON that nobody called so. */
static bool looks_json(struct slice body)
{
    struct slice s = past_blank(body);
    if (!begins(s, "{") && !begins(s, "[")) return false;
    struct slice inner = past_blank(slice_cut(s, 1, s.len));
    return begins(s, "{") ? begins(inner, "\"") : begins(inner, "{") && begins(past_blank(slice_cut(inner, 1, inner.len)), "\"");
}

static enum format format_of(const struct feed_request *in)
{
    enum format said = format_of_type(in->type), seen = format_of_bytes(in->body);
    if (seen == FORMAT_GZIP || seen == FORMAT_ARCHIVE || seen == FORMAT_BINARY || seen == FORMAT_WARC) return seen;
    if (said == FORMAT_GZIP || (said == FORMAT_ARCHIVE && seen != FORMAT_NONE)) said = FORMAT_NONE; /* unpacked already, as HTTP clients do */
    enum format named = format_of_name(in->name.ptr ? in->name : in->id);
    if (said == FORMAT_NONE) said = seen != FORMAT_NONE ? seen : named;
    if (said == FORMAT_XML && (seen == FORMAT_FEED || seen == FORMAT_HTML)) said = seen;
    if (said == FORMAT_NONE && looks_json(in->body)) said = FORMAT_JSON;
    if (said == FORMAT_JSON && looks_lines(in->body)) said = FORMAT_JSONL;
    return said == FORMAT_NONE ? FORMAT_TEXT : said;
}

/* The name and id without ".gz", so that what is inside is judged by its own name. */
static struct slice unpacked_name(struct slice name)
{
    struct slice tgz = SLICE(".tgz");
    if (name.len > 4 && slice_eq_nocase(slice_cut(name, name.len - 4, name.len), tgz)) return SLICE("packed.tar");
    if (name.len > 3 && slice_eq_nocase(slice_cut(name, name.len - 3, name.len), SLICE(".gz"))) name.len -= 3;
    return name;
}

static enum err refuse_binary(struct slice body, struct split_trouble *why)
{
    for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++)
        if (slice_starts(body, (struct slice){binaries[i].magic, binaries[i].len}))
            return split_refuse(why, ERR_UNSUPPORTED, 0, 0, "the content is %s, which is not read", binaries[i].what);
    const char *dress = media_of(body);
    if (dress == NULL) dress = dressed_zip(body);
    return split_refuse(why, ERR_UNSUPPORTED, 0, 0, "the content is %s, which is not read", dress ? dress : "of a kind");
}

static enum err check_docs(const struct split_docs *out, struct split_trouble *why)
{
    if (out->len == 0 && out->skipped == 0) return split_refuse(why, ERR_EMPTY, 0, 0, "no document in it");
    for (size_t i = 0; i < out->len; i++) {
        const struct split_doc *d = &out->ptr[i];
        if (d->raw.len > DOC_RAW_MAX)
            return split_refuse(why, ERR_TOO_BIG, out->len > 1 ? i + 1 : 0, d->at, "%zu bytes: a document may have %d", d->raw.len, DOC_RAW_MAX);
    }
    return OK;
}

/* Replaces gzip data by what is in it; its name is then the inner one, for judging by it. */
static enum err open_gzip(struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    enum err e = split_gunzip(in->body, mem, &in->body, why);
    if (e != OK) return e;
    if (in->body.len == 0) return split_refuse(why, ERR_EMPTY, 0, 0, "nothing in the gzip data");
    out->expanded += in->body.len;
    if (out->level > 1 && out->expanded > SPLIT_EXPANDED_MAX)
        return split_refuse(why, ERR_TOO_BIG, 0, 0, "with this the archive expands to more than %d MiB", SPLIT_EXPANDED_MAX >> 20);
    in->name = unpacked_name(in->name.ptr ? in->name : in->id);
    if (format_of_type(in->type) == FORMAT_GZIP) in->type = (struct slice){NULL, 0};
    return OK;
}

static enum err enter(struct split_docs *out, struct split_trouble *why)
{
    if (++out->level <= SPLIT_NESTING) return OK;
    return split_refuse(why, ERR_DEPTH, 0, 0, "more than %d containers within each other", SPLIT_NESTING);
}

enum err split_within(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    *why = (struct split_trouble){0};
    if (in->body.len == 0) return split_refuse(why, ERR_EMPTY, 0, 0, "the body is empty");
    struct feed_request inner = *in;
    enum format format = format_of(&inner);
    enum err e = OK;
    if (format == FORMAT_GZIP) {
        e = enter(out, why);
        if (e == OK) e = open_gzip(&inner, mem, out, why);
        if (e != OK) return e;
        format = format_of(&inner);
        if (format == FORMAT_GZIP) return split_refuse(why, ERR_UNSUPPORTED, 0, 0, "gzip data within gzip data");
        inner.name = in->name;
    }
    if (format == FORMAT_BINARY) return refuse_binary(inner.body, why);
    if (past_blank(inner.body).len == 0) return split_refuse(why, ERR_EMPTY, 0, 0, "nothing but white space");
    if (format == FORMAT_ARCHIVE) e = enter(out, why);
    if (e == OK) e = splitters[format](&inner, mem, out, why);
    return e == OK ? check_docs(out, why) : e;
}

enum err split(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    out->fed = in->body.len;
    out->expanded = out->level = 0;
    return split_within(in, mem, out, why);
}

struct split_doc *split_add(struct split_docs *out, const struct feed_request *in, struct arena *mem, struct split_trouble *why)
{
    if (out->len >= SPLIT_DOCS_MAX) {
        split_refuse(why, ERR_TOO_BIG, out->len + 1, 0, "more than %d documents in one body", SPLIT_DOCS_MAX);
        return NULL;
    }
    if (out->len == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : 8;
        struct split_doc *more = arena_array(mem, cap, sizeof *more);
        if (more == NULL) {
            split_refuse(why, ERR_NOMEM, out->len + 1, 0, "out of memory");
            return NULL;
        }
        if (out->len > 0) memcpy(more, out->ptr, out->len * sizeof *more);
        out->ptr = more;
        out->cap = cap;
    }
    struct split_doc *d = &out->ptr[out->len++];
    *d = (struct split_doc){.id = in->id, .name = in->name, .meta = in->meta};
    return d;
}

/* A member and its bit, when it says something. */
static void put(struct doc *doc, enum doc_field f, struct slice *member, struct slice value)
{
    *member = value;
    if (value.ptr != NULL) doc_set(doc, f);
}

static bool says_something(const struct meta *m)
{
    return m->url.ptr || m->outlet.ptr || m->published.ptr || m->modified.ptr || m->lang.ptr || m->title.ptr || m->section.ptr || m->byline.len ||
           m->charset.ptr || m->summary || m->slug.ptr || m->dateline.ptr || m->urgency.ptr || m->version.ptr || m->embargo.ptr || m->agency.ptr;
}

enum err split_document(const struct feed_request *in, const struct split_doc *d, struct arena *mem, struct doc *doc)
{
    char key[33], hash[65];
    doc_init(doc);
    feed_key(in->source, d->id, d->bytes, key);
    feed_hash(d->raw, hash);
    put(doc, DOC_KEY, &doc->key, arena_copy(mem, (struct slice){key, 32}));
    put(doc, DOC_SOURCE, &doc->source, in->source);
    put(doc, DOC_ID, &doc->id, d->id);
    put(doc, DOC_NAME, &doc->name, d->name);
    put(doc, DOC_TYPE, &doc->type, d->type);
    doc->meta = d->meta;
    if (says_something(&d->meta)) doc_set(doc, DOC_META);
    doc->bytes = d->fail == OK ? d->raw.len : d->bytes.len;
    doc_set(doc, DOC_BYTES);
    if (d->fail == OK) {
        put(doc, DOC_HASH, &doc->hash, arena_copy(mem, (struct slice){hash, 64}));
        put(doc, DOC_RAW, &doc->raw, d->raw);
    } else {
        doc_fail(doc, mem, STAGE_INGEST, d->fail, "%.*s", (int)d->detail.len, d->detail.ptr ? d->detail.ptr : "");
    }
    return doc->key.ptr && (d->fail != OK || doc->hash.ptr) ? OK : ERR_NOMEM;
}

enum err split_refuse(struct split_trouble *why, enum err e, size_t record, size_t at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    why->record = record;
    why->at = at;
    vsnprintf(why->detail, sizeof why->detail, fmt, args);
    va_end(args);
    bool sound = utf8_valid(slice_of(why->detail)); /* it may quote the body, and be cut within a character */
    for (char *c = why->detail; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || (!sound && (unsigned char)*c >= 0x80)) *c = '?';
    return e;
}

struct slice split_part_name(const struct feed_request *in, size_t record, struct arena *mem, bool *nomem)
{
    struct slice base = utf8_start(in->name.ptr ? in->name : in->id, 4000);
    struct slice s = arena_printf(mem, "%.*s#%zu", (int)base.len, base.ptr ? base.ptr : "", record);
    if (s.ptr == NULL) *nomem = true;
    return s;
}

void split_fail(struct split_doc *d, enum err e, size_t record, size_t before_bytes, struct arena *mem, bool *nomem, const char *what)
{
    d->fail = e;
    d->detail = arena_printf(mem, "record %zu at byte %zu %s", record, before_bytes + d->at, what);
    d->raw = (struct slice){NULL, 0};
    if (d->detail.ptr == NULL) *nomem = true;
}

struct slice split_base64(struct slice s, struct arena *mem, bool *nomem)
{
    size_t n = 0;
    unsigned char *p = arena_take(mem, s.len / 4 * 3 + 4);
    if (p == NULL) *nomem = true;
    if (p == NULL || sodium_base642bin(p, s.len / 4 * 3 + 4, s.ptr, s.len, " \t\r\n", &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0) return s;
    return (struct slice){(const char *)p, n};
}

/* Where c stands first at or behind `from`, or the end. */
static size_t next_of(struct slice text, char c, size_t from)
{
    const char *at = from < text.len ? memchr(text.ptr + from, c, text.len - from) : NULL;
    return at ? (size_t)(at - text.ptr) : text.len;
}

struct slice split_text_type(struct slice text)
{
    size_t tag = next_of(text, '<', 0), reference = next_of(text, '&', 0), i;
    while ((i = tag < reference ? tag : reference) + 2 < text.len) {
        if (i == tag) tag = next_of(text, '<', i + 1);
        else reference = next_of(text, '&', i + 1);
        char c = text.ptr[i], next = text.ptr[i + 1];
        bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
        if (c == '<' && (letter || next == '/' || next == '!')) {
            struct slice near = slice_cut(text, i, i + 2000);
            if (slice_find(near, SLICE(">"), 2) != SIZE_MAX) return SLICE("text/html");
        }
        if (c != '&' || (!letter && next != '#')) continue;
        size_t end = slice_find(slice_cut(text, i, i + 12), SLICE(";"), 2);
        if (end != SIZE_MAX && slice_find(slice_cut(text, i, i + end), SLICE(" "), 0) == SIZE_MAX) return SLICE("text/html");
    }
    return SLICE("text/plain");
}

struct slice split_said(struct slice s, size_t max)
{
    s = slice_trim(s);
    if (s.ptr == NULL || s.len == 0 || !utf8_valid(s)) return (struct slice){NULL, 0};
    return utf8_start(s, max);
}
