/* Where a request goes, and that nothing else is a place. */
#include "hub/doors/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct row {
    const char *path;
    int id; /* -1: no such place */
    const char *rest;
} rows[] = {
    { "/", ROUTE_STATUS, "" },
    { "/status", ROUTE_STATUS, "" },
    { "/metrics", ROUTE_METRICS, "" },
    { "/register", ROUTE_REGISTER, "" },
    { "/register/", -1, NULL },
    { "/repo/timestamp", ROUTE_TREE, "timestamp" },
    { "/repo/root/2.root", ROUTE_TREE, "root/2.root" },
    { "/repo/b/01/" SHA, ROUTE_TREE, "b/01/" SHA },
    { "/repo/i/" SHA "-" SHA ".zp", ROUTE_TREE, "i/" SHA "-" SHA ".zp" },
    { "/v1/rec/" SHA, ROUTE_PACKET, SHA },
    { "/v1/ack/0123456789abcdef", ROUTE_ACK, "0123456789abcdef" },
    { "/v1/enrol", ROUTE_ENROL, "" },
    { "/v1/introduce", ROUTE_INTRODUCE, "" },
    { "/v1/time", ROUTE_TIME, "" },
    { "/admin/enrol", ROUTE_ADMIN, "enrol" },
    { "", -1, NULL },
    { "*", -1, NULL },
    { "//", -1, NULL },
    { "/statusx", -1, NULL },
    { "/repo", -1, NULL },
    { "/repo/", -1, NULL },
    { "/repo//timestamp", -1, NULL },
    { "/repo/../hub.db", -1, NULL },
    { "/repo/b/../../hub.db", -1, NULL },
    { "/repo/.hidden", -1, NULL },
    { "/repo/b/.x", -1, NULL },
    { "/repo/b/", -1, NULL },
    { "/repo/-x", -1, NULL },
    { "/repo/A", -1, NULL },
    { "/repo/a b", -1, NULL },
    { "/repo/a\\b", -1, NULL },
    { "/repo/a%2fb", -1, NULL },
    { "/repo/a/b/c/d/e", -1, NULL },
    { "/v1/rec/", -1, NULL },
    { "/v1/rec/" SHA "0", -1, NULL },
    { "/v1/rec/0123", -1, NULL },
    { "/v1/ack/0123456789ABCDEF", -1, NULL },
    { "/v1/enrol/", -1, NULL },
    { "/admin/", -1, NULL },
    { "/admin/../x", -1, NULL },
    { "/admin/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", -1, NULL },
};

static void each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *rest = NULL;
        const struct route *r = route_find(rows[i].path, &rest);
        if ((r ? (int)r->id : -1) != rows[i].id)
            fail_msg("%s: %d", rows[i].path, r ? (int)r->id : -1);
        if (r)
            assert_string_equal(rest, rows[i].rest);
    }
}

static void long_names(void **state)
{
    char name[400] = "b/";
    (void)state;
    memset(name + 2, 'a', sizeof name - 3);
    assert_false(route_tree_name(name));
    name[160] = 0;
    assert_true(route_tree_name(name));
}

static void methods(void **state)
{
    bool head;
    (void)state;
    assert_int_equal(route_method("GET", &head), ROUTE_GET);
    assert_false(head);
    assert_int_equal(route_method("HEAD", &head), ROUTE_GET);
    assert_true(head);
    assert_int_equal(route_method("PUT", &head), ROUTE_PUT);
    assert_int_equal(route_method("POST", &head), ROUTE_POST);
    assert_int_equal(route_method("get", &head), 0);
    assert_int_equal(route_method("DELETE", &head), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_row), cmocka_unit_test(long_names), cmocka_unit_test(methods) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
