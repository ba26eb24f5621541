/* The pages: what came from outside stays text. */
#include "web/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void nothing_from_outside_becomes_markup(void **state)
{
    struct str out;
    (void)state;
    static const char evil[] = "<script>alert('x')</script>\"&";
    json_t *status = json_pack("{s:s, s:s, s:[{s:i, s:s, s:s, s:i, s:i}]}", "role", "county", "version", evil, "alarms", "id", 1, "kind", evil, "text", evil, "times", 1, "last_ms", 1);
    json_t *sites = json_pack("[{s:s, s:s, s:s, s:{s:s}}]", "site", evil, "device", evil, "clock", evil, "health", "version", evil);
    json_t *audit = json_pack("[{s:s, s:s, s:s, s:s}]", "who", evil, "act", evil, "what", evil, "place", evil);
    str_init(&out, 0);
    html_status(status, sites, audit, "0123456789abcdef0123456789abcdef", &out);
    assert_null(strstr(out.data, "<script"));
    assert_null(strstr(out.data, "'x'"));
    assert_non_null(strstr(out.data, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"));
    str_clear(&out);
    html_code(evil, "abcd-efgh-jkmn", &out);
    assert_null(strstr(out.data, "<script"));
    json_decref(status), json_decref(sites), json_decref(audit);
    str_release(&out);
}

static void health_of_any_shape_is_shown_or_left_out(void **state)
{
    struct str out;
    (void)state;
    json_t *status = json_pack("{s:s}", "role", "carrier");
    json_t *sites = json_pack("[{s:s, s:{s:i, s:[i], s:{}}}, {s:i}]", "site", "a", "health", "version", 5, "waiting", 1, "disk_free", "site", 7);
    str_init(&out, 0);
    html_status(status, sites, json_null(), "0", &out);
    assert_non_null(strstr(out.data, "</html>"));
    json_decref(status), json_decref(sites);
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_from_outside_becomes_markup), cmocka_unit_test(health_of_any_shape_is_shown_or_left_out) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
