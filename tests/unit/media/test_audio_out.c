/* runs: alone (it looks at a clock) */
#include "media/sound/audio_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* 48 kHz, periods of 480 frames = 10 ms; no device: the test pulls. */
static struct play_clock clk;
static struct audio_out *o;
static int wakes;
static int16_t in[4800 * 2], out[480 * 2];

static void woken(void *ctx)
{
    (void)ctx;
    wakes++;
}

static int setup(void **state)
{
    (void)state;
    wakes = 0;
    play_clock_init(&clk, 1000, false);
    play_clock_seek(&clk, 1, 0);
    o = audio_out_new(&clk, woken, NULL);
    audio_out_attach(o, 48000, 480, 0);
    audio_out_seek(o, 1);
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        in[i] = 1000;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    audio_out_close(o);
    play_clock_release(&clk);
    return 0;
}

static void is_silent_until_released(void **state)
{
    (void)state;
    assert_true(audio_out_write(o, 1, in, 4800, 0, 1000));
    assert_true(audio_out_ready(o));
    audio_out_pull(o, out, 480, 10000);
    assert_int_equal(out[0], 0);
    assert_false(play_clock_running(&clk));
    audio_out_release(o, 1);
    audio_out_pull(o, out, 480, 20000);
    assert_int_equal(out[0], 1000);
    assert_int_equal(wakes, 1);
    assert_true(play_clock_running(&clk));
}

static void the_clock_follows_what_is_heard(void **state)
{
    (void)state;
    audio_out_release(o, 1);
    assert_true(audio_out_write(o, 1, in, 4800, 0, 1000));
    for (int i = 0; i < 10; i++)
        audio_out_pull(o, out, 480, i * 10000);
    /* The tenth period starts at 90 ms of sound and is heard one period (10 ms) after it was pulled. */
    int64_t t = play_clock_now(&clk, 90000);
    assert_in_range(t, 80000, 90000);
    assert_in_range(play_clock_now(&clk, 500000), 100000, 100000); /* no further than what was handed out */
}

static void drains_then_the_clock_runs_on(void **state)
{
    (void)state;
    audio_out_release(o, 1);
    assert_true(audio_out_write(o, 1, in, 480, 0, 1000));
    audio_out_finish(o, 1);
    audio_out_pull(o, out, 480, 0);
    assert_false(audio_out_drained(o));
    audio_out_pull(o, out, 480, 10000);
    assert_true(audio_out_drained(o));
    assert_int_equal(wakes, 2);
    assert_true(play_clock_now(&clk, 1000000) > 900000);
}

static void volume_and_pause(void **state)
{
    (void)state;
    audio_out_release(o, 1);
    audio_out_volume(o, 50);
    assert_true(audio_out_write(o, 1, in, 960, 0, 1000));
    audio_out_pull(o, out, 480, 0);
    assert_int_equal(out[0], 250);
    audio_out_pause(o, true);
    audio_out_pull(o, out, 480, 10000);
    assert_int_equal(out[0], 0);
    audio_out_pause(o, false);
    audio_out_volume(o, 1000);
    audio_out_pull(o, out, 480, 20000);
    assert_int_equal(out[0], 1000); /* nothing was lost while paused */
}

static void refuses_the_past_and_notices_a_stall(void **state)
{
    (void)state;
    audio_out_seek(o, 2);
    assert_false(audio_out_write(o, 1, in, 480, 0, 1000));
    assert_true(audio_out_write(o, 2, in, 480, 0, 1000));
    audio_out_pull(o, out, 480, 5000000);
    assert_false(audio_out_stalled(o, 5900000));
    assert_true(audio_out_stalled(o, 6100000));
    audio_out_stop(o);
    assert_false(audio_out_write(o, 2, in, 480, 0, 1000));
    assert_false(audio_out_stalled(o, 6100000)); /* given up: nobody waits for it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(is_silent_until_released, setup, teardown),
        cmocka_unit_test_setup_teardown(the_clock_follows_what_is_heard, setup, teardown),
        cmocka_unit_test_setup_teardown(drains_then_the_clock_runs_on, setup, teardown),
        cmocka_unit_test_setup_teardown(volume_and_pause, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_the_past_and_notices_a_stall, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
