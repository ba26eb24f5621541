#include "media/sound/audio_ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { RATE = 1000 }; /* a frame is a millisecond */

static int16_t in[400], out[400];

static void fill(int16_t first)
{
    for (int i = 0; i < 200; i++)
        in[2 * i] = in[2 * i + 1] = (int16_t)(first + i);
}

static void gives_back_what_was_put_in(void **state)
{
    (void)state;
    struct audio_ring *r = audio_ring_new(RATE, 100);
    struct audio_heard h;
    fill(1);
    assert_int_equal(audio_ring_write(r, in, 200, 5000000, 1000), 100); /* no more than fits */
    assert_int_equal(audio_ring_read(r, out, 60, &h), 60);
    assert_int_equal(out[0], 1);
    assert_int_equal(h.media_us, 5000000);
    assert_int_equal(h.limit_us, 5060000);
    assert_int_equal(audio_ring_write(r, in + 200, 60, 5100000, 1000), 60); /* wraps around */
    assert_int_equal(audio_ring_read(r, out, 200, &h), 100);
    assert_int_equal(out[0], 61);
    assert_int_equal(out[2 * 99], 160);
    assert_int_equal(out[2 * 100], 0); /* the rest is silence */
    assert_int_equal(h.media_us, 5060000);
    assert_int_equal(h.limit_us, 5160000);
    audio_ring_free(r);
}

static void knows_the_moment_across_jumps_and_speeds(void **state)
{
    (void)state;
    struct audio_ring *r = audio_ring_new(RATE, 200);
    struct audio_heard h;
    fill(0);
    audio_ring_write(r, in, 50, 0, 1000);
    audio_ring_write(r, in, 50, 9000000, 1250); /* a jump, and faster */
    assert_int_equal(audio_ring_read(r, out, 40, &h), 40);
    assert_int_equal(audio_ring_read(r, out, 20, &h), 20);
    assert_int_equal(h.media_us, 40000);
    assert_int_equal(h.speed_permille, 1000);
    assert_int_equal(h.limit_us, 9012500);
    assert_int_equal(audio_ring_read(r, out, 10, &h), 10);
    assert_int_equal(h.media_us, 9012500);
    assert_int_equal(h.speed_permille, 1250);
    audio_ring_free(r);
}

static void silence_is_silent_and_counted(void **state)
{
    (void)state;
    struct audio_ring *r = audio_ring_new(RATE, 100);
    struct audio_heard h;
    memset(out, 1, sizeof out);
    assert_int_equal(audio_ring_write(r, NULL, 30, 0, 1000), 30);
    assert_int_equal(audio_ring_filled(r), 30);
    assert_int_equal(audio_ring_read(r, out, 30, &h), 30);
    assert_int_equal(out[10], 0);
    audio_ring_clear(r);
    assert_int_equal(audio_ring_read(r, out, 30, &h), 0);
    audio_ring_free(r);
}

static void many_jumps_are_bounded_not_lost(void **state)
{
    (void)state;
    struct audio_ring *r = audio_ring_new(RATE, 200);
    struct audio_heard h;
    int written = 0;
    for (int i = 0; i < 100; i++)
        written += (int)audio_ring_write(r, in, 1, i * 1000000LL, 1000);
    assert_in_range(written, 60, 66); /* the table of moments is full: the writer must wait */
    for (int i = 0; i < written; i++) {
        assert_int_equal(audio_ring_read(r, out, 1, &h), 1);
        assert_int_equal(h.media_us, i * 1000000LL);
    }
    assert_int_equal(audio_ring_write(r, in, 1, 1, 1000), 1);
    audio_ring_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_put_in), cmocka_unit_test(knows_the_moment_across_jumps_and_speeds),
        cmocka_unit_test(silence_is_silent_and_counted), cmocka_unit_test(many_jumps_are_bounded_not_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
