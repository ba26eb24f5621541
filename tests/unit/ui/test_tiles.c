#include "screen.h"

#include "ui/tiles.h"

enum { MAX = 48 };
static SDL_Rect out[MAX];

static long area(int n)
{
    long a = 0;
    for (int i = 0; i < n; i++)
        a += (long)out[i].w * out[i].h;
    return a;
}

static int frame(struct tiles *t, SDL_Rect thing, uint64_t hash)
{
    tiles_begin(t);
    tiles_add(t, (SDL_Rect){ 0, 0, 1366, 768 }, 1);
    tiles_add(t, thing, hash);
    return tiles_end(t, out, MAX);
}

static void only_what_changed(void **state)
{
    (void)state;
    struct tiles t;
    SDL_Rect bar = { 100, 100, 200, 16 };
    tiles_init(&t, 1366, 768);
    assert_int_equal(area(frame(&t, bar, 5)), 1366L * 768); /* the first frame is all new, and one rectangle */
    assert_int_equal(frame(&t, bar, 5), 0);
    int n = frame(&t, bar, 6);
    assert_int_equal(n, 1);
    assert_true(SDL_HasIntersection(&out[0], &bar));
    assert_true(area(n) <= 5 * TILE_W * 1 * TILE_H);
    assert_int_equal(frame(&t, bar, 6), 0);
    tiles_forget(&t);
    assert_int_equal(area(frame(&t, bar, 6)), 1366L * 768);
    tiles_release(&t);
}

static void order_matters(void **state)
{
    (void)state;
    struct tiles t;
    SDL_Rect r = { 0, 0, 10, 10 };
    tiles_init(&t, 640, 320);
    for (int i = 0; i < 2; i++) {
        tiles_begin(&t);
        tiles_add(&t, r, i ? 2 : 1);
        tiles_add(&t, r, i ? 1 : 2);
        tiles_end(&t, out, MAX);
    }
    tiles_begin(&t);
    tiles_add(&t, r, 1);
    tiles_add(&t, r, 2);
    assert_int_equal(tiles_end(&t, out, MAX), 1); /* what was above is below now */
    tiles_release(&t);
}

/* A thing that moves leaves its old place to be repainted too; outside the window it is nobody's. */
static void old_and_new_place(void **state)
{
    (void)state;
    struct tiles t;
    tiles_init(&t, 1366, 768);
    frame(&t, (SDL_Rect){ 10, 10, 20, 20 }, 3);
    assert_int_equal(frame(&t, (SDL_Rect){ 1000, 600, 20, 20 }, 3), 2);
    assert_int_equal(frame(&t, (SDL_Rect){ -500, -500, 20, 20 }, 3), 1);
    assert_int_equal(frame(&t, (SDL_Rect){ 5000, 5000, 20, 20 }, 4), 0);
    tiles_release(&t);
}

static void too_many_spots_become_fewer_rectangles(void **state)
{
    (void)state;
    struct tiles t;
    tiles_init(&t, 1920, 1080);
    tiles_begin(&t);
    tiles_end(&t, out, MAX);
    tiles_begin(&t);
    for (int y = 0; y < 1080; y += 2 * TILE_H)
        for (int x = 0; x < 1920; x += 2 * TILE_W)
            tiles_add(&t, (SDL_Rect){ x, y, 4, 4 }, 7);
    int n = tiles_end(&t, out, MAX);
    assert_int_equal(n, MAX);
    for (int y = 0; y < 1080; y += 2 * TILE_H)
        for (int x = 0; x < 1920; x += 2 * TILE_W) {
            bool covered = false;
            for (int i = 0; i < n; i++)
                covered |= SDL_PointInRect(&(SDL_Point){ x, y }, &out[i]);
            assert_true(covered);
        }
    tiles_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_changed), cmocka_unit_test(order_matters), cmocka_unit_test(old_and_new_place),
        cmocka_unit_test(too_many_spots_become_fewer_rectangles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
