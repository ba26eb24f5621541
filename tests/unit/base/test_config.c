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

static void test_link(void **state)
{
    (void)state;
    struct config c;
    struct err e = ERR_INIT;
    if (!load("server = \"https://hub.example.cn:8443/weike/\"\ncounty_key = \"trust/county.pub\"\nroot = \"/media/1.root\"\n"
              "windows = { \"22:00-06:00\", \"12:30-13:30\" }\nbudget_mb_per_day = 200\nmetered = true\nborrow_mb = 5\n"
              "xapi_endpoint = \"http://[::1]:80/xAPI\"\nxapi_user = \"yunxi\"\nxapi_password = \"a:b \\\"c\"\n"
              "tls_pin = \"sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"\n",
              &c, &e))
        fail_msg("%s", e.text);
    assert_string_equal(c.server, "https://hub.example.cn:8443/weike"); /* the slash at the end is gone */
    assert_string_equal(c.xapi_endpoint, "http://[::1]:80/xAPI");
    assert_string_equal(c.xapi_password, "a:b \"c");
    assert_int_equal(c.window_count, 2);
    assert_int_equal(c.window[0].from_min, 22 * 60);
    assert_int_equal(c.window[0].to_min, 6 * 60);
    assert_int_equal(c.window[1].from_min, 12 * 60 + 30);
    assert_int_equal(c.budget_mb_per_day, 200);
    assert_int_equal(c.borrow_mb, 5);
    assert_true(c.metered);
    char *p = config_path("/var/lib/weike", c.county_key);
    assert_string_equal(p, "/var/lib/weike/trust/county.pub");
    free(p);
    p = config_path("/var/lib/weike", c.root);
    assert_string_equal(p, "/media/1.root");
    free(p);
    assert_null(config_path("/var/lib/weike", ""));
}

static void test_servers(void **state)
{
    (void)state;
    static const struct { const char *url; bool good; } row[] = {
        { "", true }, { "http://10.0.0.1", true }, { "http://hub:8080", true }, { "https://a-b.example.cn/x/y_z~", true },
        { "http://[fe80::1]:9000/", true }, { "http://hub:65535", true }, { "http://hub//", false },
        { "hub:8080", false }, { "ftp://hub", false }, { "http://", false }, { "http:///repo", false }, { "http://hub:0", false },
        { "http://hub:65536", false }, { "http://hub:", false }, { "http://hub:80a", false }, { "http://u:p@hub", false },
        { "http://hub/x?y", false }, { "http://hub/#x", false }, { "http://hub/a b", false }, { "http://hub/../x", false },
        { "http://[::1", false }, { "http://.hub", false }, { "http://-hub", false }, { "HTTP://hub", false }, { "http://村", false },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct config c;
        struct err e = ERR_INIT;
        char text[200];
        snprintf(text, sizeof text, "server = \"%s\"", row[i].url);
        if (load(text, &c, &e) != row[i].good)
            fail_msg("%s: %s", row[i].url, row[i].good ? e.text : "accepted");
    }
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
        { "server = \"hub.example.cn\"", ":1: server must be an address like" },
        { "server = \"http://a\"\nserver = \"http://b\"", ":2: server is set twice" },
        { "xapi_endpoint = \"http://a?b\"", "xapi_endpoint must be an address" },
        { "xapi_user = \"a:b\"", "xapi_user must be a name without a colon" },
        { "\nwindows = { \"22:00-06:00\", \"6-8\" }", ":2: windows must be a list like { \"22:00-06:00\" }, and \"6-8\"" },
        { "windows = { \"22:00-24:01\" }", "no such time" },
        { "windows = { \"24:00-06:00\" }", "no such time" },
        { "windows = { \"22:60-23:00\" }", "no such time" },
        { "windows = { \"22:00-22:00\" }", "no such time" },
        { "windows = { \"01:00-02:00\" }\nwindows = { \"03:00-04:00\" }", ":2: windows is set twice" },
        { "windows = { \"01:00-02:00\", \"03:00-04:00\" }\nwindows += { \"05:00-06:00\" }", ":2: windows is set twice" },
        { "windows = { \"01:00-02:00\", \"01:00-02:00\", \"01:00-02:00\", \"01:00-02:00\", \"01:00-02:00\", \"01:00-02:00\","
          " \"01:00-02:00\", \"01:00-02:00\", \"01:00-02:00\" }", "windows has more than 8 entries" },
        { "budget_mb_per_day = -1", "budget_mb_per_day must be 0 to 1000000" },
        { "borrow_mb = 0", "borrow_mb must be 1 to 1000" },
        { "metered = maybe", ":1: " },
        { "tls_pin = \"sha256//abc=\"", "tls_pin must be \"sha256//\"" },
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
                                        cmocka_unit_test(test_link), cmocka_unit_test(test_servers),
                                        cmocka_unit_test(test_mistakes) };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    bool cleaned = fs_remove_tree(dir, NULL);
    return failed || !cleaned;
}
