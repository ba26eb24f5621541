#include "media/client/stretch.h"

#include "base/str.h"

#include <stdbool.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Four target pixels, kept small so that the groups of a whole row stay in the first cache. */
struct group {
    int32_t index;      /* left source pixel of the first one */
    uint16_t offset[4]; /* of each one's left source pixel from there */
    uint8_t pick[4];    /* the same in bytes, for the fast way */
    uint8_t weight[8];  /* 128ths for the left and the right neighbour of each */
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
            const uint8_t *p = source + (ptrdiff_t)(g->index + g->offset[i]) * 4;
            for (int c = 0; c < 4; c++)
                target[i * 4 + c] = (uint8_t)((p[c] * g->weight[i * 2] + p[c + 4] * g->weight[i * 2 + 1] + 64) >> 7);
        }
}

#if defined(__x86_64__)
/* Pixels are taken as signed bytes around 128, because the multiply-add wants one signed and one unsigned side. */

__attribute__((target("ssse3"))) static __m128i two_pixels(const uint8_t *source, const uint16_t *offset)
{
    const __m128i pairs = _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
    __m128i x = _mm_loadl_epi64((const __m128i *)(const void *)(source + (ptrdiff_t)offset[0] * 4));
    __m128i y = _mm_loadl_epi64((const __m128i *)(const void *)(source + (ptrdiff_t)offset[1] * 4));
    return _mm_shuffle_epi8(_mm_unpacklo_epi64(x, y), pairs);
}

__attribute__((target("ssse3"))) static __m128i mix(__m128i pixels, __m128i weight)
{
    __m128i sum = _mm_maddubs_epi16(weight, _mm_xor_si128(pixels, _mm_set1_epi8(-128)));
    return _mm_srai_epi16(_mm_add_epi16(sum, _mm_set1_epi16(64)), 7);
}

__attribute__((target("ssse3"))) static void row_ssse3(const struct group *g, const struct group *end,
                                                       const uint8_t *source, uint8_t *target)
{
    const __m128i first = _mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3);
    const __m128i second = _mm_add_epi8(first, _mm_set1_epi8(4));
    for (; g < end; g++, target += 16) {
        const uint8_t *from = source + (ptrdiff_t)g->index * 4;
        __m128i w = _mm_loadl_epi64((const __m128i *)(const void *)g->weight);
        __m128i a = mix(two_pixels(from, g->offset), _mm_shuffle_epi8(w, first));
        __m128i b = mix(two_pixels(from, g->offset + 2), _mm_shuffle_epi8(w, second));
        __m128i out = _mm_xor_si128(_mm_packs_epi16(a, b), _mm_set1_epi8(-128));
        _mm_storeu_si128((__m128i *)(void *)target, out);
    }
}

/* When enlarging by half or more, the sources of four pixels lie within 16 bytes: one load, one shuffle. */
__attribute__((target("avx2"))) static void row_avx2(const struct group *g, const struct group *end,
                                                     const uint8_t *source, uint8_t *target)
{
    const __m256i half = _mm256_set1_epi8(-128), round = _mm256_set1_epi16(64);
    const __m256i spread_weight = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3, 4, 5, 4, 5, 4, 5, 4, 5,
                                                   6, 7, 6, 7, 6, 7, 6, 7);
    const __m256i spread_pick = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3,
                                                 3, 3, 3, 3, 3, 3, 3);
    const __m256i pairs = _mm256_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 0, 4, 1, 5, 2, 6, 3, 7, 0, 4, 1, 5, 2, 6, 3, 7, 0, 4, 1,
                                           5, 2, 6, 3, 7);
    for (; g < end; g++, target += 16) {
        __m128i near = _mm_loadu_si128((const __m128i *)(const void *)(source + (ptrdiff_t)g->index * 4));
        int pick4;
        long long weight8;
        __builtin_memcpy(&pick4, g->pick, sizeof pick4);
        __builtin_memcpy(&weight8, g->weight, sizeof weight8);
        __m256i pick = _mm256_add_epi8(_mm256_shuffle_epi8(_mm256_set1_epi32(pick4), spread_pick), pairs);
        __m256i w = _mm256_shuffle_epi8(_mm256_set1_epi64x(weight8), spread_weight);
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
    int index, weight;
    stretch_place(source, target, first, &g->index, &weight);
    for (int i = 0; i < 4; i++) {
        stretch_place(source, target, first + i < target ? first + i : target - 1, &index, &weight);
        g->offset[i] = (uint16_t)(index - g->index);
        g->pick[i] = (uint8_t)(g->offset[i] * 4);
        g->weight[i * 2] = (uint8_t)(128 - (weight + 1) / 2);
        g->weight[i * 2 + 1] = (uint8_t)((weight + 1) / 2);
    }
    return g->offset[3] <= 2;
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
    *first = a->index;
    *last = b->index + b->offset[3] + STRETCH_PAD; /* the fast way loads four from the group's first */
    if (*last > s->source)
        *last = s->source;
}
