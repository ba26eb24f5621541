#include "media/stretch.h"

#include "base/str.h"

#include <stdbool.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

struct group { /* four target pixels; weights of 128ths for the left and right neighbour of each channel */
    uint8_t weight[32];
    uint8_t pick[32]; /* bytes of the 16 at `first`, for the fast way */
    int32_t index[4];
};

typedef void row_fn(const struct group *g, const struct group *end, const uint8_t *source, uint8_t *target);

struct stretch {
    int source, target;
    struct group *group;
    row_fn *row;
};

/* -- the ways to do a row ---------------------------------------------------------------------------------- */

static void row_plain(const struct group *g, const struct group *end, const uint8_t *source, uint8_t *target)
{
    for (; g < end; g++, target += 16)
        for (int i = 0; i < 4; i++) {
            const uint8_t *p = source + (ptrdiff_t)g->index[i] * 4;
            for (int c = 0; c < 4; c++)
                target[i * 4 + c] = (uint8_t)((p[c] * g->weight[i * 8] + p[c + 4] * g->weight[i * 8 + 1] + 64) >> 7);
        }
}

#if defined(__x86_64__)
/* Pixels are taken as signed bytes around 128, because the multiply-add wants one signed and one unsigned side. */

__attribute__((target("ssse3"))) static __m128i two_pixels(const uint8_t *source, const int32_t *index)
{
    const __m128i pairs = _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
    __m128i x = _mm_loadl_epi64((const __m128i *)(const void *)(source + (ptrdiff_t)index[0] * 4));
    __m128i y = _mm_loadl_epi64((const __m128i *)(const void *)(source + (ptrdiff_t)index[1] * 4));
    return _mm_shuffle_epi8(_mm_unpacklo_epi64(x, y), pairs);
}

__attribute__((target("ssse3"))) static __m128i mix(__m128i pixels, const uint8_t *weight)
{
    __m128i w = _mm_loadu_si128((const __m128i *)(const void *)weight);
    __m128i sum = _mm_maddubs_epi16(w, _mm_xor_si128(pixels, _mm_set1_epi8(-128)));
    return _mm_srai_epi16(_mm_add_epi16(sum, _mm_set1_epi16(64)), 7);
}

__attribute__((target("ssse3"))) static void row_ssse3(const struct group *g, const struct group *end,
                                                       const uint8_t *source, uint8_t *target)
{
    for (; g < end; g++, target += 16) {
        __m128i a = mix(two_pixels(source, g->index), g->weight), b = mix(two_pixels(source, g->index + 2), g->weight + 16);
        __m128i out = _mm_xor_si128(_mm_packs_epi16(a, b), _mm_set1_epi8(-128));
        _mm_storeu_si128((__m128i *)(void *)target, out);
    }
}

/* When enlarging by half or more, the sources of four pixels lie within 16 bytes: one load, one shuffle. */
__attribute__((target("avx2"))) static void row_avx2(const struct group *g, const struct group *end,
                                                     const uint8_t *source, uint8_t *target)
{
    const __m256i half = _mm256_set1_epi8(-128), round = _mm256_set1_epi16(64);
    for (; g < end; g++, target += 16) {
        __m128i near = _mm_loadu_si128((const __m128i *)(const void *)(source + (ptrdiff_t)g->index[0] * 4));
        __m256i pick = _mm256_loadu_si256((const __m256i *)(const void *)g->pick);
        __m256i w = _mm256_loadu_si256((const __m256i *)(const void *)g->weight);
        __m256i pixels = _mm256_xor_si256(_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(near), pick), half);
        __m256i sum = _mm256_srai_epi16(_mm256_add_epi16(_mm256_maddubs_epi16(w, pixels), round), 7);
        __m128i out = _mm_packs_epi16(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        _mm_storeu_si128((__m128i *)(void *)target, _mm_xor_si128(out, _mm256_castsi256_si128(half)));
    }
}
#endif

static row_fn *choose(bool near)
{
#if defined(__x86_64__)
    if (near && __builtin_cpu_supports("avx2"))
        return row_avx2;
    if (__builtin_cpu_supports("ssse3"))
        return row_ssse3;
#endif
    (void)near;
    return row_plain;
}

/* -- places and weights ------------------------------------------------------------------------------------ */

void stretch_place(int source, int target, int t, int *index, int *weight)
{
    int64_t twice = (2 * (int64_t)t + 1) * source - target; /* of the position, in units of 1/target */
    if (twice < 0)
        twice = 0;
    *index = (int)(twice / (2 * target));
    *weight = (int)((twice % (2 * target) * 256 + target) / (2 * target));
}

/* False if the group's sources are spread wider than the four pixels the fast way loads. */
static bool fill_group(struct group *g, int source, int target, int first)
{
    bool near = true;
    for (int i = 0; i < 4; i++) {
        int weight, t = first + i < target ? first + i : target - 1;
        stretch_place(source, target, t, &g->index[i], &weight);
        int relative = g->index[i] - g->index[0];
        near &= relative <= 2;
        for (int c = 0; c < 4; c++) {
            g->weight[i * 8 + c * 2] = (uint8_t)(128 - (weight + 1) / 2);
            g->weight[i * 8 + c * 2 + 1] = (uint8_t)((weight + 1) / 2);
            g->pick[i * 8 + c * 2] = (uint8_t)(relative * 4 + c);
            g->pick[i * 8 + c * 2 + 1] = (uint8_t)(relative * 4 + 4 + c);
        }
    }
    return near;
}

struct stretch *stretch_new(int source, int target)
{
    struct stretch *s = mem_alloc(sizeof *s);
    int groups = (target + 3) / 4;
    bool near = true;
    s->source = source;
    s->target = target;
    s->group = mem_alloc((size_t)groups * sizeof *s->group);
    for (int i = 0; i < groups; i++)
        near &= fill_group(&s->group[i], source, target, i * 4);
    s->row = choose(near);
    return s;
}

void stretch_free(struct stretch *s)
{
    if (s)
        free(s->group);
    free(s);
}

void stretch_row(const struct stretch *s, const uint8_t *source, uint8_t *target, int from, int end)
{
    int first = from / 4, last = (end + 3) / 4;
    s->row(s->group + first, s->group + last, source, target + (ptrdiff_t)first * 16);
}

void stretch_reads(const struct stretch *s, int from, int end, int *first, int *last)
{
    const struct group *a = &s->group[from / 4], *b = &s->group[(end + 3) / 4 - 1];
    *first = a->index[0];
    *last = b->index[3] + STRETCH_PAD; /* the fast way loads four from the group's first */
    if (*last > s->source)
        *last = s->source;
}
