#include "ui/tiles.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t SEED = 0xcbf29ce484222325u;

void tiles_init(struct tiles *t, int w, int h)
{
    *t = (struct tiles){ .w = w, .h = h, .across = (w + TILE_W - 1) / TILE_W, .down = (h + TILE_H - 1) / TILE_H };
    size_t n = (size_t)t->across * (size_t)t->down;
    t->now = mem_alloc(n * sizeof *t->now);
    t->shown = mem_alloc(n * sizeof *t->shown);
}

void tiles_release(struct tiles *t)
{
    free(t->now);
    free(t->shown);
    *t = (struct tiles){ 0 };
}

void tiles_forget(struct tiles *t)
{
    memset(t->shown, 0, (size_t)t->across * (size_t)t->down * sizeof *t->shown); /* SEED never mixes to 0 in practice */
}

void tiles_begin(struct tiles *t)
{
    for (int i = 0; i < t->across * t->down; i++)
        t->now[i] = SEED;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

void tiles_add(struct tiles *t, SDL_Rect r, uint64_t hash)
{
    SDL_Rect all = { 0, 0, t->w, t->h };
    if (!SDL_IntersectRect(&r, &all, &r))
        return;
    for (int y = r.y / TILE_H; y <= (r.y + r.h - 1) / TILE_H; y++)
        for (int x = r.x / TILE_W; x <= (r.x + r.w - 1) / TILE_W; x++)
            t->now[y * t->across + x] = mix(t->now[y * t->across + x], hash);
}

static bool changed(const struct tiles *t, int x, int y)
{
    return t->now[y * t->across + x] != t->shown[y * t->across + x];
}

static bool all_changed(const struct tiles *t, int x0, int x1, int y)
{
    for (int x = x0; x < x1; x++)
        if (!changed(t, x, y))
            return false;
    return true;
}

/* Takes the span x0..x1 of row y and as many rows below as changed over its whole width; marks them as shown. */
static SDL_Rect take(struct tiles *t, int x0, int x1, int y)
{
    int y1 = y;
    while (y1 < t->down && all_changed(t, x0, x1, y1)) {
        memcpy(&t->shown[y1 * t->across + x0], &t->now[y1 * t->across + x0], (size_t)(x1 - x0) * sizeof *t->shown);
        y1++;
    }
    SDL_Rect r = { x0 * TILE_W, y * TILE_H, (x1 - x0) * TILE_W, (y1 - y) * TILE_H };
    if (r.x + r.w > t->w)
        r.w = t->w - r.x;
    if (r.y + r.h > t->h)
        r.h = t->h - r.y;
    return r;
}

int tiles_end(struct tiles *t, SDL_Rect *out, int max)
{
    int n = 0;
    for (int y = 0; y < t->down; y++) {
        for (int x = 0; x < t->across;) {
            int x0 = x;
            while (x < t->across && changed(t, x, y))
                x++;
            if (x == x0) {
                x++;
                continue;
            }
            SDL_Rect r = take(t, x0, x, y);
            if (n < max)
                out[n++] = r;
            else
                SDL_UnionRect(&out[n - 1], &r, &out[n - 1]);
        }
    }
    return n;
}
