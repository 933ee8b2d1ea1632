/* tokens.c - cuts a text into tokens and sentences, one pass, exact offsets. */
#include "tokens.h"

#include <assert.h>
#include <unicode/uchar.h>

enum { SENTENCE_TOKENS_MAX = 200 };

struct scan {
    struct slice s;
    size_t at;
    struct token *out;
    size_t n, cap;
    const struct lexicon *lex;
};

static uint32_t peek(struct slice s, size_t at, size_t *end)
{
    if (at >= s.len) {
        *end = s.len;
        return 0;
    }
    unsigned char c = (unsigned char)s.ptr[at];
    if (c < 0x80) {
        *end = at + 1;
        return c;
    }
    size_t p = at;
    uint32_t cp = utf8_next(s, &p);
    *end = p;
    return cp;
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(uint32_t c)
{
    return c < 0x80 ? c >= 'A' && c <= 'Z' : u_isUUppercase((UChar32)c);
}

static bool is_letter(uint32_t c)
{
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return u_isalpha((UChar32)c) || u_getCombiningClass((UChar32)c) != 0;
}

static bool is_space(uint32_t c)
{
    if (c < 0x80) return c <= ' ' || c == 0x7f;
    return c == 0xA0 || c == 0xFEFF || (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x3000;
}

static bool is_apostrophe(uint32_t c)
{
    return c == '\'' || c == 0x2019;
}

static bool is_dash(uint32_t c)
{
    return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

uint64_t hash_exact(struct slice s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
    return h ^ h >> 29;
}

uint64_t hash_lower(struct slice s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < 0x80) {
            if (c >= 'A' && c <= 'Z') c |= 0x20;
            else if (c >= '0' && c <= '9') c = '0';
            h = (h ^ c) * 0x100000001b3u;
            i++;
            continue;
        }
        uint32_t cp = utf8_next(s, &i);
        char put[4];
        size_t n = utf8_put(is_apostrophe(cp) ? '\'' : (uint32_t)u_tolower((UChar32)cp), put);
        for (size_t k = 0; k < n; k++) h = (h ^ (unsigned char)put[k]) * 0x100000001b3u;
    }
    return h ^ h >> 29;
}

/* Letters of a token: what its capitals say. */
static uint32_t letters_kind(struct slice s)
{
    size_t upper = 0, lower = 0, at = 0;
    bool mixed = false, first_upper = false, first = true;
    while (at < s.len) {
        size_t end;
        uint32_t c = peek(s, at, &end);
        at = end;
        if (!is_letter(c)) continue;
        if (is_upper(c)) {
            upper++;
            if (first) first_upper = true;
            if (lower > 0) mixed = true;
        } else lower++;
        first = false;
    }
    return (first_upper ? TOKEN_UPPER : 0u) | (upper >= 2 && lower == 0 ? TOKEN_CAPITALS : 0u) | (mixed ? TOKEN_MIXED : 0u);
}

static void emit(struct scan *sc, size_t b, size_t e, uint32_t kind)
{
    assert(sc->n < sc->cap);
    struct token *t = &sc->out[sc->n++];
    struct slice s = slice_cut(sc->s, b, e);
    *t = (struct token){.b = (uint32_t)b, .e = (uint32_t)e, .kind = kind, .exact = hash_exact(s), .lower = hash_lower(s)};
    if (kind & (TOKEN_WORD | TOKEN_NUMBER)) t->kind |= letters_kind(s);
    if (kind & TOKEN_WORD || s.ptr[0] == '\'' || (unsigned char)s.ptr[0] >= 0x80) {
        const struct lexeme *l = lexicon_look_up(sc->lex, t->lower);
        if (l != NULL) {
            t->word = l->classes;
            t->value = l->value;
        }
    }
}

/* A link, an address or a @name that begins at `b`: where it ends, or b. */
static size_t link_end(struct slice s, size_t b)
{
    struct slice rest = slice_cut(s, b, s.len);
    size_t e = b;
    if (s.ptr[b] == '@') {
        e = b + 1;
        while (e < s.len && ((unsigned char)s.ptr[e] < 0x80) && (is_letter((unsigned char)s.ptr[e]) || is_digit((unsigned char)s.ptr[e]) || s.ptr[e] == '_')) e++;
        return e > b + 1 ? e : b;
    }
    if (!slice_starts(rest, SLICE("http://")) && !slice_starts(rest, SLICE("https://")) && !slice_starts(rest, SLICE("www."))) return b;
    while (e < s.len && (unsigned char)s.ptr[e] > ' ' && (unsigned char)s.ptr[e] < 0x80 && strchr("\"<>", s.ptr[e]) == NULL) e++;
    while (e > b && strchr(".,;:!?)]}'", s.ptr[e - 1]) != NULL) e--;
    return e;
}

/* U.S., a.m., J.: where a run of single letters with dots ends, or b when there is none. */
static size_t initials_end(struct slice s, size_t b)
{
    size_t at = b, n = 0, end;
    while (at + 1 < s.len) {
        uint32_t c = peek(s, at, &end);
        if (!is_letter(c) || end >= s.len || s.ptr[end] != '.') break;
        at = end + 1;
        n++;
    }
    if (n == 0) return b;
    size_t unused;
    uint32_t next = peek(s, at, &unused);
    if (is_letter(next) || is_digit(next)) return b; /* x.com: a word goes on */
    if (n >= 2) return at;
    /* one letter: J. Smith, but not "Plan B. The" nor the end of a line */
    uint32_t first = peek(s, b, &unused);
    size_t p = at;
    while (p < s.len && s.ptr[p] == ' ') p++;
    return is_upper(first) && first != 'I' && p > at && p < s.len && is_upper(peek(s, p, &unused)) ? at : b;
}

/* 's, 're, n't: where the suffix begins in the word [b, e), or e. The apostrophe lies at `a`. */
static size_t suffix_at(struct slice s, size_t b, size_t a, size_t e)
{
    size_t after = a;
    peek(s, a, &after);
    struct slice tail = slice_cut(s, after, e);
    static const char *const tails[] = {"s", "re", "ve", "ll", "d", "m"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (slice_eq_nocase(tail, slice_of(tails[i]))) return a;
    if (slice_eq_nocase(tail, SLICE("t")) && a > b + 1 && (s.ptr[a - 1] == 'n' || s.ptr[a - 1] == 'N')) return a - 1;
    return e;
}

static size_t number_end(struct slice s, size_t b)
{
    size_t e = b;
    while (e < s.len) {
        unsigned char c = (unsigned char)s.ptr[e];
        if (is_digit(c)) e++;
        else if ((c == '.' || c == ',' || c == ':') && e + 1 < s.len && is_digit((unsigned char)s.ptr[e + 1])) e++;
        else break;
    }
    return e;
}

/* Letters and digits from b on, with apostrophes and ampersands between letters; *apostrophe is the last one's place or SIZE_MAX. */
static size_t word_end(struct slice s, size_t b, size_t *apostrophe)
{
    size_t e = b, end;
    *apostrophe = SIZE_MAX;
    while (e < s.len) {
        size_t after;
        uint32_t c = peek(s, e, &end);
        if (is_letter(c) || is_digit(c) || c == '_') {
            e = end;
            continue;
        }
        if (e == b) return e;
        uint32_t next = peek(s, end, &after);
        if (is_apostrophe(c) && is_letter(next)) {
            *apostrophe = e;
            e = end;
        } else if (c == '&' && is_upper(next) && is_upper((unsigned char)s.ptr[e - 1])) e = end;
        else break;
    }
    return e;
}

/* "U. S.": an initial behind an initial keeps its dot whatever follows. */
static bool second_initial(const struct scan *sc, size_t b)
{
    if (sc->n == 0 || b + 1 >= sc->s.len || sc->s.ptr[b] < 'A' || sc->s.ptr[b] > 'Z' || sc->s.ptr[b + 1] != '.') return false;
    const struct token *p = &sc->out[sc->n - 1];
    return (p->kind & TOKEN_DOTTED) && p->e - p->b == 2 && p->e + 1 == b;
}

static void scan_word(struct scan *sc, uint32_t kind)
{
    size_t b = sc->at, apostrophe, e = initials_end(sc->s, b);
    if (e == b && second_initial(sc, b)) e = b + 2;
    if (e > b) {
        emit(sc, b, e, kind | TOKEN_WORD | TOKEN_DOTTED);
        sc->at = e;
        return;
    }
    e = word_end(sc->s, b, &apostrophe);
    size_t cut = apostrophe == SIZE_MAX ? e : suffix_at(sc->s, b, apostrophe, e);
    if (cut == b) cut = e;
    emit(sc, b, cut, kind | TOKEN_WORD);
    struct token *t = &sc->out[sc->n - 1];
    if (cut < e) emit(sc, cut, e, TOKEN_GLUED | TOKEN_WORD);
    else if (t->word & WORD_ABBREVIATION && e < sc->s.len && sc->s.ptr[e] == '.' && (t->kind & TOKEN_UPPER)) {
        struct token with = *t;
        with.e = (uint32_t)++e;
        with.exact = hash_exact(slice_cut(sc->s, b, e));
        with.kind |= TOKEN_DOTTED;
        *t = with;
    }
    sc->at = e;
}

static bool opens_after(struct slice s, size_t b)
{
    if (b == 0) return true;
    unsigned char c = (unsigned char)s.ptr[b - 1];
    if (c < 0x80) return is_space(c) || strchr("([{-/", c) != NULL;
    size_t p = b - 1;
    while (p > 0 && ((unsigned char)s.ptr[p] & 0xC0) == 0x80) p--;
    uint32_t cp = utf8_next(s, &p);
    return is_space(cp) || is_dash(cp) || cp == 0x201C || cp == 0x2018;
}

/* What a mark of punctuation is, as far as its form and its neighbours say. */
static uint32_t mark_kind(struct slice s, size_t b, size_t e, uint32_t c)
{
    if (is_dash(c)) return TOKEN_DASH;
    switch (c) {
    case 0x201C: case 0xAB: case 0x201E: return TOKEN_OPEN;
    case 0x201D: case 0xBB: return TOKEN_CLOSE;
    case '"': case '\'': case 0x2018: case 0x2019: {
        size_t unused;
        bool before = opens_after(s, b), after = e < s.len && !is_space(peek(s, e, &unused));
        if (c == 0x2018) return TOKEN_OPEN;
        if (before && after) return c == 0x2019 ? 0 : TOKEN_OPEN;
        return TOKEN_CLOSE;
    }
    default: return 0;
    }
}

static void scan_mark(struct scan *sc, uint32_t kind)
{
    size_t b = sc->at, e;
    uint32_t c = peek(sc->s, b, &e);
    if (c == '.')
        while (e < sc->s.len && sc->s.ptr[e] == '.') e++;
    emit(sc, b, e, kind | mark_kind(sc->s, b, e, c));
    sc->at = e;
}

/* Cuts s[sc->at, end) into tokens; the first gets `kind` besides its own. */
static void scan_range(struct scan *sc, size_t end, uint32_t *kind)
{
    while (sc->at < end) {
        size_t after;
        uint32_t c = peek(sc->s, sc->at, &after);
        if (is_space(c)) {
            if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029) *kind |= TOKEN_PARAGRAPH;
            *kind &= ~(uint32_t)TOKEN_GLUED;
            sc->at = after;
            continue;
        }
        size_t link = link_end(sc->s, sc->at);
        if (link > sc->at) {
            emit(sc, sc->at, link, *kind | TOKEN_LINK);
            sc->at = link;
        } else if (is_digit(c)) {
            size_t b = sc->at, e = number_end(sc->s, b), unused;
            size_t w = word_end(sc->s, e, &unused);
            if (w > e && unused == SIZE_MAX) e = w; /* 3rd, 5m */
            emit(sc, b, e, *kind | TOKEN_NUMBER);
            sc->at = e;
        } else if (is_letter(c)) scan_word(sc, *kind);
        else scan_mark(sc, *kind);
        *kind = TOKEN_GLUED;
    }
}

/* --- sentences --- */

static bool ends_sentence(const struct tokens *t, size_t i)
{
    struct slice s = token_text(t, i);
    if (s.len == 1 && (s.ptr[0] == '.' || s.ptr[0] == '!' || s.ptr[0] == '?')) return true;
    return s.len > 1 && s.ptr[0] == '.';
}

static bool closes(const struct tokens *t, size_t i)
{
    const struct token *k = &t->ptr[i];
    return (k->kind & TOKEN_CLOSE) != 0 || token_is(t, i, ')') || token_is(t, i, ']');
}

/* True when a sentence begins at token i (not the first of a paragraph). */
static bool begins_sentence(const struct tokens *t, size_t i)
{
    const struct token *k = &t->ptr[i];
    if (k->kind & TOKEN_GLUED) return false;
    if (!(k->kind & (TOKEN_UPPER | TOKEN_NUMBER | TOKEN_OPEN)) && !token_is(t, i, '(') && !token_is(t, i, '[')) return false;
    size_t p = i - 1;
    while (p > 0 && closes(t, p) && (t->ptr[p].kind & TOKEN_GLUED)) p--;
    if (ends_sentence(t, p)) return token_text(t, p).len == 1 || (k->kind & (TOKEN_UPPER | TOKEN_OPEN)) != 0;
    /* "in the U.S. The" but not "the U.S. Senate", and never after a title */
    return (t->ptr[p].kind & TOKEN_DOTTED) && !(t->ptr[p].word & (WORD_TITLE | WORD_ABBREVIATION)) && (k->word & WORD_FUNCTION);
}

static void sentence_add(struct tokens *t, size_t first, size_t end)
{
    while (first < end) {
        size_t e = end - first > SENTENCE_TOKENS_MAX ? first + SENTENCE_TOKENS_MAX : end;
        t->sentence[t->sentences++] = (struct sentence){(uint32_t)first, (uint32_t)e};
        t->ptr[first].kind |= TOKEN_FIRST;
        first = e;
    }
}

static void split_here(struct tokens *t)
{
    size_t first = 0;
    for (size_t i = 1; i <= t->len; i++)
        if (i == t->len || (t->ptr[i].kind & TOKEN_PARAGRAPH) || begins_sentence(t, i)) {
            sentence_add(t, first, i);
            first = i;
        }
}

/* A sentence begins with the first token at or behind a given begin; a line also begins one. */
static void split_given(struct tokens *t, struct spans given)
{
    size_t first = 0, g = 0;
    for (size_t i = 1; i <= t->len; i++) {
        bool starts = i == t->len || (t->ptr[i].kind & TOKEN_PARAGRAPH);
        while (i < t->len && g < given.len && given.ptr[g].b <= t->ptr[i].b) {
            if (given.ptr[g].b > t->ptr[i - 1].b) starts = true;
            g++;
        }
        if (starts) {
            sentence_add(t, first, i);
            first = i;
        }
    }
}

enum err tokens_of(const struct lexicon *lex, struct arena *mem, struct slice text, struct spans given, struct tokens *out)
{
    *out = (struct tokens){.text = text};
    /* A token needs a byte of its own: count first, so that what is taken follows the text and not its worst case. */
    size_t most = 1;
    bool in_word = false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool plain = is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if ((c & 0xC0) != 0x80 && (!plain || !in_word)) most++;
        in_word = plain;
    }
    struct scan sc = {.s = text, .lex = lex, .cap = most, .out = arena_array(mem, most, sizeof *sc.out)};
    if (sc.out == NULL) return ERR_NOMEM;
    uint32_t kind = TOKEN_PARAGRAPH;
    scan_range(&sc, text.len, &kind);
    out->ptr = sc.out;
    out->len = sc.n;
    out->sentence = arena_array(mem, sc.n + 1, sizeof *out->sentence);
    if (out->sentence == NULL) return ERR_NOMEM;
    if (given.len > 0) split_given(out, given);
    else split_here(out);
    return OK;
}
