/* test_tag.c - what the tagger finds in sentences of our own, as rows: text, then what is named, said, dated and counted. */
#include "test.h"

#include <math.h>
#include <time.h>

#include "../services/tag/net.h"
#include "../services/tag/tag.h"

static struct model names;
static struct tagger *tagger;
static struct arena *mem;

static const char *const kinds[] = {"none", "direct", "mixed", "block", "indirect"};
static const char types[] = "?POLM";

static struct doc tagged(const char *text, const char *lang, const char *published)
{
    struct doc doc;
    doc_init(&doc);
    doc.text = slice_of(text);
    doc_set(&doc, DOC_TEXT);
    if (lang != NULL) {
        doc.lang.value = slice_of(lang);
        doc_set(&doc, DOC_LANG);
    }
    if (published != NULL) {
        doc.published.value = slice_of(published);
        doc_set(&doc, DOC_PUBLISHED);
    }
    assert_err(tag_doc(tagger, mem, &doc), OK, text);
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++)
        if (doc.has & TAG_WRITES & DOC_BIT(f)) assert_err(doc_check(&doc, (enum doc_field)f), OK, text);
    return doc;
}

/* --- the forms that rows are written in --- */

static void put_span(struct buf *out, const struct doc *d, uint32_t b, uint32_t e)
{
    buf_put(out, slice_cut(d->text, b, e));
}

/* "P Anna Berg: Anna Berg, Berg (mayor); " */
static void put_entities(struct buf *out, const struct doc *d)
{
    for (size_t i = 0; i < d->entities.len; i++) {
        const struct entity *e = &d->entities.ptr[i];
        buf_printf(out, "%s%c %.*s:", i ? "; " : "", types[e->type], (int)e->name.len, e->name.ptr);
        for (size_t k = 0; k < e->mentions.len; k++) {
            buf_str(out, k ? ", " : " ");
            put_span(out, d, e->mentions.ptr[k].b, e->mentions.ptr[k].e);
            if (e->mentions.ptr[k].type != ENTITY_NONE) buf_printf(out, "/%c", types[e->mentions.ptr[k].type]);
        }
        for (size_t k = 0; k < e->roles.len; k++) {
            buf_str(out, " (");
            put_span(out, d, e->roles.ptr[k].b, e->roles.ptr[k].e);
            buf_str(out, ")");
        }
    }
}

/* "direct <It is done,> Anna Berg / said" */
static void put_quotes(struct buf *out, const struct doc *d)
{
    for (size_t i = 0; i < d->quotes.len; i++) {
        const struct quote *q = &d->quotes.ptr[i];
        buf_printf(out, "%s%s <", i ? "; " : "", kinds[q->kind]);
        put_span(out, d, q->b, q->e);
        buf_printf(out, "> %.*s / ", (int)q->speaker.len, q->speaker.ptr ? q->speaker.ptr : "");
        put_span(out, d, q->cue.b, q->cue.e);
        if (q->holder.ptr != NULL) buf_printf(out, " by %.*s", (int)q->holder.len, q->holder.ptr);
    }
}

static void put_times(struct buf *out, const struct doc *d)
{
    for (size_t i = 0; i < d->times.len; i++) {
        const struct timex *t = &d->times.ptr[i];
        if (i) buf_str(out, "; ");
        put_span(out, d, t->b, t->e);
        buf_printf(out, "=%.*s", (int)t->value.len, t->value.ptr);
    }
}

/* "over 400=>400 people"; ops: = ~ > < .. # */
static void put_quantities(struct buf *out, const struct doc *d)
{
    static const char *const ops[] = {"?", "", "~", ">", "<", "", "#"};
    for (size_t i = 0; i < d->quantities.len; i++) {
        const struct quantity *q = &d->quantities.ptr[i];
        if (i) buf_str(out, "; ");
        put_span(out, d, q->b, q->e);
        buf_printf(out, "=%s%.10g", ops[q->op], q->value);
        if (!isnan(q->upper)) buf_printf(out, "..%.10g", q->upper);
        if (q->unit.ptr != NULL) buf_printf(out, " %.*s", (int)q->unit.len, q->unit.ptr);
        if (!span_empty(q->what)) buf_str(out, " [");
        put_span(out, d, q->what.b, q->what.e);
        if (!span_empty(q->what)) buf_str(out, "]");
    }
}

struct row { const char *text, *want; };
typedef void put(struct buf *, const struct doc *);

static void check_rows(const struct row *rows, size_t n, put *form, const char *published)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        struct doc d = tagged(rows[i].text, "en", published);
        struct buf out = buf_make(1 << 20);
        form(&out, &d);
        if (!slice_eq(buf_slice(&out), slice_of(rows[i].want))) {
            print_error("%s\n got  %.*s\n want %s\n", rows[i].text, (int)out.len, out.ptr, rows[i].want);
            bad++;
        }
        buf_free(&out);
        arena_reset(mem);
    }
    assert_int_equal(bad, 0);
}
#define CHECK(rows, form, published) check_rows(rows, sizeof rows / sizeof *rows, form, published)

/* --- names and who is who --- */

static const struct row naming[] = {
    {"President Anna Berg met reporters. Berg smiled.", "P Anna Berg: Anna Berg, Berg (President)"},
    {"The mayor of Oslo, Henrik Dahl, resigned. Dahl had served two years.", "L Oslo: Oslo; P Henrik Dahl: Henrik Dahl, Dahl"},
    {"Norwegian ships left Norway.", "L Norway: Norwegian/M, Norway"},
    {"Talks in St. Petersburg went on; Saint Petersburg was cold.", "L Saint Petersburg: St. Petersburg, Saint Petersburg"},
    {"Trump wrote to NATO.", "P Donald Trump: Trump; O NATO: NATO"},
    {"The U.S. and Japan signed.", "L United States: U.S.; L Japan: Japan"},
    {"Nobody came.", ""},
    {"The Northern Fisheries Council met in Oslo. The NFC said nothing.", "O Northern Fisheries Council: Northern Fisheries Council, NFC; L Oslo: Oslo"},
    {"Anna Berg met Karl Berg. Karl Berg left; Berg slept.", "P Anna Berg: Anna Berg; P Karl Berg: Karl Berg, Karl Berg, Berg"},
    {"Kiev is Kyiv.", "L Kyiv: Kiev, Kyiv"},
    {"Anna Berg, the county's chief engineer, spoke.", "P Anna Berg: Anna Berg (chief engineer)"},
    {"He lost in the 2019 Canadian federal election to Anna Berg.", "M 2019 Canadian federal election: 2019 Canadian federal election; P Anna Berg: Anna Berg"},
    {"The 2016 United States presidential election in Montana was close.",
     "M 2016 United States presidential election in Montana: 2016 United States presidential election in Montana"},
    {"She lives in Washington, D.C. with Anna Berg.", "L Washington: Washington, D.C.; P Anna Berg: Anna Berg"},
    {"Pirates boarded the tanker Anna Berg on Monday. The Anna Berg was empty.", "M Anna Berg: Anna Berg, Anna Berg"},
    {"In 2019 Canada held a federal election.", "L Canada: Canada"},
    {"They paid US $5 billion to the US in June.", "L United States: US"},
    {"Special Envoy Anna Berg flew to Geneva.", "P Anna Berg: Anna Berg (Special Envoy); L Geneva: Geneva"},
};

static void full_names_surnames_titles_and_demonyms_are_one_entity(void **state)
{
    (void)state;
    CHECK(naming, put_entities, NULL);
}

/* --- quotes --- */

static const struct row saying[] = {
    {"“We will rebuild the bridge before winter,” Anna Berg said.", "direct <We will rebuild the bridge before winter,> Anna Berg / said"},
    {"\"We will rebuild the bridge before winter,\" said Anna Berg.", "direct <We will rebuild the bridge before winter,> Anna Berg / said"},
    {"Mayor Anna Berg told reporters: “The bridge is closed.”", "direct <The bridge is closed.> Anna Berg / told"},
    {"Anna Berg arrived late. “We will rebuild it,” she said. “It will take a year or more.”",
     "direct <We will rebuild it,> Anna Berg / said; direct <It will take a year or more.> Anna Berg / "},
    {"Anna Berg called the plan “a gift to nobody” on Friday.", "indirect <the plan “a gift to nobody” on Friday> Anna Berg / called; mixed <a gift to nobody> Anna Berg / called"},
    {"She watched “60 Minutes” at home.", ""},
    {"Anna Berg said that the bridge had been unsafe for years.", "indirect <that the bridge had been unsafe for years> Anna Berg / said"},
    {"The bridge had been unsafe for years, according to Anna Berg.", "indirect <The bridge had been unsafe for years> Anna Berg / according to"},
    {"Anna Berg spoke to the council, saying:\n\nNobody warned us. Nobody came. We acted alone.",
     "block <Nobody warned us. Nobody came. We acted alone.> Anna Berg / saying"},
    {"A mark that never closes: “ and more words here.\n\n“We will rebuild the bridge,” Anna Berg said.",
     "direct <We will rebuild the bridge,> Anna Berg / said"},
};

static void quotes_have_their_kind_words_speaker_and_cue(void **state)
{
    (void)state;
    CHECK(saying, put_quotes, NULL);
}

/* --- times --- */

static const struct row dated[] = {
    {"It opens on April 11, 2025.", "April 11, 2025=2025-04-11"},
    {"It opened on Friday.", "Friday=2025-04-11"},
    {"It opened yesterday.", "yesterday=2025-04-13"},
    {"It will open next week.", "next week=2025-W17"},
    {"It opened three years ago.", "three years ago=2022"},
    {"A five-hour meeting in March 2024.", "five-hour=PT5H; March 2024=2024-03"},
    {"Filed 2025-04-11 at 10:30.", "2025-04-11=2025-04-11; 10:30=T10:30"},
    {"The war is in its fourth year.", "its fourth year=war_year=4"},
    {"They meet every week.", "every week=P1W"},
    {"They may march on.", ""},
};
static const struct row undated[] = {
    {"It opened on Friday.", "Friday=XXXX-WXX-5"},
    {"It opened yesterday.", "yesterday=DCT-P1D"},
    {"It opened in May.", "May=XXXX-05"},
    {"OSLO, April 11, 2025 (Wire) - It opened yesterday.", "April 11, 2025=2025-04-11; yesterday=2025-04-10"},
};

static void times_are_anchored_by_the_published_date(void **state)
{
    (void)state;
    CHECK(dated, put_times, "2025-04-14T09:00:00Z");
}

static void times_without_an_anchor_stay_open(void **state)
{
    (void)state;
    CHECK(undated, put_times, NULL);
}

/* --- quantities --- */

static const struct row counted[] = {
    {"More than 400,000 people fled.", "More than 400,000=>400000 [people]"},
    {"The plan costs $2.5 million a year.", "$2.5 million=2500000 USD"},
    {"It costs between 10 and 15 million euros.", "10 and 15 million euros=10000000..15000000 EUR"},
    {"Prices rose 3.5 percent.", "3.5 percent=3.5 percent"},
    {"About 25% of the region is held.", "About 25%=~25 percent [region]"},
    {"Hundreds of thousands of casualties were feared.", "Hundreds of thousands=>200000 [casualties]"},
    {"Five contested valleys remain.", "Five=5 [contested valleys]"},
    {"It was the third extended meeting.", "third=#3 [extended meeting]"},
    {"Anna Berg, 68, resigned.", "68=68 years"},
    {"Boats carried 12-15 passengers.", "12-15=12..15 [passengers]"},
    {"Article 5 was read; Flight 370 was lost.", ""},
    {"One wonders.", ""},
    {"At least two dozen homes burned.", "At least two dozen=>24 [homes]"},
    {"He lost £5m and A$3bn.", "£5m=5000000 GBP; A$3bn=3000000000 AUD"},
};

static void quantities_have_value_operator_unit_and_what_they_count(void **state)
{
    (void)state;
    CHECK(counted, put_quantities, NULL);
}

/* --- the stage's promises --- */

static void another_language_gets_no_entities_and_no_quotes(void **state)
{
    (void)state;
    struct doc d = tagged("Der Bürgermeister sagte am 2025-04-11: „Die Brücke kostet 5 €.“", "de", NULL);
    assert_false(doc_has(&d, DOC_ENTITIES));
    assert_false(doc_has(&d, DOC_QUOTES));
    assert_int_equal(d.times.len, 1);
    arena_reset(mem);
}

static void encode(const char *text, struct buf *out)
{
    struct doc d = tagged(text, "en", NULL);
    d.key = SLICE("k");
    doc_set(&d, DOC_KEY);
    assert_err(doc_to_json(&d, 0, mem, out), OK, text);
    arena_reset(mem);
}

static void the_same_document_gives_the_same_bytes_whatever_ran_before(void **state)
{
    (void)state;
    struct buf first = buf_make(1 << 20), second = buf_make(1 << 20);
    encode(saying[3].text, &first);
    for (size_t i = 0; i < sizeof naming / sizeof *naming; i++) {
        tagged(naming[i].text, "en", NULL);
        arena_reset(mem);
    }
    encode(saying[3].text, &second);
    assert_true(slice_eq(buf_slice(&first), buf_slice(&second)));
    buf_free(&first);
    buf_free(&second);
}

static const struct row by_list[] = {
    {"The Bridge Trust sued Berg & Sons, said Mayor A. Berg.", "O Bridge Trust of Oslo: Bridge Trust; O Berg & Sons: Berg & Sons; P Anna Berg: A. Berg (Mayor)"},
    {"Monday Club members met.", ""},
};

static void a_users_list_wins_over_the_model(void **state)
{
    (void)state;
    struct tagger *own = tagger, *listed = tagger_create(&names);
    size_t line;
    assert_non_null(listed);
    assert_err(tagger_names(listed, SLICE("# ours\nperson\tAnna Berg\tA. Berg\norganization\tBridge Trust of Oslo\tBridge Trust\n"
                                          "organization\tBerg & Sons\n\nnone\tMonday Club\n"), &line), OK, "a list");
    tagger = listed;
    CHECK(by_list, put_entities, NULL);
    struct doc d = tagged("Der Bridge Trust klagt.", "de", NULL);
    assert_int_equal(d.entities.len, 1);
    assert_false(doc_has(&d, DOC_QUOTES));
    arena_reset(mem);
    tagger = own;
    tagger_destroy(&listed);
}

static void a_wrong_line_of_the_list_is_named(void **state)
{
    (void)state;
    static const struct { const char *text; size_t line; } rows[] = {
        {"person\tA\nhuman\tB\n", 2}, {"person\n", 1}, {"person\tAnna\n\nperson\t\tB\n", 3}, {"misc\t \n", 1},
    };
    struct tagger *t = tagger_create(&names);
    size_t line;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_err(tagger_names(t, slice_of(rows[i].text), &line), ERR_MALFORMED, rows[i].text);
        assert_int_equal(line, rows[i].line);
    }
    assert_err(tagger_names(t, SLICE("person\t\xff\n"), &line), ERR_UTF8, "not UTF-8");
    tagger_destroy(&t);
}

static void a_broken_model_is_refused(void **state)
{
    (void)state;
    struct model m;
    struct model_head head;
    assert_err(model_open("services/tag/no.model", &m), ERR_IO, "no file");
    assert_err(model_open("services/tag/tag.c", &m), ERR_MALFORMED, "another file");
    memcpy(&head, names.head, sizeof head);
    assert_err(model_over(&head, sizeof head - 1, &m), ERR_MALFORMED, "cut short");
    assert_err(model_over(&head, sizeof head, &m), ERR_MALFORMED, "tables missing");
    head.nets = 2;
    assert_err(model_over(&head, sizeof head, &m), ERR_MALFORMED, "two networks");
    head.version++;
    assert_err(model_over(&head, sizeof head, &m), ERR_VERSION, "of another version");
}

/* A model of nothing but a network, which knows one word. */
static struct model model_of_one_word(const char *word, struct net **net)
{
    enum { WORDS = 16 };
    size_t size = sizeof(struct model_head) + WORDS * sizeof(uint32_t) + sizeof(struct net) + WORDS * NET_CODES;
    char *bytes = arena_array(mem, size, 1);
    assert_non_null(bytes);
    *(struct model_head *)bytes = (struct model_head){.magic = "WDNAMES", .version = MODEL_VERSION, .words = WORDS, .scale = 1, .nets = 1};
    uint64_t hash = hash_lower(slice_of(word));
    uint32_t at = slot_of(hash, WORDS);
    ((uint32_t *)(bytes + sizeof(struct model_head)))[at] = packed_check(hash, WORD_BITS) << WORD_BITS | 1;
    *net = (struct net *)(bytes + sizeof(struct model_head) + WORDS * sizeof(uint32_t));
    (*net)->scale = 0.01f;
    ((uint8_t *)(*net + 1))[at * NET_CODES] = 7;
    struct model m;
    assert_err(model_over(bytes, size, &m), OK, "a model of one word");
    return m;
}

static void the_network_hears_of_a_word_and_of_its_neighbours(void **state)
{
    (void)state;
    struct net *net;
    struct model m = model_of_one_word("oslo", &net);
    struct lexicon *lex = lexicon_create();
    struct world *world = lex == NULL ? NULL : world_create(lex);
    struct tokens t;
    struct view v;
    assert_non_null(world);
    net->code[2][0][7][5] = 100; /* the word itself: hidden unit 5 */
    net->code[1][0][7][6] = 50;  /* the word before */
    net->out[5][0] = 2;
    net->out[6][1] = -2;
    assert_err(tokens_of(lex, mem, SLICE("Oslo Fjord"), (struct spans){NULL, 0}, &t), OK, "tokens");
    assert_err(view_make(&m, world, mem, &t, false, &v), OK, "a view");
    float score[2][LABELS] = {{0}};
    for (size_t i = 0; i < 2; i++) net_add(&v, i, score[i]);
    assert_float_equal(score[0][1], 2 * net_squash(1), 1e-5);
    assert_float_equal(score[0][2], 0, 1e-5);
    assert_float_equal(score[1][1], 0, 1e-5);
    assert_float_equal(score[1][2], -2 * net_squash(0.5f), 1e-5);
    world_destroy(&world);
    lexicon_destroy(&lex);
}

/* The processor's time for one document of `size` bytes made of repeats, in ms. */
static double time_of(const char *part, size_t size)
{
    struct buf text = buf_make(size + 1000);
    while (text.len < size) buf_str(&text, part);
    double best = 1e9;
    for (int round = 0; round < 3; round++) {
        struct doc doc;
        doc_init(&doc);
        doc.text = buf_slice(&text);
        doc_set(&doc, DOC_TEXT);
        clock_t begin = clock();
        assert_err(tag_doc(tagger, mem, &doc), OK, part);
        double ms = (double)(clock() - begin) * 1e3 / CLOCKS_PER_SEC;
        if (ms < best) best = ms;
        arena_reset(mem);
    }
    buf_free(&text);
    return best;
}

static void hostile_inputs_take_time_in_line_with_their_length(void **state)
{
    (void)state;
    static const char *const parts[] = {"abcdefghij", "AbcDef", "1234567890", "12 ", "\"", "“", "'", "said ", "according to ", "Anna Berg said ", "He said that ",
        "May 5, ", "Aa-", "U.S. ", "(", ",", "Berg spoke, saying:\n\n", "\"A ", "THE BERG OF ", "Berg, the chief ", "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double small = time_of(parts[i], 1 << 15), large = time_of(parts[i], 1 << 18);
        if (large > 30 * small + 20) print_error("%s: %.1f ms, then %.1f ms for eight times as much\n", parts[i], small, large);
        assert_true(large <= 30 * small + 20);
    }
}

static void a_name_has_the_type_that_its_other_places_speak_for(void **state)
{
    (void)state;
    static const struct { const char *rest; enum entity_type type; } rows[] = {
        {"Zorvane Inc. said on Friday that sales rose.", ENTITY_ORGANIZATION},
        {"Mr. Zorvane said he was glad.", ENTITY_PERSON},
        {"She lives in Zorvane, Sweden, and went to Zorvane in May.", ENTITY_LOCATION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = buf_make(1 << 10);
        buf_printf(&text, "Zorvane opened a plant in June. %s", rows[i].rest);
        struct doc doc = tagged(buf_cstr(&text), "en", NULL);
        assert_true(doc.entities.len > 0);
        assert_int_equal(doc.entities.ptr[0].mentions.ptr[0].b, 0);
        assert_int_equal(doc.entities.ptr[0].type, rows[i].type);
        arena_reset(mem);
        buf_free(&text);
    }
}

static void a_long_text_has_its_names_in_capitals_but_few_where_all_is_shorter_than_words(void **state)
{
    (void)state;
    static const struct { const char *part; bool many; } rows[] = {{"ANNA BERG MET THE MAYOR OF OSLO ON MONDAY. ", true}, {"Aa-Bb-", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = buf_make(1 << 16);
        while (text.len < 1 << 14) buf_str(&text, rows[i].part);
        buf_char(&text, '\0');
        struct doc doc = tagged(buf_cstr(&text), "en", NULL);
        size_t mentions = 0;
        for (size_t k = 0; k < doc.entities.len; k++) mentions += doc.entities.ptr[k].mentions.len;
        assert_int_equal(mentions > 256, rows[i].many);
        arena_reset(mem);
        buf_free(&text);
    }
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_create(256 << 20);
    if (model_open("services/tag/names.model", &names) != OK) return 1;
    tagger = tagger_create(&names);
    return tagger == NULL || mem == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    tagger_destroy(&tagger);
    arena_destroy(&mem);
    model_close(&names);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_names_surnames_titles_and_demonyms_are_one_entity),
        cmocka_unit_test(quotes_have_their_kind_words_speaker_and_cue),
        cmocka_unit_test(times_are_anchored_by_the_published_date),
        cmocka_unit_test(times_without_an_anchor_stay_open),
        cmocka_unit_test(quantities_have_value_operator_unit_and_what_they_count),
        cmocka_unit_test(another_language_gets_no_entities_and_no_quotes),
        cmocka_unit_test(a_users_list_wins_over_the_model),
        cmocka_unit_test(a_wrong_line_of_the_list_is_named),
        cmocka_unit_test(a_broken_model_is_refused),
        cmocka_unit_test(the_network_hears_of_a_word_and_of_its_neighbours),
        cmocka_unit_test(hostile_inputs_take_time_in_line_with_their_length),
        cmocka_unit_test(a_name_has_the_type_that_its_other_places_speak_for),
        cmocka_unit_test(a_long_text_has_its_names_in_capitals_but_few_where_all_is_shorter_than_words),
        cmocka_unit_test(the_same_document_gives_the_same_bytes_whatever_ran_before),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
