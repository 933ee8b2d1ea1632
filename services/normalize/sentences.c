/* sentences.c - where sentences begin and end: ICU's rules with a layer for abbreviations. */
#include "sentences.h"

#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct sentences { UBreakIterator *it; };

struct sentences *sentences_create(void)
{
    UErrorCode status = U_ZERO_ERROR;
    struct sentences *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->it = ubrk_open(UBRK_SENTENCE, "en", NULL, 0, &status);
    if (U_FAILURE(status)) sentences_destroy(&s);
    return s;
}

void sentences_destroy(struct sentences **s)
{
    if (*s && (*s)->it) ubrk_close((*s)->it);
    free(*s);
    *s = NULL;
}

/* A name or number follows these; a sentence never ends with them. Without the full stop. */
static const char *const titles[] = {
    "Mr", "Mrs", "Ms", "Dr", "Prof", "Gen", "Lt", "Col", "Maj", "Capt", "Sgt", "Cpl", "Adm", "Cmdr", "Sen", "Rep", "Gov", "Pres", "Rev", "Fr", "St", "Hon", "Sr", "Msgr",
    "Mme", "Mlle", "Hr", "Fam", "Sra", "Dra", "No", "Nr", "vs", "v", "Art", "Fig", "pp", "Jan", "Feb", "Mar", "Apr", "Aug", "Sept", "Sep", "Oct", "Nov", "Dec", "Mt", "Ft",
    "Atty", "Supt", "Det", "Insp", "approx", "ca", "cf", "e.g", "i.e", "z.B", "d.h", "u.a", "bzw", "Dipl", "Ing", "Univ", "Brig", "Pvt", "Amb", "Sec", "Del", "Spc", "M"};
/* These may end a sentence: they do when a word follows that opens one. */
static const char *const shorts[] = {"U.S", "U.K", "U.N", "E.U", "D.C", "a.m", "p.m", "Inc", "Ltd", "Corp", "Co", "Jr", "etc", "U.S.A", "Bros", "Ph.D", "B.C", "A.D", "L.A", "N.Y", "Calif", "Mass", "Conn", "Fla"};
static const char *const openers[] = {"The", "A", "An", "It", "He", "She", "They", "We", "I", "But", "And", "In", "On", "At", "For", "This", "That", "These", "Those", "His", "Her",
                                      "Their", "However", "Meanwhile", "When", "While", "After", "Before", "If", "As", "There", "Some", "Many", "Most", "Its", "Since", "With", "By", "You", "So", "What", "Last"};

static bool listed(struct slice word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(word, slice_of(list[i]))) return true;
    return false;
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0xC3;
}

static bool blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

/* The word that ends before the full stop at `stop`. */
static struct slice word_before(struct slice t, size_t stop)
{
    size_t b = stop;
    while (b > 0 && !blank(t.ptr[b - 1]) && !strchr("([\"'", t.ptr[b - 1]) && stop - b < 24) b--;
    while (b < stop && ((unsigned char)t.ptr[b] & 0xC0) == 0x80) b++;
    if (stop - b > 3 && memcmp(t.ptr + b, "\xE2\x80", 2) == 0) b += 3; /* an opening quote */
    return slice_cut(t, b, stop);
}

static struct slice word_at(struct slice t, size_t at)
{
    size_t e = at;
    while (e < t.len && (letter(t.ptr[e]) || ((unsigned char)t.ptr[e] & 0xC0) == 0x80)) e++;
    return slice_cut(t, at, e);
}

/* True when the break before `next` is none: an abbreviation or initial ends there, or the sentence goes on behind a closing quote. */
static bool joined(struct slice t, size_t from, size_t next)
{
    size_t e = next;
    while (e > from && blank(t.ptr[e - 1])) e--;
    if (e == next && e > 0 && (t.ptr[e - 1] == '.' || t.ptr[e - 1] == '!' || t.ptr[e - 1] == '?')) return false;
    if (e > from && t.ptr[e - 1] == '.') {
        struct slice w = word_before(t, e - 1), after = word_at(t, next);
        if (w.len == 1 && w.ptr[0] >= 'A' && w.ptr[0] <= 'Z' && w.ptr[0] != 'I') return true;
        if (listed(w, titles, COUNT(titles))) return true;
        return listed(w, shorts, COUNT(shorts)) && !listed(after, openers, COUNT(openers)) && after.len > 0;
    }
    return next < t.len && t.ptr[next] >= 'a' && t.ptr[next] <= 'z' && e > from + 3 &&
           (t.ptr[e - 1] == '"' || memcmp(t.ptr + e - 3, "\xE2\x80\x9D", 3) == 0 || memcmp(t.ptr + e - 3, "\xE2\x80\x99", 3) == 0);
}

struct list { struct span *ptr; size_t len, cap; };

static enum err add(struct list *l, struct arena *mem, struct slice t, size_t b, size_t e)
{
    while (b < e && blank(t.ptr[b])) b++;
    while (e > b && blank(t.ptr[e - 1])) e--;
    if (b == e) return OK;
    if (l->len == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        struct span *more = arena_take(mem, cap * sizeof *more);
        if (more == NULL) return ERR_NOMEM;
        if (l->len) memcpy(more, l->ptr, l->len * sizeof *more);
        l->ptr = more;
        l->cap = cap;
    }
    l->ptr[l->len++] = (struct span){(uint32_t)b, (uint32_t)e};
    return OK;
}

enum err sentences_find(struct sentences *s, struct slice text, struct arena *mem, struct spans *out)
{
    UErrorCode status = U_ZERO_ERROR;
    UText *utext = utext_openUTF8(NULL, text.ptr ? text.ptr : "", (int64_t)text.len, &status);
    struct list l = {NULL, 0, 0};
    enum err e = OK;
    ubrk_setUText(s->it, utext, &status);
    if (U_FAILURE(status)) {
        utext_close(utext);
        return ERR_NOMEM;
    }
    size_t from = 0;
    for (int32_t at = ubrk_next(s->it); at != UBRK_DONE && e == OK; at = ubrk_next(s->it)) {
        size_t to = (size_t)at;
        bool line = to > 0 && text.ptr[to - 1] == '\n';
        if (!line && to < text.len && joined(text, from, to)) continue;
        e = add(&l, mem, text, from, to);
        from = to;
    }
    if (e == OK && from < text.len) e = add(&l, mem, text, from, text.len);
    utext_close(utext);
    *out = (struct spans){l.ptr, l.len};
    return e;
}
