/* test_doc.c - the document in wire form and as JSON: every row of the table, hostile frames, golden frames. */
#include "test.h"

#include <dirent.h>
#include <math.h>
#include <msgpack.h>

#include "../proto/doc.h"
#include "../proto/doc_fields.h"
#include "../proto/mp.h"

static struct arena *mem;
static struct buf out;

static int set_up(void **state)
{
    (void)state;
    mem = arena_create(DOC_ARENA_MAX);
    out = buf_make(DOC_FRAME_MAX + 1024);
    return mem == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(&mem);
    buf_free(&out);
    return 0;
}

static int write_out(void *data, const char *bytes, size_t n)
{
    return buf_add(data, bytes, n) == OK ? 0 : -1;
}

static struct doc smallest(void)
{
    struct doc d;
    doc_init(&d);
    d.v = DOC_VERSION;
    doc_set(&d, DOC_V);
    d.key = SLICE("k");
    doc_set(&d, DOC_KEY);
    return d;
}

static struct slice encoded(const struct doc *d)
{
    buf_clear(&out);
    assert_int_equal(doc_encode(d, &out), OK);
    return buf_slice(&out);
}

/* Every member filled with something that its row allows. */
static struct doc full(void)
{
    static const char line[] =
        "{\"v\":1,\"to\":\"normalize\",\"instance\":\"000102030405060708090a0b0c0d0e0f\",\"seq\":7,\"epoch\":2,\"try\":1,\"key\":\"k7\","
        "\"accepted\":1700000000123,\"source\":\"desk\",\"id\":\"a/b.txt\",\"name\":\"b.txt\",\"type\":\"text/plain\","
        "\"meta\":{\"url\":\"https://example.org/1\",\"outlet\":\"Harbour Post\",\"byline\":[\"Ada Lund\"],\"summary\":true},"
        "\"hash\":\"ab\",\"bytes\":12,\"raw\":\"SGFyYm91ciBjbG9zZWQ=\",\"text\":\"Harbour closed\\n\\nAda Lund said \\u201cfive hours\\u201d in 2031.\","
        "\"title\":[0,14],\"title_basis\":\"line\",\"standfirst\":null,\"body\":16,\"stub\":\"paywall\",\"map\":[[0,0,14],[16,15,3]],"
        "\"sentences\":[[0,14],[16,54]],\"outlet\":{\"value\":\"Harbour Post\",\"basis\":\"meta\"},\"byline\":[\"Ada Lund\"],"
        "\"url\":\"https://example.org/1\",\"published\":{\"value\":\"2031-02-03\",\"basis\":\"url\",\"precision\":\"day\"},"
        "\"modified\":{\"value\":\"2031-02-04T05:06:07Z\",\"basis\":\"meta\",\"precision\":\"second\"},\"section\":\"Ports\","
        "\"lang\":{\"value\":\"en\",\"basis\":\"text\"},\"dropped\":[{\"b\":3,\"e\":9,\"why\":\"counter\"}],"
        "\"entities\":[{\"name\":\"Ada Lund\",\"type\":\"person\",\"mentions\":[{\"b\":16,\"e\":24,\"score\":0.5}],\"roles\":[[16,19]]}],"
        "\"quotes\":[{\"b\":33,\"e\":43,\"kind\":\"direct\",\"cue\":[25,29],\"speaker\":\"Ada Lund\",\"speaker_span\":[16,24],\"score\":0.9,"
        "\"rule\":\"said\"}],\"times\":[{\"b\":50,\"e\":54,\"type\":\"date\",\"value\":\"2031\",\"basis\":\"text\"}],"
        "\"quantities\":[{\"b\":33,\"e\":37,\"value\":5,\"op\":\"exact\",\"unit\":\"hours\",\"what\":[38,43]}],"
        "\"verdict\":{\"kind\":\"near\",\"of\":\"k3\",\"similarity\":0.875},\"shared\":[{\"b\":0,\"e\":14,\"ob\":2,\"oe\":16}],"
        "\"story\":{\"id\":\"s1\",\"storyline\":\"l1\",\"reasons\":[\"place: Harbour\"],\"similarity\":0.25},"
        "\"changes\":[{\"op\":\"merge\",\"story\":\"s2\",\"into\":\"s1\",\"docs\":[\"k3\"]}],"
        "\"fail\":{\"stage\":\"tag\",\"error\":\"too_big\",\"detail\":\"why\"}}";
    struct doc d;
    enum err e = doc_from_json(slice_of(line), mem, &d);
    if (e != OK) print_error("field %d\n", d.culprit);
    assert_err(e, OK, "the full document");
    assert_true(d.has == DOC_ALL);
    return d;
}

static void every_row_has_a_key_an_owner_a_sentence_and_a_ceiling(void **state)
{
    (void)state;
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++) {
        const struct doc_row *row = &doc_fields[f];
        assert_non_null(row->column.key);
        assert_true(strlen(row->sentence) > 5 && row->sentence[strlen(row->sentence) - 1] == '.');
        assert_true(row->reader != STAGE_NONE && row->writer <= row->reader);
        bool sized = row->column.kind != COLUMN_BOOL && row->column.kind != COLUMN_U64 && row->column.kind != COLUMN_CHOICE
                     && row->column.kind != COLUMN_SPAN && row->column.kind != COLUMN_RECORD;
        if (sized) assert_true(row->column.max > 0);
        for (unsigned g = 0; g < f; g++) assert_string_not_equal(row->column.key, doc_fields[g].column.key);
    }
}

static void a_full_document_comes_back_the_same_from_the_wire_and_from_json(void **state)
{
    (void)state;
    struct doc d = full();
    d.to = STAGE_NORMALIZE;
    struct buf first = buf_make(1 << 20), second = buf_make(1 << 20), line = buf_make(1 << 20);
    assert_int_equal(doc_encode(&d, &first), OK);
    struct doc again;
    assert_err(doc_decode(buf_slice(&first), DOC_ALL, mem, &again), OK, "decode");
    assert_true(again.has == DOC_ALL);
    assert_int_equal(doc_encode(&again, &second), OK); /* what came in wire form is copied */
    assert_true(slice_eq(buf_slice(&first), buf_slice(&second)));
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++) doc_set(&again, (enum doc_field)f);
    buf_clear(&second);
    assert_int_equal(doc_encode(&again, &second), OK); /* and what is packed anew is the same */
    assert_true(slice_eq(buf_slice(&first), buf_slice(&second)));
    assert_int_equal(doc_to_json(&again, 0, mem, &line), OK);
    struct doc third;
    assert_err(doc_from_json(buf_slice(&line), mem, &third), OK, "from JSON");
    buf_clear(&second);
    third.to = STAGE_NORMALIZE;
    assert_int_equal(doc_encode(&third, &second), OK);
    assert_true(slice_eq(buf_slice(&first), buf_slice(&second)));
    buf_free(&first);
    buf_free(&second);
    buf_free(&line);
}

static void msgpack_c_reads_our_frames(void **state)
{
    (void)state;
    struct doc d = full();
    d.to = STAGE_NORMALIZE;
    struct slice frame = encoded(&d);
    msgpack_unpacked result;
    msgpack_unpacked_init(&result);
    size_t off = 0;
    assert_int_equal(msgpack_unpack_next(&result, frame.ptr, frame.len, &off), MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(off, frame.len);
    assert_int_equal(result.data.type, MSGPACK_OBJECT_MAP);
    assert_int_equal(result.data.via.map.size, DOC_FIELD_COUNT);
    msgpack_unpacked_destroy(&result);
}

static void fields_are_left_out_behind_their_last_reader(void **state)
{
    (void)state;
    struct doc d = full();
    for (enum stage to = STAGE_NORMALIZE; to <= STAGE_REPORT; to++) {
        d.to = to;
        struct doc got;
        assert_err(doc_decode(encoded(&d), 0, mem, &got), OK, stage_name(to));
        for (unsigned f = 0; f < DOC_FIELD_COUNT; f++)
            assert_int_equal(doc_has(&got, (enum doc_field)f), doc_fields[f].reader >= to);
    }
}

/* Sets row f's member to n bytes or elements; false where a row has no such size. */
static bool fill(struct doc *d, enum doc_field f, size_t n)
{
    const struct column *c = &doc_fields[f].column;
    char *member = (char *)d + c->at;
    struct slice s;
    struct spans list = {NULL, n};
    switch (c->kind) {
    case COLUMN_TEXT:
    case COLUMN_BYTES:
        s.ptr = memset(malloc(n + 1), 'a', n + 1);
        s.len = n;
        memcpy(member, &s, sizeof s);
        return true;
    case COLUMN_TEXTS: {
        struct slice *p = calloc(n + 1, sizeof *p);
        for (size_t i = 0; i < n; i++) p[i] = SLICE("x");
        list.ptr = (void *)p;
        break;
    }
    case COLUMN_SPANS: {
        struct span *p = calloc(n + 1, sizeof *p);
        for (size_t i = 0; i < n; i++) p[i] = (struct span){0, 1};
        list.ptr = p;
        break;
    }
    case COLUMN_RUNS: list.ptr = calloc(n + 1, sizeof(struct run)); break;
    default: return false;
    }
    memcpy(member, &list, sizeof list);
    return true;
}

static void drop(struct doc *d, enum doc_field f)
{
    struct slice any;
    memcpy(&any, (char *)d + doc_fields[f].column.at, sizeof any);
    free((void *)any.ptr);
}

static void each_row_holds_at_0_1_and_max_and_refuses_max_plus_1(void **state)
{
    (void)state;
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++) {
        const struct column *c = &doc_fields[f].column;
        size_t sizes[] = {0, 1, c->max, c->max + 1};
        for (size_t i = 0; i < 4; i++) {
            struct doc d = smallest();
            if (f == DOC_KEY && sizes[i] == 0) continue; /* a key of no bytes is still a key to the codec */
            if (!fill(&d, (enum doc_field)f, sizes[i])) break;
            doc_set(&d, (enum doc_field)f);
            buf_clear(&out);
            assert_err(doc_encode(&d, &out), i == 3 ? ERR_TOO_BIG : OK, c->key);
            if (i == 3) {
                assert_int_equal(doc_culprit(&d), f);
            } else {
                struct doc got;
                arena_reset(mem);
                assert_err(doc_decode(buf_slice(&out), DOC_BIT(f), mem, &got), OK, c->key);
                struct slice len;
                memcpy(&len, (char *)&got + c->at, sizeof len);
                assert_int_equal(len.len, sizes[i]);
            }
            drop(&d, (enum doc_field)f);
        }
    }
}

static void a_frame_over_a_rows_ceiling_is_refused_when_it_is_opened(void **state)
{
    (void)state;
    struct buf frame = buf_make(1 << 20);
    msgpack_packer p;
    msgpack_packer_init(&p, &frame, write_out);
    msgpack_pack_map(&p, 3);
    msgpack_pack_str_with_body(&p, "v", 1);
    msgpack_pack_int(&p, 1);
    msgpack_pack_str_with_body(&p, "key", 3);
    msgpack_pack_str_with_body(&p, "k", 1);
    msgpack_pack_str_with_body(&p, "byline", 6);
    msgpack_pack_array(&p, 65);
    for (int i = 0; i < 65; i++) msgpack_pack_str_with_body(&p, "x", 1);
    struct doc d;
    assert_err(doc_decode(buf_slice(&frame), 0, mem, &d), OK, "unopened, it passes through");
    assert_err(doc_decode(buf_slice(&frame), DOC_BIT(DOC_BYLINE), mem, &d), ERR_TOO_BIG, "opened");
    assert_int_equal(d.culprit, DOC_BYLINE);
    buf_free(&frame);
}

#define BYTES(lit) {"" lit, sizeof(lit) - 1}
#define V1 "\xa1v\x01"
#define KEY "\xa3key\xa1k"

static const struct {
    const char *name;
    struct slice in;
    enum err want;
} hostile[] = {
    {"nothing at all", BYTES(""), ERR_MALFORMED},
    {"a number", BYTES("\x07"), ERR_MALFORMED},
    {"an array", BYTES("\x92" V1), ERR_MALFORMED},
    {"a map and a byte more", BYTES("\x82" V1 KEY "\x00"), ERR_MALFORMED},
    {"a count that lies", BYTES("\xdf\xff\xff\xff\xff" V1 KEY), ERR_MALFORMED},
    {"too deep", BYTES("\x83" V1 KEY "\xa1z\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\xc0"), ERR_DEPTH},
    {"no version", BYTES("\x81" KEY), ERR_MISSING},
    {"another major version", BYTES("\x82\xa1v\x02" KEY), ERR_VERSION},
    {"version as text", BYTES("\x82\xa1v\xa1"
                              "1" KEY), ERR_SCHEMA},
    {"no key", BYTES("\x81" V1), ERR_MISSING},
    {"key as a number", BYTES("\x82" V1 "\xa3key\x05"), ERR_SCHEMA},
    {"key of bytes", BYTES("\x82" V1 "\xa3key\xc4\x01k"), ERR_SCHEMA},
    {"key twice", BYTES("\x83" V1 KEY KEY), ERR_DUPLICATE},
    {"an unknown field twice", BYTES("\x84" V1 KEY "\xa1z\x01\xa1z\x02"), ERR_DUPLICATE},
    {"bad UTF-8 in an unknown field", BYTES("\x83" V1 KEY "\xa1z\xa2\xc3\x28"), ERR_UTF8},
    {"title outside the text", BYTES("\x84" V1 KEY "\xa4text\xa2hi\xa5title\x92\x00\x03"), ERR_SCHEMA},
    {"title inside a character", BYTES("\x84" V1 KEY "\xa4text\xa2\xc3\xa9\xa5title\x92\x00\x01"), ERR_SCHEMA},
    {"a span that ends before it begins", BYTES("\x84" V1 KEY "\xa4text\xa2hi\xa5title\x92\x02\x01"), ERR_SCHEMA},
    {"a span of three", BYTES("\x83" V1 KEY "\xa5title\x93\x00\x01\x02"), ERR_SCHEMA},
    {"a negative offset", BYTES("\x83" V1 KEY "\xa5title\x92\xff\x01"), ERR_SCHEMA},
    {"a word that is no choice", BYTES("\x83" V1 KEY "\xa2to\xa4mars"), ERR_SCHEMA},
    {"a verdict without its kind", BYTES("\x83" V1 KEY "\xa7verdict\x80"), ERR_MISSING},
    {"a verdict's kind twice", BYTES("\x83" V1 KEY "\xa7verdict\x82\xa4kind\xa4near\xa4kind\xa4near"), ERR_DUPLICATE},
    {"similarity that is no number",
     BYTES("\x83" V1 KEY "\xa7verdict\x82\xa4kind\xa4near\xaasimilarity\xcb\x7f\xf8\0\0\0\0\0\0"), ERR_SCHEMA},
    {"the least that is sound", BYTES("\x82" V1 KEY), OK},
    {"unknown members of a record are passed over", BYTES("\x83" V1 KEY "\xa7verdict\x82\xa4kind\xa4near\xa3new\x93\x01\x02\x03"), OK},
};

static void hostile_frames_get_a_named_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct doc d;
        assert_err(doc_decode(hostile[i].in, DOC_ALL, mem, &d), hostile[i].want, hostile[i].name);
    }
}

static void unknown_fields_are_passed_on_byte_for_byte(void **state)
{
    (void)state;
    static const char in[] = "\x84" V1 "\xa5mood!\x82\xa1x\xcd\x00\x05\xa1y\xc4\x01\xff" KEY "\xa4zeta\xcf\0\0\0\0\0\0\0\x07";
    struct doc d;
    assert_err(doc_decode((struct slice){in, sizeof in - 1}, DOC_ALL, mem, &d), OK, "decode");
    d.to = STAGE_DEDUP;
    doc_set(&d, DOC_TO);
    static const char want[] = "\x85" V1 "\xa2to\xa5"
                               "dedup" KEY "\xa5mood!\x82\xa1x\xcd\x00\x05\xa1y\xc4\x01\xff\xa4zeta\xcf\0\0\0\0\0\0\0\x07";
    struct slice got = encoded(&d);
    assert_int_equal(got.len, sizeof want - 1);
    assert_memory_equal(got.ptr, want, got.len);
}

static const struct {
    const char *name, *line;
    enum err want;
} lines[] = {
    {"not JSON", "{", ERR_MALFORMED},
    {"an array", "[1]", ERR_MALFORMED},
    {"no key", "{\"text\":\"x\"}", ERR_MISSING},
    {"key twice", "{\"key\":\"a\",\"key\":\"b\"}", ERR_DUPLICATE},
    {"text as a number", "{\"key\":\"a\",\"text\":5}", ERR_SCHEMA},
    {"title outside the text", "{\"key\":\"a\",\"text\":\"hi\",\"title\":[0,9]}", ERR_SCHEMA},
    {"raw that is no base64", "{\"key\":\"a\",\"raw\":\"???\"}", ERR_MALFORMED},
    {"instance of odd digits", "{\"key\":\"a\",\"instance\":\"abc\"}", ERR_MALFORMED},
    {"a key over its ceiling",
     "{\"key\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
     ERR_TOO_BIG},
    {"null is absent", "{\"key\":\"a\",\"outlet\":null,\"title\":null}", OK},
    {"a bare word for a value with a basis", "{\"key\":\"a\",\"lang\":\"en\"}", OK},
    {"fields that we do not know", "{\"key\":\"a\",\"colour\":[1,{\"x\":2}]}", OK},
};

static void json_lines_get_a_named_error_or_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct doc d;
        assert_err(doc_from_json(slice_of(lines[i].line), mem, &d), lines[i].want, lines[i].name);
    }
}

static void the_first_failure_stays_and_its_detail_is_cut_on_a_character(void **state)
{
    (void)state;
    struct doc d = smallest();
    char many[3000];
    for (size_t i = 0; i + 2 < sizeof many; i += 2) memcpy(many + i, "\xc3\xa9", 3);
    doc_fail(&d, mem, STAGE_TAG, ERR_UTF8, "x%s", many);
    doc_fail(&d, mem, STAGE_DEDUP, ERR_IO, "second");
    assert_slice(d.fail.error, "utf8");
    assert_int_equal(d.fail.stage, STAGE_TAG);
    assert_true(utf8_valid(d.fail.detail));
    assert_int_equal(doc_check(&d, DOC_FAIL), OK);
}

/* Frames as each release wrote them must be readable for ever: tests/data/frames is added to, never edited. */
static void golden_frames_still_decode_to_the_same_json(void **state)
{
    (void)state;
    DIR *dir = opendir("tests/data/frames");
    assert_non_null(dir);
    int seen = 0;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        char path[512];
        size_t n = strlen(e->d_name), len = 0, json_len = 0;
        if (n < 4 || strcmp(e->d_name + n - 3, ".mp") != 0) continue;
        snprintf(path, sizeof path, "tests/data/frames/%.200s", e->d_name);
        char *frame = read_whole(path, &len);
        snprintf(path, sizeof path, "tests/data/frames/%.*s.json", (int)n - 3, e->d_name);
        char *json = read_whole(path, &json_len);
        assert_non_null(frame);
        assert_non_null(json);
        struct doc d;
        assert_err(doc_decode((struct slice){frame, len}, DOC_ALL, mem, &d), OK, e->d_name);
        struct buf line = buf_make(1 << 20);
        assert_int_equal(doc_to_json(&d, 0, mem, &line), OK);
        assert_slice(slice_trim((struct slice){json, json_len}), buf_cstr(&line));
        buf_free(&line);
        free(frame);
        free(json);
        seen++;
    }
    closedir(dir);
    assert_true(seen >= 2);
}

/* `test_doc write NAME`: a new golden frame of the full document, when a release adds fields. */
static int write_golden(const char *name)
{
    char path[512];
    set_up(NULL);
    struct doc d = full();
    d.to = STAGE_NORMALIZE;
    struct buf frame = buf_make(1 << 20), line = buf_make(1 << 20);
    if (doc_encode(&d, &frame) != OK || doc_to_json(&d, 0, mem, &line) != OK) return 1;
    snprintf(path, sizeof path, "tests/data/frames/%s.mp", name);
    FILE *f = fopen(path, "wb");
    if (f == NULL) return 1;
    fwrite(frame.ptr, 1, frame.len, f);
    fclose(f);
    snprintf(path, sizeof path, "tests/data/frames/%s.json", name);
    f = fopen(path, "wb");
    if (f == NULL) return 1;
    fprintf(f, "%.*s\n", (int)line.len, line.ptr);
    return fclose(f);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "write") == 0) return write_golden(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_a_key_an_owner_a_sentence_and_a_ceiling),
        cmocka_unit_test(a_full_document_comes_back_the_same_from_the_wire_and_from_json),
        cmocka_unit_test(msgpack_c_reads_our_frames),
        cmocka_unit_test(fields_are_left_out_behind_their_last_reader),
        cmocka_unit_test(each_row_holds_at_0_1_and_max_and_refuses_max_plus_1),
        cmocka_unit_test(a_frame_over_a_rows_ceiling_is_refused_when_it_is_opened),
        cmocka_unit_test(hostile_frames_get_a_named_error),
        cmocka_unit_test(unknown_fields_are_passed_on_byte_for_byte),
        cmocka_unit_test(json_lines_get_a_named_error_or_are_taken),
        cmocka_unit_test(the_first_failure_stays_and_its_detail_is_cut_on_a_character),
        cmocka_unit_test(golden_frames_still_decode_to_the_same_json),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
