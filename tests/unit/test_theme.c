#include "screen.h"

#include "ui/theme.h"

#include <math.h>

/* WCAG 2.x relative luminance and contrast. */
static double channel(uint32_t c)
{
    double v = (c & 255) / 255.0;
    return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double contrast(uint32_t a, uint32_t b)
{
    double la = 0.2126 * channel(a >> 16) + 0.7152 * channel(a >> 8) + 0.0722 * channel(a);
    double lb = 0.2126 * channel(b >> 16) + 0.7152 * channel(b >> 8) + 0.0722 * channel(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

static void words_can_be_read(void **state)
{
    (void)state;
    for (int i = 0; i < TONE_COUNT; i++) {
        const struct theme_tone *t = theme_tone((enum ui_tone)i);
        if (t->fill >> 24 == 255)
            assert_true(contrast(t->fill, t->ink) >= 4.5);
    }
    for (int i = INK_MAIN; i < INK_WHITE; i++) { /* every ink on paper and on a card */
        assert_true(contrast(theme_ink((enum ui_ink)i), 0xfaf6ee) >= 4.5);
        assert_true(contrast(theme_ink((enum ui_ink)i), 0xffffff) >= 4.5);
    }
    assert_true(contrast(theme_ink(INK_SECOND), 0xfaf6ee) >= 7);
    for (unsigned i = 0; i < THEME_HUES; i++)
        assert_true(contrast(theme_hue(i), 0xffffff) >= 4.5);
}

static void edges_can_be_seen(void **state)
{
    (void)state;
    assert_true(contrast(THEME_GO, THEME_TRACK) >= 3);
    assert_true(contrast(theme_tone(TONE_GO_OUTLINE)->line, 0xfaf6ee) >= 3);
    assert_true(contrast(THEME_BAR_GLASS, 0x201c18) >= 3);
}

static void out_of_range_is_harmless(void **state)
{
    (void)state;
    assert_ptr_equal(theme_tone((enum ui_tone)999), theme_tone(TONE_NONE));
    assert_ptr_equal(theme_font((enum ui_font)999), theme_font(FONT_BODY));
    assert_int_equal(theme_ink((enum ui_ink)99), theme_ink(INK_AUTO));
    assert_int_equal(theme_hue(THEME_HUES + 1), theme_hue(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_can_be_read), cmocka_unit_test(edges_can_be_seen), cmocka_unit_test(out_of_range_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
