/* test_words.c - the words of compared texts: numbers in letters, lists of lemmas. */
#include "test.h"

#include "../services/report/slots.h"

struct scene { struct arena *mem; struct lexicon lex; struct doc doc; struct reading reading; };

static void read_text(struct scene *s, const char *text)
{
    s->mem = arena_create(4 << 20);
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

/* Lemmas come while lists are asked for, one account after the other; more of them than the lexicon first has room for. */
static void a_list_knows_the_lemmas_that_came_after_it_was_asked_for(void **state)
{
    (void)state;
    static const char list[] = "ferry w4999";
    struct scene s;
    read_text(&s, "Nobody came");
    assert_false(word_is(&s.lex, &s.reading, 0, list));
    for (unsigned i = 0; i < 5000; i++) {
        char word[16];
        int n = snprintf(word, sizeof word, "w%u", i);
        assert_int_not_equal(lexicon_id(&s.lex, (struct slice){word, (size_t)n}), 0);
        if (i == 100) assert_false(lemma_is(&s.lex, lexicon_find(&s.lex, SLICE("w100")), list));
    }
    s.doc.text = SLICE("W4999 and w4998: the ferry, a ferry");
    assert_int_equal(reading_make(&s.lex, &s.doc, 0, 1, &s.reading), OK);
    static const bool want[] = {true, false, false, false, true, false, true};
    assert_int_equal(s.reading.n_words, 7);
    for (uint32_t w = 0; w < 7; w++) {
        if (word_is(&s.lex, &s.reading, w, list) != want[w]) fail_msg("word %u", w);
    }
    assert_int_equal(s.reading.words[4].lemma, s.reading.words[6].lemma);
    arena_destroy(&s.mem);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_that_begins_a_number_is_marked),
        cmocka_unit_test(a_word_is_in_a_list_when_the_list_has_its_lemma_whole),
        cmocka_unit_test(a_list_knows_the_lemmas_that_came_after_it_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
