#include "media/player/to_i420.h"

#include "base/str.h"

#include <libavutil/buffer.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <libyuv.h>
#include <stdlib.h>

struct to_i420 {
    int rotation;
    AVBufferPool *pool;
    int pool_bytes;
    struct SwsContext *sws;
};

struct to_i420 *to_i420_new(int rotation)
{
    struct to_i420 *c = mem_alloc(sizeof *c);
    c->rotation = rotation;
    return c;
}

void to_i420_free(struct to_i420 *c)
{
    if (!c)
        return;
    av_buffer_pool_uninit(&c->pool);
    sws_freeContext(c->sws);
    free(c);
}

/* An empty I420 frame from the pool, with the properties of `like`. */
static AVFrame *new_frame(struct to_i420 *c, const AVFrame *like, int width, int height)
{
    int bytes = av_image_get_buffer_size(AV_PIX_FMT_YUV420P, width, height, 64);
    if (bytes <= 0)
        return NULL;
    if (!c->pool || c->pool_bytes != bytes) {
        av_buffer_pool_uninit(&c->pool);
        c->pool = av_buffer_pool_init((size_t)bytes + 64, NULL);
        c->pool_bytes = bytes;
    }
    AVFrame *f = av_frame_alloc();
    if (f && c->pool && (f->buf[0] = av_buffer_pool_get(c->pool)) && av_frame_copy_props(f, like) >= 0 &&
        av_image_fill_arrays(f->data, f->linesize, f->buf[0]->data, AV_PIX_FMT_YUV420P, width, height, 64) >= 0) {
        f->format = AV_PIX_FMT_YUV420P;
        f->width = width;
        f->height = height;
        return f;
    }
    av_frame_free(&f);
    return NULL;
}

#define S8(i) s->data[i], s->linesize[i]
#define S16(i) (const uint16_t *)(const void *)s->data[i], s->linesize[i] / 2
#define D(i) d->data[i], d->linesize[i]

/* libyuv's converters are several times faster than swscale; -2: it has none for this format. */
static int convert_fast(const AVFrame *s, AVFrame *d)
{
    int w = s->width, h = s->height;
    switch (s->format) {
    case AV_PIX_FMT_YUV422P:
    case AV_PIX_FMT_YUVJ422P:
        return I422ToI420(S8(0), S8(1), S8(2), D(0), D(1), D(2), w, h);
    case AV_PIX_FMT_YUV444P:
    case AV_PIX_FMT_YUVJ444P:
        return I444ToI420(S8(0), S8(1), S8(2), D(0), D(1), D(2), w, h);
    case AV_PIX_FMT_NV12:
        return NV12ToI420(S8(0), S8(1), D(0), D(1), D(2), w, h);
    case AV_PIX_FMT_GRAY8:
        return I400ToI420(S8(0), D(0), D(1), D(2), w, h);
    case AV_PIX_FMT_YUV420P10LE:
        return I010ToI420(S16(0), S16(1), S16(2), D(0), D(1), D(2), w, h);
    case AV_PIX_FMT_YUV420P12LE:
        return I012ToI420(S16(0), S16(1), S16(2), D(0), D(1), D(2), w, h);
    case AV_PIX_FMT_YUV422P10LE:
        return I210ToI420(S16(0), S16(1), S16(2), D(0), D(1), D(2), w, h);
    case AV_PIX_FMT_YUV444P10LE:
        return I410ToI420(S16(0), S16(1), S16(2), D(0), D(1), D(2), w, h);
    default:
        return -2;
    }
}

static bool convert_any(struct to_i420 *c, const AVFrame *s, AVFrame *d)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(s->format);
    if (!desc || (desc->flags & AV_PIX_FMT_FLAG_HWACCEL) || !sws_isSupportedInput(s->format))
        return false;
    c->sws = sws_getCachedContext(c->sws, s->width, s->height, s->format, d->width, d->height, AV_PIX_FMT_YUV420P,
                                  SWS_BILINEAR, NULL, NULL, NULL);
    if (!c->sws || sws_scale(c->sws, (const uint8_t *const *)s->data, s->linesize, 0, s->height, d->data, d->linesize) < 0)
        return false;
    if (desc->flags & AV_PIX_FMT_FLAG_RGB) { /* what swscale makes of RGB */
        d->colorspace = AVCOL_SPC_SMPTE170M;
        d->color_range = AVCOL_RANGE_MPEG;
    }
    return true;
}

static bool is_i420(enum AVPixelFormat format)
{
    return format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVA420P;
}

static void replace(AVFrame *frame, AVFrame *by)
{
    av_frame_unref(frame);
    av_frame_move_ref(frame, by);
    av_frame_free(&by);
}

static bool convert(struct to_i420 *c, AVFrame *frame)
{
    bool full = frame->format == AV_PIX_FMT_YUVJ422P || frame->format == AV_PIX_FMT_YUVJ444P;
    AVFrame *d = new_frame(c, frame, frame->width, frame->height);
    if (!d)
        return false;
    if (full)
        d->color_range = AVCOL_RANGE_JPEG;
    int rc = convert_fast(frame, d);
    if (rc == 0 || (rc == -2 && convert_any(c, frame, d))) {
        replace(frame, d);
        return true;
    }
    av_frame_free(&d);
    return false;
}

static bool rotate(struct to_i420 *c, AVFrame *frame)
{
    const AVFrame *s = frame;
    bool lying = c->rotation == 90 || c->rotation == 270;
    AVFrame *d = new_frame(c, s, lying ? s->height : s->width, lying ? s->width : s->height);
    if (!d)
        return false;
    if (I420Rotate(S8(0), S8(1), S8(2), D(0), D(1), D(2), s->width, s->height, (enum RotationMode)c->rotation) != 0) {
        av_frame_free(&d);
        return false;
    }
    if (lying)
        d->sample_aspect_ratio = av_inv_q(s->sample_aspect_ratio);
    if (s->format == AV_PIX_FMT_YUVJ420P)
        d->color_range = AVCOL_RANGE_JPEG;
    replace(frame, d);
    return true;
}

bool to_i420_apply(struct to_i420 *c, AVFrame *frame)
{
    if (!is_i420(frame->format) && !convert(c, frame))
        return false;
    return c->rotation == 0 || rotate(c, frame);
}
