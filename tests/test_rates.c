/* test_rates.c - how much one feeder may bring: on average what it is allowed, in one piece whatever it likes, and nobody for another. */
#include "test.h"

#include "../services/ingest/rates.h"

static void the_rate_holds_on_average_whatever_the_size_of_a_request(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {1, 7, 50, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct rates *r = rates_create(100, 0);
        uint64_t taken = 0;
        for (uint64_t now = 1000; now < 1000 + 100000; now += 10) {
            struct rate *one = rates_of(r, SLICE("agency"), now);
            for (int n = 0; n < 100 && rate_wait(r, one) == 0; n++) rate_take(one, sizes[i], 1 << 20), taken += sizes[i];
        }
        assert_in_range(taken, 100 * 99, 100 * 102 + sizes[i]); /* 100 s, two of them at once, and one request that was begun */
        rates_destroy(&r);
    }
}

static void bytes_count_like_documents(void **state)
{
    (void)state;
    struct rates *r = rates_create(0, 1000);
    struct rate *one = rates_of(r, SLICE("agency"), 0);
    rate_take(one, 1000000, 2500);
    assert_in_range(rate_wait(r, one), 500, 502); /* half a second's worth is owed */
    assert_true(rate_wait(r, rates_of(r, SLICE("agency"), 499)) > 0);
    assert_int_equal(rate_wait(r, rates_of(r, SLICE("agency"), 502)), 0);
    rates_destroy(&r);
}

static void one_feeder_does_not_pay_for_another(void **state)
{
    (void)state;
    struct rates *r = rates_create(10, 10);
    rate_take(rates_of(r, SLICE("greedy"), 0), 1000, 1000);
    assert_true(rate_wait(r, rates_of(r, SLICE("greedy"), 0)) > 0);
    assert_int_equal(rate_wait(r, rates_of(r, SLICE("modest"), 0)), 0);
    rates_destroy(&r);
}

static void without_limits_nobody_waits(void **state)
{
    (void)state;
    struct rates *r = rates_create(0, 0);
    struct rate *one = rates_of(r, SLICE("agency"), 0);
    rate_take(one, 1000000, 1000000000);
    assert_int_equal(rate_wait(r, one), 0);
    rates_destroy(&r);
}

static void a_clock_that_is_set_back_neither_fills_nor_blocks(void **state)
{
    (void)state;
    struct rates *r = rates_create(10, 0);
    rate_take(rates_of(r, SLICE("agency"), 86400000), 30, 0);
    assert_true(rate_wait(r, rates_of(r, SLICE("agency"), 1000)) > 0);
    assert_int_equal(rate_wait(r, rates_of(r, SLICE("agency"), 2200)), 0);
    rates_destroy(&r);
}

/* More names than there are places: whoever is there keeps his debts while others come and go. */
static void any_number_of_feeders_fits(void **state)
{
    (void)state;
    struct rates *r = rates_create(10, 0);
    char name[32];
    for (unsigned i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "feeder-%u", i);
        struct rate *one = rates_of(r, slice_of(name), i);
        assert_int_equal(rate_wait(r, one), 0);
        rate_take(one, 100, 0);
        assert_true(rate_wait(r, rates_of(r, slice_of(name), i)) > 0);
    }
    rates_destroy(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_holds_on_average_whatever_the_size_of_a_request),
        cmocka_unit_test(bytes_count_like_documents),
        cmocka_unit_test(one_feeder_does_not_pay_for_another),
        cmocka_unit_test(without_limits_nobody_waits),
        cmocka_unit_test(a_clock_that_is_set_back_neither_fills_nor_blocks),
        cmocka_unit_test(any_number_of_feeders_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
