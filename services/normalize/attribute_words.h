/* attribute_words.h - words inside class, id, role and itemprop attributes, found in one pass (Aho and Corasick's automaton). */
#ifndef WD_NORMALIZE_ATTRIBUTE_WORDS_H
#define WD_NORMALIZE_ATTRIBUTE_WORDS_H

#include "../../libcommon/base.h"

/* The words' bits; several words may share one. */
enum attribute_mark {
    MARK_COMMENT, MARK_FOOTER, MARK_SIDEBAR, MARK_RELATED, MARK_RECOMMEND, MARK_PROMO, MARK_SHARE, MARK_NEWSLETTER, MARK_NAV, MARK_MENU,
    MARK_BREADCRUMB, MARK_TAGS, MARK_WIDGET, MARK_BANNER, MARK_COOKIE, MARK_MODAL, MARK_AD, MARK_MORE, MARK_POPULAR, MARK_LOGIN,
    MARK_AUTHOR, MARK_BYLINE, MARK_META, MARK_CAPTION, MARK_CREDIT, MARK_COPYRIGHT, MARK_HIDDEN, MARK_TOOLBAR, MARK_TEASER, MARK_LATEST,
    MARK_HEADER, MARK_TITLE, MARK_SUBTITLE, MARK_DATE, MARK_ARTICLE, MARK_STORY, MARK_POST, MARK_ENTRY, MARK_CONTENT, MARK_BODY, MARK_MAIN, MARK_TEXT,
    MARK_NEWS, MARK_ARTICLE_BODY, MARK_PARAGRAPH, MARK_QUOTE, MARK_GALLERY, MARK_VIDEO, MARK_LIST, MARK_CARD, MARK_ITEM, MARK_LINK, MARK_BUTTON,
    MARK_SUMMARY, MARK_BIO, MARK_FORM, MARK_SEARCH, MARK_PAYWALL, MARK_EMBED, MARK_TABLE, MARK_WRAPPER, MARK_FACTBOX, MARK_NOTE, MARK_COUNT
};

#define MARK(m) ((uint64_t)1 << MARK_##m)

/* What is surely outside of the article, for metadata's sake. */
#define MARKS_ASIDE \
    (MARK(COMMENT) | MARK(FOOTER) | MARK(SIDEBAR) | MARK(RELATED) | MARK(RECOMMEND) | MARK(PROMO) | MARK(NAV) | MARK(MENU) | MARK(WIDGET) | \
     MARK(COOKIE) | MARK(MODAL) | MARK(POPULAR) | MARK(LATEST) | MARK(TEASER))

struct attribute_words;

/* Builds the automaton. NULL when out of memory. */
struct attribute_words *attribute_words_create(void) MUST_CHECK;
void attribute_words_destroy(struct attribute_words **w);

/* The marks of all words in s; upper case counts as lower. */
uint64_t attribute_words_in(const struct attribute_words *w, struct slice s);

#endif
