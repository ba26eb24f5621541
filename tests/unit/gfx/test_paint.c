#include "screen.h"

#include "gfx/paint.h"

enum { W = 120, H = 100, GROUND = 0x808080 };
static SDL_Surface *s;

static struct paint clean(SDL_Rect clip)
{
    SDL_FillRect(s, NULL, GROUND);
    return paint_begin(s, clip);
}
#define ALL ((SDL_Rect){ 0, 0, W, H })

static int touched_outside(SDL_Rect r)
{
    int n = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            n += pixel(s, x, y) != GROUND && !SDL_PointInRect(&(SDL_Point){ x, y }, &r);
    return n;
}

static void everything_stays_inside_the_clip(void **state)
{
    (void)state;
    uint8_t mask[64 * 64];
    uint32_t pixels[64 * 64];
    memset(mask, 200, sizeof mask);
    memset(pixels, 0x70, sizeof pixels);
    SDL_Rect clip = { 33, 41, 23, 17 };
    struct paint p = clean(clip);
    paint_fill(&p, ALL, 0xff112233);
    paint_fill(&p, (SDL_Rect){ -50, -50, 500, 500 }, 0x40112233);
    paint_round(&p, (SDL_Rect){ 20, 20, 60, 60 }, 28, 0xff445566, 3, 0xff000000);
    paint_gradient(&p, ALL, 0x10000000, 0xf0ffffff);
    paint_arc(&p, 10, 10, 80, 12, 0, 0.8f, 0xffff0000);
    paint_mask(&p, 20, 20, mask, 64, 64, 0xff00ff00);
    paint_pixels(&p, 20, 20, pixels, 64, 64, true);
    paint_pixels(&p, -20, -20, pixels, 64, 64, false);
    assert_int_equal(touched_outside(clip), 0);
    p = clean((SDL_Rect){ 1000, 1000, 10, 10 }); /* wholly outside the surface */
    paint_fill(&p, ALL, 0xff112233);
    assert_int_equal(touched_outside((SDL_Rect){ 0 }), 0);
}

static void full_and_no_alpha_are_exact(void **state)
{
    static const uint32_t colour[] = { 0x000000, 0xffffff, 0x0e6b52, 0xff0001, 0x010203 };
    (void)state;
    for (int i = 0; i < DIM(colour); i++) {
        uint8_t mask[2] = { 255, 0 };
        uint32_t px = 0xff000000 | colour[i];
        struct paint p = clean(ALL);
        paint_fill(&p, (SDL_Rect){ 0, 0, 10, 10 }, 0xff000000 | colour[i]);
        paint_fill(&p, (SDL_Rect){ 20, 0, 10, 10 }, colour[i]);
        paint_mask(&p, 40, 0, mask, 2, 1, 0xff000000 | colour[i]);
        paint_pixels(&p, 50, 0, &px, 1, 1, false);
        assert_int_equal(pixel(s, 5, 5), colour[i]);
        assert_int_equal(pixel(s, 25, 5), GROUND);
        assert_int_equal(pixel(s, 40, 0), colour[i]);
        assert_int_equal(pixel(s, 41, 0), GROUND);
        assert_int_equal(pixel(s, 50, 0), colour[i]);
    }
}

/* Every alpha against plain arithmetic, on odd and even widths. */
static void blending_is_right_within_one(void **state)
{
    (void)state;
    for (uint32_t a = 0; a < 256; a++)
        for (int w = 1; w < 4; w++) {
            struct paint p = clean(ALL);
            paint_fill(&p, (SDL_Rect){ 3, 3, w, 1 }, a << 24 | 0x10f060);
            for (int x = 3; x < 3 + w; x++)
                for (int shift = 0; shift < 24; shift += 8) {
                    int want = (int)(((0x10f060u >> shift & 255) * a + 0x80 * (255 - a)) / 255);
                    assert_in_range((int)(pixel(s, x, 3) >> shift & 255) - want + 2, 0, 4);
                }
            assert_int_equal(pixel(s, 3 + w, 3), GROUND);
        }
}

static void round_corners_are_alike(void **state)
{
    static const int radius[] = { 0, 1, 2, 7, 20, 25 };
    (void)state;
    SDL_Rect r = { 10, 10, 60, 50 };
    for (int i = 0; i < DIM(radius); i++)
        for (int border = 0; border < 6; border += 5) {
            struct paint p = clean(ALL);
            paint_round(&p, r, radius[i], 0xffffffff, border, 0xff000000);
            assert_int_equal(touched_outside(r), 0);
            for (int y = 0; y < r.h; y++)
                for (int x = 0; x < r.w; x++) {
                    uint32_t c = pixel(s, r.x + x, r.y + y);
                    assert_int_equal(c, pixel(s, r.x + r.w - 1 - x, r.y + y));
                    assert_int_equal(c, pixel(s, r.x + x, r.y + r.h - 1 - y));
                }
            assert_int_equal(pixel(s, 40, 35), 0xffffff);
            assert_int_equal(pixel(s, 40, 10), border ? 0 : 0xffffff);
            if (radius[i] >= 7)
                assert_int_equal(pixel(s, 10, 10), GROUND);
        }
}

static void a_disc_has_the_right_area(void **state)
{
    (void)state;
    struct paint p = clean(ALL);
    SDL_FillRect(s, NULL, 0);
    paint_round(&p, (SDL_Rect){ 10, 10, 80, 80 }, 40, 0xffffffff, 0, 0);
    double area = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            area += (pixel(s, x, y) & 255) / 255.0;
    assert_in_range((int)area, 5000, 5050); /* pi * 40 * 40 = 5027 */
}

static void gradient_ends(void **state)
{
    (void)state;
    struct paint p = clean(ALL);
    paint_gradient(&p, ALL, 0xff000000, 0xffffffff);
    assert_int_equal(pixel(s, 50, 0), 0);
    assert_int_equal(pixel(s, 50, H - 1), 0xffffff);
    for (int y = 1; y < H; y++)
        assert_true(pixel(s, 7, y) >= pixel(s, 7, y - 1));
}

/* A quarter turn from the top goes right, and no further; a whole one has no seam. */
static void arcs(void **state)
{
    (void)state;
    struct paint p = clean(ALL);
    paint_arc(&p, 10, 10, 80, 10, 0, 0.25f, 0xffff0000);
    assert_int_equal(pixel(s, 50 + 25, 50 - 25), 0xff0000); /* north-east */
    assert_int_equal(pixel(s, 50 - 25, 50 - 25), GROUND);
    assert_int_equal(pixel(s, 50 + 25, 50 + 25), GROUND);
    assert_int_equal(pixel(s, 50, 50), GROUND);
    assert_int_equal(pixel(s, 47, 14), 0xff0000); /* the round cap reaches a little over the start */
    p = clean(ALL);
    paint_arc(&p, 10, 10, 80, 10, 0, 0.75f, 0xffff0000);
    assert_int_equal(pixel(s, 50 - 25, 50 - 25), GROUND);
    assert_int_equal(pixel(s, 50 - 25, 50 + 25), 0xff0000);
    p = clean(ALL);
    paint_arc(&p, 10, 10, 80, 10, 0, 1, 0xffff0000);
    for (int d = -3; d < 4; d++)
        assert_int_equal(pixel(s, 50 + d, 15), 0xff0000);
    p = clean(ALL);
    paint_arc(&p, 10, 10, 80, 10, 0.5f, 0.5f, 0xffff0000);
    assert_int_equal(touched_outside((SDL_Rect){ 0 }), 0);
}

static void corners_come_back(void **state)
{
    (void)state;
    SDL_Rect r = { 10, 10, 60, 60 };
    uint32_t *kept = malloc(paint_corner_bytes(20));
    struct paint p = clean(ALL);
    paint_corners_keep(&p, r, 20, kept);
    paint_fill(&p, r, 0xffffffff);
    paint_corners_restore(&p, r, 20, kept);
    SDL_Surface *clipped = SDL_ConvertSurface(s, s->format, 0);
    p = clean(ALL);
    paint_round(&p, r, 20, 0xffffffff, 0, 0);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            assert_in_range((int)(pixel(clipped, x, y) & 255) - (int)(pixel(s, x, y) & 255) + 2, 0, 4);
    SDL_FreeSurface(clipped);
    free(kept);
}

int main(void)
{
    s = SDL_CreateRGBSurfaceWithFormat(0, W, H, 32, SDL_PIXELFORMAT_RGB888);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_stays_inside_the_clip), cmocka_unit_test(full_and_no_alpha_are_exact),
        cmocka_unit_test(blending_is_right_within_one), cmocka_unit_test(round_corners_are_alike),
        cmocka_unit_test(a_disc_has_the_right_area), cmocka_unit_test(gradient_ends), cmocka_unit_test(arcs),
        cmocka_unit_test(corners_come_back),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    SDL_FreeSurface(s);
    return failed;
}
