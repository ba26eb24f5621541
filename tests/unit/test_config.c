/* weike.conf: defaults, every kind of mistake with its line, targets by date. */
#include "base/config.h"
#include "base/fs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[300];

static bool load(const char *text, struct config *c, struct err *e)
{
    assert_true(fs_replace(path, text, strlen(text), e));
    return config_load(path, c, e);
}

static void test_missing_file_is_defaults(void **state)
{
    (void)state;
    struct config c, d;
    struct err e = ERR_INIT;
    unlink(path);
    assert_true(config_load(path, &c, &e));
    config_defaults(&d);
    assert_memory_equal(&c, &d, sizeof c);
    assert_int_equal(c.target_count, 1);
}

static void test_sample_says_the_defaults(void **state)
{
    (void)state;
    struct config c, d;
    struct err e = ERR_INIT;
    if (!load(config_default_text(), &c, &e))
        fail_msg("%s", e.text);
    config_defaults(&d);
    assert_memory_equal(&c, &d, sizeof c);
}

static void test_values(void **state)
{
    (void)state;
    struct config c;
    struct err e = ERR_INIT;
    assert_true(load("site_zh = \"下湾村\"\npanel_width_mm = 476\nidle_seconds = 120\nweight = \"480p\"\ncaptions = false\n"
                     "target { from = \"2026-01-01\" hours = 32 minutes_per_hour = 45 }\n"
                     "target { from = \"2027-01-01\" hours = 40 }\n"
                     "target { from = \"2026-01-01\" hours = 4 category = \"safety\" }\n",
                     &c, &e));
    assert_string_equal(c.site_zh, "下湾村");
    assert_int_equal(c.panel_width_mm, 476);
    assert_false(c.captions);
    assert_int_equal(c.target_count, 3);
    assert_null(config_target_on(&c, "2025-12-31", ""));
    assert_int_equal(config_target_ms(config_target_on(&c, "2026-06-01", "")), 32LL * 45 * 60000);
    assert_int_equal(config_target_ms(config_target_on(&c, "2030-06-01", "")), 40LL * 60 * 60000);
    assert_int_equal(config_target_on(&c, "2030-06-01", "safety")->hours, 4);
    assert_null(config_target_on(&c, "2030-06-01", "farming"));
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } row[] = {
        { "captions = true\ncolour = 3\n", ":2: no such option 'colour'" },
        { "idle_seconds = soon\n", ":1: " },
        { "\nidle_seconds = 5\n", ":2: idle_seconds must be 30 to 600, not 5" },
        { "volume_percent = 101", ":1: volume_percent must be 0 to 100" },
        { "language = \"fr\"", "language must be \"zh-CN\" or \"en\"" },
        { "weight = \"4k\"", "weight must be" },
        { "home_page = \"mailto:x\"", "home_page must be a web address" },
        { "captions = true\ncaptions = false\n", ":2: captions is set twice" },
        { "target { hours = 3 }", "target number 1 does not say from which day" },
        { "target { from = \"1.1.2026\" }", "from must be a day" },
        { "target { from = \"2026-13-01\" }", "from must be a day" },
        { "target { from = \"2026-01-01\" hours = 0 }", "hours must be 1 to 1000" },
        { "target { from = \"2026-01-01\" category = \"../x\" }", "category must be" },
        { "captions = true\ntarget { from = \"2026-01-01\"\n", ":2: the { of this line has no }" },
        { "site_en = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
          "site_en is too long" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct config c, d;
        struct err e = ERR_INIT;
        config_defaults(&d);
        if (load(row[i].text, &c, &e))
            fail_msg("accepted: %s", row[i].text);
        assert_int_equal(e.kind, ERR_INVALID);
        if (!strstr(e.text, row[i].says) || !strstr(e.text, "weike.conf"))
            fail_msg("%s\n gave: %s", row[i].text, e.text);
        assert_memory_equal(&c, &d, sizeof c);
    }
}

int main(void)
{
    char dir[200];
    snprintf(dir, sizeof dir, "%s/weike-config-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/weike.conf", dir);
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_missing_file_is_defaults),
                                        cmocka_unit_test(test_sample_says_the_defaults), cmocka_unit_test(test_values),
                                        cmocka_unit_test(test_mistakes) };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    bool cleaned = fs_remove_tree(dir, NULL);
    return failed || !cleaned;
}
