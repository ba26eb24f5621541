#include "ui/theme.h"

#define INK 0xff1d2420u
#define WHITE 0xffffffffu
#define PAPER 0xfffaf6eeu
#define NONE 0u

static const struct theme_tone tone[TONE_COUNT] = {
    [TONE_NONE] = { NONE, NONE, INK },
    [TONE_PAPER] = { PAPER, NONE, INK },
    [TONE_CARD] = { WHITE, THEME_LINE, INK, .border = 2 },
    [TONE_GO] = { THEME_GO, NONE, WHITE },
    [TONE_GO_SOFT] = { 0xffddefe7u, THEME_GO, INK, .border = 2 },
    [TONE_GO_OUTLINE] = { WHITE, THEME_GO, THEME_GO, .border = 3 },
    [TONE_SUN] = { THEME_SUN, NONE, WHITE },
    [TONE_SUN_SOFT] = { 0xfffcebd3u, NONE, INK },
    [TONE_STOP] = { 0xffb3261eu, NONE, WHITE },
    [TONE_STOP_SOFT] = { 0xfffbe3e0u, 0xffb3261eu, INK, .border = 2 },
    [TONE_INFO] = { 0xff1b5e9bu, NONE, WHITE },
    [TONE_INFO_SOFT] = { 0xffe1edf8u, NONE, INK },
    [TONE_SAND] = { 0xfff1ebddu, NONE, INK },
    [TONE_GLASS] = { 0xb3201c18u, NONE, WHITE },
    [TONE_SCRIM] = { 0x99161a18u, NONE, WHITE },
    [TONE_STOP_OUTLINE] = { WHITE, 0xffb3261eu, 0xffb3261eu, .border = 2 },
    [TONE_GO_TINT] = { 0xffa9d3c2u, NONE, INK },
    [TONE_FADE_UP] = { 0x00100c08u, NONE, WHITE, .bottom = 0xd8100c08u },
    [TONE_FADE_DOWN] = { 0xb0100c08u, NONE, WHITE, .bottom = 0x01100c08u },
    [TONE_GLASS_LIGHT] = { 0x38ffffffu, NONE, WHITE },
};

static const uint32_t ink[] = {
    [INK_AUTO] = INK, [INK_MAIN] = INK, [INK_SECOND] = 0xff4b554fu, [INK_GO] = THEME_GO,
    [INK_SUN] = 0xffa85300u /* a shade darker than the fill: 5:1 on paper */, [INK_STOP] = 0xffb3261eu, [INK_INFO] = 0xff1b5e9bu, [INK_WHITE] = WHITE,
};

/* Line heights: running text 1.5, what stands alone closer. */
static const struct theme_font font[FONT_COUNT] = {
    [FONT_BODY] = { 32, FACE_REGULAR, 1450 },   [FONT_NOTE] = { 28, FACE_REGULAR, 1400 },
    [FONT_BUTTON] = { 38, FACE_BOLD, 1300 },    [FONT_HEADING] = { 42, FACE_BOLD, 1350 },
    [FONT_TITLE] = { 56, FACE_BOLD, 1320 },     [FONT_STRONG] = { 32, FACE_BOLD, 1450 },
    [FONT_CAPTION] = { 60, FACE_BOLD, 1350, 3 }, [FONT_NUMBER] = { 72, FACE_BOLD, 1150 },
};

static const uint32_t hue[THEME_HUES] = {
    0xff8a4b2au, 0xff1b5e9bu, 0xff0e6b52u, 0xff6b3fa0u, 0xffa23b5bu, 0xff33637au,
    0xffb85c00u, 0xff3f6b2au, 0xff7a3b8fu, 0xff8c5a12u, 0xff9a3f2eu, 0xff44546au,
};

const struct theme_tone *theme_tone(enum ui_tone t)
{
    return &tone[(unsigned)t < TONE_COUNT ? t : TONE_NONE];
}

uint32_t theme_ink(enum ui_ink i)
{
    return ink[(unsigned)i <= INK_WHITE ? i : INK_AUTO];
}

const struct theme_font *theme_font(enum ui_font f)
{
    return &font[(unsigned)f < FONT_COUNT ? f : FONT_BODY];
}

uint32_t theme_hue(unsigned h)
{
    return hue[h % THEME_HUES];
}
