#include "media/client/scaler.h"
#include "base/str.h"
#include "media/client/stretch.h"

#include <libyuv.h>
#include <stdlib.h>
#include <string.h>

/* The tile is what a change is rounded to: 64 wide because that is a cache line, 16 high as a macroblock is. */
enum { TILE_W = 64, TILE_H = 16, MAX_SIDE = 8192 };

/* libyuv's rows are twice as dear when their length is not a multiple of its registers. */
enum { WHOLE = 16 };

struct scaler {
    int width, height;          /* of the source; 0: nothing taken yet */
    int matrix;
    bool full_range;
    struct scaler_rect box;     /* of the target */
    uint8_t *plane[3];          /* our copy of the last picture */
    int stride[3];
    struct stretch *stretch;    /* all below: only when the box has another size */
    uint8_t *row;               /* one source row as XRGB, padded */
    uint8_t *wide[2];           /* two neighbouring rows at the target's width */
};

struct scaler *scaler_new(void)
{
    return mem_alloc(sizeof(struct scaler));
}

static void release_buffers(struct scaler *s)
{
    free(s->plane[0]); /* the three planes are one block */
    memset(s->plane, 0, sizeof s->plane);
    s->width = s->height = 0;
}

static void release_stretch(struct scaler *s)
{
    stretch_free(s->stretch);
    free(s->row);
    free(s->wide[0]);
    free(s->wide[1]);
    s->stretch = NULL;
    s->row = s->wide[0] = s->wide[1] = NULL;
}

void scaler_free(struct scaler *s)
{
    if (s) {
        release_buffers(s);
        release_stretch(s);
    }
    free(s);
}

static bool same_size(const struct scaler *s)
{
    return s->box.w == s->width && s->box.h == s->height;
}

static bool valid(const struct picture *pic, struct scaler_rect box)
{
    return pic->width > 0 && pic->height > 0 && pic->width <= MAX_SIDE && pic->height <= MAX_SIDE && box.w > 0 &&
           box.h > 0 && box.w <= MAX_SIDE && box.h <= MAX_SIDE;
}

/* True if the buffers were made anew, so that everything must be drawn. */
static bool adapt(struct scaler *s, const struct picture *pic, struct scaler_rect box)
{
    bool resized = s->width != pic->width || s->height != pic->height;
    bool reboxed = resized || s->box.w != box.w || s->box.h != box.h;
    bool changed = reboxed || s->matrix != pic->matrix || s->full_range != pic->full_range || s->box.x != box.x ||
                   s->box.y != box.y;
    if (resized) {
        release_buffers(s);
        s->width = pic->width;
        s->height = pic->height;
        s->stride[0] = (pic->width + 63) & ~63;
        s->stride[1] = s->stride[2] = s->stride[0] / 2;
        size_t luma = (size_t)s->stride[0] * (size_t)pic->height;
        size_t chroma = (size_t)s->stride[1] * (size_t)((pic->height + 1) / 2);
        s->plane[0] = mem_alloc(luma + 2 * chroma);
        s->plane[1] = s->plane[0] + luma;
        s->plane[2] = s->plane[1] + chroma;
    }
    s->matrix = pic->matrix;
    s->full_range = pic->full_range;
    s->box = box;
    if (reboxed) {
        release_stretch(s);
        if (!same_size(s)) {
            s->stretch = stretch_new(s->width, box.w);
            s->row = mem_alloc((size_t)(s->stride[0] + STRETCH_PAD) * 4);
            s->wide[0] = mem_alloc((size_t)(box.w + 4) * 4);
            s->wide[1] = mem_alloc((size_t)(box.w + 4) * 4);
        }
    }
    return changed;
}

/* -- what changed ------------------------------------------------------------------------------------------ */

struct span { int x0, x1; }; /* x0 >= x1: nothing */

/* Widens the span to cover the differences of two rows. What lies inside already needs no comparing. */
static void widen(const uint8_t *a, const uint8_t *b, int width, int tile, struct span *s)
{
    int left = s->x0 < width ? s->x0 : width;
    if (left > 0 && memcmp(a, b, (size_t)left) != 0) {
        int x = 0;
        while (memcmp(a + x, b + x, (size_t)(x + tile < left ? tile : left - x)) == 0)
            x += tile;
        s->x0 = x;
        if (s->x1 < x + tile)
            s->x1 = x + tile;
    }
    if (s->x1 < width && memcmp(a + s->x1, b + s->x1, (size_t)(width - s->x1)) != 0) {
        int x = (width - 1) / tile * tile;
        while (memcmp(a + x, b + x, (size_t)(x + tile < width ? tile : width - x)) == 0)
            x -= tile;
        s->x1 = x + tile;
    }
}

static struct span changed_in(const struct scaler *s, const struct picture *pic, int top, int height)
{
    struct span all = {(s->width + TILE_W - 1) / TILE_W * TILE_W, 0};
    for (int y = top; y < top + height; y++)
        widen(pic->plane[0] + (ptrdiff_t)y * pic->stride[0], s->plane[0] + (ptrdiff_t)y * s->stride[0], s->width, TILE_W, &all);
    for (int p = 1; p < 3; p++) {
        struct span half = {all.x0 / 2, all.x1 / 2};
        for (int y = top / 2; y < (top + height + 1) / 2; y++)
            widen(pic->plane[p] + (ptrdiff_t)y * pic->stride[p], s->plane[p] + (ptrdiff_t)y * s->stride[p],
                  (s->width + 1) / 2, TILE_W / 2, &half);
        all = (struct span){half.x0 * 2, half.x1 * 2};
    }
    if (all.x1 > s->width)
        all.x1 = s->width;
    return all;
}

static bool tile_changed(const struct scaler *s, const struct picture *pic, int left, int top, int height)
{
    for (int p = 0; p < 3; p++) {
        int half = p > 0;
        int x = left >> half, w = TILE_W >> half, plane_w = (s->width + half) >> half;
        if (x + w > plane_w)
            w = plane_w - x;
        for (int y = top >> half; y < (top + height + half) >> half; y++)
            if (memcmp(pic->plane[p] + (ptrdiff_t)y * pic->stride[p] + x, s->plane[p] + (ptrdiff_t)y * s->stride[p] + x,
                       (size_t)w) != 0)
                return true;
    }
    return false;
}

static void copy_in(struct scaler *s, const struct picture *pic, int x, int y, int w, int h)
{
    for (int p = 0; p < 3; p++) {
        int half = p > 0;
        int px = x >> half, py = y >> half, pw = (w + half) >> half, ph = (h + half) >> half;
        CopyPlane(pic->plane[p] + (ptrdiff_t)py * pic->stride[p] + px, pic->stride[p],
                  s->plane[p] + (ptrdiff_t)py * s->stride[p] + px, s->stride[p], pw, ph);
    }
}

/* -- colours ----------------------------------------------------------------------------------------------- */

static const struct YuvConstants *constants(const struct scaler *s)
{
    switch (s->matrix) {
    case 709:
        return s->full_range ? &kYuvF709Constants : &kYuvH709Constants;
    case 2020:
        return s->full_range ? &kYuvV2020Constants : &kYuv2020Constants;
    default:
        return s->full_range ? &kYuvJPEGConstants : &kYuvI601Constants;
    }
}

/* Converts a rectangle of our copy. Chroma samples cover 2x2 pixels, so x must be even unless w is 1, and y unless
 * h is 1. */
static void convert_even(const struct scaler *s, int x, int y, int w, int h, uint8_t *dst, int dst_stride)
{
    I420ToARGBMatrix(s->plane[0] + (ptrdiff_t)y * s->stride[0] + x, s->stride[0],
                     s->plane[1] + (ptrdiff_t)(y / 2) * s->stride[1] + x / 2, s->stride[1],
                     s->plane[2] + (ptrdiff_t)(y / 2) * s->stride[2] + x / 2, s->stride[2], dst, dst_stride,
                     constants(s), w, h);
}

/* The same from any corner: an odd first row or column is done by itself. */
static void convert(const struct scaler *s, struct scaler_rect r, uint8_t *dst, int dst_stride)
{
    for (int y = r.y, h; y < r.y + r.h; y += h, dst += (ptrdiff_t)h * dst_stride) {
        h = y & 1 ? 1 : r.y + r.h - y;
        int odd = r.x & 1;
        if (odd)
            convert_even(s, r.x, y, 1, h, dst, dst_stride);
        if (r.w > odd)
            convert_even(s, r.x + odd, y, r.w - odd, h, dst + odd * 4, dst_stride);
    }
}

/* -- damage ------------------------------------------------------------------------------------------------ */

/* First and one-past-last target pixel along one axis that mix in source pixels [from, from + count): those whose
 * centre lies between the centres of the neighbours of that stretch. */
static void reach(int from, int count, int source, int target, int *first, int *end)
{
    int64_t a = ((int64_t)from * 2 - 1) * target / (2 * source) - 1, b = ((int64_t)(from + count) * 2 + 1) * target / (2 * source) + 2;
    *first = a > 0 ? (int)a : 0;
    *end = b < target ? (int)b : target;
}

static struct scaler_rect to_target(const struct scaler *s, int x, int y, int w, int h)
{
    if (same_size(s))
        return (struct scaler_rect){s->box.x + x, s->box.y + y, w, h};
    int x0, x1, y0, y1;
    reach(x, w, s->width, s->box.w, &x0, &x1);
    reach(y, h, s->height, s->box.h, &y0, &y1);
    x0 &= ~(WHOLE - 1);
    x1 = (x1 + WHOLE - 1) & ~(WHOLE - 1);
    x1 = x1 < s->box.w ? x1 : s->box.w;
    return (struct scaler_rect){s->box.x + x0, s->box.y + y0, x1 - x0, y1 - y0};
}

static struct scaler_rect join(struct scaler_rect a, struct scaler_rect b)
{
    int x0 = a.x < b.x ? a.x : b.x, y0 = a.y < b.y ? a.y : b.y;
    int x1 = a.x + a.w > b.x + b.w ? a.x + a.w : b.x + b.w, y1 = a.y + a.h > b.y + b.h ? a.y + a.h : b.y + b.h;
    return (struct scaler_rect){x0, y0, x1 - x0, y1 - y0};
}

/* What drawing a rectangle costs, in pixels: each of its rows costs as much again as so many pixels. */
static int64_t cost(struct scaler_rect r)
{
    enum { ROW = 256 };
    return ((int64_t)r.w + ROW) * r.h;
}

struct damage { struct scaler_rect *rect; int count, max; };

/* Joins with the rectangle where that saves most, or, if the list is full, costs least. */
static void add_damage(struct damage *d, struct scaler_rect r)
{
    int best = -1;
    int64_t best_waste = d->count == d->max ? INT64_MAX : 1;
    for (int i = 0; i < d->count; i++) {
        int64_t waste = cost(join(d->rect[i], r)) - cost(d->rect[i]) - cost(r);
        if (waste < best_waste) {
            best_waste = waste;
            best = i;
        }
    }
    if (best >= 0)
        d->rect[best] = join(d->rect[best], r);
    else
        d->rect[d->count++] = r;
}

static void take_run(struct scaler *s, const struct picture *pic, int x, int y, int w, int h, struct damage *d)
{
    copy_in(s, pic, x, y, w, h);
    add_damage(d, to_target(s, x, y, w, h));
}

/* Takes in one row of tiles between x0 and x1, run by run of changed ones. */
static void take_band(struct scaler *s, const struct picture *pic, struct span span, int y, int h, bool all, struct damage *d)
{
    int from = -1;
    for (int x = span.x0; x < span.x1; x += TILE_W) {
        bool changed = all || tile_changed(s, pic, x, y, h);
        if (changed && from < 0)
            from = x;
        if (!changed && from >= 0) {
            take_run(s, pic, from, y, x - from, h, d);
            from = -1;
        }
    }
    if (from >= 0)
        take_run(s, pic, from, y, span.x1 - from, h, d);
}

int scaler_take(struct scaler *s, const struct picture *pic, struct scaler_rect box, struct scaler_rect *damage, int max)
{
    if (!valid(pic, box) || max < 1)
        return 0;
    struct damage d = {.rect = damage, .max = max};
    bool all = adapt(s, pic, box);
    for (int y = 0; y < s->height; y += TILE_H) {
        int h = y + TILE_H < s->height ? TILE_H : s->height - y;
        struct span span = all ? (struct span){0, s->width} : changed_in(s, pic, y, h);
        take_band(s, pic, span, y, h, all, &d);
    }
    return d.count;
}

/* Source row y, at the target's width, into `out`: as far as target pixels [from, end) need it. */
static void widen_row(const struct scaler *s, int y, int from, int end, uint8_t *out)
{
    int first, last;
    stretch_reads(s->stretch, from, end, &first, &last);
    first &= ~(WHOLE - 1);
    int whole = (last - first + WHOLE - 1) & ~(WHOLE - 1); /* may run past the width, but stays within the stride */
    convert_even(s, first, y, whole, 1, s->row + (ptrdiff_t)first * 4, 0);
    if (last == s->width)
        for (int i = 0; i < STRETCH_PAD; i++)
            memcpy(s->row + (ptrdiff_t)(last + i) * 4, s->row + (ptrdiff_t)(last - 1) * 4, 4);
    stretch_row(s->stretch, s->row, out, from, end);
}

/* The screen is larger than the caches; in a narrow rectangle each row starts where the processor does not expect it. */
static void prefetch_row(const uint8_t *dst, int w)
{
    enum { NARROW = 1024, CACHE_LINE = 64 };
    for (int x = 0; w < NARROW && x < w * 4; x += CACHE_LINE)
        __builtin_prefetch(dst + x, 1);
}

/* Each target row mixes two source rows, which the next target rows mostly share. */
static void paint_stretched(const struct scaler *s, struct scaler_rect r, uint8_t *dst, int dst_stride)
{
    uint8_t *upper = s->wide[0], *lower = s->wide[1];
    int have = -2; /* the source row in `upper` */
    for (int y = r.y; y < r.y + r.h; y++, dst += dst_stride) {
        int index, weight;
        stretch_place(s->height, s->box.h, y, &index, &weight);
        if (index == have + 1) {
            uint8_t *swap = upper;
            upper = lower;
            lower = swap;
        } else if (index != have) {
            widen_row(s, index, r.x, r.x + r.w, upper);
        }
        if (index != have)
            widen_row(s, index + 1 < s->height ? index + 1 : index, r.x, r.x + r.w, lower);
        have = index;
        if (y + 2 < r.y + r.h)
            prefetch_row(dst + 2 * (ptrdiff_t)dst_stride, r.w);
        InterpolatePlane(upper + (ptrdiff_t)r.x * 4, 0, lower + (ptrdiff_t)r.x * 4, 0, dst, 0, r.w * 4, 1,
                         weight < 256 ? weight : 255);
    }
}

void scaler_paint(const struct scaler *s, uint8_t *pixels, int stride_bytes, struct scaler_rect clip)
{
    if (s->width == 0)
        return;
    int x0 = clip.x > s->box.x ? clip.x : s->box.x, y0 = clip.y > s->box.y ? clip.y : s->box.y;
    int x1 = clip.x + clip.w < s->box.x + s->box.w ? clip.x + clip.w : s->box.x + s->box.w;
    int y1 = clip.y + clip.h < s->box.y + s->box.h ? clip.y + clip.h : s->box.y + s->box.h;
    if (x0 >= x1 || y0 >= y1)
        return;
    struct scaler_rect r = {x0 - s->box.x, y0 - s->box.y, x1 - x0, y1 - y0};
    if (same_size(s))
        convert(s, r, pixels + (ptrdiff_t)y0 * stride_bytes + (ptrdiff_t)x0 * 4, stride_bytes);
    else
        paint_stretched(s, r, pixels + (ptrdiff_t)y0 * stride_bytes + (ptrdiff_t)x0 * 4, stride_bytes);
}
