/* rate: how long the rest takes, from what moved in the last seconds. */
#include "app/core/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void test_unknown_at_first(void **state)
{
    struct rate r = { 0 };
    (void)state;
    assert_int_equal(rate_left_s(&r, 1000), -1);
    rate_add(&r, 1000, 0);
    assert_int_equal(rate_left_s(&r, 1000), -1);
    rate_add(&r, 2000, 500000);
    assert_int_equal(rate_left_s(&r, 1000), -1); /* one second says little */
    rate_add(&r, 3000, 1000000);
    assert_int_equal(rate_left_s(&r, 4000000), 8); /* half a megabyte a second */
}

static void test_never_zero_never_absurd(void **state)
{
    struct rate r = { 0 };
    (void)state;
    for (int i = 0; i < 5; i++)
        rate_add(&r, i * 1000, (uint64_t)i * 1000000);
    assert_int_equal(rate_left_s(&r, 0), 1);
    assert_int_equal(rate_left_s(&r, UINT64_MAX), -1);
    for (int i = 5; i < 100; i++)
        rate_add(&r, i * 1000, 4000000);
    assert_int_equal(rate_left_s(&r, 1000), -1); /* nothing moves any more */
}

static void test_follows_the_last_seconds(void **state)
{
    struct rate r = { 0 };
    uint64_t done = 0;
    (void)state;
    for (int i = 0; i < 60; i++)
        rate_add(&r, i * 1000, done += 10000);
    for (int i = 60; i < 100; i++)
        rate_add(&r, i * 1000, done += 1000000);
    assert_int_equal(rate_left_s(&r, 10000000), 10);
}

static void test_many_wakes_are_one_sample(void **state)
{
    struct rate r = { 0 };
    (void)state;
    for (int i = 0; i <= 40000; i++) /* every ms a wake */
        rate_add(&r, i, (uint64_t)i * 1000);
    assert_true(r.count <= RATE_SAMPLES);
    int64_t span = r.sample[r.count - 1].boot_ms - r.sample[0].boot_ms;
    assert_true(span >= 10000);
    assert_int_equal(rate_left_s(&r, 5000000), 5);
}

static void test_a_new_run_and_a_pause_begin_anew(void **state)
{
    struct rate r = { 0 };
    (void)state;
    for (int i = 0; i < 10; i++)
        rate_add(&r, i * 1000, 1000 + (uint64_t)i);
    rate_add(&r, 11000, 5);
    assert_int_equal(r.count, 1);
    rate_pause(&r);
    assert_int_equal(rate_left_s(&r, 1000), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_at_first),
        cmocka_unit_test(test_never_zero_never_absurd),
        cmocka_unit_test(test_follows_the_last_seconds),
        cmocka_unit_test(test_many_wakes_are_one_sample),
        cmocka_unit_test(test_a_new_run_and_a_pause_begin_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
