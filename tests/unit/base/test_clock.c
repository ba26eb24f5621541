/* Moments as text: our own calendar against the C library's. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static void test_moments_as_text(void **state)
{
    (void)state;
    static const struct { int64_t ms; const char *text; } table[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { 951782400123, "2000-02-29T00:00:00.123Z" },
        { 951868800000, "2000-03-01T00:00:00.000Z" },
        { 1795311660000, "2026-11-22T01:41:00.000Z" },
        { 4107542399999, "2100-02-28T23:59:59.999Z" },
        { 4107542400000, "2100-03-01T00:00:00.000Z" },
        { -62162121600000, "0000-02-29T00:00:00.000Z" },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[CLOCK_UTC_TEXT];
        clock_format_utc(table[i].ms, text, sizeof text);
        assert_string_equal(text, table[i].text);
    }
}

static void test_every_day_is_as_in_the_c_library(void **state)
{
    (void)state;
    for (int64_t day = -400 * 366; day < 400 * 366; day++) {
        char ours[CLOCK_UTC_TEXT], theirs[40];
        time_t t = (time_t)(day * 86400 + 43200);
        struct tm tm;
        gmtime_r(&t, &tm);
        strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
        clock_format_utc((int64_t)t * 1000, ours, sizeof ours);
        if (strcmp(ours, theirs) != 0) /* a table of 300,000 asserts would take long */
            assert_string_equal(ours, theirs);
    }
}

static void test_no_moment_overflows_its_text(void **state)
{
    (void)state;
    static const int64_t edge[] = { INT64_MIN, INT64_MAX, INT64_MIN + 1, -62167219200001 };
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        char text[CLOCK_UTC_TEXT];
        clock_format_utc(edge[i], text, sizeof text);
        assert_true(strlen(text) < sizeof text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_as_text),
        cmocka_unit_test(test_every_day_is_as_in_the_c_library),
        cmocka_unit_test(test_no_moment_overflows_its_text),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
