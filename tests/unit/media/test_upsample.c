#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "media/voice/upsample.h"

enum { FROM = 22050, SECOND_CHUNK = 441 };

static int16_t tone(int i)
{
    return (int16_t)(10000 * sin(2 * M_PI * 440 * i / FROM));
}

static void test_length_and_shape(void **state)
{
    static const int to[] = { 22050, 44100, 48000, 16000 };
    (void)state;
    for (size_t k = 0; k < sizeof to / sizeof *to; k++) {
        struct upsample u = { 0 };
        size_t total = 0;
        double worst = 0;
        upsample_begin(&u, 1, FROM, to[k]);
        for (int i = 0; i < FROM; i += SECOND_CHUNK) {
            int16_t in[SECOND_CHUNK];
            for (int j = 0; j < SECOND_CHUNK; j++)
                in[j] = tone(i + j);
            const int16_t *out = upsample_take(&u, in, SECOND_CHUNK);
            for (size_t j = 0; out && j < u.frames; j++, total++) {
                double at = (double)total * FROM / to[k] - 2; /* two frames late */
                double want = at > 0 ? 10000 * sin(2 * M_PI * 440 * at / FROM) : 0;
                worst = fmax(worst, at > 1 ? fabs(out[j * 2] - want) : 0);
                assert_int_equal(out[j * 2], out[j * 2 + 1]);
            }
        }
        assert_in_range(total, (size_t)to[k] - 1, (size_t)to[k] + 1);
        assert_true(worst < 60); /* 0.6 % */
        upsample_release(&u);
    }
}

static void test_stereo_and_loud(void **state)
{
    const int16_t in[] = { 32767, -32768, -32768, 32767, 32767, -32768, -32768, 32767, 0, 0, 0, 0 };
    struct upsample u = { 0 };
    (void)state;
    upsample_begin(&u, 2, FROM, 48000);
    const int16_t *out = upsample_take(&u, in, 6);
    assert_non_null(out);
    for (size_t i = 0; i < u.frames; i++)
        assert_in_range(out[i * 2] + out[i * 2 + 1] + 2, 0, 4); /* sides stay apart, nothing wraps */
    upsample_begin(&u, 2, FROM, 48000);
    assert_null(upsample_take(&u, in, 0));
    upsample_release(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_length_and_shape), cmocka_unit_test(test_stereo_and_loud) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
