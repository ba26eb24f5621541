/* codec.h - SDL2_image, loaded when the first picture is decoded: it brings eight libraries of picture formats along,
 * which a start need not wait for. Any thread; what it gives stays valid until the program ends. */
#ifndef WEIKE_GFX_CODEC_H
#define WEIKE_GFX_CODEC_H
#include "base/err.h"

#include <SDL2/SDL.h>

struct codec { /* on failure both leave their reason with SDL_GetError() */
    SDL_Surface *(*load)(SDL_RWops *from, int free_from);           /* IMG_Load_RW */
    int (*save_png)(SDL_Surface *surface, const char *path);        /* IMG_SavePNG */
};

/* NULL with ERR_MISSING when the library is not installed. */
const struct codec *codec_get(struct err *e) MUST_CHECK;
#endif
