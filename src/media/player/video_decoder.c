#define LOG_MODULE "video_decoder"
#include "media/player/video_decoder.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "media/player/media_input.h"
#include "media/player/to_i420.h"

#include <libavcodec/avcodec.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    LATE_DROP_US = 100 * 1000,   /* a picture this late is not worth converting */
    SHOW_EVERY_US = 250 * 1000,  /* but one is shown at least so often */
    LATE_FILTER_US = 150 * 1000, /* late by this much: decode cheaper */
    EASE_US = 10 * 1000 * 1000,  /* on time for so long: decode fully again */
    HARDER_US = 1000 * 1000,     /* give each economy a second to show its effect */
    SKIP_NONREF_US = 500 * 1000, /* while decoding towards a target further away than this */
    DEFAULT_FRAME_US = 40 * 1000,
    WRONG_JUMP_US = 60 * 1000 * 1000, /* a picture that is to wait so long has a damaged timestamp, */
    END_SLACK_US = 5 * 1000 * 1000,   /* unless the file is long enough for it */
    TWO_THREADS_PIXELS = 1920 * 1080, /* from this size on one core of a weak machine may not keep up */
};

struct video_decoder {
    struct video_decoder_opts opts;
    AVCodecContext *codec;
    struct to_i420 *to_i420;
    AVPacket *pkt;
    AVFrame *frame, *held;   /* held: the newest picture before the target, shown if it proves the last one */
    int64_t held_pts_us;
    struct packet_at at;
    bool aiming;             /* still before the target */
    bool any_pushed;         /* of this serial */
    int64_t next_pts_us, frame_us;
    int64_t last_push_us, on_time_since_us, economy_since_us; /* boot time */
    int economy;             /* 0: none, 1: no loop filter on pictures nobody refers to, 2: none at all */
    atomic_int damaged, dropped;
};

static bool open_codec(struct video_decoder *d, struct err *e)
{
    const AVCodecParameters *par = d->opts.par;
    if (par->width > MEDIA_MAX_WIDTH || par->height > MEDIA_MAX_HEIGHT)
        return err_set(e, ERR_TOO_BIG, "the picture is %dx%d, larger than %dx%d", par->width, par->height,
                       MEDIA_MAX_WIDTH, MEDIA_MAX_HEIGHT);
    const AVCodec *codec = media_decoder(par, e);
    if (!codec)
        return false;
    d->codec = avcodec_alloc_context3(codec);
    if (!d->codec || avcodec_parameters_to_context(d->codec, par) < 0)
        return err_set(e, ERR_IO, "out of memory for the picture decoder");
    d->codec->pkt_timebase = AV_TIME_BASE_Q;
    d->codec->max_pixels = (int64_t)MEDIA_MAX_WIDTH * MEDIA_MAX_HEIGHT;
    d->codec->thread_count = (int64_t)par->width * par->height >= TWO_THREADS_PIXELS ? 2 : 1;
    AVDictionary *options = NULL;
    if (par->codec_id == AV_CODEC_ID_AV1)
        av_dict_set(&options, "max_frame_delay", "1", 0); /* a picture as soon as it is there; less memory */
    int rc = avcodec_open2(d->codec, codec, &options);
    av_dict_free(&options);
    return rc >= 0 || err_set(e, ERR_UNSUPPORTED, "the decoder \"%s\" does not accept this file", codec->name);
}

struct video_decoder *video_decoder_new(const struct video_decoder_opts *opts, struct err *e)
{
    struct video_decoder *d = mem_alloc(sizeof *d);
    d->opts = *opts;
    d->pkt = av_packet_alloc();
    d->frame = av_frame_alloc();
    d->held = av_frame_alloc();
    d->to_i420 = to_i420_new(opts->rotation);
    d->frame_us = DEFAULT_FRAME_US;
    AVRational rate = opts->frame_rate;
    if (rate.num > 0 && rate.den > 0 && av_cmp_q(rate, av_make_q(1, 10)) > 0 && av_cmp_q(rate, av_make_q(240, 1)) < 0)
        d->frame_us = av_rescale(AV_TIME_BASE, rate.den, rate.num);
    if (!d->pkt || !d->frame || !d->held)
        abort();
    if (!open_codec(d, e)) {
        video_decoder_free(d);
        return NULL;
    }
    d->opts.par = NULL;
    return d;
}

void video_decoder_free(struct video_decoder *d)
{
    if (!d)
        return;
    avcodec_free_context(&d->codec);
    av_packet_free(&d->pkt);
    av_frame_free(&d->frame);
    av_frame_free(&d->held);
    to_i420_free(d->to_i420);
    free(d);
}

static void begin(struct video_decoder *d, struct packet_at at)
{
    avcodec_flush_buffers(d->codec);
    av_frame_unref(d->held);
    d->at = at;
    d->aiming = true;
    d->any_pushed = false;
    d->next_pts_us = AV_NOPTS_VALUE;
}

/* -- when the machine is too slow --------------------------------------------------------------------- */

static void set_economy(struct video_decoder *d, int level, int64_t now_us)
{
    static const enum AVDiscard filter[] = {AVDISCARD_DEFAULT, AVDISCARD_NONREF, AVDISCARD_ALL};
    d->economy = level;
    d->economy_since_us = d->on_time_since_us = now_us;
    d->codec->skip_loop_filter = filter[level];
    log_debug("decoding economy %d", level);
}

/* True if the picture is so late that it should not be shown. */
static bool too_late(struct video_decoder *d, int64_t pts_us)
{
    if (d->opts.unpaced || !d->any_pushed || !play_clock_running(d->opts.clock))
        return false;
    int64_t now = clock_boot_us();
    int64_t late = play_clock_now(d->opts.clock, now) - pts_us;
    if (late < LATE_DROP_US) {
        if (d->economy > 0 && now - d->on_time_since_us > EASE_US)
            set_economy(d, d->economy - 1, now);
    } else {
        d->on_time_since_us = now;
    }
    if (late > LATE_FILTER_US && d->economy < 2 && now - d->economy_since_us > HARDER_US)
        set_economy(d, d->economy + 1, now);
    return late > LATE_DROP_US && now - d->last_push_us < SHOW_EVERY_US;
}

/* -- pictures ------------------------------------------------------------------------------------------ */

static void push(struct video_decoder *d, AVFrame *frame, int64_t pts_us)
{
    if (too_late(d, pts_us)) {
        atomic_fetch_add(&d->dropped, 1);
        av_frame_unref(frame);
        return;
    }
    if (!to_i420_apply(d->to_i420, frame)) {
        atomic_fetch_add(&d->damaged, 1);
        av_frame_unref(frame);
        return;
    }
    bool was_empty = false, first = !d->any_pushed;
    if (frame_queue_push(d->opts.frames, frame, pts_us, pts_us + d->frame_us, d->at.serial, true, &was_empty)) {
        d->any_pushed = true;
        d->last_push_us = clock_boot_us();
        if (d->opts.pushed)
            d->opts.pushed(d->opts.ctx, d->at.serial, first, was_empty);
    }
}

static void push_held(struct video_decoder *d)
{
    if (!d->held->buf[0])
        return;
    push(d, d->held, d->held_pts_us);
    av_frame_unref(d->held);
}

static int64_t pts_of(struct video_decoder *d, const AVFrame *frame)
{
    int64_t pts = frame->best_effort_timestamp;
    int64_t next = d->next_pts_us != AV_NOPTS_VALUE ? d->next_pts_us : d->at.target_us;
    int64_t latest = d->opts.length_us > 0 ? d->opts.length_us + END_SLACK_US : next + WRONG_JUMP_US;
    if (pts == AV_NOPTS_VALUE || pts > latest)
        pts = next;
    int64_t lasts = frame->pkt_duration > 0 && frame->pkt_duration < AV_TIME_BASE ? frame->pkt_duration : d->frame_us;
    d->next_pts_us = pts + lasts;
    return pts;
}

static void take_frame(struct video_decoder *d)
{
    if (d->frame->decode_error_flags || (d->frame->flags & AV_FRAME_FLAG_CORRUPT))
        atomic_fetch_add(&d->damaged, 1);
    int64_t pts = pts_of(d, d->frame);
    if (d->aiming && pts < d->at.target_us) {
        av_frame_unref(d->held);
        av_frame_move_ref(d->held, d->frame);
        d->held_pts_us = pts;
        return;
    }
    if (d->aiming) {
        d->aiming = false;
        d->codec->skip_frame = AVDISCARD_DEFAULT;
        if (pts > d->at.target_us)
            push_held(d);
        av_frame_unref(d->held);
    }
    push(d, d->frame, pts);
}

static void receive(struct video_decoder *d)
{
    for (;;) {
        int rc = avcodec_receive_frame(d->codec, d->frame);
        if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF)
            return;
        if (rc < 0) {
            atomic_fetch_add(&d->damaged, 1);
            return;
        }
        take_frame(d);
    }
}

static void decode(struct video_decoder *d)
{
    bool far = d->aiming && d->pkt->pts != AV_NOPTS_VALUE && d->pkt->pts < d->at.target_us - SKIP_NONREF_US;
    d->codec->skip_frame = far ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
    int rc = avcodec_send_packet(d->codec, d->pkt);
    if (rc == AVERROR(EAGAIN)) { /* full: the decoder wants to give first */
        receive(d);
        rc = avcodec_send_packet(d->codec, d->pkt);
    }
    if (rc < 0 && rc != AVERROR(EAGAIN))
        atomic_fetch_add(&d->damaged, 1);
    av_packet_unref(d->pkt);
    receive(d);
}

static void drain(struct video_decoder *d)
{
    d->codec->skip_frame = AVDISCARD_DEFAULT;
    avcodec_send_packet(d->codec, NULL);
    receive(d);
    push_held(d); /* the target lies after the last picture */
    frame_queue_finish(d->opts.frames, d->at.serial);
    avcodec_flush_buffers(d->codec);
    if (d->opts.pushed)
        d->opts.pushed(d->opts.ctx, d->at.serial, !d->any_pushed, true);
}

bool video_decoder_step(struct video_decoder *d)
{
    struct packet_at at;
    enum packet_take got = packet_queue_take(d->opts.packets, LANE_VIDEO, d->pkt, &at, true);
    if (got == PACKET_STOPPED)
        return false;
    if (got != PACKET_NONE && at.serial != d->at.serial)
        begin(d, at);
    if (got == PACKET_TAKEN)
        decode(d);
    else if (got == PACKET_END)
        drain(d);
    return true;
}

int video_decoder_damaged(const struct video_decoder *d)
{
    return atomic_load(&d->damaged);
}

int video_decoder_dropped(const struct video_decoder *d)
{
    return atomic_load(&d->dropped);
}
