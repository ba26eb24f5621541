/* Notices: what a manifest may say. */
#include "base/json.h"
#include "model/course.h"
#include "model/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NOTICE(more) "{\"format\":1,\"kind\":\"notice\",\"id\":\"org.x.a\",\"version\":2,\"title\":{\"zh-CN\":\"停水\"},\"category\":\"village\"" more "}"
#define TEXT ",\"text\":{\"zh-CN\":\"# 停水\\n\\n- 周六\"}"

static void test_round_trip(void **state)
{
    static const char text[] = NOTICE(",\"from\":\"2026-12-01\",\"until\":\"2028-02-29\",\"audience\":[\"511702\"],\"poster\":{\"sha256\":\"" SHA
                                      "\",\"size\":9,\"type\":\"image/webp\",\"name\":\"p.webp\"}" TEXT);
    struct package_head *p, *again;
    struct err e = ERR_INIT;
    struct str out;
    (void)state;
    if (!package_parse(text, sizeof text - 1, &p, &e))
        fail_msg("%s", e.text);
    assert_ptr_equal(p->kind, &notice_kind);
    assert_null(course_of(p));
    const struct notice *n = (const struct notice *)p;
    assert_int_equal(n->from_day, 20788);
    assert_int_equal(n->until_day, 21243);
    assert_string_equal(lang_text_get(&n->text, "zh-CN"), "# 停水\n\n- 周六"); /* its lines stay */
    str_init(&out, 0);
    json_t *json = package_to_json(p);
    json_write(json, &out);
    json_decref(json);
    assert_non_null(strstr(out.data, "\"from\":\"2026-12-01\""));
    assert_non_null(strstr(out.data, "\"until\":\"2028-02-29\""));
    assert_true(package_parse(out.data, out.len, &again, &e));
    assert_int_equal(((struct notice *)again)->until_day, 21243);
    package_free(again);
    package_free(p);
    str_release(&out);
}

/* Every first and last day of a month for a hundred years comes back as it was written. */
static void test_dates(void **state)
{
    (void)state;
    for (int year = 1970; year < 2070; year++)
        for (int month = 1; month <= 12; month++) {
            char text[300], want[30];
            struct package_head *p;
            struct err e = ERR_INIT;
            struct str out;
            snprintf(want, sizeof want, "\"from\":\"%04d-%02d-01\"", year, month);
            snprintf(text, sizeof text, NOTICE(",%s" TEXT), want);
            if (!package_parse(text, strlen(text), &p, &e))
                fail_msg("%s: %s", want, e.text);
            assert_int_equal(((struct notice *)p)->until_day, NOTICE_ALWAYS);
            str_init(&out, 0);
            json_t *json = package_to_json(p);
            json_write(json, &out);
            json_decref(json);
            assert_non_null(strstr(out.data, want));
            assert_null(strstr(out.data, "until"));
            ((struct notice *)p)->from_day--; /* the last day of the month before */
            if (((struct notice *)p)->from_day >= 0) {
                str_clear(&out);
                json = package_to_json(p);
                json_write(json, &out);
                json_decref(json);
                struct package_head *before;
                if (!package_parse(out.data, out.len, &before, &e))
                    fail_msg("%s", e.text);
                assert_int_equal(((struct notice *)before)->from_day, ((struct notice *)p)->from_day);
                package_free(before);
            }
            package_free(p);
            str_release(&out);
        }
}

static void test_refused(void **state)
{
#define FROM ",\"from\":\"2026-12-01\""
    static const struct { const char *json, *says; } row[] = {
        { NOTICE(TEXT), "\"from\"" },
        { NOTICE(FROM), "\"text\"" },
        { NOTICE(",\"from\":20788" TEXT), "\"from\"" },
        { NOTICE(",\"from\":\"2026-12-1\"" TEXT), "\"from\" must be a date" },
        { NOTICE(",\"from\":\"2026-02-29\"" TEXT), "\"from\" must be a date" },
        { NOTICE(",\"from\":\"2026-13-01\"" TEXT), "\"from\" must be a date" },
        { NOTICE(",\"from\":\"2026-00-01\"" TEXT), "\"from\" must be a date" },
        { NOTICE(",\"from\":\"1969-12-31\"" TEXT), "\"from\" must be a date" },
        { NOTICE(",\"from\":\"2026--1-01\"" TEXT), "\"from\" must be a date" },
        { NOTICE(",\"from\":\"morgen\"" TEXT), "\"from\" must be a date" },
        { NOTICE(FROM ",\"until\":\"2026-11-30\"" TEXT), "\"until\" lies before" },
        { NOTICE(FROM ",\"until\":\"\"" TEXT), "\"until\" must be a date" },
        { NOTICE(FROM ",\"text\":{}"), "\"text\"" },
        { NOTICE(FROM ",\"text\":\"x\""), "\"text\"" },
        { NOTICE(FROM ",\"text\":{\"zh-CN\":\" \\n\\u200b\"}"), "empty" },
        { NOTICE(FROM ",\"text\":{\"zh_CN\":\"x\"}"), "language tag" },
        { NOTICE(FROM ",\"text\":{\"en\":5}"), "must be a text" },
        { NOTICE(FROM TEXT ",\"lessons\":[]"), "only a package of kind \"course\"" },
        { NOTICE(FROM TEXT ",\"hidden\":1"), "unknown key" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct package_head *p;
        struct err e = ERR_INIT;
        if (package_parse(row[i].json, strlen(row[i].json), &p, &e))
            fail_msg("row %zu was taken", i);
        if (e.kind != ERR_INVALID || !strstr(e.text, row[i].says))
            fail_msg("row %zu says: %s, %s", i, err_kind_name(e.kind), e.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_round_trip), cmocka_unit_test(test_dates), cmocka_unit_test(test_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
