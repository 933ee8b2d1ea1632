/* test_mp.c - msgpack from strangers is measured without believing it. */
#include "test.h"

#include "../proto/mp.h"

#define BYTES(lit) {"" lit, sizeof(lit) - 1}

static const struct {
    const char *name;
    struct slice in;
    unsigned depth;
    enum err want;
    size_t len;
} cases[] = {
    {"nothing", BYTES(""), 4, ERR_MALFORMED, 0},
    {"nil", BYTES("\xc0"), 4, OK, 1},
    {"positive fixint", BYTES("\x7f"), 4, OK, 1},
    {"negative fixint", BYTES("\xff"), 4, OK, 1},
    {"uint 64 cut short", BYTES("\xcf\0\0\0"), 4, ERR_MALFORMED, 0},
    {"float 32", BYTES("\xca\x3f\x80\0\0"), 4, OK, 5},
    {"reserved byte", BYTES("\xc1"), 4, ERR_MALFORMED, 0},
    {"extension type", BYTES("\xd4\x01\x02"), 4, ERR_MALFORMED, 0},
    {"str longer than the bytes", BYTES("\xd9\x05"
                                        "abc"), 4, ERR_MALFORMED, 0},
    {"str 32 that lies", BYTES("\xdb\xff\xff\xff\xff"
                               "a"), 4, ERR_MALFORMED, 0},
    {"array that claims four thousand million", BYTES("\xdd\xff\xff\xff\xff\xc0"), 4, ERR_MALFORMED, 0},
    {"map that claims more than is there", BYTES("\x82\xa1k\x01\xa1"), 4, ERR_MALFORMED, 0},
    {"map 32 that lies", BYTES("\xdf\x7f\xff\xff\xff\xa1k\x01"), 4, ERR_MALFORMED, 0},
    {"map with an integer key", BYTES("\x81\x01\x01"), 4, ERR_MALFORMED, 0},
    {"map whose second key is nil", BYTES("\x82\xa1k\x01\xc0\x01"), 4, ERR_MALFORMED, 0},
    {"map in a map", BYTES("\x81\xa1k\x81\xa1j\x93\x01\x02\x03"), 4, OK, 10},
    {"value inside a map may be anything", BYTES("\x81\xa1k\x91\x01"), 4, OK, 5},
    {"as deep as allowed", BYTES("\x91\x91\x91\x91\xc0"), 4, OK, 5},
    {"one deeper", BYTES("\x91\x91\x91\x91\x91\xc0"), 4, ERR_DEPTH, 0},
    {"empty array at the bottom counts", BYTES("\x91\x91\x91\x91\x90"), 4, ERR_DEPTH, 0},
    {"str that is no UTF-8", BYTES("\xa2\xc3\x28"), 4, ERR_UTF8, 0},
    {"surrogate in a str", BYTES("\xa3\xed\xa0\x80"), 4, ERR_UTF8, 0},
    {"bin may hold anything", BYTES("\xc4\x02\xc3\x28"), 4, OK, 4},
    {"first of two values", BYTES("\x01\x02"), 4, OK, 1},
};

static void values_are_measured_and_lies_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = 0;
        assert_err(mp_measure(cases[i].in, cases[i].depth, &len), cases[i].want, cases[i].name);
        if (cases[i].want == OK) assert_int_equal(len, cases[i].len);
    }
}

static void a_prefix_of_a_sound_value_is_never_sound(void **state)
{
    (void)state;
    static const char whole[] = "\x83\xa1"
                                "a\xcb\x3f\xf0\0\0\0\0\0\0\xa1"
                                "b\x92\xd9\x03xyz\xc4\x01z\xa1"
                                "c\xd2\xff\xff\xff\x00";
    size_t len, n = sizeof whole - 1;
    assert_int_equal(mp_measure((struct slice){whole, n}, 8, &len), OK);
    assert_int_equal(len, n);
    for (size_t i = 0; i < n; i++) assert_int_equal(mp_measure((struct slice){whole, i}, 8, &len), ERR_MALFORMED);
}

static void integers_keep_their_sign_in_every_width(void **state)
{
    (void)state;
    static const struct {
        struct slice in;
        int64_t want;
    } ints[] = {
        {BYTES("\xd0\x80"), -128}, {BYTES("\xd1\xff\x7f"), -129}, {BYTES("\xd2\x80\0\0\0"), INT32_MIN},
        {BYTES("\xd3\x80\0\0\0\0\0\0\0"), INT64_MIN}, {BYTES("\xd0\x7f"), 127}, {BYTES("\xe0"), -32},
    };
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
        struct mp_head h;
        assert_int_equal(mp_head(ints[i].in, &h), OK);
        assert_int_equal(h.kind == MP_INT ? h.sint : (int64_t)h.uint, ints[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_measured_and_lies_refused),
        cmocka_unit_test(a_prefix_of_a_sound_value_is_never_sound),
        cmocka_unit_test(integers_keep_their_sign_in_every_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
