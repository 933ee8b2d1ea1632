/* lines.c - what a single line of text says of itself: furniture of a page (share, comments, credits ...), or a fact about the article. */
#include "lines.h"

#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char COMMENTS[] = "comments", SHARE[] = "share", NEWSLETTER[] = "newsletter", RELATED[] = "related", CAPTION[] = "caption",
                  COUNTER[] = "counter", MARKUP[] = "markup", SYNDICATION[] = "syndication", COOKIES[] = "cookies", BYLINE[] = "byline",
                  DATE[] = "date", SOURCE[] = "source", AUTHOR[] = "author box", NAVIGATION[] = "navigation", COPYRIGHT[] = "copyright",
                  ADVERT[] = "advertisement", LOGIN[] = "login", CREDIT[] = "credit";

struct phrase { const char *words; const char *why; bool ends; };

/* The whole line, in lower case, without marks and numbers at its ends. */
static const struct phrase whole[] = {
    {"leave a reply", COMMENTS, true}, {"leave a comment", COMMENTS, true}, {"post a comment", COMMENTS, true}, {"comments", COMMENTS, true},
    {"comment", COMMENTS, false}, {"add a comment", COMMENTS, true}, {"add comment", COMMENTS, true}, {"write a comment", COMMENTS, true},
    {"join the conversation", COMMENTS, true}, {"join the discussion", COMMENTS, true}, {"view comments", COMMENTS, false},
    {"show comments", COMMENTS, false}, {"no comments", COMMENTS, true}, {"no comments yet", COMMENTS, true}, {"reader comments", COMMENTS, true},
    {"leave a reply cancel reply", COMMENTS, true}, {"cancel reply", COMMENTS, true}, {"comments are closed", COMMENTS, true},
    {"what do you think", COMMENTS, false}, {"start the discussion", COMMENTS, true}, {"reply", COMMENTS, false}, {"discussion", COMMENTS, false},
    {"kommentare", COMMENTS, true}, {"kommentar schreiben", COMMENTS, true}, {"schreibe einen kommentar", COMMENTS, true},
    {"kommentar verfassen", COMMENTS, true}, {"commentaires", COMMENTS, true}, {"laisser un commentaire", COMMENTS, true},
    {"comentarios", COMMENTS, true}, {"deja un comentario", COMMENTS, true}, {"deja una respuesta", COMMENTS, true}, {"commenti", COMMENTS, true},
    {"lascia un commento", COMMENTS, true}, {"reacties", COMMENTS, true}, {"deixe um comentário", COMMENTS, true}, {"комментарии", COMMENTS, true},
    {"about author", AUTHOR, false}, {"about the author", AUTHOR, false}, {"about the authors", AUTHOR, false}, {"über den autor", AUTHOR, false},
    {"über die autorin", AUTHOR, false}, {"author", AUTHOR, false}, {"written by", BYLINE, false}, {"à propos de l'auteur", AUTHOR, false},
    {"share", SHARE, false}, {"share this", SHARE, false}, {"share this article", SHARE, false}, {"share this story", SHARE, false},
    {"share this post", SHARE, false}, {"share on facebook", SHARE, false}, {"share on twitter", SHARE, false}, {"share on x", SHARE, false},
    {"tweet", SHARE, false}, {"facebook", SHARE, false}, {"twitter", SHARE, false}, {"whatsapp", SHARE, false}, {"linkedin", SHARE, false},
    {"telegram", SHARE, false}, {"pinterest", SHARE, false}, {"reddit", SHARE, false}, {"email", SHARE, false}, {"e-mail", SHARE, false},
    {"instagram", SHARE, false}, {"youtube", SHARE, false}, {"messenger", SHARE, false}, {"flipboard", SHARE, false}, {"pocket", SHARE, false},
    {"copy link", SHARE, false}, {"copy url", SHARE, false}, {"link copied", SHARE, false}, {"print", SHARE, false}, {"print this page", SHARE, false},
    {"print article", SHARE, false}, {"save", SHARE, false}, {"bookmark", SHARE, false}, {"like this", SHARE, false}, {"follow us", SHARE, false},
    {"follow us on", SHARE, false}, {"follow", SHARE, false}, {"teilen", SHARE, false}, {"merken", SHARE, false}, {"drucken", SHARE, false},
    {"partager", SHARE, false}, {"partager l'article", SHARE, false}, {"imprimer", SHARE, false}, {"compartir", SHARE, false},
    {"imprimir", SHARE, false}, {"condividi", SHARE, false}, {"delen", SHARE, false}, {"compartilhar", SHARE, false}, {"поделиться", SHARE, false},
    {"artikel teilen", SHARE, false}, {"vorlesen", SHARE, false}, {"listen to this article", SHARE, false}, {"listen", SHARE, false},
    {"read more", RELATED, false}, {"read next", RELATED, true}, {"read also", RELATED, false}, {"more", RELATED, false},
    {"related", RELATED, false}, {"related articles", RELATED, true}, {"related stories", RELATED, true}, {"related posts", RELATED, true},
    {"related news", RELATED, true}, {"related topics", RELATED, false}, {"related content", RELATED, true}, {"you may also like", RELATED, true},
    {"you might also like", RELATED, true}, {"recommended", RELATED, false}, {"recommended for you", RELATED, true}, {"more stories", RELATED, true},
    {"more news", RELATED, true}, {"most read", RELATED, true}, {"most popular", RELATED, true}, {"trending", RELATED, false},
    {"trending now", RELATED, true}, {"latest news", RELATED, false}, {"top stories", RELATED, false}, {"editor's picks", RELATED, true},
    {"editors' picks", RELATED, true}, {"see also", RELATED, false}, {"up next", RELATED, false}, {"recent posts", RELATED, true},
    {"don't miss", RELATED, false}, {"mehr zum thema", RELATED, true}, {"ähnliche beiträge", RELATED, true}, {"auch interessant", RELATED, true},
    {"das könnte sie auch interessieren", RELATED, true}, {"lesen sie auch", RELATED, false}, {"weiterlesen", RELATED, false},
    {"meistgelesen", RELATED, true}, {"lire aussi", RELATED, false}, {"à lire aussi", RELATED, false}, {"sur le même sujet", RELATED, true},
    {"lee también", RELATED, false}, {"te puede interesar", RELATED, false}, {"noticias relacionadas", RELATED, true}, {"leggi anche", RELATED, false},
    {"lees ook", RELATED, false}, {"leia também", RELATED, false}, {"читайте также", RELATED, false}, {"tags", NAVIGATION, false},
    {"topics", NAVIGATION, false}, {"categories", NAVIGATION, false}, {"home", NAVIGATION, false}, {"menu", NAVIGATION, false},
    {"search", NAVIGATION, false}, {"next", NAVIGATION, false}, {"previous", NAVIGATION, false}, {"next article", NAVIGATION, false},
    {"previous article", NAVIGATION, false}, {"next post", NAVIGATION, false}, {"previous post", NAVIGATION, false}, {"back to top", NAVIGATION, false},
    {"skip to content", NAVIGATION, false}, {"skip to main content", NAVIGATION, false}, {"table of contents", NAVIGATION, false},
    {"privacy policy", NAVIGATION, false}, {"terms of service", NAVIGATION, false}, {"terms of use", NAVIGATION, false},
    {"contact us", NAVIGATION, false}, {"about us", NAVIGATION, false}, {"impressum", NAVIGATION, false}, {"datenschutz", NAVIGATION, false},
    {"loading", NAVIGATION, false}, {"show more", NAVIGATION, false}, {"load more", NAVIGATION, false}, {"view more", NAVIGATION, false},
    {"continue reading", NAVIGATION, false}, {"see more", NAVIGATION, false}, {"click here", NAVIGATION, false}, {"close", NAVIGATION, false},
    {"themen", NAVIGATION, false}, {"schlagworte", NAVIGATION, false}, {"zurück", NAVIGATION, false}, {"etiquetas", NAVIGATION, false},
    {"newsletter", NEWSLETTER, false}, {"newsletters", NEWSLETTER, false}, {"subscribe", NEWSLETTER, false}, {"subscribe now", NEWSLETTER, false},
    {"sign up", NEWSLETTER, false}, {"sign up for our newsletter", NEWSLETTER, false}, {"subscribe to our newsletter", NEWSLETTER, false},
    {"get the newsletter", NEWSLETTER, false}, {"abonnieren", NEWSLETTER, false}, {"s'abonner", NEWSLETTER, false}, {"suscríbete", NEWSLETTER, false},
    {"log in", LOGIN, false}, {"login", LOGIN, false}, {"sign in", LOGIN, false}, {"register", LOGIN, false}, {"anmelden", LOGIN, false},
    {"my account", LOGIN, false}, {"create account", LOGIN, false}, {"create an account", LOGIN, false}, {"already a subscriber", LOGIN, false},
    {"advertisement", ADVERT, false}, {"advertisements", ADVERT, false}, {"ad", ADVERT, false}, {"sponsored", ADVERT, false},
    {"sponsored content", ADVERT, false}, {"article continues below", ADVERT, false}, {"story continues below", ADVERT, false},
    {"article continues after advertisement", ADVERT, false}, {"advertisement - scroll to continue", ADVERT, false},
    {"story continues below advertisement", ADVERT, false}, {"anzeige", ADVERT, false}, {"werbung", ADVERT, false}, {"publicité", ADVERT, false},
    {"publicidad", ADVERT, false}, {"pubblicità", ADVERT, false}, {"advertentie", ADVERT, false}, {"publicidade", ADVERT, false},
    {"реклама", ADVERT, false}, {"scroll to continue", ADVERT, false}, {"continue reading below", ADVERT, false},
    {"image", CAPTION, false}, {"photo", CAPTION, false}, {"getty images", CAPTION, false}, {"file photo", CAPTION, false},
    {"representational image", CAPTION, false}, {"reuters", CREDIT, false}, {"all rights reserved", COPYRIGHT, false},
    {"accept all", COOKIES, false}, {"accept cookies", COOKIES, false}, {"accept", COOKIES, false}, {"cookie settings", COOKIES, false},
    {"manage cookies", COOKIES, false}, {"reject all", COOKIES, false},
};

/* A line that begins so and is no longer than `most` bytes. */
static const struct { const char *words; size_t most; const char *why; bool ends; } starts[] = {
    {"your email address will not be published", 160, COMMENTS, false}, {"required fields are marked", 60, COMMENTS, false},
    {"you must be logged in to post", 120, COMMENTS, false}, {"you must log in to post", 120, COMMENTS, false},
    {"save my name, email", 160, COMMENTS, false}, {"be the first to comment", 120, COMMENTS, false},
    {"notify me of follow-up", 120, COMMENTS, false}, {"notify me of new", 120, COMMENTS, false}, {"this site uses akismet", 200, COMMENTS, false},
    {"deine e-mail-adresse wird nicht", 160, COMMENTS, false}, {"votre adresse e-mail ne sera pas", 160, COMMENTS, false},
    {"tu dirección de correo electrónico no", 160, COMMENTS, false}, {"il tuo indirizzo email non", 160, COMMENTS, false},
    {"share this:", 80, SHARE, false}, {"share on ", 60, SHARE, false}, {"share via ", 60, SHARE, false}, {"like this:", 60, SHARE, false},
    {"click to share", 90, SHARE, false}, {"follow us on ", 120, SHARE, false}, {"find us on ", 90, SHARE, false}, {"click to email", 90, SHARE, false},
    {"click to print", 90, SHARE, false}, {"join our whatsapp", 160, SHARE, false}, {"join us on telegram", 120, SHARE, false},
    {"get all the latest", 200, NEWSLETTER, false}, {"download our app", 160, NEWSLETTER, false}, {"download the app", 160, NEWSLETTER, false},
    {"read more:", 300, RELATED, false}, {"read more about", 200, RELATED, false}, {"read also:", 300, RELATED, false}, {"also read:", 300, RELATED, false},
    {"also read |", 300, RELATED, false}, {"read |", 300, RELATED, false}, {"read:", 200, RELATED, false}, {"related:", 300, RELATED, false},
    {"see also:", 300, RELATED, false}, {"watch:", 200, RELATED, false}, {"watch |", 200, RELATED, false}, {"more on this story", 100, RELATED, false},
    {"more from ", 80, RELATED, false}, {"recommended:", 200, RELATED, false}, {"don't miss:", 200, RELATED, false}, {"lesen sie auch:", 300, RELATED, false},
    {"lesen sie mehr", 300, RELATED, false}, {"mehr dazu:", 300, RELATED, false}, {"lire aussi", 300, RELATED, false}, {"à lire aussi", 300, RELATED, false},
    {"lee también", 300, RELATED, false}, {"leggi anche", 300, RELATED, false}, {"lees ook", 300, RELATED, false}, {"leia também", 300, RELATED, false},
    {"leia mais", 300, RELATED, false}, {"читайте также", 300, RELATED, false},
    {"subscribe to ", 200, NEWSLETTER, false}, {"sign up for ", 200, NEWSLETTER, false}, {"sign up to ", 200, NEWSLETTER, false},
    {"get our newsletter", 160, NEWSLETTER, false}, {"enter your email", 120, NEWSLETTER, false}, {"by signing up", 300, NEWSLETTER, false},
    {"by clicking ", 300, NEWSLETTER, false}, {"by subscribing", 300, NEWSLETTER, false}, {"this site is protected by recaptcha", 200, NEWSLETTER, false},
    {"thank you for subscribing", 120, NEWSLETTER, false}, {"you have successfully subscribed", 120, NEWSLETTER, false},
    {"we use cookies", 500, COOKIES, false}, {"this website uses cookies", 500, COOKIES, false}, {"this site uses cookies", 500, COOKIES, false},
    {"by continuing to use", 400, COOKIES, false}, {"wir verwenden cookies", 500, COOKIES, false},
    {"tags:", 300, NAVIGATION, false}, {"tagged:", 300, NAVIGATION, false}, {"filed under", 200, NAVIGATION, false}, {"topics:", 300, NAVIGATION, false},
    {"posted in ", 120, NAVIGATION, false}, {"categories:", 200, NAVIGATION, false}, {"category:", 120, NAVIGATION, false},
    {"keywords:", 300, NAVIGATION, false}, {"skip to ", 40, NAVIGATION, false}, {"schlagwörter:", 200, NAVIGATION, false},
    {"copyright ", 300, COPYRIGHT, false}, {"© ", 300, COPYRIGHT, false}, {"©", 300, COPYRIGHT, false}, {"(c) 20", 300, COPYRIGHT, false},
    {"all rights reserved", 200, COPYRIGHT, false}, {"alle rechte vorbehalten", 200, COPYRIGHT, false}, {"tous droits réservés", 200, COPYRIGHT, false},
    {"photo:", 300, CAPTION, false}, {"photo by", 200, CAPTION, false}, {"photo credit", 200, CAPTION, false}, {"photograph:", 200, CAPTION, false},
    {"image:", 300, CAPTION, false}, {"image credit", 200, CAPTION, false}, {"image source", 200, CAPTION, false}, {"picture:", 200, CAPTION, false},
    {"foto:", 300, CAPTION, false}, {"bild:", 300, CAPTION, false}, {"file photo", 200, CAPTION, false}, {"file image", 200, CAPTION, false},
    {"featured image", 200, CAPTION, false}, {"photographer:", 200, CAPTION, false}, {"crédit photo", 200, CAPTION, false},
    {"representational image", 120, CAPTION, false}, {"video:", 200, CAPTION, false}, {"illustration:", 200, CAPTION, false},
    {"advertisement", 60, ADVERT, false}, {"(with inputs from", 160, CREDIT, false}, {"with inputs from", 160, CREDIT, false},
    {"(except for the headline", 300, CREDIT, false}, {"(this story has not been edited", 300, CREDIT, false},
    {"published on", 80, DATE, false}, {"published:", 80, DATE, false}, {"published ", 60, DATE, false}, {"updated:", 80, DATE, false},
    {"updated on", 80, DATE, false}, {"last updated", 90, DATE, false}, {"last modified", 90, DATE, false}, {"posted on", 80, DATE, false},
    {"first published", 90, DATE, false}, {"veröffentlicht am", 80, DATE, false}, {"veröffentlicht:", 80, DATE, false}, {"stand:", 60, DATE, false},
    {"aktualisiert", 80, DATE, false}, {"publié le", 80, DATE, false}, {"mis à jour", 80, DATE, false}, {"publicado", 80, DATE, false},
    {"actualizado", 80, DATE, false}, {"pubblicato", 80, DATE, false},
};

/* A credit at the end of a short line, which makes the line a caption. */
static const char *const credit_words[] = {"photo", "image", "picture", "foto", "bild", "credit", "getty", "reuters", "afp", "ap photo", "/ap", "epa", "pool/",
                                           "/pool", "shutterstock", "file)", "file]", "handout", "courtesy", "imago", "dpa", "anadolu", "xinhua", "bloomberg",
                                           "via ap", "screengrab", "tass", "alamy", "istock", "wikimedia", "wikipedia", "flickr", "unsplash", "pixabay", "pexels"};

size_t line_chars(struct slice line)
{
    size_t n = 0;
    for (size_t i = 0; i < line.len; i++) n += ((unsigned char)line.ptr[i] & 0xC0) != 0x80;
    return n;
}

size_t line_words(struct slice line)
{
    size_t n = 0;
    for (size_t i = 0; i < line.len; i++) n += line.ptr[i] > ' ' || line.ptr[i] < 0 ? i == 0 || line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\n' : 0;
    return n;
}

/* Closing quotes, brackets and spaces at the end of a line, stepped over. */
static size_t before_closers(struct slice s)
{
    static const char *const closers[] = {"\xE2\x80\x9D", "\xE2\x80\x99", "\xC2\xBB", "\"", "'", ")", "]", " ", "\xE3\x80\x8D", "*"};
    size_t e = s.len;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < COUNT(closers) && !more; i++) {
            size_t n = strlen(closers[i]);
            if (e < n || memcmp(s.ptr + e - n, closers[i], n) != 0) continue;
            e -= n;
            more = true;
        }
    }
    return e;
}

bool line_is_closed(struct slice line)
{
    static const char *const stops[] = {".", "!", "?", "\xE2\x80\xA6", "\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F", "\xE0\xA5\xA4", "\xD8\x9F", "\xDB\x94"};
    size_t e = before_closers(line);
    for (size_t i = 0; i < COUNT(stops); i++)
        if (slice_ends(slice_cut(line, 0, e), slice_of(stops[i]))) return true;
    return false;
}

bool line_is_headline(struct slice line)
{
    size_t chars = line_chars(line), e = before_closers(line);
    if (chars < 8 || chars > 220 || line_words(line) > 36) return false;
    char last = e ? line.ptr[e - 1] : ' ';
    if (last == ':' || last == ',' || last == ';') return false;
    if (last != '.') return true;
    return e > 3 && line.ptr[e - 3] == '.'; /* U.S. and the like */
}

/* --- looking --- */


static struct slice lower(struct slice s, char *out, bool straight)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i], d = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0;
        if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + 32);
        if (straight && c == 0xE2 && d == 0x80 && i + 2 < s.len && (unsigned char)s.ptr[i + 2] == 0x99) {
            c = '\'';
            i += 2;
        } else if (c == 0xC3 && d >= 0x80 && d <= 0x9E && d != 0x97) {
            out[n++] = (char)c;
            c = (unsigned char)(d + 0x20);
            i++;
        } else if (c == 0xD0 && d >= 0x90 && d <= 0xAF) {
            out[n++] = (char)(d < 0xA0 ? 0xD0 : 0xD1);
            c = (unsigned char)(d < 0xA0 ? d + 0x20 : d - 0x20);
            i++;
        }
        out[n++] = (char)c;
    }
    return (struct slice){out, n};
}

struct slice line_lower(struct slice s, char *out) { return lower(s, out, true); }

struct slice line_small(struct slice s, char *out) { return lower(s, out, false); }

static bool is_mark(unsigned char c)
{
    return c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z');
}

static struct slice without_marks(struct slice s)
{
    size_t b = 0, e = s.len;
    while (b < e && is_mark((unsigned char)s.ptr[b])) b++;
    while (e > b && is_mark((unsigned char)s.ptr[e - 1])) e--;
    return slice_cut(s, b, e);
}

static bool has_letters(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_mark((unsigned char)s.ptr[i])) return true;
    return false;
}

static bool is_counter(struct slice s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9') digits++;
        else if (!strchr(".,+ kKmM", s.ptr[i])) return false;
    }
    return digits > 0 && s.len <= 12;
}

/* "129 shares", "3 comments", "5 min read". */
static const char *counted(struct slice low)
{
    static const struct { const char *word, *why; } words[] = {
        {"share", SHARE}, {"shares", SHARE}, {"comment", COMMENTS}, {"comments", COMMENTS}, {"views", COUNTER}, {"view", COUNTER}, {"likes", COUNTER},
        {"min read", COUNTER}, {"mins read", COUNTER}, {"minute read", COUNTER}, {"minutes read", COUNTER}, {"min. read", COUNTER}, {"replies", COMMENTS},
        {"reads", COUNTER}, {"kommentare", COMMENTS}, {"kommentar", COMMENTS}, {"commentaires", COMMENTS}, {"comentarios", COMMENTS}, {"min lesezeit", COUNTER},
        {"minutes de lecture", COUNTER}, {"min de lecture", COUNTER}, {"retweets", SHARE}, {"followers", SHARE}, {"votes", COUNTER}, {"commenti", COMMENTS}};
    size_t i = 0;
    while (i < low.len && strchr("0123456789.,k+- ", low.ptr[i])) i++;
    if (i == 0 || low.len - i > 24) return NULL;
    struct slice rest = without_marks(slice_cut(low, i, low.len));
    for (size_t k = 0; k < COUNT(words); k++)
        if (slice_eq(rest, slice_of(words[k].word))) return words[k].why;
    return NULL;
}

/* An address alone, or behind a word: "Source: https://..." */
static struct slice address_in(struct slice line, size_t *before)
{
    size_t at = slice_find(line, SLICE("http"), 0);
    while (at != SIZE_MAX && !slice_starts(slice_cut(line, at + 4, line.len), SLICE("://")) && !slice_starts(slice_cut(line, at + 4, line.len), SLICE("s://")))
        at = slice_find(line, SLICE("http"), at + 1);
    if (at == SIZE_MAX) return (struct slice){NULL, 0};
    size_t e = at;
    while (e < line.len && line.ptr[e] > ' ' && !strchr("<>\"|", line.ptr[e])) e++;
    while (e > at && strchr(".,;)]", line.ptr[e - 1])) e--;
    *before = at;
    return slice_cut(line, at, e);
}

static bool source_line(struct slice line, struct slice low, struct line_says *out)
{
    static const char *const words[] = {"source", "sources", "original source", "via", "read the original article", "original article", "read more at", "link",
                                        "url", "quelle", "fuente", "fonte", "originally published at", "read the full article", "full article", "bron",
                                        "canonical", "permalink", "read the original", "источник"};
    size_t before = 0;
    struct slice url = address_in(line, &before);
    if (url.len == 0 || url.len + before + 4 < line.len) return false;
    struct slice label = without_marks(slice_cut(low, 0, before));
    bool known = label.len == 0;
    for (size_t i = 0; i < COUNT(words) && !known; i++) known = slice_eq(label, slice_of(words[i]));
    if (!known) return false;
    out->why = SOURCE;
    out->url = url;
    return true;
}

/* "The post TITLE appeared first on OUTLET." and its relatives. Offsets of low are those of line only when no letter changed its length. */
static bool syndication_line(struct slice line, struct line_says *out)
{
    static const struct { const char *start, *middle; } forms[] = {
        {"The post ", " appeared first on "}, {"The post ", " first appeared on "}, {"This article ", " appeared first on "},
        {"Der Beitrag ", " erschien zuerst auf "}, {"L\xE2\x80\x99" "article ", " est apparu en premier sur "}, {"La entrada ", " se public\xC3\xB3 primero en "},
        {"The post ", " was originally published on "}, {"", "first appeared on "}, {"", "originally appeared on "}, {"", "originally published on "},
        {"", "originally published by "}, {"", "originally appeared in "}, {"", "first published on "}, {"", "first published in "}, {"", "erschien zuerst auf "},
        {"", "appeared first on "}};
    static const char *const hints[] = {"appeared ", "published ", "erschien ", " apparu ", " public\xC3\xB3 "};
    bool likely = false;
    for (size_t i = 0; i < COUNT(hints) && !likely; i++) likely = slice_find(line, slice_of(hints[i]), 0) != SIZE_MAX;
    for (size_t i = 0; likely && i < COUNT(forms); i++) {
        struct slice start = slice_of(forms[i].start), middle = slice_of(forms[i].middle);
        size_t at = slice_starts(line, start) ? slice_find(line, middle, start.len) : SIZE_MAX;
        if (at == SIZE_MAX || (start.len == 0 && at > 60) || line.len - at > 160) continue;
        struct slice rest = slice_trim(slice_cut(line, at + middle.len, line.len));
        while (rest.len && strchr(".|) ", rest.ptr[rest.len - 1])) rest.len--;
        if (rest.len == 0 || line_words(rest) > 8 || slice_find(rest, SLICE(". "), 0) != SIZE_MAX) continue;
        out->why = SYNDICATION;
        out->outlet = rest;
        if (start.len) out->title = slice_cut(line, start.len, at);
        return true;
    }
    return false;
}

/* Ends in brackets that hold a photo credit, or in "| Getty Images". */
static bool caption_line(struct slice line, struct slice low)
{
    size_t e = low.len;
    while (e && strchr(" |.", low.ptr[e - 1])) e--;
    size_t b = e;
    if (e && (low.ptr[e - 1] == ']' || low.ptr[e - 1] == ')')) {
        char open = low.ptr[e - 1] == ']' ? '[' : '(';
        while (b && low.ptr[b - 1] != open) b--;
    } else {
        size_t bar = e;
        while (bar && low.ptr[bar - 1] != '|') bar--;
        b = bar > 1 && e - bar < 60 ? bar : e;
        if (b < e && line_words(slice_cut(low, b, e)) > 6) return false;
    }
    struct slice in = slice_cut(low, b, e);
    if (b == 0 || in.len < 3 || in.len > 120 || line.len > 500) return false;
    for (size_t i = 0; i < COUNT(credit_words); i++)
        if (slice_find(in, slice_of(credit_words[i]), 0) != SIZE_MAX) return true;
    return false;
}

static bool is_capital(const char *p, const char *end)
{
    unsigned char c = (unsigned char)*p, d = p + 1 < end ? (unsigned char)p[1] : 0;
    return (c >= 'A' && c <= 'Z') || (c == 0xC3 && d >= 0x80 && d <= 0x9E) || (c == 0xD0 && d >= 0x80 && d <= 0xAF) || (c == 0xC4 || c == 0xC5);
}

/* Two to four words with capitals: could be a person. */
static bool is_name(struct slice s)
{
    size_t words = 0, capitals = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ' ' || (i > 0 && s.ptr[i - 1] != ' ')) {
            if (s.ptr[i] >= '0' && s.ptr[i] <= '9') return false;
            if (strchr("!?:;@/", s.ptr[i])) return false;
            continue;
        }
        words++;
        capitals += is_capital(s.ptr + i, s.ptr + s.len);
    }
    return words >= 2 && words <= 9 && capitals * 3 >= words * 2;
}

static bool byline_line(struct slice line, struct line_says *out)
{
    static const char *const words[] = {"By ", "BY ", "by ", "Written by ", "Story by ", "Reported by ", "Author: ", "Von ", "Par ", "Por ", "Di ", "Door ", "Autor: ", "By: ",
                                        "Reporting by ", "Автор: "};
    if (line.len > 120) return false;
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!slice_starts(line, slice_of(words[i]))) continue;
        struct slice name = slice_cut(line, strlen(words[i]), line.len);
        if (!is_name(name) || line_is_closed(line)) continue;
        out->why = BYLINE;
        out->byline = name;
        return true;
    }
    return false;
}

static int by_words(const void *key, const void *row)
{
    return slice_cmp(*(const struct slice *)key, slice_of(((const struct phrase *)row)->words));
}

static const struct phrase *whole_line(struct slice core)
{
    for (size_t i = 0; i < COUNT(whole); i++)
        if (core.len > 0 && whole[i].words[0] == core.ptr[0] && by_words(&core, &whole[i]) == 0) return &whole[i];
    return NULL;
}

struct line_says line_look(struct slice line)
{
    struct line_says says = {NULL};
    char room[LINE_LOOK_MAX + 8];
    line = slice_trim(line);
    if (line.len == 0 || line.len > LINE_LOOK_MAX) return says;
    if (is_counter(line)) {
        says.why = COUNTER;
        says.counter = true;
        return says;
    }
    if (!has_letters(line)) {
        says.why = MARKUP;
        return says;
    }
    struct slice low = line_lower(line, room), core = without_marks(low);
    const struct phrase *p = core.len <= 64 ? whole_line(core) : NULL;
    if (p) {
        says.why = p->why;
        says.ends = p->ends;
        return says;
    }
    if ((says.why = counted(low)) != NULL) return says;
    if (source_line(line, low, &says) || syndication_line(line, &says) || byline_line(line, &says)) return says;
    struct slice opening = slice_cut(low, (size_t)(core.ptr - low.ptr), low.len);
    for (size_t i = 0; i < COUNT(starts); i++) {
        char c = starts[i].words[0];
        if (low.len > starts[i].most || (c != low.ptr[0] && (opening.len == 0 || c != opening.ptr[0]))) continue;
        if (!slice_starts(low, slice_of(starts[i].words)) && !slice_starts(opening, slice_of(starts[i].words))) continue;
        if (starts[i].why == DATE && line_is_closed(line)) continue;
        says.why = starts[i].why;
        says.ends = starts[i].ends;
        if (says.why == DATE) says.date = line;
        return says;
    }
    if (caption_line(line, low)) says.why = CAPTION;
    return says;
}
