#include "media/client/stretch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct { int source, target; } sizes[] = {
    {854, 1920}, {1280, 1920}, {1280, 1366}, {1920, 1366}, {1920, 1280}, {640, 1440}, {100, 100}, {1, 50}, {2, 7},
    {50, 1}, {333, 1001}, {4096, 1920}, {3, 4}, {1000, 1500}, {854, 1281},
};

/* Every pixel is the textbook mix of its two neighbours, for enlarging and shrinking, on whatever way this machine
 * does a row. */
static void mixes_neighbours(void **state)
{
    (void)state;
    static uint8_t source[(4096 + STRETCH_PAD) * 4], target[(1920 + 4) * 4];
    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (uint8_t)(i * 2654435761u >> 24);
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        int w = sizes[n].source, t = sizes[n].target;
        static uint8_t row[(4096 + STRETCH_PAD) * 4];
        memcpy(row, source, (size_t)w * 4);
        for (int i = 0; i < STRETCH_PAD; i++)
            memcpy(row + (w + i) * 4, row + (w - 1) * 4, 4);
        struct stretch *s = stretch_new(w, t);
        stretch_row(s, row, target, 0, t);
        for (int x = 0; x < t; x++) {
            double at = fmax(0, (x + 0.5) * w / t - 0.5), f = at - floor(at);
            int left = (int)at, right = left + 1 < w ? left + 1 : w - 1;
            for (int c = 0; c < 4; c++) {
                double want = row[left * 4 + c] * (1 - f) + row[right * 4 + c] * f;
                if (fabs(want - target[x * 4 + c]) > 2)
                    fail_msg("%d to %d: pixel %d is %d instead of %.1f", w, t, x, target[x * 4 + c], want);
            }
        }
        stretch_free(s);
    }
}

/* A part of a row comes out as in the whole row, and reads no more of the source than it says. */
static void parts_equal_the_whole(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        int w = sizes[n].source, t = sizes[n].target;
        static uint8_t row[(4096 + STRETCH_PAD) * 4], masked[sizeof row], whole[(1920 + 4) * 4], part[sizeof whole];
        for (int i = 0; i < w * 4; i++)
            row[i] = (uint8_t)rand();
        for (int i = 0; i < STRETCH_PAD; i++)
            memcpy(row + (w + i) * 4, row + (w - 1) * 4, 4);
        struct stretch *s = stretch_new(w, t);
        stretch_row(s, row, whole, 0, t);
        for (int k = 0; k < 30; k++) {
            int from = rand() % t, end = from + 1 + rand() % (t - from), first, last;
            stretch_reads(s, from, end, &first, &last);
            assert_true(first >= 0 && last <= w && first < last);
            memset(masked, 0xAA, sizeof masked);
            memcpy(masked + first * 4, row + first * 4, (size_t)(last - first) * 4);
            if (last == w)
                memcpy(masked + w * 4, row + w * 4, STRETCH_PAD * 4);
            stretch_row(s, masked, part, from, end);
            assert_memory_equal(part + from * 4, whole + from * 4, (size_t)(end - from) * 4);
        }
        stretch_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(mixes_neighbours), cmocka_unit_test(parts_equal_the_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
