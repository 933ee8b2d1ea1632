/* test_words.c - the words of compared texts: numbers in letters, lists of lemmas. */
#include "test.h"

#include "../services/report/slots.h"

struct scene { struct arena *mem; struct lexicon lex; struct doc doc; struct reading reading; };

static void read_text(struct scene *s, const char *text)
{
    s->mem = arena_create(1 << 20);
    assert_non_null(s->mem);
    assert_int_equal(lexicon_make(s->mem, &s->lex), OK);
    s->doc = (struct doc){.text = slice_of(text)};
    doc_set(&s->doc, DOC_TEXT);
    assert_int_equal(reading_make(&s->lex, &s->doc, 0, 0, &s->reading), OK);
}

/* number_at() looks no further at a word without this flag: all words of its tables must have it, whatever their lemma. */
static void a_word_that_begins_a_number_is_marked(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "zero", "one", "two", "Three", "four", "five", "six", "SEVEN", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
        "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "first", "second", "third", "fourth",
        "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "dozen", "a hundred", "Half a million", "twenty-one",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene s;
        read_text(&s, cases[i]);
        if (!(s.reading.words[0].flags & WORD_NUMERAL)) fail_msg("%s is not marked", cases[i]);
        arena_destroy(&s.mem);
    }
    struct scene s;
    read_text(&s, "There were ferries");
    for (uint32_t w = 0; w < s.reading.n_words; w++) assert_false(s.reading.words[w].flags & WORD_NUMERAL);
    arena_destroy(&s.mem);
}

static void a_word_is_in_a_list_when_the_list_has_its_lemma_whole(void **state)
{
    (void)state;
    static const char list[] = "meet talk summit negotiat hurrican u.s a";
    static const struct { const char *text; bool in; } cases[] = {
        {"meetings", true}, {"Talks", true}, {"summit", true}, {"negotiating", true}, {"hurricane", true}, {"US", true}, {"a", true},
        {"sum", false}, {"summits", true}, {"mee", false}, {"talker", false}, {"u", false}, {"hurry", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene s;
        read_text(&s, cases[i].text);
        for (int again = 0; again < 2; again++) {
            if (word_is(&s.lex, &s.reading, 0, list) != cases[i].in) fail_msg("%s, time %d", cases[i].text, again);
        }
        arena_destroy(&s.mem);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_that_begins_a_number_is_marked),
        cmocka_unit_test(a_word_is_in_a_list_when_the_list_has_its_lemma_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
