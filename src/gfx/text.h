/* text.h - measuring and drawing single lines of text; glyph runs are rendered once and kept as coverage masks.
 *
 * A run that mixes scripts is split by face (font.h). Colour glyphs (emoji) keep their colours. UI thread only. */
#ifndef WEIKE_GFX_TEXT_H
#define WEIKE_GFX_TEXT_H
#include "gfx/font.h"
#include "gfx/paint.h"

#include <stddef.h>

struct text_style {
    enum font_face face;
    int px;   /* em size in pixels */
    int halo; /* > 0: a dark, soft rim of so many px around the letters (captions over video) */
};

struct text;
struct text *text_new(struct fonts *fonts); /* takes the fonts */
void text_free(struct text *t);
void text_set_fonts(struct text *t, struct fonts *fonts); /* takes them; forgets all runs */

int text_width(struct text *t, const struct text_style *st, const char *s, size_t len);
/* Blank at the end of the last mark (a full-width ？ or 。): centred and right-aligned lines hang it out. */
int text_tail(struct text *t, const struct text_style *st, const char *s, size_t len);
/* No Chinese, Japanese or other characters from U+3000 on: quotes are then narrow, and dots low. */
bool text_is_latin(const char *s, size_t len);
/* How many bytes of `s` fit into `width` px (whole characters). */
size_t text_fit(struct text *t, const struct text_style *st, const char *s, size_t len, int width);
/* Draws with the baseline at y. The optical middle of Chinese characters and of capitals is 0.38 em above it:
 * see text_baseline(). */
void text_draw(struct text *t, const struct text_style *st, const struct paint *p, int x, int y, const char *s,
               size_t len, uint32_t argb);
/* Baseline (below the top of a line of height line_h) that puts the letters optically in its middle. */
int text_baseline(const struct text_style *st, int line_h);
/* A glyph of the icon face with its em square filling size x size at (x, y). */
void text_draw_icon(struct text *t, const struct paint *p, uint32_t icon, int x, int y, int size, uint32_t argb);
size_t text_cache_bytes(const struct text *t);
#endif
