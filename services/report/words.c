/* words.c - cuts texts into sentences and words, and gives each word its lemma. */
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <xxhash.h>

enum { LEMMA_MAX = 64, FIRST_SLOTS = 1 << 12, SIEVES = 1 << 9, FEW = 24 };

/* Sorted lemmas that tie nothing to anything. */
static const char *const stop_words[] = {
    "a", "about", "accord", "according", "across", "add", "after", "again", "against", "ago", "all", "almost", "along", "also", "am",
    "amid", "among", "an", "and", "announc", "another", "any", "around", "as", "ask", "at", "back", "be", "becaus", "becom", "been",
    "befor", "being", "between", "both", "but", "by", "call", "can", "claim", "come", "could", "day", "despit", "did", "do", "doe",
    "down", "dr", "during", "each", "earlier", "early", "eight", "even", "ever", "every", "expect", "few", "first", "five", "for",
    "former", "four", "friday", "from", "get", "go", "had", "has", "hav", "have", "he", "her", "here", "him", "his", "hour", "how",
    "if", "in", "includ", "into", "it", "its", "just", "last", "late", "later", "least", "let", "like", "make", "many", "may", "me",
    "might", "minut", "monday", "month", "more", "most", "mr", "mrs", "ms", "much", "must", "my", "near", "nearly", "never", "new",
    "next", "night", "nine", "no", "nor", "not", "now", "number", "of", "off", "on", "one", "only", "or", "other", "our", "out", "over",
    "own", "part", "per", "report", "same", "saturday", "say", "second", "seven", "shall", "she", "should", "sinc", "six", "so", "some",
    "still", "such", "sunday", "take", "tell", "ten", "than", "that", "the", "their", "them", "then", "ther", "thes", "they", "third",
    "this", "thos", "thre", "through", "thursday", "time", "to", "today", "too", "total", "toward", "tuesday", "two", "under", "until",
    "up", "upon", "very", "via", "we", "wednesday", "week", "well", "what", "when", "wher", "which", "whil", "who", "whom", "whos",
    "why", "will", "with", "within", "without", "would", "year", "yes", "yesterday", "yet", "you", "your",
};

static int compare_cstr(const void *a, const void *b)
{
    return -cstr_cmp(*(const char *const *)b, *(const struct slice *)a);
}

static bool is_stop(struct slice lemma)
{
    return bsearch(&lemma, stop_words, sizeof stop_words / sizeof stop_words[0], sizeof stop_words[0], compare_cstr) != NULL;
}

/* --- the lexicon --- */

static enum err table_grow(struct lexicon *lex)
{
    uint32_t n = lex->n_slots ? lex->n_slots * 2 : FIRST_SLOTS;
    uint32_t *slots = arena_array(lex->mem, n, sizeof *slots);
    if (slots == NULL) return ERR_NOMEM;
    for (uint32_t i = 1; i < lex->len; i++) {
        uint32_t h = (uint32_t)XXH3_64bits(lex->lemmas[i].text.ptr, lex->lemmas[i].text.len) & (n - 1);
        while (slots[h] != 0) h = (h + 1) & (n - 1);
        slots[h] = i;
    }
    lex->slots = slots;
    lex->n_slots = n;
    return OK;
}

static enum err lemmas_grow(struct lexicon *lex)
{
    uint32_t cap = lex->cap ? lex->cap * 2 : FIRST_SLOTS / 2;
    struct lemma *p = arena_take(lex->mem, cap * sizeof *p);
    if (p == NULL) return ERR_NOMEM;
    p[0] = (struct lemma){0};
    if (lex->len > 0) memcpy(p, lex->lemmas, lex->len * sizeof *p);
    lex->lemmas = p;
    lex->cap = cap;
    return OK;
}

enum err lexicon_make(struct arena *mem, struct lexicon *lex)
{
    *lex = (struct lexicon){.mem = mem, .sieves = arena_array(mem, SIEVES, sizeof *lex->sieves)};
    enum err e = lex->sieves != NULL ? lemmas_grow(lex) : ERR_NOMEM;
    if (e == OK) e = table_grow(lex);
    if (e == OK) lex->len = 1;
    return e;
}

static uint32_t lookup(const struct lexicon *lex, struct slice lemma, uint32_t *slot)
{
    uint32_t h = (uint32_t)XXH3_64bits(lemma.ptr, lemma.len) & (lex->n_slots - 1);
    while (lex->slots[h] != 0 && !slice_eq(lex->lemmas[lex->slots[h]].text, lemma)) h = (h + 1) & (lex->n_slots - 1);
    *slot = h;
    return lex->slots[h];
}

static uint32_t intern(struct lexicon *lex, struct slice lemma)
{
    uint32_t slot;
    uint32_t id = lookup(lex, lemma, &slot);
    if (id != 0) return id;
    if (lex->len == lex->cap && lemmas_grow(lex) != OK) return 0;
    if (lex->len * 2 > lex->n_slots) {
        if (table_grow(lex) != OK) return 0;
        (void)lookup(lex, lemma, &slot);
    }
    struct slice text = arena_copy(lex->mem, lemma);
    if (text.ptr == NULL) return 0;
    lex->lemmas[lex->len] = (struct lemma){.text = text, .idf = rarity_of(lemma), .stop = is_stop(lemma), .numeral = numeral_lemma(lemma)};
    lex->slots[slot] = lex->len;
    return lex->len++;
}

/* Lower case of the first LEMMA_MAX bytes, the curly apostrophe made straight. */
static size_t lower(struct slice word, char out[LEMMA_MAX + 4])
{
    size_t n = 0;
    for (size_t at = 0; at < word.len && n + 4 <= LEMMA_MAX;) {
        uint32_t c = utf8_next(word, &at);
        if (c == 0x2019) c = '\'';
        uint32_t l = c < 0x80 ? (c >= 'A' && c <= 'Z' ? c + 32 : c) : (uint32_t)u_tolower((UChar32)c);
        n += utf8_put(l, out + n);
    }
    return n;
}

uint32_t lexicon_id(struct lexicon *lex, struct slice word)
{
    char low[LEMMA_MAX + 4], lemma[LEMMA_MAX];
    if (word.len == 0) return 0;
    if (slice_eq(word, SLICE("US")) || slice_eq(word, SLICE("USA"))) return intern(lex, SLICE("u.s"));
    size_t n = lower(word, low);
    while (n > 1 && low[n - 1] == '.') n--;
    n = lemma_of((struct slice){low, n}, lemma, sizeof lemma);
    return n == 0 ? 0 : intern(lex, (struct slice){lemma, n});
}

uint32_t lexicon_find(const struct lexicon *lex, struct slice lemma)
{
    uint32_t slot;
    return lookup(lex, lemma, &slot);
}

static uint32_t form_slot(const struct lexicon *lex, struct slice word)
{
    uint32_t h = (uint32_t)XXH3_64bits(word.ptr, word.len) & (lex->n_forms - 1);
    while (lex->forms[h].lemma != 0 && !slice_eq((struct slice){lex->forms[h].ptr, lex->forms[h].len}, word)) h = (h + 1) & (lex->n_forms - 1);
    return h;
}

static enum err forms_grow(struct lexicon *lex)
{
    struct lexicon old = *lex;
    lex->n_forms = old.n_forms ? old.n_forms * 2 : FIRST_SLOTS;
    lex->forms = arena_array(lex->mem, lex->n_forms, sizeof *lex->forms);
    if (lex->forms == NULL) return ERR_NOMEM;
    for (uint32_t i = 0; i < old.n_forms; i++)
        if (old.forms[i].lemma != 0) lex->forms[form_slot(lex, (struct slice){old.forms[i].ptr, old.forms[i].len})] = old.forms[i];
    return OK;
}

/* lexicon_id() of a word that stays where it is; three of four in a text stood there before. */
static uint32_t text_id(struct lexicon *lex, struct slice word)
{
    if (lex->forms_len * 2 >= lex->n_forms && forms_grow(lex) != OK) return 0;
    struct written *f = &lex->forms[form_slot(lex, word)];
    if (f->lemma != 0) return f->lemma;
    *f = (struct written){word.ptr, (uint32_t)word.len, lexicon_id(lex, word)};
    lex->forms_len += f->lemma != 0;
    return f->lemma;
}

double lexicon_idf(const struct lexicon *lex, uint32_t lemma)
{
    return lex->lemmas[lemma].idf;
}

double lexicon_weight(const struct lexicon *lex, uint32_t lemma)
{
    double f = lex->sentences ? (double)lex->lemmas[lemma].sentences / lex->sentences : 0;
    return lex->lemmas[lemma].idf * (f < .08 ? 1 : f < .2 ? .6 : .3);
}

struct slice lemma_text(const struct lexicon *lex, uint32_t lemma)
{
    return lex->lemmas[lemma].text;
}

struct slice lemma_seen(const struct lexicon *lex, uint32_t lemma)
{
    return lex->lemmas[lemma].seen.ptr != NULL ? lex->lemmas[lemma].seen : lex->lemmas[lemma].text;
}

/* --- sets of lemmas --- */

static int compare_ids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Few ids, as a sentence has them, are put in their places one by one. */
static void sort_few(uint32_t *p, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t x = p[i];
        size_t k = i;
        for (; k > 0 && p[k - 1] > x; k--) p[k] = p[k - 1];
        p[k] = x;
    }
}

void ids_sort(struct ids *set)
{
    if (set->len == 0) return;
    if (set->len <= FEW) sort_few(set->ptr, set->len);
    else qsort(set->ptr, set->len, sizeof *set->ptr, compare_ids);
    size_t n = 1;
    for (size_t i = 1; i < set->len; i++)
        if (set->ptr[i] != set->ptr[n - 1]) set->ptr[n++] = set->ptr[i];
    set->len = n;
}

bool ids_has(struct ids set, uint32_t id)
{
    return set.len > 0 && bsearch(&id, set.ptr, set.len, sizeof id, compare_ids) != NULL;
}

size_t ids_shared(struct ids a, struct ids b, uint32_t *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0, j = 0; i < a.len && j < b.len;) {
        if (a.ptr[i] < b.ptr[j]) i++;
        else if (a.ptr[i] > b.ptr[j]) j++;
        else {
            if (out != NULL && n < max) out[n] = a.ptr[i];
            n++;
            i++;
            j++;
        }
    }
    return n;
}

/* --- sentences --- */

static bool letter(uint32_t c)
{
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return u_isalpha((UChar32)c) || u_charType((UChar32)c) == U_NON_SPACING_MARK;
}

static bool abbreviation(struct slice text, size_t dot)
{
    static const char *const known[] = {"Mr", "Mrs", "Ms", "Dr", "Sen", "Sens", "Rep", "Reps", "Gov", "Gen", "Lt", "Col", "Sgt", "St", "Jr", "Sr", "No", "Inc", "Corp",
        "Co", "Ltd", "vs", "Jan", "Feb", "Mar", "Apr", "Aug", "Sept", "Sep", "Oct", "Nov", "Dec", "Ill", "Calif", "Tex", "Fla", "Mass", "Conn", "Va", "Ala", "Ga",
        "Pa", "Wis", "Mich", "Ariz", "Ark", "Okla", "Capt", "Maj", "Prof", "Rev"};
    size_t b = dot;
    while (b > 0 && ((text.ptr[b - 1] | 32) >= 'a' && (text.ptr[b - 1] | 32) <= 'z')) b--;
    struct slice w = slice_cut(text, b, dot);
    if (w.len == 1 && w.ptr[0] >= 'A' && w.ptr[0] <= 'Z') return true;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (cstr_eq(known[i], w)) return true;
    return false;
}

/* Where the sentence that begins at b ends, when nobody has told. */
static size_t sentence_end(struct slice t, size_t b)
{
    for (size_t i = b; i < t.len; i++) {
        char c = t.ptr[i];
        if (c == '\n') return i;
        if (c != '.' && c != '!' && c != '?') continue;
        if (c == '.' && abbreviation(t, i)) continue;
        size_t e = i + 1;
        while (e < t.len && (strchr(".!?\"')", t.ptr[e]) || slice_eq(slice_cut(t, e, e + 3), SLICE("\u201D")) || slice_eq(slice_cut(t, e, e + 3), SLICE("\u2019")))) {
            e += (unsigned char)t.ptr[e] >= 0x80 ? 3 : 1;
        }
        if (e >= t.len) return t.len;
        if (t.ptr[e] != ' ') continue;
        size_t n = e;
        while (n < t.len && t.ptr[n] == ' ') n++;
        if (n < t.len && !(t.ptr[n] >= 'a' && t.ptr[n] <= 'z')) return e;
    }
    return t.len;
}

static size_t guess_sentences(struct slice t, struct sentence *out, size_t max)
{
    size_t n = 0;
    for (size_t b = 0; b < t.len && n < max;) {
        if (t.ptr[b] == ' ' || t.ptr[b] == '\n') {
            b++;
            continue;
        }
        size_t e = sentence_end(t, b);
        out[n++] = (struct sentence){.b = (uint32_t)b, .e = (uint32_t)e};
        b = e;
    }
    return n;
}

static enum err find_sentences(struct arena *mem, struct reading *r)
{
    const struct doc *d = r->doc;
    bool given = doc_has(d, DOC_SENTENCES) && d->sentences.len > 0;
    size_t max = given ? d->sentences.len : r->text.len / 8 + 16;
    struct sentence *s = arena_array(mem, max, sizeof *s);
    if (s == NULL) return ERR_NOMEM;
    size_t n = 0;
    for (size_t i = 0; given && i < d->sentences.len; i++) {
        struct span p = d->sentences.ptr[i];
        if (p.b < p.e && p.e <= r->text.len) s[n++] = (struct sentence){.b = p.b, .e = p.e};
    }
    if (!given) n = guess_sentences(r->text, s, max);
    for (size_t i = 0; i < n; i++) s[i].title = !span_empty(d->title) && s[i].b < d->title.e && s[i].e > d->title.b;
    r->sentences = s;
    r->n_sentences = (uint32_t)n;
    return OK;
}

/* --- words --- */

static uint32_t peek(struct slice t, size_t at, size_t *next)
{
    *next = at;
    if (at >= t.len) return 0;
    if ((unsigned char)t.ptr[at] >= 0x80) return utf8_next(t, next);
    *next = at + 1;
    return (unsigned char)t.ptr[at];
}

/* The end of the word that begins at b (a letter or digit there). */
static size_t word_end(struct slice t, size_t b)
{
    size_t at = b, next;
    while (at < t.len) {
        uint32_t c = peek(t, at, &next);
        if (letter(c) || (c >= '0' && c <= '9')) {
            at = next;
            continue;
        }
        size_t after;
        uint32_t d = next < t.len ? peek(t, next, &after) : 0;
        bool inner = (c == '\'' || c == 0x2019) ? letter(d)
                   : c == '.' ? (d >= '0' && d <= '9' && t.ptr[at - 1] >= '0' && t.ptr[at - 1] <= '9') || (letter(d) && (at - b == 1 || t.ptr[at - 2] == '.'))
                   : c == ',' ? d >= '0' && d <= '9' && t.ptr[at - 1] >= '0' && t.ptr[at - 1] <= '9'
                   : false;
        if (!inner) break;
        at = next;
    }
    return at;
}

/* Cuts a possessive ending off [b, e). */
static size_t without_s(struct slice t, size_t b, size_t e)
{
    struct slice w = slice_cut(t, b, e);
    if (w.ptr[w.len - 1] != 's' && w.ptr[w.len - 1] != 'S') return e;
    if (w.len > 2 && (slice_ends(w, SLICE("'s")) || slice_ends(w, SLICE("'S")))) return e - 2;
    if (w.len > 4 && (slice_ends(w, SLICE("\u2019s")) || slice_ends(w, SLICE("\u2019S")))) return e - 4;
    return e;
}

static enum err sentence_words(struct lexicon *lex, struct reading *r, uint32_t si, size_t max)
{
    struct sentence *s = &r->sentences[si];
    struct slice t = slice_cut(r->text, 0, s->e);
    s->w0 = r->n_words;
    for (size_t at = s->b; at < s->e && r->n_words < max;) {
        size_t next;
        uint32_t c = peek(t, at, &next);
        bool digit = c >= '0' && c <= '9';
        if (!digit && !letter(c)) {
            at = next;
            continue;
        }
        size_t e = word_end(t, at), cut = without_s(t, at, e);
        struct slice w = slice_cut(t, at, cut);
        uint32_t id = text_id(lex, w);
        if (id == 0) return ERR_NOMEM;
        if (lex->lemmas[id].seen.ptr == NULL) lex->lemmas[id].seen = w;
        uint32_t f = digit ? WORD_DIGIT : 0;
        if (c < 0x80 ? c >= 'A' && c <= 'Z' : u_isupper((UChar32)c)) f |= WORD_CAPITAL;
        if (lex->lemmas[id].stop) f |= WORD_STOP;
        if (lex->lemmas[id].numeral) f |= WORD_NUMERAL;
        if (lex->lemmas[id].text.len <= 2) f |= WORD_SHORT;
        if (r->n_words == s->w0) f |= WORD_FIRST;
        if (at > s->b && t.ptr[at - 1] == '-' && r->n_words > s->w0) f |= WORD_HYPHEN;
        if (cut < e) f |= WORD_OWNS;
        if (s->title) f |= WORD_TITLE;
        r->words[r->n_words++] = (struct word){(uint32_t)at, (uint32_t)cut, id, si, f};
        at = e;
    }
    s->w1 = r->n_words;
    return OK;
}

static void mark(struct reading *r, uint32_t b, uint32_t e, uint32_t flag)
{
    for (uint32_t w = reading_word(r, b); w < r->n_words && r->words[w].b < e; w++) r->words[w].flags |= flag;
}

/* Marks what stands between quotation marks; a mark that never closes ends with its paragraph. */
static void mark_quoted(struct reading *r, uint32_t b, uint32_t e)
{
    mark(r, b, e, WORD_QUOTED);
}

static void find_quoted(struct reading *r)
{
    struct slice t = r->text;
    size_t open = SIZE_MAX;
    for (size_t i = 0; i < t.len; i++) {
        if (t.ptr[i] != '"' && t.ptr[i] != '\n' && (unsigned char)t.ptr[i] != 0xE2) continue;
        struct slice three = slice_cut(t, i, i + 3);
        bool left = slice_eq(three, SLICE("\u201C")), right = slice_eq(three, SLICE("\u201D")), straight = t.ptr[i] == '"';
        if (t.ptr[i] == '\n') open = SIZE_MAX;
        else if (left || (straight && open == SIZE_MAX)) open = i;
        else if ((right || straight) && open != SIZE_MAX) {
            mark_quoted(r, (uint32_t)open, (uint32_t)i);
            open = SIZE_MAX;
        }
    }
    for (size_t i = 0; i < r->doc->quotes.len; i++) {
        const struct quote *q = &r->doc->quotes.ptr[i];
        if (q->kind == QUOTE_DIRECT || q->kind == QUOTE_MIXED || q->kind == QUOTE_BLOCK) mark_quoted(r, q->b, q->e);
    }
}

static void mark_people(struct reading *r)
{
    for (size_t i = 0; i < r->doc->entities.len; i++) {
        const struct entity *x = &r->doc->entities.ptr[i];
        for (size_t k = 0; k < x->roles.len; k++) mark(r, x->roles.ptr[k].b, x->roles.ptr[k].e, WORD_ROLE);
        for (size_t k = 0; x->type == ENTITY_PERSON && k < x->mentions.len; k++) mark(r, x->mentions.ptr[k].b, x->mentions.ptr[k].e, WORD_PERSON);
    }
}

/* A name is a word with a capital that its place does not explain, or that the text never writes small. */
static enum err mark_names(struct lexicon *lex, struct reading *r)
{
    uint8_t *small = arena_array(lex->mem, lex->len, 1);
    if (small == NULL) return ERR_NOMEM;
    for (uint32_t i = 0; i < r->n_words; i++)
        if (!(r->words[i].flags & (WORD_CAPITAL | WORD_DIGIT))) small[r->words[i].lemma] = 1;
    for (uint32_t i = 0; i < r->n_words; i++) {
        struct word *w = &r->words[i];
        if (!(w->flags & WORD_CAPITAL) || (w->flags & WORD_STOP)) continue;
        bool due = (w->flags & WORD_TITLE) || (w->flags & WORD_FIRST);
        if (!due || !small[w->lemma]) w->flags |= WORD_NAME;
    }
    return OK;
}

static enum err sentence_sets(struct lexicon *lex, struct reading *r)
{
    for (uint32_t i = 0; i < r->n_sentences; i++) {
        struct sentence *s = &r->sentences[i];
        s->set.ptr = arena_array(lex->mem, s->w1 - s->w0, sizeof *s->set.ptr);
        if (s->set.ptr == NULL) return ERR_NOMEM;
        for (uint32_t w = s->w0; w < s->w1; w++) {
            if (!(r->words[w].flags & (WORD_STOP | WORD_SHORT))) s->set.ptr[s->set.len++] = r->words[w].lemma;
            s->said |= word_is(lex, r, w, "say tell accord claim alleg reportedly estimat argu write add insist predict testify");
        }
        ids_sort(&s->set);
        for (size_t k = 0; k < s->set.len; k++) lex->lemmas[s->set.ptr[k]].sentences++;
        lex->sentences++;
    }
    return OK;
}

enum err reading_make(struct lexicon *lex, const struct doc *doc, uint32_t story, uint32_t account, struct reading *out)
{
    struct slice text = utf8_start(doc->text, VIEW_TEXT_MAX);
    *out = (struct reading){.doc = doc, .text = text, .story = story, .account = account};
    enum err e = find_sentences(lex->mem, out);
    if (e != OK) return e;
    size_t max = text.len / 2 + 1;
    out->words = arena_take(lex->mem, max * sizeof *out->words);
    if (out->words == NULL) return ERR_NOMEM;
    for (uint32_t i = 0; e == OK && i < out->n_sentences; i++) e = sentence_words(lex, out, i, max);
    if (e != OK) return e;
    find_quoted(out);
    mark_people(out);
    for (uint32_t i = 0; i < out->n_sentences; i++) out->sentences[i].byline = byline_sentence(lex, out, i);
    e = mark_names(lex, out);
    return e == OK ? sentence_sets(lex, out) : e;
}

struct slice word_text(const struct reading *r, uint32_t w)
{
    return slice_cut(r->text, r->words[w].b, r->words[w].e);
}

bool lemmas_next(const char **lemmas, struct slice *lemma)
{
    const char *p = *lemmas;
    if (*p == '\0') return false;
    *lemma = (struct slice){p, strcspn(p, " ")};
    *lemmas = p + lemma->len + (p[lemma->len] == ' ');
    return true;
}

/* The list's place among the sieves; NULL when all places that it may have are taken. */
static struct sieve *sieve_of(const struct lexicon *lex, const char *list)
{
    size_t at = ((uintptr_t)list * 0x9E3779B97F4A7C15u) >> 55;
    for (size_t tries = 0; tries < 16; tries++, at = (at + 1) % SIEVES) {
        struct sieve *s = &lex->sieves[at];
        if (s->list == list) return s;
        if (s->list != NULL) continue;
        s->list = list;
        return s;
    }
    return NULL;
}

/* Looks up the list's words among the lemmas that there are by now. False when out of memory. */
static bool sieve_fill(const struct lexicon *lex, struct sieve *s)
{
    if (s->cap < lex->cap) {
        uint64_t *has = arena_array(lex->mem, lex->cap / 64 + 1, sizeof *has);
        if (has == NULL) return false;
        s->has = has;
        s->cap = lex->cap;
    }
    const char *rest = s->list;
    for (struct slice lemma; lemmas_next(&rest, &lemma);) {
        uint32_t id = lexicon_find(lex, lemma);
        if (id != 0) s->has[id / 64] |= (uint64_t)1 << id % 64;
    }
    s->len = lex->len;
    return true;
}

bool lemma_is(const struct lexicon *lex, uint32_t lemma, const char *lemmas)
{
    struct sieve *s = sieve_of(lex, lemmas);
    if (s != NULL && (lemma < s->len || sieve_fill(lex, s))) return s->has[lemma / 64] >> lemma % 64 & 1;
    for (struct slice one; lemmas_next(&lemmas, &one);)
        if (slice_eq(one, lex->lemmas[lemma].text)) return true;
    return false;
}

bool word_is(const struct lexicon *lex, const struct reading *r, uint32_t w, const char *lemmas)
{
    return lemma_is(lex, r->words[w].lemma, lemmas);
}

uint32_t reading_sentence(const struct reading *r, uint32_t b)
{
    uint32_t lo = 0, hi = r->n_sentences;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (r->sentences[mid].e <= b) lo = mid + 1;
        else hi = mid;
    }
    return lo < r->n_sentences && r->sentences[lo].b <= b ? lo : UINT32_MAX;
}

uint32_t reading_word(const struct reading *r, uint32_t b)
{
    uint32_t lo = 0, hi = r->n_words;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (r->words[mid].b < b) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}
