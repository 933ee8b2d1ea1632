/* lexicon.h - the words that the rules know by heart: what classes a word is in, and the number that it stands for. */
#ifndef WD_TAG_LEXICON_H
#define WD_TAG_LEXICON_H

#include "../../libcommon/base.h"

enum word_class {
    WORD_SAY = 1u << 0,         /* attributes quoted words: said, added */
    WORD_THAT = 1u << 1,        /* is followed by what someone holds: argued that, believes that */
    WORD_CALL = 1u << 2,        /* is followed by a word or two of someone's: called it "…", described as "…" */
    WORD_DEMAND = 1u << 3,      /* is followed by what someone wants or refuses: urged, rejected, demands */
    WORD_PRONOUN = 1u << 4,     /* of persons; value: see enum pronoun */
    WORD_TITLE = 1u << 5,       /* stands before a person's name: President, Mr. */
    WORD_ROLE = 1u << 6,        /* what a person is: envoy, spokesman */
    WORD_GROUP = 1u << 7,       /* unnamed speakers: analysts, officials */
    WORD_MONTH = 1u << 8,       /* value 1 to 12 */
    WORD_WEEKDAY = 1u << 9,     /* value 1 (Monday) to 7 */
    WORD_CARDINAL = 1u << 10,   /* value: the number */
    WORD_ORDINAL = 1u << 11,    /* value: the number */
    WORD_UNIT = 1u << 12,       /* of time; value: enum unit */
    WORD_SEASON = 1u << 13,     /* value: enum season */
    WORD_SCALE = 1u << 14,      /* value: the power of ten; a dozen is 0 */
    WORD_FUNCTION = 1u << 15,   /* articles, prepositions, conjunctions, pronouns, auxiliaries: words that no name begins with alone */
    WORD_ORG = 1u << 16,        /* heads of organizations: Ministry, Corp */
    WORD_PLACE = 1u << 17,      /* heads of places: Sea, Province */
    WORD_ABBREVIATION = 1u << 18, /* its dot belongs to it */
    WORD_AUXILIARY = 1u << 19,  /* has, had, was, will */
    WORD_ADVERB = 1u << 20,     /* may stand between a speaker and the verb: also, later, repeatedly */
    WORD_DETERMINER = 1u << 21, /* the, a, his, two of */
    WORD_PREPOSITION = 1u << 22,
    WORD_NEWS = 1u << 23,       /* what a statement is made in: statement, report, interview */
    WORD_LINK = 1u << 24,       /* small words inside names: of, de, al, and */
    WORD_SUBORDINATE = 1u << 25, /* begins another clause: while, because, but */
    WORD_MONEY = 1u << 26,      /* a currency; value: enum money */
    WORD_FEMALE = 1u << 27,     /* Mrs., spokeswoman, queen, and given names */
    WORD_MALE = 1u << 28,
};

enum pronoun { PRONOUN_HE = 1, PRONOUN_SHE, PRONOUN_THEY, PRONOUN_IT, PRONOUN_I, PRONOUN_WE, PRONOUN_WHO };
enum unit { UNIT_SECOND = 1, UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_QUARTER, UNIT_YEAR, UNIT_DECADE, UNIT_CENTURY, UNIT_WEEKEND };
enum season { SEASON_SPRING = 1, SEASON_SUMMER, SEASON_AUTUMN, SEASON_WINTER };
enum money { MONEY_USD = 1, MONEY_EUR, MONEY_GBP, MONEY_JPY, MONEY_RUB, MONEY_UAH, MONEY_INR, MONEY_CNY, MONEY_CHF };

struct lexeme {
    uint64_t lower; /* hash_lower() of the word */
    uint32_t classes;
    int32_t value;
};

struct lexicon;

/* Builds the table (about 1,500 words). NULL when out of memory. Read-only afterwards. */
struct lexicon *lexicon_create(void) MUST_CHECK;
void lexicon_destroy(struct lexicon **l);

/* The word of that hash, or NULL. */
const struct lexeme *lexicon_look_up(const struct lexicon *l, uint64_t lower);

#endif
