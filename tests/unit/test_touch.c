#include "screen.h"

#include "ui/touch.h"

enum { SLOP = 24, MOUSE = -1 };

/* A list (scroller 9) with button 1 at (100,100) 200x80, button 2 below it, a slider 5 at (100,400). */
static struct touch_hit at(int x, int y)
{
    struct touch_hit h = { .scroller = 9 };
    static const struct touch_hit thing[] = {
        { .target = 1, .x = 100, .y = 100, .w = 200, .h = 80, .scroller = 9 },
        { .target = 2, .x = 100, .y = 200, .w = 200, .h = 80, .scroller = 9, .repeats = true },
        { .target = 5, .x = 100, .y = 400, .w = 200, .h = 80, .scroller = 9, .slider = true },
    };
    for (int i = 0; i < DIM(thing); i++)
        if (x >= thing[i].x && x < thing[i].x + thing[i].w && y >= thing[i].y && y < thing[i].y + thing[i].h)
            return thing[i];
    return h;
}

static struct touch t;

static void fresh(void)
{
    touch_init(&t, SLOP);
}

static void down(int x, int y, int64_t ms)
{
    touch_down(&t, MOUSE, x, y, ms, at(x, y));
}

static bool up(int x, int y, int64_t ms)
{
    return touch_up(&t, MOUSE, x, y, ms, at(x, y));
}

static void tap_counts_on_release(void **state)
{
    (void)state;
    struct touch_tap tap;
    fresh();
    down(150, 120, 1000);
    assert_int_equal(touch_pressed(&t), 1);
    assert_false(touch_take(&t, &tap));
    assert_true(up(200, 140, 1100));
    assert_int_equal(touch_pressed(&t), 0);
    assert_true(touch_take(&t, &tap));
    assert_int_equal(tap.id, 1);
    assert_float_equal(tap.x_part, 0.5f, 0.001f);
    assert_float_equal(tap.y_part, 0.5f, 0.001f);
    assert_false(touch_take(&t, &tap));
}

static void sliding_off_cancels(void **state)
{
    (void)state;
    fresh();
    down(150, 120, 1000);
    touch_move(&t, MOUSE, 400, 120, 1010);
    assert_int_equal(touch_pressed(&t), 0);
    touch_move(&t, MOUSE, 160, 120, 1020); /* and coming back takes it up again */
    assert_int_equal(touch_pressed(&t), 1);
    touch_move(&t, MOUSE, 400, 120, 1030);
    assert_false(up(400, 120, 1040));
    down(150, 170, 2000); /* down on one, up on its neighbour: neither */
    assert_false(up(150, 205, 2050));
}

static void dragging_scrolls_and_does_not_tap(void **state)
{
    (void)state;
    fresh();
    down(150, 120, 1000);
    assert_int_equal(touch_move(&t, MOUSE, 150, 120 - SLOP, 1010), 0); /* within the slop: still a press */
    assert_int_equal(touch_pressed(&t), 1);
    assert_int_equal(touch_move(&t, MOUSE, 150, 80, 1020), 0); /* takes over without a jump */
    assert_int_equal(touch_pressed(&t), 0);
    assert_int_equal(t.drag, 9);
    assert_int_equal(touch_move(&t, MOUSE, 150, 60, 1030), 20);
    assert_int_equal(touch_move(&t, MOUSE, 150, 65, 1040), -5);
    touch_move(&t, MOUSE, 150, 35, 1050);
    assert_false(up(150, 35, 1055));
    assert_true(t.velocity > 0);
}

static void held_still_does_not_fling(void **state)
{
    (void)state;
    fresh();
    down(150, 120, 1000);
    for (int i = 1; i < 10; i++)
        touch_move(&t, MOUSE, 150, 120 - i * 12, 1000 + i * 10);
    up(150, 12, 1500);
    assert_float_equal(t.velocity, 0, 0);
}

static void a_tremor_is_one_tap(void **state)
{
    (void)state;
    fresh();
    down(150, 120, 1000);
    assert_true(up(150, 120, 1050));
    down(155, 122, 1150);
    assert_false(up(155, 122, 1200)); /* second hit within 300 ms */
    down(155, 122, 1400);
    assert_true(up(155, 122, 1450));
    down(150, 240, 1460); /* another button, elsewhere: meant */
    assert_true(up(150, 240, 1500));
    down(150, 240, 1560); /* digits may be repeated quickly */
    assert_true(up(150, 240, 1600));
}

/* The first tap changed the screen; the second, of the same trembling hand, would hit what came in its place. */
static void a_tremor_does_not_hit_the_next_screen(void **state)
{
    (void)state;
    fresh();
    down(150, 120, 1000);
    assert_true(up(150, 120, 1050));
    struct touch_hit other = { .target = 77, .x = 0, .y = 0, .w = 500, .h = 500 };
    touch_down(&t, MOUSE, 152, 121, 1150, other);
    assert_false(touch_up(&t, MOUSE, 152, 121, 1200, other));
    touch_down(&t, MOUSE, 152, 121, 1400, other);
    assert_true(touch_up(&t, MOUSE, 152, 121, 1420, other));
}

static void only_the_first_finger_counts(void **state)
{
    (void)state;
    struct touch_tap tap;
    fresh();
    assert_true(touch_down(&t, 7, 150, 120, 1000, at(150, 120)));
    assert_false(touch_down(&t, 8, 150, 240, 1010, at(150, 240)));
    assert_false(touch_up(&t, 8, 150, 240, 1020, at(150, 240)));
    assert_int_equal(touch_move(&t, 8, 0, 0, 1030), 0);
    assert_true(touch_up(&t, 7, 150, 120, 1040, at(150, 120)));
    assert_true(touch_take(&t, &tap));
    assert_int_equal(tap.id, 1);
}

static void sliders_follow_and_end_anywhere(void **state)
{
    (void)state;
    struct touch_tap tap;
    fresh();
    down(150, 440, 1000);
    assert_int_equal(touch_sliding(&t), 5);
    assert_int_equal(touch_move(&t, MOUSE, 250, 100, 1010), 0); /* does not become a drag of the list */
    assert_int_equal(touch_sliding(&t), 5);
    assert_true(up(250, 100, 1020));
    assert_true(touch_take(&t, &tap));
    assert_float_equal(tap.x_part, 0.75f, 0.001f);
    down(150, 440, 2000);
    assert_true(up(900, 440, 2010));
    assert_true(touch_take(&t, &tap));
    assert_float_equal(tap.x_part, 1, 0);
}

static void what_vanished_is_not_tapped(void **state)
{
    (void)state;
    fresh();
    down(150, 120, 1000);
    assert_false(touch_up(&t, MOUSE, 150, 120, 1050, (struct touch_hit){ 0 }));
    down(150, 120, 2000);
    touch_cancel(&t);
    assert_false(up(150, 120, 2050));
}

static void a_full_queue_drops_quietly(void **state)
{
    (void)state;
    fresh();
    int64_t ms = 1000;
    int n = 0;
    for (int i = 0; i < TOUCH_TAPS + 5; i++, ms += 1000) {
        down(150, 120, ms);
        n += up(150, 120, ms + 10);
    }
    assert_int_equal(n, TOUCH_TAPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tap_counts_on_release), cmocka_unit_test(sliding_off_cancels),
        cmocka_unit_test(dragging_scrolls_and_does_not_tap), cmocka_unit_test(held_still_does_not_fling),
        cmocka_unit_test(a_tremor_is_one_tap), cmocka_unit_test(a_tremor_does_not_hit_the_next_screen),
        cmocka_unit_test(only_the_first_finger_counts), cmocka_unit_test(sliders_follow_and_end_anywhere),
        cmocka_unit_test(what_vanished_is_not_tapped), cmocka_unit_test(a_full_queue_drops_quietly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
