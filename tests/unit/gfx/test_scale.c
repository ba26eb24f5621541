#include "screen.h"

#include "gfx/scale.h"

static void flat_stays_flat(void **state)
{
    static const int size[][4] = { { 1, 1, 7, 5 }, { 7, 5, 1, 1 }, { 64, 48, 13, 9 }, { 13, 9, 64, 48 }, { 100, 3, 5, 90 } };
    static const uint32_t colour[] = { 0xff000000, 0xffffffff, 0xff0e6b52, 0x80402010 };
    uint32_t in[100 * 50], out[100 * 100];
    (void)state;
    for (int c = 0; c < DIM(colour); c++)
        for (int i = 0; i < DIM(size); i++) {
            const int *z = size[i];
            for (int k = 0; k < z[0] * z[1]; k++)
                in[k] = colour[c];
            scale_cover(in, z[0], z[1], out, z[2], z[3]);
            for (int k = 0; k < z[2] * z[3]; k++)
                assert_int_equal(out[k], colour[c]); /* rounding must not darken */
        }
}

static void same_size_is_the_same(void **state)
{
    uint32_t in[12 * 8], out[12 * 8];
    (void)state;
    for (int i = 0; i < 12 * 8; i++)
        in[i] = 0xff000000 | (uint32_t)i * 0x010203;
    scale_cover(in, 12, 8, out, 12, 8);
    assert_memory_equal(in, out, sizeof in);
}

/* A wide picture in a square: the middle is kept, the sides are cut. */
static void the_middle_is_kept(void **state)
{
    uint32_t in[90 * 30], out[10 * 10];
    (void)state;
    for (int y = 0; y < 30; y++)
        for (int x = 0; x < 90; x++)
            in[y * 90 + x] = x < 30 ? 0xffff0000 : x < 60 ? 0xff00ff00 : 0xff0000ff;
    scale_cover(in, 90, 30, out, 10, 10);
    for (int i = 0; i < 100; i++)
        if (i % 10 > 0 && i % 10 < 9)
            assert_int_equal(out[i], 0xff00ff00);
}

static void averages_when_smaller(void **state)
{
    uint32_t in[64 * 64], out[4 * 4];
    (void)state;
    for (int i = 0; i < 64 * 64; i++)
        in[i] = (i + i / 64) % 2 ? 0xffffffff : 0xff000000; /* a fine chessboard becomes grey, not stripes */
    scale_cover(in, 64, 64, out, 4, 4);
    for (int i = 0; i < 16; i++)
        assert_in_range(out[i] & 255, 124, 131);
}

static void nothing_bleeds_from_transparent_pixels(void **state)
{
    uint32_t in[20 * 20], out[10 * 10];
    (void)state;
    for (int i = 0; i < 20 * 20; i++)
        in[i] = i % 20 < 10 ? 0x00ff0000 : 0xff0000ff; /* invisible red beside blue */
    scale_cover(in, 20, 20, out, 10, 10);
    for (int i = 0; i < 100; i++)
        if (out[i] >> 24)
            assert_int_equal(out[i] & 0xffffff, 0x0000ff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_stays_flat), cmocka_unit_test(same_size_is_the_same), cmocka_unit_test(the_middle_is_kept),
        cmocka_unit_test(averages_when_smaller), cmocka_unit_test(nothing_bleeds_from_transparent_pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
