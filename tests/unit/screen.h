/* screen.h - what tests of gfx/ and ui/ share: a window of pixels without a display, and looking at them. */
#ifndef WEIKE_TEST_SCREEN_H
#define WEIKE_TEST_SCREEN_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gfx/gfx.h"

#define DIM(a) ((int)(sizeof(a) / sizeof *(a)))

static inline struct gfx *screen_open(int w, int h)
{
    struct err e = ERR_INIT;
    struct gfx *g = gfx_open(&(struct gfx_opts){ .width = w, .height = h, .lang = "zh-CN", .offscreen = true }, &e);
    if (!g)
        fail_msg("%s", e.text);
    return g;
}

static inline uint32_t pixel(SDL_Surface *s, int x, int y)
{
    return ((uint32_t *)((uint8_t *)s->pixels + (size_t)y * (size_t)s->pitch))[x] & 0xffffff;
}

/* Smallest rectangle inside `in` that holds every pixel different from `ground`. */
static inline SDL_Rect ink_box(SDL_Surface *s, SDL_Rect in, uint32_t ground)
{
    int x0 = in.x + in.w, y0 = in.y + in.h, x1 = in.x, y1 = in.y;
    for (int y = in.y; y < in.y + in.h; y++)
        for (int x = in.x; x < in.x + in.w; x++)
            if (pixel(s, x, y) != ground) {
                x0 = x < x0 ? x : x0;
                x1 = x + 1 > x1 ? x + 1 : x1;
                y0 = y < y0 ? y : y0;
                y1 = y + 1;
            }
    return (SDL_Rect){ x0, y0, x1 > x0 ? x1 - x0 : 0, y1 > y0 ? y1 - y0 : 0 };
}
#endif
