/* people.c - bylines cut into names. */
#include "people.h"

#include "lines.h"
#include "names.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *const openings[] = {"by ", "by: ", "von ", "par ", "por ", "di ", "door ", "av ", "af ", "written by ", "words by ", "story by ", "reported by ", "posted by ", "published by ",
                                       "author: ", "author ", "autor: ", "text: ", "texte ", "de notre ", "reporting by ", "article by ", "автор: ", "by\xC2\xA0", "- ", "| ", "about ", "text by ", "article by: ", "recipe by ", "this post was written by ", "this article was written by ", "interview by ", "review by ", "opinion by ", "analysis by ", "\xE2\x80\xA2 ", "authored by ", "authored by: ", "written by: ", "posted by: ", "geschrieben von ", "yazan: "};
static const char *const cuts[] = {" and ", " und ", " et ", " y ", " e ", " & ", ", and ", " with ", " og ", " och ", " en "};
static const char *const no_names[] = {"http", "www.", "@", ".com", "mins read", "read time", "view all", "see all", "all posts", "read more", "follow", "updated", "published", "minutes", "min read", "subscribe",
                                       "comment", "share", "facebook.com", "view profile", "posts by", "image:", "photo", "sponsored", "the author", "getty images", "unsplash", "bearbeiten", "verified", "fact checked", "content:", "design:", "code:", "{{", "<%", "contributors", "about the", "meet the", "full bio"};
/* Words that only a post or role has: such a part is no name when a name came before. */
static const char *const roles[] = {"officer", "chief", "director", "head of", "editor", "contributor", "reporter", "correspondent", "columnist", "writer", "manager", "specialist", "consultant", "expert", "president", "founder", "professor", "reviewer", "facebook", "marketing", "development", "strategist", "analyst", "dietitian", "nutritionist", "producer", "redaktion", "journalist", "ceo", "associated press", "staff"};
static const char *const endings[] = {"ph.d", "phd", "m.d", "md", "jr", "sr", "esq", "rd", "ms", "ma", "mba", "cpa", "rn", "cfp", "iii", "ii", "dds", "do", "m.a", "mph"};

/* Who stands for nobody. */
static const char *const nobodies[] = {"admin", "administrator", "staff writer", "staff reporter", "staff report", "editor", "editors", "editorial team", "guest author", "guest contributor", "webmaster", "undefined", "null", "none", "anonymous", "unknown", "guest", "staff reports", "from staff reports", "agencies"};

static bool has(struct slice s, const char *word) { return slice_find(s, slice_of(word), 0) != SIZE_MAX; }

static struct slice low_of(struct slice s, char *room) { return line_small(slice_cut(s, 0, 120), room); }

static struct slice without_opening(struct slice s)
{
    char room[128];
    for (bool more = true; more;) {
        struct slice low = low_of(s, room);
        more = false;
        for (size_t i = 0; i < COUNT(openings) && !more; i++) {
            bool alone = low.len > 1 && low.len + 1 == strlen(openings[i]) && slice_starts(slice_of(openings[i]), low); /* "Written by" and nothing more */
            if (!alone && !slice_starts(low, slice_of(openings[i]))) continue;
            s = slice_trim(slice_cut(s, strlen(openings[i]), s.len));
            more = true;
        }
        if (!more && s.len > 4 && (slice_starts(s, SLICE("by")) || slice_starts(s, SLICE("By"))) && s.ptr[2] >= 'A' && s.ptr[2] <= 'Z') s = slice_cut(s, 2, s.len); /* "byAda Marsh" */
    }
    return s;
}

static struct slice tidy(struct slice s)
{
    s = slice_trim(s);
    while (s.len && strchr(".,;:|-/*()[]\"", s.ptr[0])) s = slice_trim(slice_cut(s, 1, s.len));
    while (s.len && strchr(",;:|-/*([\"", s.ptr[s.len - 1])) s = slice_trim(slice_cut(s, 0, s.len - 1));
    size_t bracket = slice_find(s, SLICE(" ("), 0);
    if (bracket != SIZE_MAX && bracket > 3) s = slice_trim(slice_cut(s, 0, bracket));
    return s;
}

/* mdr.de, page.author.name and the like: no space, and two or three letters behind the last full stop, or two full stops between words. */
static bool is_host(struct slice low)
{
    size_t dot = low.len, joints = 0;
    for (size_t i = 0; i < low.len; i++) {
        if (low.ptr[i] == ' ') return false;
        if (low.ptr[i] != '.') continue;
        joints += i + 2 < low.len && i > 2 && low.ptr[i - 2] != '.' && low.ptr[i + 2] != '.';
        dot = i;
    }
    return (dot > 1 && dot + 3 <= low.len && dot + 4 >= low.len) || joints > 1;
}

static const char *const calendar[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "published", "updated"};

/* A day of the week, or the short form of one or of a month ("Sat", "Monday"), but for those that are names too. */
static bool is_calendar(struct slice low)
{
    if (slice_eq(low, SLICE("jan")) || slice_eq(low, SLICE("may"))) return false;
    bool day = slice_ends(low, SLICE("day")) && !memchr(low.ptr, ' ', low.len);
    for (size_t i = 0; i < COUNT(calendar); i++)
        if (slice_starts(low, slice_of(calendar[i])) && (low.len == 3 || day)) return true;
    return false;
}

static bool is_person(struct slice s, struct slice outlet)
{
    char room[128];
    size_t digits = 0, letters = 0;
    if (s.len < 2 || s.len > 100 || line_words(s) > 8) return false;
    struct slice low = low_of(s, room);
    for (size_t i = 0; i < COUNT(no_names); i++)
        if (has(low, no_names[i])) return false;
    for (size_t i = 0; i < COUNT(nobodies); i++)
        if (slice_eq(low, slice_of(nobodies[i]))) return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        digits += c >= '0' && c <= '9';
        letters += ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= 0xC3 && c != 0xE2);
    }
    if (!memchr(s.ptr, '(', s.len) && memchr(s.ptr, ')', s.len)) return false;
    if (is_calendar(low)) return false;
    return digits < 3 && digits + 1 < s.len && letters > 0 && !is_host(low) && !(outlet.len && slice_eq_nocase(s, outlet));
}

/* The name without the date, the dash or the place that stands behind it. */
static struct slice before_date(struct slice s)
{
    char room[128];
    struct slice low = low_of(s, room);
    static const char *const breaks[] = {" - ", " \xE2\x80\x93 ", " \xE2\x80\x94 ", " \xE2\x80\xA2 ", " | ", " on behalf", " in ", " at ", " for ", " on ", " published ", " updated ", " posted ", " zuerst ", (" ver\xC3\xB6" "ffentlicht")};
    for (size_t i = 0; i < COUNT(breaks); i++) {
        size_t at = slice_find(low, slice_of(breaks[i]), 0);
        if (at != SIZE_MAX && at > 2 && low.len == slice_cut(s, 0, 120).len) low = slice_cut(low, 0, at);
    }
    for (size_t i = 0; i + 3 < low.len; i++) {
        if (i > 0 && low.ptr[i - 1] != ' ') continue;
        size_t digit = i;
        for (size_t k = 0; k < COUNT(calendar); k++)
            if (slice_starts(slice_cut(low, i, low.len), slice_of(calendar[k])))
                while (digit < low.len && !(low.ptr[digit] >= '0' && low.ptr[digit] <= '9')) digit++;
        if ((digit > i && digit < low.len && digit - i < 12) || (low.ptr[i] >= '0' && low.ptr[i] <= '9')) return slice_cut(s, 0, i);
    }
    return slice_cut(s, 0, low.len == slice_cut(s, 0, 120).len ? s.len : low.len);
}

static bool is_role(struct slice s)
{
    char room[128];
    struct slice low = low_of(s, room);
    for (size_t i = 0; i < COUNT(roles); i++)
        if (has(low, roles[i])) return true;
    return false;
}

/* Without the full stop that ends a sentence, not an initial. */
static struct slice without_stop(struct slice s)
{
    return s.len > 4 && s.ptr[s.len - 1] == '.' && s.ptr[s.len - 3] != ' ' ? slice_cut(s, 0, s.len - 1) : s;
}

/* Behind "by" when other words stand before it ("Guide by Ada Marsh"); before a role, or what says who took the pictures. */
static struct slice around_by(struct slice s)
{
    static const char *const behind[] = {" by: ", " by ", " as told to "};
    static const char *const before[] = {" the associated press", " associated press", " former ", " senior ", " staff ", " special to ", " contributor", " writer", " columnist", " founder", " photo", " illustration", " \xEA\xB8\xB0\xEC\x9E\x90"};
    char room[128];
    struct slice low = low_of(s, room);
    if (low.len < s.len) return s;
    for (size_t i = 0; i < COUNT(before); i++) {
        size_t at = slice_find(low, slice_of(before[i]), 0);
        if (at == SIZE_MAX || (line_words(slice_cut(s, 0, at)) < 2 && (unsigned char)s.ptr[0] < 0xE0)) continue;
        s = without_stop(tidy(slice_cut(s, 0, at)));
        low = slice_cut(low, 0, s.len);
    }
    for (size_t i = 0; i < COUNT(behind); i++) {
        size_t at = slice_find(low, slice_of(behind[i]), 0);
        if (at != SIZE_MAX && at + strlen(behind[i]) < low.len) return slice_trim(slice_cut(s, at + strlen(behind[i]), s.len));
    }
    return s;
}

static void add_one(struct people *p, size_t first, struct slice s, struct slice outlet)
{
    s = around_by(tidy(s));
    s = tidy(before_date(tidy(without_opening(tidy(s)))));
    if (p->n > first && is_role(s)) return;
    if (p->n >= PEOPLE_MAX || !is_person(s, outlet)) return;
    for (size_t i = 0; i < p->n; i++)
        if (slice_eq_nocase(p->name[i], s)) return;
    p->name[p->n++] = s;
}

static bool is_ending(struct slice s)
{
    char room[128];
    struct slice low = low_of(slice_trim(s), room);
    while (low.len && low.ptr[low.len - 1] == '.') low.len--;
    for (size_t i = 0; i < COUNT(endings); i++)
        if (slice_eq(low, slice_of(endings[i]))) return true;
    return false;
}

/* A single word behind a full name: "Ada Marsh, CEPF", "Ada Marsh, Astrologer". */
static bool is_appendage(const struct people *p, size_t before, struct slice s)
{
    s = tidy(s);
    return p->n > before && line_words(p->name[before]) > 1 && line_words(s) == 1 && s.len > 0 && (unsigned char)s.ptr[0] < 0xE0;
}

/* What a comma sets off is a name when it could be one, a title or place when it could not. */
static void add_list(struct people *p, size_t first, struct slice s, struct slice outlet)
{
    size_t b = 0, before = p->n;
    for (size_t i = 0; i <= s.len; i++) {
        bool cut = i == s.len || strchr(",;|/\n", s.ptr[i]);
        bool bullet = i + 1 < s.len && (memcmp(s.ptr + i, "\xC2\xB7", 2) == 0);
        if (!cut && !bullet) continue;
        struct slice part = slice_cut(s, b, i);
        b = i + (bullet ? 2 : 1);
        if (!is_ending(part) && !is_appendage(p, before, part)) add_one(p, first, part, outlet);
    }
}

/* What stands before the first place where `words` begin a part. */
static struct slice before_words(struct slice low, const char *words)
{
    for (size_t at = slice_find(low, slice_of(words), 0); at != SIZE_MAX; at = slice_find(low, slice_of(words), at + 1))
        if (at == 0 || strchr(" .,;|/(\n", low.ptr[at - 1])) return slice_cut(low, 0, at);
    return low;
}

/* The names before those who checked, edited or translated the text or took its pictures; nothing when these come first. */
static struct slice before_helpers(struct slice s)
{
    static const char *const labels[] = {"editor:", "editor :", "photos:", "foto:", "fotos:"};
    char room[512];
    struct slice low = line_small(slice_cut(s, 0, sizeof room), room);
    size_t looked = low.len;
    for (const char *const *job = name_helpers; *job != NULL; job++) low = before_words(low, *job);
    for (size_t i = 0; i < COUNT(labels); i++) low = before_words(low, labels[i]);
    if (low.len == looked) return s;
    struct slice left = slice_cut(s, 0, low.len);
    static const char *const ways[] = {"medically", "clinically", "legally", "expertly", "scientifically", "and", "fact", "&"};
    for (size_t i = 0; i < COUNT(ways); i++)
        if (slice_ends(slice_trim(low), slice_of(ways[i]))) left = slice_cut(left, 0, slice_trim(low).len - strlen(ways[i]));
    return without_stop(slice_trim(left));
}

void people_add(struct people *p, struct slice s, struct slice outlet)
{
    s = without_opening(slice_trim(s));
    if (has(s, "://") || slice_starts(s, SLICE("www.")) || (outlet.len && slice_eq_nocase(s, outlet))) return;
    s = before_helpers(s);
    size_t place = slice_find(s, SLICE(", in "), 0);
    if (place != SIZE_MAX && place > 0) s.len = place;
    size_t first = p->n;
    while (s.len > 0) {
        size_t at = SIZE_MAX, len = 0;
        for (size_t i = 0; i < COUNT(cuts); i++) {
            size_t k = slice_find(s, slice_of(cuts[i]), 0);
            if (k >= at) continue;
            at = k;
            len = strlen(cuts[i]);
        }
        add_list(p, first, slice_cut(s, 0, at), outlet);
        if (at == SIZE_MAX) return;
        s = slice_cut(s, at + len, s.len);
    }
}

bool people_hold_all(const struct people *longer, const struct people *shorter)
{
    for (size_t i = 0, k; i < shorter->n; i++) {
        for (k = 0; k < longer->n && !name_same(shorter->name[i], longer->name[k]);) k++;
        if (k == longer->n) return false;
    }
    return shorter->n > 0 && longer->n > shorter->n;
}
