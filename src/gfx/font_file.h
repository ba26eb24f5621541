/* font_file.h - a font file as FreeType wants to read it: 6000 seeks and 1400 short reads for the first screen.
 *
 * A seek here only moves a number, and short reads come from one kept page. Mapping the file would be as fast, but
 * each glyph then brings 64 KB of a 20 MB collection into our memory: 13 MB after four screens. One thread at a time. */
#ifndef WEIKE_GFX_FONT_FILE_H
#define WEIKE_GFX_FONT_FILE_H
#include <SDL2/SDL_rwops.h>

SDL_RWops *font_file_open(const char *path); /* NULL: cannot be read; SDL_RWclose() ends it */
#endif
