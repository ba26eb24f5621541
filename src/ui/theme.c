/* The two sets of colours, the type sizes, and the contrast they are judged by. */
#include "ui/theme.h"
#include "gfx/paint.h"

#include <math.h>

#define INK 0xff1d2420u
#define WHITE 0xffffffffu
#define BLACK 0xff000000u
#define PAPER 0xfffaf6eeu
#define NONE 0u
#define GO 0xff0e6b52u
#define SUN 0xffb85c00u
#define STOP 0xffb3261eu
#define INFO 0xff1b5e9bu
#define EDGE 0xff8f8775u    /* 3.3:1 on paper */
#define DEEP_GO 0xff00513bu /* the darker ones of high contrast: white on each is 8:1 or more */
#define DEEP_SUN 0xff704a00u
#define DEEP_STOP 0xff7a0014u
#define DEEP_INFO 0xff0b3f73u

static const struct theme paper = {
    .tone = {
        [TONE_NONE] = { NONE, NONE, INK },
        [TONE_PAPER] = { PAPER, NONE, INK },
        [TONE_CARD] = { WHITE, 0xffe3dccdu, INK, .border = 2 },
        [TONE_GO] = { GO, NONE, WHITE },
        [TONE_GO_SOFT] = { 0xffddefe7u, GO, INK, .border = 2 },
        [TONE_GO_OUTLINE] = { WHITE, GO, GO, .border = 3 },
        [TONE_SUN] = { SUN, NONE, WHITE },
        [TONE_SUN_SOFT] = { 0xfffcebd3u, NONE, INK },
        [TONE_STOP] = { STOP, NONE, WHITE },
        [TONE_STOP_SOFT] = { 0xfffbe3e0u, STOP, INK, .border = 2 },
        [TONE_INFO] = { INFO, NONE, WHITE },
        [TONE_INFO_SOFT] = { 0xffe1edf8u, NONE, INK },
        [TONE_SAND] = { 0xfff1ebddu, NONE, INK },
        [TONE_GLASS] = { 0xcc201c18u, NONE, WHITE },
        [TONE_SCRIM] = { 0x99161a18u, NONE, WHITE },
        [TONE_STOP_OUTLINE] = { WHITE, STOP, STOP, .border = 2 },
        [TONE_GO_TINT] = { 0xffa9d3c2u, NONE, INK },
        [TONE_FADE_UP] = { 0x00100c08u, NONE, WHITE, .bottom = 0xd8100c08u },
        [TONE_FADE_DOWN] = { 0xb0100c08u, NONE, WHITE, .bottom = 0x01100c08u },
        [TONE_GLASS_LIGHT] = { 0x38ffffffu, NONE, WHITE },
    },
    .ink = {
        [INK_AUTO] = INK, [INK_MAIN] = INK, [INK_SECOND] = 0xff4b554fu, [INK_GO] = GO,
        [INK_SUN] = 0xffa04f00u /* darker than the fill: 5.5:1 on paper */, [INK_STOP] = STOP, [INK_INFO] = INFO, [INK_WHITE] = WHITE,
    },
    .track = 0xffe9e2d4u, .track_glass = 0x66ffffffu, .go = GO, .sun = SUN, .bar_glass = 0xff5fd3aeu, .line = 0xffe3dccdu,
    .edge = EDGE, .thumb = 0x66807868u, .off_ink = 0xff4c554fu, .edge_border = 2, .chosen_border = 5, .fade_permille = 800,
};

/* High contrast: white ground, black words and lines, fills so dark that white words on them reach 7:1. Over film the
 * glass is nearly black, whatever the picture shows, and the fills' white lines part them from it. */
static const struct theme contrast = {
    .tone = {
        [TONE_NONE] = { NONE, NONE, BLACK },
        [TONE_PAPER] = { WHITE, NONE, BLACK },
        [TONE_CARD] = { WHITE, BLACK, BLACK, .border = 4 },
        [TONE_GO] = { DEEP_GO, WHITE, WHITE, .border = 4 },
        [TONE_GO_SOFT] = { 0xffe2f5ecu, DEEP_GO, BLACK, .border = 6 },
        [TONE_GO_OUTLINE] = { WHITE, DEEP_GO, DEEP_GO, .border = 6 },
        [TONE_SUN] = { DEEP_SUN, WHITE, WHITE, .border = 4 },
        [TONE_SUN_SOFT] = { 0xfffff3dcu, DEEP_SUN, BLACK, .border = 4 },
        [TONE_STOP] = { DEEP_STOP, WHITE, WHITE, .border = 4 },
        [TONE_STOP_SOFT] = { 0xfffff0eeu, DEEP_STOP, BLACK, .border = 6 },
        [TONE_INFO] = { DEEP_INFO, WHITE, WHITE, .border = 4 },
        [TONE_INFO_SOFT] = { 0xffeef6ffu, DEEP_INFO, BLACK, .border = 4 },
        [TONE_SAND] = { WHITE, BLACK, BLACK, .border = 4 },
        [TONE_GLASS] = { 0xf0000000u, WHITE, WHITE, .border = 3 },
        [TONE_SCRIM] = { 0xd9000000u, NONE, WHITE },
        [TONE_STOP_OUTLINE] = { WHITE, DEEP_STOP, DEEP_STOP, .border = 6 },
        [TONE_GO_TINT] = { 0xff9fd8c2u, BLACK, BLACK, .border = 3 },
        [TONE_FADE_UP] = { 0xe0000000u, NONE, WHITE, .bottom = 0xf0000000u },
        [TONE_FADE_DOWN] = { 0xf0000000u, NONE, WHITE, .bottom = 0xe0000000u },
        [TONE_GLASS_LIGHT] = { 0xc0000000u, WHITE, WHITE, .border = 4 },
    },
    .ink = {
        [INK_AUTO] = BLACK, [INK_MAIN] = BLACK, [INK_SECOND] = 0xff262626u, [INK_GO] = DEEP_GO, [INK_SUN] = DEEP_SUN,
        [INK_STOP] = DEEP_STOP, [INK_INFO] = DEEP_INFO, [INK_WHITE] = WHITE,
    },
    .track = 0xffd0d0d0u, .track_glass = 0xff707070u, .go = DEEP_GO, .sun = DEEP_SUN, .bar_glass = 0xffb6ffe4u, .line = BLACK,
    .edge = BLACK, .thumb = 0xff000000u, .off_ink = 0xff404040u, .edge_border = 4, .chosen_border = 9, .hue_permille = 330, .fade_permille = 1000,
};

/* Line heights: running text 1.5, what stands alone closer. */
static const struct theme_font font[FONT_COUNT] = {
    [FONT_BODY] = { 34, FACE_REGULAR, 1450, 0, 100 },   [FONT_NOTE] = { 28, FACE_REGULAR, 1400, 0, 100 },
    [FONT_BUTTON] = { 40, FACE_BOLD, 1300, 0, 55 },     [FONT_HEADING] = { 46, FACE_BOLD, 1350, 0, 50 },
    [FONT_TITLE] = { 58, FACE_BOLD, 1320, 0, 33 },      [FONT_STRONG] = { 34, FACE_BOLD, 1450, 0, 100 },
    [FONT_CAPTION] = { 60, FACE_BOLD, 1350, 3, 50 },    [FONT_NUMBER] = { 72, FACE_BOLD, 1150, 0, 33 },
};

static const uint32_t hue[THEME_HUES] = {
    0xff8a4b2au, 0xff1b5e9bu, 0xff0e6b52u, 0xff6b3fa0u, 0xffa23b5bu, 0xff33637au,
    0xffb85c00u, 0xff3f6b2au, 0xff7a3b8fu, 0xff8c5a12u, 0xff9a3f2eu, 0xff44546au,
};

const struct theme *theme_get(enum ui_theme which)
{
    return which == UI_THEME_CONTRAST ? &contrast : &paper;
}

const struct theme_tone *theme_tone(const struct theme *t, enum ui_tone tone)
{
    return &t->tone[(unsigned)tone < TONE_COUNT ? tone : TONE_NONE];
}

uint32_t theme_ink(const struct theme *t, enum ui_ink ink)
{
    return t->ink[(unsigned)ink <= INK_WHITE ? ink : INK_AUTO];
}

const struct theme_font *theme_font(enum ui_font f)
{
    return &font[(unsigned)f < FONT_COUNT ? f : FONT_BODY];
}

int theme_font_size(enum ui_font f, int percent)
{
    const struct theme_font *t = theme_font(f);
    return (t->size * (10000 + (percent - 100) * t->grows_percent) + 5000) / 10000;
}

uint32_t theme_hue(const struct theme *t, unsigned h)
{
    return 0xff000000 | paint_mix(hue[h % THEME_HUES], 0, t->hue_permille);
}

/* WCAG 2.x, relative luminance. */
static double channel(uint32_t c)
{
    double v = (c & 255) / 255.0;
    return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t c)
{
    return 0.2126 * channel(c >> 16) + 0.7152 * channel(c >> 8) + 0.0722 * channel(c);
}

double theme_contrast(uint32_t a, uint32_t b)
{
    double la = luminance(a), lb = luminance(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}
