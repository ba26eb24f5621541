#include "media/player/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void fits(void **state)
{
    (void)state;
    static const struct { const char *wanted, *have; int fit; } table[] = {
        {"zh-CN", "chi", 1}, {"zh-CN", "zho", 1}, {"zh-CN", "zh", 1}, {"zh-CN", "zh-cn", 2}, {"zh", "cmn", 1},
        {"zh-CN", "yue", 0}, {"yue", "yue", 2}, {"en", "eng", 1}, {"en-GB", "en", 1}, {"bo", "tib", 1},
        {"en", "enm", 0}, {"zh", "", 0}, {NULL, "zh", 0}, {"zh", NULL, 0}, {"zh", "und", 0},
        {"abcdefghijklmnop", "abcdefghijklmnop", 2},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(track_lang_fit(table[i].wanted, table[i].have), table[i].fit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
