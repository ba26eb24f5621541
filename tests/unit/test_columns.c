/* Times and durations to milliseconds, case by case; what a statement's columns are. */
#include "hub/columns.h"

#include "../hub/terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct { const char *text; bool fits; int64_t ms; } times[] = {
    { "1970-01-01T00:00:00.000Z", true, 0 },
    { "2026-11-22T09:41:00.250Z", true, INT64_C(1795340460250) },
    { "2026-11-22T17:41:00.250+08:00", true, INT64_C(1795340460250) },
    { "2026-11-22T04:11:00.250-05:30", true, INT64_C(1795340460250) },
    { "2024-02-29T23:59:59.999Z", true, INT64_C(1709251199999) },
    { "2026-11-22T09:41:00Z", true, INT64_C(1795340460000) },
    { "2026-11-22T09:41:00.123456789Z", true, INT64_C(1795340460123) },
    { "1969-12-31T23:59:59.000Z", true, -1000 },
    { "2026-11-22", false, 0 },
    { "2026-13-22T09:41:00Z", false, 0 },
    { "2026-11-22T09:41:00", false, 0 },
    { "2026-11-22T09:41:00Zx", false, 0 },
    { "", false, 0 },
}, durations[] = {
    { "PT12.34S", true, 12340 }, { "PT0.00S", true, 0 }, { "PT1H2M3.45S", true, 3723450 }, { "PT90M", true, 5400000 }, { "PT1.5M", true, 90000 },
    { "PT", false, 0 }, { "P1D", false, 0 }, { "PT1S2M", false, 0 }, { "PT-1S", false, 0 }, { "12", false, 0 }, { "", false, 0 },
};

static void each_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t ms = 0;
        if (columns_time(times[i].text, &ms) != times[i].fits || (times[i].fits && ms != times[i].ms))
            fail_msg("%s: %lld", times[i].text, (long long)ms);
    }
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        int64_t ms = 0;
        if (columns_duration(durations[i].text, &ms) != durations[i].fits || (durations[i].fits && ms != durations[i].ms))
            fail_msg("%s: %lld", durations[i].text, (long long)ms);
    }
}

static void a_viewing(void **state)
{
    struct str s;
    struct columns c;
    struct err e = ERR_INIT;
    char id[UUID_TEXT];
    (void)state;
    str_init(&s, 0);
    statement_id(1, 7, id);
    statement_make(id, 7, &s);
    assert_true(columns_read(s.data, s.len, &c, &e));
    assert_string_equal(c.id, id);
    assert_string_equal(c.verb, "terminated");
    assert_string_equal(c.actor, "m7");
    assert_true(c.has_duration && c.duration_ms == 10500 && !c.has_success && !c.has_score);
    assert_int_equal(c.at_ms, terminal_start_ms + 7 * 60000);
    assert_false(columns_read(s.data, s.len - 1, &c, &e));
    assert_int_equal(e.kind, ERR_INVALID);
    str_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_time), cmocka_unit_test(a_viewing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
