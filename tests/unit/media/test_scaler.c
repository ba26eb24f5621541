#include "media/player/player.h"
#include "media/client/scaler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { SCREEN_W = 700, SCREEN_H = 500, MAX_DAMAGE = 40 };

static uint8_t y_plane[640 * 480], u_plane[320 * 240], v_plane[320 * 240];
static uint8_t screen[SCREEN_W * SCREEN_H * 4], whole[SCREEN_W * SCREEN_H * 4];
static uint32_t seed = 1;

static uint32_t next(uint32_t bound)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % bound;
}

static struct picture picture_of(int w, int h)
{
    return (struct picture){.width = w, .height = h, .plane = {y_plane, u_plane, v_plane}, .matrix = 601,
                            .stride = {640, 320, 320}, .display_width = w, .display_height = h};
}

static void noise(void)
{
    for (size_t i = 0; i < sizeof y_plane; i++)
        y_plane[i] = (uint8_t)next(256);
    for (size_t i = 0; i < sizeof u_plane; i++) {
        u_plane[i] = (uint8_t)next(256);
        v_plane[i] = (uint8_t)next(256);
    }
}

static void draw_damage(struct scaler *s, const struct picture *pic, struct scaler_rect box)
{
    struct scaler_rect d[MAX_DAMAGE];
    int n = scaler_take(s, pic, box, d, MAX_DAMAGE);
    for (int i = 0; i < n; i++) {
        assert_true(d[i].x >= box.x && d[i].y >= box.y && d[i].w > 0 && d[i].h > 0);
        assert_true(d[i].x + d[i].w <= box.x + box.w && d[i].y + d[i].h <= box.y + box.h);
        scaler_paint(s, screen, SCREEN_W * 4, d[i]);
    }
}

/* Drawing only what is reported as damaged gives the very pixels that drawing everything gives. */
static void damage_is_enough(void **state)
{
    (void)state;
    static const struct { int w, h; struct scaler_rect box; } table[] = {
        {320, 240, {10, 20, 640, 480}}, {320, 240, {0, 0, 300, 200}}, {320, 240, {3, 5, 320, 240}},
        {333, 187, {11, 7, 601, 401}},  {128, 96, {0, 0, 700, 500}},  {640, 480, {0, 0, 640, 480}},
        {639, 479, {1, 1, 333, 222}},   {64, 16, {5, 5, 96, 24}},     {427, 240, {0, 0, 700, 394}},
    };
    for (size_t t = 0; t < sizeof table / sizeof *table; t++) {
        struct picture pic = picture_of(table[t].w, table[t].h);
        struct scaler *s = scaler_new();
        noise();
        memset(screen, 0x55, sizeof screen);
        draw_damage(s, &pic, table[t].box);
        for (int frame = 0; frame < 30; frame++) {
            for (uint32_t change = next(6); change > 0; change--) {
                y_plane[next((uint32_t)pic.height) * 640 + next((uint32_t)pic.width)] ^= 0x80;
                u_plane[next((uint32_t)pic.height / 2) * 320 + next((uint32_t)pic.width / 2)] ^= 0x40;
            }
            draw_damage(s, &pic, table[t].box);
            memset(whole, 0x55, sizeof whole);
            scaler_paint(s, whole, SCREEN_W * 4, (struct scaler_rect){0, 0, SCREEN_W, SCREEN_H});
            assert_memory_equal(screen, whole, sizeof whole);
        }
        scaler_free(s);
    }
}

static void nothing_changed_nothing_drawn(void **state)
{
    (void)state;
    struct picture pic = picture_of(320, 240);
    struct scaler *s = scaler_new();
    struct scaler_rect box = {0, 0, 640, 480}, d[MAX_DAMAGE];
    noise();
    assert_true(scaler_take(s, &pic, box, d, MAX_DAMAGE) > 0);
    assert_int_equal(scaler_take(s, &pic, box, d, MAX_DAMAGE), 0);
    y_plane[100 * 640 + 70] ^= 1;
    assert_int_equal(scaler_take(s, &pic, box, d, MAX_DAMAGE), 1);
    assert_true(d[0].w * d[0].h < 640 * 480 / 20); /* one tile of 300 */
    pic.full_range = true; /* other colours everywhere */
    assert_true(scaler_take(s, &pic, box, d, MAX_DAMAGE) > 0);
    scaler_free(s);
}

static void painting_stays_in_the_clip(void **state)
{
    (void)state;
    static const struct scaler_rect boxes[] = {{20, 30, 320, 240}, {20, 30, 500, 400}};
    for (int b = 0; b < 2; b++) {
        struct picture pic = picture_of(320, 240);
        struct scaler *s = scaler_new();
        struct scaler_rect d[1];
        noise();
        assert_int_equal(scaler_take(s, &pic, boxes[b], d, 1), 1); /* a full list becomes one rectangle */
        assert_memory_equal(&d[0], &boxes[b], sizeof d[0]);
        memset(whole, 0, sizeof whole);
        scaler_paint(s, whole, SCREEN_W * 4, boxes[b]);
        for (int n = 0; n < 50; n++) {
            struct scaler_rect c = {(int)next(300), (int)next(250), 1 + (int)next(90), 1 + (int)next(90)};
            memset(screen, 0, sizeof screen);
            scaler_paint(s, screen, SCREEN_W * 4, c);
            for (int y = 0; y < SCREEN_H; y++)
                for (int x = 0; x < SCREEN_W; x++) {
                    bool inside = x >= c.x && x < c.x + c.w && y >= c.y && y < c.y + c.h;
                    size_t at = ((size_t)y * SCREEN_W + (size_t)x) * 4;
                    if (memcmp(screen + at, inside ? whole + at : (const uint8_t *)"\0\0\0\0", 4) != 0)
                        fail_msg("pixel %d,%d clip %d,%d %dx%d", x, y, c.x, c.y, c.w, c.h);
                }
        }
        scaler_free(s);
    }
}

static void near(int got, int want, int within)
{
    if (abs(got - want) > within)
        fail_msg("%d instead of %d", got, want);
}

/* Reference: BT.601 and BT.709 by the textbook. */
static void colours_are_right(void **state)
{
    (void)state;
    static const struct { int y, u, v, matrix; bool full; int r, g, b; } table[] = {
        {16, 128, 128, 601, false, 0, 0, 0},     {235, 128, 128, 601, false, 255, 255, 255},
        {81, 90, 240, 601, false, 255, 0, 0},    {145, 54, 34, 601, false, 0, 255, 0},
        {63, 102, 240, 709, false, 255, 0, 0},   {173, 42, 26, 709, false, 0, 255, 0},
        {32, 240, 118, 709, false, 0, 0, 255},   {0, 128, 128, 601, true, 0, 0, 0},
        {255, 128, 128, 709, true, 255, 255, 255}, {76, 85, 255, 601, true, 255, 0, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int scaled = 0; scaled < 2; scaled++) {
            struct picture pic = picture_of(64, 48);
            pic.matrix = table[i].matrix;
            pic.full_range = table[i].full;
            memset(y_plane, table[i].y, sizeof y_plane);
            memset(u_plane, table[i].u, sizeof u_plane);
            memset(v_plane, table[i].v, sizeof v_plane);
            struct scaler *s = scaler_new();
            draw_damage(s, &pic, (struct scaler_rect){0, 0, scaled ? 100 : 64, scaled ? 75 : 48});
            const uint8_t *p = screen + (30 * SCREEN_W + 40) * 4; /* B, G, R, X */
            near(p[2], table[i].r, 3);
            near(p[1], table[i].g, 3);
            near(p[0], table[i].b, 14); /* libyuv keeps the factor of U within a byte: 2.0 for 2.11 */
            scaler_free(s);
        }
}

/* Enlarging is linear between neighbours: a ramp stays a ramp. */
static void a_ramp_stays_a_ramp(void **state)
{
    (void)state;
    struct picture pic = picture_of(64, 64);
    pic.full_range = true;
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 64; x++)
            y_plane[y * 640 + x] = (uint8_t)(x * 2 + y);
    memset(u_plane, 128, sizeof u_plane);
    memset(v_plane, 128, sizeof v_plane);
    struct scaler *s = scaler_new();
    draw_damage(s, &pic, (struct scaler_rect){0, 0, 160, 144});
    for (int y = 8; y < 136; y++)
        for (int x = 8; x < 152; x++) {
            double fx = (x + 0.5) * 64 / 160 - 0.5, fy = (y + 0.5) * 64 / 144 - 0.5;
            double want = fx * 2 + fy;
            if (abs((int)want - screen[(y * SCREEN_W + x) * 4]) > 4)
                fail_msg("%d,%d: %d instead of %.1f", x, y, screen[(y * SCREEN_W + x) * 4], want);
        }
    scaler_free(s);
}

static void absurd_sizes_are_refused(void **state)
{
    (void)state;
    struct scaler *s = scaler_new();
    struct scaler_rect d[4];
    struct picture pic = picture_of(0, 10), huge = picture_of(100000, 10), ok = picture_of(64, 48);
    assert_int_equal(scaler_take(s, &pic, (struct scaler_rect){0, 0, 10, 10}, d, 4), 0);
    assert_int_equal(scaler_take(s, &huge, (struct scaler_rect){0, 0, 10, 10}, d, 4), 0);
    assert_int_equal(scaler_take(s, &ok, (struct scaler_rect){0, 0, 0, 10}, d, 4), 0);
    scaler_paint(s, screen, SCREEN_W * 4, (struct scaler_rect){0, 0, 10, 10}); /* nothing taken: nothing drawn */
    scaler_free(s);
    scaler_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damage_is_enough), cmocka_unit_test(nothing_changed_nothing_drawn),
        cmocka_unit_test(painting_stays_in_the_clip), cmocka_unit_test(colours_are_right),
        cmocka_unit_test(a_ramp_stays_a_ramp), cmocka_unit_test(absurd_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
