/* words.h - the words of the texts that are compared: one lexicon for a story, a reading for each account. */
#ifndef WD_WORDS_H
#define WD_WORDS_H

#include "account.h"

enum {
    WORD_CAPITAL = 1,  /* begins with a capital */
    WORD_DIGIT = 2,    /* begins with a digit */
    WORD_STOP = 4,     /* a function word, a number word, a verb of saying */
    WORD_QUOTED = 8,   /* between quotation marks, or in a quote of tag */
    WORD_FIRST = 16,   /* the first of its sentence */
    WORD_NAME = 32,    /* a capital where none was due, or a word that the text never writes small */
    WORD_HYPHEN = 64,  /* tied to the word before by a hyphen */
    WORD_OWNS = 128,   /* had 's behind it, which the span leaves out */
    WORD_SHORT = 256,  /* two letters or fewer */
    WORD_TITLE = 512,  /* in the title: headline capitals tell nothing */
    WORD_ROLE = 1024,  /* in what tag takes for somebody's role */
    WORD_PERSON = 2048, /* in a person's name */
    WORD_NUMERAL = 4096, /* may be a number in letters, or begin one: its lemma is that of such a word */
};

struct lemma {
    struct slice text;  /* lower case, synonyms folded */
    struct slice seen;  /* as the first account writes it; ptr NULL when none does */
    double idf;         /* rarity in news: 0 everywhere, about 7 for a word never met */
    uint32_t sentences; /* of this story that have it */
    bool stop, numeral;
};

/* For word_is(): which of the first `len` lemmas a list has, a bit each. */
struct sieve {
    const char *list;
    uint64_t *has;
    uint32_t len, cap;
};

/* A word as some text writes it, so that the next one like it is not worked out again. */
struct written {
    const char *ptr;
    uint32_t len, lemma;
};

struct lexicon {
    struct lemma *lemmas; /* by id; id 0 is the empty lemma */
    uint32_t len, cap;
    uint32_t *slots;      /* hash table of ids */
    uint32_t n_slots;
    uint32_t sentences;   /* read so far */
    struct sieve *sieves; /* hash table by the list's address */
    struct written *forms;   /* hash table by the word; lemma 0: free */
    uint32_t n_forms, forms_len;
    struct arena *mem;
};

struct word {
    uint32_t b, e;     /* bytes of the text */
    uint32_t lemma;
    uint32_t sentence;
    uint32_t flags;
};

struct ids { uint32_t *ptr; size_t len; }; /* sorted, no repeats */

struct sentence {
    uint32_t b, e;
    uint32_t w0, w1;  /* its words */
    struct ids set;   /* its content lemmas: no stop words, no short ones */
    bool title;       /* of the title's line */
    bool byline;      /* says only who wrote: its people are none of the story's */
    bool said;        /* has a verb of saying or "according to" */
};

struct reading {
    const struct doc *doc;
    struct slice text; /* at most VIEW_TEXT_MAX bytes of it */
    uint32_t story, account;
    struct word *words;
    uint32_t n_words;
    struct sentence *sentences;
    uint32_t n_sentences;
};

enum err lexicon_make(struct arena *mem, struct lexicon *lex) MUST_CHECK;

/* The id of a word as written (any case); 0 when out of memory or empty. Adds it when it is new. */
uint32_t lexicon_id(struct lexicon *lex, struct slice word);
/* The id of a lemma, never added: 0 when the story does not have it. */
uint32_t lexicon_find(const struct lexicon *lex, struct slice lemma);

/* Cuts a doc's text into sentences and words. ERR_NOMEM. */
enum err reading_make(struct lexicon *lex, const struct doc *doc, uint32_t story, uint32_t account, struct reading *out) MUST_CHECK;

/* Whether a sentence, whose words are marked, says only who wrote. */
bool byline_sentence(const struct lexicon *lex, const struct reading *r, uint32_t sentence);

/* Weight of a lemma here: its rarity, less when the whole story is about it. */
double lexicon_weight(const struct lexicon *lex, uint32_t lemma);
double lexicon_idf(const struct lexicon *lex, uint32_t lemma);

/* Sorts and removes repeats. */
void ids_sort(struct ids *set);
bool ids_has(struct ids set, uint32_t id);
size_t ids_shared(struct ids a, struct ids b, uint32_t *out, size_t max); /* how many; the first `max` into out (may be NULL) */

struct slice word_text(const struct reading *r, uint32_t w);
struct slice lemma_text(const struct lexicon *lex, uint32_t lemma);
/* A word of the texts that has this lemma: what people are shown; the lemma when the texts have none. */
struct slice lemma_seen(const struct lexicon *lex, uint32_t lemma);
/* True when the word's lemma is one of the space-separated ones: a constant, which its address stands for as long as the lexicon lives. */
bool word_is(const struct lexicon *lex, const struct reading *r, uint32_t w, const char *lemmas);
/* The same for a lemma. */
bool lemma_is(const struct lexicon *lex, uint32_t lemma, const char *lemmas);
/* Cuts the next lemma off *lemmas, a list of them; false at its end. */
bool lemmas_next(const char **lemmas, struct slice *lemma);
/* The sentence that holds byte b, or UINT32_MAX. */
uint32_t reading_sentence(const struct reading *r, uint32_t b);
/* The first word that begins at or after b (n_words when none). */
uint32_t reading_word(const struct reading *r, uint32_t b);

/* True for the lemma of a word that numeral_at() reads as a number or as the beginning of one. */
bool numeral_lemma(struct slice lemma);

/* The lemma of one lower-case word, into out (at most `max` bytes); returns its length. */
size_t lemma_of(struct slice lower, char *out, size_t max);

/* Rarity of a lemma from the table that was learned from news; about 7 when it is not in it. */
double rarity_of(struct slice lemma);

#endif
