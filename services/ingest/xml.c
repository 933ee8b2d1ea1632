/* xml.c - XML brought to UTF-8, mended, read, and asked for names, texts and attributes. */
#include "xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/uri.h>
#include <strings.h>

#include "../../proto/charset.h"

/* --- charset --- */

/* UTF-16 or UTF-32 without a mark, told by the first tag; NULL when it is neither. */
static const char *wide_by_tag(struct slice s)
{
    static const struct { const char *bytes; size_t len; const char *charset; } tags[] = {
        {"<\0\0\0", 4, "utf-32le"}, {"\0\0\0<", 4, "utf-32be"}, {"<\0?\0", 4, "utf-16le"}, {"\0<\0?", 4, "utf-16be"},
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (slice_starts(s, (struct slice){tags[i].bytes, tags[i].len})) return tags[i].charset;
    return NULL;
}

enum err xml_utf8(struct slice body, struct slice transport, struct arena *mem, struct slice *out)
{
    struct decoded d;
    size_t bad;
    const char *wide = wide_by_tag(body);
    if (body.len > SPLIT_EXPANDED_MAX) return ERR_TOO_BIG;
    if (wide != NULL) return charset_convert(body, wide, mem, out, &bad);
    enum err e = charset_decode(body, transport, true, mem, &d);
    if (e == OK) *out = slice_cut(d.text, d.skip, d.text.len);
    return e;
}

/* --- mending --- */

static bool name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (unsigned char)c >= 0x80;
}

/* The reference at s[i] ('&') ends behind *end. 0: it is none; else its code point, or UINT32_MAX when XML knows it as it is. */
static uint32_t reference(struct slice s, size_t i, size_t *end)
{
    char name[32];
    size_t n = 0, at = i + 1;
    bool number = at < s.len && s.ptr[at] == '#';
    at += number;
    while (at < s.len && n < sizeof name - 1 && s.ptr[at] != ';' && s.ptr[at] > ' ' && s.ptr[at] != '&' && s.ptr[at] != '<') name[n++] = s.ptr[at++];
    name[n] = '\0';
    if (n == 0 || at >= s.len || s.ptr[at] != ';') return 0;
    *end = at + 1;
    if (number) {
        char *stop;
        bool hex = name[0] == 'x' || name[0] == 'X';
        unsigned long cp = strtoul(name + hex, &stop, hex ? 16 : 10);
        if (*stop != '\0' || stop == name + hex || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000)) return 0;
        if (cp >= 0x80 && cp < 0xA0) { /* windows-1252 by its numbers, as browsers take it */
            static const uint16_t high[32] = {0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F,
                                              0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178};
            cp = high[cp - 0x80];
        }
        return cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r' ? ' ' : (uint32_t)cp;
    }
    static const char *const own[] = {"amp", "lt", "gt", "quot", "apos"};
    for (size_t k = 0; k < sizeof own / sizeof *own; k++)
        if (strcmp(name, own[k]) == 0) return UINT32_MAX;
    const htmlEntityDesc *d = htmlEntityLookup((const xmlChar *)name);
    return d ? d->value : 0;
}

static bool forbidden(char c)
{
    return (unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

enum err xml_mend(struct slice s, struct buf *out)
{
    size_t from = 0, i = 0, end = 0, cdata = 0; /* up to `cdata` characters stand for themselves */
    while (i < s.len) {
        char c = s.ptr[i];
        size_t used = 1;
        char instead[16] = "";
        if (forbidden(c)) {
            used = 1;
        } else if (i >= cdata && c == '<' && slice_starts(slice_cut(s, i, i + 9), SLICE("<![CDATA["))) {
            end = slice_find(s, SLICE("]]>"), i);
            cdata = end == SIZE_MAX ? s.len : end;
            i += 9;
            continue;
        } else if (i >= cdata && c == '&') {
            uint32_t cp = reference(s, i, &end);
            if (cp == UINT32_MAX) {
                i = end;
                continue;
            }
            if (cp != 0) snprintf(instead, sizeof instead, "&#%u;", cp);
            else snprintf(instead, sizeof instead, "&amp;");
            used = cp != 0 ? end - i : 1;
        } else if (i >= cdata && c == '<' && (i + 1 >= s.len || (!name_start(s.ptr[i + 1]) && strchr("/!?", s.ptr[i + 1]) == NULL))) {
            snprintf(instead, sizeof instead, "&lt;");
        } else {
            i++;
            continue;
        }
        buf_add(out, s.ptr + from, i - from);
        buf_str(out, instead);
        i += used;
        from = i;
    }
    return buf_put(out, slice_cut(s, from, s.len));
}

/* --- reading --- */

enum { OPTIONS = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_COMPACT };

xmlDoc *xml_read(xmlParserCtxt *parser, struct slice s, bool *sound, bool *deep)
{
    *deep = false;
    *sound = true;
    if (s.len > SPLIT_EXPANDED_MAX) return NULL;
    xmlDoc *doc = xmlCtxtReadMemory(parser, s.ptr, (int)s.len, NULL, "UTF-8", OPTIONS);
    if (doc != NULL) return doc;
    const char *said = parser->lastError.message;
    *deep = said != NULL && strstr(said, "depth") != NULL;
    *sound = false;
    if (*deep) return NULL;
    doc = xmlCtxtReadMemory(parser, s.ptr, (int)s.len, NULL, "UTF-8", OPTIONS | XML_PARSE_RECOVER);
    said = parser->lastError.message;
    *deep = said != NULL && strstr(said, "depth") != NULL;
    if (doc != NULL && (*deep || xmlDocGetRootElement(doc) == NULL)) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    return doc;
}

/* --- asking --- */

static const struct { const char *has, *prefix; } namespaces[] = { /* the first whose words are in the URI */
    {"purl.org/rss/1.0/modules/content", "content"}, {"purl.org/rss/1.0", ""}, {"backend.userland.com", ""}, {"blogs.law.harvard.edu", ""},
    {"my.netscape.com/rdf", ""}, {"channel.netscape.com/rdf", ""}, {"www.w3.org/2005/atom", ""}, {"purl.org/atom/ns", ""}, {"purl.org/net/rss", ""},
    {"purl.org/dc/terms", "dcterms"}, {"purl.org/dc/", "dc"}, {"search.yahoo.com/mrss", "media"}, {"itunes.com/dtds", "itunes"},
    {"rssnamespace.org/feedburner", "feedburner"}, {"1999/02/22-rdf", "rdf"}, {"1999/xhtml", "xhtml"}, {"prismstandard.org", "prism"},
    {"iptc.org/std/nitf", ""}, {"iptc.org/std/nar", ""},
};

static bool has_nocase(const char *s, const char *word)
{
    return s != NULL && strcasestr(s, word) != NULL;
}

const char *xml_name(const xmlNode *node, char out[64])
{
    const char *name = (const char *)node->name, *prefix = NULL;
    if (node->ns != NULL) {
        prefix = node->ns->prefix ? (const char *)node->ns->prefix : "";
        for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
            if (has_nocase((const char *)node->ns->href, namespaces[i].has)) {
                prefix = namespaces[i].prefix;
                break;
            }
    } else if (strncasecmp(name, "atom:", 5) == 0 || strncasecmp(name, "rss:", 4) == 0) { /* a prefix that nothing declares */
        name = strchr(name, ':') + 1;
    }
    snprintf(out, 64, "%s%s%s", prefix ? prefix : "", prefix && *prefix ? ":" : "", name);
    return out;
}

static bool named(const xmlNode *node, const char *name)
{
    char own[64];
    if (node->type != XML_ELEMENT_NODE) return false;
    const char *local = strchr(name, ':');
    if (node->ns != NULL && strcasecmp((const char *)node->name, local ? local + 1 : name) != 0) return false;
    return strcasecmp(xml_name(node, own), name) == 0;
}

xmlNode *xml_child(const xmlNode *parent, const char *name, const xmlNode *after)
{
    xmlNode *n = after ? after->next : parent ? parent->children : NULL;
    while (n != NULL && !named(n, name)) n = n->next;
    return n;
}

/* The next node in document order below top. */
static xmlNode *following(const xmlNode *top, xmlNode *n)
{
    if (n->children != NULL && n->type == XML_ELEMENT_NODE) return n->children;
    while (n != top && n->next == NULL) n = n->parent;
    return n == top ? NULL : n->next;
}

xmlNode *xml_below(const xmlNode *top, const char *name)
{
    xmlNode *n = top ? top->children : NULL;
    while (n != NULL && !named(n, name)) n = following(top, n);
    return n;
}

/* Takes over what libxml2 allocated. */
static struct slice taken(xmlChar *text, struct arena *mem, bool *nomem)
{
    struct slice s = arena_copy(mem, slice_of((const char *)text));
    if (text != NULL && s.ptr == NULL && *text != '\0') *nomem = true;
    xmlFree(text);
    return s.len > 0 ? s : (struct slice){NULL, 0};
}

struct slice xml_text(const xmlNode *node, struct arena *mem, bool *nomem)
{
    return node ? taken(xmlNodeGetContent(node), mem, nomem) : (struct slice){NULL, 0};
}

struct slice xml_attribute(const xmlNode *node, const char *name, struct arena *mem, bool *nomem)
{
    if (node == NULL) return (struct slice){NULL, 0};
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
        if (strcasecmp((const char *)a->name, name) == 0) return taken(xmlNodeGetContent((const xmlNode *)a), mem, nomem);
    return (struct slice){NULL, 0};
}

/* The prefix of the first XHTML or NITF element below top that has one. */
static struct slice html_prefix(const xmlNode *top)
{
    char name[64];
    for (xmlNode *n = top->children; n != NULL; n = following(top, n)) {
        if (n->type != XML_ELEMENT_NODE || n->ns == NULL || n->ns->prefix == NULL) continue;
        xml_name(n, name);
        if (strncmp(name, "xhtml:", 6) == 0 || strchr(name, ':') == NULL) return slice_of((const char *)n->ns->prefix);
    }
    return (struct slice){NULL, 0};
}

/* Tags lose that prefix, in place: they are for readers of HTML. Text holds no '<' by then. Returns the new length. */
static size_t drop_prefix(char *s, size_t len, struct slice prefix)
{
    size_t to = 0;
    for (size_t i = 0; i < len;) {
        bool tag = s[i] == '<';
        s[to++] = s[i++];
        if (tag && i < len && s[i] == '/') s[to++] = s[i++];
        if (tag && len - i > prefix.len && memcmp(s + i, prefix.ptr, prefix.len) == 0 && s[i + prefix.len] == ':') i += prefix.len + 1;
    }
    return to;
}

struct slice xml_inner(const xmlNode *node, struct arena *mem, bool *nomem)
{
    xmlBuffer *b = xmlBufferCreate();
    if (b == NULL) *nomem = true;
    int rc = 0;
    for (xmlNode *n = node->children; b != NULL && n != NULL && rc >= 0; n = n->next) rc = xmlNodeDump(b, node->doc, n, 0, 0);
    struct slice s = b ? arena_copy(mem, (struct slice){(const char *)xmlBufferContent(b), (size_t)xmlBufferLength(b)}) : (struct slice){NULL, 0};
    if (rc < 0 || (b != NULL && xmlBufferLength(b) > 0 && s.ptr == NULL)) *nomem = true;
    if (b != NULL) xmlBufferFree(b);
    struct slice prefix = html_prefix(node);
    if (s.len > 0 && prefix.len > 0) s.len = drop_prefix((char *)(uintptr_t)s.ptr, s.len, prefix); /* our own copy */
    return s.len > 0 ? s : (struct slice){NULL, 0};
}

bool xml_has_elements(const xmlNode *node)
{
    for (const xmlNode *n = node->children; n != NULL; n = n->next)
        if (n->type == XML_ELEMENT_NODE) return true;
    return false;
}

struct slice xml_resolve(const xmlNode *node, struct slice reference_text, struct slice base, struct arena *mem, bool *nomem)
{
    struct slice said = slice_trim(reference_text);
    if (said.len == 0 || said.len > 4096) return (struct slice){NULL, 0};
    if (slice_find(said, SLICE("://"), 0) != SIZE_MAX) return said;
    xmlChar *own = xmlNodeGetBase(node->doc, node);
    struct slice z = arena_printf(mem, "%.*s", (int)said.len, said.ptr);
    struct slice outer = arena_printf(mem, "%.*s", (int)base.len, base.ptr ? base.ptr : "");
    if (z.ptr == NULL || outer.ptr == NULL) *nomem = true;
    xmlChar *full_base = own && base.len ? xmlBuildURI(own, (const xmlChar *)outer.ptr) : NULL;
    const xmlChar *against = full_base ? full_base : own ? own : (const xmlChar *)outer.ptr;
    xmlChar *full = *nomem || against == NULL || *against == '\0' ? NULL : xmlBuildURI((const xmlChar *)z.ptr, against);
    xmlFree(own);
    xmlFree(full_base);
    return full ? taken(full, mem, nomem) : said;
}

/* --- plain text of a line of markup --- */

static bool tag_at(struct slice s, size_t i)
{
    return i + 1 < s.len && (name_start(s.ptr[i + 1]) || s.ptr[i + 1] == '/' || s.ptr[i + 1] == '!');
}

/* Behind the tag at s[i]; a '>' between quotes does not end it, unless the quotes never do. */
static size_t tag_end(struct slice s, size_t i)
{
    enum { LONG = 4096 };
    char quote = 0;
    for (size_t at = i; at < s.len && at < i + LONG; at++) {
        char c = s.ptr[at];
        if (quote != 0) quote = c == quote ? 0 : quote;
        else if ((c == '"' || c == '\'') && at > i && s.ptr[at - 1] == '=') quote = c;
        else if (c == '>') return at + 1;
    }
    size_t gt = slice_find(s, SLICE(">"), i);
    return gt == SIZE_MAX ? SIZE_MAX : gt + 1;
}

struct slice xml_plain(struct slice s, struct arena *mem, bool *nomem)
{
    char *p = arena_take(mem, s.len + 8), *w = p;
    if (p == NULL) *nomem = true;
    bool blank = false;
    for (size_t i = 0; p != NULL && i < s.len;) {
        size_t end = 0;
        uint32_t cp = s.ptr[i] == '&' ? reference(s, i, &end) : 0;
        if (s.ptr[i] == '<' && tag_at(s, i) && (end = tag_end(s, i)) != SIZE_MAX) {
            i = end;
            continue;
        }
        char c[5] = {s.ptr[i]};
        size_t n = 1;
        if (cp == UINT32_MAX) c[0] = s.ptr[i + 1] == 'l' ? '<' : s.ptr[i + 1] == 'g' ? '>' : s.ptr[i + 1] == 'q' ? '"' : s.ptr[i + 2] == 'm' ? '&' : '\'';
        else if (cp != 0) n = utf8_put(cp == 0xA0 ? ' ' : cp, c);
        i = cp != 0 ? end : i + 1;
        if (n == 1 && (unsigned char)c[0] <= ' ') {
            blank = w > p;
            continue;
        }
        if (blank) *w++ = ' ';
        blank = false;
        memcpy(w, c, n);
        w += n;
    }
    return w > p ? (struct slice){p, (size_t)(w - p)} : (struct slice){NULL, 0};
}

size_t xml_root(struct slice s)
{
    size_t i = 0;
    for (;;) {
        while (i < s.len && (unsigned char)s.ptr[i] <= ' ') i++;
        struct slice here = slice_cut(s, i, i + 9), end = SLICE(">");
        if (slice_starts(here, SLICE("<?"))) end = SLICE("?>");
        else if (slice_starts(here, SLICE("<!--"))) end = SLICE("-->");
        else if (slice_starts(here, SLICE("<!"))) {
            size_t open = slice_find(s, SLICE("["), i), close = slice_find(s, SLICE(">"), i);
            if (open != SIZE_MAX && open < close) i = slice_find(s, SLICE("]"), open); /* an internal subset */
            if (i == SIZE_MAX) return s.len;
        } else {
            return i < s.len && s.ptr[i] == '<' ? i : s.len;
        }
        size_t at = slice_find(s, end, i + (end.len > 1));
        if (at == SIZE_MAX) return s.len;
        i = at + end.len;
    }
}
