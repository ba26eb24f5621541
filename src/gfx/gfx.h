/* gfx.h - the window and what is drawn into it: one surface of XRGB8888 pixels, fonts, pictures.
 *
 * Everything here belongs to the UI thread, except gfx_wake(). Pixels are painted by the processor straight into
 * the window's own memory and only changed rectangles are sent to the display: on a machine without a usable GPU
 * that costs a twentieth of what an accelerated renderer does. Idle means asleep in SDL_WaitEvent: no joystick and
 * no text input is ever opened, because either makes SDL poll. */
#ifndef WEIKE_GFX_GFX_H
#define WEIKE_GFX_GFX_H
#include "base/err.h"

#include <SDL2/SDL.h>
#include <stdbool.h>
#include <stdint.h>

struct gfx;
struct text;   /* gfx/text.h */
struct paragraphs; /* gfx/paragraph.h */
struct images; /* gfx/image.h */

struct gfx_opts {
    int width, height;  /* of a window; 0: the whole screen */
    const char *title;
    const char *lang;   /* "zh-CN" or "en": chooses the font families */
    bool offscreen;     /* tests: no window and no display, only the pixels (width and height must be given) */
};

/* Sets what SDL and Xlib read from the environment. gfx_open() does it too; a program that starts threads before
 * that calls it first, because nobody may change the environment beside them. */
void gfx_prepare(void);
/* Once SDL's video runs: false where no display answered and SDL took one that nobody can see, unless SDL_VIDEODRIVER asks for it. */
bool gfx_display_is_real(struct err *e) MUST_CHECK;
/* NULL when there is no display, no usable font, or the window cannot be made. One per process. */
struct gfx *gfx_open(const struct gfx_opts *opts, struct err *e) MUST_CHECK;
void gfx_close(struct gfx *gfx); /* NULL is fine */

/* The pixels, 32 bits each, XRGB8888; borrowed until the next gfx_resized(). */
SDL_Surface *gfx_surface(struct gfx *gfx);
int gfx_width(const struct gfx *gfx);
int gfx_height(const struct gfx *gfx);
/* Sends rectangles of the surface to the display. */
void gfx_present(struct gfx *gfx, const SDL_Rect *rects, int count);
/* After SDL_WINDOWEVENT_SIZE_CHANGED: takes the new surface. True if the size is another one than before. */
bool gfx_resized(struct gfx *gfx);

/* Ends a wait for events in the UI thread with an event of type gfx_wake_event(). Any thread, also from inside
 * locks; many wakes before the UI thread looks become one. */
void gfx_wake(struct gfx *gfx);
uint32_t gfx_wake_event(const struct gfx *gfx);
void gfx_wake_seen(struct gfx *gfx); /* ui_event calls this when it meets the event */

/* The mouse pointer: hidden from fingers, shown to a mouse. ui_event decides. */
void gfx_pointer(struct gfx *gfx, bool shown);

struct text *gfx_text(struct gfx *gfx);
struct paragraphs *gfx_paragraphs(struct gfx *gfx);
struct images *gfx_images(struct gfx *gfx);
void gfx_set_lang(struct gfx *gfx, const char *lang);

/* What is in the window now, as a PNG file. */
bool gfx_screenshot(struct gfx *gfx, const char *path, struct err *e) MUST_CHECK;
#endif
