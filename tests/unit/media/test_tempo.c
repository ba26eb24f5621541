/* runs: alone (it looks at a clock) */
#include "media/player/tempo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

enum { RATE = 48000, CHUNK = 1024, CHUNKS = 200 };

static int crossings(const int16_t *pcm, size_t frames)
{
    int n = 0;
    for (size_t i = 1; i < frames; i++)
        n += pcm[2 * i - 2] < 0 && pcm[2 * i] >= 0;
    return n;
}

/* A 200 Hz tone stays at 200 Hz, lasts 1/speed as long, and each piece knows its moment within 60 ms. */
static void keeps_pitch_and_time(void **state)
{
    (void)state;
    static const int speeds[] = {750, 1250, 500, 2000};
    for (size_t s = 0; s < sizeof speeds / sizeof *speeds; s++) {
        struct tempo *t = tempo_new(RATE, speeds[s]);
        static int16_t in[CHUNK * 2], out[CHUNK * CHUNKS * 4];
        size_t total = 0, n;
        int64_t at_us, sent = 0;
        for (int c = 0; c < CHUNKS; c++) {
            for (int i = 0; i < CHUNK; i++, sent++)
                in[2 * i] = in[2 * i + 1] = (int16_t)(8000 * sin(2 * M_PI * 200 * (double)sent / RATE));
            tempo_put(t, in, CHUNK, 7000000 + (sent - CHUNK) * 1000000 / RATE);
            while ((n = tempo_get(t, out + total * 2, CHUNK, &at_us)) > 0) {
                int64_t ideal_us = 7000000 + (int64_t)total * 1000 * speeds[s] / RATE;
                assert_true(llabs(at_us - ideal_us) < 60000);
                total += n;
            }
        }
        tempo_flush(t);
        while ((n = tempo_get(t, out + total * 2, CHUNK, &at_us)) > 0)
            total += n;
        double expected = (double)CHUNK * CHUNKS * 1000 / speeds[s];
        assert_true(fabs((double)total - expected) < expected * 0.02);
        double hz = crossings(out, total) / ((double)total / RATE);
        assert_true(hz > 190 && hz < 210);
        assert_int_equal(tempo_speed(t), speeds[s]);
        tempo_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_pitch_and_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
