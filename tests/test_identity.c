/* test_identity.c - who a name stands for: by the name itself, and over a real ledger by the article, the story and the last days. */
#include "test.h"

#include <jansson.h>
#include <unistd.h>

#include "../services/report/desk.h"
#include "../services/report/identity.h"
#include "../services/report/ledger_sql.h"

/* --- names alone --- */

static const char *id_of(const char *name, enum entity_type type, struct identity *who)
{
    identity_of(slice_of(name), type, who);
    return who->id;
}

static void forms_of_one_name_have_one_id(void **state)
{
    (void)state;
    static const struct { const char *a, *b; enum entity_type type; } cases[] = {
        {"Joe Harwick", "Joseph Harwick", ENTITY_PERSON}, {"President Joseph R. Harwick Jr.", "Joe Harwick", ENTITY_PERSON},
        {"José Marañón", "Jose Maranon", ENTITY_PERSON}, {"Olena Zelenskyy", "Olena Zelensky", ENTITY_PERSON}, {"Secretary of State Ines Calder", "Ines Calder", ENTITY_PERSON},
        {"J.D. Calder", "JD Calder", ENTITY_PERSON}, {"ANA VOS", "Ana Vos", ENTITY_PERSON}, {"Ana Vos’s", "Ana Vos", ENTITY_PERSON}, {"Łukasz Ørn", "Lukasz Orn", ENTITY_PERSON},
        {"Kyiv", "Kiev", ENTITY_LOCATION}, {"U.S.", "United States", ENTITY_LOCATION}, {"The United States of America", "US", ENTITY_LOCATION},
        {"St. Maren", "Saint Maren", ENTITY_LOCATION}, {"UN", "the United Nations", ENTITY_ORGANIZATION}, {"Port Labour Organisation", "Port Labor Organization", ENTITY_ORGANIZATION},
        {"WHO", "World Health Organisation", ENTITY_ORGANIZATION},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identity a, b;
        id_of(cases[i].a, cases[i].type, &a);
        id_of(cases[i].b, cases[i].type, &b);
        if (a.id[0] == '\0' || strcmp(a.id, b.id) != 0) fail_msg("%s and %s are two", cases[i].a, cases[i].b);
    }
}

static void names_of_two_have_two_ids(void **state)
{
    (void)state;
    static const struct { const char *a, *b; enum entity_type type; } cases[] = {
        {"Ana Vos", "Anton Vos", ENTITY_PERSON}, {"George W. Harwick", "George H. W. Harwick", ENTITY_PERSON}, {"Maria Ruiz Calder", "Maria Soto Calder", ENTITY_PERSON},
        {"North Maren", "Maren", ENTITY_LOCATION}, {"Bank of Maren", "Maren Bank", ENTITY_ORGANIZATION}, {"Prince Aldo", "King Aldo", ENTITY_PERSON},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identity a, b;
        id_of(cases[i].a, cases[i].type, &a);
        id_of(cases[i].b, cases[i].type, &b);
        if (strcmp(a.id, b.id) == 0) fail_msg("%s and %s are one", cases[i].a, cases[i].b);
    }
}

static void a_part_of_a_name_has_no_id_but_its_form(void **state)
{
    (void)state;
    static const struct { const char *name, *form; } cases[] = {
        {"Vos", "vos"}, {"Mr. Vos", "vos"}, {"President Marañón", "maranon"}, {"J. Vos", "vos"}, {"de Vries", "vries"}, {"van der Berg", "berg"}, {"", ""}, {"   ", ""},
    };
    struct identity who;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(id_of(cases[i].name, ENTITY_PERSON, &who), "");
        assert_string_equal(who.form, cases[i].form);
    }
    assert_string_not_equal(id_of("PLO Line", ENTITY_ORGANIZATION, &who), "");
    assert_string_equal(id_of("", ENTITY_ORGANIZATION, &who), "");
    char longest[2000];
    memset(longest, 'a', sizeof longest);
    memcpy(longest + 300, " \xC3\xA9", 3);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(strlen(id_of(longest, ENTITY_PERSON, &who)), IDENTITY_ID);
    assert_string_not_equal(id_of("\xFF\xFE z\xC3", ENTITY_PERSON, &who), ""); /* not UTF-8: still a name */
}

static void the_day_is_that_of_publication_unless_it_lies_ahead(void **state)
{
    (void)state;
    static const struct { const char *published; uint64_t accepted; int64_t day; } cases[] = {
        {"1970-01-03", 500000000, 2}, {"1970-01-03T23:00:00Z", 500000000, 2}, {"1970-01", 500000000, 5}, {"", 500000000, 5}, {"1970-02-01", 500000000, 5},
        {"1970-01-07", 500000000, 6}, {"2026-11-24", 0, 20781}, {"1969-12-31", 500000000, 5}, {"2026-1x-24", 86400000, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(identity_day(slice_of(cases[i].published), cases[i].accepted), cases[i].day);
}

/* --- over a ledger --- */

struct scene {
    char folder[64], path[128];
    struct ledger *ledger;
    struct desk *desk;
    struct arena *mem;
    uint64_t seq;
};

static int set_up(void **state)
{
    static struct scene s; /* shared: one test at a time */
    char why[400];
    s = (struct scene){.mem = arena_create(DOC_ARENA_MAX)};
    snprintf(s.folder, sizeof s.folder, "/tmp/wd-who-XXXXXX");
    assert_non_null(mkdtemp(s.folder));
    snprintf(s.path, sizeof s.path, "%s/ledger.db", s.folder);
    assert_err(ledger_open(s.path, &s.ledger, why, sizeof why), OK, s.path);
    s.desk = desk_create(s.ledger, &(struct desk_settings){.coalesce = 2000});
    *state = &s;
    return s.mem == NULL || s.desk == NULL;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    desk_destroy(&s->desk);
    ledger_close(&s->ledger);
    arena_destroy(&s->mem);
    for (int i = 0; i < 3; i++) {
        char path[160];
        snprintf(path, sizeof path, "%s%s", s->path, ends[i]);
        (void)unlink(path);
    }
    return rmdir(s->folder);
}

/* A document of the day that names what `names` lists: "Ana Vos/person|PLO/organization", each said once. */
static void put_document(char *json, size_t size, const char *key, int day, const char *story, const char *names)
{
    char text[1000] = "There was news. ", entities[2000] = "", copy[600];
    size_t at = strlen(text), n = 0;
    snprintf(copy, sizeof copy, "%s", names);
    for (char *save = NULL, *one = strtok_r(copy, "|", &save); one != NULL; one = strtok_r(NULL, "|", &save)) {
        char *type = strchr(one, '/'), *also = NULL;
        *type++ = '\0';
        if ((also = strchr(type, '=')) != NULL) *also++ = '\0'; /* a second mention, in other words */
        n += (size_t)snprintf(entities + n, sizeof entities - n, "%s{\"name\":\"%s\",\"type\":\"%s\",\"mentions\":[{\"b\":%zu,\"e\":%zu,\"score\":1}", n > 0 ? "," : "",
                              one, type, at, at + strlen(one));
        at += (size_t)snprintf(text + at, sizeof text - at, "%s came.", one);
        if (also != NULL) n += (size_t)snprintf(entities + n, sizeof entities - n, ",{\"b\":%zu,\"e\":%zu,\"score\":1}", at + 1, at + 1 + strlen(also));
        if (also != NULL) at += (size_t)snprintf(text + at, sizeof text - at, " %s stayed.", also);
        n += (size_t)snprintf(entities + n, sizeof entities - n, "]}");
        at += (size_t)snprintf(text + at, sizeof text - at, " ");
    }
    snprintf(json, size, "{\"key\":\"%s\",\"accepted\":%llu,\"text\":\"%s\",\"entities\":[%s],\"story\":{\"id\":\"%s\",\"reasons\":[\"r\"]},"
             "\"published\":{\"value\":\"1970-01-%02d\",\"basis\":\"meta\",\"precision\":\"day\"},\"verdict\":{\"kind\":\"original\"}}",
             key, 60ull * 86400000, text, entities, story, day);
}

static void take(struct scene *s, const char *key, int day, const char *story, const char *names)
{
    char json[8000];
    struct doc doc;
    struct desk_taken taken;
    put_document(json, sizeof json, key, day, story, names);
    arena_reset(s->mem);
    assert_err(doc_from_json(slice_of(json), s->mem, &doc), OK, json);
    doc.instance = SLICE("0123456789abcdef");
    doc.seq = ++s->seq;
    doc_set(&doc, DOC_INSTANCE);
    doc_set(&doc, DOC_SEQ);
    assert_err(ledger_begin(s->ledger), OK, "begin");
    assert_err(desk_take(s->desk, s->mem, &doc, 5000, &taken), OK, json);
    assert_err(ledger_commit(s->ledger), OK, "commit");
    assert_int_equal(taken.outcome, OUTCOME_REPORTED);
}

static void tell(struct scene *s, const char *story)
{
    arena_reset(s->mem);
    assert_err(ledger_begin(s->ledger), OK, "begin");
    assert_err(desk_tell(s->desk, s->mem, slice_of(story), 9000), OK, story);
    assert_err(ledger_commit(s->ledger), OK, "commit");
}

/* What a name of the last article or story line is taken for: "the full name by what says so", "itself", or "open". */
static const char *last_said(struct scene *s, const char *type, const char *name)
{
    static char out[300]; /* shared: the answer until the next call */
    size_t n, i;
    struct slice text;
    const struct desk_line *l = desk_lines(s->desk, &n, &text);
    snprintf(out, sizeof out, "nowhere");
    while (n-- > 0) {
        json_t *v = json_loadb(text.ptr + l[n].at, l[n].len, 0, NULL), *one;
        bool found = strcmp(json_string_value(json_object_get(v, "type")), type) == 0;
        json_array_foreach(json_object_get(v, "entities"), i, one)
        {
            const char *is = json_string_value(json_object_get(one, "name")), *as = json_string_value(json_object_get(one, "as"));
            if (!found || strcmp(is, name) != 0) continue;
            if (as != NULL) snprintf(out, sizeof out, "%s by %s", as, json_string_value(json_object_get(one, "by")));
            else snprintf(out, sizeof out, json_object_get(one, "id") != NULL ? "itself" : "open");
        }
        json_decref(v);
        if (found) break;
    }
    return out;
}

static const char *entity_in(struct scene *s, const char *key, const char *name)
{
    static char out[64]; /* shared: the answer until the next call */
    sqlite3_stmt *q = NULL;
    assert_int_equal(sqlite3_prepare_v2(s->ledger->db, "SELECT entity FROM mentions WHERE article = ?1 AND name = ?2", -1, &q, NULL), SQLITE_OK);
    sqlite3_bind_text(q, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, name, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    const char *id = (const char *)sqlite3_column_text(q, 0);
    snprintf(out, sizeof out, "%s", id != NULL ? id : "open");
    sqlite3_finalize(q);
    return out;
}

static void a_surname_alone_is_whom_the_last_days_named_in_full(void **state)
{
    struct scene *s = *state;
    struct identity vos;
    take(s, "k1", 10, "S1", "Ana Vos/person");
    assert_string_equal(last_said(s, "article", "Ana Vos"), "itself");
    take(s, "k2", 17, "S2", "Vos/person");
    assert_string_equal(last_said(s, "article", "Vos"), "Ana Vos by days");
    assert_string_equal(entity_in(s, "k2", "Vos"), id_of("Ana Vos", ENTITY_PERSON, &vos));
    take(s, "k3", 18, "S3", "Vos/person"); /* eight days later: the days are those of publication, not of the clock */
    assert_string_equal(last_said(s, "article", "Vos"), "open");
    take(s, "k4", 9, "S4", "Vos/person"); /* a day before anybody was named in full */
    assert_string_equal(last_said(s, "article", "Vos"), "open");
    assert_string_equal(entity_in(s, "k4", "Vos"), "open");
    tell(s, "S2");
    assert_string_equal(last_said(s, "story", "Ana Vos"), "itself");
    tell(s, "S3");
    assert_string_equal(last_said(s, "story", "Vos"), "open");
}

static void two_of_one_surname_leave_it_open(void **state)
{
    struct scene *s = *state;
    take(s, "k1", 10, "S1", "Ana Vos/person");
    take(s, "k2", 11, "S2", "Piet Vos/person");
    take(s, "k3", 12, "S3", "Vos/person");
    assert_string_equal(last_said(s, "article", "Vos"), "open");
    tell(s, "S3");
    assert_string_equal(last_said(s, "story", "Vos"), "open");
    assert_string_equal(entity_in(s, "k3", "Vos"), "open");
    take(s, "k4", 12, "S3", "P. Vos/person"); /* the initial says which */
    assert_string_equal(last_said(s, "article", "P. Vos"), "Piet Vos by days");
    take(s, "k5", 18, "S5", "Vos/person"); /* the first was last named eight days before */
    assert_string_equal(last_said(s, "article", "Vos"), "Piet Vos by days");
}

static void the_story_says_which_of_two_it_is(void **state)
{
    struct scene *s = *state;
    struct identity who;
    take(s, "k1", 10, "S1", "Ana Vos/person");
    take(s, "k2", 11, "S2", "Piet Vos/person");
    take(s, "k3", 12, "S2", "Vos/person");
    assert_string_equal(last_said(s, "article", "Vos"), "Piet Vos by story");
    take(s, "k4", 12, "S4", "Vos/person"); /* alone yet */
    take(s, "k5", 12, "S4", "Ana Vos/person");
    assert_string_equal(entity_in(s, "k4", "Vos"), "open");
    tell(s, "S4");
    assert_string_equal(entity_in(s, "k4", "Vos"), id_of("Ana Vos", ENTITY_PERSON, &who));
    take(s, "k6", 12, "S4", "Piet Vos/person"); /* now the story has both */
    tell(s, "S4");
    assert_string_equal(last_said(s, "story", "Vos"), "open");
    assert_string_equal(entity_in(s, "k4", "Vos"), "open");
    assert_string_equal(entity_in(s, "k5", "Ana Vos"), id_of("Ana Vos", ENTITY_PERSON, &who));
}

static void initials_are_what_the_days_spell_out(void **state)
{
    struct scene *s = *state;
    struct identity who;
    take(s, "k1", 10, "S1", "Maren Dockers Union/organization=MDU");
    take(s, "k2", 11, "S2", "MDU/organization");
    assert_string_equal(last_said(s, "article", "MDU"), "Maren Dockers Union by days");
    assert_string_equal(entity_in(s, "k2", "MDU"), id_of("Maren Dockers Union", ENTITY_ORGANIZATION, &who));
    tell(s, "S2");
    assert_string_equal(last_said(s, "story", "Maren Dockers Union"), "itself");
    take(s, "k3", 12, "S3", "Maren Democratic Unity/organization=MDU");
    take(s, "k4", 12, "S4", "MDU/organization"); /* two are called so: it is only itself */
    assert_string_equal(last_said(s, "article", "MDU"), "itself");
    assert_string_equal(entity_in(s, "k4", "MDU"), id_of("MDU", ENTITY_ORGANIZATION, &who));
    take(s, "k5", 30, "S5", "Salt Haven Ferries/organization"); /* nobody called it by initials */
    take(s, "k6", 30, "S6", "SHF/organization");
    assert_string_equal(last_said(s, "article", "SHF"), "itself");
    take(s, "k7", 30, "S6", "Salt Haven Ferries/organization"); /* but one story spells them out */
    tell(s, "S6");
    assert_string_equal(entity_in(s, "k6", "SHF"), id_of("Salt Haven Ferries", ENTITY_ORGANIZATION, &who));
}

static int64_t number(struct scene *s, const char *sql)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(s->ledger->db, sql, -1, &q, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(s->ledger->db));
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return n;
}

static void the_views_count_an_entity_once_under_all_its_names(void **state)
{
    struct scene *s = *state;
    take(s, "k1", 10, "S1", "Joe Vos/person|Kiev/location");
    take(s, "k2", 10, "S2", "Joe Vos/person|Kyiv/location");
    take(s, "k3", 10, "S3", "Joseph Vos/person|Kyiv/location");
    take(s, "k4", 10, "S4", "Vos/person|Orn/person");
    assert_true(number(s, "SELECT count(*) FROM entities") == 3);
    assert_true(number(s, "SELECT count(*) FROM entities WHERE name = 'Joe Vos' AND articles = 4 AND mentions = 4 AND forms = 3") == 1);
    assert_true(number(s, "SELECT count(*) FROM entities WHERE name = 'Kyiv' AND type = 'location' AND articles = 3") == 1);
    assert_true(number(s, "SELECT count(*) FROM entities WHERE name = 'Orn' AND id IS NULL") == 1);
    assert_true(number(s, "SELECT count(*) FROM aliases WHERE id = (SELECT id FROM entities WHERE name = 'Joe Vos')") == 3);
}

/* The same documents again, and a batch that was taken back: the same names, lines and ids. */
static void what_comes_again_or_was_undone_changes_nobody(void **state)
{
    struct scene *s = *state;
    static const char sum[] = "SELECT total(length(line)) + 1e6 * (SELECT count(*) FROM bearers) + 1e9 * (SELECT count(entity) FROM names) FROM stream";
    char json[8000];
    struct doc doc;
    struct desk_taken taken;
    assert_err(ledger_begin(s->ledger), OK, "begin");
    put_document(json, sizeof json, "k0", 10, "S0", "Piet Vos/person");
    arena_reset(s->mem);
    assert_err(doc_from_json(slice_of(json), s->mem, &doc), OK, json);
    assert_err(desk_take(s->desk, s->mem, &doc, 5000, &taken), OK, json);
    ledger_rollback(s->ledger);
    desk_undo(s->desk);
    take(s, "k1", 10, "S1", "Ana Vos/person");
    take(s, "k2", 10, "S2", "Vos/person");
    assert_string_equal(last_said(s, "article", "Vos"), "Ana Vos by days");
    tell(s, "S2");
    int64_t before = number(s, sum);
    for (uint64_t seq = 1; seq <= 2; seq++) {
        put_document(json, sizeof json, seq == 1 ? "k1" : "k2", 10, seq == 1 ? "S1" : "S2", seq == 1 ? "Ana Vos/person" : "Vos/person");
        arena_reset(s->mem);
        assert_err(doc_from_json(slice_of(json), s->mem, &doc), OK, json);
        doc.instance = SLICE("0123456789abcdef");
        doc.seq = seq;
        doc_set(&doc, DOC_INSTANCE);
        doc_set(&doc, DOC_SEQ);
        assert_err(ledger_begin(s->ledger), OK, "begin");
        assert_err(desk_take(s->desk, s->mem, &doc, 6000, &taken), OK, json);
        assert_err(ledger_commit(s->ledger), OK, "commit");
        assert_true(taken.repeated);
    }
    assert_true(number(s, sum) == before);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_one_name_have_one_id), cmocka_unit_test(names_of_two_have_two_ids), cmocka_unit_test(a_part_of_a_name_has_no_id_but_its_form),
        cmocka_unit_test(the_day_is_that_of_publication_unless_it_lies_ahead), TEST(a_surname_alone_is_whom_the_last_days_named_in_full),
        TEST(two_of_one_surname_leave_it_open), TEST(the_story_says_which_of_two_it_is), TEST(initials_are_what_the_days_spell_out),
        TEST(the_views_count_an_entity_once_under_all_its_names), TEST(what_comes_again_or_was_undone_changes_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
