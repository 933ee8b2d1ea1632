/* xml.c - XML brought to UTF-8, mended, read, and asked for names, texts and attributes. */
#include "xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/uri.h>
#include <strings.h>
#include <unicode/ucnv.h>

/* --- charset --- */

/* Labels whose usual meaning is wider than the name says. */
static const struct { const char *label, *charset; } wider[] = {
    {"iso-8859-1", "windows-1252"}, {"latin1", "windows-1252"}, {"latin-1", "windows-1252"}, {"us-ascii", "windows-1252"}, {"ascii", "windows-1252"},
    {"gb2312", "gb18030"}, {"gbk", "gb18030"}, {"euc-kr", "windows-949"}, {"ks_c_5601-1987", "windows-949"}, {"iso-8859-9", "windows-1254"},
    {"utf-16", "utf-16le"}, {"tis-620", "windows-874"}, {"x-sjis", "shift_jis"},
};

static enum err convert(struct slice s, const char *charset, struct arena *mem, struct slice *out)
{
    UErrorCode code = U_ZERO_ERROR;
    UConverter *from = ucnv_open(charset, &code);
    if (U_FAILURE(code)) return ERR_UNSUPPORTED;
    size_t room = s.len * 3 + 16;
    char *p = arena_take(mem, room);
    enum err e = p == NULL ? ERR_NOMEM : OK;
    if (e == OK) {
        int32_t n = ucnv_toAlgorithmic(UCNV_UTF8, from, p, (int32_t)room, s.ptr, (int32_t)s.len, &code);
        if (U_FAILURE(code)) e = code == U_BUFFER_OVERFLOW_ERROR ? ERR_TOO_BIG : ERR_MALFORMED;
        else *out = (struct slice){p, (size_t)n};
    }
    ucnv_close(from);
    return e;
}

/* The name in `encoding="..."` of the declaration. */
static struct slice declared(struct slice s)
{
    if (!slice_starts(s, SLICE("<?xml"))) return (struct slice){NULL, 0};
    size_t end = slice_find(slice_cut(s, 0, 400), SLICE("?>"), 0);
    struct slice head = slice_cut(s, 0, end == SIZE_MAX ? 0 : end);
    size_t at = slice_find(head, SLICE("encoding"), 0);
    if (at == SIZE_MAX) return (struct slice){NULL, 0};
    at += 8;
    while (at < head.len && strchr(" \t\r\n=", head.ptr[at]) != NULL && head.ptr[at] != '\0') at++;
    if (at >= head.len || (head.ptr[at] != '"' && head.ptr[at] != '\'')) return (struct slice){NULL, 0};
    size_t close = slice_find(head, (struct slice){&head.ptr[at], 1}, at + 1);
    return close == SIZE_MAX ? (struct slice){NULL, 0} : slice_trim(slice_cut(head, at + 1, close));
}

static bool is_utf8_label(struct slice s)
{
    return slice_eq_nocase(s, SLICE("utf-8")) || slice_eq_nocase(s, SLICE("utf8"));
}

static enum err convert_label(struct slice s, struct slice label, struct arena *mem, struct slice *out)
{
    char name[64];
    if (label.len == 0 || label.len >= sizeof name || is_utf8_label(label)) return ERR_UNSUPPORTED;
    memcpy(name, label.ptr, label.len);
    name[label.len] = '\0';
    const char *charset = name;
    for (size_t i = 0; i < sizeof wider / sizeof *wider; i++)
        if (strcasecmp(wider[i].label, name) == 0) charset = wider[i].charset;
    return convert(s, charset, mem, out);
}

/* The charset that the first bytes give away, and how many of them are the mark; NULL when they say nothing. */
static const char *by_mark(struct slice s, size_t *mark)
{
    static const struct { const char *bytes; size_t len, mark; const char *charset; } marks[] = {
        {"\xEF\xBB\xBF", 3, 3, "utf-8"}, {"\xFF\xFE\0\0", 4, 4, "utf-32le"}, {"\0\0\xFE\xFF", 4, 4, "utf-32be"}, {"\xFF\xFE", 2, 2, "utf-16le"},
        {"\xFE\xFF", 2, 2, "utf-16be"}, {"<\0?\0", 4, 0, "utf-16le"}, {"\0<\0?", 4, 0, "utf-16be"}, {"<\0\0\0", 4, 0, "utf-32le"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (slice_starts(s, (struct slice){marks[i].bytes, marks[i].len})) {
            *mark = marks[i].mark;
            return marks[i].charset;
        }
    return NULL;
}

enum err xml_utf8(struct slice body, struct slice transport, struct arena *mem, struct slice *out)
{
    if (body.len > SPLIT_EXPANDED_MAX) return ERR_TOO_BIG;
    size_t mark = 0;
    const char *marked = by_mark(body, &mark);
    *out = slice_cut(body, mark, body.len);
    if (marked != NULL && strcmp(marked, "utf-8") != 0) return convert(*out, marked, mem, out);
    struct slice label = transport.len > 0 ? transport : declared(*out);
    bool wide_label = label.len >= 6 && slice_eq_nocase(slice_cut(label, 0, 6), SLICE("utf-16")); /* ASCII could be read to here: it is not wide */
    bool valid = utf8_valid(*out);
    if (valid && (marked != NULL || label.len == 0 || wide_label || is_utf8_label(label))) return OK;
    enum err e = marked != NULL || wide_label ? ERR_UNSUPPORTED : convert_label(*out, label, mem, out);
    if (e == ERR_UNSUPPORTED && !valid && transport.len > 0) e = convert_label(*out, declared(*out), mem, out);
    if (e == ERR_UNSUPPORTED && valid) return OK;
    return e == ERR_UNSUPPORTED ? convert(*out, "windows-1252", mem, out) : e;
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

struct slice xml_plain(struct slice s, struct arena *mem, bool *nomem)
{
    char *p = arena_take(mem, s.len + 8), *w = p;
    if (p == NULL) *nomem = true;
    bool blank = false;
    for (size_t i = 0; p != NULL && i < s.len;) {
        size_t end = 0;
        uint32_t cp = s.ptr[i] == '&' ? reference(s, i, &end) : 0;
        if (s.ptr[i] == '<' && tag_at(s, i) && (end = slice_find(s, SLICE(">"), i)) != SIZE_MAX) {
            i = end + 1;
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
