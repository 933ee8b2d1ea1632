/* words.c - cuts text into words, folds and stems them. */
#include "words.h"

#define XXH_INLINE_ALL /* most words are short: the call would cost more than the hash */
#include <xxhash.h>

static word_list stop_words = {
    ['a' - 'a'] = {[1] = "a", [2] = "am" "an" "as" "at", [3] = "all" "and" "any" "are", [4] = "also", [5] = "about" "above" "after"
        "again", [7] = "against", [9] = "according"},
    ['b' - 'a'] = {[2] = "be" "by", [3] = "but", [4] = "been" "both", [5] = "being" "below", [6] = "before", [7] = "because" "between"},
    ['c' - 'a'] = {[3] = "can", [5] = "could"},
    ['d' - 'a'] = {[2] = "do", [3] = "day" "did", [4] = "days" "does" "down", [5] = "doing", [6] = "during"},
    ['e' - 'a'] = {[4] = "each"},
    ['f' - 'a'] = {[3] = "few" "for", [4] = "from", [6] = "friday", [7] = "further"},
    ['h' - 'a'] = {[2] = "he", [3] = "had" "has" "her" "him" "his" "how", [4] = "have" "here" "hers", [6] = "having"},
    ['i' - 'a'] = {[1] = "i", [2] = "if" "in" "is" "it", [3] = "its", [4] = "into"},
    ['j' - 'a'] = {[4] = "just"},
    ['m' - 'a'] = {[2] = "me" "mr" "ms" "my", [3] = "may" "mrs", [4] = "more" "most" "must", [5] = "might", [6] = "monday"},
    ['n' - 'a'] = {[2] = "no", [3] = "new" "nor" "not" "now"},
    ['o' - 'a'] = {[2] = "of" "on" "or", [3] = "off" "one" "our" "out" "own", [4] = "once" "only" "over", [5] = "other"},
    ['p' - 'a'] = {[3] = "per"},
    ['s' - 'a'] = {[2] = "so", [3] = "say" "she", [4] = "said" "same" "says" "some" "such", [6] = "should" "sunday", [8] = "saturday"},
    ['t' - 'a'] = {[2] = "to", [3] = "the" "too" "two", [4] = "than" "that" "them" "then" "they" "this" "told", [5] = "their" "there" "these"
        "those", [7] = "through" "tuesday", [8] = "thursday"},
    ['u' - 'a'] = {[2] = "up" "us", [5] = "under" "until"},
    ['v' - 'a'] = {[4] = "very"},
    ['w' - 'a'] = {[2] = "we", [3] = "was" "who" "why", [4] = "week" "were" "what" "when" "whom" "will" "with", [5] = "where" "which" "while" "whose"
        "would", [9] = "wednesday"},
    ['y' - 'a'] = {[3] = "yet" "you", [4] = "year" "your", [5] = "years"},
};

/* The length of a character that belongs to no word though its bytes are not ASCII (general punctuation, Latin-1 signs), or 0. */
static size_t sign_length(const unsigned char *p, size_t n)
{
    if (n >= 3 && p[0] == 0xE2 && (p[1] == 0x80 || p[1] == 0x81)) return 3;
    if (n >= 3 && p[0] == 0xE3 && p[1] == 0x80) return 3;
    if (n >= 2 && p[0] == 0xC2) return 2;
    return 0;
}

/* ASCII letters and digits: with bit 0x20 set, each is its small letter or itself. */
static const bool is_plain[256] = {['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true};

static bool plain(unsigned char c)
{
    return is_plain[c];
}

bool word_plain(struct slice word)
{
    size_t i = 0;
    while (i < word.len && plain((unsigned char)word.ptr[i])) i++;
    return i == word.len;
}

static bool digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool apostrophe(const unsigned char *p, size_t n)
{
    return p[0] == '\'' || (n >= 3 && p[0] == 0xE2 && p[1] == 0x80 && p[2] == 0x99);
}

/* Folds U+00C0 to U+00FF and U+0100 to U+017F to their base letter; 0 where there is none. */
static char fold_latin(unsigned char lead, unsigned char trail)
{
    static const char c3[] = "aaaaaaaceeeeiiiidnooooo*ouuuuypsaaaaaaaceeeeiiiidnooooo*ouuuuypy";
    static const char c4[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll";
    static const char c5[] = "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    if (trail < 0x80 || trail > 0xBF) return 0;
    if (lead == 0xC3) return c3[trail - 0x80];
    if (lead == 0xC4) return c4[trail - 0x80];
    if (lead == 0xC5) return c5[trail - 0x80];
    return 0;
}

size_t word_fold(struct slice word, char out[64])
{
    const unsigned char *p = (const unsigned char *)word.ptr;
    size_t n = 0;
    for (size_t i = 0; i < word.len && n < 63; i++) {
        if (plain(p[i])) {
            out[n++] = (char)(p[i] | 0x20);
            continue;
        }
        char latin = i + 1 < word.len ? fold_latin(p[i], p[i + 1]) : 0;
        if (latin) {
            out[n++] = latin;
            i++;
        } else if (apostrophe(p + i, word.len - i)) {
            bool possessive = word.len - i <= 4; /* 's, ’s and a bare apostrophe at the end */
            if (possessive) break;
            if (p[i] != '\'') i += 2;
        } else {
            out[n++] = (char)p[i];
        }
    }
    return n;
}

/* Cuts the commonest English endings, so that report, reports, reported and reporting meet. */
static size_t stem_length(const char *w, size_t n)
{
    if (n > 6 && memcmp(w + n - 4, "ings", 4) == 0) return n - 4;
    if (n > 5 && memcmp(w + n - 3, "ing", 3) == 0) return n - 3;
    if (n > 5 && memcmp(w + n - 3, "ies", 3) == 0) return n - 2; /* parties, party: both keep parti */
    if (n > 5 && memcmp(w + n - 3, "ied", 3) == 0) return n - 2;
    if (n > 4 && memcmp(w + n - 2, "ed", 2) == 0) return n - 2;
    if (n > 5 && memcmp(w + n - 2, "ly", 2) == 0) return n - 2;
    if (n > 4 && memcmp(w + n - 2, "es", 2) == 0) return n - 2;
    if (n > 3 && w[n - 1] == 's' && w[n - 2] != 's') return n - 1;
    if (n > 4 && w[n - 1] == 'e') return n - 1;
    return n;
}

static uint32_t stem_hash(char *w, size_t n)
{
    n = stem_length(w, n);
    if (n > 3 && w[n - 1] == 'y') w[n - 1] = 'i';
    if (n > 4 && w[n - 1] == w[n - 2] && w[n - 1] != 'l' && w[n - 1] != 's') n--; /* stopped, stop */
    uint32_t h = (uint32_t)XXH3_64bits(w, n);
    return h ? h : 1;
}

bool word_in(word_list list, const char *w, size_t n)
{
    const char *known = n > 0 ? word_kin(list, w[0], n) : NULL;
    for (; known && *known; known += n) {
        size_t i = 1;
        while (i < n && known[i] == w[i]) i++;
        if (i == n) return true;
    }
    return false;
}

static bool is_stop(const char *w, size_t n)
{
    return (n == 1 && !digit((unsigned char)w[0])) || word_in(stop_words, w, n);
}

/* The byte behind the word that begins at b: letters, digits, an apostrophe between letters, a point or comma between digits. */
static size_t word_end(const unsigned char *p, size_t n, size_t b)
{
    size_t i = b;
    while (i < n) {
        if (plain(p[i])) {
            i++;
        } else if (p[i] >= 0x80 && sign_length(p + i, n - i) == 0) {
            i++;
        } else if (apostrophe(p + i, n - i)) {
            size_t after = i + (p[i] == '\'' ? 1 : 3);
            if (i == b || after >= n || !plain(p[after])) break;
            i = after;
        } else if ((p[i] == ',' || p[i] == '.') && i > b && i + 1 < n && digit(p[i - 1]) && digit(p[i + 1])) {
            i++;
        } else {
            break;
        }
    }
    return i;
}

/* St. Petersburg, Mr. Smith, J. Smith: the point behind such a word ends nothing. */
static bool abbreviation(const unsigned char *p, size_t n)
{
    static const char known[] = " st mr mrs ms dr gen sen rep gov lt col sgt capt prof rev jr sr no vs ";
    char probe[8];
    if (n == 1) return true;
    if (n > 4) return false;
    probe[0] = ' ';
    for (size_t i = 0; i < n; i++) probe[i + 1] = (char)(p[i] | 0x20);
    probe[n + 1] = ' ';
    probe[n + 2] = '\0';
    return strstr(known, probe) != NULL;
}

/* True when the bytes between two words, [b, e), end a sentence or a line; the word before begins at `word`. */
static bool ends_sentence(const unsigned char *p, size_t word, size_t b, size_t e)
{
    for (size_t i = b; i < e; i++) {
        if (p[i] == '\n' || p[i] == '!' || p[i] == '?' || p[i] == '"' || p[i] == ':') return true;
        if (p[i] == '.' && e - i > 1 && !(i == b && abbreviation(p + word, b - word))) return true;
        if (p[i] == 0xE2 && i + 2 < e && p[i + 1] == 0x80 && (p[i + 2] == 0x9C || p[i + 2] == 0x9D)) return true;
    }
    return false;
}

static bool capital(const unsigned char *p)
{
    return (p[0] >= 'A' && p[0] <= 'Z') || (p[0] == 0xC3 && p[1] >= 0x80 && p[1] <= 0x9E);
}

enum err words_cut(struct slice text, size_t title_end, struct arena *mem, struct words *words)
{
    size_t most = text.len / 2 + 1;
    if (most > WORDS_MAX) most = WORDS_MAX;
    words->ptr = arena_take(mem, most * sizeof *words->ptr);
    if (words->ptr == NULL) return ERR_NOMEM;
    words_cut_into(text, title_end, most, words);
    return OK;
}

void words_cut_into(struct slice text, size_t title_end, size_t most, struct words *words)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t last = 0, body = 0;
    words->len = 0;
    for (size_t i = 0; i < text.len && words->len < most;) {
        size_t sign = p[i] < 0x80 ? 0 : sign_length(p + i, text.len - i);
        if (sign || (p[i] < 0x80 && !plain(p[i]))) {
            i += sign ? sign : 1;
            continue;
        }
        size_t e = word_end(p, text.len, i);
        char w[64];
        size_t n = word_fold(slice_cut(text, i, e), w);
        struct word *word = &words->ptr[words->len];
        *word = (struct word){(uint32_t)i, (uint32_t)e, 0, 0};
        if (digit(p[i])) word->flags |= WORD_NUMBER;
        if (e - i > 1 || p[i] < 0x80) word->flags |= capital(p + i) ? WORD_CAPITAL : 0;
        if (words->len == 0 || ends_sentence(p, words->ptr[words->len - 1].b, last, i)) word->flags |= WORD_START;
        if (words->len == 0 || i - last != 1 || (p[last] != ' ' && p[last] != '-')) word->flags |= WORD_BREAK;
        if (is_stop(w, n)) word->flags |= WORD_STOP;
        if (e <= title_end) word->flags |= WORD_TITLE;
        else if (body++ < LEAD_WORDS) word->flags |= WORD_LEAD;
        word->stem = stem_hash(w, n);
        words->len++;
        last = i = e;
    }
}
