/* The wall of faces: what fits beside the film, and which page holds whom. */
#include "app/meeting/room_wall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void test_what_fits(void **state)
{
    (void)state;
    static const struct { int width, height, percent, columns, rows; } table[] = {
        { 1376, 700, 100, 8, 4 }, { 790, 700, 100, 4, 4 }, { 1080, 600, 100, 6, 3 }, { 640, 600, 150, 2, 2 }, { 10, 10, 100, 1, 1 },
        { 9000, 9000, 100, 15, 12 },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct room_grid g = room_grid_fit(table[i].width, table[i].height, table[i].percent);
        assert_int_equal(g.columns, table[i].columns);
        assert_int_equal(g.rows, table[i].rows);
    }
}

static void test_pages(void **state)
{
    (void)state;
    assert_int_equal(room_grid_page(0, 16), 0);
    assert_int_equal(room_grid_page(15, 16), 0);
    assert_int_equal(room_grid_page(16, 16), 16);
    assert_int_equal(room_grid_page(299, 16), 288);
    assert_int_equal(room_grid_page(-1, 16), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_what_fits), cmocka_unit_test(test_pages) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
