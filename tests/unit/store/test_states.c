/* The numbers of states: their names in C and their pieces of SQL are the same, and they are what is on disks already. */
#include "store/states.h"
#include "model/room.h"
#include "store/library/library.h"
#include "store/meeting/room.h"
#include "store/outbox/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static void test_names_and_pieces_are_the_same(void **state)
{
    (void)state;
    static const struct { const char *sql; int is, on_disk; } row[] = {
        { SQL_VIEWING_UNDER_WAY, VIEWING_UNDER_WAY, 0 }, { SQL_VIEWING_OVER, VIEWING_OVER, 1 },
        { SQL_VIEWING_CUT, VIEWING_CUT, 2 },             { SQL_ATTEMPT_UNDER_WAY, ATTEMPT_UNDER_WAY, 0 },
        { SQL_ATTEMPT_OVER, ATTEMPT_OVER, 1 },           { SQL_ATTEMPT_LEFT, ATTEMPT_LEFT, 2 },
        { SQL_OUTBOX_WAITING, OUTBOX_WAITING, 0 },       { SQL_OUTBOX_DELIVERED, OUTBOX_DELIVERED, 1 },
        { SQL_OUTBOX_QUARANTINED, OUTBOX_QUARANTINED, 2 }, { SQL_LESSON_TO_COME, LESSON_TO_COME, 0 },
        { SQL_LESSON_READY, LESSON_READY, 1 },           { SQL_LESSON_REPAIRING, LESSON_REPAIRING, 2 },
        { SQL_ROOM_OPEN, ROOM_OPEN, 0 },                 { SQL_ROOM_SIGNED, ROOM_SIGNED, 1 },
        { SQL_ROOM_LESSON, ROOM_LESSON, 2 },             { SQL_ROOM_PLAY, ROOM_PLAY, 3 },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_int_equal(atoi(row[i].sql), row[i].is);
        assert_int_equal(row[i].is, row[i].on_disk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_names_and_pieces_are_the_same) };
    return cmocka_run_group_tests_name("states", tests, NULL, NULL);
}
