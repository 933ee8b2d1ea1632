/* wire.c - NITF, NewsML-G2, NewsML 1 and `newsitem`: headline, slug, byline, dateline, urgency, version, embargo, agency, and the text. */
#include "wire.h"

enum { AUTHORS_MOST = 64, LINE = 1024, WORD = 256, PHRASE = 4096 };

struct wiring {
    const xmlNode *top;
    struct arena *mem;
    struct split_doc *d;
    bool *nomem;
};

bool wire_root(struct slice local, struct slice *item, bool *holds)
{
    bool message = slice_eq_nocase(local, SLICE("newsMessage")), newsml = slice_eq_nocase(local, SLICE("NewsML"));
    bool nitf = slice_eq_nocase(local, SLICE("nitf")), lone = slice_eq_nocase(local, SLICE("newsItem"));
    *item = nitf ? SLICE("nitf") : SLICE("newsItem");
    *holds = message || newsml;
    return nitf || lone || *holds;
}

/* --- asking --- */

/* Takes the first word off a path: "a/b" leaves "b". False when the last one is taken. */
static bool next_word(const char **path, char word[64])
{
    size_t n = strcspn(*path, "/");
    snprintf(word, 64, "%.*s", (int)(n < 63 ? n : 63), *path);
    *path += n + ((*path)[n] == '/');
    return **path != '\0';
}

/* What a path leads to below top: "a/b/c" through children, "//a" at any depth, "a/@b" an attribute; white space made single. */
static struct slice say(const struct wiring *w, const xmlNode *top, const char *path, size_t max)
{
    char word[64];
    bool more = *path != '\0', deep = strncmp(path, "//", 2) == 0;
    if (deep) path += 2;
    for (const xmlNode *n = top; n != NULL;) {
        if (!more) return split_said(xml_plain(xml_text(n, w->mem, w->nomem), w->mem, w->nomem), max);
        more = next_word(&path, word);
        if (word[0] == '@') return split_said(xml_attribute(n, word + 1, w->mem, w->nomem), max);
        n = deep ? xml_below(n, word) : xml_child(n, word, NULL);
        deep = false;
    }
    return (struct slice){NULL, 0};
}

/* The first path that says something goes into *member, unless it is there already. */
static void fill(const struct wiring *w, const char *const *paths, size_t max, struct slice *member)
{
    for (; member->ptr == NULL && *paths != NULL; paths++) *member = say(w, w->top, *paths, max);
}

#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* "nprov:AFP" is AFP. */
static struct slice without_scheme(struct slice s)
{
    size_t colon = s.len ? slice_find(s, SLICE(":"), 0) : SIZE_MAX;
    return colon == SIZE_MAX ? s : slice_cut(s, colon + 1, s.len);
}

static void add_author(struct slices *byline, struct slice name)
{
    if (name.ptr != NULL && byline->len < AUTHORS_MOST) byline->ptr[byline->len++] = name;
}

static struct slices authors(const struct wiring *w)
{
    struct slices s = {arena_array(w->mem, AUTHORS_MOST, sizeof(struct slice)), 0};
    if (s.ptr == NULL) *w->nomem = true;
    return s;
}

static void set_byline(const struct wiring *w, struct slices s)
{
    if (s.len > 0) w->d->meta.byline = s;
}

/* --- NITF --- */

/* The people in it, or its words without the title that stands behind a name. */
static void nitf_byline(const struct wiring *w, const xmlNode *head)
{
    struct slices s = authors(w);
    for (const xmlNode *n = xml_child(head, "byline", NULL); s.ptr != NULL && n != NULL; n = xml_child(head, "byline", n)) {
        size_t before = s.len;
        for (const xmlNode *p = xml_child(n, "person", NULL); p != NULL; p = xml_child(n, "person", p)) add_author(&s, say(w, p, "", LINE));
        if (s.len > before) continue;
        struct slice words = say(w, n, "", LINE), title = say(w, n, "byttl", LINE);
        if (title.len > 0 && slice_ends(words, title)) words = split_said(slice_cut(words, 0, words.len - title.len), LINE);
        add_author(&s, words);
    }
    set_byline(w, s);
}

/* What NITF says of itself, as a document or within a NewsML item that said some of it already. */
static void nitf_meta(const struct wiring *w)
{
    struct meta *m = &w->d->meta;
    const xmlNode *body = xml_child(w->top, "body", NULL), *head = xml_child(body, "body.head", NULL);
    fill(w, PATHS("body/body.head/hedline/hl1", "body/body.head/headline/hl1", "body/body.head/hedline", "head/title"), PHRASE, &m->title);
    fill(w, PATHS("head/docdata/du-key/@key"), LINE, &m->slug);
    if (m->slug.ptr == NULL && !slice_eq(say(w, w->top, "head/title", LINE), m->title)) fill(w, PATHS("head/title"), LINE, &m->slug);
    fill(w, PATHS("body/body.head/dateline"), LINE, &m->dateline);
    fill(w, PATHS("head/docdata/urgency/@ed-urg"), WORD, &m->urgency);
    fill(w, PATHS("head/docdata/du-key/@version"), WORD, &m->version);
    fill(w, PATHS("head/docdata/date.release/@norm"), WORD, &m->embargo);
    fill(w, PATHS("head/docdata/date.issue/@norm", "head/pubdata/@date.publication", "body/body.head/dateline/story.date/@norm"), WORD, &m->published);
    fill(w, PATHS("head/revision-history/@norm"), WORD, &m->modified);
    fill(w, PATHS("body/body.head/distributor", "head/docdata/doc-id/@regsrc", "head/docdata/doc.copyright/@holder"), LINE, &m->agency);
    fill(w, PATHS("head/pubdata/@name"), LINE, &m->outlet);
    fill(w, PATHS("head/tobject/tobject.subject/@tobject.subject.type", "head/pubdata/@position.section"), LINE, &m->section);
    fill(w, PATHS("@lang", "body/@lang"), WORD, &m->lang);
    if (m->byline.len == 0) nitf_byline(w, head);
}

static enum wire nitf(struct wiring *w, struct slice bytes, const char **what)
{
    static const char *const ids[] = {"head/docdata/doc-id/@id-string", NULL};
    struct slice id = {NULL, 0}, status = say(w, w->top, "head/docdata/@management-status", WORD);
    nitf_meta(w);
    fill(w, ids, PHRASE, &id);
    if (id.ptr != NULL) w->d->id = id;
    *what = "is not to be used: its management-status says so";
    if (slice_eq_nocase(status, SLICE("canceled")) || slice_eq_nocase(status, SLICE("withheld"))) return WIRE_REFUSED;
    *what = "has neither text nor headline";
    if (w->d->meta.title.ptr == NULL && say(w, w->top, "body/body.content", WORD).ptr == NULL) return WIRE_REFUSED;
    w->d->raw = bytes;
    w->d->type = SLICE("application/nitf+xml");
    return WIRE_TAKEN;
}

/* --- the text within NewsML --- */

/* Markup or plain text within `n`; a NITF in it is asked what the item itself did not say. */
static bool take_content(struct wiring *w, const xmlNode *n)
{
    const xmlNode *inner = xml_below(n, "nitf");
    if (inner != NULL) {
        struct wiring in = *w;
        in.top = inner;
        nitf_meta(&in);
    }
    bool markup = xml_has_elements(n);
    struct slice type = xml_attribute(n, "contenttype", w->mem, w->nomem), s = markup ? xml_inner(n, w->mem, w->nomem) : xml_text(n, w->mem, w->nomem);
    if (slice_trim(s).len == 0 || !utf8_valid(s)) return false;
    w->d->raw = s;
    bool plain = !markup && (slice_starts(type, SLICE("text/plain")) || slice_eq(split_text_type(s), SLICE("text/plain")));
    w->d->type = inner ? SLICE("application/nitf+xml") : plain ? SLICE("text/plain") : SLICE("text/html; from=newsml");
    return true;
}

/* The headline alone, or what stands for the text. */
static bool take_summary(struct wiring *w, const char *const *paths)
{
    struct slice s = {NULL, 0};
    fill(w, paths, DOC_RAW_MAX, &s);
    if (s.ptr == NULL) s = w->d->meta.title;
    w->d->raw = s;
    w->d->type = SLICE("text/plain");
    w->d->meta.summary = s.ptr != NULL;
    return s.ptr != NULL;
}

static bool withdrawn(struct slice status)
{
    status = without_scheme(status);
    return slice_eq_nocase(status, SLICE("canceled")) || slice_eq_nocase(status, SLICE("cancelled")) || slice_eq_nocase(status, SLICE("withheld"));
}

/* --- NewsML-G2 --- */

static void g2_byline(const struct wiring *w)
{
    const xmlNode *meta = xml_child(w->top, "contentMeta", NULL);
    struct slices s = authors(w);
    for (const xmlNode *n = xml_child(meta, "by", NULL); s.ptr != NULL && n != NULL; n = xml_child(meta, "by", n)) add_author(&s, say(w, n, "", LINE));
    for (const xmlNode *n = s.len == 0 ? xml_child(meta, "creator", NULL) : NULL; s.ptr != NULL && n != NULL; n = xml_child(meta, "creator", n))
        add_author(&s, say(w, n, "name", LINE));
    set_byline(w, s);
}

static void g2_meta(const struct wiring *w)
{
    struct meta *m = &w->d->meta;
    struct slice provider = {NULL, 0};
    fill(w, PATHS("contentMeta/headline", "itemMeta/title"), PHRASE, &m->title);
    fill(w, PATHS("contentMeta/slugline"), LINE, &m->slug);
    fill(w, PATHS("contentMeta/dateline"), LINE, &m->dateline);
    fill(w, PATHS("contentMeta/urgency"), WORD, &m->urgency);
    fill(w, PATHS("@version"), WORD, &m->version);
    fill(w, PATHS("itemMeta/embargoed"), WORD, &m->embargo);
    fill(w, PATHS("itemMeta/firstCreated", "contentMeta/contentCreated", "itemMeta/versionCreated"), WORD, &m->published);
    fill(w, PATHS("contentMeta/contentModified", "itemMeta/versionCreated"), WORD, &m->modified);
    fill(w, PATHS("itemMeta/provider/name", "itemMeta/provider/@literal", "itemMeta/provider/@qcode"), LINE, &provider);
    if (m->agency.ptr == NULL) m->agency = split_said(without_scheme(provider), LINE);
    fill(w, PATHS("contentMeta/subject/name", "contentMeta/genre/name"), LINE, &m->section);
    fill(w, PATHS("contentMeta/language/@tag", "contentSet/inlineXML/@lang", "@lang"), WORD, &m->lang);
    if (m->byline.len == 0) g2_byline(w);
}

static enum wire g2(struct wiring *w, const char **what)
{
    static const char *const summaries[] = {"contentMeta/description", NULL};
    const xmlNode *set = xml_child(w->top, "contentSet", NULL);
    struct slice id = say(w, w->top, "@guid", PHRASE), class = without_scheme(say(w, w->top, "itemMeta/itemClass/@qcode", WORD));
    if (id.ptr != NULL) w->d->id = id;
    g2_meta(w);
    *what = "is not to be used: its pubStatus says so";
    if (withdrawn(say(w, w->top, "itemMeta/pubStatus/@qcode", WORD))) return WIRE_REFUSED;
    static const char *const inlined[] = {"inlineXML", "inlineData"};
    for (size_t i = 0; i < 2; i++)
        for (const xmlNode *n = xml_child(set, inlined[i], NULL); n != NULL; n = xml_child(set, inlined[i], n))
            if (take_content(w, n)) return WIRE_TAKEN;
    if (class.len > 0 && !slice_eq_nocase(class, SLICE("text"))) return WIRE_SKIPPED;
    *what = "has neither text nor headline";
    return take_summary(w, summaries) ? WIRE_TAKEN : WIRE_REFUSED;
}

/* --- NewsML 1 --- */

static void ml1_meta(const struct wiring *w)
{
    struct meta *m = &w->d->meta;
    struct slices s = authors(w);
    fill(w, PATHS("//HeadLine"), PHRASE, &m->title);
    fill(w, PATHS("//SlugLine", "Identification/NameLabel"), LINE, &m->slug);
    fill(w, PATHS("//DateLine"), LINE, &m->dateline);
    fill(w, PATHS("NewsManagement/Urgency/@FormalName"), WORD, &m->urgency);
    fill(w, PATHS("Identification/NewsIdentifier/RevisionId"), WORD, &m->version);
    fill(w, PATHS("NewsManagement/StatusWillChange/DateAndTime"), WORD, &m->embargo);
    fill(w, PATHS("NewsManagement/FirstCreated", "Identification/NewsIdentifier/DateId"), WORD, &m->published);
    fill(w, PATHS("NewsManagement/ThisRevisionCreated"), WORD, &m->modified);
    fill(w, PATHS("//Provider/Party/@FormalName", "//Source/Party/@FormalName", "Identification/NewsIdentifier/ProviderId"), LINE, &m->agency);
    fill(w, PATHS("//Language/@FormalName", "@lang"), WORD, &m->lang);
    if (m->byline.len > 0 || s.ptr == NULL) return;
    add_author(&s, say(w, w->top, "//ByLine", LINE));
    set_byline(w, s);
}

static enum wire ml1(struct wiring *w, const char **what)
{
    static const char *const none[] = {NULL};
    struct slice id = say(w, w->top, "Identification/NewsIdentifier/PublicIdentifier", PHRASE);
    if (id.ptr == NULL) id = say(w, w->top, "Identification/NewsIdentifier/NewsItemId", PHRASE);
    if (id.ptr != NULL) w->d->id = id;
    ml1_meta(w);
    *what = "is not to be used: its Status says so";
    if (withdrawn(say(w, w->top, "NewsManagement/Status/@FormalName", WORD))) return WIRE_REFUSED;
    const xmlNode *content = xml_below(w->top, "DataContent");
    if (content != NULL && take_content(w, content)) return WIRE_TAKEN;
    *what = "has neither text nor headline";
    return take_summary(w, none) ? WIRE_TAKEN : WIRE_REFUSED;
}

/* --- newsitem --- */

static enum wire simple(struct wiring *w, const char **what)
{
    static const char *const none[] = {NULL};
    struct meta *m = &w->d->meta;
    struct slices s = authors(w);
    struct slice id = say(w, w->top, "@itemid", PHRASE);
    if (id.ptr == NULL) id = say(w, w->top, "@id", PHRASE);
    if (id.ptr != NULL) w->d->id = id;
    fill(w, PATHS("headline", "title"), PHRASE, &m->title);
    fill(w, PATHS("dateline"), LINE, &m->dateline);
    fill(w, PATHS("@date"), WORD, &m->published);
    fill(w, PATHS("@lang"), WORD, &m->lang);
    if (m->byline.len == 0 && s.ptr != NULL) add_author(&s, say(w, w->top, "byline", LINE));
    set_byline(w, s);
    const xmlNode *text = xml_child(w->top, "text", NULL);
    if (text != NULL && take_content(w, text)) return WIRE_TAKEN;
    *what = "has neither text nor headline";
    return take_summary(w, none) ? WIRE_TAKEN : WIRE_REFUSED;
}

enum wire wire_read(const xmlNode *top, struct slice bytes, struct arena *mem, struct split_doc *d, const char **what, bool *nomem)
{
    struct wiring w = {top, mem, d, nomem};
    char name[64];
    d->meta.charset = SLICE("utf-8");
    if (strcasecmp(xml_name(top, name), "nitf") == 0) return nitf(&w, bytes, what);
    if (xml_child(top, "itemMeta", NULL) != NULL || xml_child(top, "contentSet", NULL) != NULL || xml_child(top, "contentMeta", NULL) != NULL) return g2(&w, what);
    return xml_child(top, "NewsComponent", NULL) != NULL || xml_child(top, "NewsManagement", NULL) != NULL ? ml1(&w, what) : simple(&w, what);
}
