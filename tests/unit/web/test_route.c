/* Which row a path and a method find, and what a place says it takes. */
#include "web/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool digits(const char *rest) { return *rest && strspn(rest, "0123456789") == strlen(rest); }

static const struct route first[] = {
    { .path = "/n/", .takes = digits, .methods = ROUTE_GET },
    { .path = "/n/", .takes = digits, .methods = ROUTE_PUT },
    { 0 },
};
static const struct route second[] = {
    { .path = "/x", .methods = ROUTE_POST },
    { .path = "/", .methods = ROUTE_GET | ROUTE_POST },
    { 0 },
};
static const struct route *const lists[] = { first, second, NULL };

static void paths_and_methods(void **state)
{
    static const struct { const char *path; unsigned method; const struct route *row; unsigned methods; const char *rest; } cases[] = {
        { "/n/12", ROUTE_GET, first, ROUTE_GET, "12" },
        { "/n/12", ROUTE_PUT, first + 1, ROUTE_GET | ROUTE_PUT, "12" },
        { "/n/12", ROUTE_POST, NULL, ROUTE_GET | ROUTE_PUT, NULL },
        { "/n/12", 0, NULL, ROUTE_GET | ROUTE_PUT, NULL },
        { "/n/", ROUTE_GET, NULL, 0, NULL },
        { "/n/1a", ROUTE_GET, NULL, 0, NULL },
        { "/x", ROUTE_POST, second, ROUTE_POST, "" },
        { "/x/", ROUTE_POST, NULL, 0, NULL },
        { "/", ROUTE_POST, second + 1, ROUTE_GET | ROUTE_POST, "" },
        { "", ROUTE_GET, NULL, 0, NULL },
        { "*", ROUTE_OPTIONS, NULL, 0, NULL },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct route_match m;
        route_find(lists, cases[i].path, cases[i].method, &m);
        if (m.row != cases[i].row || (!m.row && m.methods != cases[i].methods))
            fail_msg("case %zu: %s", i, cases[i].path);
        if (m.row)
            assert_string_equal(m.rest, cases[i].rest);
    }
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
    assert_int_equal(route_method("OPTIONS", &head), ROUTE_OPTIONS);
    assert_false(head);
    assert_int_equal(route_method("get", &head), 0);
    assert_int_equal(route_method("DELETE", &head), 0);
}

static void allow(void **state)
{
    char text[ROUTE_ALLOW_TEXT];
    (void)state;
    route_allow(ROUTE_GET | ROUTE_PUT | ROUTE_POST, text);
    assert_string_equal(text, "GET, HEAD, PUT, POST, OPTIONS");
    route_allow(ROUTE_POST, text);
    assert_string_equal(text, "POST, OPTIONS");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(paths_and_methods), cmocka_unit_test(methods), cmocka_unit_test(allow) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
