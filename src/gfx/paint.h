/* paint.h - anti-aliased shapes, masks and pictures, straight into 32-bit XRGB8888 pixels. UI thread only.
 *
 * A colour is 0xAARRGGBB, not premultiplied. Nothing outside `clip` is ever touched. All lengths are pixels. */
#ifndef WEIKE_GFX_PAINT_H
#define WEIKE_GFX_PAINT_H
#include <SDL2/SDL.h>
#include <stdbool.h>
#include <stdint.h>

struct paint {
    SDL_Surface *to;
    SDL_Rect clip; /* inside the surface: use paint_begin */
};

struct paint paint_begin(SDL_Surface *to, SDL_Rect clip);

void paint_fill(const struct paint *p, SDL_Rect r, uint32_t argb);
/* `radius` is cut to half the smaller side. A border of `border` px lies inside the rectangle's edge. */
void paint_round(const struct paint *p, SDL_Rect r, int radius, uint32_t fill, int border, uint32_t line);
/* From `top` in the first row to `bottom` in the last. */
void paint_gradient(const struct paint *p, SDL_Rect r, uint32_t top, uint32_t bottom);
/* An arc with round caps inside the square at (x, y): clockwise from 12 o'clock, `from` and `to` in turns (0..1). */
void paint_arc(const struct paint *p, int x, int y, int size, int width, float from, float to, uint32_t argb);
/* Colour through a coverage mask of w x h bytes. */
void paint_mask(const struct paint *p, int x, int y, const uint8_t *mask, int w, int h, uint32_t argb);
/* A picture of 32-bit pixels (ARGB8888, or XRGB8888 when `opaque`). */
void paint_pixels(const struct paint *p, int x, int y, const uint32_t *pixels, int w, int h, bool opaque);

/* Rounded clipping of whatever is painted in between: keep the corners, paint, put them back. `kept` must hold
 * paint_corner_bytes(radius). The same clip must be set at both calls. */
size_t paint_corner_bytes(int radius);
void paint_corners_keep(const struct paint *p, SDL_Rect r, int radius, uint32_t *kept);
void paint_corners_restore(const struct paint *p, SDL_Rect r, int radius, const uint32_t *kept);

uint32_t paint_mix(uint32_t a, uint32_t b, int permille); /* opaque mix: 0 = a, 1000 = b */
#endif
