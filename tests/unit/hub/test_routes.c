/* Where a request to the hub goes, and that nothing else is a place. */
#include "hub/core/routes.h"
#include "hub/doors/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct row {
    const char *path;
    const char *place; /* the row's fixed part; NULL: no such place */
    const char *rest;
} rows[] = {
    { "/", "/", "" },
    { "/status", "/status", "" },
    { "/metrics", "/metrics", "" },
    { "/register", "/register", "" },
    { "/register/", NULL, NULL },
    { "/repo/timestamp", "/repo/", "timestamp" },
    { "/repo/root/2.root", "/repo/", "root/2.root" },
    { "/repo/b/01/" SHA, "/repo/", "b/01/" SHA },
    { "/repo/i/" SHA "-" SHA ".zp", "/repo/", "i/" SHA "-" SHA ".zp" },
    { "/v1/rec/" SHA, "/v1/rec/", SHA },
    { "/v1/ack/0123456789abcdef", "/v1/ack/", "0123456789abcdef" },
    { "/v1/enrol", "/v1/enrol", "" },
    { "/v1/introduce", "/v1/introduce", "" },
    { "/v1/time", "/v1/time", "" },
    { "/admin/enrol", "/admin/", "enrol" },
    { "", NULL, NULL },
    { "*", NULL, NULL },
    { "//", NULL, NULL },
    { "/statusx", NULL, NULL },
    { "/repo", NULL, NULL },
    { "/repo/", NULL, NULL },
    { "/repo//timestamp", NULL, NULL },
    { "/repo/../hub.db", NULL, NULL },
    { "/repo/b/../../hub.db", NULL, NULL },
    { "/repo/.hidden", NULL, NULL },
    { "/repo/b/.x", NULL, NULL },
    { "/repo/b/", NULL, NULL },
    { "/repo/-x", NULL, NULL },
    { "/repo/A", NULL, NULL },
    { "/repo/a b", NULL, NULL },
    { "/repo/a\\b", NULL, NULL },
    { "/repo/a%2fb", NULL, NULL },
    { "/repo/a/b/c/d/e", NULL, NULL },
    { "/v1/rec/", NULL, NULL },
    { "/v1/rec/" SHA "0", NULL, NULL },
    { "/v1/rec/0123", NULL, NULL },
    { "/v1/ack/0123456789ABCDEF", NULL, NULL },
    { "/v1/enrol/", NULL, NULL },
    { "/admin/", NULL, NULL },
    { "/admin/unknown", NULL, NULL },
    { "/admin/../x", NULL, NULL },
    { "/admin/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL, NULL },
};

static void each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct route_match m;
        route_find(routes_all, rows[i].path, ROUTE_GET | ROUTE_PUT | ROUTE_POST, &m);
        if (!m.row != !rows[i].place || (m.row && strcmp(m.row->path, rows[i].place) != 0))
            fail_msg("%s: %s", rows[i].path, m.row ? m.row->path : "no such place");
        if (m.row)
            assert_string_equal(m.rest, rows[i].rest);
    }
}

/* Rows are positional: one that is shifted would still compile. */
static void rows_are_whole(void **state)
{
    (void)state;
    for (const struct route *const *list = routes_all; *list; list++)
        for (const struct route *row = *list; row->path; row++) {
            assert_true(row->path[0] == '/' && row->answer && row->methods);
            assert_int_equal(!(row->methods & (ROUTE_PUT | ROUTE_POST)), !row->body_max);
            if (row->who != ROUTE_ANYBODY)
                assert_int_not_equal(row->run, ROUTE_HERE); /* a password takes time */
        }
}

static void long_names(void **state)
{
    char name[400] = "b/";
    (void)state;
    memset(name + 2, 'a', sizeof name - 3);
    assert_false(names_tree(name));
    name[160] = 0;
    assert_true(names_tree(name));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_row), cmocka_unit_test(long_names), cmocka_unit_test(rows_are_whole) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
