/* feed.c - RSS 0.9x, 1.0 and 2.0, RDF, Atom, and the wire's items: cut at the entries' own tags, each entry parsed by itself, so that a broken one hurts no other. */
#include <strings.h>

#include "wire.h"

enum { LONG_DESCRIPTION = 1500 }; /* bytes of text from which an RSS description is taken for the article */

/* One run over a feed. */
struct feed {
    const struct feed_request *in;
    struct arena *mem;
    struct split_docs *out;
    struct split_trouble *why;
    xmlParserCtxt *parser;
    struct buf xml;        /* an entry between the tags that surround it in the feed */
    struct slice body;     /* UTF-8 */
    struct slice entry;    /* "item", "entry", "newsItem" or "nitf" */
    bool wire;             /* entries are the wire's */
    struct slice prefix;   /* of the entries' tags, with its colon, or empty */
    struct slice opening;  /* the tags that are open where entries stand */
    struct slice closing;
    struct meta meta;      /* what the feed says once for all */
    struct slice link;     /* its page */
    size_t record;
    bool nomem;
};

/* --- cutting --- */

/* A tag of that name begins at s[i] ('<' or "</"); its attributes may follow. */
static bool tag_named(const struct feed *f, size_t i, bool closes)
{
    struct slice s = slice_cut(f->body, i, i + 80);
    size_t at = 1 + closes;
    struct slice prefix = slice_cut(s, at, at + f->prefix.len), name;
    if (!slice_eq_nocase(prefix, f->prefix)) return false;
    at += f->prefix.len;
    name = slice_cut(s, at, at + f->entry.len);
    if (!slice_eq_nocase(name, f->entry)) return false;
    at += f->entry.len;
    return at >= s.len || strchr(" \t\r\n>/", s.ptr[at]) != NULL;
}

/* Behind the comment or CDATA section at i, or i when there is none (or it never ends). */
static size_t past_section(struct slice s, size_t i)
{
    struct slice here = slice_cut(s, i, i + 9);
    struct slice end = slice_starts(here, SLICE("<![CDATA[")) ? SLICE("]]>") : slice_starts(here, SLICE("<!--")) ? SLICE("-->") : (struct slice){NULL, 0};
    size_t at = end.len ? slice_find(s, end, i + 4) : SIZE_MAX;
    return at == SIZE_MAX ? i : at + end.len;
}

/* Where the next entry's tag begins at or after i, or the body's length. */
static size_t next_entry(const struct feed *f, size_t i)
{
    while (i < f->body.len) {
        const char *lt = memchr(f->body.ptr + i, '<', f->body.len - i);
        if (lt == NULL) return f->body.len;
        i = (size_t)(lt - f->body.ptr);
        size_t past = past_section(f->body, i);
        if (past == i && tag_named(f, i, false)) return i;
        i = past == i ? i + 1 : past;
    }
    return f->body.len;
}

/* Behind the entry that begins at i. *whole is false when the feed ends or the next entry begins before this one is closed. */
static size_t entry_end(const struct feed *f, size_t i, bool *whole)
{
    struct slice s = f->body;
    size_t gt = slice_find(s, SLICE(">"), i);
    *whole = true;
    if (gt != SIZE_MAX && s.ptr[gt - 1] == '/') return gt + 1;
    for (i++; i < s.len; i++) {
        const char *lt = memchr(s.ptr + i, '<', s.len - i);
        if (lt == NULL) break;
        i = (size_t)(lt - s.ptr);
        size_t past = past_section(s, i);
        if (past != i) {
            i = past - 1;
        } else if (i + 1 < s.len && s.ptr[i + 1] == '/') {
            if (!tag_named(f, i, true)) continue;
            gt = slice_find(s, SLICE(">"), i);
            return gt == SIZE_MAX ? s.len : gt + 1;
        } else if (tag_named(f, i, false)) {
            *whole = false;
            return i;
        }
    }
    *whole = false;
    return s.len;
}

/* The tag at s[i], up to its '>', quotes respected; empty when it never ends. */
static struct slice tag_at(struct slice s, size_t i)
{
    char quote = 0;
    for (size_t at = i; at < s.len; at++) {
        char c = s.ptr[at];
        if (quote != 0) quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'') quote = c;
        else if (c == '>') return slice_cut(s, i, at + 1);
    }
    return (struct slice){NULL, 0};
}

static struct slice tag_name(struct slice tag)
{
    size_t e = 1;
    while (e < tag.len && strchr(" \t\r\n/>", tag.ptr[e]) == NULL) e++;
    return slice_cut(tag, 1, e);
}

/* Learns the feed's form from its root: what entries are called, which tags surround them. */
static enum err read_root(struct feed *f, size_t root)
{
    struct slice tag = tag_at(f->body, root), name = tag_name(tag);
    size_t colon = name.len ? slice_find(name, SLICE(":"), 0) : SIZE_MAX;
    struct slice local = colon == SIZE_MAX ? name : slice_cut(name, colon + 1, name.len);
    bool atom = slice_eq_nocase(local, SLICE("feed")), rdf = slice_eq_nocase(local, SLICE("rdf"));
    bool rss = slice_eq_nocase(local, SLICE("rss")), channel = slice_eq_nocase(local, SLICE("channel"));
    bool lone = slice_eq_nocase(local, SLICE("entry")) || slice_eq_nocase(local, SLICE("item"));
    struct slice item;
    bool holds = false;
    f->wire = wire_root(local, &item, &holds);
    if (!atom && !rdf && !rss && !channel && !lone && !f->wire)
        return split_refuse(f->why, ERR_UNSUPPORTED, 0, root, "XML whose first element is \"%.*s\", which is not read", (int)(name.len < 60 ? name.len : 60), name.ptr ? name.ptr : "");
    f->entry = f->wire ? item : lone ? local : atom ? SLICE("entry") : SLICE("item");
    if (colon != SIZE_MAX && !rdf) f->prefix = slice_cut(name, 0, colon + 1);
    if (rdf && next_entry(f, root) == f->body.len) f->prefix = SLICE("rss:");
    if (lone || (f->wire && !holds)) return OK;
    struct slice inner = {NULL, 0};
    size_t at = rss ? slice_find(f->body, SLICE("<channel"), root) : SIZE_MAX;
    if (at != SIZE_MAX && at < next_entry(f, root)) inner = tag_at(f->body, at);
    if (inner.len >= 2 && inner.ptr[inner.len - 2] == '/') inner.len = 0;
    f->opening = arena_printf(f->mem, "%.*s%.*s", (int)tag.len, tag.ptr, (int)inner.len, inner.ptr ? inner.ptr : "");
    f->closing = arena_printf(f->mem, "%s</%.*s>", inner.len ? "</channel>" : "", (int)name.len, name.ptr);
    return f->opening.ptr && f->closing.ptr ? OK : split_refuse(f->why, ERR_NOMEM, 0, 0, "out of memory");
}

/* --- what an entry or a feed says --- */

static struct slice said(struct feed *f, const xmlNode *n, size_t max)
{
    return split_said(xml_text(n, f->mem, &f->nomem), max);
}

/* The first of the names that says something. */
static struct slice say(struct feed *f, const xmlNode *top, const char *const *names, size_t max)
{
    for (; *names != NULL; names++)
        for (const xmlNode *n = xml_child(top, *names, NULL); n != NULL; n = xml_child(top, *names, n)) {
            struct slice s = said(f, n, max);
            if (s.ptr != NULL) return s;
        }
    return (struct slice){NULL, 0};
}

/* What a construct of text holds, as markup or plain (*html). */
static struct slice construct(struct feed *f, const xmlNode *n, bool *html)
{
    struct slice type = xml_attribute(n, "type", f->mem, &f->nomem), mode = xml_attribute(n, "mode", f->mem, &f->nomem), text;
    bool markup = xml_has_elements(n);
    text = markup ? xml_inner(n, f->mem, &f->nomem) : xml_text(n, f->mem, &f->nomem);
    bool binary = slice_eq_nocase(mode, SLICE("base64"));
    if (!markup && (binary || (type.len > 0 && slice_find(type, SLICE("/"), 0) != SIZE_MAX && !slice_eq_nocase(slice_cut(type, 0, 5), SLICE("text/")) &&
                               slice_find(type, SLICE("xml"), 0) == SIZE_MAX && mode.len == 0)))
        text = split_base64(text, f->mem, &f->nomem);
    *html = markup || slice_find(type, SLICE("html"), 0) != SIZE_MAX ||
            (!slice_eq_nocase(type, SLICE("text")) && !slice_eq_nocase(type, SLICE("text/plain")) && slice_eq(split_text_type(text), SLICE("text/html")));
    return utf8_valid(text) ? text : (struct slice){NULL, 0};
}

static struct slice title_of(struct feed *f, const xmlNode *top)
{
    static const char *const names[] = {"title", "dc:title", "media:title", "itunes:title", NULL};
    for (size_t i = 0; names[i] != NULL; i++)
        for (const xmlNode *n = xml_child(top, names[i], NULL); n != NULL; n = xml_child(top, names[i], n)) {
            bool html;
            struct slice s = construct(f, n, &html);
            s = split_said(html ? xml_plain(s, f->mem, &f->nomem) : s, 4096);
            if (s.ptr != NULL) return s;
        }
    return (struct slice){NULL, 0};
}

/* The page that an entry or feed stands for. */
static struct slice link_of(struct feed *f, const xmlNode *top)
{
    static const char *const originals[] = {"feedburner:origlink", NULL};
    struct slice best = say(f, top, originals, 4096), other = {NULL, 0};
    for (const xmlNode *n = xml_child(top, "link", NULL); best.ptr == NULL && n != NULL; n = xml_child(top, "link", n)) {
        struct slice href = xml_attribute(n, "href", f->mem, &f->nomem), rel = xml_attribute(n, "rel", f->mem, &f->nomem);
        struct slice s = split_said(xml_resolve(n, href.len ? href : xml_text(n, f->mem, &f->nomem), f->link, f->mem, &f->nomem), 4096);
        if (s.ptr == NULL || slice_starts(s, SLICE("data:"))) continue;
        if (rel.len == 0 || slice_eq_nocase(rel, SLICE("alternate"))) best = s;
        else if (other.ptr == NULL && !slice_eq_nocase(rel, SLICE("self")) && !slice_eq_nocase(rel, SLICE("enclosure")) && !slice_eq_nocase(rel, SLICE("hub"))) other = s;
    }
    if (best.ptr == NULL) best = split_said(xml_resolve(top, xml_attribute(top, "href", f->mem, &f->nomem), f->link, f->mem, &f->nomem), 4096); /* CDF */
    const xmlNode *guid = best.ptr == NULL ? xml_child(top, "guid", NULL) : NULL;
    struct slice id = said(f, guid, 4096), permanent = xml_attribute(guid, "isPermaLink", f->mem, &f->nomem);
    if (id.ptr && !slice_eq_nocase(permanent, SLICE("false")) && slice_starts(id, SLICE("http"))) best = id;
    if (best.ptr == NULL && other.ptr == NULL && slice_starts(other = xml_attribute(top, "about", f->mem, &f->nomem), SLICE("http"))) best = other;
    return best.ptr ? best : other;
}

/* "a@b.example (Ann Lee)" is Ann Lee, "Ann Lee (a@b.example)" and "Ann Lee <a@b.example>" too. */
static struct slice without_address(struct slice s)
{
    size_t open = s.len ? slice_find(s, SLICE("("), 0) : SIZE_MAX, at = s.len ? slice_find(s, SLICE("@"), 0) : SIZE_MAX;
    if (at == SIZE_MAX) return s;
    if (open != SIZE_MAX && at < open && slice_ends(s, SLICE(")"))) return slice_trim(slice_cut(s, open + 1, s.len - 1));
    if (open != SIZE_MAX && open > 0 && open < at) return slice_trim(slice_cut(s, 0, open));
    size_t angle = slice_find(s, SLICE("<"), 0);
    return angle != SIZE_MAX && angle < at ? slice_trim(slice_cut(s, 0, angle)) : s;
}

static bool authors_of(struct feed *f, const xmlNode *top, struct slices *out)
{
    enum { MOST = 64 };
    static const char *const names[] = {"author", "dc:creator", "creator", "itunes:author", "media:credit", "dc:author", "managingeditor", NULL};
    struct slice *list = arena_array(f->mem, MOST, sizeof *list);
    size_t len = 0;
    if (list == NULL) f->nomem = true;
    for (size_t i = 0; list != NULL && names[i] != NULL && len == 0; i++)
        for (const xmlNode *n = xml_child(top, names[i], NULL); n != NULL && len < MOST; n = xml_child(top, names[i], n)) {
            const xmlNode *name = xml_child(n, "name", NULL);
            if (name == NULL) name = xml_below(n, "foaf:name");
            if (name == NULL && xml_has_elements(n)) continue; /* an address alone */
            struct slice s = xml_plain(without_address(slice_trim(xml_text(name ? name : n, f->mem, &f->nomem))), f->mem, &f->nomem);
            s = split_said(s, 1024);
            if (s.ptr != NULL) list[len++] = s;
        }
    if (len > 0) *out = (struct slices){list, len};
    return len > 0;
}

/* "en_US" is en-US. */
static struct slice as_bcp47(struct feed *f, struct slice s)
{
    struct slice copy = s.ptr ? arena_copy(f->mem, s) : s;
    if (s.ptr != NULL && copy.ptr == NULL) f->nomem = true;
    for (size_t i = 0; i < copy.len; i++)
        if (copy.ptr[i] == '_') ((char *)(uintptr_t)copy.ptr)[i] = '-';
    return copy;
}

static struct slice language_of(struct feed *f, const xmlNode *top)
{
    static const char *const names[] = {"language", "dc:language", NULL};
    struct slice s = say(f, top, names, 256);
    if (s.ptr == NULL) s = split_said(xml_attribute(top, "lang", f->mem, &f->nomem), 256);
    return as_bcp47(f, s);
}

/* The xml:lang that holds for the text itself; an empty one says that nothing is known. */
static void take_language(struct feed *f, const xmlNode *text, struct meta *m)
{
    bool own = false;
    for (const xmlAttr *a = text->properties; a != NULL; a = a->next) own |= strcasecmp((const char *)a->name, "lang") == 0;
    if (own) m->lang = as_bcp47(f, split_said(xml_attribute(text, "lang", f->mem, &f->nomem), 256));
}

static struct slice section_of(struct feed *f, const xmlNode *top)
{
    static const char *const names[] = {"category", "dc:subject", "media:category", "itunes:category", NULL};
    const xmlNode *n = xml_child(top, "category", NULL);
    struct slice s = split_said(xml_attribute(n, "label", f->mem, &f->nomem), 1024);
    if (s.ptr == NULL) s = split_said(xml_attribute(n, "term", f->mem, &f->nomem), 1024);
    return s.ptr ? s : say(f, top, names, 1024);
}

static const char *const published_names[] = {"pubdate", "published", "dc:date", "issued", "dcterms:issued", "dcterms:created", "created", "date",
                                              "prism:publicationdate", NULL};
static const char *const modified_names[] = {"updated", "modified", "dcterms:modified", "lastbuilddate", NULL};

/* What the feed says once: outlet, language, authors, its page. */
static void read_header(struct feed *f, const xmlNode *root)
{
    const xmlNode *channel = xml_child(root, "channel", NULL);
    const xmlNode *top = channel ? channel : root;
    f->meta = f->in->meta;
    f->link = link_of(f, top);
    if (f->meta.outlet.ptr == NULL) f->meta.outlet = split_said(title_of(f, top), 1024);
    if (f->meta.lang.ptr == NULL) f->meta.lang = language_of(f, top);
    if (f->meta.lang.ptr == NULL && top != root) f->meta.lang = language_of(f, root);
    if (f->meta.byline.len == 0 && channel == NULL) (void)authors_of(f, top, &f->meta.byline); /* Atom: authors of all entries without their own */
}

/* --- an entry --- */

/* Bytes of text, tags not counted, as far as it matters. */
static size_t text_length(struct slice s)
{
    size_t n = 0;
    bool in_tag = false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '<') in_tag = true;
        else if (s.ptr[i] == '>') in_tag = false;
        else n += !in_tag;
    }
    return n;
}

static bool find_body(struct feed *f, const xmlNode *top, struct split_doc *d)
{
    static const struct { const char *name; bool whole; } names[] = {
        {"content:encoded", true}, {"content", true}, {"xhtml:body", true}, {"body", true}, {"xhtml:div", true}, {"fullitem", true}, {"full-text", true},
        {"description", false}, {"summary", false}, {"dc:description", false}, {"media:description", false}, {"itunes:summary", false},
        {"abstract", false}, {"itunes:subtitle", false},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (const xmlNode *n = xml_child(top, names[i].name, NULL); n != NULL; n = xml_child(top, names[i].name, n)) {
            bool html;
            struct slice s = construct(f, n, &html);
            if (slice_trim(s).len == 0) continue;
            d->raw = s;
            d->type = html ? SLICE("text/html") : SLICE("text/plain");
            d->meta.summary = !names[i].whole && text_length(s) < LONG_DESCRIPTION;
            take_language(f, n, &d->meta);
            return true;
        }
    const xmlNode *group = xml_child(top, "media:group", NULL);
    return group != NULL && find_body(f, group, d);
}

static void fill_id(struct feed *f, const xmlNode *top, struct split_doc *d)
{
    static const char *const names[] = {"guid", "id", "dc:identifier", NULL};
    struct slice id = say(f, top, names, 4096);
    if (id.ptr == NULL) id = split_said(xml_attribute(top, "about", f->mem, &f->nomem), 4096);
    if (id.ptr == NULL) id = d->meta.url;
    if (id.ptr != NULL) d->id = id;
}

static void fill_meta(struct feed *f, const xmlNode *top, struct meta *m)
{
    const xmlNode *source = xml_child(top, "source", NULL);
    struct slice s;
    m->title = title_of(f, top);
    m->url = link_of(f, top);
    m->published = say(f, top, published_names, 256);
    m->modified = say(f, top, modified_names, 256);
    if (m->modified.ptr == NULL) m->modified = split_said(xml_attribute(top, "lastmod", f->mem, &f->nomem), 256); /* CDF */
    if ((s = section_of(f, top)).ptr) m->section = s;
    if ((s = language_of(f, top)).ptr) m->lang = s;
    (void)authors_of(f, top, &m->byline);
    s = source && xml_has_elements(source) ? title_of(f, source) : said(f, source, 1024); /* Atom's holds a feed's head, RSS's a name */
    if ((s = split_said(s, 1024)).ptr) m->outlet = s;
    m->charset = SLICE("utf-8");
}

static void read_entry(struct feed *f, const xmlNode *top, struct split_doc *d)
{
    d->meta = f->meta;
    fill_meta(f, top, &d->meta);
    fill_id(f, top, d);
    if (find_body(f, top, d)) return;
    d->meta.summary = true; /* a title, and a link to what it is about */
    d->raw = d->meta.title;
    d->type = SLICE("text/plain");
    if (d->raw.ptr == NULL) split_fail(d, ERR_EMPTY, f->record, f->out->before_bytes, f->mem, &f->nomem, "has neither text nor title");
    if (d->raw.ptr == NULL) d->meta.summary = false;
}

/* The same for one of the wire's items; false when it is of a kind that is no document. */
static bool read_item(struct feed *f, const xmlNode *top, struct slice bytes, struct split_doc *d)
{
    const char *what = "";
    d->meta = f->meta;
    enum wire w = wire_read(top, bytes, f->mem, d, &what, &f->nomem);
    if (w == WIRE_REFUSED) split_fail(d, ERR_EMPTY, f->record, f->out->before_bytes, f->mem, &f->nomem, what);
    return w != WIRE_SKIPPED;
}

static enum err wrap(struct feed *f, struct slice inner)
{
    buf_clear(&f->xml);
    xml_mend(f->opening, &f->xml);
    xml_mend(inner, &f->xml);
    return buf_put(&f->xml, f->closing);
}

static enum err add_entry(struct feed *f, struct slice bytes, bool whole)
{
    struct split_doc *d = split_add(f->out, f->in, f->mem, f->why);
    f->record = f->out->before + f->out->len + f->out->skipped;
    if (d == NULL) return f->out->len >= SPLIT_DOCS_MAX ? ERR_TOO_BIG : ERR_NOMEM;
    d->at = (size_t)(bytes.ptr - f->body.ptr);
    d->bytes = bytes;
    d->name = split_part_name(f->in, f->record, f->mem, &f->nomem);
    d->type = SLICE("application/xml");
    if (bytes.len > DOC_RAW_MAX) {
        split_fail(d, ERR_TOO_BIG, f->record, f->out->before_bytes, f->mem, &f->nomem, "is larger than a document may be");
    } else if (!whole && f->body.ptr + f->body.len == bytes.ptr + bytes.len) {
        split_fail(d, ERR_MALFORMED, f->record, f->out->before_bytes, f->mem, &f->nomem, "is cut off: the feed ends within it");
    } else {
        bool sound = true, deep = false;
        enum err e = wrap(f, bytes);
        xmlDoc *doc = e == OK ? xml_read(f->parser, buf_slice(&f->xml), &sound, &deep) : NULL;
        char local[16];
        snprintf(local, sizeof local, "%.*s", (int)f->entry.len, f->entry.ptr);
        const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL, *top = root;
        char own[64];
        if (root != NULL && strcasecmp(xml_name(root, own), local) != 0) top = xml_below(root, local);
        if (e == ERR_NOMEM) f->nomem = true;
        else if (deep) split_fail(d, ERR_DEPTH, f->record, f->out->before_bytes, f->mem, &f->nomem, "is nested too deep");
        else if (top == NULL) split_fail(d, e == OK ? ERR_MALFORMED : e, f->record, f->out->before_bytes, f->mem, &f->nomem, "cannot be read as XML");
        else if (!f->wire) read_entry(f, top, d);
        else if (!read_item(f, top, bytes, d)) f->out->len--, f->out->skipped++;
        if (doc != NULL) xmlFreeDoc(doc);
    }
    return f->nomem ? split_refuse(f->why, ERR_NOMEM, f->record, d->at, "out of memory") : OK;
}

/* The feed without its entries, for what it says of itself. */
static enum err header(struct feed *f, size_t root)
{
    bool sound, deep = false, whole;
    size_t at = root;
    struct buf all = buf_make((size_t)2 << 20); /* a longer one says nothing */
    while (at < f->body.len) {
        size_t b = next_entry(f, at);
        xml_mend(slice_cut(f->body, at, b), &all);
        if (b >= f->body.len) break;
        at = entry_end(f, b, &whole);
    }
    xmlDoc *doc = all.failed == OK ? xml_read(f->parser, buf_slice(&all), &sound, &deep) : NULL;
    f->meta = f->in->meta;
    if (doc != NULL) read_header(f, xmlDocGetRootElement(doc));
    if (doc != NULL) xmlFreeDoc(doc);
    buf_free(&all);
    return f->nomem ? split_refuse(f->why, ERR_NOMEM, 0, 0, "out of memory") : OK;
}

static enum err read_feed(struct feed *f)
{
    size_t root = xml_root(f->body);
    enum err e = read_root(f, root);
    if (e == OK) e = header(f, root);
    for (size_t at = root; e == OK && at < f->body.len;) {
        bool whole;
        size_t b = next_entry(f, at);
        if (b >= f->body.len) break;
        at = entry_end(f, b, &whole);
        e = add_entry(f, slice_cut(f->body, b, at), whole);
    }
    return e;
}

enum err split_feed(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    struct feed f = {.in = in, .mem = mem, .out = out, .why = why, .xml = buf_make((size_t)DOC_RAW_MAX * 3)};
    enum err e = xml_utf8(in->body, in->meta.charset, mem, &f.body);
    if (e != OK) return split_refuse(why, e, 0, 0, "the feed's charset cannot be read");
    f.parser = xmlNewParserCtxt();
    e = f.parser == NULL ? split_refuse(why, ERR_NOMEM, 0, 0, "out of memory") : read_feed(&f);
    if (f.parser != NULL) xmlFreeParserCtxt(f.parser);
    buf_free(&f.xml);
    return e;
}
