/* When to try and how much may flow, by tables; and ten thousand kiosks after an outage. */
#include "herd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { DRAWS = 2000 };
#define S INT64_C(1000)

/* Many nodes with seeds of their own do the same thing; what they plan must lie in the range and fill it. */
static void check_range(void (*act)(struct pace *p), int64_t min_ms, int64_t max_ms, const char *what)
{
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        struct pace p;
        pace_start(&p, seed * 77, 1000 * S);
        if (act)
            act(&p);
        low = p.next_boot_ms < low ? p.next_boot_ms : low;
        high = p.next_boot_ms > high ? p.next_boot_ms : high;
    }
    int64_t slack = (max_ms - min_ms) / 50;
    if (low < min_ms || high > max_ms || low > min_ms + slack || high < max_ms - slack)
        fail_msg("%s: %lld..%lld, not %lld..%lld", what, (long long)low, (long long)high, (long long)min_ms, (long long)max_ms);
}

static void a_failure(struct pace *p) { pace_done(p, PACE_FAILED, 0, 2000 * S); }
static void a_success(struct pace *p) { pace_done(p, PACE_OK_CURRENT, 0, 2000 * S); }
static void more_waits(struct pace *p) { pace_done(p, PACE_OK_MORE, 0, 2000 * S); }
static void busy(struct pace *p) { pace_done(p, PACE_BUSY, 0, 2000 * S); }
static void busy_hour(struct pace *p) { pace_done(p, PACE_BUSY, 3600, 2000 * S); }
static void busy_for_ever(struct pace *p) { pace_done(p, PACE_BUSY, 2000000000, 2000 * S); }
static void link_at_start(struct pace *p) { pace_link_up(p, 1008 * S); }
static void link_after_failure(struct pace *p) { a_failure(p), pace_link_up(p, 2070 * S); }
static void link_right_after_failure(struct pace *p) { a_failure(p), pace_link_up(p, 2001 * S); }
static void link_after_contact(struct pace *p) { a_success(p), pace_link_up(p, 2100 * S); }
static void link_after_a_day(struct pace *p) { a_success(p), p->next_boot_ms = 90000 * S, pace_link_up(p, 80000 * S); }
static void link_while_busy(struct pace *p) { busy_hour(p), pace_link_up(p, 2100 * S); }

static void test_waits(void **state)
{
    (void)state;
    check_range(NULL, 1000 * S, 1600 * S, "start");
    check_range(a_failure, 2300 * S, 2900 * S, "failure");
    check_range(more_waits, 2300 * S, 2900 * S, "more waits");
    check_range(busy, 2300 * S, 2900 * S, "busy");
    check_range(a_success, 5000 * S, 6200 * S, "success");
    check_range(busy_hour, 5600 * S, 5900 * S, "Retry-After of an hour");
    check_range(busy_for_ever, 88400 * S, 88700 * S, "Retry-After beyond a day");
    check_range(link_at_start, 1000 * S, 1600 * S, "the link that belongs to the start");
    check_range(link_after_failure, 2070 * S, 2100 * S, "a link after failures");
    check_range(link_after_contact, 2100 * S, 2700 * S, "a link that was only gone for minutes");
    check_range(link_after_a_day, 80000 * S, 80030 * S, "a link after a day without");
}

static void test_links(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        struct pace p;
        pace_start(&p, seed, 1000 * S);
        link_right_after_failure(&p);
        assert_true(p.next_boot_ms >= 2060 * S); /* one that comes and goes is not asked every second */
        int64_t planned = p.next_boot_ms;
        for (int i = 0; i < 20; i++)
            pace_link_up(&p, 2002 * S + i);
        assert_int_equal(p.next_boot_ms, planned);
        link_while_busy(&p);
        assert_true(p.next_boot_ms >= 5600 * S); /* Retry-After stands */
        p.next_boot_ms = 2101 * S;
        p.link_taken = false;
        p.not_before_ms = 0;
        pace_link_up(&p, 2100 * S);
        assert_true(p.next_boot_ms <= 2101 * S); /* never later than planned */
    }
}

static void test_failures_are_counted(void **state)
{
    (void)state;
    struct pace p;
    pace_start(&p, 1, 0);
    for (int i = 1; i <= 1000; i++) {
        int64_t at = p.next_boot_ms;
        pace_done(&p, i % 2 ? PACE_FAILED : PACE_BUSY, 0, at);
        assert_int_equal(p.failures, i);
        assert_in_range(p.next_boot_ms - at, 300 * S, 900 * S); /* never longer: a storm must not silence anybody */
    }
    pace_done(&p, PACE_OK_MORE, 0, p.next_boot_ms);
    assert_int_equal(p.failures, 0);
}

static void test_windows(void **state)
{
    (void)state;
    static const struct { const char *window[2]; int minute; bool in; int opens_in; } row[] = {
        { { NULL }, 700, true, 1440 },
        { { "22:00-06:00" }, 1319, false, 1 },    { { "22:00-06:00" }, 1320, true, 0 },  { { "22:00-06:00" }, 0, true, 1320 },
        { { "22:00-06:00" }, 359, true, 961 },    { { "22:00-06:00" }, 360, false, 960 }, { { "00:00-24:00" }, 1439, true, 1 },
        { { "12:30-13:30", "22:00-06:00" }, 750, true, 0 }, { { "12:30-13:30", "22:00-06:00" }, 810, false, 510 },
        { { "12:30-13:30", "22:00-06:00" }, 700, false, 50 },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct pace_rules r = { 0 };
        for (int w = 0; w < 2 && row[i].window[w]; w++)
            assert_true(config_window_parse(row[i].window[w], &r.window[r.window_count++]));
        if (pace_in_window(&r, row[i].minute) != row[i].in)
            fail_msg("row %zu: %d", i, row[i].minute);
        struct pace p;
        pace_start(&p, i, 0);
        p.next_boot_ms = 100000 * S;
        pace_await_window(&p, &r, row[i].minute, 0);
        int64_t opens = r.window_count ? row[i].opens_in * 60 * S : 100000 * S;
        if (p.next_boot_ms < opens || p.next_boot_ms > opens + (r.window_count ? 600 * S : 0))
            fail_msg("row %zu opens: %lld", i, (long long)p.next_boot_ms);
        p.next_boot_ms = 5;
        pace_await_window(&p, &r, row[i].minute, 0);
        assert_int_equal(p.next_boot_ms, 5); /* never later */
    }
}

static void test_budget(void **state)
{
    (void)state;
    struct config c;
    struct pace_rules r;
    struct pace p;
    config_defaults(&c);
    pace_rules_of(&c, &r);
    pace_start(&p, 1, 0);
    assert_true(pace_allowance(&r, &p, "2026-11-22", 600) == UINT64_MAX);
    c.budget_mb_per_day = 10;
    c.metered = true;
    c.window_count = 1;
    c.window[0] = (struct config_window){ 540, 720 };
    pace_rules_of(&c, &r);
    assert_true(r.metered);
    assert_true(pace_allowance(&r, &p, "2026-11-22", 600) == 10000000);
    pace_spent(&p, "2026-11-22", 9999999);
    assert_true(pace_allowance(&r, &p, "2026-11-22", 600) == 1);
    assert_true(pace_allowance(&r, &p, "2026-11-22", 800) == 0); /* outside the window */
    pace_spent(&p, "2026-11-22", 5000);
    assert_true(pace_allowance(&r, &p, "2026-11-22", 600) == 0);
    assert_true(pace_allowance(&r, &p, "2020-01-01", 600) == 0); /* a clock that falls back earns nothing */
    assert_true(pace_allowance(&r, &p, "2026-11-22", 600) == 10000000 || p.spent_bytes == 0);
    pace_spent(&p, "2026-11-23", UINT64_MAX);
    pace_spent(&p, "2026-11-23", 5);
    assert_true(p.spent_bytes == UINT64_MAX);
    assert_true(pace_allowance(&r, &p, "2026-11-24", 600) == 10000000);
}

/* New records go within ten minutes where the link works; where it does not, or costs, they wait for the plan. */
static void test_records(void **state)
{
    (void)state;
    struct pace_rules r = { .metered = false }, metered = { .metered = true };
    struct pace p;
    pace_start(&p, 5, 0);
    int64_t first = p.next_boot_ms;
    pace_records(&p, &r, 1000);
    assert_true(p.next_boot_ms == first); /* nobody knows yet whether there is a link */
    pace_done(&p, PACE_OK_CURRENT, 0, 700000);
    int64_t poll = p.next_boot_ms;
    pace_records(&p, &metered, 800000);
    assert_true(p.next_boot_ms == poll);
    pace_records(&p, &r, 800000);
    assert_in_range(p.next_boot_ms, 800000 + PACE_RECORDS_MIN_S * 1000, 800000 + PACE_RECORDS_MAX_S * 1000);
    int64_t soon = p.next_boot_ms;
    pace_records(&p, &r, soon - 1); /* more of them put it off no further */
    assert_true(p.next_boot_ms == soon);
    pace_done(&p, PACE_FAILED, 0, soon);
    int64_t retry = p.next_boot_ms;
    pace_records(&p, &r, soon + 1);
    assert_true(p.next_boot_ms == retry);
    pace_done(&p, PACE_OK_CURRENT, 1800, soon);
    pace_records(&p, &r, soon + 1);
    assert_true(p.next_boot_ms >= soon + 1800000); /* a busy server is not asked before its time */
}

/* The goals of the design: at most 60 requests in any second, 25,000 in all, 99 % served within 15 min. */
static void test_ten_thousand_kiosks(void **state)
{
    (void)state;
    static const struct herd_case c[] = { { HERD_POWER, 10000, 100, 0, 600, 7200, 42 },
                                          { HERD_SERVER, 10000, 100, 3600, 4200, 12000, 43 },
                                          { HERD_LINKS, 10000, 100, 3600, 4200, 12000, 44 } };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        struct herd_result r;
        herd_run(&c[i], &r);
        print_message("herd %zu: peak %d/s, %d requests, %d missed it, %d served within 15 min, 99 %% after %d s, 503s %d\n", i, r.peak,
                      r.requests, r.missed, r.served_15min, r.p99_s, r.refused);
        assert_in_range(r.peak, 1, 60);
        assert_int_equal(r.refused, 0);
        assert_in_range(r.served_15min, 9900, 10000);
        assert_in_range(r.missed, 1000, 10000);
        assert_in_range(r.requests, 10000, 25000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_waits),   cmocka_unit_test(test_links),
                                        cmocka_unit_test(test_failures_are_counted), cmocka_unit_test(test_windows),
                                        cmocka_unit_test(test_budget),  cmocka_unit_test(test_records), cmocka_unit_test(test_ten_thousand_kiosks) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
