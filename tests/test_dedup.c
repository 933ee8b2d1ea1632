/* test_dedup.c - the judge of copies and stories on a real index: kinds of copies, met twice, what was not committed is forgotten. */
#include "test.h"

#include <errno.h>

#include "../services/dedup/anchors.h"
#include "../services/dedup/rice.h"
#include "../services/dedup/dedup.h"
#include "../services/dedup/record.h"
#include "../services/dedup/verdict.h"
#include "old_store.h"

static char dir[] = "/tmp/wiredesk-dedup-XXXXXX";
static struct index *store;
static struct deduper *deduper;
static struct arena *mem;

static const char ferry[] =
    "Night ferry to Quorra returns\n\nThe night ferry to Quorra will sail again on Tuesday, harbour master Oona Sarrel said, eleven months after a storm tore forty "
    "metres from the pier. Tickets will cost twelve crowns and the crossing takes three hours.\n\nIdris Veck, who runs a bakery in Quorra, said the town had lost a "
    "third of its visitors while the harbour was closed. \"We baked half as much bread, and we threw some of it away,\" Veck said.\n\nThe council of Saltmere paid "
    "for the new pier from a loan that it will repay over fifteen years. Two smaller boats carried mail and medicine in the meantime.";

static void open_all(void)
{
    assert_err(index_open(dir, 1 << 28, &store), OK, "index");
    assert_err(dedup_create(store, &(struct dedup_settings){(uint64_t)30 * 86400000, (uint64_t)14 * 86400000}, &deduper), OK, "deduper");
}

static void close_all(void)
{
    dedup_destroy(&deduper);
    index_close(&store);
}

static int begin(void **state)
{
    (void)state;
    memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
    mem = arena_create(64 << 20);
    if (mem == NULL || mkdtemp(dir) == NULL) return 1;
    open_all();
    return 0;
}

static int end(void **state)
{
    char command[64];
    (void)state;
    close_all();
    arena_destroy(&mem);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

/* Judges a text that came at `accepted` ms (0: nobody said) and says what came of it. */
static struct doc judge_at(uint64_t accepted, const char *key, struct slice text, const char *outlet)
{
    struct doc d;
    doc_init(&d);
    d.key = slice_of(key);
    d.accepted = accepted;
    d.text = text;
    d.title = (struct span){0, (uint32_t)slice_find(text, SLICE("\n"), 0)};
    doc_set(&d, DOC_KEY);
    if (accepted) doc_set(&d, DOC_ACCEPTED);
    doc_set(&d, DOC_TEXT);
    doc_set(&d, DOC_TITLE);
    if (outlet) {
        d.outlet = (struct sourced){slice_of(outlet), SLICE("meta")};
        doc_set(&d, DOC_OUTLET);
    }
    assert_err(dedup_doc(deduper, mem, &d), OK, key);
    return d;
}

static struct doc judge(const char *key, struct slice text, const char *outlet)
{
    return judge_at(UINT64_C(1930000000000), key, text, outlet);
}

static struct slice joined(const char *a, const char *b)
{
    struct slice s = arena_printf(mem, "%s%s", a, b);
    assert_non_null(s.ptr);
    return s;
}

static void what_kind_of_copy_a_text_is(void **state)
{
    static const struct {
        const char *name, *behind, *outlet;
        enum verdict_kind kind;
    } cases[] = {
        {"the same text", "", "Quorra News", VERDICT_EXACT},
        {"a line more, another outlet", "\n\nThe weather stays fair, forecasters said.", "Quorra News", VERDICT_NEAR},
        {"a line more, the same outlet", "\n\nBuses wait at the quay.", "Saltmere Ledger", VERDICT_REVISION},
        {"a correction, no outlet known", "\n\nCorrection: An earlier version of this article named another price.", NULL, VERDICT_REVISION},
        {"a correction, but another outlet's", "\n\nCorrection: The loan runs for fifteen years, not five.", "Quorra News", VERDICT_NEAR},
    };
    (void)state;
    judge("first", slice_of(ferry), "Saltmere Ledger");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct doc d = judge(cases[i].name, joined(ferry, cases[i].behind), cases[i].outlet);
        if (d.verdict.kind != cases[i].kind) fail_msg("%s: verdict %d, want %d", cases[i].name, d.verdict.kind, cases[i].kind);
        assert_slice(d.verdict.of, "first");
        assert_slice(d.story.id, "s1");
    }
}

static void what_came_before_any_time_was_known_is_not_forgotten_when_one_is(void **state)
{
    (void)state;
    judge_at(0, "first", slice_of(ferry), NULL);
    judge("dated", SLICE("Vellin buys two snow ploughs\n\nThe council of Vellin bought two snow ploughs on Monday after a winter that closed the pass for nine days."), NULL);
    for (int opened = 0; opened < 2; opened++) {
        struct doc d = judge(opened ? "second copy" : "copy", joined(ferry, opened ? "\n\nBuses wait." : "\n\nThe weather stays fair, forecasters said."), NULL);
        assert_slice(d.verdict.of, "first");
        assert_slice(d.story.id, "s1");
        assert_err(dedup_commit(deduper), OK, "commit");
        close_all();
        open_all();
    }
}

static void another_event_is_an_original_in_a_story_of_its_own(void **state)
{
    (void)state;
    judge("first", slice_of(ferry), NULL);
    struct doc d = judge("other", SLICE("Vellin library moves into the old brewery\n\nThe library of Vellin will open in the former Harrow brewery in June, librarian "
                                        "Lise Karrow announced. The move costs four million crowns and doubles the shelves. Readers carried nine thousand "
                                        "books across the square on Saturday, each of them two or three."), NULL);
    assert_int_equal(d.verdict.kind, VERDICT_ORIGINAL);
    assert_slice(d.story.id, "s2");
}

static void a_document_met_twice_gets_the_verdict_it_got_and_is_no_copy_of_itself(void **state)
{
    (void)state;
    for (int reopened = 0; reopened < 2; reopened++) {
        struct doc d = judge("first", slice_of(ferry), NULL), e = judge("copy", slice_of(ferry), NULL);
        assert_int_equal(d.verdict.kind, VERDICT_ORIGINAL);
        assert_true(d.story.fresh);
        assert_int_equal(e.verdict.kind, VERDICT_EXACT);
        assert_err(dedup_commit(deduper), OK, "commit");
        assert_int_equal(dedup_size(deduper).documents, 2);
        close_all();
        open_all();
    }
}

static void what_was_not_committed_is_forgotten(void **state)
{
    (void)state;
    judge("lost", slice_of(ferry), NULL);
    close_all();
    open_all();
    assert_int_equal(dedup_size(deduper).documents, 0);
    struct doc d = judge("first", slice_of(ferry), NULL);
    assert_int_equal(d.verdict.kind, VERDICT_ORIGINAL);
    assert_slice(d.story.id, "s1");
}

/* Undated, the same people and the same town: one is to come, the other was; one took five hours, the other three. */
static void two_meetings_of_the_same_people_are_two_stories_of_one_storyline(void **state)
{
    static const struct {
        const char *text, *story, *reason;
    } cases[] = {
        {"Sarrel and Veck talk about the Quorra ferry\n\nHarbour master Oona Sarrel met with minister Idris Veck in Saltmere for a three-hour conversation about the "
         "ferry to Quorra, the council said. Both spoke of the pier and its loan.", "s1", NULL},
        {"Quorra ferry: Veck hears Sarrel\n\nThe loan for the pier was what they spoke of when Idris Veck, the minister, met Oona Sarrel in Saltmere, a conversation of "
         "three hours. The harbour master wants the ferry back, according to the council.", "s1", "place: Saltmere"},
        {"Sarrel presses Veck on the Quorra ferry and its pier\n\nA loan, a pier, a ferry: for five hours Oona Sarrel, harbour master of Quorra, met minister Idris Veck "
         "in Vellin, as the council confirmed. Nothing was signed.", "s2", "veto: not s1, place Vellin against Saltmere"},
        {"Harbour master Sarrel on the way over the ferry\n\nThe council of Quorra hopes for the loan as Oona Sarrel is traveling to Saltmere, where the harbour master "
         "and Idris Veck, the minister, want to save pier and ferry.", "s3", "veto: not s1, place Saltmere: what is to come there, not what was"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct doc d = judge_at(0, arena_printf(mem, "meeting %zu", i).ptr, slice_of(cases[i].text), NULL);
        bool told = cases[i].reason == NULL;
        for (size_t k = 0; k < d.story.reasons.len; k++) told = told || slice_eq(d.story.reasons.ptr[k], slice_of(cases[i].reason));
        if (!told)
            for (size_t k = 0; k < d.story.reasons.len; k++) print_message("%.*s\n", (int)d.story.reasons.ptr[k].len, d.story.reasons.ptr[k].ptr);
        if (!told) fail_msg("meeting %zu (verdict %d, story %.*s): not '%s'", i, (int)d.verdict.kind, (int)d.story.id.len, d.story.id.ptr, cases[i].reason);
        assert_slice(d.story.id, cases[i].story);
        assert_slice(d.story.storyline, "l1");
    }
}

static void which_texts_say_that_they_correct_themselves(void **state)
{
    static const struct {
        const char *text;
        bool want;
    } cases[] = {
        {"A title\n\nA body.\n\nCorrection: the price is twelve crowns.", true},
        {"A title\n\nCORRECTION: the price is twelve crowns. A body.", true},
        {"A title\n\nA body. An earlier version of this story gave another price.", true},
        {"A title\n\nThe house of correction was closed in May.", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (verdict_corrects(slice_of(cases[i].text)) != cases[i].want) fail_msg("%s", cases[i].text);
}

/* A paragraph less makes two passages that may overlap by a few bytes where they meet. */
static void no_similarity_is_over_one_and_every_verdict_can_be_read_again(void **state)
{
    (void)state;
    judge("first", slice_of(ferry), NULL);
    for (size_t from = 40; from + 160 < sizeof ferry; from += 3) {
        const char *key = arena_printf(mem, "without %zu", from).ptr;
        struct slice text = arena_printf(mem, "%.*s%s", (int)from, ferry, ferry + from + 150);
        assert_non_null(text.ptr);
        struct doc d = judge(key, text, "Quorra News"), again = judge(key, text, "Quorra News");
        if (d.verdict.similarity > 1) fail_msg("%s: %g", key, d.verdict.similarity);
        assert_true(again.verdict.similarity == d.verdict.similarity);
        assert_int_equal(again.shared.len, d.shared.len);
    }
}

static void the_horizon_forgets_a_text_but_not_that_it_was_there(void **state)
{
    enum { DAY = 86400000 };
    const uint64_t then = UINT64_C(1930000000000), later = then + UINT64_C(31) * DAY;
    (void)state;
    judge_at(then, "first", slice_of(ferry), NULL);
    assert_int_equal(judge_at(then + UINT64_C(29) * DAY, "near", joined(ferry, "\n\nBuses wait."), NULL).verdict.kind, VERDICT_NEAR);
    judge_at(later, "other", SLICE("Vellin buys two snow ploughs\n\nThe council of Vellin bought two snow ploughs on Monday."), NULL);
    assert_int_equal(dedup_size(deduper).live, 2);
    struct doc exact = judge_at(later + UINT64_C(29) * DAY, "exact", slice_of(ferry), NULL);
    assert_int_equal(exact.verdict.kind, VERDICT_EXACT);
    assert_slice(exact.verdict.of, "first");
    assert_err(dedup_commit(deduper), OK, "commit");
    close_all();
    open_all();
    assert_int_equal(dedup_size(deduper).live, 2); /* the ploughs and the exact copy */
    assert_int_equal(judge_at(later, "first", slice_of(ferry), NULL).verdict.kind, VERDICT_ORIGINAL); /* met again: what it got */
}

static void an_index_of_another_format_is_refused(void **state)
{
    (void)state;
    assert_err(index_put(store, TABLE_META, SLICE("format"), SLICE("wiredesk-dedup 99")), OK, "put");
    assert_err(index_commit(store), OK, "commit");
    close_all();
    assert_err(index_open(dir, 1 << 28, &store), ERR_VERSION, "a later index");
    assert_null(store);
}

/* The first document's sketch and vector as the first format had them, in one record. */
static void put_old_body(struct slice key, struct buf *b)
{
    struct slice v;
    struct stored_sketch s;
    struct member m;
    assert_err(index_get(store, TABLE_SKETCH, key, &v), OK, "sketch");
    assert_err(get_sketch(v, &s), OK, "sketch");
    assert_err(index_get(store, TABLE_VECTOR, key, &v), OK, "vector");
    assert_err(get_member(v, &m), OK, "vector");
    assert_int_equal(m.slots.n_places + m.slots.n_durations, 0);
    put_number(b, m.time.published ? m.time.published : m.time.arrived | UINT64_C(1) << 31);
    buf_add(b, &s.below, 4);
    put_number(b, 500);
    put_number(b, s.n);
    for (size_t i = 0; i < s.n; i++) {
        put_number(b, s.at[i] - (i ? s.at[i - 1] : 0));
        buf_add(b, &s.hash[i], 2);
    }
    put_number(b, 0);
    put_number(b, 0);
    put_number(b, m.vector.n);
    put_number(b, m.vector.words);
    for (size_t i = 0; i < m.vector.n; i++) {
        put_number(b, (uint64_t)(m.vector.term[i].id - (i ? m.vector.term[i - 1].id : 0)) << 3 | m.vector.term[i].flags);
        buf_char(b, (char)m.vector.term[i].weight);
    }
}

static const char *const old_tables[] = {"meta", "key", "exact", "judged", "hot", "sketch", "vector", "story", "member", "body", NULL};

static void an_index_without_sums_gets_them(void **state)
{
    char why[300];
    struct number_key k;
    (void)state;
    judge("first", slice_of(ferry), NULL);
    assert_err(dedup_commit(deduper), OK, "commit");
    close_all();
    make_old(dir, old_tables, "wiredesk-dedup 2");
    open_all();
    assert_true(index_check(store, dir, why, sizeof why));
    assert_int_equal(judge("again", slice_of(ferry), NULL).verdict.kind, VERDICT_EXACT);
    close_all();
    struct slice key = index_number(1, &k);
    damage(dir, "judged", (MDB_val){key.len, (void *)(uintptr_t)key.ptr}, 0);
    open_all();
    assert_false(index_check(store, dir, why, sizeof why));
    if (strstr(why, "data.mdb is damaged: table judged: the record of key 00000001 ") == NULL) fail_msg("%s", why);
}

static void a_verdict_that_is_damaged_is_not_given(void **state)
{
    struct number_key k;
    struct slice key = index_number(1, &k);
    struct doc doc = {.key = SLICE("first"), .text = slice_of(ferry)};
    (void)state;
    judge("first", slice_of(ferry), NULL);
    assert_err(dedup_commit(deduper), OK, "commit");
    close_all();
    damage(dir, "judged", (MDB_val){key.len, (void *)(uintptr_t)key.ptr}, 0);
    open_all();
    errno = 0;
    assert_err(dedup_doc(deduper, mem, &doc), ERR_IO, "the same key");
    assert_int_equal(errno, EBADMSG);
    doc.key = SLICE("other");
    assert_err(dedup_doc(deduper, mem, &doc), ERR_IO, "a copy of it");
}

static void an_index_of_the_first_format_is_taken_over(void **state)
{
    struct number_key k;
    struct slice key = index_number(1, &k);
    struct buf b = buf_make(1 << 14);
    (void)state;
    judge("first", slice_of(ferry), NULL);
    put_old_body(key, &b);
    assert_err(index_put(store, TABLE_BODY, key, buf_slice(&b)), OK, "body");
    assert_err(index_drop(store, TABLE_SKETCH, key), OK, "sketch");
    assert_err(index_drop(store, TABLE_VECTOR, key), OK, "vector");
    assert_err(dedup_commit(deduper), OK, "commit");
    close_all();
    make_old(dir, old_tables, "wiredesk-dedup 1");
    open_all();
    struct doc d = judge("near", joined(ferry, "\n\nBuses wait."), NULL);
    assert_int_equal(d.verdict.kind, VERDICT_NEAR);
    assert_slice(d.verdict.of, "first");
    assert_true(d.shared.len > 0);
    buf_free(&b);
}

/* Every third hash is one of few, so that some have more documents than are listed. */
static void anchors_find_what_was_added_and_not_what_was_dropped(void **state)
{
    enum { PAIRS = 30000 };
    struct anchors *a = anchors_create();
    uint32_t docs[ANCHOR_CAP], hash[PAIRS];
    (void)state;
    assert_non_null(a);
    for (uint32_t i = 0; i < PAIRS; i++) {
        hash[i] = i % 3 ? i * 2654435761u >> 12 : i % 200 * 7;
        assert_err(i % 2 ? anchors_load(a, hash[i], i + 1) : anchors_add(a, hash[i], i + 1), OK, "add");
    }
    assert_err(anchors_loaded(a), OK, "loaded");
    for (uint32_t i = 0; i < PAIRS; i += 2) anchors_drop(a, hash[i], i + 1);
    for (uint32_t i = 0; i < PAIRS; i++) {
        size_t n = anchors_find(a, hash[i], docs);
        bool found = false;
        for (size_t k = 0; k < n; k++) found = found || docs[k] == i + 1;
        if (n < ANCHOR_CAP && found != (i % 2 == 1)) fail_msg("pair %u", i);
    }
    for (uint32_t i = 1; i < PAIRS; i += 2) anchors_drop(a, hash[i], i + 1);
    for (uint32_t i = 0; i < PAIRS; i++) assert_int_equal(anchors_find(a, hash[i], docs), 0);
    anchors_destroy(&a);
}

static void a_sketch_comes_back_as_it_went(void **state)
{
    struct shingle shingle[] = {{5, 0}, {900, 7}, {41, 261}, {70000, 261 + 255}, {77, 1 << 20}};
    const struct sketch sketch = {shingle, 5, 70001, 1, 1 << 20};
    struct stored_sketch back;
    struct buf b = buf_make(1 << 10);
    (void)state;
    assert_err(put_sketch(&sketch, &b), OK, "put");
    assert_err(get_sketch(buf_slice(&b), &back), OK, "get");
    assert_int_equal(back.n, 5);
    for (size_t i = 0; i < back.n; i++) {
        assert_int_equal(back.at[i], shingle[i].at);
        assert_true(shingle_least(back.hash[i], sketch.below) <= shingle[i].hash);
        assert_true(back.hash[i] == UINT16_MAX || shingle_least(back.hash[i] + 1u, sketch.below) > shingle[i].hash);
    }
    for (size_t cut = 0; cut < b.len; cut++) assert_err(get_sketch(slice_cut(buf_slice(&b), 0, cut), &back), ERR_MALFORMED, "cut short");
    buf_free(&b);
}

static void a_part_is_a_copy_where_it_is_dense_and_a_whole_where_noise_has_thinned_it(void **state)
{
    static const struct { const char *name; struct match match; enum verdict_kind want; } cases[] = {
        {"the whole", {1, .98, .97, 190, 195}, VERDICT_NEAR}, {"the whole, thinned by noise", {1, .80, .75, 40, 150}, VERDICT_NEAR},
        {"half of it, dense", {1, .52, .10, 60, 100}, VERDICT_CONTAINED}, {"half of it, thin", {1, .60, .10, 20, 100}, VERDICT_ORIGINAL},
        {"half of the other, dense", {1, .10, .52, 60, 100}, VERDICT_CONTAINS}, {"less than half", {1, .48, .48, 90, 180}, VERDICT_ORIGINAL},
        {"too few to tell", {1, 1, 1, 7, 7}, VERDICT_ORIGINAL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct kin kin = {cases[i].match, 1, 0, 0};
        struct ruling r = verdict_choose(&kin, 1, &(struct newcomer){0, 0, false});
        if (r.kind != cases[i].want) fail_msg("%s: verdict %d", cases[i].name, (int)r.kind);
    }
}

static void sketches_from_before_rices_code_are_read(void **state)
{
    static const char old[] = "\x10\x00\x01\x00" "\x02" "\x34\x12" "\xcd\xab" "\x07" "\xff\x00\x01\x00\x00";
    const struct slice whole = {old, sizeof old - 1};
    struct stored_sketch s;
    (void)state;
    assert_err(get_sketch(whole, &s), OK, "old");
    assert_int_equal(s.below, 65552);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.hash[0], 0x1234);
    assert_int_equal(s.hash[1], 0xabcd);
    assert_int_equal(s.at[0], 7);
    assert_int_equal(s.at[1], 7 + 256);
    for (size_t cut = 0; cut < whole.len; cut++) assert_err(get_sketch(slice_cut(whole, 0, cut), &s), ERR_MALFORMED, "cut short");
}

static void numbers_in_rices_code_come_back_and_nothing_else_is_read(void **state)
{
    static const struct { const char *name; uint32_t number[6]; size_t n; } cases[] = {
        {"none", {0}, 0}, {"zeros", {0, 0, 0, 0, 0, 0}, 6}, {"gaps", {3, 17, 0, 9, 14, 30}, 6}, {"one far off", {1, 2, 90000, 1, 0, 2}, 6},
        {"the greatest", {UINT32_MAX, UINT32_MAX, 0, UINT32_MAX}, 4}, {"long gaps", {4000, 900, 12000, 3333}, 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char bytes[RICE_BYTES];
        uint32_t back[RICE_NUMBERS];
        size_t len = rice_put(cases[i].number, cases[i].n, bytes);
        struct slice in = {(const char *)bytes, len};
        if (!rice_get(in, cases[i].n, back) || memcmp(back, cases[i].number, cases[i].n * sizeof *back) != 0) fail_msg("%s: not the same", cases[i].name);
        if (rice_get(slice_cut(in, 0, len - 1), cases[i].n, back)) fail_msg("%s: read though cut short", cases[i].name);
        bytes[len] = 0;
        if (rice_get((struct slice){in.ptr, len + 1}, cases[i].n, back)) fail_msg("%s: read with a byte too many", cases[i].name);
        bytes[0]++;
        if (rice_get(in, cases[i].n, back)) fail_msg("%s: read with another parameter", cases[i].name);
    }
}

static void vector_of(const char *text, struct lexicon *lexicon, struct vector *v)
{
    struct words w;
    assert_err(words_cut(slice_of(text), (size_t)(strchr(text, '\n') - text), mem, &w), OK, "words");
    assert_err(vector_make(&w, lexicon, mem, v), OK, "vector");
}

/* Minutes: 1 million is a day in 1971. */
static void the_day_of_arrival_speaks_only_against_two_texts_without_a_date(void **state)
{
    enum { NOW = 1000000, DAY = 1440 };
    static const struct { const char *name; struct link_time first, second; int against; } cases[] = {
        {"an archive fed at once", {0, NOW}, {0, NOW + 3}, 0},
        {"a fortnight between two arrivals", {0, NOW}, {0, NOW + 14 * DAY}, 1},
        {"a date and an arrival", {NOW, 0}, {0, NOW + 14 * DAY}, 0},
        {"one that never arrived", {0, 0}, {0, NOW}, 0},
    };
    struct lexicon *lexicon = terms_create();
    struct vector a, b;
    (void)state;
    assert_non_null(lexicon);
    vector_of(ferry, lexicon, &a);
    vector_of("Quorra pier repaired\n\nThe pier at Quorra, which a storm broke last winter, is whole again and the night ferry will return, "
              "said Oona Sarrel, the harbour master. The council of Saltmere paid for it with a loan.", lexicon, &b);
    struct link_text text;
    struct link_mass mass = link_weigh(&b);
    link_begin(&a, &text);
    double without = link_probability(&text, &b, &mass, (struct link_time){0, 0}, (struct link_time){0, 0});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double with = link_probability(&text, &b, &mass, cases[i].first, cases[i].second);
        if (with > without) fail_msg("%s: speaks for", cases[i].name);
        if ((with < without) != cases[i].against) fail_msg("%s: %g, without any time %g", cases[i].name, with, without);
    }
    terms_destroy(&lexicon);
}

static void a_record_keeps_whether_its_time_is_of_publication_or_arrival(void **state)
{
    static const struct link_time times[] = {{0, 0}, {29000000, 0}, {0, 29000000}};
    struct member member;
    struct slots slots = {0};
    struct vector v = {0};
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct buf b = buf_make(1 << 16);
        assert_err(put_member(times[i], &slots, &v, &b), OK, "put");
        assert_err(get_member(buf_slice(&b), &member), OK, "get");
        assert_int_equal(member.time.published, times[i].published);
        assert_int_equal(member.time.arrived, times[i].arrived);
        buf_free(&b);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(what_kind_of_copy_a_text_is),
        T(what_came_before_any_time_was_known_is_not_forgotten_when_one_is),
        T(another_event_is_an_original_in_a_story_of_its_own),
        T(a_document_met_twice_gets_the_verdict_it_got_and_is_no_copy_of_itself),
        T(what_was_not_committed_is_forgotten),
        T(no_similarity_is_over_one_and_every_verdict_can_be_read_again),
        T(two_meetings_of_the_same_people_are_two_stories_of_one_storyline),
        T(the_horizon_forgets_a_text_but_not_that_it_was_there),
        T(an_index_of_another_format_is_refused),
        T(an_index_of_the_first_format_is_taken_over),
        T(an_index_without_sums_gets_them),
        T(a_verdict_that_is_damaged_is_not_given),
        cmocka_unit_test(anchors_find_what_was_added_and_not_what_was_dropped),
        cmocka_unit_test(a_sketch_comes_back_as_it_went),
        cmocka_unit_test(a_part_is_a_copy_where_it_is_dense_and_a_whole_where_noise_has_thinned_it),
        cmocka_unit_test(sketches_from_before_rices_code_are_read),
        cmocka_unit_test(numbers_in_rices_code_come_back_and_nothing_else_is_read),
        T(the_day_of_arrival_speaks_only_against_two_texts_without_a_date),
        T(a_record_keeps_whether_its_time_is_of_publication_or_arrival),
        cmocka_unit_test(which_texts_say_that_they_correct_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
