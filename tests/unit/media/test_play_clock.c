/* runs: alone (it looks at a clock) */
#include "media/sound/play_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct play_clock c;

static void start(int speed, bool paused)
{
    play_clock_init(&c, speed, paused);
    play_clock_seek(&c, 1, 5000);
}

static void stands_until_started(void **state)
{
    (void)state;
    start(1000, false);
    assert_int_equal(play_clock_now(&c, 1000000), 5000);
    assert_false(play_clock_running(&c));
    play_clock_run_free(&c, 1, 2000000);
    assert_true(play_clock_running(&c));
    assert_int_equal(play_clock_now(&c, 2500000), 505000);
    play_clock_release(&c);
}

static void runs_at_speed(void **state)
{
    (void)state;
    static const struct { int speed; int64_t after_1s; } table[] = {{750, 755000}, {1000, 1005000}, {1250, 1255000}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        start(table[i].speed, false);
        play_clock_run_free(&c, 1, 0);
        assert_int_equal(play_clock_now(&c, 1000000), table[i].after_1s);
        play_clock_release(&c);
    }
}

static void changes_speed_where_it_is(void **state)
{
    (void)state;
    start(1000, false);
    play_clock_run_free(&c, 1, 0);
    play_clock_speed(&c, 1250, 1000000);
    assert_int_equal(play_clock_now(&c, 1000000), 1005000);
    assert_int_equal(play_clock_now(&c, 2000000), 2255000);
    play_clock_release(&c);
}

static void stands_while_paused(void **state)
{
    (void)state;
    start(1000, false);
    play_clock_run_free(&c, 1, 0);
    play_clock_pause(&c, true, 1000000);
    assert_int_equal(play_clock_now(&c, 9000000), 1005000);
    assert_false(play_clock_running(&c));
    play_clock_pause(&c, false, 10000000);
    assert_int_equal(play_clock_now(&c, 10500000), 1505000);
    play_clock_release(&c);
}

static void never_passes_the_sound_handed_out(void **state)
{
    (void)state;
    start(1000, false);
    play_clock_hear(&c, 1, 5000, 45000, 1000, 0);
    assert_false(play_clock_held(&c, 30000));
    assert_int_equal(play_clock_now(&c, 30000), 35000);
    assert_int_equal(play_clock_now(&c, 900000), 45000);
    assert_true(play_clock_held(&c, 900000));
    play_clock_run_free(&c, 1, 900000); /* the sound is over: on from there */
    assert_int_equal(play_clock_now(&c, 1000000), 145000);
    play_clock_release(&c);
}

static void takes_in_jitter_slowly_and_jumps_at_once(void **state)
{
    (void)state;
    start(1000, false);
    play_clock_hear(&c, 1, 5000, 10000000, 1000, 0);
    play_clock_hear(&c, 1, 121000, 10000000, 1000, 100000); /* 16 ms ahead */
    assert_int_equal(play_clock_now(&c, 100000), 107000);
    play_clock_hear(&c, 1, 900000, 10000000, 1000, 100000); /* far ahead */
    assert_int_equal(play_clock_now(&c, 100000), 900000);
    play_clock_release(&c);
}

static void first_sound_does_not_step_back(void **state)
{
    (void)state;
    start(1000, false);
    play_clock_hear(&c, 1, 5000 - 21000, 26000, 1000, 0); /* handed out, but heard a period later */
    assert_int_equal(play_clock_now(&c, 0), 5000);
    play_clock_release(&c);
}

static void ignores_what_belongs_to_an_older_seek(void **state)
{
    (void)state;
    start(1000, false);
    play_clock_seek(&c, 2, 70000);
    play_clock_hear(&c, 1, 5000, 45000, 1000, 0);
    play_clock_run_free(&c, 1, 0);
    assert_false(play_clock_running(&c));
    assert_int_equal(play_clock_now(&c, 500000), 70000);
    play_clock_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_until_started), cmocka_unit_test(runs_at_speed),
        cmocka_unit_test(changes_speed_where_it_is), cmocka_unit_test(stands_while_paused),
        cmocka_unit_test(never_passes_the_sound_handed_out), cmocka_unit_test(takes_in_jitter_slowly_and_jumps_at_once),
        cmocka_unit_test(first_sound_does_not_step_back), cmocka_unit_test(ignores_what_belongs_to_an_older_seek),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
