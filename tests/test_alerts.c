/* test_alerts.c - which rules of a watch list an article fulfils, and where; which lines are no rules. */
#include "test.h"

#include "../services/report/alerts.h"

static const char text[] = "Ferry strike at Port Calder\n\nThe WHO and the Calder Lines told crews who strike that Ferries would sail. \"We sail on,\" said Ines Calder. "
                           "\xC3\x9C" "berfahrt \xC3\xA0 Ulm, AND so on. Calder-Lines again.\n";

static struct span at(const char *words)
{
    size_t b = slice_find(slice_of(text), slice_of(words), 0);
    assert_true(b != SIZE_MAX);
    return (struct span){(uint32_t)b, (uint32_t)(b + strlen(words))};
}

struct found { char lines[400]; unsigned n; };

static enum err remember(void *self, const struct alert_match *m)
{
    struct found *f = self;
    size_t n = strlen(f->lines);
    f->n++;
    n += (size_t)snprintf(f->lines + n, sizeof f->lines - n, "%s%u", n > 0 ? " | " : "", m->line);
    for (size_t i = 0; i < m->n_spans; i++) {
        struct slice s = slice_cut(slice_of(text), m->spans[i].b, m->spans[i].e);
        n += (size_t)snprintf(f->lines + n, sizeof f->lines - n, " %.*s", (int)s.len, s.ptr);
        if (i > 0) assert_true(m->spans[i - 1].b <= m->spans[i].b);
    }
    for (size_t i = 0; i < m->n_names; i++) n += (size_t)snprintf(f->lines + n, sizeof f->lines - n, " =%.*s", (int)m->names[i].len, m->names[i].ptr);
    return OK;
}

static void match(const char *list, struct found *out)
{
    struct mention lines[] = {{.b = at("Calder Lines").b, .e = at("Calder Lines").e}}, ines[] = {{.b = at("Ines Calder").b, .e = at("Ines Calder").e}};
    struct entity entities[] = {{.name = SLICE("Calder Lines"), .type = 1, .mentions = {lines, 1}}, {.name = SLICE("Ines Calder"), .type = 1, .mentions = {ines, 1}}};
    struct quote quotes[] = {{.b = at("We sail on,").b, .e = at("We sail on,").e, .kind = QUOTE_DIRECT, .speaker = SLICE("Ines Calder")}};
    struct doc doc = {.text = slice_of(text), .outlet = {.value = SLICE("The Northern Wire")}, .entities = {entities, 2}, .quotes = {quotes, 1}};
    struct alert_rules *r = NULL;
    struct arena *mem = arena_create(8 << 20);
    char why[200];
    enum err e = alert_rules_read(slice_of(list), &r, why, sizeof why);
    if (e != OK) print_error("%s: %s\n", list, why);
    assert_err(e, OK, list);
    *out = (struct found){0};
    assert_err(alert_rules_match(r, &doc, mem, remember, out), OK, list);
    alert_rules_free(&r);
    arena_destroy(&mem);
}

static const struct { const char *list, *want; } cases[] = {
    {"", ""},
    {"# strike\n\n  \n", ""},
    {"strike", "1 strike strike"},
    {"STRIKE", ""},
    {"WHO", "1 WHO"},
    {"who", "1 WHO who"},
    {"Port Calder", "1 Port Calder"},
    {"port  calder\r", "1 Port Calder"},
    {"Calder Port", ""},
    {"calder lines", "1 Calder Lines Calder-Lines"},
    {"ferr*", "1 Ferry Ferries"},
    {"the wh*", "1 The WHO"},
    {"\"told cr\"*", "1 told crews"},
    {"ferr", ""},
    {"\xC3\xBC" "BERFAHRT", "1 \xC3\x9C" "berfahrt"},
    {"strike AND sail", "1 strike strike sail sail"},
    {"strike AND storm", ""},
    {"strike OR storm", "1 strike strike"},
    {"storm OR crews AND told", "1 told crews"},
    {"(storm OR crews) AND told", "1 told crews"},
    {"(crews OR told) AND storm", ""},
    {"crews AND NOT storm", "1 crews"},
    {"crews AND NOT told", ""},
    {"crews AND NOT (storm AND told)", "1 crews"},
    {"crews AND NOT NOT told", "1 told crews"},
    {"\"AND so\"", "1 AND so"},
    {"name:Calder", "1 Calder Lines Ines Calder =Calder Lines =Ines Calder"},
    {"name:calder lines", "1 Calder Lines =Calder Lines"},
    {"name:Port Calder", ""},
    {"speaker:Calder", "1 We sail on, =Ines Calder"},
    {"speaker:Lines", ""},
    {"outlet:\"northern wire\"", "1"},
    {"outlet:Wire AND crews", "1 crews"},
    {"outlet:Southern", ""},
    {"storm\ncrews\n# told\ntold", "2 crews | 4 told"},
};

static void rules_hold_where_they_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct found f;
        match(cases[i].list, &f);
        /* Names come behind the spans, in any order of the wishes. */
        if (strcmp(cases[i].list, "name:Calder") == 0) {
            assert_non_null(strstr(f.lines, "Calder Lines Ines Calder"));
            assert_true(strstr(f.lines, "=Ines Calder") != NULL && strstr(f.lines, "=Calder Lines") != NULL);
            continue;
        }
        if (strcmp(f.lines, cases[i].want) != 0) print_error("%s: got '%s', want '%s'\n", cases[i].list, f.lines, cases[i].want);
        assert_string_equal(f.lines, cases[i].want);
    }
}

static const struct { const char *list, *why; } mistakes[] = {
    {"strike\nNOT storm", "line 2, column 10: a rule must name"}, {"NOT strike OR NOT sail", "a rule must name"}, {"strike AND", "want words here"},
    {"AND strike", "want words here"}, {"(strike", "is not closed"}, {"strike)", "was not opened"}, {"\"strike", "a quotation mark is not closed"},
    {"\"strike\" sail", "want AND, OR or the end"}, {"name:", "want words here"}, {"...", "want words here"}, {"fer* strike", "only the last word"},
    {"strike (sail)", "want AND, OR or the end"}, {"\xFF", "no UTF-8"},
};

static void what_is_no_rule_is_named_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct alert_rules *r = NULL;
        char why[200];
        assert_int_not_equal(alert_rules_read(slice_of(mistakes[i].list), &r, why, sizeof why), OK);
        assert_null(r);
        if (strstr(why, mistakes[i].why) == NULL) print_error("%s: '%s'\n", mistakes[i].list, why);
        assert_non_null(strstr(why, mistakes[i].why));
    }
}

static void ceilings_hold(void **state)
{
    (void)state;
    struct buf list = buf_make(64 << 20);
    struct alert_rules *r = NULL;
    char why[200];
    for (int i = 0; i < 100; i++) buf_char(&list, '(');
    buf_str(&list, "a");
    for (int i = 0; i < 100; i++) buf_char(&list, ')');
    assert_err(alert_rules_read(buf_slice(&list), &r, why, sizeof why), ERR_SCHEMA, "nested");
    buf_clear(&list);
    for (int i = 0; i < 70; i++) buf_str(&list, i > 0 ? " OR a" : "a");
    assert_err(alert_rules_read(buf_slice(&list), &r, why, sizeof why), ERR_SCHEMA, "wishes");
    buf_clear(&list);
    for (int i = 0; i < 30; i++) buf_str(&list, "a ");
    assert_err(alert_rules_read(buf_slice(&list), &r, why, sizeof why), ERR_SCHEMA, "words");
    buf_clear(&list);
    for (int i = 0; i <= ALERTS_RULES_MAX; i++) buf_str(&list, "a\n");
    assert_err(alert_rules_read(buf_slice(&list), &r, why, sizeof why), ERR_SCHEMA, "rules");
    buf_clear(&list);
    for (int i = 0; i < ALERTS_FILE_MAX; i++) buf_char(&list, '#');
    buf_char(&list, '#');
    assert_err(alert_rules_read(buf_slice(&list), &r, why, sizeof why), ERR_TOO_BIG, "bytes");
    buf_free(&list);
}

static void ten_thousand_rules_are_matched_by_one_walk(void **state)
{
    (void)state;
    struct buf list = buf_make(1 << 20);
    struct found f;
    for (int i = 0; i < ALERTS_RULES_MAX - 1; i++) buf_printf(&list, "word%d AND storm\n", i);
    buf_str(&list, "crews AND sail");
    match(buf_cstr(&list), &f);
    assert_string_equal(f.lines, "10000 crews sail sail");
    buf_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_hold_where_they_should), cmocka_unit_test(what_is_no_rule_is_named_with_its_line), cmocka_unit_test(ceilings_hold),
        cmocka_unit_test(ten_thousand_rules_are_matched_by_one_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
