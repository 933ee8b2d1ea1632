/* attribute_words.c - words inside class, id, role and itemprop attributes, found in one pass (Aho and Corasick's automaton). */
#include "attribute_words.h"

#include <stdlib.h>

static const struct { const char *word; enum attribute_mark mark; } words[] = {
    {"comment", MARK_COMMENT}, {"disqus", MARK_COMMENT}, {"respond", MARK_COMMENT}, {"kommentar", MARK_COMMENT}, {"discussion", MARK_COMMENT},
    {"footer", MARK_FOOTER}, {"foot-", MARK_FOOTER}, {"-foot", MARK_FOOTER}, {"colophon", MARK_FOOTER}, {"contentinfo", MARK_FOOTER},
    {"bottom", MARK_FOOTER}, {"sidebar", MARK_SIDEBAR}, {"side-bar", MARK_SIDEBAR}, {"aside", MARK_SIDEBAR}, {"rail", MARK_SIDEBAR},
    {"complementary", MARK_SIDEBAR}, {"related", MARK_RELATED}, {"similar", MARK_RELATED}, {"readmore", MARK_RELATED}, {"read-more", MARK_RELATED},
    {"readnext", MARK_RELATED}, {"read-next", MARK_RELATED}, {"seealso", MARK_RELATED}, {"see-also", MARK_RELATED}, {"recirc", MARK_RELATED},
    {"recommend", MARK_RECOMMEND}, {"outbrain", MARK_RECOMMEND}, {"taboola", MARK_RECOMMEND}, {"suggest", MARK_RECOMMEND}, {"promo", MARK_PROMO},
    {"sponsor", MARK_PROMO}, {"upsell", MARK_PROMO}, {"cta", MARK_PROMO}, {"offer", MARK_PROMO}, {"share", MARK_SHARE}, {"sharing", MARK_SHARE},
    {"social", MARK_SHARE}, {"follow", MARK_SHARE}, {"facebook", MARK_SHARE}, {"twitter", MARK_SHARE}, {"newsletter", MARK_NEWSLETTER},
    {"subscri", MARK_NEWSLETTER}, {"signup", MARK_NEWSLETTER}, {"sign-up", MARK_NEWSLETTER}, {"optin", MARK_NEWSLETTER}, {"mailing", MARK_NEWSLETTER},
    {"nav", MARK_NAV}, {"pagination", MARK_NAV}, {"pager", MARK_NAV}, {"menu", MARK_MENU}, {"dropdown", MARK_MENU}, {"breadcrumb", MARK_BREADCRUMB},
    {"crumb", MARK_BREADCRUMB}, {"tags", MARK_TAGS}, {"tag-", MARK_TAGS}, {"-tag", MARK_TAGS}, {"topic", MARK_TAGS}, {"categor", MARK_TAGS},
    {"keyword", MARK_TAGS}, {"kicker", MARK_TAGS}, {"widget", MARK_WIDGET}, {"module", MARK_WIDGET}, {"banner", MARK_BANNER}, {"hero", MARK_BANNER},
    {"cookie", MARK_COOKIE}, {"consent", MARK_COOKIE}, {"gdpr", MARK_COOKIE}, {"onetrust", MARK_COOKIE}, {"ot-sdk", MARK_COOKIE}, {"optanon", MARK_COOKIE}, {"ot-pc", MARK_COOKIE}, {"cmp-", MARK_COOKIE}, {"privacy", MARK_COOKIE}, {"popup", MARK_MODAL}, {"modal", MARK_MODAL},
    {"overlay", MARK_MODAL}, {"dialog", MARK_MODAL}, {"lightbox", MARK_MODAL}, {"tooltip", MARK_MODAL}, {"advert", MARK_AD}, {"ads-", MARK_AD}, {"-ads", MARK_AD},
    {"ad-", MARK_AD}, {"-ad", MARK_AD}, {"dfp", MARK_AD}, {"more-", MARK_MORE}, {"-more", MARK_MORE}, {"popular", MARK_POPULAR}, {"trending", MARK_POPULAR},
    {"most-", MARK_POPULAR}, {"mostread", MARK_POPULAR}, {"login", MARK_LOGIN}, {"signin", MARK_LOGIN}, {"account", MARK_LOGIN}, {"author", MARK_AUTHOR},
    {"byline", MARK_BYLINE}, {"contributor", MARK_BYLINE}, {"writer", MARK_BYLINE}, {"meta", MARK_META}, {"info", MARK_META}, {"caption", MARK_CAPTION},
    {"figure", MARK_CAPTION}, {"image", MARK_CAPTION}, {"photo", MARK_CAPTION}, {"picture", MARK_CAPTION}, {"legend", MARK_CAPTION}, {"credit", MARK_CREDIT},
    {"source", MARK_CREDIT}, {"attribution", MARK_CREDIT}, {"copyright", MARK_COPYRIGHT}, {"legal", MARK_COPYRIGHT}, {"disclaimer", MARK_COPYRIGHT},
    {"hidden", MARK_HIDDEN}, {"screen-reader", MARK_HIDDEN}, {"sr-only", MARK_HIDDEN}, {"visuallyhidden", MARK_HIDDEN}, {"print", MARK_TOOLBAR},
    {"toolbar", MARK_TOOLBAR}, {"tools", MARK_TOOLBAR}, {"rating", MARK_TOOLBAR}, {"vote", MARK_TOOLBAR}, {"bookmark", MARK_TOOLBAR},
    {"teaser", MARK_TEASER}, {"preview", MARK_TEASER}, {"excerpt", MARK_TEASER}, {"latest", MARK_LATEST}, {"recent", MARK_LATEST}, {"header", MARK_HEADER},
    {"masthead", MARK_HEADER}, {"topbar", MARK_HEADER}, {"title", MARK_TITLE}, {"headline", MARK_TITLE}, {"heading", MARK_TITLE}, {"subtitle", MARK_SUBTITLE},
    {"subhead", MARK_SUBTITLE}, {"standfirst", MARK_SUBTITLE}, {"dek", MARK_SUBTITLE}, {"deck", MARK_SUBTITLE}, {"lead", MARK_SUBTITLE}, {"lede", MARK_SUBTITLE},
    {"intro", MARK_SUBTITLE}, {"chapo", MARK_SUBTITLE}, {"abstract", MARK_SUBTITLE}, {"date", MARK_DATE}, {"time", MARK_DATE}, {"publish", MARK_DATE},
    {"article", MARK_ARTICLE}, {"artikel", MARK_ARTICLE}, {"story", MARK_STORY}, {"post", MARK_POST}, {"blog", MARK_POST}, {"entry", MARK_ENTRY},
    {"content", MARK_CONTENT}, {"body", MARK_BODY}, {"main", MARK_MAIN}, {"text", MARK_TEXT}, {"prose", MARK_TEXT}, {"copy", MARK_TEXT}, {"rich", MARK_TEXT},
    {"news", MARK_NEWS}, {"articlebody", MARK_ARTICLE_BODY}, {"article-body", MARK_ARTICLE_BODY}, {"article_body", MARK_ARTICLE_BODY},
    {"article__body", MARK_ARTICLE_BODY}, {"storybody", MARK_ARTICLE_BODY}, {"story-body", MARK_ARTICLE_BODY}, {"entry-content", MARK_ARTICLE_BODY},
    {"post-content", MARK_ARTICLE_BODY}, {"post-body", MARK_ARTICLE_BODY}, {"post__content", MARK_ARTICLE_BODY}, {"article-content", MARK_ARTICLE_BODY},
    {"article__content", MARK_ARTICLE_BODY}, {"articlecontent", MARK_ARTICLE_BODY}, {"article-text", MARK_ARTICLE_BODY}, {"articletext", MARK_ARTICLE_BODY},
    {"story-content", MARK_ARTICLE_BODY}, {"storycontent", MARK_ARTICLE_BODY}, {"main-content", MARK_ARTICLE_BODY}, {"body-content", MARK_ARTICLE_BODY},
    {"bodytext", MARK_ARTICLE_BODY}, {"body-text", MARK_ARTICLE_BODY}, {"wysiwyg", MARK_ARTICLE_BODY}, {"richtext", MARK_ARTICLE_BODY},
    {"article_content", MARK_ARTICLE_BODY}, {"blog-content", MARK_ARTICLE_BODY}, {"paragraph", MARK_PARAGRAPH}, {"quote", MARK_QUOTE},
    {"gallery", MARK_GALLERY}, {"slide", MARK_GALLERY}, {"carousel", MARK_GALLERY}, {"video", MARK_VIDEO}, {"audio", MARK_VIDEO}, {"player", MARK_VIDEO},
    {"media", MARK_VIDEO}, {"list", MARK_LIST}, {"feed", MARK_LIST}, {"grid", MARK_LIST}, {"card", MARK_CARD}, {"tile", MARK_CARD}, {"item", MARK_ITEM},
    {"link", MARK_LINK}, {"button", MARK_BUTTON}, {"btn", MARK_BUTTON}, {"summary", MARK_SUMMARY}, {"bullet", MARK_SUMMARY}, {"highlight", MARK_SUMMARY},
    {"key-", MARK_SUMMARY}, {"description", MARK_SUMMARY}, {"bio", MARK_BIO}, {"profile", MARK_BIO}, {"avatar", MARK_BIO}, {"form", MARK_FORM},
    {"input", MARK_FORM}, {"search", MARK_SEARCH}, {"paywall", MARK_PAYWALL}, {"premium", MARK_PAYWALL}, {"piano", MARK_PAYWALL}, {"locked", MARK_PAYWALL},
    {"regwall", MARK_PAYWALL}, {"embed", MARK_EMBED}, {"iframe", MARK_EMBED}, {"table", MARK_TABLE}, {"wrapper", MARK_WRAPPER},
    {"container", MARK_WRAPPER}, {"inner", MARK_WRAPPER}, {"factbox", MARK_FACTBOX}, {"infobox", MARK_FACTBOX}, {"toc", MARK_FACTBOX},
    {"note", MARK_NOTE}, {"correction", MARK_NOTE}, {"update", MARK_NOTE},
};

enum { LETTERS = 28, STATES_MAX = 1700 }; /* a to z, '-' or '_', anything else */

struct attribute_words {
    uint16_t next[STATES_MAX][LETTERS];
    uint64_t marks[STATES_MAX];
    uint8_t letter[256];
};

static void add_word(struct attribute_words *w, const char *word, enum attribute_mark mark, uint16_t *n)
{
    uint16_t at = 0;
    for (const char *p = word; *p; p++) {
        uint16_t *to = &w->next[at][w->letter[(unsigned char)*p]];
        if (*to == 0) *to = ++*n;
        at = *to;
    }
    w->marks[at] |= (uint64_t)1 << mark;
}

/* Turns the trie into an automaton: breadth first, each missing step goes where the longest proper suffix would go. */
static void close_over(struct attribute_words *w, uint16_t *queue, uint16_t *fall)
{
    size_t head = 0, tail = 0;
    for (size_t c = 0; c < LETTERS; c++)
        if (w->next[0][c]) queue[tail++] = w->next[0][c];
    while (head < tail) {
        uint16_t at = queue[head++];
        w->marks[at] |= w->marks[fall[at]];
        for (size_t c = 0; c < LETTERS; c++) {
            uint16_t to = w->next[at][c];
            if (to == 0) {
                w->next[at][c] = w->next[fall[at]][c];
                continue;
            }
            fall[to] = w->next[fall[at]][c];
            queue[tail++] = to;
        }
    }
}

struct attribute_words *attribute_words_create(void)
{
    size_t letters = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) letters += strlen(words[i].word);
    struct attribute_words *w = calloc(1, sizeof *w);
    uint16_t *room = calloc(2 * STATES_MAX, sizeof *room);
    if (w == NULL || room == NULL || letters >= STATES_MAX) {
        free(w);
        free(room);
        return NULL;
    }
    for (int c = 0; c < 256; c++) w->letter[c] = LETTERS - 1;
    for (int c = 0; c < 26; c++) w->letter['a' + c] = w->letter['A' + c] = (uint8_t)c;
    w->letter['-'] = w->letter['_'] = 26;
    uint16_t n = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) add_word(w, words[i].word, words[i].mark, &n);
    close_over(w, room, room + STATES_MAX);
    free(room);
    return w;
}

void attribute_words_destroy(struct attribute_words **w)
{
    free(*w);
    *w = NULL;
}

uint64_t attribute_words_in(const struct attribute_words *w, struct slice s)
{
    uint64_t marks = 0;
    uint16_t at = 0;
    for (size_t i = 0; i < s.len; i++) {
        at = w->next[at][w->letter[(unsigned char)s.ptr[i]]];
        marks |= w->marks[at];
    }
    return marks;
}
