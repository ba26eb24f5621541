#include "gfx/paint.h"

#include <math.h>
#include <string.h>
#include <wchar.h>

struct paint paint_begin(SDL_Surface *to, SDL_Rect clip)
{
    struct paint p = { .to = to };
    SDL_Rect all = { 0, 0, to->w, to->h };
    if (!SDL_IntersectRect(&clip, &all, &p.clip))
        p.clip = (SDL_Rect){ 0 };
    return p;
}

static uint32_t *row_at(const struct paint *p, int x, int y)
{
    return (uint32_t *)((uint8_t *)p->to->pixels + (size_t)y * (size_t)p->to->pitch) + x;
}

/* `alpha` 0..255 of `c` over `under`; two channels at once. 255 -> 256 so that full is exact. */
static inline uint32_t over(uint32_t under, uint32_t c, uint32_t alpha)
{
    uint32_t a = alpha + (alpha >> 7);
    uint32_t rb = under & 0xff00ff, g = under & 0x00ff00;
    rb += (((c & 0xff00ff) - rb) * a) >> 8;
    g += (((c & 0x00ff00) - g) * a) >> 8;
    return (rb & 0xff00ff) | (g & 0x00ff00);
}

static void span_solid(uint32_t *d, int n, uint32_t c)
{
    _Static_assert(sizeof(wchar_t) == sizeof *d, "a pixel is as wide as a wide character");
    wmemset((wchar_t *)d, (wchar_t)c, (size_t)n); /* the only fill of 32-bit words that libc has in vector code */
}

/* One alpha for the whole span. Two pixels at a time: eight-bit channels spread over the 16-bit lanes of a 64-bit
 * word never overflow (255 * 256), so one multiplication serves four channels. */
static void span_alpha(uint32_t *d, int n, uint32_t c, uint32_t alpha)
{
    const uint64_t lanes = 0x00ff00ff00ff00ffu;
    uint64_t a = alpha + (alpha >> 7), keep = 256 - a, two = (uint64_t)(c & 0xffffff) << 32 | (c & 0xffffff);
    uint64_t even = (two & lanes) * a, odd = (two >> 8 & lanes) * a, u;
    for (; n >= 2; n -= 2, d += 2) {
        memcpy(&u, d, sizeof u);
        u = (((u & lanes) * keep + even) >> 8 & lanes) | (((u >> 8 & lanes) * keep + odd) & ~lanes);
        memcpy(d, &u, sizeof u);
    }
    if (n)
        *d = (uint32_t)((((*d & lanes) * keep + (even & 0xffffffff)) >> 8 & lanes) |
                        (((*d >> 8 & lanes) * keep + (odd & 0xffffffff)) & ~lanes));
}

static void span(const struct paint *p, int x0, int x1, int y, uint32_t argb)
{
    if (x0 < p->clip.x)
        x0 = p->clip.x;
    if (x1 > p->clip.x + p->clip.w)
        x1 = p->clip.x + p->clip.w;
    uint32_t alpha = argb >> 24;
    if (x0 >= x1 || !alpha)
        return;
    if (alpha == 255)
        span_solid(row_at(p, x0, y), x1 - x0, argb & 0xffffff);
    else
        span_alpha(row_at(p, x0, y), x1 - x0, argb, alpha);
}

static void rows(const struct paint *p, int y, int h, int *y0, int *y1)
{
    *y0 = y > p->clip.y ? y : p->clip.y;
    *y1 = y + h < p->clip.y + p->clip.h ? y + h : p->clip.y + p->clip.h;
}

void paint_fill(const struct paint *p, SDL_Rect r, uint32_t argb)
{
    int y0, y1;
    rows(p, r.y, r.h, &y0, &y1);
    for (int y = y0; y < y1; y++)
        span(p, r.x, r.x + r.w, y, argb);
}

/* A quarter disc of radius r in the square [0,r)², its centre at (r, r). For one row: the first pixel that is
 * touched at all and the first that is fully covered; between them coverage follows the distance. */
struct edge { int touched, full; };

static struct edge edge_of(float r, int row)
{
    float dy = r - ((float)row + 0.5f), outer = r + 0.5f, inner = r - 0.5f;
    float far = outer * outer - dy * dy, near = inner > 0 ? inner * inner - dy * dy : -1;
    struct edge e;
    e.touched = far > 0 ? (int)floorf(r - sqrtf(far) - 0.5f) : (int)ceilf(r);
    e.full = near > 0 ? (int)ceilf(r - sqrtf(near) - 0.5f) + 1 : (int)ceilf(r);
    if (e.touched < 0)
        e.touched = 0;
    if (e.full > (int)ceilf(r))
        e.full = (int)ceilf(r);
    return e;
}

static float coverage(float r, int column, int row)
{
    float dx = r - ((float)column + 0.5f), dy = r - ((float)row + 0.5f);
    float c = r - sqrtf(dx * dx + dy * dy) + 0.5f;
    return c < 0 ? 0 : c > 1 ? 1 : c;
}

static void dot(const struct paint *p, int x, int y, uint32_t argb, float cover)
{
    if (x < p->clip.x || x >= p->clip.x + p->clip.w || cover <= 0)
        return;
    uint32_t *d = row_at(p, x, y);
    *d = over(*d, argb, (uint32_t)((float)(argb >> 24) * cover + 0.5f));
}

/* One row of a filled round rectangle; `row` counts from its nearer horizontal edge. */
static void round_row(const struct paint *p, SDL_Rect r, int radius, int y, uint32_t argb)
{
    int row = y - r.y < r.y + r.h - 1 - y ? y - r.y : r.y + r.h - 1 - y;
    if (row >= radius) {
        span(p, r.x, r.x + r.w, y, argb);
        return;
    }
    struct edge e = edge_of((float)radius, row);
    for (int x = e.touched; x < e.full; x++) {
        float c = coverage((float)radius, x, row);
        dot(p, r.x + x, y, argb, c);
        dot(p, r.x + r.w - 1 - x, y, argb, c);
    }
    span(p, r.x + e.full, r.x + r.w - e.full, y, argb);
}

/* The frame between the outer round rectangle and the one `border` px inside it. */
static void border_row(const struct paint *p, SDL_Rect r, int radius, int border, int y, uint32_t argb)
{
    int row = y - r.y < r.y + r.h - 1 - y ? y - r.y : r.y + r.h - 1 - y;
    int inner = radius > border ? radius - border : 0;
    if (row >= radius && row >= border) {
        span(p, r.x, r.x + border, y, argb);
        span(p, r.x + r.w - border, r.x + r.w, y, argb);
        return;
    }
    int reach = radius > border ? radius : border;
    for (int x = 0; x < reach; x++) {
        float out = x < radius && row < radius ? coverage((float)radius, x, row) : 1;
        float in = x < border || row < border ? 0 : 1;
        if (in > 0 && x - border < inner && row - border < inner)
            in = coverage((float)inner, x - border, row - border);
        float c = out - in;
        dot(p, r.x + x, y, argb, c);
        dot(p, r.x + r.w - 1 - x, y, argb, c);
    }
    if (row < border)
        span(p, r.x + reach, r.x + r.w - reach, y, argb);
}

void paint_round(const struct paint *p, SDL_Rect r, int radius, uint32_t fill, int border, uint32_t line)
{
    int least = r.w < r.h ? r.w : r.h, y0, y1;
    if (radius > least / 2)
        radius = least / 2;
    SDL_Rect all;
    if (least <= 0 || !SDL_IntersectRect(&r, &p->clip, &all))
        return;
    rows(p, r.y, r.h, &y0, &y1);
    /* Under a thick border the fill ends a pixel earlier, else its soft corners would shine through those of the border. */
    int in = border >= 3 && line >> 24 == 255 && least > 2 * border ? 1 : 0;
    SDL_Rect inner = { r.x + in, r.y + in, r.w - 2 * in, r.h - 2 * in };
    for (int y = y0; y < y1; y++) {
        if (fill >> 24 && y >= inner.y && y < inner.y + inner.h)
            round_row(p, inner, radius > in ? radius - in : 0, y, fill);
        if (border > 0 && line >> 24)
            border_row(p, r, radius, border, y, line);
    }
}

void paint_gradient(const struct paint *p, SDL_Rect r, uint32_t top, uint32_t bottom)
{
    int y0, y1;
    rows(p, r.y, r.h, &y0, &y1);
    for (int y = y0; y < y1; y++) {
        int at = r.h > 1 ? (y - r.y) * 1000 / (r.h - 1) : 0;
        uint32_t alpha = ((top >> 24) * (uint32_t)(1000 - at) + (bottom >> 24) * (uint32_t)at + 500) / 1000;
        span(p, r.x, r.x + r.w, y, alpha << 24 | paint_mix(top, bottom, at));
    }
}

/* The arc's body by angle (cross products with its two end rays), its ends by two discs. */
struct arc { float mid, outer, inner, x0, y0, x1, y1, cap; bool wide; };

static float arc_cover(const struct arc *a, float dx, float dy)
{
    float d = sqrtf(dx * dx + dy * dy);
    float band = fminf(a->outer - d, d - a->inner) + 0.5f;
    if (band <= 0)
        return 0;
    bool after = a->x0 * dy - a->y0 * dx >= 0, before = dx * a->y1 - dy * a->x1 >= 0;
    if (a->wide ? after || before : after && before)
        return fminf(band, 1);
    float e0 = hypotf(dx - a->x0 * a->mid, dy - a->y0 * a->mid), e1 = hypotf(dx - a->x1 * a->mid, dy - a->y1 * a->mid);
    float cap = a->cap - fminf(e0, e1) + 0.5f;
    return cap < 0 ? 0 : fminf(cap, 1);
}

void paint_arc(const struct paint *p, int x, int y, int size, int width, float from, float to, uint32_t argb)
{
    if (to <= from || size <= 0)
        return;
    float turn = 6.2831853f, part = to - from >= 1 ? 1 : to - from, r = (float)size / 2;
    struct arc a = { .mid = r - (float)width / 2, .outer = r, .inner = r - (float)width, .cap = (float)width / 2,
                     .x0 = sinf(from * turn), .y0 = -cosf(from * turn), .x1 = sinf((from + part) * turn),
                     .y1 = -cosf((from + part) * turn), .wide = part > 0.5f };
    if (part >= 1)
        a.x0 = 1, a.y0 = 0, a.x1 = 1, a.y1 = 0; /* both half planes together are everything */
    int y0, y1;
    rows(p, y, size, &y0, &y1);
    for (int yy = y0; yy < y1; yy++) {
        float dy = (float)(yy - y) + 0.5f - r, far = (r + 1) * (r + 1) - dy * dy, near = (a.inner - 1) * (a.inner - 1) - dy * dy;
        if (far <= 0)
            continue;
        int reach = (int)ceilf(sqrtf(far)), hole = a.inner > 1 && near > 0 ? (int)floorf(sqrtf(near)) : 0;
        for (int xx = x + size / 2 - reach; xx < x + size / 2 + reach; xx++) {
            if (hole && xx == x + size / 2 - hole + 1)
                xx = x + size / 2 + hole - 1;
            dot(p, xx, yy, argb, arc_cover(&a, (float)(xx - x) + 0.5f - r, dy));
        }
    }
}

void paint_mask(const struct paint *p, int x, int y, const uint8_t *mask, int w, int h, uint32_t argb)
{
    int y0, y1, x0 = x > p->clip.x ? x : p->clip.x;
    int x1 = x + w < p->clip.x + p->clip.w ? x + w : p->clip.x + p->clip.w;
    uint32_t alpha = argb >> 24, colour = argb & 0xffffff;
    rows(p, y, h, &y0, &y1);
    for (int yy = y0; yy < y1 && x0 < x1; yy++) {
        const uint8_t *m = mask + (size_t)(yy - y) * (size_t)w + (x0 - x);
        uint32_t *d = row_at(p, x0, yy);
        for (int i = 0; i < x1 - x0; i++) {
            if (!m[i])
                continue;
            uint32_t a = alpha == 255 ? m[i] : m[i] * alpha / 255;
            d[i] = a == 255 ? colour : over(d[i], colour, a);
        }
    }
}

void paint_pixels(const struct paint *p, int x, int y, const uint32_t *pixels, int w, int h, bool opaque)
{
    int y0, y1, x0 = x > p->clip.x ? x : p->clip.x;
    int x1 = x + w < p->clip.x + p->clip.w ? x + w : p->clip.x + p->clip.w;
    rows(p, y, h, &y0, &y1);
    for (int yy = y0; yy < y1 && x0 < x1; yy++) {
        const uint32_t *s = pixels + (size_t)(yy - y) * (size_t)w + (x0 - x);
        uint32_t *d = row_at(p, x0, yy);
        if (opaque)
            memcpy(d, s, (size_t)(x1 - x0) * sizeof *d);
        for (int i = 0; !opaque && i < x1 - x0; i++)
            d[i] = over(d[i], s[i], s[i] >> 24);
    }
}

size_t paint_corner_bytes(int radius)
{
    return (size_t)radius * (size_t)radius * 4 * sizeof(uint32_t);
}

/* Calls for each pixel of the four corner squares that is inside the clip. */
static void corners(const struct paint *p, SDL_Rect r, int radius, uint32_t *kept, bool restore)
{
    SDL_Rect all;
    if (!SDL_IntersectRect(&r, &p->clip, &all))
        return;
    for (int c = 0; c < 4; c++) {
        for (int i = 0; i < radius * radius; i++) {
            int cx = i % radius, cy = i / radius;
            int x = c & 1 ? r.x + r.w - 1 - cx : r.x + cx, y = c & 2 ? r.y + r.h - 1 - cy : r.y + cy;
            if (x < p->clip.x || y < p->clip.y || x >= p->clip.x + p->clip.w || y >= p->clip.y + p->clip.h)
                continue;
            uint32_t *d = row_at(p, x, y), *k = &kept[c * radius * radius + i];
            if (!restore)
                *k = *d;
            else
                *d = over(*k, *d, (uint32_t)(coverage((float)radius, cx, cy) * 255 + 0.5f));
        }
    }
}

void paint_corners_keep(const struct paint *p, SDL_Rect r, int radius, uint32_t *kept)
{
    corners(p, r, radius, kept, false);
}

void paint_corners_restore(const struct paint *p, SDL_Rect r, int radius, const uint32_t *kept)
{
    corners(p, r, radius, (uint32_t *)kept, true);
}

uint32_t paint_mix(uint32_t a, uint32_t b, int permille)
{
    uint32_t out = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int x = (int)(a >> shift & 255), y = (int)(b >> shift & 255);
        out |= (uint32_t)(x + (y - x) * permille / 1000) << shift;
    }
    return out;
}
