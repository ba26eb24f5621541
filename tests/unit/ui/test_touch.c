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
    assert_false(up(155, 122, 1200)); /* second hit within 400 ms */
    down(155, 122, 1400);
    assert_true(up(155, 122, 1451));
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
    touch_down(&t, MOUSE, 152, 121, 1600, other);
    assert_true(touch_up(&t, MOUSE, 152, 121, 1620, other));
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

/* Traces of hands: d down, m move, u up, at ms, of a finger. What came of them: the targets tapped, in order. */
struct step { char what; int finger, ms, x, y; };

static void play(const struct step *s, uint64_t *out, int *count)
{
    struct touch_tap tap;
    *count = 0;
    for (; s->what; s++) {
        if (s->what == 'd')
            touch_down(&t, s->finger, s->x, s->y, s->ms, at(s->x, s->y));
        else if (s->what == 'm')
            touch_move(&t, s->finger, s->x, s->y, s->ms);
        else
            touch_up(&t, s->finger, s->x, s->y, s->ms, at(s->x, s->y));
        while (touch_take(&t, &tap))
            out[(*count)++] = tap.id;
    }
}

static void shaky_hands_tap_once(void **state)
{
    (void)state;
    static const struct { const char *who; struct step step[16]; uint64_t tapped[4]; } t_of[] = {
        { "a trembling finger that stays on the button",
          { { 'd', 1, 1000, 150, 120 }, { 'm', 1, 1030, 158, 126 }, { 'm', 1, 1060, 144, 118 }, { 'm', 1, 1090, 162, 131 },
            { 'm', 1, 1120, 149, 115 }, { 'u', 1, 1150, 160, 128 } }, { 1 } },
        { "a finger that rolls sideways by 5 mm", { { 'd', 1, 1000, 290, 140 }, { 'm', 1, 1040, 280, 141 },
            { 'm', 1, 1080, 270, 142 }, { 'u', 1, 1100, 270, 142 } }, { 1 } },
        { "two quick taps of a tremor", { { 'd', 1, 1000, 150, 120 }, { 'u', 1, 1060, 151, 121 }, { 'd', 1, 1130, 154, 124 },
            { 'u', 1, 1170, 153, 122 } }, { 1 } },
        { "five of them", { { 'd', 1, 1000, 150, 120 }, { 'u', 1, 1040, 150, 120 }, { 'd', 1, 1150, 152, 120 }, { 'u', 1, 1190, 152, 120 },
            { 'd', 1, 1290, 149, 122 }, { 'u', 1, 1330, 149, 122 }, { 'd', 1, 1430, 151, 121 }, { 'u', 1, 1470, 151, 121 },
            { 'd', 1, 1570, 151, 121 }, { 'u', 1, 1600, 151, 121 } }, { 1 } },
        { "two taps that are meant", { { 'd', 1, 1000, 150, 120 }, { 'u', 1, 1060, 150, 120 }, { 'd', 1, 1500, 150, 120 },
            { 'u', 1, 1560, 150, 120 } }, { 1, 1 } },
        { "a long press", { { 'd', 1, 1000, 150, 120 }, { 'm', 1, 2000, 152, 121 }, { 'u', 1, 5000, 151, 120 } }, { 1 } },
        { "a second finger that comes down with the first", { { 'd', 1, 1000, 150, 120 }, { 'd', 2, 1010, 150, 240 },
            { 'u', 2, 1060, 150, 240 }, { 'u', 1, 1080, 150, 120 } }, { 1 } },
        { "a palm beside the buttons, then a finger", { { 'd', 1, 1000, 900, 700 }, { 'm', 1, 1200, 905, 702 },
            { 'd', 2, 1500, 150, 120 }, { 'u', 2, 1580, 150, 120 }, { 'm', 1, 1600, 910, 704 }, { 'u', 1, 2500, 910, 704 } }, { 1 } },
        { "a palm that rests on a button, then a finger", { { 'd', 1, 1000, 150, 120 }, { 'd', 2, 2600, 150, 240 },
            { 'u', 2, 2660, 150, 240 }, { 'u', 1, 4000, 150, 120 } }, { 2 } },
        { "sliding off cancels", { { 'd', 1, 1000, 150, 120 }, { 'm', 1, 1050, 330, 130 }, { 'u', 1, 1100, 330, 130 } }, { 0 } },
        { "a list drawn by a finger that keeps trembling", { { 'd', 1, 1000, 150, 120 }, { 'm', 1, 1030, 151, 160 },
            { 'm', 1, 1060, 152, 150 }, { 'u', 1, 1090, 150, 125 } }, { 0 } },
    };
    for (int i = 0; i < DIM(t_of); i++) {
        uint64_t got[16];
        int n, wanted = 0;
        fresh();
        play(t_of[i].step, got, &n);
        while (wanted < 4 && t_of[i].tapped[wanted])
            wanted++;
        for (int k = 0; k < wanted && n == wanted; k++)
            if (got[k] != t_of[i].tapped[k])
                n = -1;
        if (n != wanted)
            fail_msg("%s: %d taps instead of %d, or of something else", t_of[i].who, n, wanted);
    }
}

/* Keys of one keyboard lie so close that a quick typist looks like a tremor. */
static void quick_typing_loses_nothing(void **state)
{
    (void)state;
    struct touch_hit key[2] = { { .target = 21, .x = 100, .y = 100, .w = 80, .h = 80, .repeats = true },
                                { .target = 22, .x = 190, .y = 100, .w = 80, .h = 80, .repeats = true } };
    int n = 0;
    fresh();
    for (int i = 0; i < 6; i++) {
        int x = i & 1 ? 195 : 175;
        touch_down(&t, MOUSE, x, 140, 1000 + i * 120, key[i & 1]);
        n += touch_up(&t, MOUSE, x, 140, 1060 + i * 120, key[i & 1]);
    }
    assert_int_equal(n, 6);
    touch_init(&t, SLOP);
    down(150, 120, 2000); /* but a tremor on what opened the keyboard types nothing */
    assert_true(up(150, 120, 2040));
    touch_down(&t, MOUSE, 150, 140, 2150, key[0]);
    assert_false(touch_up(&t, MOUSE, 150, 140, 2190, key[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tap_counts_on_release), cmocka_unit_test(sliding_off_cancels),
        cmocka_unit_test(dragging_scrolls_and_does_not_tap), cmocka_unit_test(held_still_does_not_fling),
        cmocka_unit_test(a_tremor_is_one_tap), cmocka_unit_test(a_tremor_does_not_hit_the_next_screen),
        cmocka_unit_test(only_the_first_finger_counts), cmocka_unit_test(sliders_follow_and_end_anywhere),
        cmocka_unit_test(shaky_hands_tap_once), cmocka_unit_test(quick_typing_loses_nothing),
        cmocka_unit_test(what_vanished_is_not_tapped), cmocka_unit_test(a_full_queue_drops_quietly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
