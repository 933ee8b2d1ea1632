/* tokens.h - words and marks of a text with their exact bytes, and the sentences that they form.
 *
 * White space is never part of a token. Hyphens, slashes and dashes are tokens of their own (Russia-Ukraine: three tokens); 's, 're,
 * n't are cut off; the dot of U.S., Gen. or J. belongs to its token; a number keeps its dots and commas. A link is one token. */
#ifndef WD_TAG_TOKENS_H
#define WD_TAG_TOKENS_H

#include "../../libcommon/arena.h"
#include "../../proto/span.h"
#include "lexicon.h"

enum token_kind { /* bits of token.kind */
    TOKEN_WORD = 1,       /* begins with a letter */
    TOKEN_NUMBER = 2,     /* begins with a digit */
    TOKEN_UPPER = 4,      /* its first letter is a capital */
    TOKEN_CAPITALS = 8,   /* two letters or more, all capitals */
    TOKEN_MIXED = 16,     /* a capital after a small letter: McKay, iPhone */
    TOKEN_GLUED = 32,     /* no white space before it */
    TOKEN_FIRST = 64,     /* the first of its sentence */
    TOKEN_PARAGRAPH = 128, /* the first of its paragraph (of its line) */
    TOKEN_DOTTED = 256,   /* ends with a dot that belongs to it */
    TOKEN_LINK = 512,     /* a URL, an address or a @name */
    TOKEN_OPEN = 1024,    /* a quotation mark that opens, as far as its form and neighbours say */
    TOKEN_CLOSE = 2048,   /* one that closes */
    TOKEN_DASH = 4096,    /* - – — and their like */
};

struct token {
    uint32_t b, e;
    uint32_t kind;
    uint32_t word;  /* WORD_ classes of the lexicon; 0 when it does not hold the word */
    int32_t value;  /* the lexicon's number for it */
    uint64_t exact; /* hash of its bytes */
    uint64_t lower; /* hash of its letters folded to small ones, digits to 0, ’ to ' */
};

struct sentence {
    uint32_t first, end; /* tokens */
};

struct tokens {
    struct slice text;
    struct token *ptr;
    size_t len;
    struct sentence *sentence;
    size_t sentences;
};

/* Tokens of `text` (valid UTF-8), all in mem. With `given` sentences (in text order) those are used, else the text is split here.
 * A sentence has at most 200 tokens: longer ones are cut. ERR_NOMEM only. */
enum err tokens_of(const struct lexicon *lex, struct arena *mem, struct slice text, struct spans given, struct tokens *out) MUST_CHECK;

/* The bytes of token i. */
static inline struct slice token_text(const struct tokens *t, size_t i)
{
    return (struct slice){t->text.ptr + t->ptr[i].b, t->ptr[i].e - t->ptr[i].b};
}

/* True when the token has a capital that makes it part of a name, perhaps. */
static inline bool token_capital(const struct token *k)
{
    return (k->kind & (TOKEN_UPPER | TOKEN_MIXED | TOKEN_CAPITALS)) != 0;
}

/* True when token i exists and is the one-byte mark c. */
static inline bool token_is(const struct tokens *t, size_t i, char c)
{
    return i < t->len && t->ptr[i].e - t->ptr[i].b == 1 && t->text.ptr[t->ptr[i].b] == c;
}

/* True when token i exists and is the word, whose letters are small or capital. Most words differ in their first letter. */
static inline bool token_is_word(const struct tokens *t, size_t i, const char *word)
{
    if (i >= t->len) return false;
    struct slice s = token_text(t, i);
    return (s.ptr[0] | 0x20) == (word[0] | 0x20) && slice_eq_nocase(s, slice_of(word));
}

/* True when token i exists and one of the classes is its. */
static inline bool token_in(const struct tokens *t, size_t i, uint32_t classes)
{
    return i < t->len && (t->ptr[i].word & classes) != 0;
}

/* The hash of bytes as token.exact has it, and of bytes folded as token.lower has it. */
uint64_t hash_exact(struct slice s);
uint64_t hash_lower(struct slice s);

#endif
