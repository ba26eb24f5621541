/* font.h - font faces found by fontconfig, one open file per face, set to the size wanted when used.
 *
 * One FT face per (file, index) serves every size: setting a size takes 1 µs, opening a 20 MB collection takes
 * 2-5 ms and 1.2 MB. font_new() may run in a thread of its own while the window opens; afterwards the object
 * belongs to the UI thread. */
#ifndef WEIKE_GFX_FONT_H
#define WEIKE_GFX_FONT_H
#include "base/err.h"

#include <SDL2/SDL_ttf.h>
#include <stdbool.h>
#include <stdint.h>

enum font_face { FACE_REGULAR, FACE_BOLD, FACE_ICON, FACE_NARROW_REGULAR, FACE_NARROW_BOLD, FACE_MAIN_COUNT };
enum { FONT_FALLBACKS = 6, FONT_FACES = FACE_MAIN_COUNT + FONT_FALLBACKS };

struct fonts;
struct fonts *fonts_new(const char *lang, struct err *e) MUST_CHECK; /* "zh-CN" or "en" */
void fonts_free(struct fonts *f);
/* Which face draws `c` for text wanted in `wanted`: itself if it has the character, else the first fallback of the
 * system that has it, else itself (it then draws its empty box). Returns an index for fonts_at(). */
int fonts_face_for(struct fonts *f, enum font_face wanted, uint32_t c);
/* The face for the quotes and dots of a text in `wanted` that has no Chinese in it (opened when first needed). */
int fonts_narrow_face(struct fonts *f, enum font_face wanted);
TTF_Font *fonts_at(struct fonts *f, int face, int px); /* set to that size; valid until the next call */
/* By how many percent glyphs of a face must be shrunk to be `px` large: 100 (not at all), except for faces that have
 * pictures of one size only (colour emoji). At least 1. */
int fonts_shrink(struct fonts *f, int face, int px);
const char *fonts_family(const struct fonts *f, enum font_face face); /* what fontconfig really gave */
#endif
