#include "media/player/to_i420.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdlib.h>
#include <string.h>

enum { W = 50, H = 38 };

static int grey_at(int x, int w)
{
    return x < w / 3 ? 40 : x < 2 * w / 3 ? 120 : 200;
}

/* A picture whose left third is dark, middle grey and right third bright, brought into the format by swscale: from
 * RGB if that is what it is, so that nothing but the layout changes. */
static AVFrame *sample(enum AVPixelFormat format, int w, int h)
{
    bool rgb = av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_RGB;
    AVFrame *src = av_frame_alloc(), *f = av_frame_alloc();
    src->format = rgb ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_YUV444P;
    f->format = format;
    src->width = f->width = w;
    src->height = f->height = h;
    assert_int_equal(av_frame_get_buffer(src, 0), 0);
    assert_int_equal(av_frame_get_buffer(f, 0), 0);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w * (rgb ? 3 : 1); x++)
            src->data[0][y * src->linesize[0] + x] = (uint8_t)grey_at(rgb ? x / 3 : x, w);
    for (int p = 1; p < 3 && !rgb; p++)
        memset(src->data[p], 128, (size_t)src->linesize[p] * (size_t)h);
    struct SwsContext *sws = sws_getContext(w, h, src->format, w, h, format, SWS_POINT, NULL, NULL, NULL);
    assert_non_null(sws);
    sws_scale(sws, (const uint8_t *const *)src->data, src->linesize, 0, h, f->data, f->linesize);
    sws_freeContext(sws);
    av_frame_free(&src);
    return f;
}

/* As 8-bit luma, 0..255 of R, G and B alike is 16..235. */
static int luma_of(enum AVPixelFormat format, int grey)
{
    return av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_RGB ? 16 + grey * 219 / 255 : grey;
}

static void luma_is(const AVFrame *f, int x, int y, int want, const char *what)
{
    int got = f->data[0][y * f->linesize[0] + x];
    if (abs(got - want) > 6)
        fail_msg("%s: %d instead of %d at %d,%d", what, got, want, x, y);
}

static void converts_every_layout(void **state)
{
    (void)state;
    static const enum AVPixelFormat formats[] = {
        AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_NV12,
        AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV444P10LE, AV_PIX_FMT_YUV420P12LE,
        AV_PIX_FMT_YUV422P12LE, AV_PIX_FMT_GBRP, AV_PIX_FMT_RGB24, AV_PIX_FMT_BGR0, AV_PIX_FMT_YUV411P,
        AV_PIX_FMT_YUV410P, AV_PIX_FMT_YUYV422, AV_PIX_FMT_RGB48LE, AV_PIX_FMT_GBRP10LE,
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct to_i420 *c = to_i420_new(0);
        AVFrame *f = sample(formats[i], W, H);
        f->pts = 77;
        const char *name = av_get_pix_fmt_name(formats[i]);
        if (!to_i420_apply(c, f))
            fail_msg("%s was refused", name);
        assert_int_equal(f->width, W);
        assert_int_equal(f->height, H);
        assert_int_equal(f->format, AV_PIX_FMT_YUV420P);
        assert_int_equal(f->pts, 77);
        luma_is(f, 5, 10, luma_of(formats[i], 40), name);
        luma_is(f, W / 2, H - 1, luma_of(formats[i], 120), name);
        luma_is(f, W - 3, 20, luma_of(formats[i], 200), name);
        for (int p = 1; p < 3; p++)
            assert_true(abs(f->data[p][10 * f->linesize[p] + 10] - 128) <= 4);
        av_frame_free(&f);
        to_i420_free(c);
    }
}

static void turns_clockwise(void **state)
{
    (void)state;
    static const struct { int turn, w, h, dark_x, dark_y; } table[] = {
        {0, W, H, 4, H / 2}, {90, H, W, H / 2, 4}, {180, W, H, W - 5, H / 2}, {270, H, W, H / 2, W - 5},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct to_i420 *c = to_i420_new(table[i].turn);
        AVFrame *f = sample(AV_PIX_FMT_YUV420P, W, H);
        f->sample_aspect_ratio = (AVRational){4, 3};
        assert_true(to_i420_apply(c, f));
        assert_int_equal(f->width, table[i].w);
        assert_int_equal(f->height, table[i].h);
        assert_int_equal(f->sample_aspect_ratio.num, table[i].turn % 180 ? 3 : 4);
        luma_is(f, table[i].dark_x, table[i].dark_y, 40, "turned");
        av_frame_free(&f);
        to_i420_free(c);
    }
}

static void passes_what_fits_without_copying(void **state)
{
    (void)state;
    struct to_i420 *c = to_i420_new(0);
    AVFrame *f = sample(AV_PIX_FMT_YUV420P, W, H);
    const uint8_t *before = f->data[0];
    assert_true(to_i420_apply(c, f));
    assert_ptr_equal(f->data[0], before);
    av_frame_free(&f);
    to_i420_free(c);
}

static void takes_changing_sizes(void **state)
{
    (void)state;
    struct to_i420 *c = to_i420_new(90);
    for (int n = 0; n < 20; n++) {
        AVFrame *f = sample(n % 2 ? AV_PIX_FMT_YUV444P : AV_PIX_FMT_YUV420P10LE, 17 + 13 * (n % 5), 21 + 9 * (n % 3));
        assert_true(to_i420_apply(c, f));
        assert_int_equal(f->width, 21 + 9 * (n % 3));
        av_frame_free(&f);
    }
    to_i420_free(c);
}

static void grey_is_luma(void **state)
{
    (void)state;
    struct to_i420 *c = to_i420_new(0);
    AVFrame *f = sample(AV_PIX_FMT_GRAY8, W, H);
    memset(f->data[0], 99, (size_t)f->linesize[0] * H);
    assert_true(to_i420_apply(c, f));
    luma_is(f, 7, 7, 99, "grey");
    assert_int_equal(f->data[1][3], 128);
    av_frame_free(&f);
    to_i420_free(c);
}

static void refuses_what_lives_on_a_graphics_card(void **state)
{
    (void)state;
    struct to_i420 *c = to_i420_new(0);
    AVFrame *f = sample(AV_PIX_FMT_YUV420P, W, H);
    f->format = AV_PIX_FMT_VAAPI;
    assert_false(to_i420_apply(c, f));
    assert_int_equal(f->format, AV_PIX_FMT_VAAPI);
    av_frame_free(&f);
    to_i420_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(converts_every_layout), cmocka_unit_test(turns_clockwise),
        cmocka_unit_test(passes_what_fits_without_copying), cmocka_unit_test(takes_changing_sizes), cmocka_unit_test(grey_is_luma),
        cmocka_unit_test(refuses_what_lives_on_a_graphics_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
