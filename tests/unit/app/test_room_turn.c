/* Whose turn it is: everybody once before anybody twice, only those present, never the same one twice in a row. */
#include "app/meeting/room_turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { PEOPLE = 5 };

static struct room room_of(struct room_person *p, const char *present)
{
    struct room r = { .person = p, .person_count = PEOPLE };
    for (int i = 0; i < PEOPLE; i++)
        p[i] = (struct room_person){ .present = present[i] == '1' };
    return r;
}

static void test_everybody_once_before_anybody_twice(void **state)
{
    (void)state;
    struct room_person p[PEOPLE];
    struct room r = room_of(p, "11111");
    int last = -1;
    for (int round = 1; round <= 3; round++)
        for (int n = 0; n < PEOPLE; n++) {
            last = room_turn_next(&r, last);
            assert_int_equal(last, n);
            assert_int_equal(++p[last].turns, round);
        }
}

static void test_only_those_present(void **state)
{
    (void)state;
    struct room_person p[PEOPLE];
    struct room r = room_of(p, "01010");
    assert_int_equal(room_turn_next(&r, -1), 1);
    assert_int_equal(room_turn_next(&r, 1), 3);
    assert_int_equal(room_turn_next(&r, 3), 1);
    r = room_of(p, "00000");
    assert_int_equal(room_turn_next(&r, 2), -1);
    r = (struct room){ 0 };
    assert_int_equal(room_turn_next(&r, -1), -1);
}

static void test_who_came_late_is_asked_next(void **state)
{
    (void)state;
    struct room_person p[PEOPLE];
    struct room r = room_of(p, "11101");
    p[0].turns = p[1].turns = p[2].turns = 2;
    assert_int_equal(room_turn_next(&r, 0), 4);
    p[4].turns = 1;
    assert_int_equal(room_turn_next(&r, 4), 0); /* has answered more, but the other one was asked just now */
}

static void test_somebody_else_is_somebody_else(void **state)
{
    (void)state;
    struct room_person p[PEOPLE];
    struct room r = room_of(p, "11000");
    p[1].turns = 9;
    assert_int_equal(room_turn_next(&r, 0), 1); /* asked for another one: not the same again */
    r = room_of(p, "10000");
    assert_int_equal(room_turn_next(&r, 0), 0); /* nobody else is here */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everybody_once_before_anybody_twice),
        cmocka_unit_test(test_only_those_present),
        cmocka_unit_test(test_who_came_late_is_asked_next),
        cmocka_unit_test(test_somebody_else_is_somebody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
