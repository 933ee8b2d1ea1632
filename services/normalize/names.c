/* names.c - what the letters of a name tell. */
#include "names.h"

#include "lines.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { LONGEST = 200 }; /* bytes of a name: a page may put all its text where one is looked for */

const char *const name_helpers[] = {"reviewed by", "edited by", "fact checked by", "fact-checked by", "checked by", "updated by", "produced by", "translated by", "illustrated by", "illustration by",
                                   "illustrations by", "graphics by", "photo by", "photos by", "photography by", "photographs by", "styled by", "contributions from", NULL};

size_t name_squeeze(struct slice s, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < cap; i++) {
        char c = s.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80) out[n++] = c;
    }
    return n;
}

bool name_holds(struct slice a, struct slice b)
{
    char x[256], y[256];
    struct slice s = {x, name_squeeze(a, x, sizeof x)}, t = {y, name_squeeze(b, y, sizeof y)};
    if (s.len < 2 || t.len < 2 || s.len > 2 * t.len || t.len > 2 * s.len) return false;
    return slice_find(s, t, 0) != SIZE_MAX || slice_find(t, s, 0) != SIZE_MAX;
}

bool name_is_person_s(struct slice s)
{
    static const char *const firms[] = {"news", "times", "post", "media", "team", "agency", "group", "press", "staff", "blog", "online", "magazine", "daily", "studio", "the ", "redaktion", "editor"};
    char room[128];
    struct slice low = line_lower(slice_cut(s, 0, 120), room);
    size_t words = line_words(s);
    if (words < 2 || words > 3) return false;
    for (size_t i = 0; i < COUNT(firms); i++)
        if (slice_find(low, slice_of(firms[i]), 0) != SIZE_MAX) return false;
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (i > 0 && s.ptr[i - 1] != ' ') continue;
        if (s.ptr[i] < 'A' || s.ptr[i] > 'Z' || (s.ptr[i + 1] >= 'A' && s.ptr[i + 1] <= 'Z')) return false;
    }
    return true;
}

bool name_is_plausible(struct slice s)
{
    static const char *const within[] = {"de", "van", "von", "der", "den", "la", "le", "di", "da", "del", "della", "al", "el", "bin", "ibn", "y", "e", "dos", "das", "do", "du", "ten", "ter", "zu", "af", "av"};
    static const char *const no_starts[] = {"The ", "About ", "Our ", "Your ", "Meet ", "More ", "Written ", "In ", "My "};
    if (s.len > LONGEST) return false;
    size_t words = line_words(s);
    if (words < 2 || words > 5) return false;
    for (size_t i = 0; i < COUNT(no_starts); i++)
        if (slice_starts(s, slice_of(no_starts[i]))) return false;
    for (size_t b = 0, e; b < s.len; b = e + 1) {
        for (e = b; e < s.len && s.ptr[e] != ' ';) e++;
        unsigned char c = (unsigned char)s.ptr[b];
        bool fine = e == b || (c >= 'A' && c <= 'Z') || c >= 0x80 || (e > b + 2 && (s.ptr[b + 1] == '\'' || s.ptr[b + 2] == '\''));
        for (size_t i = 0; i < COUNT(within) && b > 0; i++) fine = fine || slice_eq(slice_cut(s, b, e), slice_of(within[i]));
        if (!fine) return false;
    }
    return true;
}

bool name_same(struct slice said, struct slice seen)
{
    size_t more = seen.len > said.len ? seen.len - said.len : 0;
    return slice_eq_nocase(said, seen) || (more >= 3 && more <= 10 && seen.ptr[more - 1] == ' ' && slice_eq_nocase(slice_cut(seen, more, seen.len), said));
}
