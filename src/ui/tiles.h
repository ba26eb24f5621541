/* tiles.h - finds out which parts of the window changed, by comparing a hash of what is drawn into each tile with
 * that of the frame before. Pure. */
#ifndef WEIKE_UI_TILES_H
#define WEIKE_UI_TILES_H
#include <SDL2/SDL_rect.h>
#include <stdbool.h>
#include <stdint.h>

enum { TILE_W = 64, TILE_H = 32 };

struct tiles { int w, h, across, down; uint64_t *now, *shown; };

void tiles_init(struct tiles *t, int w, int h); /* everything counts as changed */
void tiles_release(struct tiles *t);
void tiles_forget(struct tiles *t);             /* the next frame repaints all */
void tiles_begin(struct tiles *t);
void tiles_add(struct tiles *t, SDL_Rect r, uint64_t hash); /* something with this hash is drawn into r, in order */
/* Rectangles that changed since the last tiles_end, as few as spans allow; at most `max`, the last one then covers
 * the rest. Returns their number. */
int tiles_end(struct tiles *t, SDL_Rect *out, int max);
#endif
