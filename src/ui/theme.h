/* theme.h - every colour, type size and radius of the kiosk in one place. Pure data.
 *
 * Warm paper, one green that always means "go on", few sizes. Contrast of each ink on its fill is at least 4.5:1
 * (WCAG 2.x AA), of the main ink 14:1. Lengths are design units (see ui.h). */
#ifndef WEIKE_UI_THEME_H
#define WEIKE_UI_THEME_H
#include "gfx/font.h"
#include "ui/ui.h"

struct theme_tone {
    uint32_t fill, line, ink; /* 0xAARRGGBB; alpha 0: not painted */
    uint32_t bottom;          /* when set: the fill runs from `fill` at the top to this */
    int border;               /* units */
};
struct theme_font { int size; enum font_face face; int line_permille; int halo; int grows_percent; /* with the text-size switch */ };

enum {
    THEME_RADIUS = 28, THEME_RADIUS_SMALL = 24, THEME_BUTTON_HIGH = 100, THEME_BUTTON_PAD = 36, THEME_BUTTON_ICON = 44,
    THEME_BAR_HIGH = 16, THEME_HUES = 12,
};
/* One set of colours; there are two (ui_set_theme). */
struct theme {
    struct theme_tone tone[TONE_COUNT];
    uint32_t ink[INK_WHITE + 1];
    uint32_t track, track_glass;   /* what of a bar or ring is still to come; the same over dark video */
    uint32_t go, sun, bar_glass;   /* what has come: bars and rings; over dark video */
    uint32_t line, edge;           /* a divider; the border of a card that can be tapped */
    uint32_t thumb;                /* scroll mark */
    uint32_t off_ink;              /* words of what is disabled */
    int edge_border, chosen_border;/* units */
    int hue_permille;              /* how far the avatars' grounds go towards black */
    int fade_permille;             /* how far a disabled fill goes towards the paper */
};
const struct theme *theme_get(enum ui_theme which);
const struct theme_tone *theme_tone(const struct theme *t, enum ui_tone tone);
uint32_t theme_ink(const struct theme *t, enum ui_ink ink); /* INK_AUTO: the main ink */
const struct theme_font *theme_font(enum ui_font font);
/* Units at a text size of `percent`: running text and notes grow with it, what is large already grows less, so that
 * it still fits: headings by half, titles and numbers by a third. */
int theme_font_size(enum ui_font font, int percent);
uint32_t theme_hue(const struct theme *t, unsigned hue); /* avatar grounds; white letters on each reach 4.5:1, or 7:1 */
double theme_contrast(uint32_t a, uint32_t b); /* WCAG 2.x, 1..21; alpha is not looked at */
#endif
