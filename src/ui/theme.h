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
struct theme_font { int size; enum font_face face; int line_permille; int halo; };

enum {
    THEME_RADIUS = 28, THEME_RADIUS_SMALL = 24, THEME_BUTTON_HIGH = 96, THEME_BUTTON_PAD = 36, THEME_BUTTON_ICON = 44,
    THEME_BAR_HIGH = 16, THEME_HUES = 12,
};
#define THEME_TRACK 0xffe9e2d4u      /* what of a bar or ring is still to come */
#define THEME_TRACK_GLASS 0x66ffffffu
#define THEME_BAR_GLASS 0xff5fd3aeu  /* the same green, lighter, over dark video */
#define THEME_GO 0xff0e6b52u
#define THEME_SUN 0xffb85c00u
#define THEME_LINE 0xffe3dccdu
#define THEME_THUMB 0x66807868u      /* scroll mark */

const struct theme_tone *theme_tone(enum ui_tone tone);
uint32_t theme_ink(enum ui_ink ink); /* INK_AUTO: the main ink */
const struct theme_font *theme_font(enum ui_font font);
uint32_t theme_hue(unsigned hue);    /* avatar grounds; white letters on each reach 4.5:1 */
#endif
