#include "gfx/scale.h"
#include "base/str.h"

#include <math.h>
#include <stdlib.h>

/* What one target pixel takes from a line of the source: weights sum up to ONE. */
enum { ONE = 1 << 14 };
struct tap { int first, count, at; };
struct axis { struct tap *tap; int *weight; };

static struct axis axis_new(int from, double start, double length, int to)
{
    double step = length / to, reach = step > 1 ? step : 1;
    int most = (int)ceil(reach) * 2 + 2;
    struct axis a = { mem_resize(NULL, (size_t)to, sizeof *a.tap),
                      mem_resize(NULL, (size_t)to * (size_t)most, sizeof *a.weight) };
    for (int i = 0; i < to; i++) {
        double middle = start + (i + 0.5) * step - 0.5, sum = 0;
        struct tap *t = &a.tap[i];
        int lo = (int)ceil(middle - reach), hi = (int)floor(middle + reach), given = 0, best = 0;
        lo = lo < 0 ? 0 : lo >= from ? from - 1 : lo;
        hi = hi >= from ? from - 1 : hi < lo ? lo : hi;
        *t = (struct tap){ lo, hi - lo + 1 < most ? hi - lo + 1 : most, i * most };
        for (int j = 0; j < t->count; j++)
            sum += fmax(1 - fabs(lo + j - middle) / reach, 1e-6);
        for (int j = 0; j < t->count; j++) {
            int w = (int)lround(fmax(1 - fabs(lo + j - middle) / reach, 1e-6) / sum * ONE);
            a.weight[t->at + j] = w;
            given += w;
            if (w > a.weight[t->at + best])
                best = j;
        }
        a.weight[t->at + best] += ONE - given; /* rounding must not darken */
    }
    return a;
}

static void axis_release(struct axis *a)
{
    free(a->tap);
    free(a->weight);
}

/* Sums `count` pixels `stride` apart with alpha as weight, so that a transparent rim does not bleed in. */
static uint32_t gather(const uint32_t *s, int stride, const int *weight, int count)
{
    int64_t a = 0, r = 0, g = 0, b = 0;
    for (int i = 0; i < count; i++) {
        uint32_t c = s[(size_t)i * (size_t)stride];
        int64_t w = (int64_t)weight[i] * (c >> 24);
        a += w;
        r += w * (c >> 16 & 255);
        g += w * (c >> 8 & 255);
        b += w * (c & 255);
    }
    if (a <= 0)
        return 0;
    uint32_t alpha = (uint32_t)((a + ONE / 2) / ONE);
    return (alpha > 255 ? 255 : alpha) << 24 | (uint32_t)((r + a / 2) / a) << 16 | (uint32_t)((g + a / 2) / a) << 8 |
           (uint32_t)((b + a / 2) / a);
}

void scale_cover(const uint32_t *src, int sw, int sh, uint32_t *dst, int dw, int dh)
{
    double cut_w = sw, cut_h = (double)sw * dh / dw;
    if (cut_h > sh) {
        cut_h = sh;
        cut_w = (double)sh * dw / dh;
    }
    struct axis across = axis_new(sw, (sw - cut_w) / 2, cut_w, dw), down = axis_new(sh, (sh - cut_h) / 2, cut_h, dh);
    uint32_t *half = mem_resize(NULL, (size_t)dw * (size_t)sh, sizeof *half);
    int first = down.tap[0].first, last = down.tap[dh - 1].first + down.tap[dh - 1].count;
    for (int y = first; y < last; y++)
        for (int x = 0; x < dw; x++)
            half[(size_t)y * (size_t)dw + (size_t)x] =
                gather(src + (size_t)y * (size_t)sw + across.tap[x].first, 1, &across.weight[across.tap[x].at],
                       across.tap[x].count);
    for (int y = 0; y < dh; y++)
        for (int x = 0; x < dw; x++)
            dst[(size_t)y * (size_t)dw + (size_t)x] =
                gather(half + (size_t)down.tap[y].first * (size_t)dw + (size_t)x, dw, &down.weight[down.tap[y].at],
                       down.tap[y].count);
    free(half);
    axis_release(&across);
    axis_release(&down);
}
