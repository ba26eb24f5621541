#include "screen.h"

#include "ui/theme.h"

#include <math.h>

static const enum ui_theme both[] = { UI_THEME_PAPER, UI_THEME_CONTRAST };
static const double wanted[] = { 4.5, 7 }; /* of words: WCAG 2.x AA, AAA */

static uint32_t fill_of(const struct theme *t, enum ui_tone tone)
{
    return theme_tone(t, tone)->fill;
}

static void above(const char *what, int i, uint32_t a, uint32_t b, double least)
{
    if (theme_contrast(a, b) < least)
        fail_msg("%s %d: #%06x on #%06x is only %.2f, not %.1f", what, i, a & 0xffffff, b & 0xffffff, theme_contrast(a, b), least);
}

static void contrast_is_what_wcag_says(void **state)
{
    (void)state;
    static const struct { uint32_t a, b; double is; } t[] = {
        { 0, 0xffffff, 21 }, { 0xffffff, 0xffffff, 1 }, { 0x777777, 0xffffff, 4.48 }, { 0xff0000, 0xffffff, 4.0 },
        { 0xff0000ffu, 0xffffffff, 8.59 },
    };
    for (int i = 0; i < DIM(t); i++)
        assert_true(fabs(theme_contrast(t[i].a, t[i].b) - t[i].is) < 0.01);
}

static void words_can_be_read(void **state)
{
    (void)state;
    for (int k = 0; k < DIM(both); k++) {
        const struct theme *t = theme_get(both[k]);
        for (int i = 0; i < TONE_COUNT; i++)
            if (theme_tone(t, (enum ui_tone)i)->fill >> 24 == 255)
                above("tone", i, fill_of(t, (enum ui_tone)i), theme_tone(t, (enum ui_tone)i)->ink, wanted[k]);
        for (int i = INK_MAIN; i < INK_WHITE; i++) { /* every ink on paper and on a card */
            above("ink", i, theme_ink(t, (enum ui_ink)i), fill_of(t, TONE_PAPER), wanted[k]);
            above("ink", i, theme_ink(t, (enum ui_ink)i), fill_of(t, TONE_CARD), wanted[k]);
        }
        above("second ink", k, theme_ink(t, INK_SECOND), fill_of(t, TONE_PAPER), 7);
        for (unsigned i = 0; i < THEME_HUES; i++)
            above("hue", (int)i, theme_hue(t, i), 0xffffff, wanted[k]);
        above("disabled", k, t->off_ink, fill_of(t, TONE_PAPER), wanted[k]);
    }
}

static void edges_can_be_seen(void **state)
{
    (void)state;
    for (int k = 0; k < DIM(both); k++) {
        const struct theme *t = theme_get(both[k]);
        above("bar", k, t->go, t->track, 3);
        above("late bar", k, t->sun, t->track, 3);
        above("outline", k, theme_tone(t, TONE_GO_OUTLINE)->line, fill_of(t, TONE_PAPER), 3);
        above("edge", k, t->edge, fill_of(t, TONE_PAPER), 3);
        above("edge", k, t->edge, fill_of(t, TONE_CARD), 3);
        above("bar on glass", k, t->bar_glass, 0x201c18, 3);
    }
    const struct theme *t = theme_get(UI_THEME_CONTRAST);
    for (int i = TONE_CARD; i < TONE_COUNT; i++) { /* thick, all around */
        const struct theme_tone *o = theme_tone(t, (enum ui_tone)i);
        bool veil = i == TONE_SCRIM || o->bottom;
        assert_true(veil || (o->line && o->border >= 3));
    }
}

/* What eyes without red-sensitive (protan) or green-sensitive (deutan) cones see: Viénot, Brettel & Mollon 1999,
 * "Digital video colourmaps for checking the legibility of displays by dichromats", in linear RGB. */
static uint32_t as_seen(uint32_t c, bool protan)
{
    static const double m[2][3][3] = {
        { { 0.29275, 0.70725, 0 }, { 0.29275, 0.70725, 0 }, { -0.02234, 0.02234, 1 } }, /* deutan */
        { { 0.11238, 0.88762, 0 }, { 0.11238, 0.88762, 0 }, { 0.00401, -0.00401, 1 } }, /* protan */
    };
    double in[3];
    uint32_t out = 0;
    for (int i = 0; i < 3; i++) {
        double v = (c >> (16 - 8 * i) & 255) / 255.0;
        in[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
    }
    for (int i = 0; i < 3; i++) {
        const double *r = m[protan][i];
        double v = fmin(fmax(r[0] * in[0] + r[1] * in[1] + r[2] * in[2], 0), 1);
        v = v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1 / 2.4) - 0.055;
        out = out << 8 | (uint32_t)lround(v * 255);
    }
    return out;
}

/* CIE 1976 L*a*b* distance: what the eye tells apart side by side begins at 2.3; 10 is told at a glance. */
static void lab(uint32_t c, double out[3])
{
    double rgb[3], xyz[3], f[3];
    for (int i = 0; i < 3; i++) {
        double v = (c >> (16 - 8 * i) & 255) / 255.0;
        rgb[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
    }
    xyz[0] = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.95047;
    xyz[1] = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    xyz[2] = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.08883;
    for (int i = 0; i < 3; i++)
        f[i] = xyz[i] > 0.008856 ? cbrt(xyz[i]) : 7.787 * xyz[i] + 16 / 116.0;
    out[0] = 116 * f[1] - 16;
    out[1] = 500 * (f[0] - f[1]);
    out[2] = 200 * (f[1] - f[2]);
}

static double apart(uint32_t a, uint32_t b)
{
    double la[3], lb[3];
    lab(a, la);
    lab(b, lb);
    return sqrt(pow(la[0] - lb[0], 2) + pow(la[1] - lb[1], 2) + pow(la[2] - lb[2], 2));
}

/* Go on, late and stop are told apart by eyes that see no red or no green, and white words stay readable on them as such
 * eyes see them. Icon and word say it too. */
static void colour_blind_eyes_tell_the_tones_apart(void **state)
{
    (void)state;
    static const enum ui_tone tone[] = { TONE_GO, TONE_SUN, TONE_STOP, TONE_INFO };
    for (int k = 0; k < DIM(both); k++)
        for (int protan = 0; protan < 2; protan++)
            for (int i = 0; i < DIM(tone); i++) {
                uint32_t a = as_seen(fill_of(theme_get(both[k]), tone[i]), protan);
                above("seen by the colour-blind", i, a, 0xffffff, k ? 7 : 4);
                for (int j = i + 1; j < DIM(tone); j++) {
                    uint32_t b = as_seen(fill_of(theme_get(both[k]), tone[j]), protan);
                    if (apart(a, b) < 10)
                        fail_msg("theme %d: tones %d and %d are only %.1f apart (%s)", k, tone[i], tone[j], apart(a, b),
                                 protan ? "protan" : "deutan");
                }
            }
}

static void letters_grow_and_still_fit(void **state)
{
    (void)state;
    static const struct { enum ui_font font; int at[3]; } t[] = { /* 100, 125, 150 % */
        { FONT_BODY, { 34, 43, 51 } },   { FONT_NOTE, { 28, 35, 42 } },  { FONT_STRONG, { 34, 43, 51 } },
        { FONT_BUTTON, { 40, 46, 51 } }, { FONT_HEADING, { 46, 52, 58 } },  { FONT_TITLE, { 58, 63, 68 } },
    };
    for (int i = 0; i < DIM(t); i++)
        for (int k = 0; k < 3; k++)
            assert_int_equal(theme_font_size(t[i].font, 100 + 25 * k), t[i].at[k]);
    /* 0.2 mm a unit: what UX.md asks of running text, notes and headings */
    assert_true(theme_font_size(FONT_BODY, 100) * 0.2 >= 6.6);
    assert_true(theme_font_size(FONT_NOTE, 100) * 0.2 >= 4.8);
    assert_true(theme_font_size(FONT_HEADING, 100) * 0.2 >= 9);
}

static void out_of_range_is_harmless(void **state)
{
    (void)state;
    const struct theme *t = theme_get((enum ui_theme)77);
    assert_ptr_equal(t, theme_get(UI_THEME_PAPER));
    assert_ptr_equal(theme_tone(t, (enum ui_tone)999), theme_tone(t, TONE_NONE));
    assert_ptr_equal(theme_font((enum ui_font)999), theme_font(FONT_BODY));
    assert_int_equal(theme_ink(t, (enum ui_ink)99), theme_ink(t, INK_AUTO));
    assert_int_equal(theme_hue(t, THEME_HUES + 1), theme_hue(t, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contrast_is_what_wcag_says),
        cmocka_unit_test(words_can_be_read),
        cmocka_unit_test(edges_can_be_seen),
        cmocka_unit_test(colour_blind_eyes_tell_the_tones_apart),
        cmocka_unit_test(letters_grow_and_still_fit),
        cmocka_unit_test(out_of_range_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
