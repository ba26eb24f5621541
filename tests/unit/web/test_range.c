/* Partial and conditional requests, case by case: RFC 9110 §13.1.2, §13.1.5, §14.1.2, §14.2. */
#include "web/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TAG "\"abc\""

static const struct row {
    const char *range, *if_range, *if_none_match;
    uint64_t size;
    int status;
    uint64_t first, count;
} rows[] = {
    { NULL, NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes=0-0", NULL, NULL, 1000, 206, 0, 1 },
    { "bytes=0-", NULL, NULL, 1000, 206, 0, 1000 },
    { "bytes=999-", NULL, NULL, 1000, 206, 999, 1 },
    { "bytes=10-19", NULL, NULL, 1000, 206, 10, 10 },
    { "bytes=990-5000", NULL, NULL, 1000, 206, 990, 10 },
    { "bytes=1000-", NULL, NULL, 1000, 416, 0, 0 },
    { "bytes=1000-1001", NULL, NULL, 1000, 416, 0, 0 },
    { "bytes=99999999999999999999999-", NULL, NULL, 1000, 416, 0, 0 },
    { "bytes=0-99999999999999999999999", NULL, NULL, 1000, 206, 0, 1000 },
    { "bytes=-1", NULL, NULL, 1000, 206, 999, 1 },
    { "bytes=-5000", NULL, NULL, 1000, 206, 0, 1000 },
    { "bytes=-0", NULL, NULL, 1000, 416, 0, 0 },
    { "bytes=0-", NULL, NULL, 0, 416, 0, 0 },
    { "bytes=-1", NULL, NULL, 0, 416, 0, 0 },
    { "Bytes = 1-2 ", NULL, NULL, 1000, 206, 1, 2 },
    /* not a range: as if it were not there */
    { "", NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes", NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes=", NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes=-", NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes=5-4", NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes=a-b", NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes=+1-2", NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes=1-2-3", NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes=0x1-2", NULL, NULL, 1000, 200, 0, 1000 },
    { "lines=0-1", NULL, NULL, 1000, 200, 0, 1000 },
    { "bytes=0-1,5-6", NULL, NULL, 1000, 200, 0, 1000 },
    /* If-Range: this very tag, strong, or the whole */
    { "bytes=10-", TAG, NULL, 1000, 206, 10, 990 },
    { "bytes=10-", "\"other\"", NULL, 1000, 200, 0, 1000 },
    { "bytes=10-", "W/" TAG, NULL, 1000, 200, 0, 1000 },
    { "bytes=10-", "*", NULL, 1000, 200, 0, 1000 },
    { "bytes=10-", "Sun, 22 Nov 2026 08:00:00 GMT", NULL, 1000, 200, 0, 1000 },
    { "bytes=10-", "\"x\", " TAG, NULL, 1000, 200, 0, 1000 },
    { "bytes=5000-", "\"other\"", NULL, 1000, 200, 0, 1000 },
    /* If-None-Match comes first, compares weakly, takes lists */
    { NULL, NULL, TAG, 1000, 304, 0, 0 },
    { NULL, NULL, "W/" TAG, 1000, 304, 0, 0 },
    { NULL, NULL, "*", 1000, 304, 0, 0 },
    { NULL, NULL, "\"x\" , " TAG, 1000, 304, 0, 0 },
    { NULL, NULL, "\"x\",,W/\"y\"", 1000, 200, 0, 1000 },
    { NULL, NULL, "abc", 1000, 200, 0, 1000 },
    { NULL, NULL, "\"abc", 1000, 200, 0, 1000 },
    { NULL, NULL, "", 1000, 200, 0, 1000 },
    { "bytes=10-", NULL, TAG, 1000, 304, 0, 0 },
};

static void each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        struct range_ask ask = { r->range, r->if_range, r->if_none_match };
        struct range_plan got;
        memset(&got, 0x5a, sizeof got);
        range_decide(&ask, TAG, r->size, &got);
        if (got.status != r->status || got.first != r->first || got.count != r->count)
            fail_msg("row %zu (%s): %d %llu+%llu", i, r->range ? r->range : "-", got.status,
                     (unsigned long long)got.first, (unsigned long long)got.count);
    }
}

static void any_range_stays_inside(void **state)
{
    char text[64];
    (void)state;
    for (int size = 0; size < 12; size++)
        for (int from = -1; from < 14; from++)
            for (int to = -1; to < 14; to++) {
                struct range_plan got;
                if (from < 0)
                    snprintf(text, sizeof text, "bytes=-%d", to < 0 ? 3 : to);
                else if (to < 0)
                    snprintf(text, sizeof text, "bytes=%d-", from);
                else
                    snprintf(text, sizeof text, "bytes=%d-%d", from, to);
                range_decide(&(struct range_ask){ .range = text }, TAG, (uint64_t)size, &got);
                if (got.status == 206)
                    assert_true(got.count > 0 && got.first + got.count <= (uint64_t)size);
                else
                    assert_true(got.first == 0 && (got.status == 200 ? got.count == (uint64_t)size : got.count == 0));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_row), cmocka_unit_test(any_range_stays_inside) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
