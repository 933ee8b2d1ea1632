/* identity.c - names folded: titles, accents, short first names, other spellings, initials; and the id that comes of it. */
#include "identity.h"

#include <stdio.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <xxhash.h>

/* --- tables --- */

struct pair { const char *from, *to; };

/* Short forms of first names that news uses for one person, and other spellings of them. */
static const struct pair firsts[] = {
    {"joe", "joseph"}, {"mike", "michael"}, {"bill", "william"}, {"bob", "robert"}, {"rob", "robert"}, {"jim", "james"}, {"tom", "thomas"}, {"dan", "daniel"},
    {"chris", "christopher"}, {"dave", "david"}, {"steve", "stephen"}, {"steven", "stephen"}, {"rick", "richard"}, {"dick", "richard"}, {"ted", "edward"},
    {"ed", "edward"}, {"tony", "anthony"}, {"liz", "elizabeth"}, {"kate", "katherine"}, {"nick", "nicholas"}, {"ben", "benjamin"}, {"sam", "samuel"},
    {"matt", "matthew"}, {"ron", "ronald"}, {"don", "donald"}, {"ken", "kenneth"}, {"greg", "gregory"}, {"jeff", "jeffrey"}, {"andy", "andrew"},
    {"alex", "alexander"}, {"pete", "peter"}, {"tim", "timothy"}, {"larry", "lawrence"}, {"chuck", "charles"}, {"jack", "john"}, {"jon", "jonathan"},
    {"beth", "elizabeth"}, {"sue", "susan"}, {"charlie", "charles"}, {"fred", "frederick"}, {"ray", "raymond"}, {"pat", "patrick"}, {"phil", "philip"},
    {"doug", "douglas"}, {"vladimir", "volodymyr"}, {"oleksandr", "alexander"}, {"aleksandr", "alexander"}, {"sergey", "sergei"}, {"serhiy", "sergei"},
    {"andriy", "andrei"}, {"andrey", "andrei"}, {"dmitriy", "dmitri"}, {"dmitry", "dmitri"}, {"mykola", "nikolai"}, {"nikolay", "nikolai"}, {"yevgeny", "evgeny"},
    {"muhammad", "mohammed"}, {"mohammad", "mohammed"}, {"mohamed", "mohammed"}, {"ahmad", "ahmed"}, {"yusuf", "yousef"}, {"youssef", "yousef"},
};

/* Other spellings of a word in any name. */
static const struct pair spellings[] = {
    {"kiev", "kyiv"}, {"kharkov", "kharkiv"}, {"lvov", "lviv"}, {"odessa", "odesa"}, {"zaporozhye", "zaporizhzhia"}, {"zaporizhia", "zaporizhzhia"},
    {"dnepr", "dnipro"}, {"chernobyl", "chornobyl"}, {"peking", "beijing"}, {"bombay", "mumbai"}, {"calcutta", "kolkata"}, {"madras", "chennai"},
    {"saigon", "ho chi minh city"}, {"rangoon", "yangon"}, {"burma", "myanmar"}, {"turkiye", "turkey"}, {"czechia", "czech republic"}, {"swaziland", "eswatini"},
    {"st", "saint"}, {"ft", "fort"}, {"mt", "mount"}, {"al-qaida", "al-qaeda"}, {"qaida", "qaeda"}, {"hizbollah", "hezbollah"}, {"hizbullah", "hezbollah"},
    {"houthis", "houthi"}, {"taleban", "taliban"}, {"centre", "center"}, {"defence", "defense"}, {"labour", "labor"}, {"organisation", "organization"},
    {"&", "and"}, {"zelenskyy", "zelensky"}, {"zelenskiy", "zelensky"}, {"zelenskyi", "zelensky"}, {"qaddafi", "gaddafi"}, {"gadhafi", "gaddafi"}, {"kadafi", "gaddafi"},
};

/* Bodies and countries that everybody knows by their initials: the whole folded name. */
static const struct pair bodies[] = {
    {"us", "united states"}, {"usa", "united states"}, {"united states of america", "united states"}, {"un", "united nations"}, {"eu", "european union"},
    {"uk", "united kingdom"}, {"britain", "united kingdom"}, {"great britain", "united kingdom"}, {"uae", "united arab emirates"}, {"prc", "china"},
    {"drc", "democratic republic of congo"}, {"democratic republic of the congo", "democratic republic of congo"}, {"dr congo", "democratic republic of congo"},
    {"north atlantic treaty organization", "nato"}, {"world health organization", "who"}, {"world trade organization", "wto"},
    {"international monetary fund", "imf"}, {"federal bureau of investigation", "fbi"}, {"central intelligence agency", "cia"},
    {"national aeronautics and space administration", "nasa"}, {"international atomic energy agency", "iaea"}, {"international criminal court", "icc"},
    {"organization of the petroleum exporting countries", "opec"}, {"environmental protection agency", "epa"}, {"european central bank", "ecb"},
    {"washington dc", "washington"}, {"new york city", "new york"},
};

static const char *const titles[] = {"mr", "mrs", "ms", "dr", "president", "sen", "senator", "rep", "representative", "gov", "governor", "gen", "general", "prof",
    "professor", "sir", "minister", "justice", "judge", "secretary", "chancellor", "premier",
    "col", "colonel", "capt", "captain", "lt", "sgt", "maj", "rev", "mayor", "chairman", "congressman", "congresswoman", "ambassador", "prime",
    "vice", "foreign"};
static const char *const suffixes[] = {"jr", "sr", "ii", "iii", "iv"};
/* Words that begin a surname of several words. */
static const char *const particles[] = {"de", "del", "dos", "du", "von", "bin", "ibn"};
static const char *const small[] = {"of", "the", "and", "for", "in", "on", "to", "a", "an", "de", "la", "et", "und", "für"};

static const char *changed(const struct pair *all, size_t n, struct slice w)
{
    for (size_t i = 0; i < n; i++)
        if (cstr_eq(all[i].from, w)) return all[i].to;
    return NULL;
}

static bool listed(const char *const *all, size_t n, struct slice w)
{
    if (w.len > 1 && w.ptr[w.len - 1] == '.') w.len--;
    for (size_t i = 0; i < n && w.len > 0; i++) /* nearly every word differs in its first letter */
        if (all[i][0] == (w.ptr[0] | 0x20) && slice_eq_nocase(slice_of(all[i]), w)) return true;
    return false;
}
#define CHANGED(all, w) changed(all, sizeof(all) / sizeof(all)[0], w)
#define LISTED(all, w) listed(all, sizeof(all) / sizeof(all)[0], w)

/* --- cutting --- */

static struct slice first_word(struct slice s, struct slice *rest)
{
    s = slice_trim(s);
    size_t n = 0;
    while (n < s.len && s.ptr[n] != ' ' && s.ptr[n] != '\n' && s.ptr[n] != '\t') n++;
    *rest = slice_trim(slice_cut(s, n, s.len));
    return slice_cut(s, 0, n);
}

static struct slice last_word(struct slice s)
{
    size_t n = s.len;
    while (n > 0 && s.ptr[n - 1] != ' ' && s.ptr[n - 1] != '\n' && s.ptr[n - 1] != '\t') n--;
    return slice_cut(s, n, s.len);
}

static struct slice unowned(struct slice s)
{
    if (slice_ends(s, SLICE("'s"))) s.len -= 2;
    if (slice_ends(s, SLICE("’s"))) s.len -= 4;
    return s;
}

static struct slice without_titles(struct slice name)
{
    struct slice rest, left = unowned(slice_trim(name));
    for (struct slice w = first_word(left, &rest); rest.len > 0 && LISTED(titles, w); w = first_word(left, &rest)) left = rest;
    while (slice_starts(left, SLICE("of "))) { /* of State Jane Doe */
        struct slice tail;
        (void)first_word(slice_cut(left, 3, left.len), &tail);
        if (tail.len == 0) break;
        left = tail;
    }
    struct slice end = last_word(left);
    if (end.len < left.len && LISTED(suffixes, end)) left = slice_trim(slice_cut(left, 0, left.len - end.len));
    if (left.len > 0 && left.ptr[left.len - 1] == ',') left.len--;
    return left;
}

bool identity_initial(struct slice w)
{
    return (w.len == 1 || (w.len == 2 && w.ptr[1] == '.')) && w.ptr[0] >= 'A' && w.ptr[0] <= 'Z';
}

/* --- folding --- */

static void put(char *to, size_t *n, struct slice w)
{
    if (*n > 0 && *n < IDENTITY_FOLD_MAX) to[(*n)++] = ' ';
    for (size_t i = 0; i < w.len && *n < IDENTITY_FOLD_MAX; i++) to[(*n)++] = w.ptr[i];
    to[*n] = '\0';
}

/* Accents off by ICU: what decomposes loses its marks, letters with a stroke become plain ones. */
static size_t fold_wide(struct slice w, char *to, size_t max)
{
    UChar wide[IDENTITY_FOLD_MAX], apart[IDENTITY_FOLD_MAX * 3], kept[IDENTITY_FOLD_MAX * 3];
    UErrorCode bad = U_ZERO_ERROR;
    int32_t n = 0, k = 0, out = 0;
    const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&bad);
    u_strFromUTF8(wide, IDENTITY_FOLD_MAX, &n, w.ptr, (int32_t)w.len, &bad);
    if (U_SUCCESS(bad)) n = unorm2_normalize(nfkd, wide, n, apart, IDENTITY_FOLD_MAX * 3, &bad);
    if (U_FAILURE(bad)) return 0;
    for (int32_t i = 0; i < n; i++) {
        if (u_charType(apart[i]) == U_NON_SPACING_MARK) continue;
        UChar c = (UChar)u_tolower(apart[i]);
        kept[k++] = c == 0x142 ? 'l' : c == 0xF8 ? 'o' : c == 0x111 ? 'd' : c == 0x131 ? 'i' : c == 0x2019 ? '\'' : c;
    }
    u_strToUTF8(to, (int32_t)max, &out, kept, k, &bad);
    return U_SUCCESS(bad) && (size_t)out < max ? (size_t)out : 0;
}

/* One word: lower case, without accents, dots and a comma at its end. */
static struct slice fold_word(struct slice w, char *to, size_t max)
{
    size_t n = 0;
    bool wide = false;
    if (w.len > IDENTITY_FOLD_MAX) w.len = IDENTITY_FOLD_MAX;
    while (w.len > 0 && !utf8_valid(w)) w.len--; /* the cut fell into a letter */
    for (size_t i = 0; i < w.len; i++) wide |= (unsigned char)w.ptr[i] >= 0x80;
    if (wide && (n = fold_wide(w, to, max)) > 0) return (struct slice){to, n};
    for (size_t i = 0; i < w.len && n + 1 < max; i++) {
        char c = w.ptr[i];
        if (c == '.' || (c == ',' && i + 1 == w.len)) continue;
        to[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
    }
    return (struct slice){to, n};
}

static struct slice spelled(struct slice w)
{
    const char *other = CHANGED(spellings, w);
    return other != NULL ? slice_of(other) : w;
}

static struct slice first_folded(struct slice w, char *to, size_t max)
{
    struct slice f = fold_word(w, to, max);
    const char *other = CHANGED(firsts, f);
    return other != NULL ? slice_of(other) : f;
}

bool identity_same_first(struct slice a, struct slice b)
{
    char x[IDENTITY_FOLD_MAX + 1], y[IDENTITY_FOLD_MAX + 1];
    return slice_eq(first_folded(a, x, sizeof x), first_folded(b, y, sizeof y));
}

/* --- persons --- */

/* "H.", "W.", "H.W.": capitals with dots between. */
static size_t initials_in(struct slice w)
{
    size_t n = 0;
    for (size_t i = 0; i < w.len; i++) {
        bool capital = w.ptr[i] >= 'A' && w.ptr[i] <= 'Z';
        if (!capital && w.ptr[i] != '.') return 0;
        n += capital;
    }
    return n <= 3 ? n : 0;
}

/* One middle initial is left out by half of all accounts; two tell a person from a namesake. */
static size_t middle_initials(struct slice middle)
{
    size_t n = 0;
    struct slice rest = middle;
    while (rest.len > 0) n += initials_in(first_word(rest, &rest));
    return n;
}

static struct slice middle_of(const struct identity *p)
{
    if (p->first.len + p->last.len >= p->whole.len) return (struct slice){NULL, 0};
    return slice_trim(slice_cut(p->whole, p->first.len, p->whole.len - p->last.len));
}

bool identity_same_middle(const struct identity *a, const struct identity *b)
{
    char x[IDENTITY_FOLD_MAX + 1], y[IDENTITY_FOLD_MAX + 1];
    struct slice p = middle_of(a), q = middle_of(b);
    while (p.len > 0 && q.len > 0) {
        struct slice v = first_word(p, &p), w = first_word(q, &q);
        struct slice f = fold_word(v, x, sizeof x), g = fold_word(w, y, sizeof y);
        bool short_one = initials_in(v) > 0 || initials_in(w) > 0;
        if (f.len == 0 || g.len == 0) continue;
        if (short_one ? f.ptr[0] != g.ptr[0] || (f.len > 1 && g.len == 1) || (g.len > 1 && f.len == 1 && initials_in(w) > 0) : !slice_eq(f, g)) return false;
    }
    return true;
}

static void fold_person(const struct identity *p, char *to)
{
    char word[IDENTITY_FOLD_MAX + 1];
    size_t n = 0;
    struct slice rest = slice_cut(p->whole, p->first.len, p->whole.len - p->last.len);
    bool few = middle_initials(rest) < 2;
    put(to, &n, first_folded(p->first, word, sizeof word));
    while (rest.len > 0) {
        struct slice w = first_word(rest, &rest);
        if (w.len > 0 && !(few && initials_in(w) > 0)) put(to, &n, spelled(fold_word(w, word, sizeof word)));
    }
    put(to, &n, spelled(fold_word(p->last, word, sizeof word)));
}

static void cut_person(struct slice name, struct identity *out)
{
    char word[IDENTITY_FOLD_MAX + 1];
    struct slice rest;
    out->whole = without_titles(name);
    struct slice first = first_word(out->whole, &rest), second = first_word(rest, &(struct slice){NULL, 0});
    out->last = last_word(out->whole);
    bool van = slice_eq_nocase(first, SLICE("van")) && (slice_eq_nocase(second, SLICE("der")) || slice_eq_nocase(second, SLICE("den")) || slice_eq_nocase(second, SLICE("de")));
    if (rest.len > 0 && !van && !LISTED(particles, first)) out->first = first;
    size_t n = 0;
    put(out->form, &n, spelled(fold_word(out->last, word, sizeof word)));
}

/* --- everything else --- */

static void fold_thing(struct slice name, char *to)
{
    char word[IDENTITY_FOLD_MAX + 1];
    size_t n = 0;
    struct slice rest = name;
    while (rest.len > 0) {
        struct slice w = fold_word(first_word(rest, &rest), word, sizeof word);
        if (w.len > 0 && !slice_eq(w, SLICE("the"))) put(to, &n, spelled(w));
    }
    const char *other = CHANGED(bodies, ((struct slice){to, n}));
    if (other != NULL) {
        n = 0;
        put(to, &n, slice_of(other));
    }
}

/* "NATO", "U.N.": the letters; false when it is no such word. */
static bool capitals(struct slice w, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < w.len; i++) {
        if (w.ptr[i] == '.') continue;
        if (w.ptr[i] < 'A' || w.ptr[i] > 'Z' || n == 8) return false;
        to[n++] = w.ptr[i];
    }
    to[n] = '\0';
    return n >= 2;
}

/* The capitals that begin the words of an expansion: "World Health Organization" is WHO. */
static void initials_of(struct slice name, char *to)
{
    size_t n = 0;
    struct slice rest = name;
    while (rest.len > 0 && n < 8) {
        struct slice w = first_word(rest, &rest);
        if (LISTED(small, w)) continue;
        if (w.ptr[0] < 'A' || w.ptr[0] > 'Z') {
            n = 0;
            break;
        }
        to[n++] = w.ptr[0];
    }
    to[n >= 2 && rest.len == 0 ? n : 0] = '\0';
}

/* --- */

static void give_id(struct identity *out, const char *fold)
{
    XXH64_canonical_t hash;
    if (fold[0] == '\0') return;
    XXH64_canonicalFromHash(&hash, XXH3_64bits(fold, strlen(fold)));
    out->id[0] = 'e';
    hex_encode(hash.digest, sizeof hash.digest, out->id + 1);
}

void identity_of(struct slice name, enum entity_type type, struct identity *out)
{
    char fold[IDENTITY_FOLD_MAX + 1] = "";
    *out = (struct identity){.person = type == ENTITY_PERSON};
    if (out->person) {
        cut_person(name, out);
        if (out->first.len == 0 || identity_initial(out->first)) return;
        fold_person(out, fold);
        give_id(out, fold);
        return;
    }
    out->whole = unowned(slice_trim(name));
    struct slice rest, w = first_word(out->whole, &rest);
    if (rest.len == 0) out->acronym = capitals(w, out->form);
    else initials_of(out->whole, out->form);
    if (!out->acronym && rest.len == 0) out->form[0] = '\0';
    fold_thing(out->whole, fold);
    give_id(out, fold);
}

bool identity_fits(const struct identity *part, const struct identity *bearer)
{
    if (strcmp(part->form, bearer->form) != 0 || part->form[0] == '\0' || part->person != bearer->person) return false;
    if (!part->person) return part->acronym && !bearer->acronym;
    return bearer->first.len > 0 && (part->first.len == 0 || (part->first.ptr[0] | 32) == (bearer->first.ptr[0] | 32));
}

/* --- days --- */

static bool digits(struct slice s, size_t at, size_t n, int *out)
{
    *out = 0;
    if (at + n > s.len) return false;
    for (size_t i = at; i < at + n; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        *out = *out * 10 + (s.ptr[i] - '0');
    }
    return true;
}

bool iso_day(struct slice value, int64_t *days)
{
    int y, m, d;
    if (value.len < 10 || value.ptr[4] != '-' || value.ptr[7] != '-') return false;
    if (!digits(value, 0, 4, &y) || !digits(value, 5, 2, &m) || !digits(value, 8, 2, &d) || m < 1 || m > 12 || d < 1 || d > 31) return false;
    int64_t a = (14 - m) / 12, yy = y + 4800 - a, mm = m + 12 * a - 3; /* the Julian day number, less that of 1970-01-01 */
    *days = d + (153 * mm + 2) / 5 + 365 * yy + yy / 4 - yy / 100 + yy / 400 - 32045 - 2440588;
    return true;
}

int64_t identity_day(struct slice published, uint64_t accepted)
{
    int64_t at = (int64_t)(accepted / 86400000), day;
    return iso_day(published, &day) && day >= 0 && (accepted == 0 || day <= at + 1) ? day : at;
}
