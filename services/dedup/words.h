/* words.h - a text cut into words, each with its stem's hash and where it stands: what stories are compared by. */
#ifndef WD_DEDUP_WORDS_H
#define WD_DEDUP_WORDS_H

#include "../../libcommon/arena.h"
#include "../../proto/span.h"

enum {
    WORD_CAPITAL = 1, /* begins with a capital letter */
    WORD_START = 2,   /* first of its sentence or line, where a capital says nothing */
    WORD_NUMBER = 4,  /* begins with a digit */
    WORD_STOP = 8,    /* a function word */
    WORD_TITLE = 16,  /* stands in the title */
    WORD_LEAD = 32,   /* among the first words of the body */
    WORD_BREAK = 64,  /* something other than one space or hyphen stands between it and the word before */
};

enum { WORDS_MAX = 4000, /* words looked at in one text: the rest adds nothing to what it is about */ LEAD_WORDS = 60 };

struct word {
    uint32_t b, e;
    uint32_t stem; /* hash of the folded stem, never 0 */
    uint8_t flags;
};

struct words {
    struct word *ptr;
    size_t len;
};

/* Cuts `text`; words that end at or before byte `title_end` are the title's. Takes memory for WORDS_MAX words from mem. */
enum err words_cut(struct slice text, size_t title_end, struct arena *mem, struct words *words) MUST_CHECK;

/* The same into words->ptr, which has room for `most`. */
void words_cut_into(struct slice text, size_t title_end, size_t most, struct words *words);

/* The word folded to lower-case ASCII where it has such letters, without its possessive, into out[64]; returns its length. */
size_t word_fold(struct slice word, char out[64]);

/* True when it is of ASCII letters and digits alone, so that folding it keeps its length. */
bool word_plain(struct slice word);

enum { LISTED_MOST = 12 /* letters of the longest listed word */ };

/* Words by their first letter and their length, those of one entry side by side: most words meet an empty one. */
typedef const char *const word_list[26][LISTED_MOST + 1];

/* True when the folded word stands in the list. */
bool word_in(word_list list, const char *word, size_t n);
/* The list's words with that first letter, of either case, and that length, or NULL. */
static inline const char *word_kin(word_list list, char first, size_t n)
{
    unsigned letter = (unsigned)((unsigned char)first | 0x20) - 'a';
    return letter < 26 && n <= LISTED_MOST ? list[letter][n] : NULL;
}

#endif
