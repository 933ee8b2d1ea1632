/* test_feed.c - the feed protocol's messages, and the names that documents get. */
#include "test.h"

#include "../proto/feed.h"

static struct arena *mem;
static struct buf out;

static int set_up(void **state)
{
    (void)state;
    mem = arena_create(1 << 20);
    out = buf_make(1 << 20);
    return mem == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(&mem);
    buf_free(&out);
    return 0;
}

static void a_request_comes_back_as_it_was(void **state)
{
    (void)state;
    char ref[9];
    struct feed_request r = {.ref = feed_ref(77, ref), .source = SLICE("desk"), .id = SLICE("a/1.txt"), .name = SLICE("1.txt"),
                             .type = SLICE("text/plain"), .body = SLICE("Quay\0shut"), .meta = {.outlet = SLICE("Harbour Post")}};
    struct feed_request got;
    buf_clear(&out);
    assert_int_equal(feed_request_encode(&r, &out), OK);
    assert_err(feed_request_decode(buf_slice(&out), mem, &got), OK, "request");
    assert_true(slice_eq(got.ref, r.ref) && slice_eq(got.body, r.body));
    assert_slice(got.source, "desk");
    assert_slice(got.id, "a/1.txt");
    assert_slice(got.meta.outlet, "Harbour Post");
    assert_null(got.meta.url.ptr);
}

static void a_reply_comes_back_as_it_was(void **state)
{
    (void)state;
    struct slice keys[] = {SLICE("k1"), SLICE("k2")};
    struct feed_reply r = {.ref = SLICE("\xa3one"), .status = FEED_OK, .keys = {keys, 2}};
    struct feed_reply got;
    buf_clear(&out);
    assert_int_equal(feed_reply_encode(&r, &out), OK);
    assert_err(feed_reply_decode(buf_slice(&out), mem, &got), OK, "ok");
    assert_int_equal(got.status, FEED_OK);
    assert_int_equal(got.keys.len, 2);
    assert_slice(got.keys.ptr[1], "k2");
    assert_slice(got.ref, "\xa3one");
    r = (struct feed_reply){.status = FEED_REFUSED, .error = SLICE("malformed"), .detail = SLICE("line 3: no JSON"), .at = 120};
    buf_clear(&out);
    assert_int_equal(feed_reply_encode(&r, &out), OK);
    assert_err(feed_reply_decode(buf_slice(&out), mem, &got), OK, "refused");
    assert_slice(got.error, "malformed");
    assert_slice(got.detail, "line 3: no JSON");
    assert_int_equal(got.at, 120);
    r = (struct feed_reply){.status = FEED_BUSY, .retry_ms = 500};
    buf_clear(&out);
    assert_int_equal(feed_reply_encode(&r, &out), OK);
    assert_err(feed_reply_decode(buf_slice(&out), mem, &got), OK, "busy");
    assert_true(got.status == FEED_BUSY && got.retry_ms == 500 && got.keys.len == 0);
}

#define BYTES(lit) {"" lit, sizeof(lit) - 1}
static const struct {
    const char *name;
    struct slice in;
    enum err want;
} requests[] = {
    {"the least", BYTES("\x82\xa1v\x01\xa4"
                        "body\xc4\x01x"), OK},
    {"text for a body", BYTES("\x82\xa1v\x01\xa4"
                              "body\xa1x"), OK},
    {"fields of a later release", BYTES("\x83\xa1v\x01\xa1z\x91\x01\xa4"
                                        "body\xa1x"), OK},
    {"no body", BYTES("\x81\xa1v\x01"), ERR_MISSING},
    {"no version", BYTES("\x81\xa4"
                         "body\xa1x"), ERR_MISSING},
    {"another version", BYTES("\x82\xa1v\x02\xa4"
                              "body\xa1x"), ERR_VERSION},
    {"body twice", BYTES("\x83\xa1v\x01\xa4"
                         "body\xa1x\xa4"
                         "body\xa1x"), ERR_DUPLICATE},
    {"a body that lies", BYTES("\x82\xa1v\x01\xa4"
                               "body\xc6\xff\xff\xff\xff"), ERR_MALFORMED},
    {"a name of bytes", BYTES("\x83\xa1v\x01\xa4name\xc4\x01x\xa4"
                              "body\xa1x"), ERR_SCHEMA},
    {"no map", BYTES("\x01"), ERR_MALFORMED},
    {"nothing", BYTES(""), ERR_MALFORMED},
};

static void strange_requests_get_a_named_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct feed_request r;
        assert_err(feed_request_decode(requests[i].in, mem, &r), requests[i].want, requests[i].name);
    }
}

static void a_refused_request_still_tells_its_ref(void **state)
{
    (void)state;
    struct feed_request r;
    static const char in[] = "\x83\xa1v\x01\xa4name\x05\xa3ref\x2a";
    assert_int_equal(feed_request_decode((struct slice){in, sizeof in - 1}, mem, &r), ERR_SCHEMA);
    assert_slice(r.ref, "\x2a");
}

static void keys_depend_on_source_id_and_body_and_on_where_each_ends(void **state)
{
    (void)state;
    char a[33], b[33];
    feed_key(SLICE("desk"), SLICE("1"), SLICE("text"), a);
    feed_key(SLICE("desk"), SLICE("1"), SLICE("text"), b);
    assert_string_equal(a, b);
    feed_key(SLICE("desk1"), SLICE(""), SLICE("text"), b);
    assert_string_not_equal(a, b);
    feed_key(SLICE("desk"), SLICE("1t"), SLICE("ext"), b);
    assert_string_not_equal(a, b);
    feed_key(SLICE("desk"), SLICE("1"), SLICE("text."), b);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), 32);
}

static void a_key_is_the_one_that_another_implementation_gives(void **state)
{
    (void)state; /* Python: hashlib.blake2b(b''.join(len(x).to_bytes(8, 'little') + x for x in parts), digest_size=16) */
    char key[33];
    feed_key(SLICE("desk"), SLICE("a/1.txt"), SLICE("Quay shut."), key);
    assert_string_equal(key, "9fda8e2a2103893ab013aa103db570a8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_back_as_it_was),
        cmocka_unit_test(a_reply_comes_back_as_it_was),
        cmocka_unit_test(strange_requests_get_a_named_error),
        cmocka_unit_test(a_refused_request_still_tells_its_ref),
        cmocka_unit_test(keys_depend_on_source_id_and_body_and_on_where_each_ends),
        cmocka_unit_test(a_key_is_the_one_that_another_implementation_gives),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
